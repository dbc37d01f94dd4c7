/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names made of contents: BLAKE2b (RFC 7693), cut to a length that no two contents will share.
 */
#ifndef WIREROOT_DIGEST_H
#define WIREROOT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"

#define DIGEST_BYTES	  20
#define DIGEST_TEXT_BYTES (2 * DIGEST_BYTES + 1) /* hexadecimal, with its NUL */

void digest_bytes(const void *data, size_t length, char digest[static DIGEST_TEXT_BYTES]);

/* A number from @text, the same for ever. */
uint64_t digest_number(const char *text);

/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" from @text, the same for ever. */
#define DIGEST_UUID_BYTES 37
void digest_uuid(const char *text, char uuid[static DIGEST_UUID_BYTES]);

/* Of what the file at @path holds. 0 or -errno with @fault filled in. */
int digest_file(const char *path, char digest[static DIGEST_TEXT_BYTES], struct fault *fault);

#endif
