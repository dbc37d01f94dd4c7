/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as Lucie's host definitions: refused, or YAML. */
/* links: tools/import/lucie.c */
/* links: tools/import/plan.c tools/import/finish.c tools/import/write.c tools/import/lines.c */
/* links: tools/cluster/arena.c tools/cluster/table.c tools/cluster/keys.c */
/* links: tools/cluster/yaml_tree.c tools/cluster/findings.c */
/* links: tools/cluster/nodeset.c tools/cluster/nodeset_parse.c tools/cluster/nodeset_range.c */
/* links: tools/cluster/nodeset_table.c tools/cluster/nodeset_fold.c */
/* links: userspace/lib/text.c initramfs/value.c initramfs/fault.c userspace/lib/size.c */
/* links: userspace/lib/iscsi_portal.c */
/* libraries: yaml-0.1 jansson */
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/import_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return import_property(import_lucie, data, size);
}
