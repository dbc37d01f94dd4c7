// SPDX-License-Identifier: GPL-2.0-only
/* The directory with a host's images; see store.h. */
#include "tools/image/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tools/cluster/names.h"
#include "tools/image/tree.h"
#include "userspace/lib/fs.h"

#define PARTIAL ".partial"
#define REMOVED ".removed"

/* --- names --------------------------------------------------------------------------------------
 */

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length >= tail && strcmp(name + length - tail, suffix) == 0;
}

static bool is_leftover(const char *name)
{
	return ends_with(name, PARTIAL) || ends_with(name, REMOVED);
}

bool image_name_is_good(const char *name)
{
	static const char known[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-_.";
	size_t length = strlen(name);

	return length && length <= IMAGE_NAME_LENGTH && strspn(name, known) == length &&
	       name[0] != '.' && name[0] != '-' && !is_leftover(name);
}

int image_name_check(const char *name, struct fault *fault)
{
	if (image_name_is_good(name))
		return 0;
	return fault_set(fault, EINVAL, "name image", name,
			 "a name has up to 64 letters, digits, '-', '_' and '.', not in front, "
			 "and ends neither with .partial nor .removed");
}

/* --- making -------------------------------------------------------------------------------------
 */

/* Open the store and lock it for the moment in which names in it are given or taken. */
static int lock_store(const char *store, bool make, int *fd, struct fault *fault)
{
	int error = make ? fs_make_dirs(store, 0755, fault) : 0;

	*fd = -1;
	if (error)
		return error;
	*fd = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd >= 0 && flock(*fd, LOCK_EX) == 0)
		return 0;
	error = errno;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return fault_set(fault, error, "open directory of images", store,
			 error == ENOENT ? "there are no images; see wireroot image build" : NULL);
}

/* Remove the directory @name unless a process holds its lock (-EBUSY). */
static int remove_leftover(int store, const char *path, const char *name, struct fault *fault)
{
	int fd = openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), error;
	char *full;

	if (fd < 0)
		return errno == ENOENT
			       ? 0
			       : fault_set(fault, errno, "remove what was left", name, NULL);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return -EBUSY;
	}
	full = fs_join(path, name);
	error = full ? tree_remove_directory(full, fault)
		     : fault_set(fault, ENOMEM, "remove what was left", name, NULL);
	free(full);
	close(fd);
	return error;
}

/* All that was left by processes that are no more. Others' work is not disturbed. */
static int clean(int store, const char *path, struct fault *fault)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int error = 0;

	if (!directory)
		return fault_set(fault, errno, "open directory of images", path, NULL);
	while (!error && (entry = readdir(directory))) {
		if (!is_leftover(entry->d_name))
			continue;
		error = remove_leftover(store, path, entry->d_name, fault);
		if (error == -EBUSY)
			error = 0;
	}
	closedir(directory);
	return error;
}

static int set_paths(struct image_partial *partial, const char *store, const char *name)
{
	char work[IMAGE_NAME_LENGTH + sizeof(PARTIAL)];

	snprintf(work, sizeof(work), "%s%s", name, PARTIAL);
	partial->work = fs_join(store, work);
	partial->root = partial->work ? fs_join(partial->work, "root") : NULL;
	partial->final = fs_join(store, name);
	return partial->root && partial->final ? 0 : -ENOMEM;
}

/* Under the store's lock. */
static int make_work(struct image_partial *partial, const char *name, struct fault *fault)
{
	int error = 0;

	if (faccessat(AT_FDCWD, partial->final, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return fault_set(fault, EEXIST, "make image", name,
				 "choose another name, or remove that one first");
	if (mkdir(partial->work, 0755) < 0)
		return fault_set(fault, errno, "make image", name,
				 errno == EEXIST ? "another command is making it" : NULL);
	partial->lock = open(partial->work, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (partial->lock < 0 || flock(partial->lock, LOCK_EX | LOCK_NB) < 0)
		return fault_set(fault, errno, "make image", name, NULL);
	/* Files of an image do not inherit what is set for the directory that it is in. */
	if (removexattr(partial->work, "system.posix_acl_default") < 0 && errno != ENODATA &&
	    errno != EOPNOTSUPP)
		error = errno;
	if (!error && mkdir(partial->root, 0755) < 0)
		error = errno;
	return error ? fault_set(fault, error, "make image", name, NULL) : 0;
}

int image_partial_begin(struct image_partial *partial, const char *store, const char *name,
			struct fault *fault)
{
	int fd, error = image_name_check(name, fault);

	*partial = (struct image_partial){ .lock = -1 };
	if (error)
		return error;
	if (set_paths(partial, store, name))
		return fault_set(fault, ENOMEM, "make image", name, NULL);
	error = lock_store(store, true, &fd, fault);
	if (error)
		return error;
	error = clean(fd, store, fault);
	if (!error)
		error = make_work(partial, name, fault);
	close(fd);
	return error;
}

int image_partial_finish(struct image_partial *partial, struct fault *fault)
{
	if (syncfs(partial->lock) < 0)
		return fault_set(fault, errno, "write image down to the disk", partial->root, NULL);
	/* Nobody else makes this name while we hold NAME.partial. */
	if (rename(partial->root, partial->final) < 0)
		return fault_set(fault, errno, "name image", partial->final, NULL);
	return 0;
}

void image_partial_end(struct image_partial *partial)
{
	struct fault ignored; /* what stays is the next command's leftover */

	if (partial->lock >= 0) {
		tree_remove_directory(partial->work, &ignored);
		close(partial->lock);
	}
	free(partial->work);
	free(partial->root);
	free(partial->final);
	*partial = (struct image_partial){ .lock = -1 };
}

/* --- removing and listing -----------------------------------------------------------------------
 */

static int check_unmounted(const char *path, const char *name, struct fault *fault)
{
	char *full = fs_join(path, name), *real = full ? realpath(full, NULL) : NULL;
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	size_t length = real ? strlen(real) : 0;
	const struct mntent *mount;
	int error = 0;

	while (!error && mounts && real && (mount = getmntent(mounts)))
		if (strncmp(mount->mnt_dir, real, length) == 0 &&
		    (!mount->mnt_dir[length] || mount->mnt_dir[length] == '/'))
			error = fault_set(fault, EBUSY, "remove image; something is mounted at",
					  mount->mnt_dir, "unmount it first");
	if (mounts)
		endmntent(mounts);
	free(real);
	free(full);
	return error;
}

/* Away with the name first, all at once: half an image must not look like one. */
static int remove_locked(int store, const char *path, const char *name, struct fault *fault)
{
	char removed[IMAGE_NAME_LENGTH + sizeof(REMOVED)];
	struct stat status;
	int error;

	if (fstatat(store, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return fault_set(fault, errno, "remove image", name,
				 errno == ENOENT ? "wireroot image list shows what there is"
						 : NULL);
	if (!S_ISDIR(status.st_mode))
		return fault_set(fault, ENOTDIR, "remove image", name, "it is no image of ours");
	error = check_unmounted(path, name, fault);
	if (!error)
		error = clean(store, path, fault);
	if (error)
		return error;
	snprintf(removed, sizeof(removed), "%s%s", name, REMOVED);
	if (renameat(store, name, store, removed) < 0)
		return fault_set(fault, errno, "remove image", name, NULL);
	return remove_leftover(store, path, removed, fault);
}

int image_store_remove(const char *store, const char *name, struct fault *fault)
{
	int fd, error = image_name_check(name, fault);

	if (!error)
		error = lock_store(store, false, &fd, fault);
	if (error)
		return error;
	error = remove_locked(fd, store, name, fault);
	close(fd);
	return error;
}

static int compare_entries(const void *a, const void *b)
{
	return compare_names(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct image_names *names, const char *name)
{
	char **list = reallocarray(names->list, names->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	names->list = list;
	list[names->count] = strdup(name);
	return list[names->count++] ? 0 : -ENOMEM;
}

int image_store_list(const char *store, struct image_names *names, struct fault *fault)
{
	DIR *directory = opendir(store);
	const struct dirent *entry;
	struct stat status;
	int error = 0;

	*names = (struct image_names){ 0 };
	if (!directory)
		return errno == ENOENT
			       ? 0
			       : fault_set(fault, errno, "open directory of images", store, NULL);
	while (!error && (entry = readdir(directory)))
		if (image_name_is_good(entry->d_name) &&
		    fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(status.st_mode))
			error = add_name(names, entry->d_name);
	closedir(directory);
	if (error)
		return fault_set(fault, error, "list images", store, NULL);
	qsort(names->list, names->count, sizeof(*names->list), compare_entries);
	return 0;
}

void image_names_free(struct image_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct image_names){ 0 };
}
