// SPDX-License-Identifier: GPL-2.0-only
/* The parts of a definition that are a few texts: cluster and groups. */
#include <string.h>

#include "tools/cluster/loader.h"

void read_cluster(struct loader *loader, const struct field *top)
{
	struct field fields[CLUSTER_KEY_COUNT];
	struct cluster *cluster = loader->cluster;

	if (!top[TOP_CLUSTER].value)
		return;
	fields_read(loader, top[TOP_CLUSTER].name, top[TOP_CLUSTER].value, SECTION_CLUSTER,
		    "cluster", fields);
	cluster->name = field_text(fields, SECTION_CLUSTER, CLUSTER_NAME);
	cluster->domain = field_text(fields, SECTION_CLUSTER, CLUSTER_DOMAIN);
	cluster->iqn = field_text(fields, SECTION_CLUSTER, CLUSTER_IQN);
}

/* A node set may stand in quotes or not, or as a list of several. */
static const char *group_text(struct loader *loader, const struct yaml_pair *pair)
{
	struct text text = { 0 };
	const char *result;

	if (pair->value->kind == YAML_TEXT && !yaml_is_empty(pair->value))
		return pair->value->text;
	for (size_t i = 0; pair->value->kind == YAML_LIST && i < pair->value->count; i++)
		if (pair->value->items[i]->kind == YAML_TEXT)
			text_printf(&text, "%s%s", i ? "," : "", pair->value->items[i]->text);
	if (!text.length) {
		loader_report(loader, pair->key, NULL,
			      "group '%s' has to be a set of nodes, such as n[01-16]",
			      pair->key->text);
		return NULL;
	}
	result = loader_printf(loader, "%s", text_string(&text));
	loader->no_memory |= text.error;
	text_free(&text);
	return result;
}

void read_groups(struct loader *loader, const struct field *field)
{
	struct cluster *cluster = loader->cluster;
	size_t count;
	const struct yaml_pair **pairs = sorted_pairs(loader, field, "a group", &count);

	cluster->groups = loader_alloc(loader, count * sizeof(*cluster->groups));
	for (size_t i = 0; cluster->groups && i < count; i++) {
		const char *text = group_text(loader, pairs[i]);
		struct cluster_group *group = &cluster->groups[cluster->group_count];

		if (!text)
			continue;
		*group = (struct cluster_group){ .name = pairs[i]->key->text,
						 .place = pairs[i]->value->place,
						 .nodes = text };
		loader_put(loader, &loader->groups, group->name, group);
		cluster->group_count++;
	}
}
