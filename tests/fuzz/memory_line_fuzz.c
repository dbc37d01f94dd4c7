/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/memory/line.c userspace/wirerootd/memory/message.c */
/* links: initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
/* Lines of the line protocol and any bytes: what passes holds to its limits. */
#include <stdint.h>
#include <stdlib.h>

#include "userspace/wirerootd/memory/line.h"
#include "userspace/wirerootd/memory/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_request request;
	const char *why = NULL;

	if (line_parse((const char *)data, size, &request, &why)) {
		if (!why)
			abort();
		return 0;
	}
	if (request.is_return
		    ? !request.id
		    : request.bytes < MESSAGE_GRANT_MINIMUM || request.bytes > MESSAGE_BYTES_OF_ALL)
		abort();
	return 0;
}
