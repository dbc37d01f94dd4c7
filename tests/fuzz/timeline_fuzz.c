/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/timeline.c initramfs/fault.c */
/* Timeline texts from anyone: what is read at all must be written again as it was. */
#include <stdlib.h>
#include <string.h>

#include "initramfs/timeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TIMELINE_TEXT_BYTES], again[TIMELINE_TEXT_BYTES];
	struct timeline timeline;
	int length;

	if (timeline_parse((const char *)data, size, &timeline))
		return 0;
	length = timeline_format(&timeline, text);
	/* Numbers may have had leading zeros; but for these there is one text for one timeline. */
	if (length < 0 || strlen(text) != (size_t)length || (size_t)length > size)
		abort();
	if ((size_t)length == size && memcmp(text, data, size) != 0)
		abort();
	if (timeline_parse(text, length, &timeline) ||
	    timeline_format(&timeline, again) != length || memcmp(text, again, length) != 0)
		abort();
	return 0;
}
