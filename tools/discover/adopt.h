/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making a machine a node of the cluster.
 *
 * In order: the machine is told its name to be → an entry is made in nodes.d/NAME.yaml, with an
 * address and the drivers that were detected → the whole definition with it is checked → it is
 * written → and applied → the machine is told, and restarts as the node. When something fails, the
 * definition is what it was, and the machine waits again.
 */
#ifndef WIREROOT_ADOPT_H
#define WIREROOT_ADOPT_H

#include <stdbool.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "tools/cluster/drop_in.h"
#include "tools/cluster/free_address.h"
#include "tools/discover/wirerootd_client.h"
#include "tools/generation/apply.h"
#include "userspace/lib/log.h"
#include "userspace/lib/machine.h"

struct adoption {
	const char *name;
	const char *profile; /* NULL: what the definition says of the name */
	uint8_t mac[6];
	const struct machine
		*machine; /* its report; NULL: there is none, and no drivers are found */
	struct address_range range; /* of the address; { 0 }: the network */
	struct apply_options apply;
	const char *apply_command; /* for a shell, in the place of apply(); or NULL */
	struct wirerootd_client *wirerootd; /* not connected: nobody is told */
	const struct log *log;
};

struct adopted {
	uint32_t address;
	struct text drivers; /* names with commas; empty: those of the profile */
};

/*
 * 0; -EBADMSG when the definition with the node has errors, which have been printed then; or
 * another -errno; all with @fault. adopted_free() must be called in any case.
 */
int adopt(const struct adoption *adoption, struct adopted *adopted, struct fault *fault);
void adopted_free(struct adopted *adopted);

/*
 * Load the definition at @path, with @edit unless that is NULL; errors are printed. 0, -EBADMSG or
 * another -errno with @fault. cluster_free() must be called in any case.
 */
int adopt_load(struct cluster *cluster, const char *path, const struct cluster_edit *edit,
	       bool skip_files, struct fault *fault);

#endif
