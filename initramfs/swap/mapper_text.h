/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes to the kernel's device mapper and comes from it (linux/dm-ioctl.h), as bytes. Pure.
 */
#ifndef WIREROOT_MAPPER_TEXT_H
#define WIREROOT_MAPPER_TEXT_H

#include <linux/dm-ioctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAPPER_MESSAGE_BYTES 1024
#define MAPPER_KEY_BYTES     64 /* XTS takes two keys of AES-256 */

/* A message of the device mapper: the header, and room for one target. */
union mapper_message {
	struct dm_ioctl header;
	uint8_t bytes[MAPPER_MESSAGE_BYTES];
};

/* Make @message one for the device called @name, with @flags (DM_…_FLAG). */
void mapper_message_init(union mapper_message *message, const char *name, uint32_t flags);

/*
 * Put a table of one target in @message: @sectors of 512 bytes, encrypted with @key, to be found on
 * the block device @device, "8:0" or a path. With @large, blocks of 4096 bytes are encrypted as
 * one. Returns false when it does not fit.
 */
bool mapper_message_crypt(union mapper_message *message, uint64_t sectors,
			  const uint8_t key[static MAPPER_KEY_BYTES], const char *device,
			  bool large);

/* The minor number of the device that an answer is about: /dev/dm-MINOR. */
unsigned int mapper_minor(uint64_t device);

/* Overwrite @length bytes at @secret, whatever the compiler thinks of it. */
void wipe(void *secret, size_t length);

#endif
