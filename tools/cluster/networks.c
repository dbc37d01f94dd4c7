// SPDX-License-Identifier: GPL-2.0-only
/* The networks of a definition, and which addresses belong in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/lease.h"
#include "initramfs/value.h"
#include "tools/cluster/loader.h"

static uint32_t mask_of(unsigned int prefix)
{
	return UINT32_MAX << (32 - prefix); /* 1 to 30 */
}

static uint32_t broadcast_of(const struct cluster_network *network)
{
	return network->subnet | ~mask_of(network->prefix);
}

bool network_contains(const struct cluster_network *network, uint32_t address)
{
	return network->prefix && (address & mask_of(network->prefix)) == network->subnet;
}

const struct cluster_network *network_at(const struct cluster *cluster, uint32_t address)
{
	for (size_t i = 0; i < cluster->network_count; i++)
		if (network_contains(&cluster->networks[i], address))
			return &cluster->networks[i];
	return NULL;
}

bool networks_are_usable(const struct loader *loader)
{
	const struct cluster *cluster = loader->cluster;

	if (!cluster->network_count || loader->networks_left_out)
		return false;
	for (size_t i = 0; i < cluster->network_count; i++)
		if (!cluster->networks[i].prefix)
			return false;
	return true;
}

bool range_contains(const struct cluster_network *network, uint32_t address)
{
	return network->range_first && address >= network->range_first &&
	       address <= network->range_last;
}

const char *address_problem(const struct cluster_network *network, uint32_t address)
{
	if (!network_contains(network, address))
		return "is outside of";
	if (address == network->subnet)
		return "is the network's own address in";
	if (address == broadcast_of(network))
		return "is the broadcast address of";
	return NULL;
}

static char *subnet_text(const struct cluster_network *network, char text[static 24])
{
	char address[IPV4_TEXT_BYTES];

	snprintf(text, 24, "%s/%u", value_ipv4_text(network->subnet, address), network->prefix);
	return text;
}

/* key_accepts() saw to the form. */
static void read_subnet(struct loader *loader, struct cluster_network *network,
			const struct yaml_node *value)
{
	char address[IPV4_TEXT_BYTES] = "", text[24];
	const char *slash = strchr(value->text, '/');
	uint32_t first = 0, prefix = 0;

	memcpy(address, value->text, (size_t)(slash - value->text));
	if (!value_ipv4(address, &first) || !value_number(slash + 1, 30, &prefix))
		return;
	network->prefix = prefix;
	network->subnet = first & mask_of(prefix);
	if (network->subnet != first)
		loader_report(loader, value, subnet_text(network, text),
			      "'%s' is an address inside of a subnet, not the subnet", value->text);
}

static bool check_inside(struct loader *loader, const struct cluster_network *network,
			 const struct yaml_node *value, uint32_t address, const char *what)
{
	const char *problem = network->prefix ? address_problem(network, address) : NULL;
	char text[IPV4_TEXT_BYTES], subnet[24], first[IPV4_TEXT_BYTES], last[IPV4_TEXT_BYTES];

	if (problem)
		loader_report(loader, value,
			      loader_printf(loader, "from %s to %s",
					    value_ipv4_text(network->subnet + 1, first),
					    value_ipv4_text(broadcast_of(network) - 1, last)),
			      "%s %s %s %s", what, value_ipv4_text(address, text), problem,
			      subnet_text(network, subnet));
	return !problem;
}

static void read_range(struct loader *loader, struct cluster_network *network,
		       const struct yaml_node *value)
{
	char first[IPV4_TEXT_BYTES] = "";
	const char *dash = strchr(value->text, '-');
	uint32_t from = 0, to = 0;

	memcpy(first, value->text, (size_t)(dash - value->text));
	if (!value_ipv4(first, &from) || !value_ipv4(dash + 1, &to))
		return;
	if (from > to) {
		loader_report(loader, value, loader_printf(loader, "%s-%s", dash + 1, first),
			      "range '%s' ends before it begins", value->text);
		return;
	}
	if (!check_inside(loader, network, value, from, "range: address") ||
	    !check_inside(loader, network, value, to, "range: address"))
		return;
	network->range_first = from;
	network->range_last = to;
	/* Of a proxy it says that machines which nobody knows are answered, too. */
	if (network->dhcp == DHCP_NONE)
		findings_add(loader->findings, value->place, value->length, true,
			     "leave it out, or dhcp: server",
			     "nobody hands out this range: 'dhcp' is none");
}

static void read_gateway(struct loader *loader, struct cluster_network *network,
			 const struct yaml_node *value)
{
	char text[IPV4_TEXT_BYTES];
	uint32_t gateway;

	if (!value_ipv4(value->text, &gateway) ||
	    !check_inside(loader, network, value, gateway, "gateway"))
		return;
	network->gateway = gateway;
	if (range_contains(network, gateway))
		loader_report(loader, value, "a range without it",
			      "gateway %s is inside of the network's range",
			      value_ipv4_text(gateway, text));
}

static const uint32_t *read_addresses(struct loader *loader, const struct field *fields, int key,
				      size_t *count)
{
	const struct placed_word *words;
	uint32_t *addresses;

	*count = 0;
	if (!fields[key].value)
		return NULL;
	words = read_words(loader, &section_keys[SECTION_NETWORK].keys[key], fields[key].value,
			   count);
	if (*count > LEASE_SERVERS_MAX)
		loader_report(loader, fields[key].value, "name the nearest ones",
			      "'%s' has %zu addresses; a node takes %d at most",
			      fields[key].name->text, *count, LEASE_SERVERS_MAX);
	addresses = words ? loader_alloc(loader, *count * sizeof(*addresses)) : NULL;
	if (!addresses)
		*count = 0;
	for (size_t i = 0; i < *count; i++)
		(void)value_ipv4(words[i].text, &addresses[i]);
	return addresses;
}

static unsigned int number_of(const struct field *fields, int key)
{
	uint32_t number = 0;

	if (fields[key].value)
		(void)value_number(fields[key].value->text, UINT32_MAX, &number);
	return number;
}

static enum dhcp_mode dhcp_of(const struct field *fields)
{
	const char *text = field_text(fields, SECTION_NETWORK, NETWORK_DHCP);

	return strcmp(text, "server") == 0  ? DHCP_SERVER
	       : strcmp(text, "proxy") == 0 ? DHCP_PROXY
					    : DHCP_NONE;
}

static void read_network(struct loader *loader, const struct yaml_pair *pair,
			 struct cluster_network *network)
{
	struct field fields[NETWORK_KEY_COUNT];
	const char *what = loader_printf(loader, "network %s", pair->key->text);

	network->name = pair->key->text;
	network->place = pair->key->place;
	expect_map(loader, pair->key, pair->value, "what a network has");
	fields_read(loader, pair->key, pair->value, SECTION_NETWORK, what ? what : "", fields);
	network->dhcp = dhcp_of(fields);
	network->interface = field_text(fields, SECTION_NETWORK, NETWORK_INTERFACE);
	network->domain = field_text(fields, SECTION_NETWORK, NETWORK_DOMAIN);
	network->vlan = number_of(fields, NETWORK_VLAN);
	network->mtu = number_of(fields, NETWORK_MTU);
	network->lease_s = key_duration_s(field_text(fields, SECTION_NETWORK, NETWORK_LEASE));
	if (fields[NETWORK_SUBNET].value)
		read_subnet(loader, network, fields[NETWORK_SUBNET].value);
	if (fields[NETWORK_RANGE].value)
		read_range(loader, network, fields[NETWORK_RANGE].value);
	if (fields[NETWORK_GATEWAY].value)
		read_gateway(loader, network, fields[NETWORK_GATEWAY].value);
	network->dns = read_addresses(loader, fields, NETWORK_DNS, &network->dns_count);
	network->ntp = read_addresses(loader, fields, NETWORK_NTP, &network->ntp_count);
}

static int compare_subnets(const void *a, const void *b)
{
	const struct cluster_network *const *left = a, *const *right = b;

	if ((*left)->subnet != (*right)->subnet)
		return (*left)->subnet < (*right)->subnet ? -1 : 1;
	return strcmp((*left)->name, (*right)->name);
}

/* "10.0.1.0/24 is free": a subnet of as many addresses behind what overlaps, or NULL. */
static const char *free_subnet(struct loader *loader, const struct cluster_network *network)
{
	const struct cluster *cluster = loader->cluster;
	struct cluster_network free = *network;
	uint64_t size = (uint64_t)1 << (32 - network->prefix), first = network->subnet;
	char text[24];

	for (size_t i = 0; i < cluster->network_count; i++) {
		const struct cluster_network *other = &cluster->networks[i];

		if (!other->prefix || first + size <= other->subnet || first > broadcast_of(other))
			continue;
		first = (broadcast_of(other) / size + 1) * size;
		if (first + size - 1 > UINT32_MAX)
			return NULL;
		i = (size_t)-1; /* it may be in another one's now */
	}
	free.subnet = (uint32_t)first;
	return loader_printf(loader, "%s is free", subnet_text(&free, text));
}

/* Sorted by their first address, subnets that overlap are neighbours of the one that goes on. */
static void check_overlaps(struct loader *loader)
{
	struct cluster *cluster = loader->cluster;
	const struct cluster_network **sorted =
		loader_alloc(loader, cluster->network_count * sizeof(*sorted));
	const struct cluster_network *widest = NULL;
	size_t count = 0;

	for (size_t i = 0; sorted && i < cluster->network_count; i++)
		if (cluster->networks[i].prefix)
			sorted[count++] = &cluster->networks[i];
	if (count)
		qsort(sorted, count, sizeof(*sorted), compare_subnets);
	for (size_t i = 0; i < count; i++) {
		char one[24], other[24];

		if (widest && sorted[i]->subnet <= broadcast_of(widest))
			findings_add(loader->findings, sorted[i]->place,
				     (unsigned int)strlen(sorted[i]->name), false,
				     free_subnet(loader, sorted[i]),
				     "network %s, %s, overlaps with network %s, %s",
				     sorted[i]->name, subnet_text(sorted[i], one), widest->name,
				     subnet_text(widest, other));
		if (!widest || broadcast_of(sorted[i]) > broadcast_of(widest))
			widest = sorted[i];
	}
}

void read_networks(struct loader *loader, const struct field *field)
{
	struct cluster *cluster = loader->cluster;
	size_t count;
	const struct yaml_pair **pairs = sorted_pairs(loader, field, "a network", &count);

	cluster->networks = loader_alloc(loader, count * sizeof(*cluster->networks));
	if (!cluster->networks)
		return;
	cluster->network_count = count;
	loader->networks_left_out = field->value && count < field->value->count;
	for (size_t i = 0; i < count; i++) {
		read_network(loader, pairs[i], &cluster->networks[i]);
		loader_put(loader, &loader->networks, cluster->networks[i].name,
			   &cluster->networks[i]);
	}
	check_overlaps(loader);
}
