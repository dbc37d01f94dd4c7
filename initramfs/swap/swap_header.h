/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first page of a swap device, as mkswap(8) writes it (union swap_header of the kernel's
 * include/linux/swap.h). Pure.
 */
#ifndef WIREROOT_SWAP_HEADER_H
#define WIREROOT_SWAP_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "../fault.h"

#define SWAP_HEADER_LABEL_BYTES 16 /* at the most 15 characters count */

/*
 * Fill @page, of @page_bytes, for a device of @device_bytes. Returns 0, or -EINVAL with @fault when
 * that is too small or too large for the header (2^32 pages).
 */
int swap_header_write(uint8_t *page, size_t page_bytes, uint64_t device_bytes,
		      const uint8_t uuid[static 16], const char *label, struct fault *fault);

#endif
