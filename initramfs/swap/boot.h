/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attaching the swap that the node's words ask for, before the second stage.
 */
#ifndef WIREROOT_SWAP_BOOT_H
#define WIREROOT_SWAP_BOOT_H

#include "../fault.h"

/*
 * Ask the broker and attach what it grants, in half a minute at the most, whatever happens. Says on
 * the console what there is. Returns 0, also when no swap is asked for, or a negative errno with
 * @fault: the node has no remote swap, or less than it should.
 */
int swap_boot(struct fault *fault);

#endif
