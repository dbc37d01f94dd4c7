/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as lio.json. */
/* links: userspace/lib/iscsi_portal.c */
/* links: tools/target/lio_file.c tools/target/target.c initramfs/fault.c initramfs/value.c */
/* links: userspace/lib/log.c */
/* libraries: jansson */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/target/lio_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct lio_file file;
	struct fault fault = { 0 };
	int error;

	memcpy(text, data, size);
	error = lio_file_parse(text, size, "fuzz", &file, &fault);
	if ((error != 0) != (fault.error != 0))
		abort();
	for (size_t i = 0; !error && i < file.count; i++)
		if (strchr(file.offers[i].name, '/') || strchr(file.offers[i].initiator, '/'))
			abort();
	lio_file_free(&file);
	free(text);
	return 0;
}
