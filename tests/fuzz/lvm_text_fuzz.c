// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a report of pvs, and of lvs, and as the status of a mapping. */
/* links: userspace/memory/borrow/lvm_text.c initramfs/fault.c */
/* libraries: jansson */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/memory/borrow/lvm_text.h"

static void check_ranges(const struct lvm_layout *layout)
{
	char ranges[LVM_RANGES_BYTES];

	for (unsigned int i = 0; i < layout->device_count; i++) {
		const char *name = layout->devices[i].name;

		if (lvm_find_device(layout, name) != &layout->devices[i] ||
		    lvm_ranges(layout, name, 7, ranges) > 7 || strlen(ranges) >= LVM_RANGES_BYTES)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lvm_layout layout = { 0 };
	struct lvm_progress progress;
	struct fault fault = { 0 };
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (lvm_read_devices(text, size, &layout, &fault) == 0)
		check_ranges(&layout);
	(void)lvm_read_volumes(text, size, &layout, &fault);
	(void)lvm_read_progress(text, &progress);
	free(text);
	return 0;
}
