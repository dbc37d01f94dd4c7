// SPDX-License-Identifier: GPL-2.0-only
/* UUIDs of file systems; see uuid.h. */
#include "tools/image/uuid.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static bool has_dash_at(size_t position)
{
	return position == 8 || position == 13 || position == 18 || position == 23;
}

int uuid_random(char uuid[static UUID_TEXT_BYTES])
{
	uint8_t bytes[16];
	size_t length = 0;

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return -EIO;
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* version 4 */
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* variant of the RFC */
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (has_dash_at(length))
			uuid[length++] = '-';
		snprintf(uuid + length, UUID_TEXT_BYTES - length, "%02x", bytes[i]);
		length += 2;
	}
	return 0;
}

bool uuid_is_good(const char *uuid)
{
	size_t length = 0;

	for (; uuid[length]; length++)
		if (length >= UUID_TEXT_BYTES - 1 ||
		    (has_dash_at(length) ? uuid[length] != '-'
					 : !strchr("0123456789abcdef", uuid[length])))
			return false;
	return length == UUID_TEXT_BYTES - 1;
}
