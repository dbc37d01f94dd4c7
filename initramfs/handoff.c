// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tell the second stage what the init has set up, so that nothing is set up twice or torn down.
 *
 * Everything lies below /run, which moves into the root: the root itself may be read-only and
 * shared by every node. Values come from the network and some of the files are read by shells, so
 * every value is quoted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handoff.h"
#include "nfs.h"
#include "report.h"
#include "sys.h"
#include "value.h"

#define RESOLV_CONF	   RUN_DIRECTORY "/resolv.conf"
#define HOST_NAME	   RUN_DIRECTORY "/hostname"
#define NETWORKD_DIRECTORY "/run/systemd/network"

/* The largest of the files: the lease with every route and name at its longest. */
#define FILE_BYTES 8192

struct text {
	char bytes[FILE_BYTES];
	size_t length;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
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
static void add_quoted(struct text *text, const char *name, const char *value)
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

static void add_address(struct text *text, const char *name, uint32_t address)
{
	char buffer[16];

	add(text, "%s='%s'\n", name, value_ipv4_text(address, buffer));
}

static void add_number(struct text *text, const char *name, uint32_t number)
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

static const char *mac_text(const uint8_t mac[6], char buffer[static 18])
{
	snprintf(buffer, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return buffer;
}

static int write_text(const struct text *text, const char *path, struct fault *fault)
{
	int error = file_write(path, text->bytes);

	return error < 0 ? fault_set(fault, error, "write for the second stage", path, NULL) : 0;
}

static void add_lease_routes(struct text *text, const struct lease *lease)
{
	char destination[16], gateway[16];
	unsigned int i;

	add(text, "ROUTES='");
	for (i = 0; i < lease->route_count; i++)
		add(text, "%s%s/%u via %s", i ? ", " : "",
		    value_ipv4_text(lease->routes[i].destination, destination),
		    lease->routes[i].prefix_bits,
		    value_ipv4_text(lease->routes[i].gateway, gateway));
	add(text, "'\n");
}

/* /run/wireroot/lease: everything known, in names of our own. */
static int write_lease(const struct handoff *handoff, struct fault *fault)
{
	const struct nic *nic = handoff->nic;
	const struct lease *lease = &nic->lease;
	struct text text = { .length = 0 };
	char mac[18], name[8];
	unsigned int i;

	add_quoted(&text, "INTERFACE", nic->link.name);
	add_quoted(&text, "MAC", mac_text(nic->link.mac, mac));
	add_quoted(&text, "METHOD", nic->from_dhcp ? "dhcp" : "static");
	add_address(&text, "ADDRESS", lease->address);
	add_number(&text, "PREFIX_BITS", netmask_bits(lease->netmask));
	add_address(&text, "DHCP_SERVER", lease->server_id);
	add_number(&text, "LEASE_SECONDS", lease->lease_s);
	add_number(&text, "T1_SECONDS", lease->t1_s);
	add_number(&text, "T2_SECONDS", lease->t2_s);
	add_number(&text, "MTU", lease->mtu);
	/* When the lease's time began, on the clock of /proc/uptime. */
	add_number(&text, "BOUND_AT_UPTIME_SECONDS",
		   (uint32_t)((nic->from_dhcp ? nic->dhcp.bound_us : nic->bound_us) / 1000000));
	add_lease_routes(&text, lease);
	for (i = 0; i < LEASE_SERVERS_MAX && lease->dns[i]; i++) {
		snprintf(name, sizeof(name), "DNS%u", i);
		add_address(&text, name, lease->dns[i]);
	}
	for (i = 0; i < LEASE_SERVERS_MAX && lease->ntp[i]; i++) {
		snprintf(name, sizeof(name), "NTP%u", i);
		add_address(&text, name, lease->ntp[i]);
	}
	add_quoted(&text, "DOMAIN", lease->domain);
	add_quoted(&text, "SEARCH", lease->search);
	add_quoted(&text, "HOST_NAME", handoff->host_name);
	add_address(&text, "ROOT_SERVER", handoff->result->server);
	add_quoted(&text, "ROOT_PATH", handoff->root->path);
	add_quoted(&text, "NFS_VERSION", nfs_version_name(handoff->result->version));
	return write_text(&text, RUN_DIRECTORY "/lease", fault);
}

/* /run/net-IFACE.conf: klibc ipconfig's names, which initramfs-tools' users and cloud-init read. */
static int write_net_conf(const struct handoff *handoff, struct fault *fault)
{
	const struct nic *nic = handoff->nic;
	const struct lease *lease = &nic->lease;
	struct text text = { .length = 0 };
	char path[64];

	add_quoted(&text, "DEVICE", nic->link.name);
	add_quoted(&text, "PROTO", nic->from_dhcp ? "dhcp" : "none");
	add_address(&text, "IPV4ADDR", lease->address);
	add_address(&text, "IPV4BROADCAST", broadcast_of(lease));
	add_address(&text, "IPV4NETMASK", lease->netmask);
	add_address(&text, "IPV4GATEWAY", gateway_of(lease));
	add_address(&text, "IPV4DNS0", lease->dns[0]);
	add_address(&text, "IPV4DNS1", lease->dns[1]);
	add_quoted(&text, "HOSTNAME", handoff->host_name);
	add_quoted(&text, "DNSDOMAIN", lease->domain);
	add_quoted(&text, "NISDOMAIN", "");
	add_address(&text, "ROOTSERVER", handoff->result->server);
	add_quoted(&text, "ROOTPATH", handoff->root->path);
	add_quoted(&text, "filename", lease->boot_file);
	add_number(&text, "UPTIME", (uint32_t)(monotonic_us() / 1000000));
	add_number(&text, "DHCPLEASETIME", lease->lease_s);
	add_quoted(&text, "DOMAINSEARCH", lease->search);
	snprintf(path, sizeof(path), "/run/net-%s.conf", nic->link.name);
	return write_text(&text, path, fault);
}

static int write_resolv_conf(const struct lease *lease, struct fault *fault)
{
	struct text text = { .length = 0 };
	char address[16];
	unsigned int i;

	add(&text, "# From the boot's lease, by wireroot-init(8)\n");
	if (lease->search[0] || lease->domain[0])
		add(&text, "search %s\n", lease->search[0] ? lease->search : lease->domain);
	for (i = 0; i < LEASE_SERVERS_MAX && lease->dns[i]; i++)
		add(&text, "nameserver %s\n", value_ipv4_text(lease->dns[i], address));
	return write_text(&text, RESOLV_CONF, fault);
}

static void add_static_network(struct text *text, const struct lease *lease)
{
	char address[16], destination[16];
	unsigned int i;

	add(text, "Address=%s/%u\n", value_ipv4_text(lease->address, address),
	    netmask_bits(lease->netmask));
	for (i = 0; i < LEASE_SERVERS_MAX && lease->dns[i]; i++)
		add(text, "DNS=%s\n", value_ipv4_text(lease->dns[i], address));
	for (i = 0; i < LEASE_SERVERS_MAX && lease->ntp[i]; i++)
		add(text, "NTP=%s\n", value_ipv4_text(lease->ntp[i], address));
	for (i = 0; i < lease->route_count; i++)
		add(text, "\n[Route]\nDestination=%s/%u\nGateway=%s\n",
		    value_ipv4_text(lease->routes[i].destination, destination),
		    lease->routes[i].prefix_bits,
		    value_ipv4_text(lease->routes[i].gateway, address));
}

/*
 * The boot link for systemd-networkd: keep what is there whatever happens, and go on renewing the
 * lease with the client identifier that it was given for. systemd.network(5).
 * The name may change when udev renames the link, the MAC does not; a VLAN has its parent's.
 */
static int write_network_file(const struct handoff *handoff, struct fault *fault)
{
	const struct nic *nic = handoff->nic;
	struct text text = { .length = 0 };
	char mac[18], path[80];

	add(&text,
	    "# The boot link, by wireroot-init(8): the root file system is behind it\n[Match]\n");
	if (nic->link.is_vlan)
		add(&text, "Name=%s\nKind=vlan\n", nic->link.name);
	else
		add(&text, "MACAddress=%s\nType=ether\nKind=!*\n", mac_text(nic->link.mac, mac));
	add(&text, "\n[Network]\nKeepConfiguration=yes\nIgnoreCarrierLoss=yes\n"
		   "ConfigureWithoutCarrier=yes\n");
	if (nic->from_dhcp)
		add(&text, "DHCP=ipv4\n\n[DHCPv4]\nClientIdentifier=mac\nSendRelease=no\n"
			   "UseHostname=no\nUseMTU=yes\n");
	else
		add_static_network(&text, &nic->lease);
	snprintf(path, sizeof(path), NETWORKD_DIRECTORY "/05-wireroot-%s.network", nic->link.name);
	return write_text(&text, path, fault);
}

/* What carries the boot VLAN must stay up, and needs no address. */
static int write_parent_file(const struct link *parent, struct fault *fault)
{
	struct text text = { .length = 0 };
	char mac[18], path[80];

	add(&text,
	    "# Carries the boot VLAN, by wireroot-init(8)\n"
	    "[Match]\nMACAddress=%s\nType=ether\nKind=!*\n\n[Link]\nUnmanaged=yes\n",
	    mac_text(parent->mac, mac));
	snprintf(path, sizeof(path), NETWORKD_DIRECTORY "/05-wireroot-%s.network", parent->name);
	return write_text(&text, path, fault);
}

/*
 * From 6.2 on the kernel lets udev rename a link that is up, before that it does not: keep the name
 * that the files here were written for, and let the predictable one be a second name.
 */
static int write_link_file(const struct link *link, struct fault *fault)
{
	struct text text = { .length = 0 };
	char mac[18], path[80];

	if (link->is_vlan)
		return 0;
	add(&text,
	    "# The boot link keeps its name, by wireroot-init(8)\n"
	    "[Match]\nMACAddress=%s\nType=ether\nKind=!*\n\n"
	    "[Link]\nName=%s\nAlternativeNamesPolicy=database onboard slot path mac\n",
	    mac_text(link->mac, mac), link->name);
	snprintf(path, sizeof(path), NETWORKD_DIRECTORY "/05-wireroot-%s.link", link->name);
	return write_text(&text, path, fault);
}

static int write_networkd(const struct handoff *handoff, struct fault *fault)
{
	int error = make_directories(NETWORKD_DIRECTORY, 0755);

	if (error < 0)
		return fault_set(fault, error, "make a directory", NETWORKD_DIRECTORY, NULL);
	error = write_network_file(handoff, fault);
	if (error == 0)
		error = write_link_file(&handoff->nic->link, fault);
	if (error == 0 && handoff->parent)
		error = write_parent_file(handoff->parent, fault);
	if (error == 0 && handoff->parent)
		error = write_link_file(handoff->parent, fault);
	return error;
}

/* Whether a resolv.conf names a server already. */
static bool names_server(const char *path)
{
	char content[4096];
	const char *line;

	if (file_read(path, content, sizeof(content)) <= 0)
		return false;
	/* The keyword begins its line (resolv.conf(5)); in comments the word often stands, too. */
	for (line = content; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, "nameserver", strlen("nameserver")) == 0)
			return true;
	return false;
}

/*
 * Lay @file over the root's @path, by a bind mount, since the root may be shared and read-only.
 * Only a regular file is covered: a symbolic link means that a service of the image looks after it.
 */
static int lay_over(const struct handoff *handoff, const char *file, const char *path,
		    struct fault *fault)
{
	char target[96];
	struct stat status;

	snprintf(target, sizeof(target), "%s%s", handoff->root_directory, path);
	if (lstat(target, &status) < 0 || !S_ISREG(status.st_mode))
		return 0;
	if (mount(file, target, NULL, MS_BIND, NULL) < 0)
		return fault_set(fault, errno, "lay our file over the root's", path, NULL);
	return 0;
}

static int hand_over_names(const struct handoff *handoff, struct fault *fault)
{
	const struct lease *lease = &handoff->nic->lease;
	struct text text = { .length = 0 };
	char resolv_conf[96];
	int error;

	add(&text, "%s\n", handoff->host_name);
	error = write_text(&text, HOST_NAME, fault);
	if (error == 0)
		error = lay_over(handoff, HOST_NAME, "/etc/hostname", fault);
	if (error < 0)
		return error;
	snprintf(resolv_conf, sizeof(resolv_conf), "%s/etc/resolv.conf", handoff->root_directory);
	if (!lease->dns[0] || names_server(resolv_conf))
		return 0;
	return lay_over(handoff, RESOLV_CONF, "/etc/resolv.conf", fault);
}

int handoff_write(const struct handoff *handoff, struct fault *fault)
{
	struct fault later;
	int error = write_lease(handoff, fault);

	/* Each is of use without the others: the first failure is told, the rest is written. */
	if (write_net_conf(handoff, error ? &later : fault) < 0)
		error = -EIO;
	if (write_resolv_conf(&handoff->nic->lease, error ? &later : fault) < 0)
		error = -EIO;
	if (write_networkd(handoff, error ? &later : fault) < 0)
		error = -EIO;
	if (hand_over_names(handoff, error ? &later : fault) < 0)
		error = -EIO;
	return error;
}
