// SPDX-License-Identifier: GPL-2.0-only
/*
 * NFS-Ganesha's configuration, the whole of it: each image to the networks of the nodes that mount
 * it, by the same path for NFS 3 and 4 as the kernel's server has.
 *
 * Clients keep file handles with an export's number in them, so that it is made of the path and
 * does not change when other images come and go.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/generate/digest.h"

/* Ganesha's are 16 bits; 0 is the root of its pseudo file system. */
#define EXPORT_ID_MAX 65535

/* Does a node insist on NFS 4.2 of this server? */
static bool wants_4_2(const struct cluster *cluster, const struct cluster_server *server)
{
	for (size_t i = 0; i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (node->root == ROOT_NFS && node->image->server == server && node->nfs_version &&
		    !strcmp(node->nfs_version, "4.2"))
			return true;
	}
	return false;
}

/*
 * Locks over NLM and quotas are left out: network roots mount NFS 3 with nolock. mount_path_pseudo
 * lets clients of NFS 3 mount the same paths as those of NFS 4. Graceless: or the first open after
 * a start waits 90 s for clients that come back. 4.2 only for nodes that ask for it: Ganesha 4's
 * READ_PLUS is from before RFC 7862 was settled, and a client that uses it cannot read files.
 */
static void add_core(const struct generator *generator, struct text *text,
		     const struct cluster_server *server)
{
	char address[IPV4_TEXT_BYTES];

	text_add(text, OUTPUT_COMMENT);
	text_add(text, "LOG { Default_Log_Level = EVENT; }\n"
		       "NFS_CORE_PARAM {\n");
	text_printf(text, "\tBind_addr = %s;\n", value_ipv4_text(server->address, address));
	text_printf(text,
		    "\tNFS_Port = 2049;\n"
		    "\tMNT_Port = 20048;\n"
		    "\tProtocols = 3, 4;\n"
		    "\tEnable_NLM = false;\n"
		    "\tEnable_RQUOTA = false;\n"
		    "\tmount_path_pseudo = true;\n"
		    "}\n"
		    "NFSv4 {\n"
		    "\tGraceless = true;\n"
		    "\tRecoveryBackend = fs;\n"
		    "\tOnly_Numeric_Owners = true;\n"
		    "\tMinor_Versions = 0, 1%s;\n"
		    "}\n",
		    wants_4_2(generator->cluster, server) ? ", 2" : "");
}

/* The networks that have just this access. */
static void add_clients(const struct generator *generator, struct text *text,
			const struct cluster_image *image, enum export_access access)
{
	const struct cluster *cluster = generator->cluster;
	char subnet[IPV4_TEXT_BYTES];
	size_t count = 0;

	for (size_t i = 0; i < cluster->network_count; i++) {
		const struct cluster_network *network = &cluster->networks[i];

		if (generator_access(generator, image->server, image->path, network) == access)
			text_printf(text, "%s%s/%u", count++ ? ", " : "\tCLIENT { Clients = ",
				    value_ipv4_text(network->subnet, subnet), network->prefix);
	}
	if (count)
		text_printf(text, "; Access_Type = %s; }\n", access == EXPORT_WRITE ? "RW" : "RO");
}

/* Nobody but the networks of the nodes gets in. */
static int add_export(const struct generator *generator, struct text *text,
		      const struct cluster_image *image, unsigned int id, struct fault *fault)
{
	int error = output_check_path("path of an image", image->path, fault);

	if (error)
		return error;
	text_printf(text, "EXPORT {\n\tExport_Id = %u;\n\tPath = \"%s\";\n\tPseudo = \"%s\";\n", id,
		    image->path, image->path);
	text_printf(text, "\tFilesystem_Id = %u.%u;\n", id, id);
	text_add(text, "\tAccess_Type = NONE;\n"
		       "\tSquash = No_Root_Squash;\n"
		       "\tSecType = sys;\n"
		       "\tTransports = TCP;\n"
		       "\tProtocols = 3, 4;\n"
		       "\tFSAL { Name = VFS; }\n");
	add_clients(generator, text, image, EXPORT_READ);
	add_clients(generator, text, image, EXPORT_WRITE);
	text_add(text, "}\n");
	return 0;
}

/* One that is free; images come in the order of their names, so that it is always the same. */
static unsigned int take_id(const char *path, bool taken[static EXPORT_ID_MAX + 1])
{
	unsigned int id = 1 + (unsigned int)(digest_number(path) % EXPORT_ID_MAX);

	while (taken[id])
		id = id % EXPORT_ID_MAX + 1;
	taken[id] = true;
	return id;
}

static int add_server(const struct generator *generator, struct file_set *set,
		      const struct cluster_server *server, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	bool *taken = calloc(EXPORT_ID_MAX + 1, sizeof(*taken));
	struct text text = { 0 };
	size_t count = 0;
	int error;

	if (!taken)
		return fault_set(fault, ENOMEM, "generate", "ganesha.conf", NULL);
	error = output_check_name("server", server->name, fault);
	add_core(generator, &text, server);
	for (size_t i = 0; !error && i < cluster->image_count; i++) {
		const struct cluster_image *image = &cluster->images[i];

		if (image->server != server || !generator_leads_export(generator, image))
			continue;
		error = ++count > EXPORT_ID_MAX
				? fault_set(fault, E2BIG, "generate", "ganesha.conf",
					    "NFS-Ganesha has at most 65535 exports")
				: add_export(generator, &text, image, take_id(image->path, taken),
					     fault);
	}
	free(taken);
	if (!error)
		return output_add(set, 0644, &text, fault, "servers/%s/ganesha.conf", server->name);
	text_free(&text);
	return error;
}

int generate_ganesha(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->server_count; i++)
		if (cluster->servers[i].roles & SERVER_NFS && cluster->servers[i].ganesha)
			error = add_server(generator, set, &cluster->servers[i], fault);
	return error;
}
