// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a definition. A cluster that nothing is wrong with keeps what its header promises.
 */
/* links: tools/cluster/ tools/generate/ipxe.c tools/generate/template.c tools/initrd/closure.c */
/* links: tools/initrd/archive.c tools/initrd/firmware.c tools/initrd/kernel_tree.c */
/* links: tools/initrd/wired.c userspace/lib/text.c initramfs/words.c */
/* links: initramfs/fault.c initramfs/ip_param.c initramfs/module_list.c initramfs/params.c */
/* links: initramfs/root_spec.c initramfs/timeline.c initramfs/value.c */
/* links: userspace/lib/fs.c userspace/lib/log.c userspace/lib/nearest.c userspace/lib/spawn.c */
/* links: userspace/lib/size.c */
/* links: userspace/lib/iscsi_portal.c initramfs/swap/swap_spec.c */
/* libraries: yaml-0.1 jansson libkmod libarchive */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/cluster.h"
#include "tools/cluster/findings.h"
#include "tools/cluster/names.h"

#define NODES_MAX 500

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_list(const struct word_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		require(list->words[i][0] && !strchr(list->words[i], '\n'));
}

static void check_node(const struct cluster *cluster, const struct cluster_node *node)
{
	require(node->network && node->server && node->image);
	require(node->server->roles & SERVER_BOOT);
	require(node->root != ROOT_ISCSI || (node->iscsi && node->disk && cluster->iqn));
	require(node->root != ROOT_NFS || node->image->server);
	require(node->root != ROOT_ISCSI ||
		(node->portal_count >= 1 && node->portal_count <= ISCSI_PORTALS_MAX));
	for (size_t i = 0; i < node->portal_count; i++)
		require(iscsi_portal_is_among(&node->portals[i], node->iscsi->portals,
					      node->iscsi->portal_count));
	require(!node->overlay || strncmp(node->overlay, "tmpfs", 5) == 0);
	require(node->drivers_auto || node->drivers.count);
	require(cluster_find_node(cluster, node->name) == node);
	check_list(&node->append);
	check_list(&node->parameters);
	check_list(&node->mount_options);
}

static void check_cluster(const struct cluster *cluster)
{
	require(cluster->name != NULL && cluster->node_count <= NODES_MAX);
	for (size_t i = 0; i < cluster->server_count; i++)
		require(cluster->servers[i].address && cluster->servers[i].network);
	for (size_t i = 0; i < cluster->node_count; i++) {
		check_node(cluster, &cluster->nodes[i]);
		require(!i ||
			compare_names(cluster->nodes[i - 1].name, cluster->nodes[i].name) < 0);
	}
}

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

/* Sets of up to a million names are meant to work, and would take all of the fuzzer's time. */
static bool has_large_range(const uint8_t *data, size_t size)
{
	unsigned int digits = 0, ranges = 0;

	for (size_t i = 0; i < size; i++) {
		digits = is_digit(data[i]) ? digits + 1 : 0;
		ranges += i && digits == 1 && data[i - 1] == '-';
		if (digits >= 3 && i >= digits && data[i - digits] == '-')
			return true;
	}
	return ranges > 24;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No file is read: this directory is nowhere. */
	struct cluster_edit edits[] = {
		{ "/nonexistent/cluster.yaml", (const char *)data, size },
		{ "/nonexistent/nodes.d/n9.yaml", "n9: { onfail: reboot }\n", 23 },
	};
	struct cluster_options options = {
		.skip_files = true, .nodes_max = NODES_MAX, .edits = edits, .edit_count = 2
	};
	struct findings findings = { 0 };
	struct cluster cluster;
	struct text text = { 0 };
	struct fault fault = { 0 };
	int error;

	if (has_large_range(data, size) || memchr(data, '\0', size))
		return 0;
	error = cluster_load_with(&cluster, edits[0].path, &options, &findings, &fault);
	require(error == 0 || findings.errors || fault.error);
	if (error == 0)
		check_cluster(&cluster);
	findings_to_text(&findings, &text);
	text_free(&text);
	cluster_free(&cluster);
	findings_free(&findings);
	return 0;
}
