// SPDX-License-Identifier: GPL-2.0-only
/* The memory that is lent; see backing.h. */
#include "userspace/memory/lend/backing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

#define PAGE_BYTES 4096u
/* How much is looked at in one go. */
#define WINDOW_PAGES 4096u

#define MOUNT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static const struct kind {
	const char *name, *file_system;
	const char *options; /* behind the mode */
} kinds[] = {
	[BACKING_TMPFS] = { "tmpfs", "tmpfs", "" },
	[BACKING_HUGE] = { "huge", "tmpfs", ",huge=always" },
	[BACKING_RAMFS] = { "ramfs", "ramfs", "" },
};

bool backing_read_kind(const char *text, enum backing_kind *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, text)) {
			*kind = (enum backing_kind)i;
			return true;
		}
	return false;
}

/* Is @directory another file system than what it lies in? */
static bool is_mounted(const char *directory)
{
	char above[BACKING_PATH_BYTES + 4];
	struct stat here, there;

	snprintf(above, sizeof(above), "%s/..", directory);
	return stat(directory, &here) == 0 && stat(above, &there) == 0 &&
	       here.st_dev != there.st_dev;
}

/* Of what is mounted at @directory: does it have the option @name? */
static bool has_option(const char *directory, const char *name)
{
	struct fault ignored;
	char mark[BACKING_PATH_BYTES + 4], *text, *line;
	size_t length;
	bool has = false;

	if (fs_read_file("/proc/self/mountinfo", 16u << 20, &text, &length, &ignored))
		return false;
	snprintf(mark, sizeof(mark), " %s ", directory);
	for (line = text; line && !has; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		size_t line_length = strcspn(line, "\n");
		char *at = memmem(line, line_length, mark, strlen(mark));

		has = at && memmem(at, line_length - (size_t)(at - line), name, strlen(name));
	}
	free(text);
	return has;
}

/* "noswap" is refused with EINVAL by kernels that do not know it. */
static int mount_it(const struct kind *kind, const char *directory, uint64_t limit_bytes,
		    struct fault *fault)
{
	char options[128];
	int error = 0;

	if (!strcmp(kind->file_system, "ramfs"))
		error = mount("wireroot-lend", directory, "ramfs", MOUNT_FLAGS, "mode=0700");
	else {
		snprintf(options, sizeof(options), "mode=0700,size=%llu%s,noswap",
			 (unsigned long long)limit_bytes, kind->options);
		error = mount("wireroot-lend", directory, "tmpfs", MOUNT_FLAGS, options);
		if (error < 0 && errno == EINVAL) {
			*strrchr(options, ',') = '\0';
			error = mount("wireroot-lend", directory, "tmpfs", MOUNT_FLAGS, options);
		}
	}
	return error < 0 ? fault_set(fault, errno, "mount memory that is lent", directory,
				     errno == EPERM ? "only root may do so" : NULL)
			 : 0;
}

int backing_open(struct backing *backing, enum backing_kind kind, const char *directory,
		 uint64_t limit_bytes, struct fault *fault)
{
	struct statfs status;
	int error = fs_make_dirs(directory, 0700, fault);

	*backing = (struct backing){ .kind = kind };
	if (!error && snprintf(backing->directory, sizeof(backing->directory), "%s", directory) >=
			      (int)sizeof(backing->directory))
		error = fault_set(fault, ENAMETOOLONG, "mount memory that is lent", directory,
				  NULL);
	if (!error && !is_mounted(directory))
		error = mount_it(&kinds[kind], directory, limit_bytes, fault);
	if (error)
		return error;
	if (statfs(directory, &status) < 0)
		return fault_set(fault, errno, "look at memory that is lent", directory, NULL);
	if ((unsigned long)status.f_type == RAMFS_MAGIC)
		backing->kind = BACKING_RAMFS;
	else if ((unsigned long)status.f_type == TMPFS_MAGIC && kind == BACKING_RAMFS)
		backing->kind = BACKING_TMPFS;
	else if ((unsigned long)status.f_type != TMPFS_MAGIC)
		return fault_set(fault, EINVAL, "look at memory that is lent", directory,
				 "something else is mounted there");
	backing->punches = backing->kind != BACKING_RAMFS;
	backing->resident = backing->kind == BACKING_RAMFS || has_option(directory, "noswap");
	return 0;
}

int backing_close(const struct backing *backing, struct fault *fault)
{
	if (umount2(backing->directory, UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT)
		return fault_set(fault, errno, "unmount memory that was lent", backing->directory,
				 NULL);
	return 0;
}

char *backing_path(const struct backing *backing, const char *id,
		   char path[static BACKING_PATH_BYTES + 32])
{
	snprintf(path, BACKING_PATH_BYTES + 32, "%s/%.30s", backing->directory, id);
	return path;
}

int backing_make(const struct backing *backing, const char *id, uint64_t bytes, struct fault *fault)
{
	char path[BACKING_PATH_BYTES + 32];
	int error = backing_clear(backing, id, fault), fd;

	if (error)
		return error;
	fd = open(backing_path(backing, id, path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(fault, errno, "make memory to lend", path, NULL);
	if (ftruncate(fd, (off_t)bytes) < 0)
		error = fault_set(fault, errno, "make memory to lend", path, NULL);
	close(fd);
	return error;
}

int backing_check(const struct backing *backing, const char *id, uint64_t bytes,
		  struct fault *fault)
{
	char path[BACKING_PATH_BYTES + 32];
	struct stat status;

	if (stat(backing_path(backing, id, path), &status) < 0)
		return fault_set(fault, errno, "find memory that is lent", path, NULL);
	if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size != bytes)
		return fault_set(fault, EINVAL, "find memory that is lent", path,
				 "it has another size");
	return 0;
}

/* Pages of a file of ramfs, which counts none: those that the page cache has. */
static uint64_t count_cached(int fd, uint64_t bytes)
{
	static const size_t window = (size_t)WINDOW_PAGES * PAGE_BYTES;
	unsigned char there[WINDOW_PAGES];
	uint64_t pages = 0;

	for (uint64_t at = 0; at < bytes; at += window) {
		size_t length = bytes - at < window ? (size_t)(bytes - at) : window;
		size_t count = (length + PAGE_BYTES - 1) / PAGE_BYTES;
		void *map = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, (off_t)at);

		if (map == MAP_FAILED)
			return bytes; /* the worst there is */
		if (mincore(map, length, there) < 0)
			memset(there, 1, sizeof(there));
		for (size_t i = 0; i < count; i++)
			pages += there[i] & 1;
		munmap(map, length);
	}
	return pages * PAGE_BYTES;
}

static uint64_t allocated_of(const struct backing *backing, int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return 0;
	return backing->kind == BACKING_RAMFS ? count_cached(fd, (uint64_t)status.st_size)
					      : (uint64_t)status.st_blocks * 512;
}

uint64_t backing_allocated(const struct backing *backing, const char *id)
{
	char path[BACKING_PATH_BYTES + 32];
	int fd = open(backing_path(backing, id, path), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	uint64_t bytes = fd < 0 ? 0 : allocated_of(backing, fd);

	if (fd >= 0)
		close(fd);
	return bytes;
}

/* Back to the kernel, which hands out no page without clearing it; 0 or -errno. */
static int give_back(const struct backing *backing, int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size && backing->punches &&
	    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, status.st_size) < 0)
		return -errno;
	if (backing->punches && lseek(fd, 0, SEEK_DATA) >= 0)
		return -EBUSY;
	if (ftruncate(fd, 0) < 0 || fstat(fd, &status) < 0)
		return -errno;
	return status.st_size || allocated_of(backing, fd) ? -EBUSY : 0;
}

int backing_clear(const struct backing *backing, const char *id, struct fault *fault)
{
	char path[BACKING_PATH_BYTES + 32];
	int fd = open(backing_path(backing, id, path), O_RDWR | O_NOFOLLOW | O_CLOEXEC), error;

	if (fd < 0)
		return errno == ENOENT
			       ? 0
			       : fault_set(fault, errno, "clear memory that was lent", path, NULL);
	error = give_back(backing, fd);
	close(fd);
	if (error)
		return fault_set(fault, error, "clear memory that was lent", path,
				 error == -EBUSY ? "somebody still writes to it" : NULL);
	if (unlink(path) < 0)
		return fault_set(fault, errno, "clear memory that was lent", path, NULL);
	return 0;
}

int backing_each(const struct backing *backing,
		 int (*visit)(void *context, const char *id, struct fault *fault), void *context,
		 struct fault *fault)
{
	DIR *directory = opendir(backing->directory);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return fault_set(fault, errno, "look at memory that is lent", backing->directory,
				 NULL);
	while (!error && (entry = readdir(directory)) != NULL)
		if (*entry->d_name != '.')
			error = visit(context, entry->d_name, fault);
	closedir(directory);
	return error;
}
