/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A grant of a neighbour's memory, as lines `key=value`: what the broker answers, what the initrd
 * leaves below /run/wireroot/memory, and what wireroot-borrow hands in. Pure.
 *
 * The keys are those of Documentation/memory.md; lines with other keys are passed over.
 */
#ifndef WIREROOT_GRANT_H
#define WIREROOT_GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../fault.h"

#define GRANT_ID_BYTES	     17 /* 16 hexadecimal digits and a NUL */
#define GRANT_NAME_BYTES     224 /* RFC 7143 section 4.2.7.1: 223 bytes, and a NUL */
#define GRANT_ACCOUNT_BYTES  64
#define GRANT_DEVICE_BYTES   32
#define GRANT_MAPPING_PREFIX "wireroot-memory-"
#define GRANT_MAPPING_BYTES  (sizeof(GRANT_MAPPING_PREFIX) + GRANT_ID_BYTES)
/* The longest text that grant_format() writes, with its NUL. */
#define GRANT_TEXT_BYTES 1536

struct grant {
	char id[GRANT_ID_BYTES];
	uint32_t generation;
	uint64_t bytes;
	char lender[65];
	uint32_t address; /* of the lender's portal, host byte order */
	uint16_t port;
	char iqn[GRANT_NAME_BYTES], initiator[GRANT_NAME_BYTES];
	/* What the borrower proves itself with, and what the target does. */
	char username[GRANT_ACCOUNT_BYTES], secret[GRANT_ACCOUNT_BYTES];
	char username_in[GRANT_ACCOUNT_BYTES], secret_in[GRANT_ACCOUNT_BYTES];
	uint32_t lease_s;
	/* What attaching it has come to on this node; 0 or empty as long as there is none. */
	uint32_t session; /* the kernel's number */
	char disk[GRANT_DEVICE_BYTES]; /* "sda" */
	char mapping[GRANT_MAPPING_BYTES]; /* "wireroot-memory-ID" */
	char swap[GRANT_DEVICE_BYTES]; /* "/dev/dm-0": it is a swap device */
};

/* 16 hexadecimal digits: nothing else becomes part of a path or of a mapping's name. */
bool grant_id_is_valid(const char *id);

/* The name by which the node called @member asks for grants and logs in. Returns @name. */
char *grant_initiator(const char *member, char name[static GRANT_NAME_BYTES]);

/*
 * Read @length bytes at @text. Returns 0, or -EINVAL with @fault, which shows no secret, when a
 * line is malformed or one is missing without which nobody can log in.
 */
int grant_parse(const char *text, size_t length, struct grant *grant, struct fault *fault);

/* Write every key that has a value. Returns the length. */
size_t grant_format(const struct grant *grant, char text[static GRANT_TEXT_BYTES]);

#endif
