/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole files and directories.
 *
 * Functions return 0 or -errno, the latter with @fault filled in, except for the predicates.
 */
#ifndef WIREROOT_FS_H
#define WIREROOT_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "initramfs/fault.h"

/*
 * Read the file at @path, which may be at most @limit bytes (-EFBIG). *@data is NUL-terminated
 * behind its *@length bytes and freed by the caller.
 */
int fs_read_file(const char *path, size_t limit, char **data, size_t *length, struct fault *fault);

/* The same of a regular file only: anything else, such as a pipe that nobody writes to, is refused
 * with -EINVAL without waiting for it. */
int fs_read_regular_file(const char *path, size_t limit, char **data, size_t *length,
			 struct fault *fault);

/*
 * Replace the file at @path by @length bytes with the permissions @mode (whatever the umask).
 * A reader sees the old file or the new one, never a part. A symbolic link is followed.
 */
int fs_write_file(const char *path, const void *data, size_t length, mode_t mode,
		  struct fault *fault);

/* Write all of @data to @fd, however the kernel cuts it up; 0 or -errno, no fault. */
int fs_write_all(int fd, const void *data, size_t length);

/* Make the directory @path and those above it that are missing; existing ones stay as they are. */
int fs_make_dirs(const char *path, mode_t mode, struct fault *fault);

/*
 * Remove @path and, when it is a directory, everything in it, without following symbolic links or
 * leaving the file system. What is not there is success.
 */
int fs_remove_tree(const char *path, struct fault *fault);

/* Is @path there and a file, or a directory (both through symbolic links)? */
bool fs_is_file(const char *path);
bool fs_is_directory(const char *path);

/* "DIRECTORY/NAME" for the caller to free, or NULL when memory ran out. */
char *fs_join(const char *directory, const char *name);

#endif
