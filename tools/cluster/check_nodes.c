// SPDX-License-Identifier: GPL-2.0-only
/* What is wrong with nodes only beside others, or beside their network. */
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/free_address.h"
#include "tools/cluster/loader.h"
#include "tools/generate/ipxe.h"

/* Whose it is already, by value. */
struct owners {
	struct table macs, addresses, disks;
	const struct cluster_node *without_mac; /* the first one */
	/* The network of which a free address was looked for last, and what to say of it. */
	const struct cluster_network *network;
	const char *free;
};

static const struct cluster_value *value_of(const struct cluster_node *node, enum node_key key)
{
	return &node->values[key];
}

static unsigned int length_of(const char *text)
{
	return text ? (unsigned int)strlen(text) : 1;
}

/*
 * Tell of the value of @key of @node, of which others may have the same to tell; @plural says so of
 * several where @message is about one's own value.
 */
static void tell_alike(struct loader *loader, const struct cluster_node *node, enum node_key key,
		       const char *suggestion, const char *message, const char *plural)
{
	const struct cluster_value *value = value_of(node, key);
	struct place place = value->place.line ? value->place : node->place;

	if (message && plural)
		gather_add_alike(&loader->gather, place,
				 length_of(value->place.line ? value->text : node->name), false,
				 suggestion, node->name, message, plural);
}

static void tell(struct loader *loader, const struct cluster_node *node, enum node_key key,
		 bool warning, const char *suggestion, const char *message)
{
	const struct cluster_value *value = value_of(node, key);
	struct place place = value->place.line ? value->place : node->place;

	gather_add(&loader->gather, place, length_of(value->place.line ? value->text : node->name),
		   warning, suggestion, node->name, "%s", message ? message : "");
}

/* "10.0.0.17 is free", or NULL. Looked for once while nodes of one network come. */
static const char *free_in(struct loader *loader, struct owners *owners,
			   const struct cluster_network *network)
{
	struct address_range all = { 0 };
	char text[IPV4_TEXT_BYTES];
	struct fault ignored = { 0 };
	uint32_t address;

	if (!network || !network->prefix)
		return NULL;
	if (owners->network == network)
		return owners->free;
	owners->network = network;
	owners->free = NULL;
	if (free_address(loader->cluster, network, NULL, &all, &address, &ignored) == 0)
		owners->free = loader_printf(loader, "%s is free in network %s",
					     value_ipv4_text(address, text), network->name);
	return owners->free;
}

/* The node that has the same value, whose bytes are @bytes, or NULL, and it is @node's. */
static const struct cluster_node *owner_of(struct loader *loader, struct table *owners,
					   const void *bytes, size_t length,
					   const struct cluster_node *node)
{
	const struct cluster_node *owner = table_find(owners, bytes, length);

	if (!owner)
		loader->no_memory |= table_put(owners, bytes, length, (void *)node) != 0;
	return owner;
}

static void tell_owner(struct loader *loader, const struct cluster_node *node, enum node_key key,
		       const struct cluster_node *owner, const char *suggestion)
{
	const char *name = section_keys[SECTION_NODE].keys[key].name;
	const struct place *place = &value_of(owner, key)->place;

	tell_alike(loader, node, key, suggestion,
		   loader_printf(loader, "%s %s is that of %s (%s:%u:%u)", name,
				 value_of(node, key)->text, owner->name, place->file, place->line,
				 place->column),
		   loader_printf(loader, "each has the %s of another node (%s:%u:%u)", name,
				 place->file, place->line, place->column));
}

/* What is wrong with @node's address in its network: "is the gateway of network boot", or NULL. */
static const char *address_mistake(struct loader *loader, const struct cluster_node *node)
{
	const struct cluster_network *network = node->network;
	const struct cluster_server *server =
		server_at(loader->cluster, node->address, loader->cluster->server_count);
	const char *problem = network->prefix ? address_problem(network, node->address) : NULL;
	char subnet[IPV4_TEXT_BYTES];

	if (problem)
		return loader_printf(loader, "%s %s/%u (network %s)", problem,
				     value_ipv4_text(network->subnet, subnet), network->prefix,
				     network->name);
	if (server)
		return loader_printf(loader, "is that of server %s", server->name);
	if (node->address == network->gateway)
		return loader_printf(loader, "is the gateway of network %s", network->name);
	if (range_contains(network, node->address))
		return loader_printf(loader, "is inside of the range of network %s", network->name);
	return NULL;
}

static void check_place_of_address(struct loader *loader, struct owners *owners,
				   const struct cluster_node *node)
{
	const char *mistake = address_mistake(loader, node);

	if (mistake)
		tell_alike(loader, node, NODE_ADDRESS, free_in(loader, owners, node->network),
			   loader_printf(loader, "address %s %s",
					 value_of(node, NODE_ADDRESS)->text, mistake),
			   loader_printf(loader, "the address of each %s", mistake));
}

/* Somebody has to give the node an address. */
static void check_without_address(struct loader *loader, const struct cluster_node *node)
{
	const struct cluster_network *network = node->network;

	/* One that cannot be read was reported. */
	if (value_of(node, NODE_ADDRESS)->text || !network)
		return;
	if (network->dhcp == DHCP_NONE)
		tell(loader, node, NODE_ADDRESS, false, "give the node an address:",
		     loader_printf(loader, "no address, and network %s has no DHCP",
				   network->name));
	else if (network->dhcp == DHCP_SERVER && !network->range_first)
		tell(loader, node, NODE_ADDRESS, false,
		     "give the node an address:, or the network a range:",
		     loader_printf(loader, "no address, and network %s has no range",
				   network->name));
}

static void check_address(struct loader *loader, struct owners *owners,
			  const struct cluster_node *node)
{
	const struct cluster_node *owner;

	if (!node->address) {
		check_without_address(loader, node);
		return;
	}
	owner = owner_of(loader, &owners->addresses, &node->address, sizeof(node->address), node);
	if (owner)
		tell_owner(loader, node, NODE_ADDRESS, owner,
			   free_in(loader, owners, node->network));
	if (node->network)
		check_place_of_address(loader, owners, node);
}

/* All that have no mac are told of at the place of the first. */
static void check_mac(struct loader *loader, struct owners *owners, const struct cluster_node *node)
{
	const struct cluster_node *first, *owner;

	if (!node->has_mac && !value_of(node, NODE_MAC)->text) {
		if (!owners->without_mac)
			owners->without_mac = node;
		first = owners->without_mac;
		gather_add(&loader->gather, first->place, length_of(first->name), true,
			   "mac: 52:54:00:12:34:56, with what the interface has", node->name,
			   "no mac: nothing is made yet for it to boot from");
	}
	if (!node->has_mac)
		return;
	owner = owner_of(loader, &owners->macs, node->mac, sizeof(node->mac), node);
	if (owner)
		tell_owner(loader, node, NODE_MAC, owner,
			   "take it out of the one that does not have this interface");
}

/* Two nodes that write to one disk destroy what is on it. */
static void check_disk(struct loader *loader, struct owners *owners,
		       const struct cluster_node *node)
{
	const struct cluster_node *owner;
	const char *key;

	if (!node->disk || !node->iscsi)
		return;
	if (node->iscsi->lio && strncmp(node->disk, "/dev/", 5) != 0)
		tell(loader, node, node->storage ? NODE_STORAGE : NODE_DISK, false,
		     node->storage ? "a storage of type lvm-thin or lvm, or iscsi: tgt"
				   : "a disk below /dev/, or iscsi: tgt",
		     "LIO has devices below /dev/ only; give the server iscsi: tgt for a file");
	if (!node->read_write)
		return;
	key = loader_printf(loader, "%s:%s", node->iscsi->name, node->disk);
	owner = key ? owner_of(loader, &owners->disks, key, strlen(key), node) : NULL;
	if (owner)
		tell_owner(loader, node, NODE_DISK, owner,
			   "a disk for each, as /dev/vg0/@NODE@, or access: ro");
}

/* How many of @list name a target for the init, as the words that are made of portals do. */
static size_t count_targets(const struct word_list *list)
{
	static const char *const heads[] = { "netroot=iscsi:", "root=iscsi:" };
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++)
			count += strncmp(list->words[i], heads[h], strlen(heads[h])) == 0;
	return count;
}

/* Words of the command line are of another source, but for loaders that have only that. */
static void check_portal_count(struct loader *loader, const struct cluster_node *node)
{
	size_t targets = count_targets(&node->parameters);

	if (node->loader != LOADER_IPXE)
		targets += count_targets(&node->append);
	/* Without any, the list by itself was judged. */
	if (targets && node->portal_count + targets > ISCSI_PORTALS_MAX)
		tell(loader, node, NODE_PORTALS, false, "iscsi-portals: with the nearest ones",
		     loader_printf(loader,
				   "%zu portals, and %zu targets of its words; its init takes %d "
				   "in all",
				   node->portal_count, targets, ISCSI_PORTALS_MAX));
}

/* DHCP servers of others may know a router that the definition does not. */
static void check_portal_reach(struct loader *loader, const struct cluster_node *node,
			       const struct iscsi_portal *portal)
{
	const struct cluster_network *network = node->network;
	char text[ISCSI_PORTAL_TEXT_BYTES];

	if (!network->prefix || network->gateway || network->dhcp == DHCP_PROXY ||
	    network_contains(network, portal->address))
		return;
	tell(loader, node, NODE_PORTALS, true,
	     "a gateway: in the network, or iscsi-portals: without it",
	     loader_printf(loader,
			   "portal %s is outside of network %s, which has no gateway: nobody "
			   "reaches it",
			   iscsi_portal_text(portal, text), network->name));
}

/* What nobody has listed is the server's address, whatever the network. */
static void check_portals(struct loader *loader, const struct cluster_node *node)
{
	check_portal_count(loader, node);
	for (size_t i = 0; i < node->portal_count; i++)
		if (node->network && value_of(node, NODE_PORTALS)->place.line)
			check_portal_reach(loader, node, &node->portals[i]);
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

/* Of the words for portals, the first of which is among ours. */
static size_t portal_bytes(const struct cluster *cluster, const struct cluster_node *node)
{
	size_t word = strlen("netroot=iscsi:255.255.255.255::65535:1:: ") + strlen(node->name) +
		      length_of(cluster->iqn);

	return node->portal_count > 1 ? (node->portal_count - 1) * word : 0;
}

static void check_loader(struct loader *loader, const struct cluster_node *node)
{
	size_t bytes = bytes_of(&node->append) + bytes_of(&node->parameters) +
		       bytes_of(&node->mount_options) + portal_bytes(loader->cluster, node);

	if (node->loader == LOADER_IPXE)
		return;
	if (node->chap != CHAP_NONE)
		tell(loader, node, NODE_LOADER, false, "loader: ipxe, or chap: none",
		     "this loader has only the command line for the secrets of chap:, where "
		     "everybody can read them");
	if (bytes > IPXE_COMMAND_LINE_BYTES - OWN_WORDS_BYTES)
		tell(loader, node, NODE_LOADER, false,
		     "loader: ipxe, which has room in the node's segment",
		     loader_printf(loader,
				   "its words have %zu bytes; with this loader all stand on the "
				   "command line, where there is room for %d",
				   bytes, IPXE_COMMAND_LINE_BYTES - OWN_WORDS_BYTES));
	for (size_t i = 0; node->loader == LOADER_GRUB && i < node->append.count; i++)
		if (strchr(node->append.words[i], '\''))
			tell(loader, node, NODE_APPEND, false, "loader: ipxe",
			     "GRUB cannot pass a ' on");
	for (size_t i = 0; node->loader == LOADER_GRUB && i < node->parameters.count; i++)
		if (strchr(node->parameters.words[i], '\''))
			tell(loader, node, NODE_PARAMETERS, false, "loader: ipxe",
			     "GRUB cannot pass a ' on");
}

/* DHCP's broadcasts end at a router, unless it relays them. */
static void check_reach(struct loader *loader, const struct cluster_node *node)
{
	const struct cluster_network *network = node->network;
	const struct cluster_server *server = node->server;

	if (!network || !server || !server->network || network == server->network ||
	    network->dhcp == DHCP_NONE)
		return;
	tell(loader, node, NODE_SERVER, true, "a boot server in the node's network, or a relay",
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
	check_portals(loader, node);
	check_loader(loader, node);
	if (node->onfail && strcmp(node->onfail, "shell") == 0 && !node->rescue)
		tell(loader, node, NODE_ONFAIL, true, "rescue: yes",
		     "onfail: shell finds no shell in the initrd without rescue: yes");
	if (server)
		gather_add(&loader->gather, node->place, length_of(node->name), false,
			   "give one of them another name", node->name,
			   "there is a server of that name (%s:%u:%u)", server->place.file,
			   server->place.line, server->place.column);
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
