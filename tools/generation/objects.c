// SPDX-License-Identifier: GPL-2.0-only
/*
 * The objects of the store: contents by their hash and permissions.
 *
 * An object is written straight to its name. That is safe because it happens only while there is an
 * unfinished tree: should it break off, the object belongs to no finished generation and is swept
 * away before anybody looks for it again.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/generation/store_private.h"
#include "userspace/lib/fs.h"

#define USUAL_MODE 0644
#define SECOND_NS  1000000000
#define COPY_BYTES ((size_t)256 << 10)

void object_name(const struct manifest_entry *entry, char name[static OBJECT_NAME_BYTES])
{
	char hex[MANIFEST_HEX_BYTES];

	manifest_hex(entry->hash, hex);
	memcpy(name, hex, 2);
	name[2] = '/';
	memcpy(name + 3, hex + 2, MANIFEST_HEX_BYTES - 2);
	name[MANIFEST_HEX_BYTES + 1] = '\0';
	if (entry->mode != USUAL_MODE)
		snprintf(name + MANIFEST_HEX_BYTES + 1, 6, "-%04o", (unsigned int)entry->mode);
}

/* Create the file @name in objects/, and the directory it is in. The fd or -errno. */
static int create(const struct store *store, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(store->objects, name, flags, 0600);

	if (fd < 0 && errno == ENOENT) {
		char directory[3] = { name[0], name[1], '\0' };

		if (mkdirat(store->objects, directory, 0755) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(store->objects, name, flags, 0600);
	}
	return fd < 0 ? -errno : fd;
}

/* Copy until the end of @from, and hash what was copied. */
static int copy_and_hash(int from, int to, uint8_t hash[static MANIFEST_HASH_BYTES])
{
	char *buffer = malloc(COPY_BYTES);
	crypto_hash_sha256_state state;
	int error = buffer ? 0 : -ENOMEM;

	crypto_hash_sha256_init(&state);
	while (!error) {
		ssize_t got = read(from, buffer, COPY_BYTES);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			error = got < 0 ? -errno : 0;
			break;
		}
		crypto_hash_sha256_update(&state, (const unsigned char *)buffer, (size_t)got);
		error = fs_write_all(to, buffer, (size_t)got);
	}
	crypto_hash_sha256_final(&state, hash);
	free(buffer);
	return error;
}

/* What the entry promises, or -ESTALE: the file has changed since it was hashed. */
static int copy_source(int to, const struct manifest_entry *entry, const char *source)
{
	uint8_t hash[MANIFEST_HASH_BYTES];
	int from = open(source, O_RDONLY | O_CLOEXEC);
	int error;

	if (from < 0)
		return -errno;
	error = copy_and_hash(from, to, hash);
	close(from);
	if (!error && memcmp(hash, entry->hash, sizeof(hash)) != 0)
		error = -ESTALE;
	return error;
}

/*
 * The nanoseconds of the time that an object was last written at: a mark that whoever writes to it
 * later takes off. Its seconds are left to HTTP. Never 0.
 */
static long seal_of(const struct manifest_entry *entry)
{
	uint32_t number;

	memcpy(&number, entry->hash, sizeof(number));
	return (long)(number % (SECOND_NS - 1)) + 1;
}

static int seal(int fd, const struct manifest_entry *entry)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };

	if (clock_gettime(CLOCK_REALTIME, &times[1]) < 0)
		return -errno;
	times[1].tv_nsec = seal_of(entry);
	return futimens(fd, times) < 0 ? -errno : 0;
}

bool object_fits(const struct stat *status, const struct manifest_entry *entry)
{
	long mark = status->st_mtim.tv_nsec;

	/* Some file systems and archives have whole seconds only. */
	return S_ISREG(status->st_mode) && (status->st_mode & 0777) == entry->mode &&
	       (uint64_t)status->st_size == entry->size && (mark == 0 || mark == seal_of(entry));
}

static int fill(const struct store *store, int fd, const struct manifest_entry *entry,
		const struct generated_file *file)
{
	int error = file->data ? fs_write_all(fd, file->data, file->length)
			       : copy_source(fd, entry, file->source);

	if (!error && fchmod(fd, entry->mode) < 0)
		error = -errno;
	if (!error && entry->mode == STORE_SECRET_MODE && store->owner != geteuid() &&
	    fchown(fd, store->owner, (gid_t)-1) < 0)
		error = -errno;
	return error ? error : seal(fd, entry);
}

static int write_object(const struct store *store, const char *name,
			const struct manifest_entry *entry, const struct generated_file *file,
			bool now)
{
	int fd = create(store, name);
	int error = fd < 0 ? fd : fill(store, fd, entry, file);

	if (!error && now && fsync(fd) < 0)
		error = -errno;
	if (fd >= 0 && close(fd) < 0 && !error)
		error = -errno;
	if (error && fd >= 0)
		unlinkat(store->objects, name, 0);
	return error;
}

/*
 * The object has as many links as the file system allows (65,000 with ext4), or somebody wrote to
 * it: a new one takes its name from now on. Generations refer to it, so it must be whole on disk
 * before it gets the name.
 */
static int renew_object(const struct store *store, const char *name,
			const struct manifest_entry *entry, const struct generated_file *file)
{
	char temporary[OBJECT_NAME_BYTES];
	int error;

	snprintf(temporary, sizeof(temporary), "%.2s/" STORE_NEW, name);
	unlinkat(store->objects, temporary, 0);
	error = write_object(store, temporary, entry, file, true);
	if (!error && renameat(store->objects, temporary, store->objects, name) < 0) {
		error = -errno;
		unlinkat(store->objects, temporary, 0);
	}
	return error;
}

static const char *hint_for(int error)
{
	switch (error) {
	case -ESTALE:
		return "it has changed since it was read; try again";
	case -EPERM:
		return "the state must be on a file system with hard links";
	case -ENOSPC:
		return "the generation before it stays in force; make room and try again";
	default:
		return NULL;
	}
}

/* See to it that there is an object, as it was written. */
static int prepare_object(const struct store *store, const char *name,
			  const struct manifest_entry *entry, const struct generated_file *file)
{
	struct stat status;

	if (fstatat(store->objects, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return object_fits(&status, entry) ? 0 : renew_object(store, name, entry, file);
	return errno == ENOENT ? write_object(store, name, entry, file, false) : -errno;
}

int object_link(const struct store *store, const struct manifest_entry *entry,
		const struct generated_file *file, int directory, const char *base,
		struct fault *fault)
{
	char name[OBJECT_NAME_BYTES];
	int error;

	object_name(entry, name);
	error = prepare_object(store, name, entry, file);
	for (unsigned int attempt = 0; !error; attempt++) {
		if (linkat(store->objects, name, directory, base, 0) == 0)
			return 0;
		if (attempt == 0 && errno == EMLINK)
			error = renew_object(store, name, entry, file);
		else
			error = -errno;
	}
	return fault_set(fault, error, "store", file->source ? file->source : entry->path,
			 hint_for(error));
}

/* Only the name in objects/ is left of it. */
static bool is_unused(int directory, const char *name)
{
	struct stat status;

	return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       !S_ISDIR(status.st_mode) && status.st_nlink == 1;
}

void object_drop(const struct store *store, const struct manifest_entry *entry)
{
	char name[OBJECT_NAME_BYTES];

	object_name(entry, name);
	if (is_unused(store->objects, name))
		unlinkat(store->objects, name, 0);
}

static int sweep_directory(const struct store *store, const char *name)
{
	DIR *directory = store_read_directory(store->objects, name);
	const struct dirent *entry;
	int error = 0;

	if (!directory)
		return errno == ENOTDIR ? 0 : -errno;
	while (!error && (entry = readdir(directory)))
		if (is_unused(dirfd(directory), entry->d_name) &&
		    unlinkat(dirfd(directory), entry->d_name, 0) < 0)
			error = -errno;
	closedir(directory);
	return error;
}

int objects_sweep(const struct store *store, struct fault *fault)
{
	DIR *directory = store_read_directory(store->objects, ".");
	const struct dirent *entry;
	int error = directory ? 0 : -errno;

	while (!error && directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			error = sweep_directory(store, entry->d_name);
	if (directory)
		closedir(directory);
	return error ? fault_set(fault, error, "sweep objects in", store->path, NULL) : 0;
}
