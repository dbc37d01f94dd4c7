// SPDX-License-Identifier: GPL-2.0-only
/* Changing a node's entry in a drop-in; see node_edit.h. */
#include "tools/cluster/node_edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/arena.h"
#include "tools/cluster/yaml_tree.h"

/* Keys of one entry that can change at once: all there are, and then some variables. */
#define CHANGED_MAX 64

/* One key of the entry with the value that it will have. */
struct changed {
	char key[64];
	struct text value; /* as YAML; empty: the key is taken out */
};

struct edit {
	const char *text;
	size_t length;
	struct arena arena;
	const struct yaml_node *root, *name, *entry; /* the last two NULL: there is none yet */
	struct changed changed[CHANGED_MAX];
	size_t changed_count;
};

static bool is_plain(const char *value)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	char any[sizeof(letters) + 16];
	size_t length = strlen(value);

	snprintf(any, sizeof(any), "%s/._:+=@%%~-", letters);
	return length && strspn(value, any) == length && value[length - 1] != ':' &&
	       (value[0] == '/' || strchr(letters, value[0])) && strcmp(value, "null") != 0;
}

void node_edit_add_text(struct text *text, const char *value)
{
	if (is_plain(value)) {
		text_add(text, value);
		return;
	}
	text_add(text, "\"");
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add(text, "\\");
		text_add_bytes(text, value, 1);
	}
	text_add(text, "\"");
}

/* @node on one line. */
static void add_node(struct text *text, const struct yaml_node *node)
{
	if (node->kind == YAML_TEXT) {
		if (!yaml_is_empty(node))
			node_edit_add_text(text, node->text);
		else
			text_add(text, "~");
		return;
	}
	text_add(text, node->kind == YAML_LIST ? "[" : "{ ");
	for (size_t i = 0; i < node->count; i++) {
		text_add(text, i ? ", " : "");
		if (node->kind == YAML_MAP) {
			node_edit_add_text(text, node->pairs[i].key->text);
			text_add(text, ": ");
		}
		add_node(text, node->kind == YAML_MAP ? node->pairs[i].value : node->items[i]);
	}
	text_add(text, node->kind == YAML_LIST ? "]" : " }");
}

/* --- what changes ----------------------------------------------------------------------------- */

static const struct yaml_node *value_of(const struct edit *edit, const char *key)
{
	return edit->entry ? yaml_find(edit->entry, key) : NULL;
}

static struct changed *changed_key(struct edit *edit, const char *key)
{
	for (size_t i = 0; i < edit->changed_count; i++)
		if (strcmp(edit->changed[i].key, key) == 0)
			return &edit->changed[i];
	if (edit->changed_count == CHANGED_MAX || strlen(key) >= sizeof(edit->changed[0].key))
		return NULL;
	snprintf(edit->changed[edit->changed_count].key, sizeof(edit->changed[0].key), "%s", key);
	return &edit->changed[edit->changed_count++];
}

/* Several changes of the map @key, "lab" or "variables", become one new value of it. */
static void change_map(struct edit *edit, const char *key, const struct node_change *changes,
		       size_t count, struct text *value)
{
	const struct yaml_node *map = value_of(edit, key);
	size_t length = strlen(key), written = 0;

	text_free(value);
	for (size_t i = 0; map && map->kind == YAML_MAP && i < map->count; i++) {
		const char *name = map->pairs[i].key->text;
		bool replaced = false;

		for (size_t j = 0; j < count; j++)
			replaced |= strncmp(changes[j].key, key, length) == 0 &&
				    changes[j].key[length] == '.' &&
				    strcmp(changes[j].key + length + 1, name) == 0;
		if (replaced)
			continue;
		text_add(value, written++ ? ", " : "{ ");
		node_edit_add_text(value, name);
		text_add(value, ": ");
		add_node(value, map->pairs[i].value);
	}
	for (size_t i = 0; i < count; i++) {
		if (strncmp(changes[i].key, key, length) != 0 || changes[i].key[length] != '.' ||
		    !changes[i].value)
			continue;
		text_add(value, written++ ? ", " : "{ ");
		node_edit_add_text(value, changes[i].key + length + 1);
		text_add(value, ": ");
		node_edit_add_text(value, changes[i].value);
	}
	if (written)
		text_add(value, " }");
}

static int collect(struct edit *edit, const struct node_change *changes, size_t count,
		   struct fault *fault)
{
	for (size_t i = 0; i < count; i++) {
		const char *dot = strchr(changes[i].key, '.');
		struct changed *changed;
		char key[64];

		if (!value_plain(changes[i].value ? changes[i].value : ""))
			return fault_set(fault, EINVAL, "set a value of a node", changes[i].key,
					 "control characters have no place there");
		snprintf(key, sizeof(key), "%.*s",
			 dot ? (int)(dot - changes[i].key) : (int)sizeof(key), changes[i].key);
		changed = changed_key(edit, key);
		if (!changed)
			return fault_set(fault, E2BIG, "set values of a node", changes[i].key,
					 "that many at once are too many");
		if (dot) {
			change_map(edit, key, changes, count, &changed->value);
			continue;
		}
		text_free(&changed->value);
		if (changes[i].value)
			node_edit_add_text(&changed->value, changes[i].value);
	}
	return 0;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* The last line on which something of @node stands. */
static unsigned int last_line(const struct yaml_node *node)
{
	unsigned int last = node->place.line, line = node->end_line;

	if (node->kind != YAML_TEXT && !node->flow) {
		for (size_t i = 0; i < node->count; i++) {
			line = last_line(node->kind == YAML_MAP ? node->pairs[i].value
								: node->items[i]);
			last = line > last ? line : last;
		}
		return last;
	}
	/* A text in a block ends at the beginning of the line behind it. */
	if (node->end_column == 1 && line > last)
		line--;
	return line > last ? line : last;
}

/* Where line @number (from 1) begins; the end of the text when there are fewer. */
static size_t line_offset(const struct edit *edit, unsigned int number)
{
	size_t offset = 0;

	for (unsigned int line = 1; line < number && offset < edit->length; line++) {
		const char *end = memchr(edit->text + offset, '\n', edit->length - offset);

		offset = end ? (size_t)(end - edit->text) + 1 : edit->length;
	}
	return offset;
}

static void copy_lines(const struct edit *edit, unsigned int from, unsigned int behind,
		       struct text *result)
{
	size_t begin = line_offset(edit, from), end = line_offset(edit, behind);

	if (end > begin)
		text_add_bytes(result, edit->text + begin, end - begin);
}

static void end_line(struct text *result)
{
	if (result->length && result->data[result->length - 1] != '\n')
		text_add(result, "\n");
}

static void add_pair(struct text *result, unsigned int indent, const char *key, const char *value)
{
	end_line(result);
	text_printf(result, "%*s", (int)indent, "");
	node_edit_add_text(result, key);
	text_printf(result, ": %s\n", value);
}

static const struct changed *find_changed(const struct edit *edit, const char *key)
{
	for (size_t i = 0; i < edit->changed_count; i++)
		if (strcmp(edit->changed[i].key, key) == 0)
			return &edit->changed[i];
	return NULL;
}

/* Is the pair written in the entry itself? A merged one is somebody else's. */
static bool is_own(const struct edit *edit, const struct yaml_pair *pair)
{
	return pair->key->place.line >= edit->name->place.line &&
	       pair->key->place.line <= last_line(edit->entry);
}

static void add_new_keys(const struct edit *edit, unsigned int indent, struct text *result)
{
	for (size_t i = 0; i < edit->changed_count; i++) {
		const struct changed *changed = &edit->changed[i];
		bool known = false;

		for (size_t j = 0; edit->entry && j < edit->entry->count; j++)
			known |= strcmp(edit->entry->pairs[j].key->text, changed->key) == 0 &&
				 is_own(edit, &edit->entry->pairs[j]);
		if (!known && changed->value.length)
			add_pair(result, indent, changed->key, changed->value.data);
	}
}

/* A key to a line: copy the lines of those that stay. */
static void rewrite_block(const struct edit *edit, struct text *result)
{
	unsigned int at = edit->name->place.line, indent = 2;

	for (size_t i = 0; i < edit->entry->count; i++) {
		const struct yaml_pair *pair = &edit->entry->pairs[i];
		const struct changed *changed = find_changed(edit, pair->key->text);

		if (!is_own(edit, pair))
			continue;
		indent = pair->key->place.column - 1;
		if (!changed)
			continue;
		copy_lines(edit, at, pair->key->place.line, result);
		if (changed->value.length)
			add_pair(result, indent, changed->key, changed->value.data);
		at = last_line(pair->value) + 1;
	}
	copy_lines(edit, at, last_line(edit->entry) + 1, result);
	add_new_keys(edit, indent, result);
}

/* Write the entry anew. Also for one without any value. */
static void rewrite_flow(const struct edit *edit, struct text *result)
{
	unsigned int indent = edit->name->place.column - 1;

	end_line(result);
	text_printf(result, "%*s", (int)indent, "");
	node_edit_add_text(result, edit->name->text);
	text_add(result, ":\n");
	for (size_t i = 0; edit->entry->kind == YAML_MAP && i < edit->entry->count; i++) {
		const struct yaml_pair *pair = &edit->entry->pairs[i];
		const struct changed *changed = find_changed(edit, pair->key->text);
		struct text value = { 0 };

		if (changed)
			text_add(&value, text_string(&changed->value));
		else
			add_node(&value, pair->value);
		if (value.length)
			add_pair(result, indent + 2, pair->key->text, value.data);
		text_free(&value);
	}
	add_new_keys(edit, indent + 2, result);
}

static void write_result(const struct edit *edit, const char *name, struct text *result)
{
	if (!edit->entry) {
		unsigned int indent = edit->root && edit->root->count
					      ? edit->root->pairs[0].key->place.column - 1
					      : 0;

		text_add_bytes(result, edit->text, edit->length);
		end_line(result);
		text_printf(result, "%*s", (int)indent, "");
		node_edit_add_text(result, name);
		text_add(result, ":\n");
		add_new_keys(edit, indent + 2, result);
		return;
	}
	copy_lines(edit, 1, edit->name->place.line, result);
	if (edit->entry->kind == YAML_MAP && !edit->entry->flow)
		rewrite_block(edit, result);
	else
		rewrite_flow(edit, result);
	copy_lines(edit, last_line(edit->entry) + 1, UINT32_MAX, result);
}

/* The entry whose key is the name itself, not a set with the node in it. */
static int find_entry(struct edit *edit, const char *file, const char *name, struct fault *fault)
{
	const struct yaml_node *root = edit->root;

	if (root && (root->kind != YAML_MAP || root->flow))
		return fault_set(fault, EINVAL, "change", file,
				 "it has to be a map with a line for each set of nodes");
	for (size_t i = 0; root && i < root->count; i++)
		if (strcmp(root->pairs[i].key->text, name) == 0) {
			edit->name = root->pairs[i].key;
			edit->entry = root->pairs[i].value;
		}
	if (edit->entry && edit->entry->kind != YAML_MAP && !yaml_is_empty(edit->entry))
		return fault_set(fault, EINVAL, "change", file,
				 "the node's entry has to be a map of what it has");
	return 0;
}

/* --- does it read as it was meant? ------------------------------------------------------------ */

static bool is_same(const struct yaml_node *a, const struct yaml_node *b)
{
	if (a == b)
		return true;
	if (!a || !b || a->kind != b->kind || a->count != b->count)
		return false;
	if (a->kind == YAML_TEXT)
		return strcmp(a->text, b->text) == 0 && yaml_is_empty(a) == yaml_is_empty(b);
	for (size_t i = 0; i < a->count; i++) {
		if (a->kind == YAML_LIST && !is_same(a->items[i], b->items[i]))
			return false;
		if (a->kind == YAML_MAP &&
		    (strcmp(a->pairs[i].key->text, b->pairs[i].key->text) != 0 ||
		     !is_same(a->pairs[i].value, b->pairs[i].value)))
			return false;
	}
	return true;
}

/* Has the map @after all that @before has, but for the keys that change? */
static bool keeps(const struct edit *edit, const struct yaml_node *before,
		  const struct yaml_node *after, const char *name)
{
	for (size_t i = 0; before && before->kind == YAML_MAP && i < before->count; i++) {
		const char *key = before->pairs[i].key->text;

		if (name ? strcmp(key, name) == 0 : find_changed(edit, key) != NULL)
			continue;
		if (!after || !is_same(before->pairs[i].value, yaml_find(after, key)))
			return false;
	}
	return true;
}

/* Does the changed key have the value that it was to have? */
static bool has_value(struct edit *edit, const struct changed *changed,
		      const struct yaml_node *entry)
{
	const struct yaml_node *is = yaml_find(entry, changed->key), *root = NULL;
	struct findings findings = { 0 };
	bool same;

	if (!changed->value.length)
		return !is;
	same = yaml_tree_parse(changed->value.data, changed->value.length, "", &edit->arena,
			       &findings, &root) == 0 &&
	       is_same(is, root);
	findings_free(&findings);
	return same;
}

/*
 * YAML has more ways of writing than are thought of here. What comes out is read again, and only
 * passed on when it has the changes and everything else as it was.
 */
static bool is_as_meant(struct edit *edit, const char *name, const struct text *result)
{
	const struct yaml_node *root = NULL, *entry = NULL;
	struct findings findings = { 0 };
	bool good = yaml_tree_parse(result->data, result->length, "", &edit->arena, &findings,
				    &root) == 0 &&
		    !findings.errors && root && root->kind == YAML_MAP &&
		    keeps(edit, edit->root, root, name);

	if (good)
		entry = yaml_find(root, name);
	good = good && entry && keeps(edit, edit->entry, entry, NULL);
	for (size_t i = 0; good && i < edit->changed_count; i++)
		good = has_value(edit, &edit->changed[i], entry);
	findings_free(&findings);
	return good;
}

static void free_edit(struct edit *edit)
{
	for (size_t i = 0; i < edit->changed_count; i++)
		text_free(&edit->changed[i].value);
	arena_free(&edit->arena);
	free(edit);
}

int node_edit(const char *text, size_t length, const char *file, const char *name,
	      const struct node_change *changes, size_t count, struct text *result,
	      struct findings *findings, struct fault *fault)
{
	struct edit *edit = calloc(1, sizeof(*edit));
	int error;

	if (!edit)
		return fault_set(fault, ENOMEM, "change", file, NULL);
	edit->text = text;
	edit->length = length;
	error = yaml_tree_parse(text, length, file, &edit->arena, findings, &edit->root);
	if (error || findings->errors)
		error = fault_set(fault, error == -ENOMEM ? ENOMEM : EINVAL, "change", file,
				  "what is in it already has to be mended first");
	if (!error)
		error = find_entry(edit, file, name, fault);
	if (!error)
		error = collect(edit, changes, count, fault);
	if (!error)
		write_result(edit, name, result);
	if (!error && result->error)
		error = fault_set(fault, ENOMEM, "change", file, NULL);
	if (!error && !is_as_meant(edit, name, result))
		error = fault_set(fault, EINVAL, "change", file,
				  "it is written in a way that only a person should change");
	free_edit(edit);
	return error;
}
