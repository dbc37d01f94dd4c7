// SPDX-License-Identifier: GPL-2.0-only
/*
 * Volumes as sparse files in a directory: NODE.img, and NODE.img.partial as long as it is not
 * whole.
 *
 * A clone shares its blocks with the golden volume where the file system can do that (XFS, Btrfs);
 * elsewhere it is a copy of what is not a hole.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "initramfs/iscsi/superblock.h"
#include "tools/storage/copy.h"
#include "tools/storage/room.h"

#define READY	   ".img"
#define UNFINISHED ".img.partial"

static bool cut_end(const char *text, const char *end, char head[static VOLUME_NAME_BYTES])
{
	size_t length = strlen(text), tail = strlen(end);

	if (length <= tail || strcmp(text + length - tail, end) != 0)
		return false;
	return snprintf(head, VOLUME_NAME_BYTES, "%.*s", (int)(length - tail), text) <
	       VOLUME_NAME_BYTES;
}

static void probe(int directory, const char *name, struct volume *volume)
{
	uint8_t start[SUPERBLOCK_START_BYTES], btrfs[SUPERBLOCK_BTRFS_BYTES];
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct superblock superblock;
	ssize_t got, got_btrfs;

	if (fd < 0)
		return;
	got = pread(fd, start, sizeof(start), 0);
	got_btrfs = pread(fd, btrfs, sizeof(btrfs), SUPERBLOCK_BTRFS_OFFSET);
	if (superblock_parse(start, got > 0 ? (size_t)got : 0, btrfs,
			     got_btrfs > 0 ? (size_t)got_btrfs : 0, &superblock))
		snprintf(volume->file_system, sizeof(volume->file_system), "%s", superblock.type);
	close(fd);
}

static int add_file(int directory, const char *name, struct storage_status *status,
		    struct fault *fault)
{
	char volume_name[VOLUME_NAME_BYTES];
	bool unfinished = cut_end(name, UNFINISHED, volume_name);
	struct volume *volume;
	struct stat file;

	if ((!unfinished && !cut_end(name, READY, volume_name)) || name[0] == '.' ||
	    fstatat(directory, name, &file, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(file.st_mode))
		return 0;
	volume = storage_status_add(status);
	if (!volume)
		return fault_set(fault, ENOMEM, "list volumes", name, NULL);
	snprintf(volume->name, sizeof(volume->name), "%s", volume_name);
	volume->state = unfinished ? VOLUME_UNFINISHED : VOLUME_READY;
	volume->bytes = (uint64_t)file.st_size;
	volume->used_bytes = (uint64_t)file.st_blocks * 512;
	if (!unfinished && storage_is_golden(volume_name))
		probe(directory, name, volume);
	return 0;
}

static int list(DIR *directory, struct storage_status *status, struct fault *fault)
{
	const struct dirent *entry;
	int error = 0;

	while (!error && (entry = readdir(directory)))
		error = add_file(dirfd(directory), entry->d_name, status, fault);
	if (!error)
		storage_status_sort(status);
	return error;
}

/* As df counts: what only root may take is not there. */
static int measure(int directory, const char *path, struct storage_space *space,
		   struct fault *fault)
{
	struct statvfs file_system;

	if (fstatvfs(directory, &file_system) < 0)
		return fault_set(fault, errno, "see how full the storage is", path, NULL);
	space->used_bytes =
		(uint64_t)(file_system.f_blocks - file_system.f_bfree) * file_system.f_frsize;
	space->bytes = space->used_bytes + (uint64_t)file_system.f_bavail * file_system.f_frsize;
	return 0;
}

static int look(const struct storage *storage, struct storage_status *status, struct fault *fault)
{
	const char *path = storage->definition->directory;
	DIR *directory = opendir(path);
	int error;

	if (!directory)
		return fault_set(fault, errno, "find the directory of a storage", path,
				 errno == ENOENT ? "make it, or mount what it is on" : NULL);
	error = list(directory, status, fault);
	if (!error)
		error = measure(dirfd(directory), path, &status->space, fault);
	closedir(directory);
	return error;
}

/* A new file for an unfinished volume, open for writing; the fd or -errno. */
static int open_new(const struct storage *storage, const char *volume, struct fault *fault)
{
	char *path;
	int error = storage_path(storage, volume, true, &path, fault), fd;

	if (error)
		return error;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = fault_set(fault, errno, "make file", path, NULL);
	free(path);
	return fd;
}

static int resize(int fd, const char *volume, uint64_t bytes, struct fault *fault)
{
	if (ftruncate(fd, (off_t)bytes) == 0)
		return 0;
	return fault_set(fault, errno, "make a file as large as volume", volume,
			 errno == EFBIG ? "its file system has no files of this size" : NULL);
}

static int create(const struct storage *storage, const char *volume, uint64_t bytes,
		  struct fault *fault)
{
	int fd = open_new(storage, volume, fault), error;

	if (fd < 0)
		return fd;
	error = resize(fd, volume, bytes, fault);
	close(fd);
	return error;
}

/* Only now it is known that blocks cannot be shared, and so how much room it takes. */
static int copy_file(const struct storage *storage, int from, int to, const char *volume,
		     const struct volume *golden, struct progress *progress, struct fault *fault)
{
	struct storage_space space = { 0 };
	int error = measure(to, storage->definition->directory, &space, fault);

	if (!error)
		error = room_check(storage, &space, golden->bytes, golden->used_bytes, fault);
	return error ? error : copy_sparse(from, to, volume, progress, fault);
}

static int fill(const struct storage *storage, int to, const char *volume,
		const struct volume *golden, struct progress *progress, struct fault *fault)
{
	char *path;
	int error = storage_path(storage, golden->name, false, &path, fault), from;

	if (error)
		return error;
	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		error = fault_set(fault, errno, "read golden volume", path, NULL);
	else
		error = copy_shared(from, to);
	if (error == -EOPNOTSUPP && from >= 0)
		error = copy_file(storage, from, to, volume, golden, progress, fault);
	else if (error && from >= 0)
		error = fault_set(fault, error, "share the blocks of golden volume", path, NULL);
	if (from >= 0)
		close(from);
	free(path);
	return error;
}

static int clone_file(const struct storage *storage, const char *volume,
		      const struct volume *golden, uint64_t bytes, struct progress *progress,
		      bool *by_uuid, struct fault *fault)
{
	int fd = open_new(storage, volume, fault), error;

	*by_uuid = false;
	if (fd < 0)
		return fd;
	error = fill(storage, fd, volume, golden, progress, fault);
	if (!error && bytes > golden->bytes)
		error = resize(fd, volume, bytes, fault);
	close(fd);
	return error;
}

static int sync_path(const char *path, int flags, mode_t mode, struct fault *fault)
{
	int fd = open(path, flags | O_CLOEXEC), error = 0;

	if (fd < 0 || (mode && fchmod(fd, mode) < 0) || fsync(fd) < 0)
		error = fault_set(fault, errno, "write volume to disk", path, NULL);
	if (fd >= 0)
		close(fd);
	return error;
}

/* All of it is on disk before it gets its name. */
static int finish_paths(const struct storage *storage, const char *from, const char *to,
			mode_t mode, struct fault *fault)
{
	int error = sync_path(from, O_RDWR, mode, fault);

	if (error)
		return error;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) < 0)
		return fault_set(fault, errno, "finish volume", to, NULL);
	return sync_path(storage->definition->directory, O_RDONLY | O_DIRECTORY, 0, fault);
}

static int finish(const struct storage *storage, const char *volume, const char *file_system,
		  bool by_uuid, struct fault *fault)
{
	char *from = NULL, *to = NULL;
	int error = storage_path(storage, volume, true, &from, fault);

	(void)by_uuid;
	if (!error)
		error = storage_path(storage, volume, false, &to, fault);
	if (!error)
		error = finish_paths(storage, from, to, file_system ? 0400 : 0600, fault);
	free(from);
	free(to);
	return error;
}

/*
 * Has somebody else the file @fd open, say a target daemon under a name that the definition has no
 * more? If not, who opens it from now on waits until @fd is closed, of which SIGURG, that nobody
 * minds, tells us. File systems without leases cannot say.
 */
static bool is_open_elsewhere(int fd)
{
	return fcntl(fd, F_SETSIG, SIGURG) == 0 && fcntl(fd, F_SETLEASE, F_WRLCK) < 0 &&
	       errno == EAGAIN;
}

/* What is unfinished was never offered to anybody. */
static int remove_file(const char *path, bool unfinished, struct fault *fault)
{
	int fd = unfinished ? -1 : open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), error = 0;

	if (fd >= 0 && is_open_elsewhere(fd))
		error = fault_set(fault, EBUSY, "remove volume", path,
				  "something on this server has it open, or mounted");
	else if (unlink(path) < 0 && errno != ENOENT)
		error = fault_set(fault, errno, "remove volume", path, NULL);
	if (fd >= 0)
		close(fd);
	return error;
}

static int remove_volume(const struct storage *storage, const struct volume *volume,
			 struct fault *fault)
{
	bool unfinished = volume->state == VOLUME_UNFINISHED;
	char *path;
	int error = storage_path(storage, volume->name, unfinished, &path, fault);

	if (!error)
		error = remove_file(path, unfinished, fault);
	free(path);
	return error;
}

const struct storage_backend storage_file = {
	.look = look,
	.create = create,
	.clone = clone_file,
	.finish = finish,
	.remove = remove_volume,
	.blank = true,
};
