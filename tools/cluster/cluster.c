// SPDX-License-Identifier: GPL-2.0-only
/* Looking things up in a cluster, and giving it back; see cluster.h. */
#include "tools/cluster/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "tools/cluster/arena.h"
#include "tools/cluster/names.h"

static int compare_node(const void *name, const void *node)
{
	return compare_names(name, ((const struct cluster_node *)node)->name);
}

static int compare_server(const void *name, const void *server)
{
	return strcmp(name, ((const struct cluster_server *)server)->name);
}

static int compare_storage(const void *name, const void *storage)
{
	return strcmp(name, ((const struct cluster_storage *)storage)->name);
}

static int compare_image(const void *name, const void *image)
{
	return strcmp(name, ((const struct cluster_image *)image)->name);
}

const struct cluster_node *cluster_find_node(const struct cluster *cluster, const char *name)
{
	if (!cluster->node_count)
		return NULL;
	return bsearch(name, cluster->nodes, cluster->node_count, sizeof(*cluster->nodes),
		       compare_node);
}

const struct cluster_server *cluster_find_server(const struct cluster *cluster, const char *name)
{
	if (!cluster->server_count)
		return NULL;
	return bsearch(name, cluster->servers, cluster->server_count, sizeof(*cluster->servers),
		       compare_server);
}

const struct cluster_storage *cluster_find_storage(const struct cluster *cluster, const char *name)
{
	if (!cluster->storage_count)
		return NULL;
	return bsearch(name, cluster->storages, cluster->storage_count, sizeof(*cluster->storages),
		       compare_storage);
}

const struct cluster_image *cluster_find_image(const struct cluster *cluster, const char *name)
{
	if (!cluster->image_count)
		return NULL;
	return bsearch(name, cluster->images, cluster->image_count, sizeof(*cluster->images),
		       compare_image);
}

void cluster_free(struct cluster *cluster)
{
	if (cluster->arena)
		arena_free(cluster->arena);
	free(cluster->arena);
	*cluster = (struct cluster){ 0 };
}
