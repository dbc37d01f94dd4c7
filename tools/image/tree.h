/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making files below a directory from what strangers say: paths, modes, owners, link targets.
 *
 * No path leads out of the directory: it is the root for "..", for absolute paths and for absolute
 * symbolic links, as it will be on the node (openat2(2), RESOLVE_IN_ROOT). A path with ".." in it
 * is refused all the same, since no honest archive has one. What is in the way of a new file goes,
 * as when archives are unpacked one over the other; only a directory stays one.
 *
 * Nobody else may change the directory meanwhile. Owners and devices need root.
 */
#ifndef WIREROOT_IMAGE_TREE_H
#define WIREROOT_IMAGE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/* What a file is besides its contents and extended attributes. */
struct tree_file {
	mode_t mode; /* with its type; not S_IFSOCK */
	uid_t owner;
	gid_t group;
	struct timespec changed; /* its modification time */
	dev_t device;
	uint64_t bytes; /* of a regular file's contents, as far as known */
	const char *target; /* of a symbolic link */
};

/* A directory that is finished when nothing is put into it any more. */
struct tree_directory {
	char *path; /* relative, "" for the root */
	struct timespec changed;
	void *default_acl; /* NULL: none */
	size_t default_acl_length;
};

struct tree {
	int root;
	/* The directory in which the last file was made: mostly the next one's, too. */
	int parent;
	char *parent_path; /* NULL: none */
	struct tree_directory *directories;
	size_t count, capacity;
	uint64_t files; /* that were made */
	/* Contents of so many bytes and more are on their way to the disk as soon as their file is
	 * finished; 0: none are. */
	uint64_t early_bytes;
};

/* @root, an open directory, stays the caller's. tree_close() in any case. */
void tree_open(struct tree *tree, int root);

/* Sets times and default ACLs of directories when @finish, else only frees. 0 or -errno with
 * @fault. */
int tree_close(struct tree *tree, bool finish, struct fault *fault);

/*
 * Bring @path, of any archive, into the form in which it stands below the root: no "." or empty
 * parts, no '/' at either end; "" is the root itself. @clean has room for TREE_PATH_BYTES. -EINVAL
 * for ".." and -ENAMETOOLONG.
 */
#define TREE_PATH_BYTES 4096
int tree_clean_path(const char *path, char clean[static TREE_PATH_BYTES]);

/*
 * Make @file at @path, with owner and permissions. *@fd is open for writing for a regular file, for
 * reading for a directory, else -1. Directories above that are missing are made. Then come
 * contents, after them attributes, which writing would take away, and last tree_finish() for the
 * time; it closes @fd. Nothing else may be made in between.
 */
int tree_make(struct tree *tree, const char *path, const struct tree_file *file, int *fd,
	      struct fault *fault);
int tree_finish(struct tree *tree, const char *path, const struct tree_file *file, int fd,
		struct fault *fault);

/* Another name, @path, for the file @target. */
int tree_link(struct tree *tree, const char *path, const char *target, struct fault *fault);

/* Give what tree_make() made last, at @path, an extended attribute. */
int tree_set_attribute(struct tree *tree, const char *path, int fd, const char *name,
		       const void *value, size_t length, struct fault *fault);

/* Take away what is at @path, and what is in the directory at @path but not itself. What is not
 * there is success. */
int tree_remove(struct tree *tree, const char *path, struct fault *fault);
int tree_empty(struct tree *tree, const char *path, struct fault *fault);

/*
 * Remove the directory @path and all in it, whatever strangers made there: links are not followed,
 * and it may be nested more deeply than paths are long. -EBUSY when something is mounted in it.
 * What is not there is success.
 */
int tree_remove_directory(const char *path, struct fault *fault);

/* --- single files of a tree, given by its open directory @root ------------------------------- */

/* Open @path, resolved in @root, with open(2)'s @flags, or -errno. */
int tree_open_file(int root, const char *path, int flags);

/* Is there anything at @path, symbolic links followed? */
bool tree_has(int root, const char *path);

/*
 * Replace the file at @path, or take it away; a symbolic link there goes, what it points to stays.
 * The directory above @path is made when it is missing.
 */
int tree_write_file(int root, const char *path, const char *text, mode_t permissions,
		    struct fault *fault);
int tree_write_link(int root, const char *path, const char *target, struct fault *fault);
int tree_remove_file(int root, const char *path, struct fault *fault);

/* Is the attribute @name one that belongs to this host's security or network file system and to no
 * image? */
bool tree_attribute_is_local(const char *name);

#endif
