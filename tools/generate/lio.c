// SPDX-License-Identifier: GPL-2.0-only
/*
 * iSCSI targets of LIO, the kernel's own, as `targetctl restore` reads them: a storage object for
 * each disk, and a target for each node with its root there, for nobody else. A disk has LUN 1, as
 * with tgt. The secrets of nodes are in it.
 *
 * A disk must be a block device: LIO would have to be told the size of a file, and what is
 * generated depends on nothing but the definition.
 */
#include "tools/generate/node_offer.h"
#include "tools/generate/node_words.h"
#include "tools/generate/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "initramfs/value.h"

struct lio {
	const struct cluster *cluster;
	const struct secrets *secrets;
	const struct cluster_server *server;
	struct table disks; /* paths that have a storage object */
	json_t *objects, *targets;
	struct fault *fault;
};

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "generate", "lio.json", NULL);
}

/* The serial number is the disk's own: nodes find it below /dev/disk/by-id/. */
static int add_object(struct lio *lio, const struct target_offer *offer)
{
	char name[TARGET_OBJECT_BYTES];
	json_t *object;

	if (table_find(&lio->disks, offer->disk, strlen(offer->disk)))
		return 0;
	target_object_name(offer->disk, offer->serial, name);
	object = json_pack("{s:s, s:s, s:s, s:b, s:b, s:s, s:{s:i}}", "name", name, "plugin",
			   "block", "dev", offer->disk, "readonly", 0, "write_back", 0, "wwn",
			   offer->serial, "attributes", "emulate_tpu", 1);
	if (!object || json_array_append_new(lio->objects, object) ||
	    table_put(&lio->disks, offer->disk, strlen(offer->disk), lio))
		return no_memory(lio->fault);
	return 0;
}

/* With CHAP's accounts, if any, as members of @acl. */
static int add_accounts(const struct target_offer *offer, json_t *acl)
{
	const struct target_account *out = &offer->out;

	if (!offer->in.user)
		return 0;
	if (json_object_set_new(acl, "chap_userid", json_string(offer->in.user)) ||
	    json_object_set_new(acl, "chap_password", json_string(offer->in.secret)))
		return -ENOMEM;
	if (out->user &&
	    (json_object_set_new(acl, "chap_mutual_userid", json_string(out->user)) ||
	     json_object_set_new(acl, "chap_mutual_password", json_string(out->secret))))
		return -ENOMEM;
	return 0;
}

/* The only one who may log in, and what it sees. */
static json_t *make_acl(const struct target_offer *offer)
{
	json_t *acl = json_pack("{s:s, s:[{s:i, s:i, s:b}]}", "node_wwn", offer->initiator,
				"mapped_luns", "index", TARGET_LUN, "tpg_lun", TARGET_LUN,
				"write_protect", !offer->read_write);

	if (acl && add_accounts(offer, acl)) {
		json_decref(acl);
		return NULL;
	}
	return acl;
}

static json_t *make_portals(const struct target_offer *offer)
{
	json_t *portals = json_array();
	char address[IPV4_TEXT_BYTES];

	for (size_t i = 0; portals && i < offer->portal_count; i++) {
		json_t *portal = json_pack("{s:s, s:i}", "ip_address",
					   value_ipv4_text(offer->portals[i].address, address),
					   "port", (int)offer->portals[i].port);

		if (portal && json_array_append_new(portals, portal) == 0)
			continue;
		json_decref(portals);
		portals = NULL;
	}
	return portals;
}

static json_t *make_group(const struct target_offer *offer)
{
	char name[TARGET_OBJECT_BYTES], object[TARGET_OBJECT_BYTES + 32];
	json_t *group;

	snprintf(object, sizeof(object), "/backstores/block/%s",
		 target_object_name(offer->disk, offer->serial, name));
	group = json_pack("{s:i, s:b, s:{s:i, s:i, s:i}, s:[{s:i, s:s}], s:o, s:[o]}", "tag", 1,
			  "enable", 1, "attributes", "authentication", offer->in.user != NULL,
			  "generate_node_acls", 0, "demo_mode_write_protect", 1, "luns", "index",
			  TARGET_LUN, "storage_object", object, "portals", make_portals(offer),
			  "node_acls", make_acl(offer));
	return group;
}

static int check_disk(const struct lio *lio, const char *disk)
{
	if (strncmp(disk, "/dev/", 5) != 0)
		return fault_set(lio->fault, EINVAL, "generate: disk", disk,
				 "LIO has block devices only; state iscsi: tgt for files");
	return 0;
}

static int add_target(struct lio *lio, const struct cluster_node *node)
{
	struct node_offer offer;
	json_t *target;
	int error = node_offer(lio->cluster, lio->secrets, node, &offer, lio->fault);

	if (!error)
		error = check_disk(lio, node->disk);
	if (!error)
		error = add_object(lio, &offer.offer);
	if (error)
		return error;
	target = json_pack("{s:s, s:s, s:[o]}", "fabric", "iscsi", "wwn", offer.name, "tpgs",
			   make_group(&offer.offer));
	return target && !json_array_append_new(lio->targets, target) ? 0 : no_memory(lio->fault);
}

static int add_targets(struct lio *lio)
{
	const struct cluster *cluster = lio->cluster;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (node->root == ROOT_ISCSI && node_iscsi_server(cluster, node) == lio->server)
			error = add_target(lio, node);
	}
	return error;
}

/* JSON has no comments; targetctl passes over a member that it does not know. */
static int write_file(struct lio *lio, struct file_set *set)
{
	json_t *whole = json_pack("{s:s, s:s+, s:[], s:O, s:O}", "comment",
				  "Written by Wireroot from the cluster's definition; edits here "
				  "get lost.",
				  "prefix", lio->cluster->iqn ? lio->cluster->iqn : "", ":",
				  "fabric_modules", "storage_objects", lio->objects, "targets",
				  lio->targets);
	char *data = whole ? json_dumps(whole, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
	struct text text = { 0 };

	if (data) {
		text_add(&text, data);
		text_add(&text, "\n");
	}
	free(data);
	json_decref(whole);
	if (!data)
		return no_memory(lio->fault);
	return output_add(set, 0600, &text, lio->fault, "servers/%s/lio.json", lio->server->name);
}

static int add_server(const struct generator *generator, struct file_set *set,
		      const struct cluster_server *server, struct fault *fault)
{
	struct lio lio = { .cluster = generator->cluster,
			   .secrets = generator->options->secrets,
			   .server = server,
			   .fault = fault };
	int error = output_check_name("server", server->name, fault);

	lio.objects = json_array();
	lio.targets = json_array();
	if (!error && (!lio.objects || !lio.targets))
		error = no_memory(fault);
	if (!error)
		error = add_targets(&lio);
	if (!error)
		error = write_file(&lio, set);
	json_decref(lio.objects);
	json_decref(lio.targets);
	table_free(&lio.disks);
	return error;
}

int generate_lio(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->server_count; i++)
		if (cluster->servers[i].roles & SERVER_ISCSI && cluster->servers[i].lio)
			error = add_server(generator, set, &cluster->servers[i], fault);
	return error;
}
