// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as YAML: the tree is walked, and places are inside of the text. */
/* links: tools/cluster/yaml_tree.c tools/cluster/findings.c tools/cluster/arena.c */
/* links: tools/cluster/table.c userspace/lib/text.c initramfs/fault.c */
/* libraries: yaml-0.1 jansson */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/yaml_tree.h"

static volatile size_t sink;

/* @total goes down to what aliases alone are good for, so that none is walked for ever. */
static void walk(const struct yaml_node *node, size_t *budget)
{
	if (!*budget)
		return;
	--*budget;
	if (!node->place.line || !node->place.column || !node->length)
		abort();
	if (node->kind == YAML_TEXT) {
		sink += strlen(node->text);
		return;
	}
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == YAML_MAP) {
			sink += strlen(node->pairs[i].key->text);
			walk(node->pairs[i].value, budget);
		} else {
			walk(node->items[i], budget);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings findings = { 0 };
	const struct yaml_node *root;
	struct arena arena = { 0 };
	struct text text = { 0 };
	size_t budget = 10000;

	if (yaml_tree_parse((const char *)data, size, "f.yaml", &arena, &findings, &root) == 0 &&
	    root)
		walk(root, &budget);
	findings_sort(&findings);
	findings_keep_lines(&findings, "f.yaml", (const char *)data, size);
	findings_to_text(&findings, &text);
	json_decref(findings_to_json(&findings));
	text_free(&text);
	findings_free(&findings);
	arena_free(&arena);
	return 0;
}
