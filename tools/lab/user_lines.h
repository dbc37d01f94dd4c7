/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines that the user wants to have in a server's configuration, besides the lab's own. */
#ifndef WIREROOT_LAB_USER_LINES_H
#define WIREROOT_LAB_USER_LINES_H

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/*
 * Append the file @path to @text, under a comment that names it; nothing when @path is NULL.
 * Returns 0, or a negative errno with @fault filled in.
 */
int user_lines_add(struct text *text, const char *path, struct fault *fault);

#endif
