/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last step: leave the initramfs for the root.
 */
#ifndef WIREROOT_SWITCH_ROOT_H
#define WIREROOT_SWITCH_ROOT_H

#include "fault.h"

/*
 * In this order: check that @root is a mount of its own and that we are on an initramfs; move /dev,
 * /proc, /sys and /run into it; make it the root; reopen the console; start @init with @arguments.
 * The old files are deleted by a process that outlives this one, off the critical path. Returns
 * only on failure: a negative errno with @fault. Nothing was deleted or moved when a check failed.
 */
int switch_root(const char *root, const char *init, char *const arguments[], struct fault *fault);

#endif
