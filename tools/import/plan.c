// SPDX-License-Identifier: GPL-2.0-only
/* A definition that is being put together out of another program's files; see plan.h. */
#include "tools/import/plan.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "initramfs/value.h"

/* The longest name of a node: a label of a DNS name (RFC 1035 section 2.3.4). */
#define NAME_LENGTH_MAX 63

/* ---- memory --------------------------------------------------------------------------------- */

void import_free(struct import_plan *plan)
{
	for (size_t i = 0; i < IMPORT_SECTIONS; i++) {
		free(plan->sections[i].list);
		table_free(&plan->sections[i].by_source_name);
		table_free(&plan->sections[i].by_name);
	}
	arena_free(&plan->arena);
	*plan = (struct import_plan){ 0 };
}

static const char *keep(struct import_plan *plan, const char *text)
{
	const char *copy = arena_copy(&plan->arena, text, strlen(text));

	if (copy)
		return copy;
	plan->out_of_memory = true;
	return "";
}

static void add_word(struct import_plan *plan, struct import_words *words, const char *text)
{
	struct import_word *word = arena_alloc(&plan->arena, sizeof(*word));

	if (!word) {
		plan->out_of_memory = true;
		return;
	}
	word->text = text;
	if (!words->end)
		words->end = &words->first;
	*words->end = word;
	words->end = &word->next;
	words->count++;
}

/* ---- entries -------------------------------------------------------------------------------- */

/* Letters, digits and what else a name may have, the rest made '-'; a node's without its domain. */
static void clean_name(const char *source, bool is_node, char name[static NAME_LENGTH_MAX + 1])
{
	size_t length = 0;

	for (; *source && length < NAME_LENGTH_MAX; source++) {
		bool good =
			isalnum((unsigned char)*source) || strchr(is_node ? "-_" : "._-", *source);

		if (is_node && *source == '.')
			break;
		/* A name begins with a letter or digit. */
		if (length > 0 || isalnum((unsigned char)*source))
			name[length++] = good && (unsigned char)*source < 0x80 ? *source : '-';
	}
	while (is_node && length > 0 && name[length - 1] == '-')
		length--;
	name[length] = '\0';
	if (length == 0)
		snprintf(name, NAME_LENGTH_MAX + 1, "%s", is_node ? "node" : "unnamed");
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

/* Is @name free among @entries? Then it is taken from now on. */
static bool take_name(struct import_plan *plan, struct import_entries *entries, const char *name,
		      struct import_entry *entry)
{
	char *folded = arena_copy(&plan->arena, name, strlen(name));

	if (!folded) {
		plan->out_of_memory = true;
		return true;
	}
	lower(folded);
	if (table_find(&entries->by_name, folded, strlen(folded)))
		return false;
	if (table_put(&entries->by_name, folded, strlen(folded), entry))
		plan->out_of_memory = true;
	return true;
}

/* Give @entry a name that a definition takes and that no other entry has. */
static void name_entry(struct import_plan *plan, struct import_entries *entries,
		       struct import_entry *entry)
{
	char name[NAME_LENGTH_MAX + 1];
	size_t length;

	clean_name(entry->source_name, entry->section == IMPORT_NODES, name);
	length = strlen(name);
	if (length > NAME_LENGTH_MAX - 8)
		length = NAME_LENGTH_MAX - 8;
	for (unsigned int i = 2; !take_name(plan, entries, name, entry); i++)
		snprintf(name + length, sizeof(name) - length, "-%u", i % 1000000);
	entry->name = keep(plan, name);
	if (strcmp(name, entry->source_name) != 0)
		import_remark(plan, entry, "was %s", entry->source_name);
}

struct import_entry *import_find(const struct import_plan *plan, enum import_section section,
				 const char *source_name)
{
	return table_find(&plan->sections[section].by_source_name, source_name,
			  strlen(source_name));
}

struct import_entry *import_named(const struct import_plan *plan, enum import_section section,
				  const char *name)
{
	char folded[NAME_LENGTH_MAX + 1];

	if (snprintf(folded, sizeof(folded), "%s", name) > NAME_LENGTH_MAX)
		return NULL;
	lower(folded);
	return table_find(&plan->sections[section].by_name, folded, strlen(folded));
}

static bool make_room(struct import_entries *entries)
{
	size_t capacity = entries->capacity ? 2 * entries->capacity : 16;
	struct import_entry **grown;

	if (entries->count < entries->capacity)
		return true;
	grown = reallocarray(entries->list, capacity, sizeof(struct import_entry *));
	if (!grown)
		return false;
	entries->list = grown;
	entries->capacity = capacity;
	return true;
}

struct import_entry *import_entry(struct import_plan *plan, enum import_section section,
				  const char *source_name)
{
	struct import_entries *entries = &plan->sections[section];
	struct import_entry *entry = import_find(plan, section, source_name);

	if (entry)
		return entry;
	entry = arena_alloc(&plan->arena, sizeof(*entry));
	if (!entry || !make_room(entries)) {
		plan->out_of_memory = true;
		plan->spare = (struct import_entry){ .section = section, .name = "" };
		plan->spare.source_name = "";
		return &plan->spare;
	}
	entries->list[entries->count++] = entry;
	entry->section = section;
	entry->source_name = keep(plan, source_name);
	entry->name = "";
	if (table_put(&entries->by_source_name, entry->source_name, strlen(entry->source_name),
		      entry))
		plan->out_of_memory = true;
	if (section != IMPORT_CLUSTER)
		name_entry(plan, entries, entry);
	return entry;
}

/* ---- fields --------------------------------------------------------------------------------- */

static struct import_field *find_field(const struct import_entry *entry, const char *key)
{
	struct import_field *field = entry->fields;

	while (field && strcmp(field->key, key) != 0)
		field = field->next;
	return field;
}

const struct import_field *import_field(const struct import_entry *entry, const char *key)
{
	return find_field(entry, key);
}

const char *import_value(const struct import_entry *entry, const char *key)
{
	const struct import_field *field = find_field(entry, key);

	return field ? field->text : NULL;
}

static enum section section_of(const struct import_entry *entry)
{
	static const enum section sections[IMPORT_SECTIONS] = {
		[IMPORT_CLUSTER] = SECTION_CLUSTER, [IMPORT_NETWORKS] = SECTION_NETWORK,
		[IMPORT_SERVERS] = SECTION_SERVER,  [IMPORT_IMAGES] = SECTION_IMAGE,
		[IMPORT_GROUPS] = SECTION_COUNT,    [IMPORT_PROFILES] = SECTION_NODE,
		[IMPORT_NODES] = SECTION_NODE,
	};

	return sections[entry->section];
}

/* What is known of @key, or NULL: groups have no keys. */
static const struct key *key_of(const struct import_entry *entry, const char *key)
{
	enum section section = section_of(entry);
	int number = section == SECTION_COUNT ? -1 : key_find(section, key);

	return number < 0 ? NULL : &section_keys[section].keys[number];
}

/* Where @key stands among the keys of @entry, behind them all when it is none. */
static int rank(const struct import_entry *entry, const char *key)
{
	const struct key *known = key_of(entry, key);

	return known ? (int)(known - section_keys[section_of(entry)].keys) : NODE_ALL_KEY_COUNT;
}

/* The field @key, added in its place when it is not there; NULL when memory ran out. */
static struct import_field *make_field(struct import_plan *plan, struct import_entry *entry,
				       const char *key)
{
	struct import_field *field = find_field(entry, key);
	struct import_field **end = &entry->fields;

	if (field)
		return field;
	field = arena_alloc(&plan->arena, sizeof(*field));
	if (!field) {
		plan->out_of_memory = true;
		return NULL;
	}
	field->key = keep(plan, key);
	while (*end && rank(entry, (*end)->key) <= rank(entry, key))
		end = &(*end)->next;
	field->next = *end;
	*end = field;
	return field;
}

static bool accepts(struct import_plan *plan, struct import_entry *entry, const char *key,
		    const char *text)
{
	const struct key *known = key_of(entry, key);
	uint32_t address;
	char wanted[128];

	/* To a definition this one may be many; here it is one. */
	if (strcmp(key, "address") == 0 && !value_ipv4(text, &address)) {
		import_remark(plan, entry, "address: '%s' was left out, it is no IPv4 address",
			      text);
		return false;
	}
	if (!known || (*text && key_accepts(known, text)))
		return true;
	import_remark(plan, entry, "%s: '%s' was left out, it has to be %s", key, text,
		      key_wants(known, wanted, sizeof(wanted)));
	return false;
}

void import_set(struct import_plan *plan, struct import_entry *entry, const char *key,
		const char *text)
{
	struct import_field *field;

	if (!accepts(plan, entry, key, text))
		return;
	field = make_field(plan, entry, key);
	if (!field)
		return;
	field->text = keep(plan, text);
	field->fill_in = NULL;
}

void import_add(struct import_plan *plan, struct import_entry *entry, const char *key,
		const char *text)
{
	struct import_field *field;

	if (!accepts(plan, entry, key, text))
		return;
	field = make_field(plan, entry, key);
	if (!field)
		return;
	/* Groups are folded, which drops what is there twice, and may have many members. */
	for (const struct import_word *word = field->list.first;
	     word && entry->section != IMPORT_GROUPS; word = word->next)
		if (strcmp(word->text, text) == 0)
			return;
	add_word(plan, &field->list, keep(plan, text));
	field->fill_in = NULL;
}

void import_add_words(struct import_plan *plan, struct import_entry *entry, const char *key,
		      const char *text, const char *separators)
{
	char *copy = arena_copy(&plan->arena, text, strlen(text));

	if (!copy)
		plan->out_of_memory = true;
	for (char *word; (word = strsep(&copy, separators));)
		if (*word)
			import_add(plan, entry, key, word);
}

/* A definition puts variables between '@'; one that stands for itself is written twice. */
static void add_kernel_word(struct import_plan *plan, struct import_entry *entry, const char *word,
			    size_t length)
{
	char *doubled = arena_alloc(&plan->arena, 2 * length + 1);
	char *to = doubled;

	if (!doubled) {
		plan->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '@')
			*to++ = '@';
		*to++ = word[i];
	}
	if (length > 0)
		import_add(plan, entry, "append", doubled);
}

void import_add_kernel_words(struct import_plan *plan, struct import_entry *entry, const char *text)
{
	while (*text) {
		bool quoted = false;
		size_t length = 0;

		for (; text[length] && (quoted || !isspace((unsigned char)text[length])); length++)
			if (text[length] == '"')
				quoted = !quoted;
		add_kernel_word(plan, entry, text, length);
		text += length;
		text += strspn(text, " \t\r\n\v\f");
	}
}

void import_fill_in(struct import_plan *plan, struct import_entry *entry, const char *key,
		    const char *what)
{
	struct import_field *field;

	if (find_field(entry, key))
		return;
	field = make_field(plan, entry, key);
	if (field)
		field->fill_in = keep(plan, what);
}

/* Twelve hexadecimal digits, however they are parted, as "52:54:00:12:34:56". */
static bool spell_mac(const char *text, char spelt[static 18])
{
	uint8_t bytes[6];
	size_t digits = 0;

	for (; *text; text++) {
		if (isxdigit((unsigned char)*text) && digits < 12) {
			if (digits > 0 && digits % 2 == 0)
				spelt[digits / 2 * 3 - 1] = ':';
			spelt[digits / 2 * 3 + digits % 2] = (char)tolower((unsigned char)*text);
			digits++;
		} else if (!strchr(":-.", *text)) {
			return false;
		}
	}
	spelt[17] = '\0';
	return digits == 12 && value_mac(spelt, bytes);
}

void import_set_mac(struct import_plan *plan, struct import_entry *entry, const char *text)
{
	char mac[18];

	if (spell_mac(text, mac))
		import_set(plan, entry, "mac", mac);
	else
		import_remark(plan, entry, "mac: '%s' was left out, it is no MAC address", text);
}

/* ---- remarks -------------------------------------------------------------------------------- */

void import_remark(struct import_plan *plan, struct import_entry *entry, const char *format, ...)
{
	va_list values;
	char *text = NULL;

	va_start(values, format);
	if (vasprintf(&text, format, values) < 0)
		text = NULL;
	va_end(values);
	if (text)
		add_word(plan, entry ? &entry->remarks : &plan->remarks, keep(plan, text));
	else
		plan->out_of_memory = true;
	free(text);
}

/* Does a key of this name hold what not everybody may read? */
static bool is_secret(const char *key)
{
	static const char *const words[] = { "password",  "passwd",  "secret",
					     "community", "authkey", "private" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(key, words[i]))
			return true;
	return false;
}

void import_drop(struct import_plan *plan, struct import_entry *entry, const char *key,
		 const char *value)
{
	const char *text =
		arena_printf(&plan->arena, "%s=%s", key, is_secret(key) ? "(not copied)" : value);

	if (text)
		add_word(plan, &entry->dropped, text);
	else
		plan->out_of_memory = true;
}

void import_join(struct import_plan *plan, const char *group, struct import_entry *node)
{
	import_add(plan, import_entry(plan, IMPORT_GROUPS, group), "nodes", node->name);
}

size_t import_count_fill_ins(const struct import_plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < IMPORT_SECTIONS; i++)
		for (size_t n = 0; n < plan->sections[i].count; n++)
			for (const struct import_field *field = plan->sections[i].list[n]->fields;
			     field; field = field->next)
				count += field->fill_in ? 1 : 0;
	return count;
}

size_t import_count_remarks(const struct import_plan *plan)
{
	size_t count = plan->remarks.count;

	for (size_t i = 0; i < IMPORT_SECTIONS; i++)
		for (size_t n = 0; n < plan->sections[i].count; n++)
			count += plan->sections[i].list[n]->remarks.count +
				 plan->sections[i].list[n]->dropped.count;
	return count;
}
