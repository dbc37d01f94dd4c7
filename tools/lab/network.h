/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire of a lab and the boot server on it: addresses, names, and, where the lab is a cluster's,
 * which one's.
 *
 * Settled when the lab comes up and kept in run/network.json, where everything that later acts on
 * the lab finds it. That file is our own; it is read strictly all the same, since people look into
 * labs and change things.
 */
#ifndef WIREROOT_LAB_NETWORK_H
#define WIREROOT_LAB_NETWORK_H

#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/lib/iscsi_portal.h"

#define LAB_DOMAIN_BYTES      256
#define LAB_SERVER_NAME_BYTES 64

struct lab_network {
	char bridge[IFNAMSIZ];
	char address[INET_ADDRSTRLEN]; /* of the servers */
	unsigned int prefix; /* bits */
	/* Further ones, of iSCSI portals, whatever networks they are of: the lab has one wire. */
	char more[ISCSI_PORTALS_MAX][INET_ADDRSTRLEN];
	size_t more_count;
	uint16_t http_port;
	char domain[LAB_DOMAIN_BYTES]; /* "": none */
	bool boots, exports; /* run wirerootd and dnsmasq; run NFS-Ganesha */
	bool has_disks; /* run tgtd; of a cluster only */
	/* Of a cluster: its definition and its state directory, absolute, and which of its servers
	 * the lab is. All of them "" in a lab without one. */
	char cluster[PATH_MAX];
	char state[PATH_MAX];
	char server[LAB_SERVER_NAME_BYTES];
};

/* That of a lab without a cluster: layout.h's addresses. */
struct lab_network lab_network_default(void);

bool lab_network_has_cluster(const struct lab_network *network);

/* To and from run/network.json in the lab's @directory; 0 or -errno with @fault filled in. */
int lab_network_write(const struct lab_network *network, const char *directory,
		      struct fault *fault);
int lab_network_read(struct lab_network *network, const char *directory, struct fault *fault);

#endif
