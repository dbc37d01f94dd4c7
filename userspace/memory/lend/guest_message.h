/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest tells the lender of its host about its memory: one UDP datagram, a line of text.
 *
 *	wireroot-guest 1 NAME SEQUENCE TOTAL AVAILABLE RESERVE CODE
 *
 * Sizes are bytes. SEQUENCE only goes up (milliseconds since 1970), so that no old message can be
 * played again. CODE is HMAC-SHA-256 over all before it, its blank included, in hexadecimal digits;
 * the key is the SHA-256 of the token that host and guests share. Pure.
 */
#ifndef WIREROOT_GUEST_MESSAGE_H
#define WIREROOT_GUEST_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "initramfs/value.h"

#define GUEST_MESSAGE_BYTES 320
#define GUEST_PORT	    8018 /* UDP */

struct guest_message {
	char name[HOST_NAME_LENGTH + 1];
	uint64_t sequence;
	uint64_t total_bytes, available_bytes;
	uint64_t reserve_bytes; /* that it wants to have available */
};

/* Write @message to @text. Returns its length; 0 when libsodium does not work. */
size_t guest_message_write(const struct guest_message *message, const char *token,
			   char text[static GUEST_MESSAGE_BYTES]);

/* Read one, of whoever can send to us. 0, -EINVAL or, with another token, -EACCES with @fault. */
int guest_message_read(const char *text, size_t length, const char *token,
		       struct guest_message *message, struct fault *fault);

#endif
