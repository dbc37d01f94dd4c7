/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All interfaces at once: from the first link event to an address that a boot can use.
 */
#ifndef WIREROOT_NETWORK_H
#define WIREROOT_NETWORK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "dhcp.h"
#include "lease.h"
#include "link.h"
#include "params.h"
#include "report.h"

/* One interface and how far it has come. */
struct nic {
	struct link link;
	struct dhcp_client dhcp;
	struct lease lease; /* valid while ->bound */
	bool bound; /* the link has the lease's address */
	bool from_dhcp; /* else static */
	bool broken; /* could not be brought up; told once */
	uint64_t bound_us; /* for the order in which leases came */
	uint64_t mtu_until_us; /* carrier lost before this time is the MTU change's doing */
};

struct network {
	int netlink;
	struct nic nics[LINKS_MAX];
	const struct params *params;
	struct report *report;
	const char *host_name; /* to ask for; may be empty */
	lease_judge *judge;
	void *judge_context;
	struct fault refusal; /* why a static address leads nowhere; ->error is 0: none does */
	bool vlans_missing; /* a VLAN could not be made yet: its module is still to come */
	unsigned int link_count; /* Ethernet interfaces ever seen, of any use */
};

/*
 * Begin to hear of links; they are brought up, and asked for addresses, as they appear.
 * Returns 0 or a negative errno with @fault.
 */
int network_open(struct network *network, const struct params *params, struct report *report,
		 lease_judge *judge, void *judge_context, struct fault *fault);

/* At most this many descriptors are waited for. */
#define NETWORK_POLL_MAX (1 + 2 * LINKS_MAX)

/* Write what is to be waited for to @fds; returns how many. */
unsigned int network_poll(const struct network *network, struct pollfd *fds);

/* The earliest time in µs at which network_handle() must be called; UINT64_MAX: none. */
uint64_t network_deadline(const struct network *network);

/* Handle what has come in and every deadline that has passed. */
void network_handle(struct network *network, const struct pollfd *fds, unsigned int count);

/* A driver has been loaded: try again what may have waited for it. */
void network_driver_loaded(struct network *network);

/*
 * The interface with an address that comes next behind @previous (NULL: the first in order of
 * arrival), in a circle. NULL when there is none.
 */
struct nic *network_next_bound(struct network *network, const struct nic *previous);

/* The interface that has @address, or NULL. */
struct nic *network_find_address(struct network *network, uint32_t address);

/* Is @link the one that @vlan is on? */
bool network_vlan_is_on(const struct vlan_param *vlan, const struct link *link);

bool network_has_carrier(const struct network *network);

/* Say in @fault why no lease is there yet; for the line of status. */
void network_explain(const struct network *network, bool drivers_settled, struct fault *fault);

/* Stop every exchange and close everything; addresses stay. */
void network_close(struct network *network);

#endif
