// SPDX-License-Identifier: GPL-2.0-only
/* The iSCSI targets of a lab; see tgt.h. */
#include "tools/lab/tgt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/target/target.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/iscsi_portal.h"
#include "userspace/lib/spawn.h"

#define PORTALS_BYTES_MAX ((size_t)64 << 10)

/* What tgt.service would do by `wireroot target listen`. */
static int listen_at_portals(const struct lab_network *network, struct fault *fault)
{
	const struct target_server server = { .operations = &target_tgt };
	struct iscsi_portals portals = { 0 };
	size_t length;
	char *file, *text = NULL;
	int error = 0;

	if (asprintf(&file, "%s/current/servers/%s/tgt-portals", network->state, network->server) <
	    0)
		return fault_set(fault, ENOMEM, "open iSCSI portals", network->server, NULL);
	if (fs_is_file(file)) { /* else none are listed */
		error = fs_read_file(file, PORTALS_BYTES_MAX, &text, &length, fault);
		if (!error)
			error = iscsi_portals_parse(text, length, file, &portals, fault);
		if (!error)
			error = target_tgt_listen(&server, portals.list, portals.count, fault);
	}
	free(text);
	free(file);
	return error;
}

/* By the program that also Debian's unit runs. */
static int load_targets(const struct lab_network *network, struct fault *fault)
{
	char *file;
	int error;

	if (asprintf(&file, "%s/current/servers/%s/tgt.conf", network->state, network->server) < 0)
		return fault_set(fault, ENOMEM, "load iSCSI targets", network->server, NULL);
	error = spawn_quietly(
		(const char *const[]){ "tgt-admin", "--update", "ALL", "-c", file, NULL }, fault);
	free(file);
	return error;
}

int tgt_load(const struct lab_network *network, struct fault *fault)
{
	int error = load_targets(network, fault);

	return error ? error : listen_at_portals(network, fault);
}
