// SPDX-License-Identifier: GPL-2.0-only
/* A finished plan as the text of a cluster.yaml, with remarks and what is to be filled in. */
#include "tools/import/write.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "tools/cluster/nodeset.h"

/* Where comments are broken, and what a node may be long in one line. */
#define COLUMNS 98

static void indent(struct text *text, unsigned int depth)
{
	text_add_bytes(text, "                ", 2 * (size_t)depth);
}

/* ---- comments ------------------------------------------------------------------------------- */

/* The bytes of the character at @text that YAML lets stand in a comment, or 0. */
static size_t character(const unsigned char *text, size_t length)
{
	size_t bytes = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	uint32_t code = bytes == 1 ? text[0] : text[0] & (0x7fu >> bytes);

	if (text[0] < ' ' || text[0] == 0x7f || (text[0] >= 0x80 && text[0] < 0xc2) ||
	    text[0] > 0xf4 || bytes > length)
		return 0;
	for (size_t i = 1; i < bytes; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	/* Controls, what is too long for what it says, halves of pairs, non-characters, the mark.
	 */
	if ((code >= 0x80 && code < 0xa0) || (bytes == 3 && code < 0x800) ||
	    (bytes == 4 && code < 0x10000) || (code >= 0xd800 && code < 0xe000) ||
	    (code & 0xfffe) == 0xfffe || code == 0xfeff || code == 0x2028 || code == 0x2029 ||
	    code > 0x10ffff)
		return 0;
	return bytes;
}

/* Add @length bytes; what could end a comment, fool a terminal or is no UTF-8 becomes '?'. */
static void add_harmless(struct text *text, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t count = character((const unsigned char *)bytes + i, length - i);

		text_add_bytes(text, count ? bytes + i : "?", count ? count : 1);
		i += count ? count : 1;
	}
}

/* Lines "# …" of the words of @comment, none wider than COLUMNS unless a word is. */
static void add_comment(struct text *text, unsigned int depth, const char *comment)
{
	size_t room = COLUMNS - 2 * depth - 2;
	size_t column = 0;

	while (*(comment += strspn(comment, " \t\r\n"))) {
		size_t length = strcspn(comment, " \t\r\n");

		if (column == 0 || column + 1 + length > room) {
			if (column > 0)
				text_add(text, "\n");
			indent(text, depth);
			text_add(text, "#");
			column = 0;
		}
		text_add(text, " ");
		add_harmless(text, comment, length);
		column += length + 1;
		comment += length;
	}
	if (column > 0)
		text_add(text, "\n");
}

static void add_remarks(struct text *text, unsigned int depth, const struct import_entry *entry)
{
	struct text dropped = { 0 };

	for (const struct import_word *word = entry->remarks.first; word; word = word->next)
		add_comment(text, depth, word->text);
	if (!entry->dropped.first)
		return;
	text_add(&dropped, "without counterpart:");
	for (const struct import_word *word = entry->dropped.first; word; word = word->next)
		text_printf(&dropped, " %s%s", word->text, word->next ? "," : "");
	add_comment(text, depth, text_string(&dropped));
	if (dropped.error)
		text->error = dropped.error;
	text_free(&dropped);
}

/* ---- values --------------------------------------------------------------------------------- */

/* Would YAML take @value for what it is without quotes? */
static bool is_plain(const char *value, bool flow)
{
	static const char *const words[] = { "null", "true", "false", "yes", "no", "on", "off" };
	size_t length = strlen(value);

	if (length == 0 || !isalnum((unsigned char)value[0]) || value[length - 1] == ':')
		if (length == 0 || value[0] != '/')
			return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)value[i]) && !strchr("_./:+=@%-", value[i]) &&
		    (flow || !strchr("[],", value[i])))
			return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(value, words[i]) == 0)
			return false;
	return true;
}

static void add_value(struct text *text, const char *value, bool flow)
{
	if (is_plain(value, flow)) {
		text_add(text, value);
		return;
	}
	text_add(text, "\"");
	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;

		if (byte == '"' || byte == '\\')
			text_printf(text, "\\%c", byte);
		else if (byte < ' ' || byte >= 0x7f)
			text_printf(text, "\\x%02x", byte);
		else
			text_printf(text, "%c", byte);
	}
	text_add(text, "\"");
}

static void add_field_value(struct text *text, const struct import_field *field, bool flow)
{
	if (field->text) {
		add_value(text, field->text, flow);
		return;
	}
	text_add(text, "[");
	for (const struct import_word *word = field->list.first; word; word = word->next) {
		add_value(text, word->text, true);
		if (word->next)
			text_add(text, ", ");
	}
	text_add(text, "]");
}

/* ---- entries -------------------------------------------------------------------------------- */

static void add_field(struct text *text, unsigned int depth, const struct import_field *field)
{
	indent(text, depth);
	text_printf(text, "%s:", field->key);
	if (field->fill_in) {
		text_add(text, " # FILL IN: ");
		add_harmless(text, field->fill_in, strlen(field->fill_in));
	} else {
		text_add(text, " ");
		add_field_value(text, field, false);
	}
	text_add(text, "\n");
}

static void add_block(struct text *text, const struct import_entry *entry)
{
	if (*entry->name) {
		indent(text, 1);
		add_value(text, entry->name, false);
		text_add(text, ":\n");
	}
	for (const struct import_field *field = entry->fields; field; field = field->next)
		add_field(text, *entry->name ? 2 : 1, field);
}

/* "NAME: { key: value, … }" when that fits into a line; else nothing is added. */
static bool add_line(struct text *text, const struct import_entry *entry)
{
	struct text line = { 0 };
	bool fits;

	text_add(&line, "  ");
	add_value(&line, entry->name, false);
	text_add(&line, entry->fields ? ": { " : ": {");
	for (const struct import_field *field = entry->fields; field; field = field->next) {
		text_printf(&line, "%s: ", field->key);
		add_field_value(&line, field, true);
		text_add(&line, field->next ? ", " : " ");
	}
	text_add(&line, "}\n");
	fits = line.length <= COLUMNS;
	if (fits)
		text_add(text, text_string(&line));
	text_free(&line);
	return fits;
}

static bool has_fill_in(const struct import_entry *entry)
{
	for (const struct import_field *field = entry->fields; field; field = field->next)
		if (field->fill_in)
			return true;
	return false;
}

static void add_entry(struct text *text, const struct import_entry *entry)
{
	add_remarks(text, 1, entry);
	if ((entry->section == IMPORT_NODES || !entry->fields) && *entry->name &&
	    !has_fill_in(entry) && add_line(text, entry))
		return;
	add_block(text, entry);
}

/* A group is the folded set of its members. */
static int add_group(struct text *text, const struct import_entry *entry, struct fault *fault)
{
	const struct import_field *nodes = import_field(entry, "nodes");
	struct nodeset *set = nodeset_new();
	struct text folded = { 0 };
	int error = set ? 0 : fault_set(fault, ENOMEM, "fold a group", entry->name, NULL);

	for (const struct import_word *word = nodes ? nodes->list.first : NULL; word && !error;
	     word = word->next)
		error = nodeset_add_name(set, word->text, fault);
	if (!error)
		error = nodeset_fold(set, &folded, fault);
	nodeset_free(set);
	if (nodes && nodes->text)
		text_add(&folded, nodes->text);
	if (!error)
		add_remarks(text, 1, entry);
	if (!error && folded.length == 0) {
		add_comment(text, 1, entry->name);
		add_comment(text, 1, "is a group without nodes");
	} else if (!error) {
		indent(text, 1);
		add_value(text, entry->name, false);
		text_add(text, ": ");
		add_value(text, text_string(&folded), false);
		text_add(text, "\n");
	}
	text_free(&folded);
	return error;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void add_head(const struct import_plan *plan, struct text *text)
{
	size_t missing = import_count_fill_ins(plan);

	text_printf(text, "# Imported from %s by wireroot " WIREROOT_VERSION ".\n", plan->source);
	if (missing)
		text_printf(text, "# %zu value%s to be filled in: look for \"FILL IN\".\n", missing,
			    missing == 1 ? " has" : "s have");
	for (const struct import_word *word = plan->remarks.first; word; word = word->next) {
		text_add(text, "#\n");
		add_comment(text, 0, word->text);
	}
}

static int add_section(const struct import_plan *plan, enum import_section section,
		       struct text *text, struct fault *fault)
{
	static const char *const names[IMPORT_SECTIONS] = {
		[IMPORT_CLUSTER] = "cluster", [IMPORT_NETWORKS] = "networks",
		[IMPORT_SERVERS] = "servers", [IMPORT_IMAGES] = "images",
		[IMPORT_GROUPS] = "groups",   [IMPORT_PROFILES] = "profiles",
		[IMPORT_NODES] = "nodes",
	};
	const struct import_entries *entries = &plan->sections[section];
	int error = 0;

	if (entries->count == 0)
		return 0;
	text_printf(text, "\n%s:\n", names[section]);
	if (section == IMPORT_NODES && plan->imageless.name)
		add_entry(text, &plan->imageless);
	for (size_t i = 0; i < entries->count && !error; i++) {
		if (section == IMPORT_GROUPS)
			error = add_group(text, entries->list[i], fault);
		else
			add_entry(text, entries->list[i]);
	}
	return error;
}

int import_write(const struct import_plan *plan, struct text *text, struct fault *fault)
{
	int error = 0;

	add_head(plan, text);
	for (size_t i = 0; i < IMPORT_SECTIONS && !error; i++)
		error = add_section(plan, (enum import_section)i, text, fault);
	if (!error && (plan->out_of_memory || text->error))
		error = fault_set(fault, ENOMEM, "write a definition", plan->source, NULL);
	return error;
}
