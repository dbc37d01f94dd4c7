// SPDX-License-Identifier: GPL-2.0-only
/*
 * iSCSI targets of tgt, for /etc/tgt/conf.d/: one for each node with its root there, for nobody
 * else. tgt counts a target's disks from LUN 1.
 */
#include "tools/generate/node_words.h"
#include "tools/generate/output.h"

#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/generate/digest.h"

/*
 * By default the serial number, by which nodes find a disk below /dev/disk/by-id/, would count
 * targets. tgt-admin takes a disk that is in use for a mistake, unless it is told that it may be.
 */
static int add_target(const struct cluster *cluster, const struct cluster_node *node,
		      struct text *text, struct fault *fault)
{
	char address[IPV4_TEXT_BYTES], serial[DIGEST_TEXT_BYTES];

	if (output_check_iscsi_name("iqn", cluster->iqn, fault) ||
	    output_check_name("node", node->name, fault) ||
	    output_check_path("disk", node->disk, fault))
		return -fault->error;
	text_add(text, "\n<target ");
	node_target_name(cluster, node, text);
	digest_bytes(node->disk, strlen(node->disk), serial);
	text_printf(text, ">\n\tbacking-store %s\n\tscsi_id %.16s\n\tscsi_sn %.16s\n", node->disk,
		    serial, serial);
	if (!node->read_write) /* several nodes may have it */
		text_add(text, "\treadonly 1\n\tallow-in-use yes\n");
	if (node->address)
		text_printf(text, "\tinitiator-address %s\n",
			    value_ipv4_text(node->address, address));
	text_add(text, "\tinitiator-name ");
	node_initiator_name(cluster, node, text);
	text_add(text, "\n</target>\n");
	return 0;
}

static int add_server(const struct generator *generator, struct file_set *set,
		      const struct cluster_server *server, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct text text = { 0 };
	int error = output_check_name("server", server->name, fault);

	text_add(&text, OUTPUT_COMMENT);
	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (node->root == ROOT_ISCSI && node_iscsi_server(cluster, node) == server)
			error = add_target(cluster, node, &text, fault);
	}
	if (!error)
		return output_add(set, 0644, &text, fault, "servers/%s/tgt.conf", server->name);
	text_free(&text);
	return error;
}

int generate_tgt(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->server_count; i++)
		if (cluster->servers[i].roles & SERVER_ISCSI && !cluster->servers[i].lio)
			error = add_server(generator, set, &cluster->servers[i], fault);
	return error;
}
