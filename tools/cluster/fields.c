// SPDX-License-Identifier: GPL-2.0-only
/* A map of the definition, read by the table of keys, and what is wrong with it. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/loader.h"
#include "userspace/lib/nearest.h"

void loader_report(struct loader *loader, const struct yaml_node *node, const char *suggestion,
		   const char *format, ...)
{
	struct text message = { 0 };
	va_list values;

	va_start(values, format);
	text_vprintf(&message, format, values);
	va_end(values);
	findings_add(loader->findings, node->place, node->length, false, suggestion, "%s",
		     text_string(&message));
	loader->no_memory |= message.error != 0;
	text_free(&message);
}

struct place place_within(const struct yaml_node *node, size_t offset)
{
	struct place place = node->place;

	if (!node->exact)
		return place;
	for (size_t i = 0; i < offset && node->text[i]; i++)
		place.column += ((unsigned char)node->text[i] & 0xc0) != 0x80;
	return place;
}

/* Keys of a section, or of the map lab in it, as somebody may write them. */
struct choice {
	struct nearest nearest;
	struct text all; /* "one of a, b, c" */
};

static void offer(struct choice *choice, const char *name)
{
	nearest_offer(&choice->nearest, name);
	text_printf(&choice->all, "%s%s", choice->all.length ? ", " : "one of ", name);
}

/* Keys that begin with @prefix, without it. */
static struct choice choose(const char *wanted, enum section section, const char *prefix)
{
	const struct section_keys *keys = &section_keys[section];
	struct choice choice = { .nearest = nearest_begin(wanted) };
	size_t length = strlen(prefix);

	for (size_t i = 0; i < keys->count; i++) {
		const char *name = keys->keys[i].name;

		if (strncmp(name, prefix, length) == 0 && !strchr(name + length, '.'))
			offer(&choice, name + length);
	}
	if (section == SECTION_NODE && !length)
		offer(&choice, "lab");
	return choice;
}

const char *report_unknown_key(struct loader *loader, const struct yaml_node *name,
			       enum section section, const char *prefix, const char *what)
{
	struct choice choice = choose(name->text, section, prefix);
	const char *dot = strchr(name->text, '.');
	const char *suggestion = choice.nearest.name;

	/* "lab.memory" is what listings call it. */
	if (dot && key_find(section, name->text) >= 0)
		suggestion = loader_printf(loader, "%.*s: { %s: … }", (int)(dot - name->text),
					   name->text, dot + 1);
	if (!suggestion)
		suggestion = text_string(&choice.all);
	loader->no_memory |= choice.all.error != 0;
	loader_report(loader, name, suggestion, "unknown key '%s' of %s", name->text, what);
	text_free(&choice.all);
	return choice.nearest.name;
}

bool expect_map(struct loader *loader, const struct yaml_node *name, const struct yaml_node *map,
		const char *wants)
{
	if (map->kind == YAML_MAP)
		return true;
	if (!yaml_is_empty(map))
		loader_report(loader, map,
			      "indent its keys below it, each with a value: KEY: VALUE",
			      "'%s' has to be a map: %s", name ? name->text : "", wants);
	return false;
}

/* @text with what no label may have by '-'. */
static const char *as_label(struct loader *loader, const char *text)
{
	char *label = loader_printf(loader, "%s", text);

	for (char *c = label; c && *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '-';
	return label && value_host_name(label, 63) ? label : NULL;
}

/* The nearest number that @key accepts, for a text that is one. */
static const char *nearest_number(struct loader *loader, const struct key *key, const char *text)
{
	if (!*text || text[strspn(text, "0123456789")])
		return NULL;
	return loader_printf(loader, "%u",
			     strtoul(text, NULL, 10) < key->minimum ? key->minimum : key->maximum);
}

/* The choice most like @text, for a key that has some; kept in the arena. */
static const char *nearest_choice(struct loader *loader, const struct key *key, const char *text)
{
	struct nearest nearest = nearest_begin(text);
	const char *at = key->choices;

	while (at && *at) {
		size_t length = strcspn(at, " ");
		const char *choice = arena_copy(loader->arena, at, length);

		if (choice)
			nearest_offer(&nearest, choice);
		at += length + (at[length] == ' ');
	}
	return nearest.name;
}

/* What may have been meant by @text, which @key does not accept, or NULL. */
static const char *value_meant(struct loader *loader, const struct key *key, const char *text)
{
	const char *meant = NULL;

	switch (key->type) {
	case KEY_LABEL:
		return as_label(loader, text);
	case KEY_NUMBER:
		return nearest_number(loader, key, text);
	case KEY_DURATION:
		meant = loader_printf(loader, "%ss", text);
		break;
	case KEY_SUBNET:
		meant = loader_printf(loader, "%s/24", text);
		break;
	case KEY_SWITCH:
		return strcmp(text, "1") == 0 ? "yes" : strcmp(text, "0") == 0 ? "no" : NULL;
	default:
		return nearest_choice(loader, key, text);
	}
	return meant && key_accepts(key, meant) ? meant : NULL;
}

bool accept_value(struct loader *loader, const struct key *key, const struct yaml_node *name,
		  const struct yaml_node *value)
{
	char buffer[256];

	if (value->kind == YAML_TEXT && key_accepts(key, value->text))
		return true;
	if (value->kind == YAML_TEXT)
		loader_report(loader, value, value_meant(loader, key, value->text),
			      "'%s' has to be %s, not '%s'", name->text,
			      key_wants(key, buffer, sizeof(buffer)), value->text);
	else
		loader_report(loader, value, NULL, "'%s' has to be %s, not a %s", name->text,
			      key_wants(key, buffer, sizeof(buffer)),
			      value->kind == YAML_LIST ? "list" : "map");
	return false;
}

/* Is @value of the right kind, and if it is a single one, does its key accept it? */
static bool is_usable(struct loader *loader, const struct key *key, const struct yaml_pair *pair)
{
	switch (key->type) {
	case KEY_MAP:
		return expect_map(loader, pair->key, pair->value, key->meaning);
	case KEY_SECTIONS:
	case KEY_GROUPS:
	case KEY_VARIABLES:
		return expect_map(loader, pair->key, pair->value, key->meaning);
	default:
		if (key_is_list(key->type))
			return true; /* word by word, when it is split */
		return accept_value(loader, key, pair->key, pair->value);
	}
}

static void report_missing(struct loader *loader, const struct yaml_node *name, const char *what,
			   const struct key *key)
{
	struct place top = { .line = 1, .column = 1 };

	if (name) {
		loader_report(loader, name, key->example, "%s has no %s: %s", what, key->name,
			      key->meaning);
		return;
	}
	top.file = loader->sources[0].path;
	findings_add(loader->findings, top, 1, false, key->example, "%s has no %s: %s", what,
		     key->name, key->meaning);
}

/* What is there under a name that is nearly @name does not lack besides. */
static void note_misspelt(const struct section_keys *keys, enum section section, bool *given,
			  const char *name)
{
	int key = name ? key_find(section, name) : -1;

	if (key >= 0 && keys->keys[key].required)
		given[key] = true;
}

void fields_read(struct loader *loader, const struct yaml_node *name, const struct yaml_node *map,
		 enum section section, const char *what, struct field *fields)
{
	const struct section_keys *keys = &section_keys[section];
	bool given[64] = { false };

	memset(fields, 0, keys->count * sizeof(*fields));
	for (size_t i = 0; map && map->kind == YAML_MAP && i < map->count; i++) {
		const struct yaml_pair *pair = &map->pairs[i];
		int key = key_find(section, pair->key->text);

		if (key < 0) {
			note_misspelt(
				keys, section, given,
				report_unknown_key(loader, pair->key, section, "", keys->what));
			continue;
		}
		if (yaml_is_empty(pair->value))
			continue;
		given[key] = true;
		if (is_usable(loader, &keys->keys[key], pair))
			fields[key] = (struct field){ pair->key, pair->value };
	}
	if (map && map->kind != YAML_MAP && !yaml_is_empty(map))
		return; /* reported by expect_map() */
	for (size_t i = 0; i < keys->count; i++)
		if (keys->keys[i].required && !given[i])
			report_missing(loader, name, what, &keys->keys[i]);
}

const char *field_text(const struct field *fields, enum section section, int key)
{
	return fields[key].value ? fields[key].value->text
				 : section_keys[section].keys[key].fallback;
}

/* Words of one list while they are found. */
struct word_reader {
	struct loader *loader;
	const struct key *key;
	struct placed_word *words;
	size_t count;
};

/* Does a word end before @c? Words of a command line may hold commas, and blanks in quotes. */
static bool parts_words(const struct key *key, char c, bool quoted)
{
	if (key->type == KEY_WORDS)
		return (c == ' ' || c == '\t' || c == '\n') && !quoted;
	return c == ' ' || c == '\t' || c == '\n' || c == ',';
}

static const char *word_end(const struct key *key, const char *text)
{
	bool quoted = false;

	for (; *text && !parts_words(key, *text, quoted); text++)
		quoted ^= *text == '"';
	return text;
}

static void add_word(struct word_reader *reader, const struct yaml_node *node, size_t from,
		     size_t length)
{
	struct placed_word *word = &reader->words[reader->count];
	/* '-NAME' takes a word away; what is behind the '-' has to be one. */
	bool removes = reader->key->type == KEY_WORDS || reader->key->type == KEY_OPTIONS;
	char buffer[256];

	word->text = arena_copy(reader->loader->arena, node->text + from, length);
	word->place = place_within(node, from);
	word->exact = node->exact;
	word->length = 0;
	for (size_t i = 0; i < length; i++)
		word->length += ((unsigned char)node->text[from + i] & 0xc0) != 0x80;
	if (!word->text) {
		reader->loader->no_memory = true;
		return;
	}
	/* A bare "--" would end the kernel's words, and with them those that we add. */
	if (removes && strcmp(word->text, "--") != 0)
		removes = word->text[0] == '-' && word->text[1] != '-';
	if (key_accepts(reader->key, word->text + removes)) {
		reader->count++;
		return;
	}
	findings_add(reader->loader->findings, word->place, word->length, false,
		     reader->key->type == KEY_PORTALS
			     ? portal_meant(word->text)
			     : nearest_choice(reader->loader, reader->key, word->text),
		     "'%s' has to be %s, not '%s'", reader->key->name,
		     key_wants(reader->key, buffer, sizeof(buffer)), word->text);
}

static void split_text(struct word_reader *reader, const struct yaml_node *node)
{
	const char *at = node->text;

	while (*at) {
		const char *end;

		if (parts_words(reader->key, *at, false)) {
			at++;
			continue;
		}
		end = word_end(reader->key, at);
		add_word(reader, node, (size_t)(at - node->text), (size_t)(end - at));
		at = end;
	}
}

/* How many words there can be at most. */
static size_t words_max(const struct yaml_node *value)
{
	size_t max = 0;

	if (value->kind == YAML_TEXT)
		return strlen(value->text) / 2 + 1;
	for (size_t i = 0; value->kind == YAML_LIST && i < value->count; i++)
		if (value->items[i]->kind == YAML_TEXT)
			max += strlen(value->items[i]->text) / 2 + 1;
	return max;
}

const struct placed_word *read_words(struct loader *loader, const struct key *key,
				     const struct yaml_node *value, size_t *count)
{
	struct word_reader reader = { .loader = loader, .key = key };
	struct placed_word *words;
	size_t max = words_max(value);

	*count = 0;
	if (value->kind == YAML_MAP) {
		loader_report(loader, value, NULL, "'%s' has to be a list, or a text, not a map",
			      key->name);
		return NULL;
	}
	reader.words = calloc(max + 1, sizeof(*reader.words));
	if (!reader.words) {
		loader->no_memory = true;
		return NULL;
	}
	if (value->kind == YAML_TEXT)
		split_text(&reader, value);
	for (size_t i = 0; value->kind == YAML_LIST && i < value->count; i++) {
		if (value->items[i]->kind == YAML_TEXT)
			split_text(&reader, value->items[i]);
		else
			loader_report(loader, value->items[i], NULL,
				      "'%s' has to be a list of texts", key->name);
	}
	words = loader_alloc(loader, reader.count * sizeof(*words));
	if (words) {
		memcpy(words, reader.words, reader.count * sizeof(*words));
		*count = reader.count;
	}
	free(reader.words);
	return words;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct yaml_pair *const *left = a, *const *right = b;

	return strcmp((*left)->key->text, (*right)->key->text);
}

const struct yaml_pair **sorted_pairs(struct loader *loader, const struct field *field,
				      const char *what, size_t *count)
{
	static const struct key name_key = { .name = "name", .type = KEY_NAME };
	const struct yaml_node *map = field->value;
	const struct yaml_pair **pairs =
		loader_alloc(loader, (map ? map->count : 0) * sizeof(*pairs));
	char buffer[128];

	*count = 0;
	for (size_t i = 0; pairs && map && i < map->count; i++) {
		const struct yaml_node *name = map->pairs[i].key;

		if (key_accepts(&name_key, name->text))
			pairs[(*count)++] = &map->pairs[i];
		else
			loader_report(loader, name, as_label(loader, name->text),
				      "the name of %s has to be %s, of 63 characters "
				      "at most, not '%s'",
				      what, key_wants(&name_key, buffer, sizeof(buffer)),
				      name->text);
	}
	if (*count)
		qsort(pairs, *count, sizeof(*pairs), compare_pairs);
	return pairs;
}

void *find_named(struct loader *loader, const struct table *table, const char *what,
		 const struct yaml_node *node, const char *text)
{
	void *found = loader_find(table, text);
	struct nearest nearest = nearest_begin(text);

	if (found)
		return found;
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i].key)
			nearest_offer(&nearest, table->slots[i].key);
	loader_report(loader, node, nearest.name, "there is no %s '%s'", what, text);
	return NULL;
}
