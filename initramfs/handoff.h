/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tell the second stage what the init has set up, so that nothing is set up twice or torn down.
 */
#ifndef WIREROOT_HANDOFF_H
#define WIREROOT_HANDOFF_H

#include "fault.h"
#include "network.h"
#include "root.h"

struct handoff {
	const struct nic *nic; /* the boot link */
	const struct link *parent; /* the link below it when it is a VLAN, else NULL */
	const struct root_spec *root; /* complete */
	const struct root_result *result;
	const char *host_name;
	const uint32_t *nameservers; /* nameserver=, as in struct params */
	const char *root_directory;
};

/*
 * Write /run/wireroot/lease, /run/wireroot/resolv.conf, /run/net-IFACE.conf and the files for
 * systemd-networkd below /run/systemd/network, and lay resolv.conf and host name over the root's
 * where that is wanted. Goes through all of them; returns 0, or the first negative errno with
 * @fault.
 */
int handoff_write(const struct handoff *handoff, struct fault *fault);

#endif
