// SPDX-License-Identifier: GPL-2.0-only
/* Finding firmware files; see firmware.h. */
#include "tools/initrd/firmware.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/lib/fs.h"

/* The largest for a wired interface has about 40 MB. */
#define FIRMWARE_BYTES_MAX (256u << 20)

/* A name comes from a module; it must not lead out of the directory. */
static bool is_plain(const char *name)
{
	return *name && *name != '/' && !strstr(name, "..");
}

static int add_one(struct archive_tree *tree, const char *source, const char *name,
		   const char *suffix, struct fault *fault)
{
	char path[FIRMWARE_PATH_BYTES];
	char *data;
	size_t length;
	int error;

	snprintf(path, sizeof(path), "lib/firmware/%s%s", name, suffix);
	error = fs_read_file(source, FIRMWARE_BYTES_MAX, &data, &length, fault);
	if (error)
		return error;
	error = archive_tree_add_file(tree, path, 0644, data, length, fault);
	return error == -EEXIST ? 0 : error; /* two modules may need the same */
}

bool firmware_find(const char *directory, const char *version, const char *name,
		   char path[static FIRMWARE_PATH_BYTES], const char **suffix)
{
	/* The kernel's order (drivers/base/firmware_loader/main.c). */
	static const char *const places[] = { "updates/", "updates", "", "" };
	static const char *const suffixes[] = { "", ".zst", ".xz" };

	for (size_t s = 0; is_plain(name) && s < sizeof(suffixes) / sizeof(suffixes[0]); s++) {
		*suffix = suffixes[s];
		for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
			snprintf(path, FIRMWARE_PATH_BYTES, "%s/%s%s/%s%s", directory, places[p],
				 p % 2 == 0 ? version : "", name, *suffix);
			if (fs_is_file(path))
				return true;
		}
	}
	return false;
}

int firmware_add(struct archive_tree *tree, const char *directory, const char *version,
		 const char *name, bool *found, struct fault *fault)
{
	char source[FIRMWARE_PATH_BYTES];
	const char *suffix;

	*found = firmware_find(directory, version, name, source, &suffix);
	return *found ? add_one(tree, source, name, suffix, fault) : 0;
}
