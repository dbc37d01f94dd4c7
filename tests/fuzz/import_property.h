/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What holds for any input of any reader of tools/import: it is refused with a fault, or becomes
 * YAML with all of its sections, in which no key stands twice.
 */
#ifndef WIREROOT_IMPORT_PROPERTY_H
#define WIREROOT_IMPORT_PROPERTY_H

#include <stdlib.h>
#include <string.h>

#include "tools/cluster/yaml_tree.h"
#include "tools/import/import.h"
#include "tools/import/write.h"

static void check_yaml(const struct text *text)
{
	struct arena arena = { 0 };
	struct findings findings = { 0 };
	const struct yaml_node *root = NULL;

	if (yaml_tree_parse(text_string(text), text->length, "cluster.yaml", &arena, &findings,
			    &root) ||
	    findings.errors || !root || !yaml_find(root, "cluster") ||
	    !yaml_find(root, "networks") || !yaml_find(root, "servers"))
		abort();
	findings_free(&findings);
	arena_free(&arena);
}

static int import_property(int (*reader)(struct import_plan *plan, const struct import_file *files,
					 size_t count, struct fault *fault),
			   const uint8_t *data, size_t size)
{
	const struct import_options options = { 0 };
	struct import_plan plan = { 0 };
	struct text text = { 0 };
	struct fault fault = { 0 };
	struct import_file file = { .name = "input", .length = size };
	char *copy = malloc(size + 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	file.text = copy;
	if (reader(&plan, &file, 1, &fault)) {
		if (fault.error == 0 || fault.peer[0] == '\0')
			abort();
	} else {
		import_finish(&plan, &options);
		if (import_write(&plan, &text, &fault))
			abort();
		check_yaml(&text);
	}
	text_free(&text);
	import_free(&plan);
	free(copy);
	return 0;
}

#endif
