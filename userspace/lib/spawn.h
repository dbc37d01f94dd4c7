/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run another program to its end and turn what went wrong into a fault.
 *
 * The program is found in PATH; no shell is involved. All functions return 0 when it exits with
 * status 0. Otherwise they return -errno with @fault filled in: -ENOENT and the like when it could
 * not be started, -EIO when it ended badly; the hint then tells the last line of its errors.
 */
#ifndef WIREROOT_SPAWN_H
#define WIREROOT_SPAWN_H

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/* Standard input is /dev/null, the output goes where ours does. */
int spawn_run(const char *const argv[], struct fault *fault);

/* As spawn_run(), but the standard output is added to @output, also when the program fails. */
int spawn_capture(const char *const argv[], struct text *output, struct fault *fault);

/* As spawn_run(), but nobody wants to see the standard output. */
int spawn_quietly(const char *const argv[], struct fault *fault);

/*
 * What the program writes, output and errors alike, goes to @line as it comes, line by line and
 * without line ends; control characters are '?'.
 */
int spawn_watch(const char *const argv[], void (*line)(void *context, const char *text),
		void *context, struct fault *fault);

#endif
