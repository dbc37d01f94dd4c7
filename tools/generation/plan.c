// SPDX-License-Identifier: GPL-2.0-only
/* What a step from one generation to another changes; see plan.h. */
#include "tools/generation/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset.h"
#include "tools/generation/owners.h"

/* More paths than this are counted and not listed. */
#define PATHS_LISTED 6

/* Files of one kind that change in the same way. */
struct group {
	struct nodeset *nodes;
	size_t count, named; /* files; those of ->nodes */
	struct text paths;
	size_t listed;
};

struct grouping {
	const struct plan *plan;
	struct owners old, new;
	struct group groups[PATH_KINDS][CHANGE_KINDS];
	struct nodeset *nodes; /* all that something changes for */
};

static const struct owners *owners_for(const struct grouping *grouping, const struct change *change)
{
	return change->new ? &grouping->new : &grouping->old;
}

static int add_change(struct grouping *grouping, const struct change *change, struct fault *fault)
{
	const char *path = change_path(change);
	size_t kind = path_kind(path);
	struct group *group = &grouping->groups[kind][change->kind];
	struct owner owner;
	int error = 0;

	group->count++;
	if (owners_find(owners_for(grouping, change), path, &owner)) {
		if (!group->nodes && !(group->nodes = nodeset_new()))
			return fault_set(fault, ENOMEM, "plan", path, NULL);
		group->named++;
		error = nodeset_add_name(group->nodes, owner.name, fault);
		return error ? error : nodeset_add_name(grouping->nodes, owner.name, fault);
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
	if (!grouping->nodes ||
	    owners_read(&grouping->old, plan->old_index.text, plan->old_index.length) ||
	    owners_read(&grouping->new, plan->new_index.text, plan->new_index.length))
		return fault_set(fault, ENOMEM, "plan", "", NULL);
	for (size_t i = 0; !error && i < plan->difference->count; i++)
		error = add_change(grouping, &plan->difference->changes[i], fault);
	return error;
}

static void free_groups(struct grouping *grouping)
{
	for (size_t kind = 0; kind < PATH_KINDS; kind++)
		for (size_t change = 0; change < CHANGE_KINDS; change++) {
			nodeset_free(grouping->groups[kind][change].nodes);
			text_free(&grouping->groups[kind][change].paths);
		}
	nodeset_free(grouping->nodes);
	owners_free(&grouping->old);
	owners_free(&grouping->new);
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
	for (size_t kind = 0; !error && kind < PATH_KINDS; kind++)
		for (size_t change = 0; !error && change < CHANGE_KINDS; change++)
			error = write_group(path_kind_name(kind), change,
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
	struct owner owner;
	bool named = owners_find(owners_for(grouping, change), path, &owner);

	return json_pack("{s:s, s:s, s:s, s:s?}", "path", path, "change",
			 change_kind_name(change->kind), "kind", path_kind_name(path_kind(path)),
			 "node", named ? owner.name : NULL);
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
