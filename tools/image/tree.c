// SPDX-License-Identifier: GPL-2.0-only
/* Making files below a directory from what strangers say; see tree.h. */
#include "tools/image/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

/* Directories that an archive does not list. */
#define MISSING_DIRECTORY_MODE 0755

#define DEFAULT_ACL "system.posix_acl_default"

static int tree_fault(struct fault *fault, int error, const char *doing, const char *path)
{
	return fault_set(fault, error, doing, *path ? path : "/", NULL);
}

int tree_clean_path(const char *path, char clean[static TREE_PATH_BYTES])
{
	size_t length = 0;

	for (;;) {
		size_t part;

		path += strspn(path, "/");
		part = strcspn(path, "/");
		if (!part)
			break;
		if (part == 2 && path[0] == '.' && path[1] == '.')
			return -EINVAL;
		if (part != 1 || path[0] != '.') {
			if (part + 2 > TREE_PATH_BYTES - length)
				return -ENAMETOOLONG;
			if (length)
				clean[length++] = '/';
			memcpy(clean + length, path, part);
			length += part;
		}
		path += part;
	}
	clean[length] = '\0';
	return 0;
}

/* tree_clean_path() with a fault. */
static int clean_path(const char *path, char clean[static TREE_PATH_BYTES], struct fault *fault)
{
	int error = tree_clean_path(path, clean);

	if (error)
		fault_set(fault, error, "make file of image", path,
			  error == -EINVAL
				  ? "no honest archive has '..' in a path; get it from elsewhere"
				  : NULL);
	return error;
}

/* The last part of a clean path. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* --- single files ----------------------------------------------------------------------------- */

int tree_open_file(int root, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)flags | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int fd = (int)syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

bool tree_has(int root, const char *path)
{
	int fd = tree_open_file(root, path, O_PATH);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Make the directories of the clean path @path, one after the other. */
static int make_directories(int root, const char *path)
{
	char part[TREE_PATH_BYTES];
	size_t length = 0;

	do {
		int parent, error = 0;

		length += strspn(path + length, "/");
		snprintf(part, sizeof(part), "%.*s", (int)length, path);
		parent = tree_open_file(root, part, O_PATH | O_DIRECTORY);
		if (parent < 0)
			return parent;
		snprintf(part, sizeof(part), "%.*s", (int)strcspn(path + length, "/"),
			 path + length);
		if (mkdirat(parent, part, MISSING_DIRECTORY_MODE) < 0 && errno != EEXIST)
			error = -errno;
		close(parent);
		if (error)
			return error;
		length += strlen(part);
	} while (path[length]);
	return 0;
}

/* The directory that the clean path @path is in; made when it is missing and @make. */
static int open_parent(int root, const char *path, bool make)
{
	char parent[TREE_PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int fd, error;

	snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path) : 0, path);
	fd = tree_open_file(root, parent, O_PATH | O_DIRECTORY);
	if (fd != -ENOENT || !make)
		return fd;
	error = make_directories(root, parent);
	return error ? error : tree_open_file(root, parent, O_PATH | O_DIRECTORY);
}

/*
 * Directories can be nested more deeply than a path is long or descriptors are many, through links
 * in an archive. So what is this deep is first moved to the top.
 */
#define REMOVE_DEPTH_MAX 64

struct removal {
	int top; /* the directory whose contents go */
	unsigned int moved;
};

static int remove_below(struct removal *removal, int parent, const char *name, unsigned int depth);

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* Empty the directory @fd, which is closed. */
static int empty_open(struct removal *removal, int fd, unsigned int depth)
{
	DIR *directory = fdopendir(fd);
	const struct dirent *entry;
	int error = 0;

	if (!directory) {
		close(fd);
		return -ENOMEM;
	}
	while (!error && (entry = readdir(directory)))
		if (!is_dots(entry->d_name))
			error = remove_below(removal, dirfd(directory), entry->d_name, depth + 1);
	closedir(directory);
	return error;
}

/* To where the loop of empty_at() finds it. */
static int move_to_top(struct removal *removal, int parent, const char *name)
{
	char moved[32];

	do
		snprintf(moved, sizeof(moved), ".deep%u", removal->moved++);
	while (faccessat(removal->top, moved, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	return renameat(parent, name, removal->top, moved) < 0 ? -errno : 0;
}

/* A directory on the same file system; nothing that is mounted there. */
static int open_below(int parent, const char *name)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
				.resolve = RESOLVE_NO_XDEV };
	int fd = (int)syscall(SYS_openat2, parent, name, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static int remove_below(struct removal *removal, int parent, const char *name, unsigned int depth)
{
	int fd, error;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -errno;
	if (depth >= REMOVE_DEPTH_MAX)
		return move_to_top(removal, parent, name);
	fd = open_below(parent, name);
	error = fd < 0 ? fd : empty_open(removal, fd, depth);
	if (!error && unlinkat(parent, name, AT_REMOVEDIR) < 0)
		error = -errno;
	return error;
}

/* Take away what is in the directory @name of @parent. */
static int empty_at(int parent, const char *name)
{
	struct removal removal = { .top = open_below(parent, name) };
	int error = 0;

	if (removal.top < 0)
		return removal.top;
	do {
		int again;

		removal.moved = 0;
		again = open_below(removal.top, ".");
		error = again < 0 ? again : empty_open(&removal, again, 0);
	} while (!error && removal.moved);
	close(removal.top);
	return error;
}

static int remove_at(int parent, const char *name)
{
	int error;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	error = empty_at(parent, name);
	if (!error && unlinkat(parent, name, AT_REMOVEDIR) < 0)
		error = -errno;
	return error;
}

int tree_remove_directory(const char *path, struct fault *fault)
{
	int error = remove_at(AT_FDCWD, path);

	if (error == -EXDEV)
		return fault_set(fault, EBUSY, "remove directory", path,
				 "a file system is mounted in it");
	return error ? tree_fault(fault, error, "remove directory", path) : 0;
}

int tree_remove_file(int root, const char *path, struct fault *fault)
{
	int parent = open_parent(root, path, false), error = 0;

	if (parent == -ENOENT || parent == -ENOTDIR)
		return 0;
	if (parent < 0)
		return tree_fault(fault, parent, "remove file of image", path);
	if (unlinkat(parent, base_name(path), 0) < 0 && errno != ENOENT)
		error = tree_fault(fault, errno, "remove file of image", path);
	close(parent);
	return error;
}

static int write_at(int parent, const char *name, const char *text, mode_t permissions)
{
	int fd, error;

	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	error = fs_write_all(fd, text, strlen(text));
	if (!error && fchmod(fd, permissions) < 0)
		error = -errno;
	close(fd);
	return error;
}

int tree_write_file(int root, const char *path, const char *text, mode_t permissions,
		    struct fault *fault)
{
	int parent = open_parent(root, path, true);
	int error = parent < 0 ? parent : write_at(parent, base_name(path), text, permissions);

	if (parent >= 0)
		close(parent);
	return error ? tree_fault(fault, error, "write file of image", path) : 0;
}

int tree_write_link(int root, const char *path, const char *target, struct fault *fault)
{
	int parent = open_parent(root, path, true);
	int error = parent < 0 ? parent : 0;

	if (!error && unlinkat(parent, base_name(path), 0) < 0 && errno != ENOENT)
		error = -errno;
	if (!error && symlinkat(target, parent, base_name(path)) < 0)
		error = -errno;
	if (parent >= 0)
		close(parent);
	return error ? tree_fault(fault, error, "write link of image", path) : 0;
}

/* --- whole trees ------------------------------------------------------------------------------ */

void tree_open(struct tree *tree, int root)
{
	*tree = (struct tree){ .root = root, .parent = -1 };
}

static void forget_parent(struct tree *tree)
{
	if (tree->parent >= 0)
		close(tree->parent);
	free(tree->parent_path);
	tree->parent = -1;
	tree->parent_path = NULL;
}

/* Have the directory that the clean path @path is in at ->parent. */
static int enter_parent(struct tree *tree, const char *path, bool make)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	int fd;

	if (tree->parent_path && strlen(tree->parent_path) == length &&
	    memcmp(tree->parent_path, path, length) == 0)
		return 0;
	forget_parent(tree);
	fd = open_parent(tree->root, path, make);
	if (fd < 0)
		return fd;
	tree->parent = fd;
	tree->parent_path = strndup(path, length);
	return tree->parent_path ? 0 : -ENOMEM;
}

static int remember_directory(struct tree *tree, const char *path, struct timespec changed)
{
	if (tree->count == tree->capacity) {
		size_t capacity = tree->capacity ? 2 * tree->capacity : 256;
		struct tree_directory *more =
			reallocarray(tree->directories, capacity, sizeof(*more));

		if (!more)
			return -ENOMEM;
		tree->directories = more;
		tree->capacity = capacity;
	}
	tree->directories[tree->count].path = strdup(path);
	if (!tree->directories[tree->count].path)
		return -ENOMEM;
	tree->directories[tree->count].default_acl = NULL;
	tree->directories[tree->count++].changed = changed;
	return 0;
}

static int finish_directory(const struct tree *tree, const struct tree_directory *directory)
{
	const struct timespec times[2] = { directory->changed, directory->changed };
	int fd = tree_open_file(tree->root, directory->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	int error = 0;

	/* A later layer may have taken it away, or put something else in its place. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd < 0)
		return fd;
	if (directory->default_acl && fsetxattr(fd, DEFAULT_ACL, directory->default_acl,
						directory->default_acl_length, 0) < 0)
		error = -errno;
	if (!error && futimens(fd, times) < 0)
		error = -errno;
	close(fd);
	return error;
}

static int finish_directories(const struct tree *tree, struct fault *fault)
{
	for (size_t i = 0; i < tree->count; i++) {
		int error = finish_directory(tree, &tree->directories[i]);

		if (error)
			return tree_fault(fault, error, "finish directory of image",
					  tree->directories[i].path);
	}
	return 0;
}

int tree_close(struct tree *tree, bool finish, struct fault *fault)
{
	int error = finish ? finish_directories(tree, fault) : 0;

	forget_parent(tree);
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->directories[i].path);
		free(tree->directories[i].default_acl);
	}
	free(tree->directories);
	tree->directories = NULL;
	tree->count = tree->capacity = 0;
	return error;
}

/* Put nothing but a new @file at @name of ->parent; the name is not taken. */
static int make_new(int parent, const char *name, const struct tree_file *file, int *fd)
{
	*fd = -1;
	if (S_ISREG(file->mode)) {
		*fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			     file->mode & 0777);
		return *fd < 0 ? -errno : 0;
	}
	if (S_ISLNK(file->mode))
		return symlinkat(file->target, parent, name) < 0 ? -errno : 0;
	return mknodat(parent, name, file->mode & (S_IFMT | 0600), file->device) < 0 ? -errno : 0;
}

/* A directory stays what it is; anything else goes. */
static int make_directory(int parent, const char *name, mode_t mode, int *fd)
{
	if (mkdirat(parent, name, mode & 0777) < 0) {
		struct stat status;

		if (errno != EEXIST || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
		if (!S_ISDIR(status.st_mode) &&
		    (unlinkat(parent, name, 0) < 0 || mkdirat(parent, name, mode & 0777) < 0))
			return -errno;
	}
	*fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? -errno : 0;
}

static int make_root(struct tree *tree, const struct tree_file *file, int *fd)
{
	if (!S_ISDIR(file->mode))
		return -EINVAL;
	*fd = tree_open_file(tree->root, "", O_RDONLY | O_DIRECTORY);
	return *fd < 0 ? *fd : 0;
}

static int make(struct tree *tree, const char *clean, const struct tree_file *file, int *fd)
{
	int error;

	if (!*clean)
		return make_root(tree, file, fd);
	error = enter_parent(tree, clean, true);
	if (error)
		return error;
	if (S_ISDIR(file->mode))
		return make_directory(tree->parent, base_name(clean), file->mode, fd);
	error = make_new(tree->parent, base_name(clean), file, fd);
	if (error != -EEXIST)
		return error;
	error = remove_at(tree->parent, base_name(clean));
	return error ? error : make_new(tree->parent, base_name(clean), file, fd);
}

static bool has_owner(const struct stat *status, const struct tree_file *file)
{
	return status->st_uid == file->owner && status->st_gid == file->group;
}

/*
 * What is so already is not set once more: each change costs the file system's journal as much as
 * the file itself. The owner goes first: a change of it takes set-user-ID bits away. Contents may
 * still follow: root writes to a set-user-ID file without that.
 */
static int own_open(const struct tree_file *file, int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!has_owner(&status, file)) {
		if (fchown(fd, file->owner, file->group) < 0 || fstat(fd, &status) < 0)
			return -errno;
	}
	if ((status.st_mode & 07777) != (file->mode & 07777) && fchmod(fd, file->mode & 07777) < 0)
		return -errno;
	return 0;
}

static int own_named(int parent, const char *name, const struct tree_file *file)
{
	struct stat status;

	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!has_owner(&status, file) &&
	    fchownat(parent, name, file->owner, file->group, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	/* A device or pipe, made a moment ago: no link that could be followed. */
	if (!S_ISLNK(file->mode) && fchmodat(parent, name, file->mode & 07777, 0) < 0)
		return -errno;
	return 0;
}

int tree_make(struct tree *tree, const char *path, const struct tree_file *file, int *fd,
	      struct fault *fault)
{
	char clean[TREE_PATH_BYTES];
	int error = clean_path(path, clean, fault);

	*fd = -1;
	if (error)
		return error;
	tree->files++;
	error = make(tree, clean, file, fd);
	if (!error && *fd >= 0)
		error = own_open(file, *fd);
	else if (!error)
		error = own_named(tree->parent, base_name(clean), file);
	if (!error && S_ISDIR(file->mode))
		error = remember_directory(tree, clean, file->changed);
	if (error && *fd >= 0)
		close(*fd);
	return error ? tree_fault(fault, error, "make file of image", path) : 0;
}

static int set_times(struct tree *tree, const char *name, const struct tree_file *file, int fd)
{
	const struct timespec times[2] = { file->changed, file->changed };
	int done = fd >= 0 ? futimens(fd, times)
			   : utimensat(tree->parent, name, times, AT_SYMLINK_NOFOLLOW);

	return done < 0 ? -errno : 0;
}

/*
 * The disk is busy while the next files are made, and not only at the end. Nothing is waited for:
 * what goes wrong is told by the sync at the end.
 */
static void write_early(const struct tree *tree, const struct tree_file *file, int fd)
{
	if (S_ISREG(file->mode) && tree->early_bytes && file->bytes >= tree->early_bytes)
		(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int tree_finish(struct tree *tree, const char *path, const struct tree_file *file, int fd,
		struct fault *fault)
{
	char clean[TREE_PATH_BYTES];
	int error = clean_path(path, clean, fault);

	if (!error && !S_ISDIR(file->mode)) {
		error = set_times(tree, base_name(clean), file, fd);
		if (error)
			tree_fault(fault, error, "set time of file", path);
		else
			write_early(tree, file, fd);
	}
	/* Network file systems tell of a full disk only here. */
	if (fd >= 0 && close(fd) < 0 && !error)
		error = tree_fault(fault, errno, "write file of image", path);
	return error;
}

static int link_at(struct tree *tree, const char *name, int from, const char *from_name)
{
	if (linkat(from, from_name, tree->parent, name, 0) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (remove_at(tree->parent, name) || linkat(from, from_name, tree->parent, name, 0) < 0)
		return -errno;
	return 0;
}

/* A name of itself: nothing to do, and removing what is in the way would remove the file. */
static bool is_same_file(struct tree *tree, const char *name, int from, const char *from_name)
{
	struct stat one, other;

	return fstatat(tree->parent, name, &one, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(from, from_name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

int tree_link(struct tree *tree, const char *path, const char *target, struct fault *fault)
{
	char clean[TREE_PATH_BYTES], from_path[TREE_PATH_BYTES];
	int from = -1, error = clean_path(path, clean, fault);

	if (!error)
		error = clean_path(target, from_path, fault);
	if (error)
		return error;
	tree->files++;
	error = *clean && *from_path ? enter_parent(tree, clean, true) : -EINVAL;
	if (!error) {
		from = open_parent(tree->root, from_path, false);
		error = from < 0 ? from : 0;
	}
	if (!error && !is_same_file(tree, base_name(clean), from, base_name(from_path)))
		error = link_at(tree, base_name(clean), from, base_name(from_path));
	if (from >= 0)
		close(from);
	if (error == -ENOENT)
		return fault_set(fault, ENOENT, "make hard link of image", path,
				 "what it is a link to is not in the archive before it");
	return error ? tree_fault(fault, error, "make hard link of image", path) : 0;
}

bool tree_attribute_is_local(const char *name)
{
	static const char *const local[] = { "security.selinux", "security.ima", "security.evm",
					     "system.nfs4_acl",
					     /* XFS shows its ACLs a second time. */
					     "trusted.SGI_ACL_FILE", "trusted.SGI_ACL_DEFAULT" };

	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (strcmp(name, local[i]) == 0)
			return true;
	return false;
}

/*
 * What is put into a directory would inherit it, besides what it has of its own. Only directories
 * have one, and the last that was made is the one that is meant.
 */
static int keep_default_acl(struct tree *tree, const void *value, size_t length,
			    struct fault *fault)
{
	struct tree_directory *directory = tree->count ? &tree->directories[tree->count - 1] : NULL;

	if (!directory || directory->default_acl)
		return 0;
	directory->default_acl = malloc(length ? length : 1);
	if (!directory->default_acl)
		return tree_fault(fault, ENOMEM, "set default ACL", directory->path);
	memcpy(directory->default_acl, value, length);
	directory->default_acl_length = length;
	return 0;
}

int tree_set_attribute(struct tree *tree, const char *path, int fd, const char *name,
		       const void *value, size_t length, struct fault *fault)
{
	char clean[TREE_PATH_BYTES], proc[TREE_PATH_BYTES + 32];
	int done, error;

	if (tree_attribute_is_local(name))
		return 0;
	if (strcmp(name, DEFAULT_ACL) == 0)
		return keep_default_acl(tree, value, length, fault);
	if (fd >= 0) {
		done = fsetxattr(fd, name, value, length, 0);
	} else {
		error = clean_path(path, clean, fault);
		if (error)
			return error;
		snprintf(proc, sizeof(proc), "/proc/self/fd/%d/%s", tree->parent, base_name(clean));
		done = lsetxattr(proc, name, value, length, 0);
	}
	if (done == 0)
		return 0;
	error = errno;
	return fault_set(fault, error, "set extended attribute", name,
			 error == EOPNOTSUPP ? "the file system of the directory has none of these"
					     : NULL);
}

/* Both are about what is there: a missing directory on the way is success, too. */
static int take_away(struct tree *tree, const char *path, int (*act)(int parent, const char *name),
		     struct fault *fault)
{
	char clean[TREE_PATH_BYTES];
	int error = clean_path(path, clean, fault);

	if (error)
		return error;
	if (*clean) {
		error = enter_parent(tree, clean, false);
		if (!error)
			error = act(tree->parent, base_name(clean));
	} else {
		error = act(tree->root, ".");
	}
	if (error == -ENOENT || error == -ENOTDIR)
		return 0;
	return error ? tree_fault(fault, error, "remove file of image", path) : 0;
}

int tree_remove(struct tree *tree, const char *path, struct fault *fault)
{
	int error = take_away(tree, path, remove_at, fault);

	forget_parent(tree); /* it may have been below */
	return error;
}

int tree_empty(struct tree *tree, const char *path, struct fault *fault)
{
	int error = take_away(tree, path, empty_at, fault);

	forget_parent(tree);
	return error;
}
