// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values of each node: what comes later outranks what came earlier, and what is nearer to the
 * node outranks what is farther.
 *
 * So the settings that apply to a node stand in one row, the least first: its profiles, then its
 * entries. A value is that of the last setting with its key; lists and variables add up along the
 * row.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/loader.h"
#include "tools/cluster/words.h"
#include "userspace/lib/nearest.h"
#include "userspace/lib/size.h"

#define LISTS 3

static const enum node_key adding[LISTS] = { NODE_MOUNT_OPTIONS, NODE_APPEND, NODE_PARAMETERS };

/* Settings that add up, in a row. */
struct row {
	const struct setting **settings;
	const char **origins;
	size_t count, capacity;
};

struct variable_set {
	const struct cluster_variable *list;
	size_t count;
};

/* One node while its values are decided; the rows are used again for the next one. */
struct resolution {
	struct loader *loader;
	const struct draft *draft;
	struct cluster_node *node;
	const struct setting *chosen[NODE_KEY_COUNT];
	const struct settings *from[NODE_KEY_COUNT];
	size_t position[NODE_KEY_COUNT]; /* of the node in the entry that ->chosen is of */
	struct row rows[LISTS];
	const struct settings **with_variables;
	size_t variables_count, variables_capacity;
	bool incomplete; /* profiles are missing, which was reported */
};

static int add_to_row(struct row *row, const struct setting *setting, const char *origin)
{
	if (row->count == row->capacity) {
		size_t capacity = row->capacity ? row->capacity * 2 : 16;
		const struct setting **settings =
			reallocarray(row->settings, capacity, sizeof(*settings));
		const char **origins;

		if (!settings)
			return -ENOMEM;
		row->settings = settings;
		origins = reallocarray(row->origins, capacity, sizeof(*origins));
		if (!origins)
			return -ENOMEM;
		row->origins = origins;
		row->capacity = capacity;
	}
	row->settings[row->count] = setting;
	row->origins[row->count++] = origin;
	return 0;
}

static int note_variables(struct resolution *resolution, const struct settings *settings)
{
	if (resolution->variables_count == resolution->variables_capacity) {
		size_t capacity =
			resolution->variables_capacity ? resolution->variables_capacity * 2 : 16;
		const struct settings **more =
			reallocarray(resolution->with_variables, capacity, sizeof(*more));

		if (!more)
			return -ENOMEM;
		resolution->with_variables = more;
		resolution->variables_capacity = capacity;
	}
	resolution->with_variables[resolution->variables_count++] = settings;
	return 0;
}

static int row_of(enum node_key key)
{
	for (int i = 0; i < LISTS; i++)
		if (adding[i] == key)
			return i;
	return -1;
}

/* Put @settings on top of what there is so far. */
static void overlay(struct resolution *resolution, const struct settings *settings, size_t position)
{
	int error = 0;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->list[i];
		int row = row_of(setting->key);

		if (row >= 0) {
			if (setting->word_count)
				error |= add_to_row(&resolution->rows[row], setting,
						    settings->origin);
			continue;
		}
		resolution->chosen[setting->key] = setting;
		resolution->from[setting->key] = settings;
		resolution->position[setting->key] = position;
	}
	if (settings->variable_count)
		error |= note_variables(resolution, settings);
	resolution->loader->no_memory |= error != 0;
}

/* The last of the node's own entries that names profiles. */
static const struct setting *profiles_of(const struct loader *loader, const struct draft *draft)
{
	for (size_t i = draft->count; i-- > 0;) {
		const struct contribution *entry = &loader->contributions[draft->first + i];
		const struct setting *setting = find_setting(entry->settings, NODE_PROFILES);

		if (setting)
			return setting;
	}
	return NULL;
}

static void keep_profiles(struct resolution *resolution, const struct profile_order *order)
{
	struct loader *loader = resolution->loader;
	const char **names = loader_alloc(loader, order->count * sizeof(*names));

	for (size_t i = 0; names && i < order->count; i++)
		names[i] = order->profiles[order->count - 1 - i]->name;
	if (names)
		resolution->node->profiles = (struct word_list){ names, order->count };
}

static void overlay_all(struct resolution *resolution)
{
	struct loader *loader = resolution->loader;
	const struct draft *draft = resolution->draft;
	const struct profile_order *order = order_of(loader, profiles_of(loader, draft));

	resolution->incomplete = order && order->incomplete;
	if (order)
		keep_profiles(resolution, order);
	for (size_t i = order ? order->count : 0; i-- > 0;)
		overlay(resolution, &order->profiles[i]->settings, 0);
	/* What a profile inherits is no value of the node's own. */
	resolution->chosen[NODE_PROFILES] = NULL;
	for (size_t i = 0; i < draft->count; i++) {
		const struct contribution *entry = &loader->contributions[draft->first + i];

		overlay(resolution, entry->settings, entry->position);
	}
}

/* --- values ----------------------------------------------------------------------------------- */

/* The text of @key for this node; ranges were dealt out. NULL: the default. */
static const char *text_of(const struct resolution *resolution, enum node_key key)
{
	const struct setting *setting = resolution->chosen[key];
	const struct settings *from = resolution->from[key];
	size_t position = resolution->position[key];

	if (!setting || !setting->text || !from)
		return NULL;
	if (key == NODE_MAC && from->macs)
		return from->macs[position];
	if (key == NODE_ADDRESS && from->addresses)
		return from->addresses[position];
	return setting->text;
}

static void fill_values(struct resolution *resolution)
{
	for (int key = 0; key < NODE_KEY_COUNT; key++) {
		struct cluster_value *value = &resolution->node->values[key];

		const struct setting *setting = resolution->chosen[key];

		value->text = text_of(resolution, (enum node_key)key);
		value->origin = "default";
		if (value->text && setting && resolution->from[key]) {
			value->origin = resolution->from[key]->origin;
			value->place = setting->value->place;
		} else {
			value->text = section_keys[SECTION_NODE].keys[key].fallback;
		}
	}
}

/* Tell of the value of @key, which was set for this node. */
static void complain(const struct resolution *resolution, enum node_key key, const char *suggestion,
		     const char *message)
{
	const struct setting *setting = resolution->chosen[key];

	if (setting)
		gather_add(&resolution->loader->gather, setting->value->place,
			   setting->value->length, false, suggestion, resolution->node->name, "%s",
			   message);
}

/* Tell that @text, a value of @key, @mistake: "is no IPv4 address". */
static void complain_alike(const struct resolution *resolution, enum node_key key,
			   const char *suggestion, const char *text, const char *mistake)
{
	struct loader *loader = resolution->loader;
	const struct setting *setting = resolution->chosen[key];
	const char *message = loader_printf(loader, "'%s' %s", text, mistake), *plural;

	if (!setting || !setting->text)
		return;
	plural = loader_printf(loader, "'%s' gives what %s", setting->text, mistake);
	if (message && plural)
		gather_add_alike(&loader->gather, setting->value->place, setting->value->length,
				 false, suggestion, resolution->node->name, message, plural);
}

static void lacks(const struct resolution *resolution, const char *suggestion, const char *message)
{
	const struct draft *draft = resolution->draft;

	gather_add(&resolution->loader->gather, draft->place, (unsigned int)strlen(draft->name),
		   false, suggestion, draft->name, "%s", message);
}

static bool is(const struct resolution *resolution, enum node_key key, const char *text)
{
	const char *value = resolution->node->values[key].text;

	return value && strcmp(value, text) == 0;
}

static void *named(const struct resolution *resolution, enum node_key key, const char *what,
		   const struct table *table)
{
	const struct setting *setting = resolution->chosen[key];

	if (!setting || !setting->text)
		return NULL;
	return find_named(resolution->loader, table, what, setting->value, setting->text);
}

/* Has the value of @key, or where it could come from, been reported already? */
static bool is_broken(const struct resolution *resolution, enum node_key key)
{
	const struct setting *setting = resolution->chosen[key];

	return resolution->incomplete ||
	       (setting && !setting->text && !yaml_is_empty(setting->value));
}

static bool is_set(const struct resolution *resolution, enum node_key key)
{
	return resolution->chosen[key] && resolution->chosen[key]->text;
}

/* What cannot be read, which was reported, is not missing besides. */
static void keep_broken(struct resolution *resolution, enum node_key key)
{
	const struct setting *setting = resolution->chosen[key];

	if (setting && !setting->text && !yaml_is_empty(setting->value))
		resolution->node->values[key].text =
			setting->value->text ? setting->value->text : "";
}

static void resolve_mac(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	const char *text = node->values[NODE_MAC].text;
	char again[MAC_TEXT_BYTES];

	keep_broken(resolution, NODE_MAC);

	if (!text)
		return;
	node->has_mac = value_mac(text, node->mac);
	if (!node->has_mac) {
		complain_alike(
			resolution, NODE_MAC, "52:54:00:12:34:56, with what the interface has",
			text, "is no Ethernet address of one interface, such as 52:54:00:12:34:56");
		return;
	}
	node->values[NODE_MAC].text =
		loader_printf(resolution->loader, "%s", value_mac_text(node->mac, again));
}

/* [01-16] in an address makes 10.0.0.01, which some programs would read as octal. */
static bool has_leading_zero(const char *address)
{
	for (const char *c = address; *c; c++)
		if (*c == '0' && c[1] >= '0' && c[1] <= '9' && (c == address || c[-1] == '.'))
			return true;
	return false;
}

static void resolve_address(struct resolution *resolution)
{
	const char *text = resolution->node->values[NODE_ADDRESS].text;

	keep_broken(resolution, NODE_ADDRESS);
	if (!text || (value_ipv4(text, &resolution->node->address) && resolution->node->address))
		return;
	resolution->node->address = 0;
	complain_alike(resolution, NODE_ADDRESS,
		       has_leading_zero(text) ? "leave out zeros in front of a number"
					      : "four numbers from 0 to 255, as in 10.0.0.17",
		       text, "is no IPv4 address");
}

static void set_default(struct cluster_value *value, const char *text)
{
	value->text = text;
	value->origin = "default";
}

static void resolve_network(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	const struct cluster *cluster = resolution->loader->cluster;

	if (is_set(resolution, NODE_NETWORK)) {
		node->network =
			named(resolution, NODE_NETWORK, "network", &resolution->loader->networks);
		return;
	}
	if (cluster->network_count == 1)
		node->network = &cluster->networks[0];
	if (!node->network && node->address)
		node->network = network_at(cluster, node->address);
	if (node->network)
		set_default(&node->values[NODE_NETWORK], node->network->name);
	else if (cluster->network_count && !is_broken(resolution, NODE_NETWORK))
		lacks(resolution,
		      node->address ? "an address of a network, or network: with the one it is in"
				    : "network: with the one it boots from",
		      node->address ? "the address is in no network"
				    : "no network is named, and there are several");
}

/* The only server with @role; among several, the only one in the node's network. */
static const struct cluster_server *server_with(const struct resolution *resolution,
						enum server_role role, size_t *count)
{
	const struct cluster *cluster = resolution->loader->cluster;
	const struct cluster_server *any = NULL, *near = NULL;
	size_t all = 0, near_count = 0;

	for (size_t i = 0; i < cluster->server_count; i++) {
		const struct cluster_server *server = &cluster->servers[i];

		if (!(server->roles & role))
			continue;
		all++;
		any = server;
		if (server->network && server->network == resolution->node->network) {
			near_count++;
			near = server;
		}
	}
	*count = all;
	return all == 1 ? any : near_count == 1 ? near : NULL;
}

static void resolve_server(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	size_t count;

	if (is_set(resolution, NODE_SERVER)) {
		node->server =
			named(resolution, NODE_SERVER, "server", &resolution->loader->servers);
		if (node->server && !(node->server->roles & SERVER_BOOT))
			complain(resolution, NODE_SERVER,
				 "add boot to its roles, or name another server",
				 "the server does not have the role boot");
		return;
	}
	node->server = server_with(resolution, SERVER_BOOT, &count);
	if (node->server)
		set_default(&node->values[NODE_SERVER], node->server->name);
	else if (!is_broken(resolution, NODE_SERVER) && servers_are_usable(resolution->loader))
		lacks(resolution,
		      count ? "server: with the one that boots it"
			    : "add boot to the roles of a server",
		      count ? "no server is named, and several have the role boot"
			    : "there is no server with the role boot");
}

/* Which images a node may name, or how there come to be some. */
static const char *some_image(const struct resolution *resolution)
{
	const struct cluster *cluster = resolution->loader->cluster;

	if (!cluster->image_count)
		return "describe an image in images:, and name it";
	return loader_printf(resolution->loader, "image: %s", cluster->images[0].name);
}

static void resolve_image(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;

	if (!is_set(resolution, NODE_IMAGE)) {
		if (!is_broken(resolution, NODE_IMAGE))
			lacks(resolution, some_image(resolution),
			      "no image is named: give image: here or in a profile");
		return;
	}
	node->image = named(resolution, NODE_IMAGE, "image", &resolution->loader->images);
	if (node->image && !node->image->server && node->root == ROOT_NFS &&
	    servers_are_usable(resolution->loader))
		lacks(resolution, "add nfs to the roles of a server",
		      "there is no server with the role nfs for the image");
}

/* One text with variables, as a word. */
static const char *fill_text(struct resolution *resolution, struct variable_source *source,
			     enum node_key key)
{
	const struct setting *setting = resolution->chosen[key];
	struct placed_word word;

	if (!setting || !setting->text)
		return NULL;
	word = (struct placed_word){ setting->text, setting->value->place, setting->value->length,
				     setting->value->exact };
	return fill_in(source, &word);
}

/* Which storage a node may name, or what to say without one. */
static const char *disk_suggestion(const struct resolution *resolution)
{
	const struct cluster *cluster = resolution->loader->cluster;

	if (!cluster->storage_count)
		return "disk: /dev/vg0/@NODE@, or describe a storage in storage:, and name it";
	return loader_printf(resolution->loader, "storage: %s", cluster->storages[0].name);
}

/* How a volume of @storage shows as a disk. */
static const char *volume_path(struct loader *loader, const struct cluster_storage *storage,
			       const char *node)
{
	if (storage->type == STORAGE_FILE)
		return loader_printf(loader, CLUSTER_VOLUME_FILE,
				     storage->directory ? storage->directory : "", node);
	return loader_printf(loader, CLUSTER_VOLUME_DEVICE, storage->group ? storage->group : "",
			     node);
}

/* The node's own volume. Nobody else has it, so it may be written unless that is said. */
static void resolve_storage(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	struct cluster_value *disk = &node->values[NODE_DISK];

	node->storage = named(resolution, NODE_STORAGE, "storage", &resolution->loader->storages);
	if (!node->storage)
		return;
	if (is_set(resolution, NODE_DISK))
		complain(resolution, NODE_DISK,
			 "leave one of them out; storage: ~ takes back what a profile says",
			 "disk and storage are both given");
	if (strncmp(node->name, CLUSTER_GOLDEN, strlen(CLUSTER_GOLDEN)) == 0)
		lacks(resolution, "give the node another name",
		      "a node with a volume cannot be called " CLUSTER_GOLDEN
		      "…: so are the golden volumes of images");
	node->disk = volume_path(resolution->loader, node->storage, node->name);
	if (node->disk && !key_accepts(&section_keys[SECTION_NODE].keys[NODE_DISK], node->disk))
		complain(resolution, NODE_STORAGE, "a storage in a directory with a shorter path",
			 "the path of the node's volume is too long");
	*disk = (struct cluster_value){
		.text = node->disk,
		.origin = loader_printf(resolution->loader, "storage %s", node->storage->name),
		.place = node->values[NODE_STORAGE].place,
	};
	if (!is_set(resolution, NODE_ACCESS)) {
		set_default(&node->values[NODE_ACCESS], "rw");
		node->read_write = true;
	}
	(void)size_read(node->values[NODE_VOLUME_SIZE].text, &node->volume_bytes);
}

static void resolve_disk(struct resolution *resolution, struct variable_source *source)
{
	struct cluster_node *node = resolution->node;

	node->disk = fill_text(resolution, source, NODE_DISK);
	if (node->disk && !key_accepts(&section_keys[SECTION_NODE].keys[NODE_DISK], node->disk))
		complain(resolution, NODE_DISK, "a path as /dev/vg0/@NODE@",
			 "with its variables put in, it is no path");
	if (node->disk)
		node->values[NODE_DISK].text = node->disk;
	else if (!is_set(resolution, NODE_DISK) && !is_broken(resolution, NODE_DISK))
		complain(resolution, NODE_ROOT, disk_suggestion(resolution),
			 "root: iscsi needs a storage, or a disk");
}

/* The server that has the node's disk; NULL with a report when that is not clear. */
static const struct cluster_server *disk_server(const struct resolution *resolution)
{
	const struct cluster_node *node = resolution->node;
	const struct cluster_server *server;
	size_t count;

	if (node->storage)
		return node->storage->server; /* none: that was reported */
	if (node->server && (node->server->roles & SERVER_ISCSI))
		return node->server;
	server = server_with(resolution, SERVER_ISCSI, &count);
	if (!server && servers_are_usable(resolution->loader))
		complain(resolution, NODE_ROOT, "add iscsi to the roles of one server",
			 "root: iscsi needs one server with the role iscsi");
	return server;
}

static void resolve_portals(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	const struct setting *setting = resolution->chosen[NODE_PORTALS];

	if (!node->iscsi)
		return;
	choose_portals(resolution->loader, node, setting ? setting->words : NULL,
		       setting ? setting->word_count : 0);
	if (!is_set(resolution, NODE_PORTALS))
		node->values[NODE_PORTALS] = node->iscsi->portal_value;
}

static void resolve_iscsi(struct resolution *resolution, struct variable_source *source)
{
	struct cluster_node *node = resolution->node;

	if (node->root != ROOT_ISCSI)
		return;
	node->chap = is(resolution, NODE_CHAP, "none")	    ? CHAP_NONE
		     : is(resolution, NODE_CHAP, "one-way") ? CHAP_ONE_WAY
							    : CHAP_MUTUAL;
	node->file_system = node->values[NODE_FILE_SYSTEM].text;
	if (is_set(resolution, NODE_STORAGE) || is_broken(resolution, NODE_STORAGE))
		resolve_storage(resolution);
	else
		resolve_disk(resolution, source);
	if (!resolution->loader->cluster->iqn)
		complain(resolution, NODE_ROOT, "iqn: iqn.2026-11.example.demo in cluster:",
			 "root: iscsi needs an iqn in cluster:");
	node->iscsi = disk_server(resolution);
	resolve_portals(resolution);
}

/* --- lists and variables ---------------------------------------------------------------------- */

/* A node's own copy of a sum with variables. */
static struct word_list fill_sum(struct resolution *resolution, struct variable_source *source,
				 const struct word_sum *sum, enum node_key key)
{
	struct loader *loader = resolution->loader;
	const char **words = loader_alloc(loader, sum->list.count * sizeof(*words));
	bool good = words != NULL;

	for (size_t i = 0; words && i < sum->list.count; i++) {
		words[i] = fill_in(source, &sum->words[i]);
		good &= words[i] != NULL;
	}
	if (!good)
		return (struct word_list){ 0 };
	check_sum(loader, key, sum->words, words, sum->list.count, resolution->node->name);
	return (struct word_list){ words, sum->list.count };
}

static const char *join(struct loader *loader, struct word_list list)
{
	struct text text = { 0 };
	const char *joined;

	for (size_t i = 0; i < list.count; i++)
		text_printf(&text, "%s%s", i ? "," : "", list.words[i]);
	joined = list.count ? loader_printf(loader, "%s", text_string(&text)) : NULL;
	loader->no_memory |= text.error;
	text_free(&text);
	return joined;
}

static void resolve_list(struct resolution *resolution, struct variable_source *source, int row,
			 struct word_list *list)
{
	const struct row *settings = &resolution->rows[row];
	struct cluster_value *value = &resolution->node->values[adding[row]];
	const struct word_sum *sum;

	if (!settings->count)
		return;
	sum = sum_words(resolution->loader, settings->settings, settings->origins, settings->count);
	if (!sum)
		return;
	*list = sum->list;
	*value = (struct cluster_value){ sum->text, sum->origin, sum->place, sum->parts };
	if (!sum->has_variables)
		return;
	*list = fill_sum(resolution, source, sum, adding[row]);
	value->text = join(resolution->loader, *list);
}

static int compare_variables(const void *a, const void *b)
{
	const struct cluster_variable *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Add those of one settings, in the place of earlier ones of the same name. */
static size_t merge_variables(struct cluster_variable *list, size_t count,
			      const struct settings *settings)
{
	for (size_t i = 0; i < settings->variable_count; i++) {
		size_t at = 0;

		while (at < count && strcmp(list[at].name, settings->variables[i].name) != 0)
			at++;
		list[at] = settings->variables[i];
		count += at == count;
	}
	return count;
}

static struct variable_set *new_variable_set(struct resolution *resolution)
{
	struct loader *loader = resolution->loader;
	struct variable_set *set = loader_alloc(loader, sizeof(*set));
	struct cluster_variable *list;
	size_t max = 0;

	for (size_t i = 0; i < resolution->variables_count; i++)
		max += resolution->with_variables[i]->variable_count;
	list = loader_alloc(loader, max * sizeof(*list));
	if (!set || !list)
		return NULL;
	for (size_t i = 0; i < resolution->variables_count; i++)
		set->count = merge_variables(list, set->count, resolution->with_variables[i]);
	qsort(list, set->count, sizeof(*list), compare_variables);
	set->list = list;
	return set;
}

/* Nodes with the same settings share a set. */
static void resolve_variables(struct resolution *resolution)
{
	struct loader *loader = resolution->loader;
	size_t bytes = resolution->variables_count * sizeof(*resolution->with_variables);
	struct variable_set *set;
	void *key;

	if (!bytes)
		return;
	set = table_find(&loader->variable_sets, resolution->with_variables, bytes);
	if (!set) {
		set = new_variable_set(resolution);
		key = arena_copy(loader->arena, (const char *)resolution->with_variables, bytes);
		if (!set || !key || table_put(&loader->variable_sets, key, bytes, set)) {
			loader->no_memory = true;
			return;
		}
	}
	resolution->node->variables = set->list;
	resolution->node->variable_count = set->count;
}

/* The words of a list that replaces, such as drivers. */
static struct word_list words_of(struct loader *loader, const struct setting *setting)
{
	const char **words = loader_alloc(loader, setting->word_count * sizeof(*words));

	for (size_t i = 0; words && i < setting->word_count; i++)
		words[i] = setting->words[i].text;
	return words ? (struct word_list){ words, setting->word_count } : (struct word_list){ 0 };
}

static void warn_undetected(const struct resolution *resolution)
{
	const struct yaml_node *value = resolution->chosen[NODE_DRIVERS]->value;

	gather_add(&resolution->loader->gather, value->place, value->length, true,
		   "boot it within a window of wireroot discover", resolution->node->name,
		   "no drivers have been detected yet: all wired ones are taken");
}

static void resolve_drivers(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	bool detected = is(resolution, NODE_DRIVERS, "detected");
	const struct setting *setting = resolution->chosen[detected ? NODE_DETECTED : NODE_DRIVERS];

	if (is(resolution, NODE_DRIVERS, "auto")) {
		node->drivers_auto = true;
	} else if (setting && setting->word_count) {
		node->drivers = words_of(resolution->loader, setting);
		resolution->loader->driver_lists[node - resolution->loader->cluster->nodes] =
			setting;
	} else {
		node->drivers_auto = true;
		if (detected)
			warn_undetected(resolution);
	}
	for (size_t i = 0; i < node->drivers.count; i++)
		if (strcmp(node->drivers.words[i], "auto") == 0 ||
		    strcmp(node->drivers.words[i], "detected") == 0)
			complain(resolution, NODE_DRIVERS, "leave the others out, or it",
				 "auto and detected stand alone, not in a list");
}

static unsigned int number(const struct cluster_node *node, enum node_key key)
{
	uint32_t value = 0;

	(void)value_number(node->values[key].text, UINT32_MAX, &value);
	return value;
}

/* What is a matter of one text each. */
static void resolve_plain(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	const struct cluster_value *values = node->values;

	node->root = is(resolution, NODE_ROOT, "iscsi") ? ROOT_ISCSI : ROOT_NFS;
	node->loader = is(resolution, NODE_LOADER, "pxelinux") ? LOADER_PXELINUX
		       : is(resolution, NODE_LOADER, "grub")   ? LOADER_GRUB
							       : LOADER_IPXE;
	node->read_write = is(resolution, NODE_ACCESS, "rw");
	node->nfs_version = values[NODE_NFS_VERSION].text;
	if (!is(resolution, NODE_OVERLAY, "none") && !is(resolution, NODE_OVERLAY, "off"))
		node->overlay = values[NODE_OVERLAY].text;
	node->init = values[NODE_INIT].text;
	if (is_set(resolution, NODE_ONFAIL))
		node->onfail = values[NODE_ONFAIL].text;
	node->rescue = key_switch(values[NODE_RESCUE].text);
	if (!is(resolution, NODE_SWAP, "none") && !is(resolution, NODE_SWAP, "off"))
		node->swap = values[NODE_SWAP].text;
	node->lend = key_switch(values[NODE_LEND].text);
	node->rack = values[NODE_RACK].text;
	node->lab_uefi = is(resolution, NODE_LAB_FIRMWARE, "uefi");
	node->lab_nic = values[NODE_LAB_NIC].text;
	node->lab_memory_mib = number(node, NODE_LAB_MEMORY);
	node->lab_cpus = number(node, NODE_LAB_CPUS);
}

/* Who has swap from its init on can borrow anyway. */
static void resolve_memory(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	struct cluster_value *value = &node->values[NODE_BORROW];

	if (!value->text)
		set_default(value, node->swap ? "yes" : "no");
	node->borrow = key_switch(value->text);
	if (is_set(resolution, NODE_BORROW_LIMIT))
		(void)size_read(node->values[NODE_BORROW_LIMIT].text, &node->borrow_bytes_max);
	if (is_set(resolution, NODE_LEND_RESERVE))
		(void)size_read(node->values[NODE_LEND_RESERVE].text, &node->lend_reserve_bytes);
}

static void resolve_node(struct resolution *resolution)
{
	struct cluster_node *node = resolution->node;
	struct variable_source source;

	memset(resolution->chosen, 0, sizeof(resolution->chosen));
	for (int i = 0; i < LISTS; i++)
		resolution->rows[i].count = 0;
	resolution->variables_count = 0;
	overlay_all(resolution);
	fill_values(resolution);
	resolve_plain(resolution);
	resolve_memory(resolution);
	resolve_mac(resolution);
	resolve_address(resolution);
	resolve_network(resolution);
	resolve_server(resolution);
	resolve_image(resolution);
	resolve_drivers(resolution);
	resolve_variables(resolution);
	variables_begin(&source, resolution->loader, node);
	resolve_iscsi(resolution, &source);
	resolve_list(resolution, &source, 0, &node->mount_options);
	resolve_list(resolution, &source, 1, &node->append);
	resolve_list(resolution, &source, 2, &node->parameters);
}

void resolve_nodes(struct loader *loader)
{
	struct cluster *cluster = loader->cluster;
	struct resolution resolution = { .loader = loader };

	cluster->nodes = loader_alloc(loader, loader->draft_count * sizeof(*cluster->nodes));
	loader->driver_lists =
		loader_alloc(loader, loader->draft_count * sizeof(*loader->driver_lists));
	if (!cluster->nodes || !loader->driver_lists)
		return;
	cluster->node_count = loader->draft_count;
	for (size_t i = 0; i < cluster->node_count && !loader->no_memory; i++) {
		struct cluster_node *node = &cluster->nodes[i];

		resolution.draft = loader->draft_list[i];
		resolution.node = node;
		node->name = resolution.draft->name;
		node->place = resolution.draft->place;
		node->groups = resolution.draft->groups;
		resolve_node(&resolution);
	}
	for (int i = 0; i < LISTS; i++) {
		free(resolution.rows[i].settings);
		free(resolution.rows[i].origins);
	}
	free(resolution.with_variables);
}
