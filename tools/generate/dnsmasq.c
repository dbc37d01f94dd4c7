// SPDX-License-Identifier: GPL-2.0-only
/*
 * dnsmasq's configuration on each boot server: what to answer machines that boot (dnsmasq.conf),
 * and who the nodes are (dhcp-hosts and hosts, which dnsmasq reads again on SIGHUP).
 *
 * It is a drop-in beside the administrator's own configuration, so that it says nothing of what is
 * not ours: no DNS forwarding, no user, no log.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <stdio.h>

#include "initramfs/value.h"

static void add_addresses(struct text *text, const uint32_t *addresses, size_t count)
{
	char address[IPV4_TEXT_BYTES];

	for (size_t i = 0; i < count; i++)
		text_printf(text, ",%s", value_ipv4_text(addresses[i], address));
	text_add(text, "\n");
}

/*
 * Does @server answer machines on @network that nobody knows? One of several boot servers does, so
 * that no two give out the same addresses.
 */
static bool welcomes_unknown(const struct generator *generator, const struct cluster_server *server,
			     const struct cluster_network *network)
{
	const struct cluster_server *other = generator->cluster->servers;

	for (; other < server; other++)
		if (generator_server_on(generator, other, network))
			return false;
	return network->range_first;
}

/*
 * Whom we answer with which addresses. A tag of the network's own selects its options below. The
 * range of another server's is for nodes of ours that have no address of their own.
 */
static void add_range(const struct generator *generator, struct text *text,
		      const struct cluster_server *server, const struct cluster_network *network)
{
	const char *known = welcomes_unknown(generator, server, network) ? "" : "tag:known,";
	char first[IPV4_TEXT_BYTES], last[IPV4_TEXT_BYTES] = "static", mask[IPV4_TEXT_BYTES];

	value_ipv4_text(output_netmask(network), mask);
	value_ipv4_text(network->subnet, first);
	if (network->dhcp == DHCP_PROXY) {
		text_printf(text, "dhcp-range=%sset:net-%s,%s,proxy,%s\n", known, network->name,
			    first, mask);
		return;
	}
	if (network->range_first) {
		value_ipv4_text(network->range_first, first);
		value_ipv4_text(network->range_last, last);
	}
	text_printf(text, "dhcp-range=%sset:net-%s,%s,%s,%s,%u\n", known, network->name, first,
		    last, mask, network->lease_s);
}

/*
 * dnsmasq would name itself as router and DNS server; an option without a value is not sent.
 * Encapsulated option 175.176 is iPXE's no-pxedhcp: it need not wait two seconds for a ProxyDHCP
 * server.
 */
static void add_options(struct text *text, const struct cluster_network *network)
{
	const char *name = network->name;

	text_printf(text, "dhcp-option=tag:net-%s,option:router", name);
	add_addresses(text, &network->gateway, network->gateway != 0);
	text_printf(text, "dhcp-option=tag:net-%s,option:dns-server", name);
	add_addresses(text, network->dns, network->dns_count);
	if (network->ntp_count) {
		text_printf(text, "dhcp-option=tag:net-%s,option:ntp-server", name);
		add_addresses(text, network->ntp, network->ntp_count);
	}
	if (network->mtu)
		text_printf(text, "dhcp-option=tag:net-%s,option:mtu,%u\n", name, network->mtu);
	text_printf(text, "dhcp-option=tag:net-%s,tag:ipxe,encap:175,176,1b\n", name);
}

/*
 * Where another server gives the addresses, PXE firmware asks for a service of its architecture.
 * iPXE finds none among these and takes dhcp-boot's file.
 */
static void add_services(const struct generator *generator, struct text *text,
			 const struct cluster_network *network)
{
	static const struct {
		const char *tags, *architecture, *file;
		int loader; /* or -1: whatever the node's */
	} services[] = {
		{ "tag:!pxelinux,", "x86PC", "undionly.kpxe", -1 },
		{ "tag:pxelinux,", "x86PC", "pxelinux.0", LOADER_PXELINUX },
		{ "tag:!grub,", "7", "snponly.efi", -1 },
		{ "tag:!grub,", "9", "snponly.efi", -1 },
		{ "tag:grub,", "7", "grubnetx64.efi", LOADER_GRUB },
		{ "tag:grub,", "9", "grubnetx64.efi", LOADER_GRUB },
	};

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (services[i].loader < 0 || generator->loaders >> services[i].loader & 1)
			text_printf(text, "pxe-service=tag:net-%s,tag:!ipxe,%s%s,\"Wireroot\",%s\n",
				    network->name, services[i].tags, services[i].architecture,
				    services[i].file);
}

static int add_network(const struct generator *generator, struct text *text,
		       const struct cluster_server *server, const struct cluster_network *network,
		       struct fault *fault)
{
	const char *domain = generator_domain(generator, network);
	char subnet[IPV4_TEXT_BYTES];

	if (output_check_name("network", network->name, fault) ||
	    (domain && output_check_name("domain", domain, fault)))
		return -fault->error;
	text_add(text, "\n");
	add_range(generator, text, server, network);
	if (network->dhcp == DHCP_PROXY) {
		add_services(generator, text, network);
		return 0;
	}
	if (domain)
		text_printf(text, "domain=%s,%s/%u\n", domain,
			    value_ipv4_text(network->subnet, subnet), network->prefix);
	add_options(text, network);
	return 0;
}

/*
 * Client architectures (option 93, RFC 4578 and IANA's list): 0 is a BIOS, as is a client that says
 * nothing of it; 7 and 9 are x86-64 UEFI, 16 is the same booting by HTTP. Of several dhcp-boot
 * lines that fit, the last one wins, so the one for iPXE must be last: else iPXE is told to load
 * iPXE for ever. A node that wants another loader gets it from iPXE in its firmware, too, unless
 * that loader is for the other kind of firmware.
 */
static void add_boot(const struct generator *generator, struct text *text,
		     const struct cluster_server *server, bool several)
{
	char url[OUTPUT_URL_BYTES], address[IPV4_TEXT_BYTES];

	output_url(server, url);
	text_add(text, "\n"
		       "dhcp-match=set:ipxe,175\n"
		       "dhcp-match=set:arch,option:client-arch\n"
		       "dhcp-match=set:bios,option:client-arch,0\n"
		       "dhcp-match=set:efi,option:client-arch,7\n"
		       "dhcp-match=set:efi,option:client-arch,9\n"
		       "dhcp-match=set:efi-http,option:client-arch,16\n"
		       "dhcp-option-force=tag:efi-http,option:vendor-class,HTTPClient\n"
		       "dhcp-boot=tag:!arch,undionly.kpxe\n"
		       "dhcp-boot=tag:bios,undionly.kpxe\n"
		       "dhcp-boot=tag:efi,snponly.efi\n");
	text_printf(text, "dhcp-boot=tag:efi-http,%s/ipxe/snponly.efi\n", url);
	if (generator->loaders >> LOADER_PXELINUX & 1)
		text_add(text, "tag-if=set:other-loader,tag:pxelinux,tag:bios\n"
			       "dhcp-boot=tag:pxelinux,tag:bios,pxelinux.0\n");
	if (generator->loaders >> LOADER_GRUB & 1)
		text_add(text, "tag-if=set:other-loader,tag:grub,tag:efi\n"
			       "dhcp-boot=tag:grub,tag:efi,grubnetx64.efi\n");
	if (generator->loaders & ~(1u << LOADER_IPXE))
		text_add(text, "dhcp-boot=tag:ipxe,tag:!other-loader,");
	else
		text_add(text, "dhcp-boot=tag:ipxe,");
	if (several)
		text_printf(text, "%s/boot/%s.ipxe", url, server->name);
	else
		text_printf(text, "%s/boot.ipxe", url);
	/* Older iPXEs, QEMU's ROMs among them, pass a ProxyDHCP offer over that names no server. */
	text_printf(text, ",,%s\n", value_ipv4_text(server->address, address));
}

/*
 * The interfaces to answer on. Once one is named, dnsmasq answers on no other, so that none is when
 * some network's is not known.
 */
static int add_interfaces(const struct generator *generator, struct text *text,
			  const struct cluster_server *server, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct text lines = { 0 };
	bool all = true;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->network_count; i++) {
		const char *interface = cluster->networks[i].interface;

		if (!generator_server_on(generator, server, &cluster->networks[i]))
			continue;
		all = all && interface;
		if (interface && !value_interface(interface))
			error = fault_set(fault, EINVAL, "generate: interface", interface, NULL);
		else if (interface)
			text_printf(&lines, "interface=%s\n", interface);
	}
	if (all)
		text_add(text, text_string(&lines));
	text_free(&lines);
	return error;
}

/*
 * Authority lets a node that comes with an address of its past be told at once. It must not go so
 * far as to refuse addresses that another boot server gave to machines that nobody knows.
 */
static void add_authority(const struct generator *generator, struct text *text,
			  const struct cluster_server *server)
{
	const struct cluster *cluster = generator->cluster;
	bool gives = false, welcomes = false, others = false;

	for (size_t i = 0; i < cluster->network_count; i++) {
		const struct cluster_network *network = &cluster->networks[i];

		if (!generator_server_on(generator, server, network))
			continue;
		gives |= network->dhcp == DHCP_SERVER;
		if (welcomes_unknown(generator, server, network))
			welcomes = true;
		else if (network->range_first)
			others = true;
	}
	if (gives)
		text_add(text, "\ndhcp-authoritative\n");
	if (gives && others && !welcomes)
		text_add(text, "dhcp-ignore=tag:!known\n");
}

static int add_networks(const struct generator *generator, struct text *text,
			const struct cluster_server *server, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = add_interfaces(generator, text, server, fault);

	for (size_t i = 0; !error && i < cluster->network_count; i++)
		if (generator_server_on(generator, server, &cluster->networks[i]))
			error = add_network(generator, text, server, &cluster->networks[i], fault);
	add_authority(generator, text, server);
	return error;
}

static int add_configuration(const struct generator *generator, struct file_set *set,
			     const struct cluster_server *server, bool several, struct fault *fault)
{
	const char *state = generator->options->state;
	struct text text = { 0 };
	int error = output_check_path("state directory", state, fault);

	text_add(&text, OUTPUT_COMMENT);
	text_add(&text, "enable-tftp\n");
	text_printf(&text, "tftp-root=%s/current/tftp\n", state);
	text_printf(&text, "dhcp-hostsfile=%s/current/servers/%s/dhcp-hosts\n", state,
		    server->name);
	text_printf(&text, "addn-hosts=%s/current/servers/%s/hosts\n", state, server->name);
	if (!error)
		error = add_networks(generator, &text, server, fault);
	add_boot(generator, &text, server, several);
	if (!error)
		return output_add(set, 0644, &text, fault, "servers/%s/dnsmasq.conf", server->name);
	text_free(&text);
	return error;
}

static const char *loader_tag(const struct cluster_node *node)
{
	switch (node->loader) {
	case LOADER_PXELINUX:
		return ",set:pxelinux";
	case LOADER_GRUB:
		return ",set:grub";
	default:
		return "";
	}
}

/* Another server's node must not get an address out of our range. */
static void add_host(struct text *text, const struct cluster_node *node, bool ours)
{
	char mac[MAC_TEXT_BYTES], address[IPV4_TEXT_BYTES];

	text_add(text, value_mac_text(node->mac, mac));
	if (!ours) {
		text_add(text, ",ignore\n");
		return;
	}
	text_add(text, loader_tag(node));
	/* A foreign server gives the address where we are a ProxyDHCP server only. */
	if (node->address && node->network->dhcp == DHCP_SERVER) {
		text_add(text, ",");
		text_add(text, value_ipv4_text(node->address, address));
	}
	text_add(text, ",");
	text_add(text, node->name);
	text_add(text, "\n");
}

static int add_hosts(const struct generator *generator, struct file_set *set,
		     const struct cluster_server *server, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct text text = { 0 };
	int error = 0;

	text_add(&text, OUTPUT_COMMENT);
	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (!node->has_mac || !generator_server_on(generator, server, node->network))
			continue;
		error = output_check_name("node", node->name, fault);
		add_host(&text, node, node->server == server);
	}
	if (!error)
		return output_add(set, 0644, &text, fault, "servers/%s/dhcp-hosts", server->name);
	text_free(&text);
	return error;
}

int generate_dnsmasq(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	bool several;
	int error = 0;

	generator_first_boot_server(generator, &several);
	for (size_t i = 0; !error && i < cluster->server_count; i++) {
		const struct cluster_server *server = &cluster->servers[i];

		if (!(server->roles & SERVER_BOOT))
			continue;
		error = output_check_name("server", server->name, fault);
		if (!error)
			error = add_configuration(generator, set, server, several, fault);
		if (!error)
			error = add_hosts(generator, set, server, fault);
	}
	return error;
}
