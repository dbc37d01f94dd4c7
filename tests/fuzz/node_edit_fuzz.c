// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a drop-in that is changed: what comes out is YAML again and has the new value. */
/* links: tools/cluster/node_edit.c tools/cluster/yaml_tree.c tools/cluster/findings.c */
/* links: tools/cluster/arena.c tools/cluster/table.c */
/* links: userspace/lib/text.c initramfs/fault.c initramfs/value.c */
/* libraries: yaml-0.1 jansson */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/node_edit.h"
#include "tools/cluster/yaml_tree.h"

static const struct node_change changes[] = {
	{ "image", "a \"b\" \\c" },
	{ "lab.cpus", "3" },
	{ "onfail", NULL },
};

static void require_text(const struct yaml_node *map, const char *key, const char *expected)
{
	const struct yaml_node *value = map ? yaml_find(map, key) : NULL;

	if (!value || value->kind != YAML_TEXT || strcmp(value->text, expected) != 0)
		abort();
}

static void check(const struct text *result)
{
	struct findings findings = { 0 };
	const struct yaml_node *root, *entry;
	struct arena arena = { 0 };

	if (yaml_tree_parse(result->data, result->length, "g.yaml", &arena, &findings, &root) ||
	    !root)
		abort();
	entry = yaml_find(root, "n1");
	if (!entry)
		abort();
	require_text(entry, "image", "a \"b\" \\c");
	require_text(yaml_find(entry, "lab"), "cpus", "3");
	findings_free(&findings);
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings findings = { 0 };
	struct text result = { 0 };
	struct fault fault = { 0 };

	if (node_edit((const char *)data, size, "f.yaml", "n1", changes, 3, &result, &findings,
		      &fault) == 0)
		check(&result);
	text_free(&result);
	findings_free(&findings);
	return 0;
}
