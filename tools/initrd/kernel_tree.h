/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where one kernel's modules, configuration and firmware are.
 *
 * Works on an installed system, on a mounted or unpacked one anywhere, and on a tree that depmod
 * has never seen: its indexes are then made in a temporary directory, so that nobody needs to be
 * root.
 */
#ifndef WIREROOT_KERNEL_TREE_H
#define WIREROOT_KERNEL_TREE_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "userspace/lib/log.h"

struct kmod_ctx;

struct kernel_tree {
	char *version;
	char *modules; /* the directory with `kernel/` in it */
	char *indexes; /* the one with modules.dep.bin: the same, or a temporary one */
	char *temporary; /* to be removed at the end, or NULL */
};

/*
 * Find @version (NULL: what @directory says, else the running kernel) in @directory, which is
 * VERSION itself or has [usr/]lib/modules/VERSION below it (NULL: /lib/modules). What takes long or
 * is not obvious is said through @log. kernel_tree_close() must be called in any case.
 */
int kernel_tree_open(struct kernel_tree *tree, const char *version, const char *directory,
		     const struct log *log, struct fault *fault);
void kernel_tree_close(struct kernel_tree *tree);

/*
 * libkmod on the tree's indexes, without the configuration of this machine and without lines of its
 * own; kmod_unref() when done.
 */
int kernel_tree_kmod(const struct kernel_tree *tree, struct kmod_ctx **kmod, struct fault *fault);

/*
 * The kernel's configuration as text for the caller to free: @file, or what is found beside the
 * modules, in the same tree's boot/ or in /boot. *@config is NULL, with success, when none is
 * found.
 */
int kernel_tree_config(const struct kernel_tree *tree, const char *file, char **config,
		       struct fault *fault);

#endif
