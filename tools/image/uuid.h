/* SPDX-License-Identifier: GPL-2.0-only */
/* UUIDs of file systems, as text: "01234567-89ab-4cde-8f01-23456789abcd" (RFC 4122). */
#ifndef WIREROOT_IMAGE_UUID_H
#define WIREROOT_IMAGE_UUID_H

#include <stdbool.h>

#define UUID_TEXT_BYTES 37 /* with its NUL */

/* One that nobody else has (version 4). 0 or -errno. */
int uuid_random(char uuid[static UUID_TEXT_BYTES]);

/* In lower case, as the tools print it. */
bool uuid_is_good(const char *uuid);

#endif
