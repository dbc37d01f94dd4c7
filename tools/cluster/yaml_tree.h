/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A YAML text as a tree whose every node knows where it was written.
 *
 * Pure: a buffer in, a tree or findings out. What is refused besides broken YAML: anything but
 * UTF-8, NUL characters, several documents, tags, keys that are no text, keys that stand twice, an
 * alias inside of what it stands for, and nesting deeper than YAML_DEPTH_MAX. Anchors, aliases and
 * merge keys (`<<`) are understood; an alias shares the nodes that it stands for, and all aliases
 * together may stand for YAML_ALIASED_MAX nodes.
 */
#ifndef WIREROOT_YAML_TREE_H
#define WIREROOT_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/cluster/arena.h"
#include "tools/cluster/cluster.h"
#include "tools/cluster/findings.h"

#define YAML_DEPTH_MAX	 16
#define YAML_ALIASED_MAX 2000000

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_pair {
	const struct yaml_node *key, *value; /* the key is a YAML_TEXT */
};

struct yaml_node {
	enum yaml_kind kind;
	bool plain; /* text without quotes: "yes" is a word, yes may be a boolean */
	bool exact; /* a character of the text is a character of the file, on one line */
	bool flow; /* a map or list in { } or [ ] */
	struct place place; /* of the text itself, behind an opening quote; of a list or map, where
			     * it begins */
	unsigned int end_line, end_column; /* just behind the node */
	unsigned int length; /* characters of a text, 1 of a list or map */
	const char *text; /* NUL-terminated, without a NUL inside; of YAML_TEXT */
	size_t count; /* of items or pairs */
	const struct yaml_node *const *items; /* of YAML_LIST */
	const struct yaml_pair *pairs; /* of YAML_MAP, in the order of the file */
	size_t total; /* nodes in it, itself included, aliases resolved */
};

/*
 * Read @length bytes of @text, which is called @file (which must live as long as the tree), into
 * @arena. *@root is NULL for a file without a document, or whose document is empty. Returns 0
 * (there may be findings: keys that stand twice), -EINVAL with the reason among @findings, or
 * -ENOMEM.
 */
int yaml_tree_parse(const char *text, size_t length, const char *file, struct arena *arena,
		    struct findings *findings, const struct yaml_node **root);

/* Is @node nothing at all: `key:`, `key: ~` or `key: null`? */
bool yaml_is_empty(const struct yaml_node *node);

/* The value of @key in the map @node, or NULL. */
const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key);

#endif
