/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The node's network interfaces as rtnetlink tells of them, and what is done to them.
 */
#ifndef WIREROOT_LINK_H
#define WIREROOT_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "lease.h"
#include "params.h"

#define LINKS_MAX 64

enum link_use {
	LINK_IGNORED, /* loopback, not Ethernet, ruled out by BOOTIF= or ip= */
	LINK_CARRIER_OF, /* up only for the sake of a VLAN on it */
	LINK_CONFIGURED, /* gets an address */
};

struct link {
	int index; /* the kernel's; 0: this entry is free */
	char name[INTERFACE_NAME_BYTES];
	uint8_t mac[6];
	uint32_t mtu;
	bool up; /* IFF_UP */
	bool carrier; /* IFF_UP and IFF_LOWER_UP */
	bool is_vlan; /* IFLA_INFO_KIND is "vlan" */
	enum link_use use;
	const struct ip_param *ip; /* how to configure it; NULL: DHCP */
};

/* What the kernel tells about a link in one message. */
struct link_event {
	bool removed;
	bool ethernet; /* ARPHRD_ETHER, not enslaved, physical or VLAN */
	struct link link;
};

typedef void link_event_handler(void *context, const struct link_event *event);

/*
 * Open an rtnetlink socket that hears of links and ask for those that exist. Returns the file
 * descriptor, or a negative errno with @fault.
 */
int link_open(struct fault *fault);

/*
 * Read what has come in on @fd and call @handler for each link. Returns 0, -ENOBUFS when messages
 * were lost (the list has then been asked for anew), or another negative errno.
 */
int link_read(int fd, link_event_handler *handler, void *context);

/* Set IFF_UP, or take it away. These and the following wait for the kernel's answer. */
int link_set_up(const char *name, int index, bool up, struct fault *fault);
int link_set_mtu(const char *name, int index, uint32_t mtu, struct fault *fault);
int link_add_vlan(const struct vlan_param *vlan, int parent_index, struct fault *fault);

/*
 * Give @link the lease's address, MTU and routes. A route that the kernel refuses is skipped with
 * @fault filled in and the rest set, since one bad route must not stop a boot. Returns 0, or a
 * negative errno when the address itself was refused.
 */
int link_configure(const struct link *link, const struct lease *lease, struct fault *fault);

/* Take the lease's address (and with it its routes) away again. */
int link_unconfigure(const struct link *link, const struct lease *lease, struct fault *fault);

#endif
