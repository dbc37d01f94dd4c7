// SPDX-License-Identifier: GPL-2.0-only
/* Which nodes of a definition a set means; see select.h. */
#include "tools/cmd/select.h"

#include <errno.h>
#include <string.h>

#include "tools/cluster/nodeset.h"

static const char *lookup_group(void *context, const char *name)
{
	const struct cluster *cluster = context;

	for (size_t i = 0; i < cluster->group_count; i++)
		if (strcmp(cluster->groups[i].name, name) == 0)
			return cluster->groups[i].nodes;
	return NULL;
}

int select_nodes(const struct cluster *cluster, const char *nodes, char *wanted,
		 struct fault *fault)
{
	struct nodeset_groups groups = { .lookup = lookup_group, .context = (void *)cluster };
	struct nodeset_names names = { 0 };
	struct nodeset *set = NULL;
	int error = nodeset_parse(nodes, &groups, &set, NULL, fault);

	if (!error)
		error = nodeset_sorted(set, &names, fault);
	for (size_t i = 0; !error && i < names.count; i++) {
		const struct cluster_node *node = cluster_find_node(cluster, names.name[i]);

		if (node)
			wanted[node - cluster->nodes] = 1;
		else
			error = fault_set(fault, ENOENT, "find node", names.name[i],
					  "the definition has no such node");
	}
	nodeset_names_free(&names);
	nodeset_free(set);
	return error;
}
