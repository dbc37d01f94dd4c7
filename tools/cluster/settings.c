// SPDX-License-Identifier: GPL-2.0-only
/* What is said of nodes: the settings of profiles and of entries below nodes:. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tools/cluster/loader.h"
#include "tools/cluster/words.h"

#define LAB "lab"

const struct setting *find_setting(const struct settings *settings, enum node_key key)
{
	for (size_t i = 0; i < settings->count; i++)
		if (settings->list[i].key == key)
			return &settings->list[i];
	return NULL;
}

/* @words with commas between. */
static const char *join(struct loader *loader, const struct placed_word *words, size_t count)
{
	struct text text = { 0 };
	const char *joined;

	for (size_t i = 0; i < count; i++)
		text_printf(&text, "%s%s", i ? "," : "", words[i].text);
	joined = loader_printf(loader, "%s", text_string(&text));
	loader->no_memory |= text.error;
	text_free(&text);
	return joined;
}

static void read_list(struct loader *loader, const struct key *key, struct setting *setting)
{
	setting->words = read_words(loader, key, setting->value, &setting->word_count);
	if (!setting->words)
		return;
	setting->text = join(loader, setting->words, setting->word_count);
	check_own_words(loader, setting);
}

/* What a name names. Also of a profile that nobody uses yet. */
static void check_name(struct loader *loader, const struct setting *setting)
{
	const struct table *table = setting->key == NODE_IMAGE	   ? &loader->images
				    : setting->key == NODE_NETWORK ? &loader->networks
				    : setting->key == NODE_STORAGE ? &loader->storages
				    : setting->key == NODE_RACK	   ? &loader->racks
								   : &loader->servers;

	find_named(loader, table, section_keys[SECTION_NODE].keys[setting->key].name,
		   setting->value, setting->text);
}

/* What the init would say to the value. "none" is our word for no overlay. */
static void check_parameter(struct loader *loader, const struct key *key,
			    const struct setting *setting)
{
	struct word_problem problem;
	char word[320];

	if (setting->key == NODE_SWAP) {
		check_swap(loader, setting->value, setting->text);
		return;
	}
	if (setting->key == NODE_OVERLAY && strcmp(setting->text, "none") == 0)
		return;
	snprintf(word, sizeof(word), "%s%s", key->word, setting->text);
	if (parameter_problem(word, &problem))
		loader_report(loader, setting->value, NULL, "'%s': %s", key->name, problem.text);
}

/* Fill in ->text and ->words. An empty value leaves both NULL: back to the default. */
static void read_value(struct loader *loader, struct setting *setting)
{
	const struct key *key = &section_keys[SECTION_NODE].keys[setting->key];

	if (yaml_is_empty(setting->value))
		return;
	if (key_is_list(key->type)) {
		read_list(loader, key, setting);
		return;
	}
	if (!accept_value(loader, key, setting->name, setting->value))
		return;
	setting->text = setting->value->text;
	if (key->type == KEY_SWITCH)
		setting->text = key_switch(setting->text) ? "yes" : "no";
	if (key->type == KEY_PARAMETER)
		check_parameter(loader, key, setting);
	if (key->type == KEY_NAME)
		check_name(loader, setting);
}

static void add_setting(struct loader *loader, struct settings *settings, int key,
			const struct yaml_pair *pair)
{
	struct setting *setting = &settings->list[settings->count++];

	*setting = (struct setting){ .key = (enum node_key)key,
				     .name = pair->key,
				     .value = pair->value };
	read_value(loader, setting);
}

/* The keys of the map `lab`, which the table has as "lab.NAME". */
static void read_lab(struct loader *loader, const struct yaml_pair *pair, struct settings *settings)
{
	char name[64];

	if (!expect_map(loader, pair->key, pair->value, "what the node is like in the lab"))
		return;
	for (size_t i = 0; i < pair->value->count; i++) {
		const struct yaml_pair *inner = &pair->value->pairs[i];
		int key;

		snprintf(name, sizeof(name), LAB ".%s", inner->key->text);
		key = key_find(SECTION_NODE, name);
		if (key >= 0)
			add_setting(loader, settings, key, inner);
		else
			report_unknown_key(loader, inner->key, SECTION_NODE, LAB ".", LAB);
	}
}

static bool is_variable_name(const char *name)
{
	return *name >= 'A' && *name <= 'Z' && strlen(name) <= 63 &&
	       !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

/* @name in capitals, if that makes it the name of a variable. */
static const char *as_variable(struct loader *loader, const char *name)
{
	char *capitals = loader_printf(loader, "%s", name);

	for (char *c = capitals; c && *c; c++)
		*c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
	return capitals && is_variable_name(capitals) ? capitals : NULL;
}

static bool is_built_in(const char *name)
{
	for (size_t i = 0; i < OWN_VARIABLES; i++)
		if (strcmp(own_variables[i], name) == 0)
			return true;
	return false;
}

/* Is the pair a variable? If not, that is reported. */
static bool is_variable(struct loader *loader, const struct yaml_pair *pair)
{
	const struct yaml_node *name = pair->key, *value = pair->value;

	if (!is_variable_name(name->text))
		loader_report(loader, name, as_variable(loader, name->text),
			      "the name of a variable has to be capitals, digits and '_', not '%s'",
			      name->text);
	else if (is_built_in(name->text))
		loader_report(loader, name, "give yours another name",
			      "%s is a variable that every node has by itself", name->text);
	else if (value->kind != YAML_TEXT)
		loader_report(loader, value, "put it in quotes, or give each its own name",
			      "the value of a variable has to be a text");
	else if (strpbrk(value->text, "\n\r\t"))
		loader_report(loader, value, "write it in one line, with blanks",
			      "the value of a variable has to be one line without tabs");
	else
		return true;
	return false;
}

static void read_variables(struct loader *loader, const struct yaml_pair *pair,
			   struct settings *settings)
{
	const struct yaml_node *map = pair->value;

	if (!expect_map(loader, pair->key, map, "of names to texts"))
		return;
	settings->variables = loader_alloc(loader, map->count * sizeof(*settings->variables));
	for (size_t i = 0; settings->variables && i < map->count; i++)
		if (is_variable(loader, &map->pairs[i]))
			settings->variables[settings->variable_count++] =
				(struct cluster_variable){ .name = map->pairs[i].key->text,
							   .text = map->pairs[i].value->text,
							   .origin = settings->origin,
							   .place = map->pairs[i].value->place };
}

/* A key that may be a misspelt one: that one's value is broken then, and not missing. */
static void read_unknown(struct loader *loader, const struct yaml_node *map,
			 const struct yaml_pair *pair, struct settings *settings)
{
	const char *meant = report_unknown_key(loader, pair->key, SECTION_NODE, "",
					       section_keys[SECTION_NODE].what);
	int key = meant && !yaml_find(map, meant) ? key_find(SECTION_NODE, meant) : -1;

	if (key >= 0 && key < NODE_KEY_COUNT && !yaml_is_empty(pair->value))
		settings->list[settings->count++] = (struct setting){ .key = (enum node_key)key,
								      .name = pair->key,
								      .value = pair->value };
}

static void read_pair(struct loader *loader, const struct yaml_node *map,
		      const struct yaml_pair *pair, bool of_profile, struct settings *settings)
{
	int key = key_find(SECTION_NODE, pair->key->text);

	if (strcmp(pair->key->text, LAB) == 0)
		read_lab(loader, pair, settings);
	else if (key < 0 || strchr(pair->key->text, '.'))
		read_unknown(loader, map, pair, settings);
	else if (key == NODE_VARIABLES)
		read_variables(loader, pair, settings);
	else if (of_profile && (key == NODE_MAC || key == NODE_ADDRESS))
		loader_report(loader, pair->key, "say it of each node, below nodes:",
			      "'%s' belongs to a node, not to a profile", pair->key->text);
	else
		add_setting(loader, settings, key, pair);
}

void read_settings(struct loader *loader, const struct yaml_node *map, bool of_profile,
		   struct settings *settings)
{
	const struct yaml_node *lab = yaml_find(map, LAB);
	size_t max = map->count + (lab ? lab->count : 0);

	settings->list = loader_alloc(loader, max * sizeof(*settings->list));
	for (size_t i = 0; settings->list && i < map->count; i++)
		read_pair(loader, map, &map->pairs[i], of_profile, settings);
}

static void read_profile(struct loader *loader, const struct yaml_pair *pair,
			 struct profile *profile)
{
	profile->name = pair->key->text;
	profile->settings.name = pair->key;
	profile->settings.origin = loader_printf(loader, "profile %s", profile->name);
	if (expect_map(loader, pair->key, pair->value, "what nodes of the profile have"))
		read_settings(loader, pair->value, true, &profile->settings);
}

void read_profiles(struct loader *loader, const struct field *field)
{
	size_t count;
	const struct yaml_pair **pairs = sorted_pairs(loader, field, "a profile", &count);
	struct profile *profiles = loader_alloc(loader, count * sizeof(*profiles));

	for (size_t i = 0; profiles && i < count; i++) {
		read_profile(loader, pairs[i], &profiles[i]);
		loader_put(loader, &loader->profiles, profiles[i].name, &profiles[i]);
	}
	if (profiles)
		order_profiles(loader);
}
