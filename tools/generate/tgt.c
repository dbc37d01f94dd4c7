// SPDX-License-Identifier: GPL-2.0-only
/*
 * iSCSI targets of tgt, for /etc/tgt/conf.d/: one for each node with its root there, for nobody
 * else. tgt counts a target's disks from LUN 1. The secrets of nodes are in it.
 */
#include "tools/generate/node_offer.h"
#include "tools/generate/node_words.h"
#include "tools/generate/output.h"

#include <stdlib.h>

#include "initramfs/value.h"

/*
 * By default the serial number, by which nodes find a disk below /dev/disk/by-id/, would count
 * targets. tgt-admin takes a disk that is in use for a mistake, unless it is told that it may be.
 */
static void add_disk(const struct target_offer *offer, struct text *text)
{
	char serial[TARGET_TGT_SERIAL_BYTES];

	target_tgt_serial(offer->serial, serial);
	text_printf(text, "\tbacking-store %s\n\tscsi_id %s\n\tscsi_sn %s\n", offer->disk, serial,
		    serial);
	if (!offer->read_write) /* several nodes may have it */
		text_add(text, "\treadonly 1\n\tallow-in-use yes\n");
}

/* tgt is content with one of the two, and a name is what anybody may claim. */
static void add_access(const struct target_offer *offer, struct text *text)
{
	char address[IPV4_TEXT_BYTES];

	if (offer->in.user)
		text_printf(text, "\tincominguser %s %s\n", offer->in.user, offer->in.secret);
	if (offer->out.user)
		text_printf(text, "\toutgoinguser %s %s\n", offer->out.user, offer->out.secret);
	if (offer->address)
		text_printf(text, "\tinitiator-address %s\n",
			    value_ipv4_text(offer->address, address));
	else
		text_printf(text, "\tinitiator-name %s\n", offer->initiator);
}

static int add_target(const struct generator *generator, const struct cluster_node *node,
		      struct text *text, struct fault *fault)
{
	struct node_offer offer;
	int error =
		node_offer(generator->cluster, generator->options->secrets, node, &offer, fault);

	if (error)
		return error;
	text_printf(text, "\n<target %s>\n", offer.name);
	add_disk(&offer.offer, text);
	add_access(&offer.offer, text);
	text_add(text, "</target>\n");
	return 0;
}

/*
 * Portals are tgtd's, not a target's, and tgt-admin knows nothing of them: `wireroot target listen`
 * reads this.
 */
static int add_portals(struct file_set *set, const struct cluster_server *server,
		       struct fault *fault)
{
	char portal[ISCSI_PORTAL_TEXT_BYTES];
	struct text text = { 0 };

	text_add(&text, OUTPUT_COMMENT);
	for (size_t i = 0; i < server->portal_count; i++)
		text_printf(&text, "%s\n", iscsi_portal_text(&server->portals[i], portal));
	return output_add(set, 0644, &text, fault, "servers/%s/tgt-portals", server->name);
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
			error = add_target(generator, node, &text, fault);
	}
	if (!error)
		return output_add(set, 0600, &text, fault, "servers/%s/tgt.conf", server->name);
	text_free(&text);
	return error;
}

int generate_tgt(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->server_count; i++) {
		const struct cluster_server *server = &cluster->servers[i];

		if (!(server->roles & SERVER_ISCSI) || server->lio)
			continue;
		error = add_server(generator, set, server, fault);
		if (!error && server->lists_portals)
			error = add_portals(set, server, fault);
	}
	return error;
}
