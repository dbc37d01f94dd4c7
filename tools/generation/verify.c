// SPDX-License-Identifier: GPL-2.0-only
/* Is a generation on disk still what its manifest says? See verify.h. */
#include "tools/generation/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/generation/store_private.h"

#define BLOCK_BYTES 65536

static int hash_fd(int fd, uint64_t *size, uint8_t hash[static MANIFEST_HASH_BYTES])
{
	unsigned char block[BLOCK_BYTES];
	crypto_hash_sha256_state state;
	ssize_t got;

	*size = 0;
	crypto_hash_sha256_init(&state);
	while ((got = read(fd, block, sizeof(block))) != 0) {
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got < 0)
			continue;
		crypto_hash_sha256_update(&state, block, (size_t)got);
		*size += (uint64_t)got;
	}
	crypto_hash_sha256_final(&state, hash);
	return 0;
}

static int verify_file(int tree, const struct manifest_entry *entry)
{
	int fd = openat(tree, entry->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t hash[MANIFEST_HASH_BYTES];
	struct stat status = { 0 };
	uint64_t size = 0;
	int error = 0;

	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		error = fd < 0 ? -errno : -EUCLEAN;
	if (!error)
		error = hash_fd(fd, &size, hash);
	if (!error && ((status.st_mode & 0777) != entry->mode || size != entry->size ||
		       memcmp(hash, entry->hash, sizeof(hash)) != 0))
		error = -EUCLEAN;
	if (fd >= 0)
		close(fd);
	return error;
}

int verify_tree(const struct store *store, const struct manifest *manifest, struct fault *fault)
{
	int tree = store_open_tree(store, manifest->generation, fault);
	int error = tree < 0 ? tree : 0;

	for (size_t i = 0; !error && i < manifest->count; i++) {
		error = verify_file(tree, &manifest->entries[i]);
		if (error)
			fault_set(
				fault, error, "verify file of the generation",
				manifest->entries[i].path,
				"somebody changed it; take another, or `wireroot apply` the definition");
	}
	if (tree >= 0)
		close(tree);
	return error;
}

int verify_quickly(const struct store *store, struct manifest *manifest, const struct log *log,
		   struct fault *fault)
{
	int tree = store_open_tree(store, manifest->generation, fault);
	const char *first = NULL;
	size_t count = 0;

	if (tree < 0)
		return tree;
	for (size_t i = 0; i < manifest->count; i++) {
		struct manifest_entry *entry = &manifest->entries[i];
		struct stat status;

		if (fstatat(tree, entry->path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    object_fits(&status, entry))
			continue;
		memset(entry->hash, 0, sizeof(entry->hash));
		if (!count++)
			first = entry->path;
	}
	close(tree);
	if (count)
		log_line(log, LOG_LEVEL_WARNING,
			 "%zu %s of generation %u somebody changed or removed: %s%s", count,
			 count == 1 ? "file" : "files", manifest->generation, first,
			 count == 1 ? "" : " and others");
	return 0;
}
