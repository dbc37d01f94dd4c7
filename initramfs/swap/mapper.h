/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An encrypted block device on top of another one, with a key that nobody knows.
 */
#ifndef WIREROOT_MAPPER_H
#define WIREROOT_MAPPER_H

#include <stdint.h>

#include "../fault.h"
#include "grant.h"

/*
 * Put dm-crypt called @name on the disk @disk ("sda"), of @bytes. The key is drawn here, goes to
 * the kernel and is wiped. Writes the new device to @device: "/dev/dm-0". Returns 0, or a negative
 * errno with @fault, and then there is no such mapping.
 */
int mapper_encrypt(const char *name, const char *disk, uint64_t bytes,
		   char device[static GRANT_DEVICE_BYTES], struct fault *fault);

/* Remove it; its key goes with it. -EBUSY with @fault while it is in use; 0 when there is none. */
int mapper_remove(const char *name, struct fault *fault);

#endif
