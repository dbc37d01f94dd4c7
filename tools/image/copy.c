// SPDX-License-Identifier: GPL-2.0-only
/* Copying a directory tree with all that belongs to its files; see copy.h. */
#include "tools/image/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tools/cluster/table.h"
#include "userspace/lib/fs.h"

/* Larger ones are no faster, and most files are smaller. */
#define BUFFER_BYTES (256u << 10)
/* The kernel's own limits, XATTR_LIST_MAX and XATTR_SIZE_MAX. */
#define ATTRIBUTES_BYTES (64u << 10)

/* A file with several names, by its inode. */
struct linked {
	ino_t inode; /* the key */
	char path[]; /* its first name in the copy */
};

struct copy {
	struct tree *tree;
	struct progress *progress;
	struct fault *fault;
	struct table links; /* struct linked */
	dev_t device; /* the file system that is copied */
	char *buffer, *names, *value;
	char path[TREE_PATH_BYTES]; /* of what is being copied, below the root */
};

/* --- measuring ----------------------------------------------------------------------------------
 */

static const struct linked *find_linked(const struct table *links, const struct stat *status)
{
	return table_find(links, &status->st_ino, sizeof(status->st_ino));
}

static int add_linked(struct table *links, const struct stat *status, const char *path)
{
	struct linked *linked = malloc(sizeof(*linked) + strlen(path) + 1);

	if (!linked)
		return -ENOMEM;
	linked->inode = status->st_ino;
	memcpy(linked->path, path, strlen(path) + 1);
	if (table_put(links, &linked->inode, sizeof(linked->inode), linked) == 0)
		return 0;
	free(linked);
	return -ENOMEM;
}

static void free_links(struct table *links)
{
	for (size_t i = 0; i < links->capacity; i++)
		free(links->slots[i].value);
	table_free(links);
}

static bool has_several_names(const struct stat *status)
{
	return !S_ISDIR(status->st_mode) && status->st_nlink > 1;
}

static int measure_one(const FTSENT *entry, struct table *seen, struct tree_size *size)
{
	const struct stat *status = entry->fts_statp;
	int error = 0;

	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
		return -entry->fts_errno;
	if (entry->fts_info == FTS_DP)
		return 0;
	size->files++;
	if (has_several_names(status)) {
		if (find_linked(seen, status))
			return 0;
		error = add_linked(seen, status, "");
	}
	size->bytes += (uint64_t)status->st_blocks * 512;
	if (S_ISREG(status->st_mode))
		size->contents += (uint64_t)status->st_size;
	return error;
}

int copy_measure(const char *path, struct tree_size *size, struct fault *fault)
{
	char *const paths[] = { (char *)path, NULL };
	struct table seen = { 0 };
	FTSENT *entry;
	FTS *walk;
	int error = 0;

	*size = (struct tree_size){ 0 };
	walk = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	if (!walk)
		return fault_set(fault, errno, "measure directory", path, NULL);
	while (!error && (errno = 0, entry = fts_read(walk))) {
		error = measure_one(entry, &seen, size);
		if (error)
			fault_set(fault, error, "measure directory", entry->fts_path, NULL);
	}
	if (!error && errno)
		error = fault_set(fault, errno, "measure directory", path, NULL);
	fts_close(walk);
	free_links(&seen);
	return error;
}

/* --- copying ------------------------------------------------------------------------------------
 */

static int copy_fault(const struct copy *copy, int error, const char *doing)
{
	return fault_set(copy->fault, error, doing, *copy->path ? copy->path : "/", NULL);
}

/* Bytes @from to @to (exclusive) of @source. */
static int copy_range(const struct copy *copy, int source, int target, off_t from, off_t to)
{
	while (from < to) {
		size_t want = to - from < (off_t)BUFFER_BYTES ? (size_t)(to - from) : BUFFER_BYTES;
		ssize_t got = pread(source, copy->buffer, want, from), done = 0;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0) /* it was cut off meanwhile */
			return -ESTALE;
		while (done < got) {
			ssize_t put = pwrite(target, copy->buffer + done, (size_t)(got - done),
					     from + done);

			if (put < 0 && errno != EINTR)
				return -errno;
			done += put > 0 ? put : 0;
		}
		from += got;
	}
	return 0;
}

/* Only what is not a hole. */
static int copy_parts(const struct copy *copy, int source, int target, off_t size)
{
	off_t from = 0, to;
	int error = 0;

	while (!error && from < size) {
		from = lseek(source, from, SEEK_DATA);
		if (from < 0)
			return errno == ENXIO ? 0 : -errno;
		to = lseek(source, from, SEEK_HOLE);
		if (to < 0)
			return -errno;
		error = copy_range(copy, source, target, from, to < size ? to : size);
		from = to;
	}
	return error;
}

static int copy_contents(const struct copy *copy, int source, int target, const struct stat *status)
{
	if (status->st_size == 0)
		return 0;
	if (status->st_size >= (off_t)BUFFER_BYTES && ioctl(target, FICLONE, source) == 0)
		return 0;
	if ((off_t)status->st_blocks * 512 >= status->st_size)
		return copy_range(copy, source, target, 0, status->st_size);
	if (ftruncate(target, status->st_size) < 0)
		return -errno;
	return copy_parts(copy, source, target, status->st_size);
}

/* The attribute @name of @source, which is open or (-1) at the path @proc. */
static int copy_attribute(const struct copy *copy, int source, const char *proc, int target,
			  const char *name)
{
	ssize_t length = source >= 0 ? fgetxattr(source, name, copy->value, ATTRIBUTES_BYTES)
				     : lgetxattr(proc, name, copy->value, ATTRIBUTES_BYTES);

	if (length < 0)
		return errno == ENODATA ? 0 : copy_fault(copy, errno, "read extended attribute");
	return tree_set_attribute(copy->tree, copy->path, target, name, copy->value, (size_t)length,
				  copy->fault);
}

static int copy_attributes(const struct copy *copy, int source, const char *proc, int target)
{
	ssize_t length = source >= 0 ? flistxattr(source, copy->names, ATTRIBUTES_BYTES)
				     : llistxattr(proc, copy->names, ATTRIBUTES_BYTES);
	int error = 0;

	if (length < 0)
		return errno == EOPNOTSUPP ? 0
					   : copy_fault(copy, errno, "list extended attributes");
	for (const char *name = copy->names; !error && name < copy->names + length;
	     name += strlen(name) + 1)
		error = copy_attribute(copy, source, proc, target, name);
	return error;
}

static struct tree_file file_of(const struct stat *status, const char *target)
{
	return (struct tree_file){ .mode = status->st_mode,
				   .owner = status->st_uid,
				   .group = status->st_gid,
				   .changed = status->st_mtim,
				   .device = status->st_rdev,
				   .bytes = (uint64_t)status->st_size,
				   .target = target };
}

static int copy_regular(const struct copy *copy, int source, const struct stat *status)
{
	struct tree_file file = file_of(status, NULL);
	int target, error;

	error = tree_make(copy->tree, copy->path, &file, &target, copy->fault);
	if (error)
		return error;
	error = copy_contents(copy, source, target, status);
	if (error)
		copy_fault(copy, error, "copy file");
	else
		error = copy_attributes(copy, source, NULL, target);
	if (!error)
		return tree_finish(copy->tree, copy->path, &file, target, copy->fault);
	close(target);
	return error;
}

/* A symbolic link, a device, a pipe. */
static int copy_special(const struct copy *copy, int directory, const char *name,
			const struct stat *status)
{
	char target[TREE_PATH_BYTES] = "", proc[TREE_PATH_BYTES];
	struct tree_file file = file_of(status, target);
	int fd, error;

	if (S_ISLNK(status->st_mode)) {
		ssize_t length = readlinkat(directory, name, target, sizeof(target) - 1);

		if (length < 0)
			return copy_fault(copy, errno, "read symbolic link");
		target[length] = '\0';
	}
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d/%s", directory, name);
	error = tree_make(copy->tree, copy->path, &file, &fd, copy->fault);
	if (!error)
		error = copy_attributes(copy, -1, proc, fd);
	if (!error)
		error = tree_finish(copy->tree, copy->path, &file, fd, copy->fault);
	return error;
}

static int copy_file(struct copy *copy, int directory, const char *name, const struct stat *status)
{
	int source, error;

	if (has_several_names(status)) {
		const struct linked *linked = find_linked(&copy->links, status);

		if (linked)
			return tree_link(copy->tree, copy->path, linked->path, copy->fault);
		error = add_linked(&copy->links, status, copy->path);
		if (error)
			return copy_fault(copy, error, "copy file");
	}
	if (!S_ISREG(status->st_mode))
		return copy_special(copy, directory, name, status);
	source = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOATIME);
	if (source < 0)
		return copy_fault(copy, errno, "open file");
	error = copy_regular(copy, source, status);
	close(source);
	return error;
}

/* The names in a directory: those of subdirectories are kept until the files are done. */
struct names {
	char **list;
	size_t count, capacity;
};

static int names_add(struct names *names, const char *name)
{
	if (names->count == names->capacity) {
		size_t capacity = names->capacity ? 2 * names->capacity : 32;
		char **list = reallocarray(names->list, capacity, sizeof(*list));

		if (!list)
			return -ENOMEM;
		names->list = list;
		names->capacity = capacity;
	}
	names->list[names->count] = strdup(name);
	return names->list[names->count++] ? 0 : -ENOMEM;
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

/* ->path with @name behind it; the length before is for path_leave(). */
static int path_enter(struct copy *copy, const char *name, size_t *length)
{
	int more;

	*length = strlen(copy->path);
	more = snprintf(copy->path + *length, sizeof(copy->path) - *length, "%s%s",
			*length ? "/" : "", name);
	if (more >= 0 && (size_t)more < sizeof(copy->path) - *length)
		return 0;
	copy->path[*length] = '\0';
	return copy_fault(copy, ENAMETOOLONG, "copy file");
}

static void path_leave(struct copy *copy, size_t length)
{
	copy->path[length] = '\0';
}

static int copy_entry(struct copy *copy, int directory, const char *name, struct names *below)
{
	struct stat status;
	size_t length;
	int error = path_enter(copy, name, &length);

	if (error)
		return error;
	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		error = copy_fault(copy, errno, "look at file");
	else if (S_ISDIR(status.st_mode))
		error = names_add(below, name) ? copy_fault(copy, ENOMEM, "copy directory") : 0;
	else if (!S_ISSOCK(status.st_mode))
		error = copy_file(copy, directory, name, &status);
	progress_set(copy->progress, copy->tree->files);
	path_leave(copy, length);
	return error;
}

static int copy_files(struct copy *copy, DIR *directory, struct names *below)
{
	const struct dirent *entry;
	int error = 0;

	while (!error && (errno = 0, entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			error = copy_entry(copy, dirfd(directory), entry->d_name, below);
	if (!error && errno)
		error = copy_fault(copy, errno, "read directory");
	return error;
}

/* The directory itself, without what is in it. */
static int copy_own(const struct copy *copy, int source, bool *mounted)
{
	struct tree_file file;
	struct stat status;
	int target, error;

	if (fstat(source, &status) < 0)
		return copy_fault(copy, errno, "look at directory");
	*mounted = status.st_dev != copy->device;
	file = file_of(&status, NULL);
	error = tree_make(copy->tree, copy->path, &file, &target, copy->fault);
	if (error)
		return error;
	if (!*mounted)
		error = copy_attributes(copy, source, NULL, target);
	if (!error)
		return tree_finish(copy->tree, copy->path, &file, target, copy->fault);
	close(target);
	return error;
}

static int copy_open(struct copy *copy, int source);

static int copy_below(struct copy *copy, int directory, const char *name)
{
	size_t length;
	int source, error = path_enter(copy, name, &length);

	if (error)
		return error;
	source = openat(directory, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NOATIME);
	error = source < 0 ? copy_fault(copy, errno, "open directory") : copy_open(copy, source);
	path_leave(copy, length);
	return error;
}

/* Copy the directory @source, which is closed. */
static int copy_open(struct copy *copy, int source)
{
	struct names below = { 0 };
	bool mounted = false;
	DIR *directory = fdopendir(source);
	int error;

	if (!directory) {
		error = copy_fault(copy, errno, "read directory");
		close(source);
		return error;
	}
	error = copy_own(copy, source, &mounted);
	if (!error && !mounted)
		error = copy_files(copy, directory, &below);
	for (size_t i = 0; !error && i < below.count; i++)
		error = copy_below(copy, source, below.list[i]);
	names_free(&below);
	closedir(directory);
	return error;
}

static int copy_root(struct copy *copy, const char *source)
{
	int fd = open(source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0) {
		int error = fault_set(copy->fault, errno, "open directory", source, NULL);

		if (fd >= 0)
			close(fd);
		return error;
	}
	copy->device = status.st_dev;
	return copy_open(copy, fd);
}

int copy_directory(const char *source, struct tree *tree, struct progress *progress,
		   struct fault *fault)
{
	struct copy *copy = calloc(1, sizeof(*copy));
	int error = -ENOMEM;

	if (!copy)
		return fault_set(fault, ENOMEM, "copy directory", source, NULL);
	copy->tree = tree;
	copy->progress = progress;
	copy->fault = fault;
	copy->buffer = malloc(BUFFER_BYTES);
	copy->names = malloc(ATTRIBUTES_BYTES);
	copy->value = malloc(ATTRIBUTES_BYTES);
	if (copy->buffer && copy->names && copy->value)
		error = copy_root(copy, source);
	else
		fault_set(fault, ENOMEM, "copy directory", source, NULL);
	free_links(&copy->links);
	free(copy->buffer);
	free(copy->names);
	free(copy->value);
	free(copy);
	return error;
}
