// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lending memory in a definition: the section memory:, and what is wrong with those who lend and
 * borrow, which shows only beside all others.
 */
#include <string.h>

#include "initramfs/swap/swap_spec.h"
#include "initramfs/value.h"
#include "tools/cluster/loader.h"
#include "userspace/lib/size.h"

/* --- the section ------------------------------------------------------------------------------ */

static void read_racks(struct loader *loader, const struct field *field)
{
	const struct key *key = &section_keys[SECTION_MEMORY].keys[MEMORY_RACKS];
	size_t count = 0;
	const struct placed_word *words =
		field->value ? read_words(loader, key, field->value, &count) : NULL;

	for (size_t i = 0; words && i < count; i++)
		loader_put(loader, &loader->racks, words[i].text, (void *)words[i].text);
}

static void read_host(struct loader *loader, const struct yaml_pair *pair,
		      struct cluster_memory_host *host)
{
	struct field fields[MEMORY_HOST_KEY_COUNT];
	const char *what = loader_printf(loader, "host %s", pair->key->text);
	const struct yaml_node *rack, *reserve;

	*host = (struct cluster_memory_host){ .name = pair->key->text, .place = pair->key->place };
	expect_map(loader, pair->key, pair->value, "what a host that lends has");
	fields_read(loader, pair->key, pair->value, SECTION_MEMORY_HOST, what ? what : "", fields);
	rack = fields[MEMORY_HOST_RACK].value;
	reserve = fields[MEMORY_HOST_RESERVE].value;
	if (fields[MEMORY_HOST_ADDRESS].value)
		(void)value_ipv4(fields[MEMORY_HOST_ADDRESS].value->text, &host->address);
	if (rack && find_named(loader, &loader->racks, "rack", rack, rack->text))
		host->rack = rack->text;
	if (reserve)
		(void)size_read(reserve->text, &host->reserve_bytes);
	if (!value_host_name(host->name, HOST_NAME_LENGTH))
		loader_report(loader, pair->key, NULL,
			      "the name of a host has to be letters, digits, '-' and '_', not '%s'",
			      host->name);
}

static void read_hosts(struct loader *loader, const struct field *field)
{
	struct cluster_memory *memory = &loader->cluster->memory;
	size_t count;
	const struct yaml_pair **pairs = sorted_pairs(loader, field, "a host", &count);

	memory->hosts = loader_alloc(loader, count * sizeof(*memory->hosts));
	if (!memory->hosts)
		return;
	memory->host_count = count;
	for (size_t i = 0; i < count; i++)
		read_host(loader, pairs[i], &memory->hosts[i]);
}

static void choose_server(struct loader *loader, const struct yaml_node *value)
{
	struct cluster *cluster = loader->cluster;
	struct cluster_server *server = NULL;
	size_t boot = 0;

	if (value) {
		server = find_named(loader, &loader->servers, "server", value, value->text);
		if (server && !(server->roles & SERVER_BOOT))
			loader_report(loader, value,
				      "add boot to its roles, or name another server",
				      "server %s does not have the role boot", server->name);
		cluster->memory.server = server;
		return;
	}
	for (size_t i = 0; i < cluster->server_count; i++)
		if (cluster->servers[i].roles & SERVER_BOOT) {
			boot++;
			server = &cluster->servers[i];
		}
	cluster->memory.server = boot == 1 ? server : NULL;
}

void read_memory(struct loader *loader, const struct field *field)
{
	/* What is not there is read as if it were empty: defaults are in the table of keys. */
	static const struct yaml_node nothing = { .kind = YAML_MAP };
	struct cluster_memory *memory = &loader->cluster->memory;
	struct field fields[MEMORY_KEY_COUNT];
	uint32_t port = 0;

	fields_read(loader, field->name, field->value ? field->value : &nothing, SECTION_MEMORY,
		    "memory", fields);
	memory->lease_s = key_duration_s(field_text(fields, SECTION_MEMORY, MEMORY_LEASE));
	memory->deadline_s = key_duration_s(field_text(fields, SECTION_MEMORY, MEMORY_DEADLINE));
	memory->policy = field_text(fields, SECTION_MEMORY, MEMORY_POLICY);
	if (fields[MEMORY_LINE_PORT].value)
		(void)value_number(fields[MEMORY_LINE_PORT].value->text, UINT16_MAX, &port);
	memory->line_port = port;
	choose_server(loader, fields[MEMORY_SERVER].value);
	read_racks(loader, &fields[MEMORY_RACKS]);
	read_hosts(loader, &fields[MEMORY_HOSTS]);
}

/* --- what nodes have -------------------------------------------------------------------------- */

/* What the init makes of @text, a value of swap: that was accepted. */
static bool read_swap(const char *text, struct swap_spec *spec, struct fault *fault)
{
	struct words words = { .count = 1 };
	char word[320];

	*spec = (struct swap_spec){ 0 };
	words.word[0] = word;
	return snprintf(word, sizeof(word), "wireroot.swap=%s", text) < (int)sizeof(word) &&
	       swap_spec_apply(spec, &words, fault) == 0;
}

void check_swap(struct loader *loader, const struct yaml_node *value, const char *text)
{
	struct fault fault = { 0 };
	struct swap_spec spec;

	if (strcmp(text, "none") == 0)
		return;
	if (!read_swap(text, &spec, &fault))
		loader_report(loader, value, "remote:4G, or remote:4G,mode=lvm,mirror=lender",
			      "'swap' cannot be '%s': %s", text, fault.hint);
	else if (spec.mirror != SWAP_MIRROR_NONE && spec.mode != SWAP_LVM)
		loader_report(loader, value, loader_printf(loader, "%s,mode=lvm", text),
			      "a mirror needs mode=lvm");
	else if (spec.mode == SWAP_LVM && spec.mirror != SWAP_MIRROR_LENDER && !spec.disk[0])
		loader_report(loader, value, loader_printf(loader, "%s,disk=/dev/sda", text),
			      "mode=lvm needs disk=, or mirror=lender");
}

/* Everybody who lends or borrows, and what there is to say of them. */
struct members {
	struct loader *loader;
	size_t lenders;
	const struct cluster_node *first; /* of either kind */
	const struct cluster_node *first_borrower, *first_mirrored;
	struct table addresses; /* of hosts: the hosts */
};

static void tell(const struct members *members, const struct cluster_node *node, enum node_key key,
		 bool warning, const char *suggestion, const char *message)
{
	const struct cluster_value *value = &node->values[key];
	bool placed = value->place.line;
	const char *text = placed && value->text ? value->text : node->name;

	gather_add(&members->loader->gather, placed ? value->place : node->place,
		   (unsigned int)strlen(text), warning, suggestion, node->name, "%s",
		   message ? message : "");
}

static void check_limit(struct members *members, const struct cluster_node *node,
			const struct swap_spec *spec)
{
	uint64_t wanted = spec->mirror == SWAP_MIRROR_LENDER ? 2 * spec->bytes : spec->bytes;

	if (node->borrow_bytes_max && wanted > node->borrow_bytes_max)
		tell(members, node, NODE_BORROW_LIMIT, false,
		     "a greater borrow-limit, or a smaller swap",
		     spec->mirror == SWAP_MIRROR_LENDER
			     ? "borrow-limit is less than both copies of its swap"
			     : "borrow-limit is less than its swap");
}

static void check_borrower(struct members *members, const struct cluster_node *node)
{
	struct swap_spec spec = { 0 };
	struct fault ignored;

	if (!members->first_borrower)
		members->first_borrower = node;
	if (!node->swap || !read_swap(node->swap, &spec, &ignored))
		return;
	if (spec.mirror == SWAP_MIRROR_LENDER && !members->first_mirrored)
		members->first_mirrored = node;
	if (node->lend)
		tell(members, node, NODE_LEND, false, "lend: no, or swap: none",
		     "it lends, and borrows from its init on: a node does not do both at once");
	if (!node->borrow)
		tell(members, node, NODE_BORROW, false, "leave borrow: out, or swap: none",
		     "swap: borrows, and borrow: forbids it");
	check_limit(members, node, &spec);
}

static void check_member(struct members *members, const struct cluster_node *node)
{
	const struct cluster_memory_host *host = NULL;

	if (node->address)
		host = table_find(&members->addresses, &node->address, sizeof(node->address));
	if (host)
		tell(members, node, NODE_ADDRESS, false, "another address for one of them",
		     loader_printf(members->loader, "its address is that of the host %s (%s:%u:%u)",
				   host->name, host->place.file, host->place.line,
				   host->place.column));
	/* Where lend: is said, whatever it says, what others have is merely not used. */
	if (node->lend_reserve_bytes && !node->lend && !node->values[NODE_LEND].place.line)
		tell(members, node, NODE_LEND_RESERVE, true, "lend: yes",
		     "lend-reserve is for those that lend, and it does not");
	if (!node->lend && !node->borrow && !node->swap)
		return;
	if (!members->first)
		members->first = node;
	members->lenders += node->lend;
	if (node->borrow || node->swap)
		check_borrower(members, node);
	if (node->loader != LOADER_IPXE)
		tell(members, node, NODE_LOADER, false, "loader: ipxe, or neither swap nor lend",
		     "this loader has only the command line for the token by which a node lends "
		     "or borrows, where everybody can read it");
}

/* --- hosts ------------------------------------------------------------------------------------ */

static void tell_host(const struct members *members, const struct cluster_memory_host *host,
		      const char *suggestion, const char *message)
{
	findings_add(members->loader->findings, host->place, (unsigned int)strlen(host->name),
		     false, suggestion, "%s", message ? message : "");
}

/* A boot server that lends is one machine, with one name and one address. */
static void check_beside_servers(const struct members *members,
				 const struct cluster_memory_host *host)
{
	struct loader *loader = members->loader;

	for (size_t i = 0; i < loader->cluster->server_count; i++) {
		const struct cluster_server *server = &loader->cluster->servers[i];
		bool same_name = strcmp(server->name, host->name) == 0;

		if (same_name == (server->address == host->address) || !server->address)
			continue;
		tell_host(members, host,
			  "a host that is a server has both its name and its address",
			  loader_printf(loader, "the host has the %s of server %s (%s:%u:%u)",
					same_name ? "name" : "address", server->name,
					server->place.file, server->place.line,
					server->place.column));
	}
}

static void check_in_networks(const struct members *members, const struct cluster_memory_host *host)
{
	struct loader *loader = members->loader;
	const struct cluster_network *network = network_at(loader->cluster, host->address);
	const char *problem = network ? address_problem(network, host->address) : NULL;

	if (problem)
		tell_host(members, host, "an address in between",
			  loader_printf(loader, "the host's address %s network %s", problem,
					network->name));
	else if (network && range_contains(network, host->address))
		tell_host(members, host, "an address outside of the range",
			  loader_printf(loader,
					"the host's address is inside of the range of network %s",
					network->name));
}

static void check_host(struct members *members, const struct cluster_memory_host *host)
{
	struct loader *loader = members->loader;
	const struct draft *node = loader_find(&loader->drafts, host->name);
	const struct cluster_memory_host *other;

	members->lenders++;
	if (node)
		tell_host(members, host, "leave the host out, and say lend: yes of the node",
			  loader_printf(loader, "there is a node of that name (%s:%u:%u)",
					node->place.file, node->place.line, node->place.column));
	if (!host->address)
		return;
	other = table_find(&members->addresses, &host->address, sizeof(host->address));
	if (other)
		tell_host(members, host, "another address for one of them",
			  loader_printf(loader, "the host's address is that of the host %s",
					other->name));
	else
		loader->no_memory |= table_put(&members->addresses, &host->address,
					       sizeof(host->address), (void *)host) != 0;
	check_beside_servers(members, host);
	check_in_networks(members, host);
}

/* --- all together ----------------------------------------------------------------------------- */

static void check_lenders(const struct members *members)
{
	if (members->first_borrower && !members->lenders)
		tell(members, members->first_borrower,
		     members->first_borrower->swap ? NODE_SWAP : NODE_BORROW, true,
		     "lend: yes of nodes, or hosts: in memory:",
		     "it borrows memory, and nobody lends any");
	else if (members->first_mirrored && members->lenders < 2)
		tell(members, members->first_mirrored, NODE_SWAP, true,
		     "a second one that lends, or mirror=disk",
		     "mirror=lender keeps copies at two lenders, and there is one");
}

static void check_server(const struct members *members)
{
	struct loader *loader = members->loader;
	const struct cluster_memory *memory = &loader->cluster->memory;
	const struct place *place = members->first ? &members->first->place : &memory->hosts->place;
	const char *name = members->first ? members->first->name : memory->hosts->name;
	bool several = false;

	if (memory->server || !servers_are_usable(loader))
		return;
	for (size_t i = 0; i < loader->cluster->server_count; i++)
		several |= loader->cluster->servers[i].roles & SERVER_BOOT;
	if (!several) /* each node tells */
		return;
	findings_add(loader->findings, *place, (unsigned int)strlen(name), false,
		     "memory: { server: NAME }, with the one that brokers",
		     "memory is lent, and several servers have the role boot");
}

void check_memory(struct loader *loader)
{
	struct cluster *cluster = loader->cluster;
	struct members members = { .loader = loader };

	for (size_t i = 0; i < cluster->memory.host_count; i++)
		check_host(&members, &cluster->memory.hosts[i]);
	for (size_t i = 0; i < cluster->node_count; i++)
		check_member(&members, &cluster->nodes[i]);
	cluster->memory.used = members.lenders || members.first_borrower;
	if (cluster->memory.used) {
		check_server(&members);
		check_lenders(&members);
	}
	table_free(&members.addresses);
}
