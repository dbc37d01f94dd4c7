// SPDX-License-Identifier: GPL-2.0-only
/* The list of a generation's hashes; see listing.h. */
#include "tools/generation/listing.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * Nodes that are alike have alike files; the last contents of each length are not hashed again. A
 * power of two.
 */
#define MEMORY_SLOTS 256

struct memory {
	const struct generated_file *file;
	const struct manifest_entry *entry;
};

static void hash_data(const struct generated_file *file, struct manifest_entry *entry,
		      struct memory memory[static MEMORY_SLOTS])
{
	struct memory *last = &memory[file->length % MEMORY_SLOTS];

	entry->size = file->length;
	if (last->file && last->file->length == file->length &&
	    !memcmp(last->file->data, file->data, file->length)) {
		memcpy(entry->hash, last->entry->hash, sizeof(entry->hash));
		return;
	}
	crypto_hash_sha256(entry->hash, (const unsigned char *)file->data, file->length);
	*last = (struct memory){ .file = file, .entry = entry };
}

/* The store is the last to see the paths before they are used, so it does not just trust them. */
static int check_path(const struct generated_file *files, size_t index, struct fault *fault)
{
	if (!manifest_path_is_good(files[index].path))
		return fault_set(fault, EINVAL, "store", files[index].path, "no good path");
	if (index && strcmp(files[index - 1].path, files[index].path) >= 0)
		return fault_set(fault, EINVAL, "store", files[index].path, "not sorted");
	return 0;
}

int listing_make(struct manifest *manifest, const struct file_set *set, struct sources *sources,
		 struct fault *fault)
{
	struct memory memory[MEMORY_SLOTS] = { 0 };

	manifest->entries = calloc(set->count ? set->count : 1, sizeof(*manifest->entries));
	if (!manifest->entries)
		return fault_set(fault, ENOMEM, "list the files of a generation", "", NULL);
	for (size_t i = 0; i < set->count; i++) {
		const struct generated_file *file = &set->files[i];
		struct manifest_entry *entry = &manifest->entries[i];
		int error = check_path(set->files, i, fault);

		if (error)
			return error;
		entry->path = file->path;
		entry->mode = file->mode & 0777;
		if (file->data)
			hash_data(file, entry, memory);
		else
			error = sources_hash(sources, file->source, &entry->size, entry->hash,
					     fault);
		if (error)
			return error;
	}
	manifest->count = set->count;
	return 0;
}
