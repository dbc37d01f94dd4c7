// SPDX-License-Identifier: GPL-2.0-only
/* Compressed segments that were made before; see segment_cache.h. */
#include "tools/initrd/segment_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

/* A few kernels with a few sets of drivers; 1 to 8 MB each. */
#define SEGMENTS_KEPT 16
#define SUFFIX	      ".segment"

char *segment_cache_directory(void)
{
	const char *home = getenv("HOME"), *cache = getenv("XDG_CACHE_HOME");

	if (geteuid() == 0)
		return strdup("/var/cache/wireroot");
	if (cache && *cache == '/')
		return fs_join(cache, "wireroot");
	return home && *home == '/' ? fs_join(home, ".cache/wireroot") : NULL;
}

/* FNV-1a, 64 bit: only to find the file; what is in it gets compared. */
static uint64_t hash(uint64_t seed, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		seed = (seed ^ (unsigned char)bytes[i]) * 1099511628211u;
	return seed;
}

static char *segment_path(const char *directory, enum compression compression, const char *cpio,
			  size_t length)
{
	struct text versions = { 0 };
	uint64_t key = 14695981039346656037u;
	char *path;

	/* The same versions pack to the same bytes, so cached and fresh initrds are identical. */
	compression_versions(&versions);
	key = hash(key, text_string(&versions), versions.length);
	key = hash(key, cpio, length);
	text_free(&versions);
	if (asprintf(&path, "%s/%016llx.%s" SUFFIX, directory, (unsigned long long)key,
		     compression_name(compression)) < 0)
		return NULL;
	return path;
}

/* Does the file at @path hold exactly @cpio? Adds it to @packed if so. */
static bool take(const char *path, enum compression compression, const char *cpio, size_t length,
		 struct text *packed)
{
	struct text unpacked = { 0 };
	size_t file_length, consumed;
	struct fault ignored;
	bool same;
	char *file;

	if (fs_read_file(path, length, &file, &file_length, &ignored))
		return false;
	same = compression_unpack(compression, file, file_length, length, &unpacked, &consumed,
				  &ignored) == 0 &&
	       consumed == file_length && unpacked.length == length &&
	       memcmp(unpacked.data, cpio, length) == 0;
	if (same)
		text_add_bytes(packed, file, file_length);
	text_free(&unpacked);
	free(file);
	return same;
}

static int is_segment(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > sizeof(SUFFIX) &&
	       strcmp(entry->d_name + length - (sizeof(SUFFIX) - 1), SUFFIX) == 0;
}

/* Remove the file that was used longest ago when there are more than are kept. */
static void prune(const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_segment, NULL);
	char *oldest = NULL;
	struct timespec oldest_time = { 0 };

	for (int i = 0; i < count; i++) {
		char *path = fs_join(directory, entries[i]->d_name);
		struct stat status;

		if (path && stat(path, &status) == 0 &&
		    (!oldest || status.st_mtim.tv_sec < oldest_time.tv_sec)) {
			free(oldest);
			oldest = path;
			oldest_time = status.st_mtim;
			path = NULL;
		}
		free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	if (count > SEGMENTS_KEPT && oldest)
		unlink(oldest);
	free(oldest);
}

static void keep(const char *directory, const char *path, const struct text *packed)
{
	struct fault ignored;

	if (fs_make_dirs(directory, 0755, &ignored) == 0 &&
	    fs_write_file(path, packed->data, packed->length, 0644, &ignored) == 0)
		prune(directory);
}

int segment_pack(const char *directory, enum compression compression, const char *cpio,
		 size_t length, struct text *packed, bool *cached, struct fault *fault)
{
	char *path = directory ? segment_path(directory, compression, cpio, length) : NULL;
	struct text fresh = { 0 };
	int error = 0;

	*cached = path && take(path, compression, cpio, length, packed);
	if (*cached) {
		utimensat(AT_FDCWD, path, NULL, 0); /* used: prune() takes it last */
	} else {
		error = compression_pack(compression, cpio, length, &fresh, fault);
		if (!error) {
			text_add_bytes(packed, fresh.data, fresh.length);
			if (path)
				keep(directory, path, &fresh);
		}
	}
	text_free(&fresh);
	free(path);
	return error;
}
