/* SPDX-License-Identifier: GPL-2.0-only */
/* How wireroot-swap ends, for those who run it; see wireroot-swap(8). */
#ifndef WIREROOT_SWAP_STATUS_H
#define WIREROOT_SWAP_STATUS_H

enum swap_status {
	SWAP_DONE,
	SWAP_FAILED,
	SWAP_MISUSED,
	SWAP_NO_MEMORY, /* failed, for want of it */
};

#endif
