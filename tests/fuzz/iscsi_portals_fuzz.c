// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a list of portals; what is taken is written and read back as the same. */
/* links: userspace/lib/iscsi_portal.c initramfs/fault.c initramfs/value.c */
/* libraries: */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/lib/iscsi_portal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iscsi_portals portals;
	struct fault fault = { 0 };

	if (iscsi_portals_parse((const char *)data, size, "list", &portals, &fault))
		return 0;
	for (size_t i = 0; i < portals.count; i++) {
		char text[ISCSI_PORTAL_TEXT_BYTES];
		struct iscsi_portal again;

		if (!iscsi_portal_parse(iscsi_portal_text(&portals.list[i], text), &again) ||
		    !iscsi_portal_is_among(&again, &portals.list[i], 1) ||
		    iscsi_portal_is_among(&again, portals.list, i))
			abort();
	}
	return 0;
}
