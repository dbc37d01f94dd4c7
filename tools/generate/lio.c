// SPDX-License-Identifier: GPL-2.0-only
/*
 * iSCSI targets of LIO, the kernel's own, as `targetctl restore` reads them: a storage object for
 * each disk, and a target for each node with its root there, for nobody else. A disk has LUN 1, as
 * with tgt.
 *
 * A disk must be a block device: LIO would have to be told the size of a file, and what is
 * generated depends on nothing but the definition.
 */
#include "tools/generate/node_words.h"
#include "tools/generate/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "initramfs/value.h"
#include "tools/generate/digest.h"

#define LUN  1
#define PORT 3260 /* RFC 7143 */

struct lio {
	const struct cluster *cluster;
	const struct cluster_server *server;
	struct table disks; /* paths that have a storage object */
	json_t *objects, *targets;
	struct fault *fault;
};

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "generate", "lio.json", NULL);
}

/* The last part of the path, for people, and a number that makes it unique. */
static void object_name(const char *disk, struct text *name)
{
	text_printf(name, "%s-%08x", strrchr(disk, '/') + 1, (unsigned int)digest_number(disk));
}

/* The serial number is the disk's own: nodes find it below /dev/disk/by-id/. */
static int add_object(struct lio *lio, const char *disk)
{
	char uuid[DIGEST_UUID_BYTES];
	struct text name = { 0 };
	json_t *object;

	if (table_find(&lio->disks, disk, strlen(disk)))
		return 0;
	digest_uuid(disk, uuid);
	object_name(disk, &name);
	object = json_pack("{s:s, s:s, s:s, s:b, s:b, s:s, s:{s:i}}", "name", text_string(&name),
			   "plugin", "block", "dev", disk, "readonly", 0, "write_back", 0, "wwn",
			   uuid, "attributes", "emulate_tpu", 1);
	text_free(&name);
	if (!object || json_array_append_new(lio->objects, object) ||
	    table_put(&lio->disks, disk, strlen(disk), lio))
		return no_memory(lio->fault);
	return 0;
}

/* The only one who may log in, and what it sees. */
static json_t *make_acl(const struct lio *lio, const struct cluster_node *node)
{
	struct text name = { 0 };
	json_t *acl;

	node_initiator_name(lio->cluster, node, &name);
	acl = json_pack("{s:s, s:[{s:i, s:i, s:b}]}", "node_wwn", text_string(&name), "mapped_luns",
			"index", LUN, "tpg_lun", LUN, "write_protect", !node->read_write);
	text_free(&name);
	return acl;
}

static json_t *make_group(const struct lio *lio, const struct cluster_node *node)
{
	char address[IPV4_TEXT_BYTES];
	struct text object = { 0 };
	json_t *group;

	value_ipv4_text(lio->server->address, address);
	text_add(&object, "/backstores/block/");
	object_name(node->disk, &object);
	group = json_pack("{s:i, s:b, s:{s:i, s:i, s:i}, s:[{s:i, s:s}], s:[{s:s, s:i}], s:[o]}",
			  "tag", 1, "enable", 1, "attributes", "authentication", 0,
			  "generate_node_acls", 0, "demo_mode_write_protect", 1, "luns", "index",
			  LUN, "storage_object", text_string(&object), "portals", "ip_address",
			  address, "port", PORT, "node_acls", make_acl(lio, node));
	text_free(&object);
	return group;
}

static int check_node(const struct lio *lio, const struct cluster_node *node)
{
	if (output_check_iscsi_name("iqn", lio->cluster->iqn, lio->fault) ||
	    output_check_name("node", node->name, lio->fault) ||
	    output_check_path("disk", node->disk, lio->fault))
		return -lio->fault->error;
	if (strncmp(node->disk, "/dev/", 5) != 0)
		return fault_set(lio->fault, EINVAL, "generate: disk", node->disk,
				 "LIO has block devices only; state iscsi: tgt for files");
	return 0;
}

static int add_target(struct lio *lio, const struct cluster_node *node)
{
	struct text name = { 0 };
	json_t *target;
	int error = check_node(lio, node);

	if (!error)
		error = add_object(lio, node->disk);
	if (error)
		return error;
	node_target_name(lio->cluster, node, &name);
	target = json_pack("{s:s, s:s, s:[o]}", "fabric", "iscsi", "wwn", text_string(&name),
			   "tpgs", make_group(lio, node));
	text_free(&name);
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
	json_t *whole = json_pack("{s:s, s:[], s:O, s:O}", "comment",
				  "Written by Wireroot from the cluster's definition; edits here "
				  "get lost.",
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
	return output_add(set, 0644, &text, lio->fault, "servers/%s/lio.json", lio->server->name);
}

static int add_server(const struct cluster *cluster, struct file_set *set,
		      const struct cluster_server *server, struct fault *fault)
{
	struct lio lio = { .cluster = cluster, .server = server, .fault = fault };
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
			error = add_server(cluster, set, &cluster->servers[i], fault);
	return error;
}
