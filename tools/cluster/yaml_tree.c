// SPDX-License-Identifier: GPL-2.0-only
/* A YAML text as a tree with places; see yaml_tree.h. Built from libyaml's events. */
#include "tools/cluster/yaml_tree.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "tools/cluster/table.h"

/* Maps up to this size are searched for keys that stand twice without a table. */
#define SMALL_MAP 8

struct reader {
	yaml_parser_t parser;
	const char *text;
	size_t length;
	const char *file;
	struct arena *arena;
	struct findings *findings;
	struct table anchors; /* name → struct yaml_node, once it is complete */
	/* Children of the nodes that are being read, the innermost last. */
	const struct yaml_node **children;
	size_t child_count, child_capacity;
	size_t aliased; /* nodes that aliases stand for so far */
	unsigned int depth;
};

static int read_node(struct reader *reader, yaml_event_t *event, const struct yaml_node **node);

static struct place place_of(const struct reader *reader, yaml_mark_t mark)
{
	return (struct place){ reader->file, (unsigned int)mark.line + 1,
			       (unsigned int)mark.column + 1 };
}

static int refuse(struct reader *reader, struct place place, unsigned int length,
		  const char *suggestion, const char *why)
{
	findings_add(reader->findings, place, length, false, suggestion, "%s", why);
	return -EINVAL;
}

/* libyaml's words for what people do most often, and what to do instead. */
static const struct {
	const char *problem, *context, *suggestion;
} hints[] = {
	{ "cannot start any token", "",
	  "put double quotes around a value that begins with '@', '`', '%' or a tab; indent with blanks" },
	{ "tab character", "", "indent with blanks, not with tabs" },
	{ "mapping values are not allowed", "",
	  "is a line break missing, or are quotes around a value with ': '?" },
	{ "did not find expected node content", "",
	  "a value is missing before this, or a } or ] that closes" },
	{ "expected ',' or '}'", "",
	  "inside of { }, put double quotes around a value with [ ] or ," },
	{ "expected ',' or ']'", "",
	  "close the list with ], or put double quotes around the value" },
	{ "could not find expected ':'", "", "every line of a map is KEY: VALUE" },
	{ "did not find expected key", "", "lines of one map are indented alike" },
	{ "did not find expected '-' indicator", "", "lines of one list are indented alike" },
	{ "unexpected end of stream", "quoted scalar", "close the quotes" },
	{ "undefined alias", "", "put double quotes around a value that begins with '*'" },
	{ "alphabetic or numeric character", "anchor",
	  "put double quotes around a value that begins with '&'" },
	{ "alphabetic or numeric character", "alias",
	  "put double quotes around a value that begins with '*'" },
};

static const char *hint_for(const char *problem, const char *context)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strstr(problem, hints[i].problem) && strstr(context, hints[i].context))
			return hints[i].suggestion;
	return NULL;
}

/* Line and column of the byte at @offset, where libyaml tells no more. */
static struct place place_of_byte(const struct reader *reader, size_t offset)
{
	struct place place = { reader->file, 1, 1 };

	for (size_t i = 0; i < offset && i < reader->length; i++) {
		if (reader->text[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if (((unsigned char)reader->text[i] & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

/* A tab before the first character of the line of @mark is nearly always what is wrong. */
static bool tab_indents(const struct reader *reader, yaml_mark_t mark, struct place *place)
{
	const char *at = reader->text, *end = at + reader->length, *line;

	for (size_t i = 0; at && i < mark.line; i++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	for (line = at; at && at < end && (*at == ' ' || *at == '\t'); at++) {
		if (*at != '\t')
			continue;
		*place = (struct place){ reader->file, (unsigned int)mark.line + 1,
					 (unsigned int)(at - line) + 1 };
		return true;
	}
	return false;
}

static int parser_failed(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *problem = parser->problem ? parser->problem : "it cannot be read";
	const char *context = parser->context ? parser->context : "";
	/* What is never closed is best shown where it was opened. */
	bool at_end = strstr(problem, "unexpected end of stream") != NULL && *context;
	struct place place = place_of(reader, at_end ? parser->context_mark : parser->problem_mark);
	const char *hint = hint_for(problem, context);

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR) {
		findings_add(reader->findings, place_of_byte(reader, parser->problem_offset), 1,
			     false, "save the file as UTF-8, without control characters",
			     "this is no text that YAML knows: %s", problem);
		return -EINVAL;
	}
	if (tab_indents(reader, parser->problem_mark, &place))
		return refuse(reader, place, 1, "indent with blanks",
			      "a tab stands where YAML wants blanks");
	findings_add(reader->findings, place, 1, false, hint, "broken YAML: %s%s%s%s", problem,
		     *context ? " (" : "", context, *context ? ")" : "");
	return -EINVAL;
}

/* The next event for the caller to delete; on failure there is none. */
static int next_event(struct reader *reader, yaml_event_t *event)
{
	if (yaml_parser_parse(&reader->parser, event))
		return 0;
	return parser_failed(reader);
}

static struct yaml_node *new_node(struct reader *reader, const yaml_event_t *event,
				  enum yaml_kind kind)
{
	struct yaml_node *node = arena_alloc(reader->arena, sizeof(*node));

	if (!node)
		return NULL;
	node->kind = kind;
	node->place = place_of(reader, event->start_mark);
	node->length = 1;
	node->total = 1;
	return node;
}

static void set_end(struct yaml_node *node, const yaml_event_t *event)
{
	node->end_line = (unsigned int)event->end_mark.line + 1;
	node->end_column = (unsigned int)event->end_mark.column + 1;
}

static int push_child(struct reader *reader, const struct yaml_node *node)
{
	if (reader->child_count == reader->child_capacity) {
		size_t capacity = reader->child_capacity ? reader->child_capacity * 2 : 256;
		const struct yaml_node **more =
			reallocarray(reader->children, capacity, sizeof(*more));

		if (!more)
			return -ENOMEM;
		reader->children = more;
		reader->child_capacity = capacity;
	}
	reader->children[reader->child_count++] = node;
	return 0;
}

static unsigned int count_characters(const char *text)
{
	unsigned int count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/*
 * The text stands behind its anchor and its opening quote. Counting back from its end finds it, and
 * tells in passing whether it is written as it is.
 */
static void place_text(struct yaml_node *node, const yaml_event_t *event)
{
	yaml_scalar_style_t style = event->data.scalar.style;
	unsigned int quotes = style == YAML_PLAIN_SCALAR_STYLE ? 0 : 1;
	unsigned int characters = count_characters(node->text);
	size_t end = event->end_mark.column, start = event->start_mark.column;

	node->plain = style == YAML_PLAIN_SCALAR_STYLE;
	node->length = characters ? characters : 1;
	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE ||
	    event->start_mark.line != event->end_mark.line || end < start + characters)
		return;
	/* With an anchor in front there is no telling escapes from it. */
	node->exact = event->data.scalar.anchor || end - start == characters + 2 * quotes;
	if (node->exact)
		node->place.column = (unsigned int)(end - quotes - characters) + 1;
}

static int read_text(struct reader *reader, const yaml_event_t *event,
		     const struct yaml_node **result)
{
	struct yaml_node *node = new_node(reader, event, YAML_TEXT);
	size_t length = event->data.scalar.length;

	if (!node)
		return -ENOMEM;
	if (event->data.scalar.tag)
		return refuse(reader, node->place, 1, "leave the tag out",
			      "tags (!) have no use here");
	if (memchr(event->data.scalar.value, '\0', length))
		return refuse(reader, node->place, 1, "leave it out",
			      "a text holds a NUL character");
	node->text = arena_copy(reader->arena, (const char *)event->data.scalar.value, length);
	if (!node->text)
		return -ENOMEM;
	set_end(node, event);
	place_text(node, event);
	*result = node;
	return 0;
}

/* Read the children of a list or map up to its end, whose event sets @node's end. */
static int read_children(struct reader *reader, struct yaml_node *node, yaml_event_type_t last)
{
	for (;;) {
		const struct yaml_node *child;
		yaml_event_t event;
		int error = next_event(reader, &event);

		if (error)
			return error;
		if (event.type == last) {
			set_end(node, &event);
			yaml_event_delete(&event);
			return 0;
		}
		error = read_node(reader, &event, &child);
		yaml_event_delete(&event);
		if (!error)
			error = push_child(reader, child);
		if (error)
			return error;
		node->total += child->total;
	}
}

static int read_list(struct reader *reader, const yaml_event_t *event,
		     const struct yaml_node **result)
{
	struct yaml_node *node = new_node(reader, event, YAML_LIST);
	size_t first = reader->child_count;
	const struct yaml_node **items;
	int error;

	if (!node)
		return -ENOMEM;
	node->flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	error = read_children(reader, node, YAML_SEQUENCE_END_EVENT);
	if (error)
		return error;
	node->count = reader->child_count - first;
	items = arena_alloc(reader->arena, node->count * sizeof(*items));
	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < node->count; i++)
		items[i] = reader->children[first + i];
	node->items = items;
	reader->child_count = first;
	*result = node;
	return 0;
}

static bool is_merge(const struct yaml_node *key)
{
	return key->plain && strcmp(key->text, "<<") == 0;
}

/* A pair of a map, or NULL. Merge keys make no pair of their own. */
static const struct yaml_pair *find_pair(const struct yaml_pair *pairs, size_t count,
					 const struct table *table, const char *text)
{
	if (count > SMALL_MAP)
		return table_find(table, text, strlen(text));
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].key->text, text) == 0)
			return &pairs[i];
	return NULL;
}

/* Keep the table of a map that grows beyond what is searched pair by pair. */
static int note_pair(const struct yaml_pair *pairs, size_t count, struct table *table)
{
	size_t first = count > SMALL_MAP + 1 ? count - 1 : 0;
	int error = 0;

	if (count <= SMALL_MAP)
		return 0;
	for (size_t i = first; !error && i < count; i++)
		error = table_put(table, pairs[i].key->text, strlen(pairs[i].key->text),
				  (void *)&pairs[i]);
	return error;
}

/* What a map is made of, until it is complete. */
struct map_pairs {
	struct yaml_pair *pairs;
	size_t count;
	struct table table;
};

static int add_pair(struct map_pairs *map, struct yaml_pair pair)
{
	map->pairs[map->count++] = pair;
	return note_pair(map->pairs, map->count, &map->table);
}

static int add_own_pair(struct reader *reader, struct map_pairs *map, const struct yaml_node *key,
			const struct yaml_node *value)
{
	const struct yaml_pair *before;

	if (key->kind != YAML_TEXT)
		return refuse(reader, key->place, 1, "put double quotes around it",
			      "a key has to be a text");
	if (is_merge(key))
		return 0;
	before = find_pair(map->pairs, map->count, &map->table, key->text);
	if (!before)
		return add_pair(map, (struct yaml_pair){ key, value });
	findings_add(reader->findings, key->place, key->length, false, "keep one of them",
		     "'%s' stands here a second time; the first is at %s:%u:%u", key->text,
		     before->key->place.file, before->key->place.line, before->key->place.column);
	return 0;
}

static int merge_map(struct reader *reader, struct map_pairs *map, const struct yaml_node *from)
{
	int error = 0;

	if (from->kind != YAML_MAP)
		return refuse(reader, from->place, from->length, NULL,
			      "'<<' takes in a map, or a list of maps");
	for (size_t i = 0; !error && i < from->count; i++)
		if (!find_pair(map->pairs, map->count, &map->table, from->pairs[i].key->text))
			error = add_pair(map, from->pairs[i]);
	return error;
}

/* Own keys outrank merged ones, and of several merged maps the first does. */
static int merge(struct reader *reader, struct map_pairs *map, const struct yaml_node *value)
{
	int error = 0;

	if (value->kind != YAML_LIST)
		return merge_map(reader, map, value);
	for (size_t i = 0; !error && i < value->count; i++)
		error = merge_map(reader, map, value->items[i]);
	return error;
}

/* How many pairs there can be: own ones and those of merged maps. */
static size_t pairs_max(const struct yaml_node *const *children, size_t count)
{
	size_t max = count / 2;

	for (size_t i = 0; i + 1 < count; i += 2)
		if (children[i]->kind == YAML_TEXT && is_merge(children[i]))
			max += children[i + 1]->total;
	return max;
}

static int fill_map(struct reader *reader, struct yaml_node *node, size_t first)
{
	size_t count = reader->child_count - first;
	const struct yaml_node *const *children = count ? reader->children + first : NULL;
	struct map_pairs map = { 0 };
	int error = 0;

	map.pairs = arena_alloc(reader->arena, pairs_max(children, count) * sizeof(*map.pairs));
	if (!map.pairs)
		return -ENOMEM;
	for (size_t i = 0; !error && i + 1 < count; i += 2)
		error = add_own_pair(reader, &map, children[i], children[i + 1]);
	for (size_t i = 0; !error && i + 1 < count; i += 2)
		if (is_merge(children[i]))
			error = merge(reader, &map, children[i + 1]);
	table_free(&map.table);
	node->pairs = map.pairs;
	node->count = map.count;
	return error;
}

static int read_map(struct reader *reader, const yaml_event_t *event,
		    const struct yaml_node **result)
{
	struct yaml_node *node = new_node(reader, event, YAML_MAP);
	size_t first = reader->child_count;
	int error;

	if (!node)
		return -ENOMEM;
	node->flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
	error = read_children(reader, node, YAML_MAPPING_END_EVENT);
	if (!error)
		error = fill_map(reader, node, first);
	reader->child_count = first;
	*result = node;
	return error;
}

static int read_alias(struct reader *reader, const yaml_event_t *event,
		      const struct yaml_node **result)
{
	const char *name = (const char *)event->data.alias.anchor;
	const struct yaml_node *node = table_find(&reader->anchors, name, strlen(name));
	struct place place = place_of(reader, event->start_mark);

	if (!node) {
		findings_add(reader->findings, place, 1, false,
			     "put double quotes around a value that begins with '*'",
			     "no anchor '&%s' is complete before this alias", name);
		return -EINVAL;
	}
	reader->aliased += node->total;
	if (reader->aliased > YAML_ALIASED_MAX)
		return refuse(reader, place, 1, "use profiles",
			      "aliases stand for more than 2000000 values by now");
	*result = node;
	return 0;
}

static const char *anchor_of(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return (const char *)event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return (const char *)event->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

static const char *tag_of(const yaml_event_t *event)
{
	return event->type == YAML_SEQUENCE_START_EVENT
		       ? (const char *)event->data.sequence_start.tag
	       : event->type == YAML_MAPPING_START_EVENT
		       ? (const char *)event->data.mapping_start.tag
		       : NULL;
}

/* Known from here on: inside of the node itself it was not. */
static int keep_anchor(struct reader *reader, const char *anchor, const struct yaml_node *node)
{
	char *name = arena_copy(reader->arena, anchor, strlen(anchor));

	if (!name)
		return -ENOMEM;
	return table_put(&reader->anchors, name, strlen(name), (void *)node);
}

static int read_collection(struct reader *reader, const yaml_event_t *event,
			   const struct yaml_node **node)
{
	int error;

	if (tag_of(event))
		return refuse(reader, place_of(reader, event->start_mark), 1, "leave the tag out",
			      "tags (!) have no use here");
	if (reader->depth == YAML_DEPTH_MAX)
		return refuse(reader, place_of(reader, event->start_mark), 1, NULL,
			      "this is nested too deeply");
	reader->depth++;
	error = event->type == YAML_MAPPING_START_EVENT ? read_map(reader, event, node)
							: read_list(reader, event, node);
	reader->depth--;
	return error;
}

/* The node that @event begins; @event stays the caller's. */
static int read_node(struct reader *reader, yaml_event_t *event, const struct yaml_node **node)
{
	const char *anchor = anchor_of(event);
	int error;

	if (event->type == YAML_ALIAS_EVENT)
		return read_alias(reader, event, node);
	if (event->type == YAML_SCALAR_EVENT)
		error = read_text(reader, event, node);
	else
		error = read_collection(reader, event, node);
	if (!error && anchor)
		error = keep_anchor(reader, anchor, *node);
	return error;
}

/* One document at most. libyaml sends START-STREAM first and END-STREAM last. */
static int read_stream(struct reader *reader, const struct yaml_node **root)
{
	yaml_event_t event;
	bool done = false;
	int error = 0;

	while (!error && !done) {
		error = next_event(reader, &event);
		if (error)
			return error;
		if (event.type == YAML_STREAM_END_EVENT)
			done = true;
		else if (event.type == YAML_DOCUMENT_START_EVENT && *root)
			error = refuse(reader, place_of(reader, event.start_mark), 3,
				       "put it into a file of its own, or leave the '---' out",
				       "a second document begins here");
		else if (event.type != YAML_STREAM_START_EVENT &&
			 event.type != YAML_DOCUMENT_START_EVENT &&
			 event.type != YAML_DOCUMENT_END_EVENT)
			error = read_node(reader, &event, root);
		yaml_event_delete(&event);
	}
	return error;
}

int yaml_tree_parse(const char *text, size_t length, const char *file, struct arena *arena,
		    struct findings *findings, const struct yaml_node **root)
{
	struct reader reader = {
		.text = text, .length = length, .file = file, .arena = arena, .findings = findings
	};
	int error;

	*root = NULL;
	if (!yaml_parser_initialize(&reader.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
	error = read_stream(&reader, root);
	yaml_parser_delete(&reader.parser);
	table_free(&reader.anchors);
	free(reader.children);
	if (error)
		*root = NULL;
	if (*root && yaml_is_empty(*root))
		*root = NULL;
	return error;
}

bool yaml_is_empty(const struct yaml_node *node)
{
	return node->kind == YAML_TEXT && node->plain &&
	       (!*node->text || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key)
{
	for (size_t i = 0; node->kind == YAML_MAP && i < node->count; i++)
		if (strcmp(node->pairs[i].key->text, key) == 0)
			return node->pairs[i].value;
	return NULL;
}
