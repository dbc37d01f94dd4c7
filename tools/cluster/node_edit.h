/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing a node's entry in a drop-in without touching what else is written there.
 *
 * Pure: text in, text out. Only the lines of the keys that change are written anew; comments and
 * order of the others stay. An entry in braces is written anew as a whole, a key to a line. The
 * outcome is read again, and refused when it is not what was meant.
 */
#ifndef WIREROOT_NODE_EDIT_H
#define WIREROOT_NODE_EDIT_H

#include <stddef.h>

#include "initramfs/fault.h"
#include "tools/cluster/findings.h"
#include "userspace/lib/text.h"

struct node_change {
	const char *key; /* "image", "lab.memory", "variables.RACK"; "-" alone is no key */
	const char *value; /* as text; NULL takes the key out */
};

/*
 * Add the drop-in @text (@length bytes, may be none), which is called @file, to @result with
 * @changes made to the entry of the node @name; a missing entry is added at the end. Returns 0, or
 * -errno with @fault filled in: -EINVAL when @text is broken, which is told in @findings, or when a
 * change cannot be written.
 */
int node_edit(const char *text, size_t length, const char *file, const char *name,
	      const struct node_change *changes, size_t count, struct text *result,
	      struct findings *findings, struct fault *fault);

/* Add @value as YAML: plain where that reads the same, else in double quotes. */
void node_edit_add_text(struct text *text, const char *value);

#endif
