/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copying a directory tree with all that belongs to its files: owners, permissions, times, hard
 * links, extended attributes, ACLs, capabilities, devices, holes.
 *
 * What is mounted below the directory is not a part of it: its mount points stay empty. Sockets,
 * which mean nothing in another place, are left out. On one file system that can, contents are
 * shared instead of copied.
 */
#ifndef WIREROOT_IMAGE_COPY_H
#define WIREROOT_IMAGE_COPY_H

#include <stdint.h>

#include "initramfs/fault.h"
#include "tools/image/tree.h"
#include "userspace/lib/progress.h"

/* What a directory tree takes. */
struct tree_size {
	uint64_t bytes; /* on disk, as du(1) counts */
	uint64_t contents; /* of all files, holes included; hard links once */
	uint64_t files; /* of any type, with their names: hard links each */
};

/* 0 or -errno with @fault. */
int copy_measure(const char *path, struct tree_size *size, struct fault *fault);

/* Copy what is in the directory @source to @tree; its own owner, mode and the like are the root's.
 * The unit of @progress is files. 0 or -errno with @fault. */
int copy_directory(const char *source, struct tree *tree, struct progress *progress,
		   struct fault *fault);

#endif
