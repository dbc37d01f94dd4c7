// SPDX-License-Identifier: GPL-2.0-only
/* Which modules an initrd holds, and which of them must be loaded; see module_list.h. */
#include "module_list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const group_names[MODULE_GROUP_COUNT] = {
	[MODULE_NET] = "net",	[MODULE_ROOT] = "root",	  [MODULE_OVERLAY] = "overlay",
	[MODULE_VLAN] = "vlan", [MODULE_ISCSI] = "iscsi", [MODULE_PLUG] = "plug",
	[MODULE_DEP] = "dep",
};

const char *module_group_name(enum module_group group)
{
	return group_names[group];
}

/* '-' and '_' are the same character in the names of modules. */
static char folded(char c)
{
	return c == '-' ? '_' : c;
}

static bool same_name(const char *a, const char *b)
{
	while (*a && folded(*a) == folded(*b)) {
		a++;
		b++;
	}
	return folded(*a) == folded(*b);
}

/* FNV-1a, 32 bit: short, and good enough for names. */
static uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)folded(*name)) * 16777619u;
	return hash;
}

/* The slot that holds @name, or the empty one where it belongs; there is always an empty one. */
static uint16_t *name_slot(const struct module_list *list, const char *name)
{
	unsigned int mask = list->slot_count - 1;
	unsigned int slot = name_hash(name) & mask;

	while (list->slots[slot] && !same_name(list->modules[list->slots[slot] - 1].name, name))
		slot = (slot + 1) & mask;
	return &list->slots[slot];
}

int module_list_find(const struct module_list *list, const char *name)
{
	uint16_t index;

	if (!list->count)
		return -ENOENT;
	index = *name_slot(list, name);
	return index ? index - 1 : -ENOENT;
}

/* A walk through the lines of a text. */
struct lines {
	char *rest; /* NULL at the end */
	unsigned int number;
};

/* The next line that says something, NUL-terminated, or NULL. */
static char *next_line(struct lines *lines)
{
	while (lines->rest) {
		char *line = lines->rest;
		char *newline = strchr(line, '\n');

		if (newline)
			*newline = '\0';
		lines->rest = newline ? newline + 1 : NULL;
		lines->number++;
		if (*line && *line != '#')
			return line;
	}
	return NULL;
}

/* Cut the first word off *@line; NULL when there is none. */
static char *next_word(char **line)
{
	char *word = *line;
	char *space;

	if (!word || !*word || *word == ' ')
		return NULL;
	space = strchr(word, ' ');
	if (space)
		*space = '\0';
	*line = space ? space + 1 : NULL;
	return word;
}

static int bad_line(struct fault *fault, const char *doing, const struct lines *lines,
		    const char *hint)
{
	char peer[24];

	snprintf(peer, sizeof(peer), "line %u", lines->number);
	return fault_set(fault, EINVAL, doing, peer, hint);
}

static int bad_module(struct fault *fault, const struct lines *lines, const char *hint)
{
	return bad_line(fault, "read list of modules", lines, hint);
}

static unsigned int count_char(const char *text, size_t length, char c)
{
	unsigned int count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == c;
	return count;
}

/* Room for @modules with @dependencies among them, in one piece of memory. */
static int allocate(struct module_list *list, unsigned int modules, unsigned int dependencies)
{
	unsigned int slots = 8;
	size_t bytes;
	char *memory;

	while (slots < 2 * modules)
		slots *= 2;
	bytes = modules * sizeof(struct module) + (dependencies + slots) * sizeof(uint16_t);
	memory = calloc(1, bytes);
	if (!memory)
		return -ENOMEM;
	list->modules = (struct module *)memory;
	list->dependencies = (uint16_t *)(memory + modules * sizeof(struct module));
	list->slots = list->dependencies + dependencies;
	list->slot_count = slots;
	return 0;
}

static int parse_group(const char *word, struct module *module)
{
	for (unsigned int group = 0; group < MODULE_GROUP_COUNT; group++) {
		if (strcmp(word, group_names[group]) == 0) {
			module->group = (uint8_t)group;
			return 0;
		}
	}
	return -EINVAL;
}

/* @words is "NAME,NAME…" or "-"; @used counts what is taken of the list's dependencies. */
static int parse_dependencies(char *words, struct module_list *list, struct module *module,
			      unsigned int *used)
{
	module->first_dependency = *used;
	if (strcmp(words, "-") == 0)
		return 0;
	while (words) {
		char *comma = strchr(words, ',');
		int index;

		if (comma)
			*comma = '\0';
		index = module_list_find(list, words);
		if (index < 0)
			return index;
		list->dependencies[(*used)++] = (uint16_t)index;
		module->dependency_count++;
		words = comma ? comma + 1 : NULL;
	}
	return 0;
}

static int parse_module(char *line, struct module_list *list, unsigned int *used,
			const struct lines *lines, struct fault *fault)
{
	struct module *module = &list->modules[list->count];
	char *group = next_word(&line);
	char *name = next_word(&line);
	char *path = next_word(&line);
	char *dependencies = next_word(&line);
	uint16_t *slot;

	if (!dependencies || !line || !*line)
		return bad_module(fault, lines, "a line has five fields");
	if (parse_group(group, module))
		return bad_module(fault, lines, "the group is unknown");
	if (parse_dependencies(dependencies, list, module, used))
		return bad_module(fault, lines, "a dependency does not stand before the module");
	module->name = name;
	module->path = path;
	module->options = strcmp(line, "-") == 0 ? "" : line;
	slot = name_slot(list, name);
	if (*slot)
		return bad_module(fault, lines, "the module was listed before");
	*slot = (uint16_t)(++list->count);
	return 0;
}

int module_list_parse(char *text, size_t length, struct module_list *list, struct fault *fault)
{
	struct lines lines = { .rest = text };
	unsigned int rows = count_char(text, length, '\n') + 1;
	unsigned int used = 0;
	char *line;
	int error;

	*list = (struct module_list){ 0 };
	if (memchr(text, '\0', length))
		return bad_module(fault, &lines, "there is a NUL in the text");
	if (rows > MODULE_LIST_MAX + 1)
		return fault_set(fault, E2BIG, "read list of modules", "", NULL);
	/* Each dependency has a comma behind it, or is its line's last. */
	error = allocate(list, rows, count_char(text, length, ',') + rows);
	if (error)
		return fault_set(fault, error, "read list of modules", "", NULL);
	while (!error && (line = next_line(&lines)))
		error = parse_module(line, list, &used, &lines, fault);
	if (error)
		module_list_free(list);
	return error;
}

void module_list_free(struct module_list *list)
{
	free(list->modules);
	*list = (struct module_list){ 0 };
}

static int bad_alias(struct fault *fault, const struct lines *lines, const char *hint)
{
	return bad_line(fault, "read aliases of modules", lines, hint);
}

static int parse_alias(char *line, const struct module_list *list, struct module_aliases *aliases,
		       const struct lines *lines, struct fault *fault)
{
	struct module_alias *alias = &aliases->aliases[aliases->count];
	size_t literal_length;
	int module;

	alias->pattern = next_word(&line);
	if (!alias->pattern || !line || !*line)
		return bad_alias(fault, lines, "a line has two fields");
	literal_length = strcspn(alias->pattern, "*?[");
	if (literal_length > UINT16_MAX)
		return bad_alias(fault, lines, "the pattern is too long");
	module = module_list_find(list, line);
	if (module < 0)
		return bad_alias(fault, lines, "the module is not in the list of modules");
	alias->literal_length = (uint16_t)literal_length;
	alias->module = (uint16_t)module;
	aliases->count++;
	return 0;
}

int module_aliases_parse(char *text, size_t length, const struct module_list *list,
			 struct module_aliases *aliases, struct fault *fault)
{
	struct lines lines = { .rest = text };
	unsigned int rows = count_char(text, length, '\n') + 1;
	char *line;
	int error = 0;

	*aliases = (struct module_aliases){ 0 };
	if (memchr(text, '\0', length))
		return bad_alias(fault, &lines, "there is a NUL in the text");
	if (rows > MODULE_ALIAS_MAX + 1)
		return fault_set(fault, E2BIG, "read aliases of modules", "", NULL);
	aliases->aliases = calloc(rows, sizeof(struct module_alias));
	if (!aliases->aliases)
		return fault_set(fault, ENOMEM, "read aliases of modules", "", NULL);
	while (!error && (line = next_line(&lines)))
		error = parse_alias(line, list, aliases, &lines, fault);
	if (error)
		module_aliases_free(aliases);
	return error;
}

void module_aliases_free(struct module_aliases *aliases)
{
	free(aliases->aliases);
	*aliases = (struct module_aliases){ 0 };
}

unsigned int module_list_want(struct module_list *list, unsigned int index)
{
	unsigned int wanted = 0;

	if (index >= list->count || list->modules[index].state != MODULE_UNWANTED)
		return 0;
	list->modules[index].state = MODULE_WANTED;
	/*
	 * Dependencies stand before their owners, so one walk to the front finds all of them, those
	 * of dependencies included.
	 */
	for (unsigned int i = index + 1; i-- > 0;) {
		const struct module *module = &list->modules[i];

		if (module->state != MODULE_WANTED)
			continue;
		for (unsigned int d = 0; d < module->dependency_count; d++) {
			uint16_t which = list->dependencies[module->first_dependency + d];

			if (list->modules[which].state == MODULE_UNWANTED) {
				list->modules[which].state = MODULE_WANTED;
				wanted++;
			}
		}
	}
	return wanted + 1;
}

unsigned int module_list_want_group(struct module_list *list, enum module_group group)
{
	unsigned int wanted = 0;

	for (unsigned int i = 0; i < list->count; i++)
		if (list->modules[i].group == group)
			wanted += module_list_want(list, i);
	return wanted;
}

/*
 * Take one character's worth of pattern: a bracket expression, '?' or a literal. Returns what
 * stands behind it, or NULL when @c does not match. An open bracket without its end stands for
 * itself.
 */
static const char *match_one(const char *pattern, char c)
{
	const char *end = *pattern == '[' ? strchr(pattern + 1, ']') : NULL;
	bool matches = false;

	if (*pattern == '?')
		return pattern + 1;
	if (!end)
		return *pattern && folded(*pattern) == folded(c) ? pattern + 1 : NULL;
	for (pattern++; pattern < end; pattern++) {
		if (pattern[1] == '-' && pattern + 2 < end) {
			matches |= pattern[0] <= c && c <= pattern[2];
			pattern += 2;
		} else {
			matches |= *pattern == c;
		}
	}
	return matches ? end + 1 : NULL;
}

int module_alias_matches(const char *pattern, const char *modalias)
{
	const char *star = NULL; /* behind the last '*' met, */
	const char *resume = NULL; /* which swallowed all before here */

	/* Only the last star need be reconsidered: earlier ones took the least that they could. */
	while (*modalias) {
		const char *next;

		if (*pattern == '*') {
			star = ++pattern;
			resume = modalias;
			continue;
		}
		next = match_one(pattern, *modalias);
		if (next) {
			pattern = next;
			modalias++;
		} else if (star) {
			pattern = star;
			modalias = ++resume;
		} else {
			return 0;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* The part without wildcards decides nearly always, so it comes first. */
static bool alias_matches(const struct module_alias *alias, const char *modalias)
{
	for (unsigned int i = 0; i < alias->literal_length; i++)
		if (folded(alias->pattern[i]) != folded(modalias[i]))
			return false;
	return module_alias_matches(alias->pattern + alias->literal_length,
				    modalias + alias->literal_length);
}

unsigned int module_list_want_modalias(struct module_list *list,
				       const struct module_aliases *aliases, const char *modalias)
{
	unsigned int wanted = 0;

	for (unsigned int i = 0; i < aliases->count; i++)
		if (alias_matches(&aliases->aliases[i], modalias))
			wanted += module_list_want(list, aliases->aliases[i].module);
	return wanted;
}

/* Is nothing that @module depends on still on its way? */
static bool ready(const struct module_list *list, const struct module *module)
{
	for (unsigned int d = 0; d < module->dependency_count; d++) {
		uint16_t which = list->dependencies[module->first_dependency + d];
		uint8_t state = list->modules[which].state;

		if (state == MODULE_WANTED || state == MODULE_LOADING)
			return false;
	}
	return true;
}

struct module *module_list_next(struct module_list *list, unsigned int first)
{
	for (unsigned int i = 0; i < list->count; i++) {
		struct module *module = &list->modules[(first + i) % list->count];

		if (module->state == MODULE_WANTED && ready(list, module)) {
			module->state = MODULE_LOADING;
			return module;
		}
	}
	return NULL;
}

unsigned int module_list_pending(const struct module_list *list)
{
	unsigned int pending = 0;

	for (unsigned int i = 0; i < list->count; i++)
		pending += list->modules[i].state == MODULE_WANTED ||
			   list->modules[i].state == MODULE_LOADING;
	return pending;
}

unsigned int module_list_note_live(struct module_list *list, char *text)
{
	unsigned int live = 0;
	char *next;

	/* NAME SIZE REFERENCES USERS STATE ADDRESS */
	for (char *line = text; *line; line = next) {
		int index;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (!strstr(line, " Live "))
			continue;
		line[strcspn(line, " ")] = '\0';
		index = module_list_find(list, line);
		if (index < 0)
			continue;
		list->modules[index].state = MODULE_LOADED;
		live++;
	}
	return live;
}
