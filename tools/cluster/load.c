// SPDX-License-Identifier: GPL-2.0-only
/* From the files of a definition to struct cluster; the steps are in loader.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/loader.h"

/* Sets of nodes and groups may name every node so many times on average: a second or two. */
#define NAMED_PER_NODE_MAX 64

void *loader_alloc(struct loader *loader, size_t size)
{
	void *memory = arena_alloc(loader->arena, size);

	loader->no_memory |= !memory;
	return memory;
}

char *loader_printf(struct loader *loader, const char *format, ...)
{
	va_list values;
	char *text = NULL, *kept;
	int length;

	va_start(values, format);
	length = vasprintf(&text, format, values);
	va_end(values);
	kept = length < 0 ? NULL : arena_copy(loader->arena, text, (size_t)length);
	if (length >= 0)
		free(text);
	loader->no_memory |= !kept;
	return kept;
}

void loader_put(struct loader *loader, struct table *table, const char *name, void *value)
{
	loader->no_memory |= table_put(table, name, strlen(name), value) != 0;
}

void *loader_find(const struct table *table, const char *name)
{
	return table_find(table, name, strlen(name));
}

/* A drop-in holds what is below nodes: in cluster.yaml. */
static void read_drop_in(struct loader *loader, const struct source *source)
{
	const struct yaml_node *nodes = source->root ? yaml_find(source->root, "nodes") : NULL;

	if (!source->root)
		return;
	if (source->root->kind != YAML_MAP)
		loader_report(loader, source->root, "n01: { address: 10.0.0.11 }",
			      "a drop-in has to be a map of sets of nodes to what they have");
	else if (nodes && nodes->kind == YAML_MAP)
		loader_report(loader, nodes,
			      "take 'nodes:' out, and the blanks before what is below",
			      "a drop-in has no 'nodes:'; the entries stand in it by themselves");
	else
		read_entries(loader, source->root);
}

static void read_main(struct loader *loader, const struct yaml_node *root)
{
	struct field fields[TOP_KEY_COUNT];

	fields_read(loader, NULL, root, SECTION_TOP, "the definition", fields);
	read_cluster(loader, fields);
	read_templates(loader, &fields[TOP_TEMPLATES]);
	read_networks(loader, &fields[TOP_NETWORKS]);
	read_servers(loader, &fields[TOP_SERVERS]);
	read_storages(loader, &fields[TOP_STORAGE]);
	read_images(loader, &fields[TOP_IMAGES]);
	read_memory(loader, &fields[TOP_MEMORY]);
	read_groups(loader, &fields[TOP_GROUPS]);
	read_profiles(loader, &fields[TOP_PROFILES]);
	if (fields[TOP_NODES].value)
		read_entries(loader, fields[TOP_NODES].value);
}

static void read_all(struct loader *loader)
{
	const struct yaml_node *root = loader->sources[0].root;

	/* Broken YAML was reported; without it, nothing can be said about the rest. */
	if (!root && loader->findings->errors)
		return;
	if (root && root->kind != YAML_MAP) {
		loader_report(loader, root, "cluster: { name: demo }, and what else there is",
			      "the definition has to be a map: cluster, networks and so on");
		return;
	}
	read_main(loader, root);
	for (size_t i = 1; i < loader->source_count; i++)
		read_drop_in(loader, &loader->sources[i]);
	finish_drafts(loader);
	if (loader->no_memory)
		return;
	resolve_nodes(loader);
	if (loader->no_memory)
		return;
	check_nodes(loader);
	check_memory(loader);
	check_drivers(loader);
}

static void loader_free(struct loader *loader)
{
	struct table *tables[] = { &loader->networks,	 &loader->servers, &loader->images,
				   &loader->storages,	 &loader->groups,  &loader->profiles,
				   &loader->racks,	 &loader->drafts,  &loader->orders,
				   &loader->lower_names, &loader->sums,	   &loader->variable_sets };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		table_free(tables[i]);
	free(loader->draft_list);
	free(loader->contributions);
	gather_free(&loader->gather);
	free_sources(loader);
}

static void finish_findings(struct loader *loader)
{
	struct findings *findings = loader->findings;

	gather_flush(&loader->gather, findings);
	findings_sort(findings);
	for (size_t i = 0; i < loader->source_count; i++)
		if (loader->sources[i].text)
			findings_keep_lines(findings, loader->sources[i].path,
					    loader->sources[i].text, loader->sources[i].length);
}

int cluster_load_with(struct cluster *cluster, const char *path,
		      const struct cluster_options *options, struct findings *findings,
		      struct fault *fault)
{
	struct loader loader = { .cluster = cluster,
				 .findings = findings,
				 .options = options,
				 .nodes_max = options && options->nodes_max ? options->nodes_max
									    : CLUSTER_NODES_MAX };
	int error;

	*cluster = (struct cluster){ .arena = calloc(1, sizeof(*cluster->arena)) };
	if (!cluster->arena)
		return fault_set(fault, ENOMEM, "read the cluster's definition", path, NULL);
	loader.arena = cluster->arena;
	loader.set_work = loader.nodes_max * NAMED_PER_NODE_MAX;
	loader.gather.arena = cluster->arena;
	error = read_sources(&loader, path, fault);
	if (!error) {
		read_all(&loader);
		finish_findings(&loader);
	}
	if (!error && (loader.no_memory || findings->out_of_memory))
		error = fault_set(fault, ENOMEM, "read the cluster's definition", path, NULL);
	loader_free(&loader);
	if (!error && findings->errors)
		error = -EINVAL;
	return error;
}

int cluster_load(struct cluster *cluster, const char *path, struct findings *findings,
		 struct fault *fault)
{
	return cluster_load_with(cluster, path, NULL, findings, fault);
}
