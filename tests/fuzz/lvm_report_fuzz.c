// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a report of lvs, and of vgs. */
/* links: tools/storage/lvm_report.c tools/storage/storage.c tools/cluster/names.c */
/* links: initramfs/fault.c */
/* libraries: jansson */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/storage/lvm_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct storage_status status = { 0 };
	struct storage_space space = { 0 };
	struct fault fault = { 0 };
	char *text = malloc(size ? size : 1);

	memcpy(text, data, size);
	if (lvm_read_volumes(text, size, "pool0", &status, &fault) == 0 &&
	    (!status.space.has_metadata || status.space.used_bytes > 10 * status.space.bytes))
		abort();
	for (size_t i = 0; i < status.count; i++)
		if (!status.volumes[i].name[0] ||
		    memchr(status.volumes[i].name, 0, VOLUME_NAME_BYTES) == NULL)
			abort();
	storage_status_free(&status);
	if (lvm_read_group(text, size, &space, &fault) == 0 && space.used_bytes > space.bytes)
		abort();
	free(text);
	return 0;
}
