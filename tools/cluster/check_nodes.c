// SPDX-License-Identifier: GPL-2.0-only
/* What is wrong with nodes only beside others, or beside their network. */
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/loader.h"
#include "tools/generate/ipxe.h"

/* Whose it is already, by value. */
struct owners {
	struct table macs, addresses, disks;
};

static const struct cluster_value *value_of(const struct cluster_node *node, enum node_key key)
{
	return &node->values[key];
}

static unsigned int length_of(const char *text)
{
	return text ? (unsigned int)strlen(text) : 1;
}

/* Tell of the value of @key of @node, of which others may have the same to tell. */
static void tell(struct loader *loader, const struct cluster_node *node, enum node_key key,
		 bool warning, const char *message)
{
	const struct cluster_value *value = value_of(node, key);
	struct place place = value->place.line ? value->place : node->place;

	gather_add(&loader->gather, place, length_of(value->place.line ? value->text : node->name),
		   warning, NULL, node->name, "%s", message ? message : "");
}

/* Is the value of @key, whose bytes are @bytes, another node's, too? */
static void check_owner(struct loader *loader, struct table *owners, const void *bytes,
			size_t length, const struct cluster_node *node, enum node_key key)
{
	const struct cluster_node *owner = table_find(owners, bytes, length);
	const struct place *place;

	if (!owner) {
		loader->no_memory |= table_put(owners, bytes, length, (void *)node) != 0;
		return;
	}
	place = &value_of(owner, key)->place;
	tell(loader, node, key, false,
	     loader_printf(loader, "%s %s is that of %s (%s:%u:%u)",
			   section_keys[SECTION_NODE].keys[key].name, value_of(node, key)->text,
			   owner->name, place->file, place->line, place->column));
}

static const struct cluster_server *server_at(const struct cluster *cluster, uint32_t address)
{
	for (size_t i = 0; i < cluster->server_count; i++)
		if (cluster->servers[i].address == address)
			return &cluster->servers[i];
	return NULL;
}

static void check_place_of_address(struct loader *loader, const struct cluster_node *node)
{
	const struct cluster_network *network = node->network;
	const struct cluster_server *server = server_at(loader->cluster, node->address);
	const char *problem = network->prefix ? address_problem(network, node->address) : NULL;
	const char *text = value_of(node, NODE_ADDRESS)->text;

	if (problem) {
		char subnet[IPV4_TEXT_BYTES];

		tell(loader, node, NODE_ADDRESS, false,
		     loader_printf(loader, "address %s %s %s/%u (network %s)", text, problem,
				   value_ipv4_text(network->subnet, subnet), network->prefix,
				   network->name));
	} else if (server) {
		tell(loader, node, NODE_ADDRESS, false,
		     loader_printf(loader, "address %s is that of server %s", text, server->name));
	} else if (node->address == network->gateway) {
		tell(loader, node, NODE_ADDRESS, false,
		     loader_printf(loader, "address %s is the gateway of network %s", text,
				   network->name));
	} else if (range_contains(network, node->address)) {
		tell(loader, node, NODE_ADDRESS, false,
		     loader_printf(loader, "address %s is inside of the range of network %s", text,
				   network->name));
	}
}

/* Somebody has to give the node an address. */
static void check_without_address(struct loader *loader, const struct cluster_node *node)
{
	const struct cluster_network *network = node->network;

	/* One that cannot be read was reported. */
	if (value_of(node, NODE_ADDRESS)->text || !network)
		return;
	if (network->dhcp == DHCP_NONE)
		tell(loader, node, NODE_ADDRESS, false,
		     loader_printf(loader, "no address, and network %s has no DHCP",
				   network->name));
	else if (network->dhcp == DHCP_SERVER && !network->range_first)
		tell(loader, node, NODE_ADDRESS, false,
		     loader_printf(loader, "no address, and network %s has no range",
				   network->name));
}

static void check_address(struct loader *loader, struct owners *owners,
			  const struct cluster_node *node)
{
	if (!node->address) {
		check_without_address(loader, node);
		return;
	}
	check_owner(loader, &owners->addresses, &node->address, sizeof(node->address), node,
		    NODE_ADDRESS);
	if (node->network)
		check_place_of_address(loader, node);
}

static void check_mac(struct loader *loader, struct owners *owners, const struct cluster_node *node)
{
	if (node->has_mac)
		check_owner(loader, &owners->macs, node->mac, sizeof(node->mac), node, NODE_MAC);
	else if (!value_of(node, NODE_MAC)->text)
		gather_add(&loader->gather, (struct place){ node->place.file, 0, 0 }, 1, true, NULL,
			   node->name, "no mac: nothing is made yet for it to boot from");
}

/* Two nodes that write to one disk destroy what is on it. */
static void check_disk(struct loader *loader, struct owners *owners,
		       const struct cluster_node *node)
{
	const char *key;

	if (!node->disk || !node->iscsi)
		return;
	if (node->iscsi->lio && strncmp(node->disk, "/dev/", 5) != 0)
		tell(loader, node, NODE_DISK, false,
		     "LIO has devices below /dev/ only; give the server iscsi: tgt for a file");
	if (!node->read_write)
		return;
	key = loader_printf(loader, "%s:%s", node->iscsi->name, node->disk);
	if (key)
		check_owner(loader, &owners->disks, key, strlen(key), node, NODE_DISK);
}

static size_t bytes_of(const struct word_list *list)
{
	size_t bytes = 0;

	for (size_t i = 0; i < list->count; i++)
		bytes += strlen(list->words[i]) + 1;
	return bytes;
}

/*
 * Loaders without a segment put all words on the command line, where ours (addresses, root, names)
 * take less than this.
 */
#define OWN_WORDS_BYTES 768

static void check_loader(struct loader *loader, const struct cluster_node *node)
{
	size_t bytes = bytes_of(&node->append) + bytes_of(&node->parameters) +
		       bytes_of(&node->mount_options);

	if (node->loader == LOADER_IPXE)
		return;
	if (bytes > IPXE_COMMAND_LINE_BYTES - OWN_WORDS_BYTES)
		tell(loader, node, NODE_LOADER, false,
		     loader_printf(loader,
				   "its words have %zu bytes; with this loader all stand on the "
				   "command line, where there is room for %d",
				   bytes, IPXE_COMMAND_LINE_BYTES - OWN_WORDS_BYTES));
	for (size_t i = 0; node->loader == LOADER_GRUB && i < node->append.count; i++)
		if (strchr(node->append.words[i], '\''))
			tell(loader, node, NODE_APPEND, false, "GRUB cannot pass a ' on");
	for (size_t i = 0; node->loader == LOADER_GRUB && i < node->parameters.count; i++)
		if (strchr(node->parameters.words[i], '\''))
			tell(loader, node, NODE_PARAMETERS, false, "GRUB cannot pass a ' on");
}

/* DHCP's broadcasts end at a router, unless it relays them. */
static void check_reach(struct loader *loader, const struct cluster_node *node)
{
	const struct cluster_network *network = node->network;
	const struct cluster_server *server = node->server;

	if (!network || !server || !server->network || network == server->network ||
	    network->dhcp == DHCP_NONE)
		return;
	tell(loader, node, NODE_SERVER, true,
	     loader_printf(loader,
			   "boot server %s is in network %s: in network %s it needs a DHCP relay",
			   server->name, server->network->name, network->name));
}

static void check_node(struct loader *loader, struct owners *owners,
		       const struct cluster_node *node)
{
	const struct cluster_server *server = loader_find(&loader->servers, node->name);

	check_mac(loader, owners, node);
	check_address(loader, owners, node);
	check_reach(loader, node);
	check_disk(loader, owners, node);
	check_loader(loader, node);
	if (node->onfail && strcmp(node->onfail, "shell") == 0 && !node->rescue)
		tell(loader, node, NODE_ONFAIL, true,
		     "onfail: shell finds no shell in the initrd without rescue: yes");
	if (server)
		gather_add(&loader->gather, node->place, length_of(node->name), false, NULL,
			   node->name, "there is a server of that name (%s:%u:%u)",
			   server->place.file, server->place.line, server->place.column);
}

void check_nodes(struct loader *loader)
{
	const struct cluster *cluster = loader->cluster;
	struct owners owners = { 0 };

	for (size_t i = 0; i < cluster->node_count; i++)
		check_node(loader, &owners, &cluster->nodes[i]);
	table_free(&owners.macs);
	table_free(&owners.addresses);
	table_free(&owners.disks);
}
