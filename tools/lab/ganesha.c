// SPDX-License-Identifier: GPL-2.0-only
/* NFS-Ganesha's configuration in a lab; see ganesha.h. */
#include "tools/lab/ganesha.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/lab/layout.h"
#include "tools/lab/user_lines.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/text.h"

/* An address of TEST-NET-1 (RFC 5737): whom a refused export is for. */
#define NOBODYS_ADDRESS "192.0.2.1"

static bool speaks_v4(const struct nfs_versions *nfs)
{
	return nfs->v4[0] || nfs->v4[1] || nfs->v4[2];
}

/* "3, 4" and the like. */
static void add_protocols(struct text *text, const struct nfs_versions *nfs)
{
	text_printf(text, "%s%s%s", nfs->v3 ? "3" : "", nfs->v3 && speaks_v4(nfs) ? ", " : "",
		    speaks_v4(nfs) ? "4" : "");
}

/*
 * Locks over NLM and quota services are left out: network roots mount v3 with nolock.
 * mount_path_pseudo lets v3 clients mount the same paths as v4 clients.
 */
static void add_core(struct text *text, const struct nfs_versions *nfs)
{
	text_add(text, "LOG { Default_Log_Level = EVENT; }\n"
		       "NFS_CORE_PARAM {\n"
		       "\tBind_addr = " LAB_ADDRESS ";\n");
	text_printf(text, "\tNFS_Port = %d;\n\tMNT_Port = %d;\n", LAB_NFS_PORT, LAB_MOUNT_PORT);
	text_add(text, "\tProtocols = ");
	add_protocols(text, nfs);
	text_add(text, ";\n"
		       "\tEnable_NLM = false;\n"
		       "\tEnable_RQUOTA = false;\n"
		       "\tmount_path_pseudo = true;\n"
		       "}\n");
}

/*
 * Graceless: or the first open after a start waits 90 s for clients that come back. Ganesha 4's
 * READ_PLUS of NFS 4.2 is from before RFC 7862 was settled, and a client that uses it cannot read
 * files. Which versions to offer is left to the caller.
 */
static void add_v4(struct text *text, const struct nfs_versions *nfs)
{
	const char *comma = "";

	if (!speaks_v4(nfs))
		return;
	text_add(text, "NFSv4 {\n"
		       "\tGraceless = true;\n"
		       "\tRecoveryBackend = fs;\n"
		       "\tOnly_Numeric_Owners = true;\n"
		       "\tMinor_Versions = ");
	for (int minor = 0; minor < 3; minor++) {
		if (!nfs->v4[minor])
			continue;
		text_printf(text, "%s%d", comma, minor);
		comma = ", ";
	}
	text_add(text, ";\n}\n");
}

static void add_export(struct text *text, const struct lab_export *export, size_t number,
		       const struct nfs_versions *nfs)
{
	const char *access = export->read_only ? "RO" : "RW";

	text_printf(text, "EXPORT {\n\tExport_Id = %zu;\n", number);
	text_printf(text, "\tPath = \"%s\";\n\tPseudo = \"%s\";\n", export->directory,
		    export->name);
	text_printf(text, "\tSquash = %s;\n", export->squash ? "Root_Squash" : "No_Root_Squash");
	text_printf(text, "\tAccess_Type = %s;\n", export->refused ? "NONE" : access);
	text_add(text, "\tSecType = sys;\n\tTransports = TCP;\n\tProtocols = ");
	add_protocols(text, nfs);
	text_add(text, ";\n\tFSAL { Name = VFS; }\n");
	if (export->refused)
		text_printf(text, "\tCLIENT { Clients = " NOBODYS_ADDRESS "; Access_Type = %s; }\n",
			    access);
	text_add(text, "}\n");
}

/* The lab's own exports, when there is no definition of them. */
static void add_own(struct text *text, const struct server_options *options)
{
	add_core(text, &options->nfs);
	add_v4(text, &options->nfs);
	for (size_t i = 0; i < options->export_count; i++)
		add_export(text, &options->exports[i], i + 1, &options->nfs);
}

int ganesha_write(const struct server_options *options, struct fault *fault)
{
	const struct lab_network *network = &options->network;
	char *path = fs_join(options->directory, LAB_GANESHA_CONF);
	struct text text = { 0 };
	int error;

	text_add(&text, "# Written by `wireroot lab up`.\n");
	if (lab_network_has_cluster(network))
		text_printf(&text, "%%include \"%s/current/servers/%s/ganesha.conf\"\n",
			    network->state, network->server);
	else
		add_own(&text, options);
	error = user_lines_add(&text, options->ganesha_file, fault);
	if (!error && (text.error || !path))
		error = fault_set(fault, ENOMEM, "write", LAB_GANESHA_CONF, NULL);
	if (!error)
		error = fs_write_file(path, text.data, text.length, 0644, fault);
	text_free(&text);
	free(path);
	return error;
}
