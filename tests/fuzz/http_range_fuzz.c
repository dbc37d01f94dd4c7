/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as a Range header, as a list of tags and as a date: a part must lie within the file. */
/* links: userspace/wirerootd/http_range.c userspace/wirerootd/http_condition.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/wirerootd/http_condition.h"
#include "userspace/wirerootd/http_range.h"

static void check(const char *header, uint64_t size)
{
	struct http_range range;

	if (http_range_parse(header, size, &range) != HTTP_RANGE_PART)
		return;
	if (range.length == 0 || range.length > size || range.start > size - range.length)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *header = malloc(size + 1);

	memcpy(header, data, size);
	header[size] = '\0';
	check(header, 0);
	check(header, 1);
	check(header, 1000);
	check(header, UINT64_MAX);
	http_not_modified(header, NULL, "\"1-2-3\"", 1);
	http_not_modified(NULL, header, "\"1-2-3\"", 1);
	http_range_applies(header, "\"1-2-3\"", 1);
	free(header);
	return 0;
}
