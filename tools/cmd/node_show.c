// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot node show NODE`: every value of a node, and where it comes from. */
#include <stdio.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/node.h"

static json_t *value_json(const char *key, const char *text, const char *origin,
			  const struct place *place)
{
	json_t *json = json_pack("{s:s, s:s, s:s}", "key", key, "value", text, "origin", origin);

	json_object_set_new(json, "file", place->line ? json_string(place->file) : json_null());
	json_object_set_new(json, "line", place->line ? json_integer(place->line) : json_null());
	json_object_set_new(json, "column",
			    place->line ? json_integer(place->column) : json_null());
	return json;
}

/* What each origin of a list says by itself. */
static json_t *parts_json(const struct cluster_value *value)
{
	json_t *parts = json_array();

	for (const struct cluster_value *part = value->parts; part->text; part++) {
		json_t *json = value_json("", part->text, part->origin, &part->place);

		json_object_del(json, "key");
		json_array_append_new(parts, json);
	}
	return parts;
}

static json_t *key_json(enum node_key key, const struct cluster_value *value)
{
	json_t *json = value_json(section_keys[SECTION_NODE].keys[key].name, value->text,
				  value->origin, &value->place);

	if (value->parts)
		json_object_set_new(json, "parts", parts_json(value));
	return json;
}

static json_t *words_json(struct word_list list)
{
	json_t *words = json_array();

	for (size_t i = 0; i < list.count; i++)
		json_array_append_new(words, json_string(list.words[i]));
	return words;
}

static void print_json(const struct cluster_node *node)
{
	json_t *values = json_array(), *variables = json_array(), *report;

	for (int key = 0; key < NODE_KEY_COUNT; key++) {
		const struct cluster_value *value = &node->values[key];

		if (value->text)
			json_array_append_new(values, key_json((enum node_key)key, value));
	}
	for (size_t i = 0; i < node->variable_count; i++) {
		const struct cluster_variable *variable = &node->variables[i];

		json_array_append_new(variables, value_json(variable->name, variable->text,
							    variable->origin, &variable->place));
	}
	report = json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", node->name, "profiles",
			   words_json(node->profiles), "groups", words_json(node->groups), "values",
			   values, "variables", variables);
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(report);
}

/* Widths of the columns. */
struct widths {
	int key, value, origin;
};

static void print_line(const struct widths *widths, const char *key, const char *text,
		       const char *origin, const struct place *place)
{
	printf("%-*s  %-*s  ", widths->key, key, widths->value, text);
	if (place->line)
		printf("%-*s  %s:%u\n", widths->origin, origin, place->file, place->line);
	else
		printf("%s\n", origin);
}

/* A list that several made has its words first, then a line for what each of them says. */
static void print_value(const struct widths *widths, const char *key,
			const struct cluster_value *value)
{
	static const struct place nowhere = { 0 };
	const struct cluster_value *part = value->parts;
	bool several = part && part->text && part[1].text;

	print_line(widths, key, value->text, value->origin, several ? &nowhere : &value->place);
	for (; several && part->text; part++)
		print_line(widths, "", part->text, part->origin, &part->place);
}

static void print_words(int key_width, const char *key, struct word_list list)
{
	if (!list.count)
		return;
	printf("%-*s  ", key_width, key);
	for (size_t i = 0; i < list.count; i++)
		printf("%s%s", i ? "," : "", list.words[i]);
	putchar('\n');
}

static int wider(int width, const char *text)
{
	int length = text ? (int)strlen(text) : 0;

	/* A long list pushes only its own line to the right. */
	return length > width && length <= 48 ? length : width;
}

static void print_text(const struct cluster_node *node)
{
	struct widths widths = { 14, 5, 4 };

	for (int key = 0; key < NODE_KEY_COUNT; key++) {
		const struct cluster_value *part = node->values[key].parts;

		widths.value = wider(widths.value, node->values[key].text);
		widths.origin = wider(widths.origin, node->values[key].origin);
		for (; part && part->text; part++)
			widths.value = wider(widths.value, part->text);
	}
	for (size_t i = 0; i < node->variable_count; i++) {
		widths.key = wider(widths.key, node->variables[i].name);
		widths.value = wider(widths.value, node->variables[i].text);
		widths.origin = wider(widths.origin, node->variables[i].origin);
	}
	printf("%-*s  %-*s  %-*s  %s\n", widths.key, "KEY", widths.value, "VALUE", widths.origin,
	       "FROM", "WHERE");
	for (int key = 0; key < NODE_KEY_COUNT; key++) {
		const struct cluster_value *value = &node->values[key];

		if (value->text)
			print_value(&widths, section_keys[SECTION_NODE].keys[key].name, value);
	}
	for (size_t i = 0; i < node->variable_count; i++) {
		const struct cluster_variable *variable = &node->variables[i];

		print_line(&widths, variable->name, variable->text, variable->origin,
			   &variable->place);
	}
	print_words(widths.key, "(all profiles)", node->profiles);
	print_words(widths.key, "(groups)", node->groups);
}

int node_show(int argc, char **argv)
{
	struct node_arguments arguments;
	struct cluster_options options = { .skip_files = true };
	struct log log = log_open("wireroot node");
	const struct cluster_node *node = NULL;
	struct cluster cluster;
	int status = node_read_arguments(argc, argv, &arguments);

	if (status >= 0)
		return status;
	if (!arguments.object)
		return cmd_misused("node", "the name of a node is missing", "");
	status = node_load(&cluster, arguments.cluster, &options, &log);
	if (status == CMD_DONE) {
		node = node_find(&cluster, arguments.object, &log);
		status = node ? CMD_DONE : CMD_FAILED;
	}
	if (node)
		(arguments.json ? print_json : print_text)(node);
	cluster_free(&cluster);
	return status;
}
