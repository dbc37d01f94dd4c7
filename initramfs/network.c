// SPDX-License-Identifier: GPL-2.0-only
/*
 * All interfaces at once: from the first link event to an address that a boot can use.
 *
 * A link event says what exists, what is up and what has carrier; everything else follows from it.
 * No interface waits for another: a dead or unserved one costs nothing but its own retries.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "network.h"
#include "sys.h"

/* Some network cards drop the link for a moment when the MTU is changed; 10G links take seconds. */
#define MTU_CHANGE_US 10000000

int network_open(struct network *network, const struct params *params, struct report *report,
		 lease_judge *judge, void *judge_context, struct fault *fault)
{
	struct fault ignored;

	memset(network, 0, sizeof(*network));
	network->params = params;
	network->report = report;
	network->host_name = params->host_name;
	network->judge = judge;
	network->judge_context = judge_context;
	(void)link_set_up("lo", 1, true,
			  &ignored); /* without it only the node's own daemons suffer */
	network->netlink = link_open(fault);
	return network->netlink < 0 ? network->netlink : 0;
}

static struct nic *find_nic(struct network *network, int index)
{
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++)
		if (network->nics[i].link.index == index)
			return &network->nics[i];
	return NULL;
}

static struct nic *find_nic_by_name(struct network *network, const char *name)
{
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++)
		if (network->nics[i].link.index && strcmp(network->nics[i].link.name, name) == 0)
			return &network->nics[i];
	return NULL;
}

static const struct vlan_param *find_vlan(const struct params *params, const char *name)
{
	unsigned int i;

	for (i = 0; i < params->vlan_count; i++)
		if (strcmp(params->vlan[i].name, name) == 0)
			return &params->vlan[i];
	return NULL;
}

/* A VLAN's interface has its parent's MAC, and is not meant by it. */
bool network_vlan_is_on(const struct vlan_param *vlan, const struct link *link)
{
	if (vlan->parent[0])
		return strcmp(vlan->parent, link->name) == 0;
	return !link->is_vlan && memcmp(vlan->parent_mac, link->mac, sizeof(link->mac)) == 0;
}

static bool carries_vlan(const struct params *params, const struct link *link)
{
	unsigned int i;

	for (i = 0; i < params->vlan_count; i++)
		if (network_vlan_is_on(&params->vlan[i], link))
			return true;
	return false;
}

static bool is_zero_mac(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return memcmp(mac, zero, sizeof(zero)) == 0;
}

/* Does @ip speak of @link: by name, by MAC, or (neither given) of any? */
static bool ip_names(const struct ip_param *ip, const struct link *link)
{
	if (!is_zero_mac(ip->mac) && !link->is_vlan &&
	    memcmp(ip->mac, link->mac, sizeof(ip->mac)) == 0)
		return true;
	return ip->interface[0] && strcmp(ip->interface, link->name) == 0;
}

static bool ip_is_general(const struct ip_param *ip)
{
	return !ip->interface[0] && is_zero_mac(ip->mac);
}

/*
 * The ip= word for @link. One that names it outranks one for all; a static address for 'all' can
 * serve one link only, the first that takes it.
 */
static const struct ip_param *choose_ip(const struct network *network, const struct link *link,
					bool *named)
{
	const struct params *params = network->params;
	const struct ip_param *general = NULL;
	unsigned int i;

	*named = false;
	for (i = 0; i < params->ip_count; i++) {
		if (ip_names(&params->ip[i], link)) {
			*named = true;
			return &params->ip[i];
		}
		if (ip_is_general(&params->ip[i]) && !general)
			general = &params->ip[i];
	}
	return general;
}

static enum link_use choose_use(struct network *network, struct link *link)
{
	const struct params *params = network->params;
	bool is_bootif =
		!params->has_bootif || memcmp(params->bootif, link->mac, sizeof(link->mac)) == 0;
	bool named;

	if (link->is_vlan && !find_vlan(params, link->name))
		return LINK_IGNORED;
	link->ip = choose_ip(network, link, &named);
	if (named && link->ip->method != IP_OFF)
		return LINK_CONFIGURED; /* asked for by name: BOOTIF= does not rule it out */
	if (carries_vlan(params, link))
		return LINK_CARRIER_OF;
	if (named || !is_bootif)
		return LINK_IGNORED;
	if (params->ip_count && (!link->ip || link->ip->method == IP_OFF))
		return LINK_IGNORED;
	return LINK_CONFIGURED;
}

static bool static_address_is_taken(const struct network *network, const struct ip_param *ip)
{
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++)
		if (network->nics[i].bound && network->nics[i].link.ip == ip)
			return true;
	return false;
}

static void tell(struct network *network, enum stage stage, const struct fault *fault)
{
	report_fault(network->report, stage, fault);
}

static void take_lease(struct network *network, struct nic *nic, const struct lease *lease,
		       bool from_dhcp)
{
	struct fault fault = { 0 };

	nic->lease = *lease;
	nic->from_dhcp = from_dhcp;
	if (lease->mtu && lease->mtu != nic->link.mtu)
		nic->mtu_until_us = monotonic_us() + MTU_CHANGE_US;
	if (link_configure(&nic->link, &nic->lease, &fault) < 0) {
		tell(network, STAGE_LEASE, &fault);
		if (from_dhcp)
			dhcp_discard(&nic->dhcp);
		return;
	}
	if (fault.error)
		tell(network, STAGE_LEASE, &fault);
	nic->bound = true;
	nic->bound_us = monotonic_us();
}

static void drop_lease(struct network *network, struct nic *nic)
{
	struct fault fault;

	if (nic->bound && link_unconfigure(&nic->link, &nic->lease, &fault) < 0)
		tell(network, STAGE_LEASE, &fault);
	nic->bound = false;
}

static void start_static(struct network *network, struct nic *nic)
{
	struct lease lease = nic->link.ip->fixed;

	if (static_address_is_taken(network, nic->link.ip))
		return;
	if (!network->judge(network->judge_context, &nic->link, &lease, &network->refusal)) {
		tell(network, STAGE_LEASE, &network->refusal);
		return;
	}
	take_lease(network, nic, &lease, false);
}

static void start_addressing(struct network *network, struct nic *nic)
{
	struct fault fault;

	report_begin(network->report, STAGE_LEASE);
	if (nic->link.ip && nic->link.ip->method == IP_STATIC) {
		if (!nic->bound)
			start_static(network, nic);
		return;
	}
	if (nic->dhcp.state != DHCP_STOPPED)
		return;
	if (dhcp_start(&nic->dhcp, &nic->link, &fault) < 0)
		tell(network, STAGE_LEASE, &fault);
}

static void add_vlans(struct network *network, struct nic *parent)
{
	const struct params *params = network->params;
	struct fault fault;
	unsigned int i;

	for (i = 0; i < params->vlan_count; i++) {
		if (!network_vlan_is_on(&params->vlan[i], &parent->link) ||
		    find_nic_by_name(network, params->vlan[i].name))
			continue;
		if (link_add_vlan(&params->vlan[i], parent->link.index, &fault) == 0)
			continue;
		/* Its module may still be on its way: tried again with each driver that is loaded.
		 */
		network->vlans_missing = true;
		report_debug(network->report, "link: VLAN %s has to wait", params->vlan[i].name);
	}
}

void network_driver_loaded(struct network *network)
{
	unsigned int i;

	if (!network->vlans_missing)
		return;
	network->vlans_missing = false;
	for (i = 0; i < LINKS_MAX; i++)
		if (network->nics[i].link.carrier)
			add_vlans(network, &network->nics[i]);
}

static void carrier_came(struct network *network, struct nic *nic)
{
	report_debug(network->report, "link: %s has carrier", nic->link.name);
	if (carries_vlan(network->params, &nic->link))
		add_vlans(network, nic);
	if (nic->link.use == LINK_CONFIGURED)
		start_addressing(network, nic);
}

static void carrier_went(struct network *network, struct nic *nic)
{
	if (monotonic_us() < nic->mtu_until_us)
		return;
	if (nic->link.use == LINK_CONFIGURED)
		report_line("link: %s lost carrier", nic->link.name);
	/* The cable may come back elsewhere, so a lease from DHCP has to be asked for anew. */
	if (nic->dhcp.state != DHCP_STOPPED) {
		dhcp_stop(&nic->dhcp);
		drop_lease(network, nic);
	}
}

static void bring_up(struct network *network, struct nic *nic)
{
	struct fault fault;

	if (nic->link.use == LINK_IGNORED || nic->link.up || nic->broken)
		return;
	if (link_set_up(nic->link.name, nic->link.index, true, &fault) < 0) {
		nic->broken = true;
		tell(network, STAGE_LINK, &fault);
	}
}

static struct nic *new_nic(struct network *network, const struct link *link)
{
	struct nic *nic = find_nic(network, 0);

	if (!nic)
		return NULL; /* more interfaces than LINKS_MAX: the rest is left alone */
	memset(nic, 0, sizeof(*nic));
	nic->link = *link;
	nic->link.carrier = false; /* so that carrier_came() is called for it */
	nic->link.use = choose_use(network, &nic->link);
	dhcp_init(&nic->dhcp, network->host_name, network->judge, network->judge_context);
	network->link_count++;
	return nic;
}

static void remove_nic(struct network *network, struct nic *nic)
{
	report_line("link: %s disappeared", nic->link.name);
	dhcp_stop(&nic->dhcp);
	memset(nic, 0, sizeof(*nic));
	nic->dhcp.socket = -1;
	nic->dhcp.arp_socket = -1;
	(void)network;
}

static void handle_link(void *context, const struct link_event *event)
{
	struct network *network = context;
	struct nic *nic = find_nic(network, event->link.index);
	bool had_carrier;

	if (event->removed) {
		if (nic)
			remove_nic(network, nic);
		return;
	}
	if (!nic && (!event->ethernet || !(nic = new_nic(network, &event->link))))
		return;
	had_carrier = nic->link.carrier;
	memcpy(nic->link.name, event->link.name, sizeof(nic->link.name));
	nic->link.up = event->link.up;
	nic->link.mtu = event->link.mtu;
	nic->link.carrier = event->link.carrier;
	bring_up(network, nic);
	if (nic->link.carrier && !had_carrier)
		carrier_came(network, nic);
	else if (!nic->link.carrier && had_carrier)
		carrier_went(network, nic);
}

static void handle_dhcp(struct network *network, struct nic *nic, enum dhcp_event event,
			const struct fault *fault)
{
	struct lease *lease = &nic->dhcp.lease;

	switch (event) {
	case DHCP_GOT_LEASE:
		if (nic->dhcp.ignored.error)
			tell(network, STAGE_LEASE, &nic->dhcp.ignored);
		take_lease(network, nic, lease, true);
		break;
	case DHCP_EXTENDED:
		nic->lease = *lease;
		break;
	case DHCP_LOST_LEASE:
		drop_lease(network, nic);
		tell(network, STAGE_LEASE, fault);
		break;
	case DHCP_TROUBLE:
		tell(network, STAGE_LEASE, fault);
		break;
	case DHCP_NOTHING:
		break;
	}
}

unsigned int network_poll(const struct network *network, struct pollfd *fds)
{
	unsigned int count = 0, i;

	fds[count++] = (struct pollfd){ network->netlink, POLLIN, 0 };
	for (i = 0; i < LINKS_MAX; i++) {
		const struct nic *nic = &network->nics[i];

		if (!nic->link.index)
			continue;
		if (nic->dhcp.socket >= 0)
			fds[count++] = (struct pollfd){ nic->dhcp.socket, POLLIN, 0 };
		if (nic->dhcp.arp_socket >= 0)
			fds[count++] = (struct pollfd){ nic->dhcp.arp_socket, POLLIN, 0 };
	}
	return count;
}

uint64_t network_deadline(const struct network *network)
{
	uint64_t deadline_us = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++)
		if (network->nics[i].link.index && network->nics[i].dhcp.state != DHCP_STOPPED &&
		    network->nics[i].dhcp.deadline_us < deadline_us)
			deadline_us = network->nics[i].dhcp.deadline_us;
	return deadline_us;
}

static bool is_ready(const struct pollfd *fds, unsigned int count, int fd)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (fd >= 0 && fds[i].fd == fd)
			return fds[i].revents != 0;
	return false;
}

static void handle_nic(struct network *network, struct nic *nic, const struct pollfd *fds,
		       unsigned int count)
{
	struct fault fault = { 0 };

	if (is_ready(fds, count, nic->dhcp.socket))
		handle_dhcp(network, nic, dhcp_packet(&nic->dhcp, &nic->link, &fault), &fault);
	if (is_ready(fds, count, nic->dhcp.arp_socket))
		handle_dhcp(network, nic, dhcp_arp(&nic->dhcp, &nic->link, &fault), &fault);
	if (nic->dhcp.state != DHCP_STOPPED && nic->dhcp.deadline_us <= monotonic_us())
		handle_dhcp(network, nic, dhcp_timer(&nic->dhcp, &nic->link, &fault), &fault);
}

void network_handle(struct network *network, const struct pollfd *fds, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++)
		if (network->nics[i].link.index)
			handle_nic(network, &network->nics[i], fds, count);
	if (is_ready(fds, count, network->netlink))
		(void)link_read(network->netlink, handle_link, network);
}

struct nic *network_next_bound(struct network *network, const struct nic *previous)
{
	uint64_t behind_us = previous && previous->bound ? previous->bound_us : 0;
	struct nic *first = NULL, *next = NULL;
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++) {
		struct nic *nic = &network->nics[i];

		if (!nic->link.index || !nic->bound)
			continue;
		if (!first || nic->bound_us < first->bound_us)
			first = nic;
		if (nic->bound_us > behind_us && (!next || nic->bound_us < next->bound_us))
			next = nic;
	}
	return next ? next : first;
}

struct nic *network_find_address(struct network *network, uint32_t address)
{
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++) {
		struct nic *nic = &network->nics[i];

		if (nic->link.index && nic->bound && nic->lease.address == address)
			return nic;
	}
	return NULL;
}

bool network_has_carrier(const struct network *network)
{
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++)
		if (network->nics[i].link.index && network->nics[i].link.carrier &&
		    network->nics[i].link.use == LINK_CONFIGURED)
			return true;
	return false;
}

/* "8086:100e, 10ec:8168": network controllers on PCI that no driver has taken. */
static void list_driverless(char *list, size_t list_bytes)
{
	DIR *directory = opendir("/sys/bus/pci/devices");
	struct dirent *entry;

	list[0] = '\0';
	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		char path[320], class[16], vendor[16], device[16];

		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/class", entry->d_name);
		if (file_read(path, class, sizeof(class)) < 0 || strncmp(class, "0x02", 4) != 0)
			continue;
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", entry->d_name);
		if (access(path, F_OK) == 0)
			continue;
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vendor", entry->d_name);
		if (file_read(path, vendor, sizeof(vendor)) < 6)
			continue;
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/device", entry->d_name);
		if (file_read(path, device, sizeof(device)) < 6)
			continue;
		snprintf(list + strlen(list), list_bytes - strlen(list), "%sPCI %.4s:%.4s",
			 list[0] ? ", " : "", vendor + 2, device + 2);
	}
	closedir(directory);
}

static void explain_missing_links(struct fault *fault)
{
	char driverless[96];

	list_driverless(driverless, sizeof(driverless));
	fault_set(
		fault, ENODEV, "find a network interface", driverless,
		driverless[0]
			? "the initrd lacks this card's driver: build it with `--drivers auto` or name it"
			: "the machine shows no network card that a driver here would take");
}

/* The links that should come up, by name, and whether all of them were refused. */
static unsigned int list_links(const struct network *network, char *list, size_t list_bytes)
{
	unsigned int count = 0, i;

	list[0] = '\0';
	for (i = 0; i < LINKS_MAX; i++) {
		const struct link *link = &network->nics[i].link;

		if (!link->index || link->use == LINK_IGNORED)
			continue;
		snprintf(list + strlen(list), list_bytes - strlen(list), "%s%s", count ? ", " : "",
			 link->name);
		count++;
	}
	return count;
}

void network_explain(const struct network *network, bool drivers_settled, struct fault *fault)
{
	char links[sizeof(fault->peer)];

	if (network->link_count == 0 && !drivers_settled)
		fault_set(fault, EINPROGRESS, "load the network drivers", "", NULL);
	else if (network->link_count == 0)
		explain_missing_links(fault);
	else if (list_links(network, links, sizeof(links)) == 0)
		fault_set(fault, ENODEV, "find the network interface that the parameters ask for",
			  "", "no interface matches BOOTIF= or ip=: compare their MACs and names");
	else if (network->vlans_missing)
		fault_set(fault, EOPNOTSUPP, "make the VLAN interface", links,
			  "the initrd needs `--with vlan`");
	else if (!network_has_carrier(network))
		fault_set(fault, ENETDOWN, "wait for carrier", links,
			  "check the cable and the switch port");
	else if (network->refusal.error)
		*fault = network->refusal;
	else
		fault_set(fault, ETIMEDOUT, "wait for an address", links, NULL);
}

void network_close(struct network *network)
{
	unsigned int i;

	for (i = 0; i < LINKS_MAX; i++)
		if (network->nics[i].link.index)
			dhcp_stop(&network->nics[i].dhcp);
	close(network->netlink);
}
