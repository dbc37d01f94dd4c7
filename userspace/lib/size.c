// SPDX-License-Identifier: GPL-2.0-only
/* Sizes as people write them; see size.h. */
#include "userspace/lib/size.h"

#include <stdio.h>
#include <string.h>

static const char units[] = "KMGT";

bool size_read(const char *text, uint64_t *bytes)
{
	const char *unit;
	unsigned int shift;
	uint64_t number = 0;

	if (*text < '1' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (number > UINT64_MAX / 100)
			return false;
		number = number * 10 + (uint64_t)(*text - '0');
	}
	unit = *text ? strchr(units, *text) : NULL;
	if (!unit || text[1])
		return false;
	shift = 10 * (unsigned int)(unit - units + 1);
	if (number > UINT64_MAX >> shift)
		return false;
	*bytes = number << shift;
	return true;
}

char *size_text(uint64_t bytes, char text[static SIZE_TEXT_BYTES])
{
	unsigned int unit = 0;
	uint64_t whole, tenths;

	while (unit < sizeof(units) - 1 && bytes >> (10 * (unit + 1)))
		unit++;
	if (!unit) {
		snprintf(text, SIZE_TEXT_BYTES, "%u", (unsigned int)bytes);
		return text;
	}
	whole = bytes >> (10 * unit);
	tenths = ((bytes >> (10 * (unit - 1))) & 1023) * 10 / 1024;
	if (tenths)
		snprintf(text, SIZE_TEXT_BYTES, "%llu.%u%c", (unsigned long long)whole,
			 (unsigned int)tenths, units[unit - 1]);
	else
		snprintf(text, SIZE_TEXT_BYTES, "%llu%c", (unsigned long long)whole,
			 units[unit - 1]);
	return text;
}
