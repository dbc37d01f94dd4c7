// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of nodes, for wirerootd: "MAC NAME ADDRESS LOADER" a line, sorted by MAC address; '-'
 * for no address.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"

static int compare(const void *a, const void *b)
{
	const struct cluster_node *one = *(const struct cluster_node *const *)a;
	const struct cluster_node *other = *(const struct cluster_node *const *)b;

	return memcmp(one->mac, other->mac, sizeof(one->mac));
}

/* *@nodes is freed by the caller. */
static size_t nodes_by_mac(const struct cluster *cluster, const struct cluster_node ***nodes)
{
	size_t count = 0;

	*nodes = calloc(cluster->node_count + 1, sizeof(**nodes));
	for (size_t i = 0; *nodes && i < cluster->node_count; i++)
		if (cluster->nodes[i].has_mac)
			(*nodes)[count++] = &cluster->nodes[i];
	if (count)
		qsort(*nodes, count, sizeof(**nodes), compare);
	return count;
}

static void add_line(struct text *text, const struct cluster_node *node)
{
	static const char *const loaders[] = {
		[LOADER_IPXE] = "ipxe", [LOADER_PXELINUX] = "pxelinux", [LOADER_GRUB] = "grub"
	};
	char mac[MAC_TEXT_BYTES], address[IPV4_TEXT_BYTES] = "-";

	if (node->address)
		value_ipv4_text(node->address, address);
	text_add(text, value_mac_text(node->mac, mac));
	text_add(text, " ");
	text_add(text, node->name);
	text_add(text, " ");
	text_add(text, address);
	text_add(text, " ");
	text_add(text, loaders[node->loader]);
	text_add(text, "\n");
}

int generate_index(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster_node **nodes;
	size_t count = nodes_by_mac(generator->cluster, &nodes);
	struct text text = { 0 };
	int error = nodes ? 0 : fault_set(fault, ENOMEM, "generate", "nodes", NULL);

	text_add(&text, OUTPUT_COMMENT);
	for (size_t i = 0; nodes && i < count && !error; i++) {
		error = output_check_name("node", nodes[i]->name, fault);
		add_line(&text, nodes[i]);
	}
	free(nodes);
	if (!error)
		return output_add(set, 0644, &text, fault, "nodes");
	text_free(&text);
	return error;
}
