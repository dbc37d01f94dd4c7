// SPDX-License-Identifier: GPL-2.0-only
/* The iSCSI targets of a lab; see tgt.h. */
#include "tools/lab/tgt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "userspace/lib/spawn.h"

/* By the program that also Debian's unit runs. */
int tgt_load(const struct lab_network *network, struct fault *fault)
{
	struct text ignored = { 0 };
	char *file;
	int error;

	if (asprintf(&file, "%s/current/servers/%s/tgt.conf", network->state, network->server) < 0)
		return fault_set(fault, ENOMEM, "load iSCSI targets", network->server, NULL);
	error = spawn_capture(
		(const char *const[]){ "tgt-admin", "--update", "ALL", "-c", file, NULL }, &ignored,
		fault);
	text_free(&ignored);
	free(file);
	return error;
}
