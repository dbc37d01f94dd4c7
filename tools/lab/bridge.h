/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab's wires: bridges, and taps that join nodes to them.
 *
 * To be called inside the lab's network namespace.
 */
#ifndef WIREROOT_LAB_BRIDGE_H
#define WIREROOT_LAB_BRIDGE_H

#include "initramfs/fault.h"
#include "tools/lab/network.h"

/* Make the bridge that the servers are on, with their addresses, and bring loopback up. */
int bridge_make_lab(const struct lab_network *network, struct fault *fault);

/* Make a bridge without an address, unless it is there. */
int bridge_make(const char *name, struct fault *fault);

/* Can @name be a bridge's name? Letters, digits, '-', '_', '.', beginning with a letter, 15 at
 * most. */
int bridge_check_name(const char *name, struct fault *fault);

/*
 * A tap called @name on @bridge. *@fd is inherited by programs that are started; the tap goes
 * when the last process closes it.
 */
int bridge_open_tap(const char *name, const char *bridge, int *fd, struct fault *fault);

#endif
