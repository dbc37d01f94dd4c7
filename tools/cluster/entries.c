// SPDX-License-Identifier: GPL-2.0-only
/* Which nodes there are, and which entries speak of each. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/loader.h"
#include "userspace/lib/nearest.h"

static const char *lookup_group(void *context, const char *name)
{
	const struct loader *loader = context;
	const struct cluster_group *group = loader_find(&loader->groups, name);

	return group ? group->nodes : NULL;
}

/* The group most like the one that is named at @text, which begins with '@'. */
static const char *nearest_group(struct loader *loader, const char *text)
{
	size_t length = strcspn(text + 1, ",!&^[] ");
	char *name = arena_copy(loader->arena, text + 1, length);
	struct nearest nearest;

	if (!name || *text != '@')
		return NULL;
	nearest = nearest_begin(name);
	for (size_t i = 0; i < loader->cluster->group_count; i++)
		nearest_offer(&nearest, loader->cluster->groups[i].name);
	return nearest.name ? loader_printf(loader, "@%s", nearest.name) : NULL;
}

/*
 * Is what is wrong at @text wrong inside of a group? That is told once, where the group stands:
 * when groups are joined. Of groups that contain themselves each is told; sets that are too large
 * end all reading of sets.
 */
static bool is_told_of_group(const struct loader *loader, const char *text, int error)
{
	char name[NODESET_NAME_BYTES];
	size_t length = *text == '@' ? strcspn(text + 1, ",!&^[] ") : 0;

	if (error == -E2BIG || (error == -ELOOP && loader->joining_groups) || !length ||
	    length >= sizeof(name))
		return false;
	memcpy(name, text + 1, length);
	name[length] = '\0';
	return loader_find(&loader->groups, name) != NULL;
}

static void report_set(struct loader *loader, const struct yaml_node *node, const char *text,
		       size_t offset, const struct fault *fault)
{
	const char *suggestion =
		fault->error == ENOENT ? nearest_group(loader, text + offset) : NULL;

	if (strcmp(text, fault->peer) == 0)
		findings_add(loader->findings, place_within(node, offset),
			     (unsigned int)strlen(fault->peer), false, suggestion,
			     "set of nodes '%s': %s", text, fault->hint);
	else
		findings_add(loader->findings, place_within(node, offset),
			     (unsigned int)strlen(fault->peer), false, suggestion,
			     "set of nodes '%s': '%s': %s", text, fault->peer, fault->hint);
}

/*
 * Groups that multiply would do so wherever they are named, and take as long each time: behind the
 * first set that cost much and came to nothing, no other is read. @before is the work there was.
 */
static void stop_expanding(struct loader *loader, size_t before, struct fault *fault)
{
	if (before < NODESET_WORK_MAX)
		snprintf(fault->hint, sizeof(fault->hint),
			 "the definition's sets of nodes name too much, groups in groups included");
	if (before < NODESET_WORK_MAX || before - loader->set_work >= NODESET_NAMES_MAX)
		loader->set_work = 0;
}

bool expand_set(struct loader *loader, const struct yaml_node *node, const char *text,
		struct nodeset_names *names)
{
	struct nodeset_groups groups = { lookup_group, loader, &loader->set_work };
	struct nodeset *set = NULL;
	struct fault fault = { 0 };
	size_t offset = 0, before = loader->set_work;
	int error;

	*names = (struct nodeset_names){ 0 };
	if (before == 0)
		return false;
	error = nodeset_parse(text, &groups, &set, &offset, &fault);
	if (error == -E2BIG)
		stop_expanding(loader, before, &fault);
	if (error == 0)
		error = nodeset_written(set, names, &fault);
	if (error == -ENOMEM)
		loader->no_memory = true;
	else if (error && !is_told_of_group(loader, text + offset, error))
		report_set(loader, node, text, offset, &fault);
	nodeset_free(set);
	return error == 0;
}

/* A name that is one alone needs no set made of it. */
static bool is_set(const char *text)
{
	return strpbrk(text, "[],!&^@*?% \t") != NULL || !*text;
}

static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

/* Host names that differ only in case are one to DNS. */
static void check_case(struct loader *loader, const struct yaml_node *node, struct draft *draft)
{
	char *folded = arena_copy(loader->arena, draft->name, strlen(draft->name));
	const struct draft *other;

	if (!folded) {
		loader->no_memory = true;
		return;
	}
	lower(folded);
	other = loader_find(&loader->lower_names, folded);
	if (other)
		loader_report(loader, node, other->name,
			      "nodes '%s' and '%s' (%s:%u:%u) are one to DNS", draft->name,
			      other->name, other->place.file, other->place.line,
			      other->place.column);
	else
		loader_put(loader, &loader->lower_names, folded, draft);
}

/* dnsmasq tells a node's name from a lease time, "infinite" and "ignore" by its looks alone. */
static bool dnsmasq_takes_for_name(const char *name)
{
	size_t digits = strspn(name, "0123456789");
	const char *unit = name + digits;

	if (digits && (!*unit || (strchr("smhdwSMHDW", *unit) && !unit[1])))
		return false;
	return strcmp(name, "ignore") != 0 && strcmp(name, "infinite") != 0;
}

/* @name with '-' for what no host name may have, if that makes it one. */
static const char *as_host_name(struct loader *loader, const char *name)
{
	char *host = loader_printf(loader, "%s", name);

	for (char *c = host; c && *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			*c = '-';
	return host && value_host_name(host, 63) ? host : NULL;
}

static void check_name(struct loader *loader, const struct yaml_node *node, struct draft *draft)
{
	if (strchr(draft->name, '.'))
		loader_report(
			loader, node, "leave out the dot and what is behind it",
			"the name of a node has no dots, as '%s' has: 'domain' is a key of cluster",
			draft->name);
	else if (!value_host_name(draft->name, 63))
		loader_report(
			loader, node, as_host_name(loader, draft->name),
			"'%s' is no host name: letters, digits, '-' and '_', 63 characters at most",
			draft->name);
	else if (!dnsmasq_takes_for_name(draft->name))
		loader_report(loader, node, "put a letter in front, as in n1",
			      "dnsmasq would take '%s' for an option of the node, not for its name",
			      draft->name);
	else
		check_case(loader, node, draft);
}

/* 0 when there is room for one more behind @count, else -ENOMEM. */
static int make_room(void **list, size_t count, size_t *capacity, size_t bytes)
{
	size_t more = *capacity ? *capacity * 2 : 256;
	void *grown;

	if (count < *capacity)
		return 0;
	grown = reallocarray(*list, more, bytes);
	if (!grown)
		return -ENOMEM;
	*list = grown;
	*capacity = more;
	return 0;
}

/* The draft of the node @name, a new one if @node is the first to speak of it. */
static struct draft *draft_of(struct loader *loader, const struct yaml_node *node, const char *name)
{
	struct draft *draft = loader_find(&loader->drafts, name);

	if (draft)
		return draft;
	if (loader->too_many_nodes)
		return NULL;
	if (loader->draft_count == loader->nodes_max) {
		loader_report(loader, node, "two clusters, each with a server of its own",
			      "here the definition has more than %zu nodes", loader->nodes_max);
		loader->too_many_nodes = true;
		return NULL;
	}
	draft = loader_alloc(loader, sizeof(*draft));
	if (!draft || make_room((void **)&loader->draft_list, loader->draft_count,
				&loader->draft_capacity, sizeof(*loader->draft_list))) {
		loader->no_memory = true;
		return NULL;
	}
	draft->name = loader_printf(loader, "%s", name);
	if (!draft->name)
		return NULL;
	draft->place = node->place;
	loader->draft_list[loader->draft_count++] = draft;
	loader_put(loader, &loader->drafts, draft->name, draft);
	check_name(loader, node, draft);
	return draft;
}

static void contribute(struct loader *loader, const struct yaml_node *node, const char *name,
		       const struct settings *settings, size_t position)
{
	struct draft *draft = draft_of(loader, node, name);

	if (!draft)
		return;
	if (make_room((void **)&loader->contributions, loader->contribution_count,
		      &loader->contribution_capacity, sizeof(*loader->contributions))) {
		loader->no_memory = true;
		return;
	}
	loader->contributions[loader->contribution_count++] =
		(struct contribution){ draft, settings, position };
	draft->count++;
}

/* Entries may speak of every node so many times on average. */
#define ENTRIES_OF_A_NODE_MAX 32

/* Is there room for @count more nodes in entries? If not, that is reported. */
static bool has_room(struct loader *loader, const struct yaml_node *node, size_t count)
{
	size_t max = loader->nodes_max * ENTRIES_OF_A_NODE_MAX;

	if (loader->contribution_count + count <= max)
		return true;
	loader_report(loader, node, "say once, in a profile, what many have in common",
		      "with this entry there are values for more than %zu nodes", max);
	return false;
}

/*
 * A text like that of @setting for @count nodes, or what else helps: of addresses, those that
 * follow the first one's last number.
 */
static const char *text_for(struct loader *loader, const struct setting *setting, size_t count)
{
	const char *dot = strrchr(setting->text, '.');
	unsigned int first;

	if (setting->key != NODE_ADDRESS)
		return "give each node an entry of its own";
	if (!dot || strpbrk(setting->text, ", ") ||
	    strcspn(setting->text, "[") < (size_t)(dot - setting->text) ||
	    (sscanf(dot, ".[%u", &first) != 1 && sscanf(dot, ".%u", &first) != 1) || first > 254 ||
	    count > 255 - first)
		return "give each node an address in an entry of its own, or split the entry";
	if (count == 1)
		return loader_printf(loader, "%.*s.%u", (int)(dot - setting->text), setting->text,
				     first);
	return loader_printf(loader, "%.*s.[%u-%zu]", (int)(dot - setting->text), setting->text,
			     first, first + count - 1);
}

/* Texts for the @count nodes of an entry out of a range, or NULL with a report. */
static const char *const *deal_out(struct loader *loader, const struct setting *setting,
				   size_t count)
{
	struct nodeset_names names;
	const char **texts;

	if (!expand_set(loader, setting->value, setting->text, &names))
		return NULL;
	if (names.count != count) {
		loader_report(loader, setting->value, text_for(loader, setting, count),
			      "'%s' stands for %zu value%s, but the entry is for %zu node%s",
			      setting->name->text, names.count, names.count == 1 ? "" : "s", count,
			      count == 1 ? "" : "s");
		nodeset_names_free(&names);
		return NULL;
	}
	texts = loader_alloc(loader, count * sizeof(*texts));
	for (size_t i = 0; texts && i < count; i++)
		texts[i] = loader_printf(loader, "%s", names.name[i]);
	nodeset_names_free(&names);
	return texts;
}

static void deal_out_key(struct loader *loader, struct settings *settings, enum node_key key,
			 size_t count, const char *const **texts)
{
	struct setting *setting = (struct setting *)find_setting(settings, key);

	*texts = NULL;
	if (!setting || !setting->text || (count == 1 && !is_set(setting->text)))
		return;
	*texts = deal_out(loader, setting, count);
	if (!*texts)
		setting->text = NULL;
}

static void read_entry(struct loader *loader, const struct yaml_pair *pair)
{
	struct settings *settings = loader_alloc(loader, sizeof(*settings));
	struct nodeset_names names = { .count = 1 };
	const char *name = pair->key->text;
	bool several = is_set(name);

	if (!settings)
		return;
	if (several && !expand_set(loader, pair->key, name, &names)) {
		loader->entries_left_out = true;
		return;
	}
	settings->name = pair->key;
	settings->origin = loader_printf(loader, "%s %s", several ? "nodes" : "node", name);
	if (expect_map(loader, pair->key, pair->value, "what these nodes have"))
		read_settings(loader, pair->value, false, settings);
	deal_out_key(loader, settings, NODE_MAC, names.count, &settings->macs);
	deal_out_key(loader, settings, NODE_ADDRESS, names.count, &settings->addresses);
	if (!has_room(loader, pair->key, names.count))
		names.count = 0;
	for (size_t i = 0; i < names.count; i++)
		contribute(loader, pair->key, several ? names.name[i] : name, settings, i);
	nodeset_names_free(&names);
}

void read_entries(struct loader *loader, const struct yaml_node *entries)
{
	/* Entries behind one too many would be expanded for nothing. */
	for (size_t i = 0; i < entries->count && !loader->too_many_nodes; i++)
		read_entry(loader, &entries->pairs[i]);
}

static int compare_drafts(const void *a, const void *b)
{
	const struct draft *const *left = a, *const *right = b;

	return compare_names((*left)->name, (*right)->name);
}

/* Sort contributions by node; those of one node stay in their order. */
static void sort_contributions(struct loader *loader)
{
	struct contribution *sorted = calloc(loader->contribution_count + 1, sizeof(*sorted));
	size_t first = 0;

	if (!sorted) {
		loader->no_memory = true;
		return;
	}
	for (size_t i = 0; i < loader->draft_count; i++) {
		struct draft *draft = loader->draft_list[i];

		draft->first = first;
		first += draft->count;
		draft->count = 0;
	}
	for (size_t i = 0; i < loader->contribution_count; i++) {
		struct draft *draft = loader->contributions[i].draft;

		sorted[draft->first + draft->count++] = loader->contributions[i];
	}
	free(loader->contributions);
	loader->contributions = sorted;
}

/* A node in a group. */
struct member {
	struct draft *draft;
	const char *group;
};

struct members {
	struct member *list;
	size_t count, capacity;
};

static void warn_strangers(struct loader *loader, const struct cluster_group *group,
			   struct nodeset *strangers)
{
	struct text folded = { 0 };
	struct fault fault;

	if (!loader->entries_left_out && nodeset_count(strangers) &&
	    nodeset_fold(strangers, &folded, &fault) == 0)
		findings_add(loader->findings, group->place, (unsigned int)strlen(group->nodes),
			     true, "describe them below nodes:, or take them out",
			     "group %s has nodes that there are not: %s", group->name,
			     text_string(&folded));
	text_free(&folded);
}

static void add_members(struct loader *loader, const struct cluster_group *group,
			struct members *members)
{
	struct yaml_node at = {
		.kind = YAML_TEXT, .text = group->nodes, .place = group->place, .length = 1
	};
	struct nodeset *strangers = nodeset_new();
	struct nodeset_names names;
	struct fault fault;

	loader->no_memory |= !strangers;
	if (strangers && expand_set(loader, &at, group->nodes, &names)) {
		for (size_t i = 0; i < names.count; i++) {
			struct draft *draft = loader_find(&loader->drafts, names.name[i]);

			if (!draft)
				(void)nodeset_add_name(strangers, names.name[i], &fault);
			else if (make_room((void **)&members->list, members->count,
					   &members->capacity, sizeof(*members->list)))
				loader->no_memory = true;
			else
				members->list[members->count++] =
					(struct member){ draft, group->name };
		}
		nodeset_names_free(&names);
		warn_strangers(loader, group, strangers);
	}
	nodeset_free(strangers);
}

/* Groups stand in the order of their names, and so do the lists that come of them. */
static void join_groups(struct loader *loader)
{
	const struct cluster *cluster = loader->cluster;
	struct members members = { 0 };

	loader->joining_groups = true;
	for (size_t i = 0; i < cluster->group_count; i++)
		add_members(loader, &cluster->groups[i], &members);
	for (size_t i = 0; i < members.count; i++)
		members.list[i].draft->groups.count++;
	for (size_t i = 0; i < members.count; i++) {
		struct word_list *groups = &members.list[i].draft->groups;

		if (groups->words)
			continue;
		groups->words = loader_alloc(loader, groups->count * sizeof(*groups->words));
		groups->count = 0;
		if (!groups->words)
			break;
	}
	for (size_t i = 0; !loader->no_memory && i < members.count; i++) {
		struct word_list *groups = &members.list[i].draft->groups;

		if (groups->words)
			((const char **)groups->words)[groups->count++] = members.list[i].group;
	}
	free(members.list);
}

void finish_drafts(struct loader *loader)
{
	if (loader->draft_count)
		qsort(loader->draft_list, loader->draft_count, sizeof(*loader->draft_list),
		      compare_drafts);
	sort_contributions(loader);
	join_groups(loader);
}
