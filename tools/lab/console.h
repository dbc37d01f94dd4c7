/* SPDX-License-Identifier: GPL-2.0-only */
/* A node's serial console on the caller's terminal. Inside the lab. */
#ifndef WIREROOT_LAB_CONSOLE_H
#define WIREROOT_LAB_CONSOLE_H

#include "initramfs/fault.h"

/*
 * Show what the node called @node has written so far and follow it; what is typed goes to the node.
 * Returns 0 at Ctrl-] (which is not sent), or when the node is powered off.
 */
int console_attach(const char *node, struct fault *fault);

#endif
