/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A distribution's program with its libraries, as it stands in an initrd.
 */
#ifndef WIREROOT_PROGRAM_H
#define WIREROOT_PROGRAM_H

#include "initramfs/fault.h"
#include "tools/initrd/archive.h"

/*
 * Add the program in the file @source to @tree as @path, with its interpreter and the libraries
 * that it and they need, each where the dynamic linker looks for it. When @source is a tree's
 * [usr/][s]bin/NAME, they come from that tree; what it lacks comes from this machine.
 * Returns 0, or -errno with @fault: -ENOENT when @source or one of the libraries is not there.
 */
int program_add(struct archive_tree *tree, const char *path, const char *source,
		struct fault *fault);

#endif
