/* SPDX-License-Identifier: GPL-2.0-only */
/* Putting a block device into use as swap, and taking it out of use. Blocks. */
#ifndef WIREROOT_SWAP_VOLUME_H
#define WIREROOT_SWAP_VOLUME_H

#include "initramfs/fault.h"

/* Make @device swap with @priority. Whatever it held is overwritten. 0, or -errno with @fault. */
int swap_volume_on(const char *device, int priority, struct fault *fault);

/*
 * Have the pages on @device, which has the kernel's number @type, or -1, read, and what is shared,
 * as far as memory has room for it: the kernel's swapoff reads one after the other.
 */
void swap_volume_prefetch(const char *device, int type);

/*
 * Take @device out of use; its pages go to memory and other swap. @type is the kernel's number of
 * it, or -1. What is no swap is success. 0, or -errno with @fault: then it is in use as before.
 */
int swap_volume_off(const char *device, int type, struct fault *fault);

#endif
