/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/discover/http_text.c initramfs/value.c initramfs/fault.c */
/* Answers of HTTP and URLs from anyone, as wireroot-discover reads them: lines stay printable. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/discover/http_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[HTTP_LINE_BYTES], *text = malloc(size + 1);
	enum discovery_state state;
	unsigned int status;
	struct http_url url;
	const char *name;

	if (http_answer_parse((const char *)data, size, &status, line)) {
		for (const char *at = line; *at; at++)
			if (*at < ' ' || *at > '~')
				abort();
		if (discovery_line_parse(line, &state, &name) && strchr(name, ' '))
			abort();
	}
	memcpy(text, data, size);
	text[size] = '\0';
	if (http_url_parse(text, &url) && (!url.port || !url.address || url.path[0] != '/'))
		abort();
	free(text);
	return 0;
}
