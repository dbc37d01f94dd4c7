// SPDX-License-Identifier: GPL-2.0-only
/* What a step from one generation to another changes; see plan.h. */
#include "tools/generation/plan.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset.h"

/* More paths than this are counted and not listed. */
#define PATHS_LISTED 6
#define MAC_BYTES    17 /* "52:54:00:12:34:56" */

/* The first that fits counts. '*' stands for any part of a path, '/' included. */
static const struct kind {
	const char *pattern, *name;
	size_t mac_at; /* where a node's MAC address stands in the path; 0: in none */
} kinds[] = {
	{ "http/node/*.ipxe", "node scripts", 10 },
	{ "http/node/*.img", "node segments", 10 },
	{ "tftp/pxelinux.cfg/01-*", "pxelinux files", 21 },
	{ "http/kernel/*", "kernels", 0 },
	{ "http/base/*", "base images", 0 },
	{ "http/*", "boot files", 0 },
	{ "tftp/*", "TFTP files", 0 },
	{ "servers/*", "servers' files", 0 },
	{ "*", "other files", 0 },
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static size_t kind_of(const char *path)
{
	size_t kind = 0;

	while (kind + 1 < KIND_COUNT && fnmatch(kinds[kind].pattern, path, 0) != 0)
		kind++;
	return kind;
}

/* Lines of an index, sorted by the MAC address that each begins with. */
struct names {
	const char **lines;
	size_t count;
};

static int compare_macs(const void *a, const void *b)
{
	return memcmp(*(const char *const *)a, *(const char *const *)b, MAC_BYTES);
}

static int read_names(struct names *names, const struct plan_index *index)
{
	const char *line = index->text, *end = line + index->length;
	size_t capacity = 1;

	for (const char *byte = line; byte < end; byte++)
		capacity += *byte == '\n';
	names->lines = calloc(capacity, sizeof(*names->lines));
	if (!names->lines)
		return -ENOMEM;
	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		if (!stop)
			break;
		if (stop - line > MAC_BYTES + 1 && line[MAC_BYTES] == ' ' && *line != '#')
			names->lines[names->count++] = line;
		line = stop + 1;
	}
	if (names->count)
		qsort(names->lines, names->count, sizeof(*names->lines), compare_macs);
	return 0;
}

/* The name of the node whose file @path is; false: it is nobody's, or of a node not known. */
static bool find_name(const struct names *names, const struct kind *kind, const char *path,
		      char name[static NODESET_NAME_BYTES])
{
	char mac[MAC_BYTES + 1];
	const char *key = mac;
	const char *const *line;
	size_t length;

	if (!kind->mac_at || !names->count || strlen(path) < kind->mac_at + MAC_BYTES)
		return false;
	memcpy(mac, path + kind->mac_at, MAC_BYTES);
	for (size_t i = 2; i < MAC_BYTES; i += 3)
		mac[i] = ':';
	line = bsearch(&key, names->lines, names->count, sizeof(*names->lines), compare_macs);
	if (!line)
		return false;
	length = strcspn(*line + MAC_BYTES + 1, " \n");
	if (length >= NODESET_NAME_BYTES)
		return false;
	memcpy(name, *line + MAC_BYTES + 1, length);
	name[length] = '\0';
	return true;
}

/* Files of one kind that change in the same way. */
struct group {
	struct nodeset *nodes;
	size_t count, named; /* files; those of ->nodes */
	struct text paths;
	size_t listed;
};

struct grouping {
	const struct plan *plan;
	struct names old, new;
	struct group groups[KIND_COUNT][CHANGE_KINDS];
	struct nodeset *nodes; /* all that something changes for */
};

static const struct names *names_for(const struct grouping *grouping, const struct change *change)
{
	return change->new ? &grouping->new : &grouping->old;
}

static int add_change(struct grouping *grouping, const struct change *change, struct fault *fault)
{
	const char *path = change_path(change);
	size_t kind = kind_of(path);
	struct group *group = &grouping->groups[kind][change->kind];
	char name[NODESET_NAME_BYTES];
	int error = 0;

	group->count++;
	if (find_name(names_for(grouping, change), &kinds[kind], path, name)) {
		if (!group->nodes && !(group->nodes = nodeset_new()))
			return fault_set(fault, ENOMEM, "plan", path, NULL);
		group->named++;
		error = nodeset_add_name(group->nodes, name, fault);
		return error ? error : nodeset_add_name(grouping->nodes, name, fault);
	}
	if (group->listed < PATHS_LISTED)
		text_printf(&group->paths, "%s%s", group->listed++ ? ", " : "", path);
	return 0;
}

static int make_groups(struct grouping *grouping, struct fault *fault)
{
	const struct plan *plan = grouping->plan;
	int error = 0;

	grouping->nodes = nodeset_new();
	if (!grouping->nodes || read_names(&grouping->old, &plan->old_index) ||
	    read_names(&grouping->new, &plan->new_index))
		return fault_set(fault, ENOMEM, "plan", "", NULL);
	for (size_t i = 0; !error && i < plan->difference->count; i++)
		error = add_change(grouping, &plan->difference->changes[i], fault);
	return error;
}

static void free_groups(struct grouping *grouping)
{
	for (size_t kind = 0; kind < KIND_COUNT; kind++)
		for (size_t change = 0; change < CHANGE_KINDS; change++) {
			nodeset_free(grouping->groups[kind][change].nodes);
			text_free(&grouping->groups[kind][change].paths);
		}
	nodeset_free(grouping->nodes);
	free(grouping->old.lines);
	free(grouping->new.lines);
}

static int write_group(const char *kind, enum change_kind change, struct group *group,
		       struct text *text, struct fault *fault)
{
	size_t others = group->count - group->named - group->listed;
	int error = 0;

	if (!group->count)
		return 0;
	text_printf(text, "  %-15s %6zu %s: ", kind, group->count, change_kind_name(change));
	if (group->nodes)
		error = nodeset_fold(group->nodes, text, fault);
	if (group->nodes && group->listed)
		text_add(text, "; ");
	text_add(text, text_string(&group->paths));
	if (others)
		text_printf(text, " and %zu more", others);
	text_add(text, "\n");
	return error;
}

static void write_head(const struct plan *plan, struct text *text)
{
	const size_t *counts = plan->difference->counts;

	if (plan->old->generation)
		text_printf(text, "against generation %u", plan->old->generation);
	else
		text_add(text, "the first generation");
	text_printf(text, ": %zu %s added, %zu changed, %zu removed\n", counts[CHANGE_ADDED],
		    counts[CHANGE_ADDED] == 1 ? "file" : "files", counts[CHANGE_CHANGED],
		    counts[CHANGE_REMOVED]);
}

static void write_actions(const struct plan *plan, struct text *text)
{
	if (!plan->actions->count)
		return;
	text_printf(text, "services%s%s:\n", *plan->new->server ? " of " : "", plan->new->server);
	for (size_t i = 0; i < plan->actions->count; i++)
		text_printf(text, "  %-26s %-8s (%s)\n", plan->actions->list[i].service,
			    action_kind_name(plan->actions->list[i].kind),
			    plan->actions->list[i].path);
}

int plan_to_text(const struct plan *plan, struct text *text, struct fault *fault)
{
	struct grouping grouping = { .plan = plan };
	int error = make_groups(&grouping, fault);

	write_head(plan, text);
	for (size_t kind = 0; !error && kind < KIND_COUNT; kind++)
		for (size_t change = 0; !error && change < CHANGE_KINDS; change++)
			error = write_group(kinds[kind].name, change,
					    &grouping.groups[kind][change], text, fault);
	free_groups(&grouping);
	write_actions(plan, text);
	if (!error && text->error)
		error = fault_set(fault, text->error, "plan", "", NULL);
	return error;
}

static json_t *file_to_json(const struct grouping *grouping, const struct change *change)
{
	const char *path = change_path(change);
	size_t kind = kind_of(path);
	char name[NODESET_NAME_BYTES];
	bool named = find_name(names_for(grouping, change), &kinds[kind], path, name);

	return json_pack("{s:s, s:s, s:s, s:s?}", "path", path, "change",
			 change_kind_name(change->kind), "kind", kinds[kind].name, "node",
			 named ? name : NULL);
}

static json_t *files_to_json(const struct grouping *grouping)
{
	const struct difference *difference = grouping->plan->difference;
	json_t *list = json_array();

	for (size_t i = 0; i < difference->count; i++)
		if (json_array_append_new(list, file_to_json(grouping, &difference->changes[i]))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *actions_to_json(const struct actions *actions)
{
	json_t *list = json_array();

	for (size_t i = 0; i < actions->count; i++) {
		const struct action *action = &actions->list[i];

		if (json_array_append_new(list,
					  json_pack("{s:s, s:s, s:s}", "service", action->service,
						    "action", action_kind_name(action->kind),
						    "path", action->path))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

json_t *plan_to_json(const struct plan *plan)
{
	struct grouping grouping = { .plan = plan };
	struct text nodes = { 0 };
	struct fault fault;
	json_t *json = NULL;

	if (!make_groups(&grouping, &fault) && !nodeset_fold(grouping.nodes, &nodes, &fault))
		json = json_pack("{s:I, s:o, s:s, s:o}", "from", (json_int_t)plan->old->generation,
				 "files", files_to_json(&grouping), "nodes", text_string(&nodes),
				 "services", actions_to_json(plan->actions));
	text_free(&nodes);
	free_groups(&grouping);
	return json;
}
