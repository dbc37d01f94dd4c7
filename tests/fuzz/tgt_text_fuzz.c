/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as what tgtadm prints. */
/* links: userspace/lib/iscsi_portal.c */
/* links: tools/target/tgt_text.c tools/target/target.c initramfs/fault.c initramfs/value.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/target/tgt_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct iscsi_portal portal = { 0x0a000001, 3260 };
	char *text = malloc(size ? size : 1);
	struct target_list list = { 0 };
	struct fault fault = { 0 };

	memcpy(text, data, size);
	if ((tgt_read_targets(text, size, &list, &fault) != 0) != (fault.error != 0))
		abort();
	for (size_t i = 0; i < list.count; i++)
		if (strlen(list.targets[i].name) >= TARGET_NAME_BYTES ||
		    list.targets[i].open != (list.targets[i].admitted != NULL))
			abort();
	target_list_free(&list);
	tgt_has_portal(text, size, &portal);
	free(text);
	return 0;
}
