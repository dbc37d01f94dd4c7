/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a step from one generation to another changes, in the terms of those who run the cluster:
 * kinds of files, nodes, services. Pure.
 */
#ifndef WIREROOT_GENERATION_PLAN_H
#define WIREROOT_GENERATION_PLAN_H

#include <jansson.h>

#include "tools/generation/actions.h"
#include "tools/generation/difference.h"

/* Text of a generation's file `nodes`; a NULL one knows no names. */
struct plan_index {
	const char *text;
	size_t length;
};

struct plan {
	const struct manifest *old, *new; /* an empty one: none */
	const struct difference *difference;
	const struct actions *actions;
	struct plan_index old_index, new_index;
};

/* For people. 0 or -ENOMEM with @fault filled in. */
int plan_to_text(const struct plan *plan, struct text *text, struct fault *fault);

/*
 * { "from": 7, "files": [ { "path", "change": "added"|"changed"|"removed", "kind", "node" } ],
 *   "nodes": "n[01-16]", "services": [ { "service", "action", "path" } ] }; "node" is null but for
 * files of one node. A new reference, or NULL when memory ran out.
 */
json_t *plan_to_json(const struct plan *plan);

#endif
