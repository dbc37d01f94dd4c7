// SPDX-License-Identifier: GPL-2.0-only
/* Hashes of files outside the store; see sources.h. */
#include "tools/generation/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/text.h"

#define SOURCES	    "sources"
#define SOURCES_NEW "sources.new"
#define BLOCK_BYTES ((size_t)256 << 10)
#define TEXT_LIMIT  ((size_t)64 << 20)

/*
 * A file that was written to a moment ago may be written to again without its times telling: the
 * clock of file systems stands still for up to this long (FAT's for 2 s, ext4's for 10 ms).
 */
#define FRESH_NS INT64_C(2000000000)

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static bool add(struct source **list, size_t *count, const struct source *source, const char *path)
{
	struct source *more = reallocarray(*list, *count + 1, sizeof(*more));

	if (!more)
		return false;
	*list = more;
	more[*count] = *source;
	more[*count].path = strdup(path);
	if (!more[*count].path)
		return false;
	++*count;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct source *one = a, *other = b;

	return strcmp(one->path, other->path);
}

/* "DEVICE INODE SIZE CHANGED MODIFIED HASH PATH", NUL-terminated. */
static bool parse_line(const char *line, struct source *source, const char **path)
{
	char hex[MANIFEST_HEX_BYTES + 1];
	int length = 0;

	if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNd64 " %" SCNd64 " %64s %n",
		   &source->device, &source->inode, &source->size, &source->changed_ns,
		   &source->modified_ns, hex, &length) != 6 ||
	    strlen(hex) != MANIFEST_HEX_BYTES || !length)
		return false;
	*path = line + length;
	return **path == '/' && manifest_unhex(hex, source->hash);
}

bool sources_parse(struct sources *sources, const char *text, size_t length)
{
	const char *end = text + length;
	bool good = true;

	while (good && text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		struct source source = { 0 };
		const char *path;
		char *line = strndup(text, (size_t)((stop ? stop : end) - text));

		good = line != NULL;
		if (line && stop && parse_line(line, &source, &path))
			good = add(&sources->known, &sources->known_count, &source, path);
		free(line);
		text = stop ? stop + 1 : end;
	}
	if (sources->known_count)
		qsort(sources->known, sources->known_count, sizeof(*sources->known), compare);
	return good;
}

void sources_load(struct sources *sources, int directory)
{
	struct fault ignored;
	char path[64];
	size_t length;
	char *text;

	if (directory < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/" SOURCES, directory);
	if (fs_read_file(path, TEXT_LIMIT, &text, &length, &ignored))
		return;
	sources_parse(sources, text, length);
	free(text);
}

static bool is_the_same(const struct source *source, const struct stat *status)
{
	return source->device == status->st_dev && source->inode == status->st_ino &&
	       source->size == (uint64_t)status->st_size &&
	       source->changed_ns == nanoseconds(&status->st_ctim) &&
	       source->modified_ns == nanoseconds(&status->st_mtim);
}

static const struct source *find(const struct sources *sources, const char *path)
{
	struct source wanted = { .path = (char *)path };

	if (!sources->known_count)
		return NULL;
	return bsearch(&wanted, sources->known, sources->known_count, sizeof(wanted), compare);
}

static int hash_file(int fd, uint8_t hash[static MANIFEST_HASH_BYTES])
{
	unsigned char *block = malloc(BLOCK_BYTES);
	crypto_hash_sha256_state state;
	ssize_t got = -1;
	int error = 0;

	if (!block)
		return -ENOMEM;
	crypto_hash_sha256_init(&state);
	while (!error && got != 0) {
		got = read(fd, block, BLOCK_BYTES);
		if (got > 0)
			crypto_hash_sha256_update(&state, block, (size_t)got);
		else if (got < 0 && errno != EINTR)
			error = -errno;
	}
	crypto_hash_sha256_final(&state, hash);
	free(block);
	return error;
}

/* Was it left alone long enough for its times to tell when it changes? */
static bool is_settled(const struct stat *status)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return nanoseconds(&now) - nanoseconds(&status->st_ctim) > FRESH_NS;
}

static int examine(struct sources *sources, int fd, const char *path, struct source *source)
{
	const struct source *known = find(sources, path);
	struct stat status;
	int error;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
	if (known && is_the_same(known, &status)) {
		*source = *known;
	} else {
		*source = (struct source){ .device = status.st_dev,
					   .inode = status.st_ino,
					   .size = (uint64_t)status.st_size,
					   .changed_ns = nanoseconds(&status.st_ctim),
					   .modified_ns = nanoseconds(&status.st_mtim) };
		error = hash_file(fd, source->hash);
		if (error || !is_settled(&status))
			return error;
		sources->changed = true;
	}
	return add(&sources->seen, &sources->seen_count, source, path) ? 0 : -ENOMEM;
}

int sources_hash(struct sources *sources, const char *path, uint64_t *size,
		 uint8_t hash[static MANIFEST_HASH_BYTES], struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct source source = { 0 };
	int error = fd < 0 ? -errno : examine(sources, fd, path, &source);

	if (fd >= 0)
		close(fd);
	if (error)
		return fault_set(fault, error, "read file", path, NULL);
	*size = source.size;
	memcpy(hash, source.hash, MANIFEST_HASH_BYTES);
	return 0;
}

static void write_source(const struct source *source, struct text *text)
{
	char hex[MANIFEST_HEX_BYTES];

	manifest_hex(source->hash, hex);
	text_printf(text, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " %.*s %s\n",
		    source->device, source->inode, source->size, source->changed_ns,
		    source->modified_ns, (int)sizeof(hex), hex, source->path);
}

void sources_save(const struct sources *sources, int directory)
{
	struct text text = { 0 };
	int fd, error;

	if (!sources->changed && sources->seen_count == sources->known_count)
		return;
	for (size_t i = 0; i < sources->seen_count; i++)
		if (!strchr(sources->seen[i].path, '\n'))
			write_source(&sources->seen[i], &text);
	fd = openat(directory, SOURCES_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	error = fd < 0 || text.error ? -EIO : fs_write_all(fd, text_string(&text), text.length);
	if (fd >= 0)
		close(fd);
	text_free(&text);
	if (error || renameat(directory, SOURCES_NEW, directory, SOURCES) < 0)
		unlinkat(directory, SOURCES_NEW, 0);
}

static void free_list(struct source *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].path);
	free(list);
}

void sources_free(struct sources *sources)
{
	free_list(sources->known, sources->known_count);
	free_list(sources->seen, sources->seen_count);
	*sources = (struct sources){ 0 };
}
