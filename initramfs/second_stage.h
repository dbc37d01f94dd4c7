/* SPDX-License-Identifier: GPL-2.0-only */
/* The program that the second stage starts with. */
#ifndef WIREROOT_SECOND_STAGE_H
#define WIREROOT_SECOND_STAGE_H

#include <stddef.h>

#include "fault.h"

/*
 * Find the program that the second stage starts with, in the root at the current root directory:
 * @wanted (init=), or /sbin/init, /etc/init, /bin/init, /bin/sh, as the kernel does. Returns 0 and
 * *@init, or a negative errno with @fault.
 */
int find_init(const char *wanted, char *init, size_t init_bytes, struct fault *fault);

#endif
