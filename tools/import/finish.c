// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a definition needs that the other program's files do not have: a name, a network, a server,
 * an image for every node, and for each node which network it boots from.
 */
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/nodeset.h"
#include "tools/import/plan.h"

/* Deeper inheritance is the other program's mistake, and no reason to hang. */
#define PROFILES_DEEP 16

static uint32_t mask_of(unsigned int bits)
{
	return bits ? UINT32_MAX << (32 - bits) : 0;
}

/* The bits of a mask such as 255.255.255.0, or 0. */
static unsigned int mask_bits(const char *text)
{
	uint32_t mask, number;

	if (value_number(text, 30, &number))
		return number;
	if (!value_ipv4(text, &mask))
		return 0;
	for (unsigned int bits = 1; bits <= 30; bits++)
		if (mask == mask_of(bits))
			return bits;
	return 0;
}

const char *import_subnet(struct import_plan *plan, const char *address, const char *mask)
{
	unsigned int bits = mask_bits(mask);
	char first[IPV4_TEXT_BYTES];
	const char *subnet;
	uint32_t number;

	if (bits == 0 || !value_ipv4(address, &number))
		return NULL;
	subnet = arena_printf(&plan->arena, "%s/%u", value_ipv4_text(number & mask_of(bits), first),
			      bits);
	if (!subnet)
		plan->out_of_memory = true;
	return subnet;
}

static bool read_subnet(const char *text, uint32_t *first, uint32_t *mask)
{
	char address[IPV4_TEXT_BYTES];
	const char *slash = strchr(text, '/');
	uint32_t bits;

	if (!slash || slash - text >= IPV4_TEXT_BYTES || !value_number(slash + 1, 30, &bits))
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	*mask = mask_of(bits);
	return value_ipv4(address, first);
}

/* ---- networks and servers ------------------------------------------------------------------- */

/* The smallest subnet of at most 24 bits that holds every node's address: for an example. */
static const char *guess_subnet(struct import_plan *plan)
{
	const struct import_entries *nodes = &plan->sections[IMPORT_NODES];
	uint32_t first = 0, address;
	unsigned int bits = 24;
	char text[IPV4_TEXT_BYTES];

	for (size_t i = 0; i < nodes->count; i++) {
		const char *value = import_value(nodes->list[i], "address");

		if (!value || !value_ipv4(value, &address))
			continue;
		if (!first)
			first = address;
		while (bits > 8 && (address & mask_of(bits)) != (first & mask_of(bits)))
			bits--;
	}
	if (!first)
		return "the subnet of the nodes, such as 10.0.0.0/24";
	return arena_printf(&plan->arena, "the subnet of the nodes; they are in %s/%u",
			    value_ipv4_text(first & mask_of(bits), text), bits);
}

static void finish_networks(struct import_plan *plan, const struct import_options *options)
{
	struct import_entries *networks = &plan->sections[IMPORT_NETWORKS];

	if (networks->count == 0)
		import_entry(plan, IMPORT_NETWORKS, "boot");
	for (size_t i = 0; i < networks->count; i++) {
		struct import_entry *network = networks->list[i];
		const char *guess;

		if (import_field(network, "subnet"))
			continue;
		if (options->subnet && networks->count == 1)
			import_set(plan, network, "subnet", options->subnet);
		guess = guess_subnet(plan);
		import_fill_in(plan, network, "subnet", guess ? guess : "the subnet of the nodes");
	}
}

static void finish_servers(struct import_plan *plan, const struct import_options *options)
{
	struct import_entries *servers = &plan->sections[IMPORT_SERVERS];
	struct import_entry *server;

	server = servers->count ? servers->list[0] : import_entry(plan, IMPORT_SERVERS, "boot1");
	if (options->server)
		import_set(plan, server, "address", options->server);
	import_fill_in(plan, server, "address",
		       "the boot server's address in the network of the nodes");
	if (!import_field(server, "roles")) {
		import_add(plan, server, "roles", "boot");
		import_add(plan, server, "roles", "nfs");
	}
}

/* ---- images --------------------------------------------------------------------------------- */

/* Does @entry have @key, itself or by a profile? */
static bool inherits(const struct import_plan *plan, const struct import_entry *entry,
		     const char *key, unsigned int deep)
{
	const struct import_field *profiles = import_field(entry, "profiles");

	if (import_field(entry, key))
		return true;
	if (!profiles || deep == PROFILES_DEEP)
		return false;
	for (const struct import_word *word = profiles->list.first; word; word = word->next) {
		const struct import_entry *profile =
			import_named(plan, IMPORT_PROFILES, word->text);

		if (profile && inherits(plan, profile, key, deep + 1))
			return true;
	}
	return false;
}

/* YAML has keys of 1024 characters at most; nobody wants to read one of 500. */
#define KEY_LENGTH_MAX 500

/* The key of an entry for the nodes that @names means: itself, or a group of its own. */
static const char *key_of_set(struct import_plan *plan, const struct text *names)
{
	struct import_entry *group;
	const char *key;

	if (names->length <= KEY_LENGTH_MAX) {
		key = arena_copy(&plan->arena, text_string(names), names->length);
	} else {
		group = import_entry(plan, IMPORT_GROUPS, "without-image");
		import_set(plan, group, "nodes", text_string(names));
		key = arena_printf(&plan->arena, "@%s", group->name);
	}
	if (!key)
		plan->out_of_memory = true;
	return key ? key : "";
}

/* Nodes without an image share an entry, whose name is the set of them; a lone one needs none. */
static void give_image(struct import_plan *plan, struct nodeset *imageless,
		       struct import_entry *last, const struct import_options *options)
{
	struct import_entry *image = import_entry(plan, IMPORT_IMAGES, "default");
	struct text names = { 0 };
	struct fault fault;

	if (options->image)
		import_set(plan, image, "path", options->image);
	if (nodeset_count(imageless) == 1) {
		import_set(plan, last, "image", image->name);
		return;
	}
	if (nodeset_fold(imageless, &names, &fault) || names.error)
		plan->out_of_memory = true;
	plan->imageless.section = IMPORT_NODES;
	plan->imageless.name = key_of_set(plan, &names);
	plan->imageless.source_name = "";
	text_free(&names);
	import_set(plan, &plan->imageless, "image", image->name);
}

/* The nodes that have no image, itself or by profiles; *@last is one of them. NULL: no memory. */
static struct nodeset *find_imageless(const struct import_plan *plan, struct import_entry **last)
{
	const struct import_entries *nodes = &plan->sections[IMPORT_NODES];
	struct nodeset *imageless = nodeset_new();
	struct fault fault;

	for (size_t i = 0; imageless && i < nodes->count; i++) {
		if (inherits(plan, nodes->list[i], "image", 0))
			continue;
		*last = nodes->list[i];
		if (nodeset_add_name(imageless, nodes->list[i]->name, &fault)) {
			nodeset_free(imageless);
			return NULL;
		}
	}
	return imageless;
}

static void finish_images(struct import_plan *plan, const struct import_options *options)
{
	struct import_entries *images = &plan->sections[IMPORT_IMAGES];
	struct import_entry *last = NULL;
	struct nodeset *imageless = find_imageless(plan, &last);

	if (!imageless) {
		plan->out_of_memory = true;
		return;
	}
	if (last)
		give_image(plan, imageless, last, options);
	nodeset_free(imageless);
	for (size_t i = 0; i < images->count; i++)
		import_fill_in(plan, images->list[i], "path",
			       "the directory that holds the root file system");
}

/* ---- nodes ---------------------------------------------------------------------------------- */

/* The name of the network that @address is in, or NULL. */
static const char *network_of(const struct import_plan *plan, uint32_t address)
{
	const struct import_entries *networks = &plan->sections[IMPORT_NETWORKS];
	uint32_t first, mask;

	for (size_t i = 0; i < networks->count; i++) {
		const char *subnet = import_value(networks->list[i], "subnet");

		if (subnet && read_subnet(subnet, &first, &mask) &&
		    (address & mask) == (first & mask))
			return networks->list[i]->name;
	}
	return NULL;
}

static void choose_network(struct import_plan *plan, struct import_entry *node)
{
	const char *text = import_value(node, "address");
	const char *network = NULL;
	uint32_t address;

	if (plan->sections[IMPORT_NETWORKS].count < 2 || inherits(plan, node, "network", 0))
		return;
	if (text && value_ipv4(text, &address))
		network = network_of(plan, address);
	if (network)
		import_set(plan, node, "network", network);
	else
		import_fill_in(plan, node, "network", "which of the networks it boots from");
}

/* Without an address a node needs a network that has a range to take one from. */
static void require_address(struct import_plan *plan, struct import_entry *node)
{
	const struct import_entries *networks = &plan->sections[IMPORT_NETWORKS];
	bool has_range = false;

	for (size_t i = 0; i < networks->count; i++)
		has_range = has_range || import_field(networks->list[i], "range");
	if (!has_range)
		import_fill_in(plan, node, "address", "its address");
}

/* A profile that is named and that nothing else is known of: an empty one, to be filled in. */
static void define_profiles(struct import_plan *plan, const struct import_entry *entry)
{
	const struct import_field *profiles = import_field(entry, "profiles");

	for (const struct import_word *word = profiles ? profiles->list.first : NULL; word;
	     word = word->next) {
		if (!import_named(plan, IMPORT_PROFILES, word->text))
			import_remark(plan, import_entry(plan, IMPORT_PROFILES, word->text),
				      "%s's files say nothing of it", plan->source);
	}
}

void import_finish(struct import_plan *plan, const struct import_options *options)
{
	struct import_entry *cluster = import_entry(plan, IMPORT_CLUSTER, "");
	struct import_entries *nodes = &plan->sections[IMPORT_NODES];

	if (options->cluster)
		import_set(plan, cluster, "name", options->cluster);
	if (!import_field(cluster, "name"))
		import_set(plan, cluster, "name", "imported");
	for (size_t i = 0; i < nodes->count; i++)
		define_profiles(plan, nodes->list[i]);
	for (size_t i = 0; i < plan->sections[IMPORT_PROFILES].count; i++)
		define_profiles(plan, plan->sections[IMPORT_PROFILES].list[i]);
	finish_networks(plan, options);
	finish_servers(plan, options);
	finish_images(plan, options);
	for (size_t i = 0; i < nodes->count; i++) {
		choose_network(plan, nodes->list[i]);
		require_address(plan, nodes->list[i]);
	}
}
