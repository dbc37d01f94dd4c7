/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as the target of an HTTP request: what passes must be safe to open. */
/* links: userspace/wirerootd/http_path.c initramfs/value.c initramfs/fault.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/wirerootd/http_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[HTTP_PATH_BYTES];
	const char *why;

	if (http_path_parse((const char *)data, size, path, &why) != HTTP_PATH_GOOD)
		return 0;
	if (path[0] == '\0' || path[0] == '/' || path[0] == '.' || strstr(path, "//") ||
	    strstr(path, "/.") || strchr(path, '\\') || path[strlen(path) - 1] == '/')
		abort();
	return 0;
}
