/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tree of files in memory and its form as a cpio archive (newc) that the kernel unpacks.
 *
 * The bytes depend on nothing but what was added: paths are sorted, owners are root, inodes are
 * numbered in that order, and all times are SOURCE_DATE_EPOCH's, or 0 when that is not set.
 */
#ifndef WIREROOT_ARCHIVE_H
#define WIREROOT_ARCHIVE_H

#include <stddef.h>
#include <sys/types.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

struct archive_file {
	char *path; /* without a '/' at either end */
	mode_t mode; /* with its type */
	char *data; /* a file's contents, or a symbolic link's target; owned */
	size_t length;
	dev_t device;
};

/* Begin with { 0 }. */
struct archive_tree {
	struct archive_file *files;
	size_t count, capacity;
};

/*
 * Add one file each; directories above it come by themselves with mode 0755. A path that is there
 * already is refused with -EEXIST. All return 0, or -errno with @fault filled in.
 * archive_tree_add_file() takes @data over, also when it fails.
 */
int archive_tree_add_file(struct archive_tree *tree, const char *path, mode_t permissions,
			  char *data, size_t length, struct fault *fault);
int archive_tree_add_directory(struct archive_tree *tree, const char *path, mode_t permissions,
			       struct fault *fault);
int archive_tree_add_link(struct archive_tree *tree, const char *path, const char *target,
			  struct fault *fault);
int archive_tree_add_device(struct archive_tree *tree, const char *path, mode_t permissions,
			    unsigned int major_number, unsigned int minor_number,
			    struct fault *fault);

/* Add the archive, with its trailer, to @cpio. Sorts @tree. */
int archive_tree_write(struct archive_tree *tree, struct text *cpio, struct fault *fault);

void archive_tree_free(struct archive_tree *tree);

#endif
