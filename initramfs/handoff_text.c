// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the second stage is told, as text; handoff_text.h has the contract.
 *
 * Values come from the network and some of the files are read by shells, so every value is quoted.
 */
#include "handoff_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

static void add(struct handoff_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void add(struct handoff_text *text, const char *format, ...)
{
	size_t room = sizeof(text->bytes) - text->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->bytes + text->length, room, format, arguments);
	va_end(arguments);
	text->length += (size_t)length < room ? (size_t)length : room - 1;
}

/* NAME='value' for a shell: a quote within is closed, escaped and opened again. */
static void add_quoted(struct handoff_text *text, const char *name, const char *value)
{
	add(text, "%s='", name);
	for (; *value; value++) {
		if (*value == '\'')
			add(text, "'\\''");
		else
			add(text, "%c", *value);
	}
	add(text, "'\n");
}

static void add_address(struct handoff_text *text, const char *name, uint32_t address)
{
	char buffer[IPV4_TEXT_BYTES];

	add(text, "%s='%s'\n", name, value_ipv4_text(address, buffer));
}

static void add_numbered(struct handoff_text *text, const char *name, const uint32_t *servers)
{
	char numbered[8];
	unsigned int i;

	for (i = 0; i < LEASE_SERVERS_MAX && servers[i]; i++) {
		snprintf(numbered, sizeof(numbered), "%s%u", name, i);
		add_address(text, numbered, servers[i]);
	}
}

/* One line for each: PREFIX and the address. */
static void add_servers(struct handoff_text *text, const char *prefix, const uint32_t *servers)
{
	char address[IPV4_TEXT_BYTES];
	unsigned int i;

	for (i = 0; i < LEASE_SERVERS_MAX && servers[i]; i++)
		add(text, "%s%s\n", prefix, value_ipv4_text(servers[i], address));
}

static void add_number(struct handoff_text *text, const char *name, uint32_t number)
{
	add(text, "%s='%u'\n", name, number);
}

static uint32_t gateway_of(const struct lease *lease)
{
	unsigned int i;

	for (i = 0; i < lease->route_count; i++)
		if (lease->routes[i].prefix_bits == 0)
			return lease->routes[i].gateway;
	return 0;
}

static uint32_t broadcast_of(const struct lease *lease)
{
	return lease->broadcast ? lease->broadcast : lease->address | ~lease->netmask;
}

static void add_lease_routes(struct handoff_text *text, const struct lease *lease)
{
	char destination[IPV4_TEXT_BYTES], gateway[IPV4_TEXT_BYTES];
	unsigned int i;

	add(text, "ROUTES='");
	for (i = 0; i < lease->route_count; i++)
		add(text, "%s%s/%u via %s", i ? ", " : "",
		    value_ipv4_text(lease->routes[i].destination, destination),
		    lease->routes[i].prefix_bits,
		    value_ipv4_text(lease->routes[i].gateway, gateway));
	add(text, "'\n");
}

void handoff_lease(const struct handoff *handoff, struct handoff_text *text)
{
	const struct nic *nic = handoff->nic;
	const struct lease *lease = &nic->lease;
	char mac[MAC_TEXT_BYTES];

	add_quoted(text, "INTERFACE", nic->link.name);
	add_quoted(text, "MAC", value_mac_text(nic->link.mac, mac));
	add_quoted(text, "METHOD", nic->from_dhcp ? "dhcp" : "static");
	add_address(text, "ADDRESS", lease->address);
	add_number(text, "PREFIX_BITS", netmask_bits(lease->netmask));
	add_address(text, "DHCP_SERVER", lease->server_id);
	add_number(text, "LEASE_SECONDS", lease->lease_s);
	add_number(text, "T1_SECONDS", lease->t1_s);
	add_number(text, "T2_SECONDS", lease->t2_s);
	add_number(text, "MTU", lease->mtu);
	/* When the lease's time began, on the clock of /proc/uptime. */
	add_number(text, "BOUND_AT_UPTIME_SECONDS",
		   (uint32_t)((nic->from_dhcp ? nic->dhcp.bound_us : nic->bound_us) / 1000000));
	add_lease_routes(text, lease);
	add_numbered(text, "DNS", lease->dns);
	add_numbered(text, "NTP", lease->ntp);
	add_quoted(text, "DOMAIN", lease->domain);
	add_quoted(text, "SEARCH", lease->search);
	add_quoted(text, "HOST_NAME", handoff->host_name);
	add_address(text, "ROOT_SERVER", handoff->result->server);
	add_quoted(text, "ROOT_PATH", handoff->root->path);
	if (!handoff->root->iscsi)
		add_quoted(text, "NFS_VERSION", nfs_version_name(handoff->result->version));
}

void handoff_net_conf(const struct handoff *handoff, uint64_t now_us, struct handoff_text *text)
{
	const struct nic *nic = handoff->nic;
	const struct lease *lease = &nic->lease;

	add_quoted(text, "DEVICE", nic->link.name);
	add_quoted(text, "PROTO", nic->from_dhcp ? "dhcp" : "none");
	add_address(text, "IPV4ADDR", lease->address);
	add_address(text, "IPV4BROADCAST", broadcast_of(lease));
	add_address(text, "IPV4NETMASK", lease->netmask);
	add_address(text, "IPV4GATEWAY", gateway_of(lease));
	add_address(text, "IPV4DNS0", lease->dns[0]);
	add_address(text, "IPV4DNS1", lease->dns[1]);
	add_quoted(text, "HOSTNAME", handoff->host_name);
	add_quoted(text, "DNSDOMAIN", lease->domain);
	add_quoted(text, "NISDOMAIN", "");
	add_address(text, "ROOTSERVER", handoff->result->server);
	add_quoted(text, "ROOTPATH", handoff->root->path);
	add_quoted(text, "filename", lease->boot_file);
	add_number(text, "UPTIME", (uint32_t)(now_us / 1000000));
	add_number(text, "DHCPLEASETIME", lease->lease_s);
	add_quoted(text, "DOMAINSEARCH", lease->search);
}

void handoff_resolv_conf(const struct lease *lease, struct handoff_text *text)
{
	add(text, "# From the boot's lease, by wireroot-init(8)\n");
	if (lease->search[0] || lease->domain[0])
		add(text, "search %s\n", lease->search[0] ? lease->search : lease->domain);
	add_servers(text, "nameserver ", lease->dns);
}

static void add_route(struct handoff_text *text, const struct lease_route *route)
{
	char destination[IPV4_TEXT_BYTES], gateway[IPV4_TEXT_BYTES];

	add(text, "\n[Route]\nDestination=%s/%u\nGateway=%s\n",
	    value_ipv4_text(route->destination, destination), route->prefix_bits,
	    value_ipv4_text(route->gateway, gateway));
}

static void add_static_network(struct handoff_text *text, const struct lease *lease)
{
	char address[IPV4_TEXT_BYTES];
	unsigned int i;

	add(text, "Address=%s/%u\n", value_ipv4_text(lease->address, address),
	    netmask_bits(lease->netmask));
	add_servers(text, "DNS=", lease->dns);
	add_servers(text, "NTP=", lease->ntp);
	for (i = 0; i < lease->route_count; i++)
		add_route(text, &lease->routes[i]);
}

/*
 * Go on renewing the lease with the client identifier that it was given for. What the parameters
 * state (@stated) outranks the lease here as it did in the init: networkd asks for the lease anew.
 */
static void add_dhcp_network(struct handoff_text *text, const struct lease *stated,
			     const uint32_t *nameservers)
{
	const uint32_t *dns = stated->dns[0] ? stated->dns : nameservers;

	add_servers(text, "DNS=", dns);
	add_servers(text, "NTP=", stated->ntp);
	add(text, "DHCP=ipv4\n\n[DHCPv4]\nClientIdentifier=mac\nSendRelease=no\nUseHostname=no\n");
	add(text, "UseMTU=%s\n", stated->mtu ? "no" : "yes");
	if (dns[0])
		add(text, "UseDNS=no\n");
	if (stated->ntp[0])
		add(text, "UseNTP=no\n");
	if (!stated->route_count)
		return;
	add(text, "UseGateway=no\n");
	add_route(text, &stated->routes[0]);
}

/*
 * Keep what is there whatever happens. The name may change when udev renames the link, the MAC does
 * not; a VLAN has its parent's. systemd.network(5).
 */
void handoff_network_file(const struct handoff *handoff, struct handoff_text *text)
{
	static const struct lease nothing;
	const struct nic *nic = handoff->nic;
	const struct lease *stated = nic->link.ip ? &nic->link.ip->fixed : &nothing;
	char mac[MAC_TEXT_BYTES];

	add(text,
	    "# The boot link, by wireroot-init(8): the root file system is behind it\n[Match]\n");
	if (nic->link.is_vlan)
		add(text, "Name=%s\nKind=vlan\n", nic->link.name);
	else
		add(text, "MACAddress=%s\nType=ether\nKind=!*\n",
		    value_mac_text(nic->link.mac, mac));
	if (stated->mtu)
		add(text, "\n[Link]\nMTUBytes=%u\n", stated->mtu);
	add(text, "\n[Network]\nKeepConfiguration=yes\nIgnoreCarrierLoss=yes\n"
		  "ConfigureWithoutCarrier=yes\n");
	if (nic->from_dhcp)
		add_dhcp_network(text, stated, handoff->nameservers);
	else
		add_static_network(text, &nic->lease);
}

void handoff_parent_file(const struct link *parent, struct handoff_text *text)
{
	char mac[MAC_TEXT_BYTES];

	add(text,
	    "# Carries the boot VLAN, by wireroot-init(8)\n"
	    "[Match]\nMACAddress=%s\nType=ether\nKind=!*\n\n[Link]\nUnmanaged=yes\n",
	    value_mac_text(parent->mac, mac));
}

void handoff_link_file(const struct link *link, struct handoff_text *text)
{
	char mac[MAC_TEXT_BYTES];

	add(text,
	    "# The boot link keeps its name, by wireroot-init(8)\n"
	    "[Match]\nMACAddress=%s\nType=ether\nKind=!*\n\n"
	    "[Link]\nName=%s\nAlternativeNamesPolicy=database onboard slot path mac\n",
	    value_mac_text(link->mac, mac), link->name);
}
