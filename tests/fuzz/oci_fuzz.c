/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as each of the JSON files of an OCI image; what is taken must name blobs by hash alone.
 */
/* links: tools/image/oci.c userspace/lib/text.c initramfs/fault.c */
/* libraries: jansson */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/image/oci.h"

static void check(const struct oci_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (strspn(list->list[i].hex, "0123456789abcdef") != OCI_HEX_BYTES - 1)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const struct oci_descriptor *chosen;
	struct oci_list list;
	struct fault fault;

	oci_parse_layout(text, size, &fault);
	if (!oci_parse_index(text, size, &list, &fault)) {
		check(&list);
		chosen = oci_choose(&list, NULL, "linux/amd64", &fault);
		if (chosen && (chosen < list.list || chosen >= list.list + list.count))
			abort();
		oci_choose(&list, "latest", "linux/amd64", &fault);
	}
	oci_free(&list);
	if (!oci_parse_manifest(text, size, &list, &fault))
		check(&list);
	oci_free(&list);
	return 0;
}
