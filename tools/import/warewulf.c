// SPDX-License-Identifier: GPL-2.0-only
/*
 * Warewulf 4's nodes.conf as a definition.
 *
 * It is YAML: `nodeprofiles` and `nodes`, maps of the same keys. Over its versions keys moved into
 * maps ("kernel args" became kernel: {args}) and changed their names (container, image); every
 * spelling is understood. A node has several network devices; the primary one is what it boots
 * from, and becomes its mac and address, and together with what profiles say of that device, a
 * network. A node without profiles has the profile "default". Of several profiles the last one
 * outranks the others, as in a definition.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "initramfs/value.h"
#include "tools/cluster/yaml_tree.h"
#include "tools/import/import.h"

/* Where Warewulf keeps the trees of its containers, or images. */
#define IMAGE_PATH "/var/lib/warewulf/chroots/%s/rootfs"

#define PROFILES_DEEP 16

struct reader {
	struct import_plan *plan;
	const struct yaml_node *profiles; /* a map, or NULL */
};

/* What a key's value becomes. */
enum manner {
	AS_VALUE,
	AS_KERNEL_WORDS,
	AS_IMAGE,
	AS_COMMENT,
	AS_ROOT,
	ELSEWHERE, /* used, but not here */
};

/* A key, or one in a map ("kernel.args"). */
struct meaning {
	const char *key;
	enum manner manner;
	const char *to;
};

static const struct meaning meanings[] = {
	{ "comment", AS_COMMENT, NULL },
	{ "cluster name", ELSEWHERE, NULL },
	{ "container name", AS_IMAGE, NULL },
	{ "image name", AS_IMAGE, NULL },
	{ "kernel args", AS_KERNEL_WORDS, NULL },
	{ "kernel.args", AS_KERNEL_WORDS, NULL },
	{ "init", AS_VALUE, "init" },
	{ "root", AS_ROOT, NULL },
	{ "profiles", ELSEWHERE, NULL },
	{ "network devices", ELSEWHERE, NULL },
	{ "primary network", ELSEWHERE, NULL },
};

/* Of a network device. */
static const char *const device_keys[] = { "hwaddr", "ipaddr",	"netmask", "gateway",
					   "mtu",    "default", "primary", "ipcidr" };

/* ---- YAML ----------------------------------------------------------------------------------- */

static const struct yaml_node *find(const struct yaml_node *node, const char *key)
{
	return node && node->kind == YAML_MAP ? yaml_find(node, key) : NULL;
}

/* The text of @node, or NULL when it is none or empty. */
static const char *text_of(const struct yaml_node *node)
{
	return node && node->kind == YAML_TEXT && !yaml_is_empty(node) && *node->text ? node->text
										      : NULL;
}

/* A text, or a list of them joined by @separator; NULL for anything else. */
static const char *join(struct import_plan *plan, const struct yaml_node *node,
			const char *separator)
{
	const char *joined = "";

	if (!node || node->kind != YAML_LIST)
		return text_of(node);
	for (size_t i = 0; i < node->count && joined; i++) {
		if (node->items[i]->kind != YAML_TEXT)
			return NULL;
		joined = arena_printf(&plan->arena, "%s%s%s", joined, i ? separator : "",
				      node->items[i]->text);
	}
	return joined;
}

static bool is_true(const char *text)
{
	return text && (strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0 ||
			strcmp(text, "1") == 0);
}

/* Everything in @node as dropped values "PATH.KEY=VALUE". */
static void drop(struct import_plan *plan, struct import_entry *entry, const char *path,
		 const struct yaml_node *node)
{
	const char *value = join(plan, node, " ");

	if (value) {
		import_drop(plan, entry, path, value);
		return;
	}
	for (size_t i = 0; i < node->count; i++) {
		const char *deeper = node->kind == YAML_MAP
					     ? arena_printf(&plan->arena, "%s.%s", path,
							    node->pairs[i].key->text)
					     : arena_printf(&plan->arena, "%s[%zu]", path, i + 1);

		if (deeper)
			drop(plan, entry, deeper,
			     node->kind == YAML_MAP ? node->pairs[i].value : node->items[i]);
	}
}

/* ---- what a node has by its profiles -------------------------------------------------------- */

/* The names of @node's profiles: a node without any has "default". */
static const struct yaml_node *profiles_of(const struct yaml_node *node)
{
	return find(node, "profiles");
}

static const struct yaml_node *profile_named(const struct reader *reader, const char *name)
{
	return find(reader->profiles, name);
}

static const char *inherited(const struct reader *reader, const struct yaml_node *node,
			     const char *device, const char *key, bool is_node, unsigned int deep);

/* The last profile that has it. */
static const char *from_profiles(const struct reader *reader, const struct yaml_node *node,
				 const char *device, const char *key, bool is_node,
				 unsigned int deep)
{
	const struct yaml_node *profiles = profiles_of(node);
	size_t count = profiles && profiles->kind == YAML_LIST ? profiles->count : 0;

	if (count == 0 && is_node && profile_named(reader, "default"))
		return inherited(reader, profile_named(reader, "default"), device, key, false,
				 deep + 1);
	while (count-- > 0) {
		const char *name = text_of(profiles->items[count]);
		const struct yaml_node *profile = name ? profile_named(reader, name) : NULL;
		const char *value =
			profile ? inherited(reader, profile, device, key, false, deep + 1) : NULL;

		if (value)
			return value;
	}
	return NULL;
}

/* The value of @key of the network device @device, or with NULL of the node itself. */
static const char *inherited(const struct reader *reader, const struct yaml_node *node,
			     const char *device, const char *key, bool is_node, unsigned int deep)
{
	const struct yaml_node *map = node;
	const char *value;

	if (deep == PROFILES_DEEP)
		return NULL;
	if (device)
		map = find(find(node, "network devices"), device);
	value = text_of(find(map, key));
	return value ? value : from_profiles(reader, node, device, key, is_node, deep);
}

static const char *device_value(const struct reader *reader, const struct yaml_node *node,
				const char *device, const char *key)
{
	return inherited(reader, node, device, key, true, 0);
}

/* Which of its network devices @node boots from, or NULL when it has none of its own. */
static const char *primary_device(const struct reader *reader, const struct yaml_node *node)
{
	const struct yaml_node *devices = find(node, "network devices");
	const char *name = inherited(reader, node, NULL, "primary network", true, 0);

	if (!devices || devices->kind != YAML_MAP || devices->count == 0)
		return NULL;
	if (name && find(devices, name))
		return name;
	for (size_t i = 0; i < devices->count; i++) {
		const char *device = devices->pairs[i].key->text;

		if (is_true(device_value(reader, node, device, "primary")) ||
		    is_true(device_value(reader, node, device, "default")))
			return device;
	}
	return find(devices, "default") ? "default" : devices->pairs[0].key->text;
}

/* ---- networks ------------------------------------------------------------------------------- */

/* "10.0.0.1" of "10.0.0.1/24", with *@mask at what is behind the slash. */
static const char *cut_cidr(struct import_plan *plan, const char *cidr, const char **mask)
{
	char *copy = cidr ? arena_copy(&plan->arena, cidr, strlen(cidr)) : NULL;
	char *slash = copy ? strchr(copy, '/') : NULL;

	*mask = NULL;
	if (!slash)
		return copy;
	*slash = '\0';
	*mask = slash + 1;
	return copy;
}

/* The network of device @device, made of what the first node in it says. */
static void describe_network(const struct reader *reader, const struct yaml_node *node,
			     const char *device, const char *address, const char *mask)
{
	struct import_plan *plan = reader->plan;
	struct import_entry *network = import_entry(plan, IMPORT_NETWORKS, device);
	const char *gateway = device_value(reader, node, device, "gateway");
	const char *mtu = device_value(reader, node, device, "mtu");
	const char *subnet = address && mask ? import_subnet(plan, address, mask) : NULL;
	const char *known = import_value(network, "subnet");

	if (subnet && known && strcmp(subnet, known) != 0)
		import_remark(plan, network, "nodes on it are in %s, too", subnet);
	else if (subnet && !known)
		import_set(plan, network, "subnet", subnet);
	if (gateway && !import_field(network, "gateway"))
		import_set(plan, network, "gateway", gateway);
	if (mtu && !import_field(network, "mtu"))
		import_set(plan, network, "mtu", mtu);
}

/* Is the value of a key of @device in the definition? */
static bool is_used(const struct import_plan *plan, const char *device, const char *key,
		    const char *value)
{
	const struct import_entry *network = import_find(plan, IMPORT_NETWORKS, device);
	const char *kept;

	for (size_t i = 0; network && i < sizeof(device_keys) / sizeof(device_keys[0]); i++) {
		if (strcmp(device_keys[i], key) != 0)
			continue;
		kept = import_value(network, key);
		/* A gateway or MTU of one's own, beside the network's, has no counterpart. */
		return (strcmp(key, "gateway") != 0 && strcmp(key, "mtu") != 0) ||
		       (kept && value && strcmp(kept, value) == 0);
	}
	return false;
}

/* A device's tags DNS1, DNS2 … are name servers. */
static void read_tags(struct import_plan *plan, struct import_entry *entry, const char *device,
		      const struct yaml_node *tags)
{
	for (size_t i = 0; tags->kind == YAML_MAP && i < tags->count; i++) {
		const char *key = tags->pairs[i].key->text;
		const char *value = text_of(tags->pairs[i].value);

		if (value && strncmp(key, "DNS", 3) == 0 &&
		    import_find(plan, IMPORT_NETWORKS, device))
			import_add(plan, import_entry(plan, IMPORT_NETWORKS, device), "dns", value);
		else if (value)
			import_drop(plan, entry, key, value);
	}
}

/* What of a device is neither a node's nor a network's. */
static void read_device(struct import_plan *plan, struct import_entry *entry, const char *name,
			const struct yaml_node *device, bool boots)
{
	for (size_t i = 0; device->kind == YAML_MAP && i < device->count; i++) {
		const char *key = device->pairs[i].key->text;
		const struct yaml_node *value = device->pairs[i].value;
		const char *path = arena_printf(&plan->arena, "%s.%s", name, key);

		if (boots && is_used(plan, name, key, text_of(value)))
			continue;
		if (boots && strcmp(key, "tags") == 0)
			read_tags(plan, entry, name, value);
		else if (path && !yaml_is_empty(value))
			drop(plan, entry, path, value);
	}
}

static void read_network(const struct reader *reader, struct import_entry *entry,
			 const struct yaml_node *node)
{
	struct import_plan *plan = reader->plan;
	const char *device = primary_device(reader, node);
	const struct yaml_node *devices;
	const char *mac, *address, *mask, *cidr_mask, *cidr_address;

	if (!device)
		return;
	mac = device_value(reader, node, device, "hwaddr");
	cidr_address = cut_cidr(plan, device_value(reader, node, device, "ipcidr"), &cidr_mask);
	address = device_value(reader, node, device, "ipaddr");
	mask = device_value(reader, node, device, "netmask");
	if (!address)
		address = cidr_address;
	if (!mask)
		mask = cidr_mask;
	if (mac)
		import_set_mac(plan, entry, mac);
	if (address)
		import_set(plan, entry, "address", address);
	describe_network(reader, node, device, address, mask);
	devices = find(node, "network devices");
	for (size_t i = 0; i < devices->count; i++)
		read_device(plan, entry, devices->pairs[i].key->text, devices->pairs[i].value,
			    strcmp(devices->pairs[i].key->text, device) == 0);
}

/* ---- nodes and profiles --------------------------------------------------------------------- */

static void set_image(struct import_plan *plan, struct import_entry *entry, const char *name)
{
	struct import_entry *image = import_entry(plan, IMPORT_IMAGES, name);
	const char *path = arena_printf(&plan->arena, IMAGE_PATH, name);

	if (path && !import_field(image, "path")) {
		import_set(plan, image, "path", path);
		import_remark(plan, image, "Warewulf's default place; nodes mount it as it is");
	}
	import_set(plan, entry, "image", image->name);
}

/* Warewulf's roots are in memory, where anything can be written; an overlay keeps that. */
static void set_root(struct import_plan *plan, struct import_entry *entry, const char *root)
{
	if (strcmp(root, "initramfs") == 0 || strcmp(root, "tmpfs") == 0)
		import_set(plan, entry, "overlay", "tmpfs");
	else
		import_drop(plan, entry, "root", root);
}

static const struct meaning *find_meaning(const char *key)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].key, key) == 0)
			return &meanings[i];
	return NULL;
}

static void apply(struct import_plan *plan, struct import_entry *entry,
		  const struct meaning *meaning, const char *value)
{
	switch (meaning->manner) {
	case AS_VALUE:
		import_set(plan, entry, meaning->to, value);
		break;
	case AS_KERNEL_WORDS:
		import_add_kernel_words(plan, entry, value);
		break;
	case AS_IMAGE:
		set_image(plan, entry, value);
		break;
	case AS_COMMENT:
		import_remark(plan, entry, "%s", value);
		break;
	case AS_ROOT:
		set_root(plan, entry, value);
		break;
	case ELSEWHERE:
		break;
	}
}

static void read_value(struct import_plan *plan, struct import_entry *entry, const char *key,
		       const struct yaml_node *node)
{
	const struct meaning *meaning = find_meaning(key);
	const char *value = join(plan, node, " ");

	if (yaml_is_empty(node) || (meaning && meaning->manner == ELSEWHERE))
		return;
	if (meaning && value)
		apply(plan, entry, meaning, value);
	else
		drop(plan, entry, key, node);
}

/* Keys of a map in the map are found as "kernel.args". */
static void read_keys(struct import_plan *plan, struct import_entry *entry,
		      const struct yaml_node *node)
{
	for (size_t i = 0; i < node->count; i++) {
		const char *key = node->pairs[i].key->text;
		const struct yaml_node *value = node->pairs[i].value;

		if (value->kind != YAML_MAP || find_meaning(key)) {
			read_value(plan, entry, key, value);
			continue;
		}
		for (size_t n = 0; n < value->count; n++) {
			const char *path =
				arena_printf(&plan->arena, "%s.%s", key, value->pairs[n].key->text);

			if (path)
				read_value(plan, entry, path, value->pairs[n].value);
		}
	}
}

/* "~NAME" takes a profile away that another one brings, which a definition cannot say. */
static void read_profile_names(struct import_plan *plan, struct import_entry *entry,
			       const struct yaml_node *profiles)
{
	for (size_t i = 0; profiles && profiles->kind == YAML_LIST && i < profiles->count; i++) {
		const char *name = text_of(profiles->items[i]);
		const struct import_entry *profile;

		if (!name)
			continue;
		profile = import_find(plan, IMPORT_PROFILES, name);
		if (*name == '~')
			import_drop(plan, entry, "profiles", name);
		else
			import_add(plan, entry, "profiles", profile ? profile->name : name);
	}
}

/* Profiles first, all of them: they name each other. */
static void read_profiles(const struct reader *reader)
{
	struct import_plan *plan = reader->plan;
	size_t count = reader->profiles ? reader->profiles->count : 0;

	for (size_t i = 0; i < count; i++)
		import_entry(plan, IMPORT_PROFILES, reader->profiles->pairs[i].key->text);
	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *profile = reader->profiles->pairs[i].value;
		struct import_entry *entry =
			import_entry(plan, IMPORT_PROFILES, reader->profiles->pairs[i].key->text);

		if (profile->kind != YAML_MAP)
			continue;
		read_profile_names(plan, entry, profiles_of(profile));
		read_keys(plan, entry, profile);
	}
}

/* Behind the nodes, which decide what of a profile's devices goes into networks. */
static void read_profile_devices(const struct reader *reader)
{
	struct import_plan *plan = reader->plan;
	size_t count = reader->profiles ? reader->profiles->count : 0;

	for (size_t i = 0; i < count; i++) {
		const struct yaml_pair *pair = &reader->profiles->pairs[i];
		const struct yaml_node *devices = find(pair->value, "network devices");
		struct import_entry *entry = import_entry(plan, IMPORT_PROFILES, pair->key->text);

		for (size_t n = 0; devices && devices->kind == YAML_MAP && n < devices->count; n++)
			read_device(plan, entry, devices->pairs[n].key->text,
				    devices->pairs[n].value, true);
	}
}

/* What Warewulf calls a node's cluster is a group; "n1.blue" is in "blue" without being told. */
static void read_cluster(const struct reader *reader, struct import_entry *entry,
			 const struct yaml_node *node)
{
	const char *cluster = inherited(reader, node, NULL, "cluster name", true, 0);
	const char *dot = strchr(entry->source_name, '.');

	if (!cluster && dot && dot[1])
		cluster = dot + 1;
	if (cluster)
		import_join(reader->plan, cluster, entry);
}

static void read_node(const struct reader *reader, const char *name, const struct yaml_node *node)
{
	struct import_plan *plan = reader->plan;
	struct import_entry *entry = import_entry(plan, IMPORT_NODES, name);
	const struct yaml_node *profiles = profiles_of(node);

	if (profiles && profiles->kind == YAML_LIST && profiles->count > 0)
		read_profile_names(plan, entry, profiles);
	else if (profile_named(reader, "default"))
		import_add(plan, entry, "profiles", "default");
	if (node->kind != YAML_MAP)
		return;
	read_cluster(reader, entry, node);
	read_network(reader, entry, node);
	read_keys(plan, entry, node);
}

/* The one rule by which profiles differ from Warewulf's. */
static void remark_kernel_words(struct import_plan *plan)
{
	size_t count = 0;

	for (size_t section = IMPORT_PROFILES; section <= IMPORT_NODES; section++)
		for (size_t i = 0; i < plan->sections[section].count; i++)
			count += import_field(plan->sections[section].list[i], "append") ? 1 : 0;
	if (count > 1)
		import_remark(
			plan, NULL,
			"Kernel arguments of profiles and nodes add up here; with Warewulf the "
			"last ones replaced the others. A word -NAME in append takes NAME away.");
}

static const struct yaml_node *find_map(const struct yaml_node *root, const char *key)
{
	const struct yaml_node *map = find(root, key);

	return map && map->kind == YAML_MAP ? map : NULL;
}

static int read_root(struct import_plan *plan, const struct import_file *file,
		     const struct yaml_node *root, struct fault *fault)
{
	struct reader reader = { .plan = plan, .profiles = find_map(root, "nodeprofiles") };
	const struct yaml_node *nodes = find_map(root, "nodes");

	if (!reader.profiles && !find(root, "nodes"))
		return fault_set(fault, EINVAL, "read Warewulf's nodes.conf", file->name,
				 "there are neither nodes nor nodeprofiles in it");
	read_profiles(&reader);
	for (size_t i = 0; nodes && i < nodes->count; i++)
		read_node(&reader, nodes->pairs[i].key->text, nodes->pairs[i].value);
	read_profile_devices(&reader);
	remark_kernel_words(plan);
	for (size_t i = 0; i < root->count; i++) {
		const char *key = root->pairs[i].key->text;

		if (strcmp(key, "nodes") != 0 && strcmp(key, "nodeprofiles") != 0 &&
		    strcmp(key, "WW_INTERNAL") != 0)
			import_remark(plan, NULL, "left out: %s", key);
	}
	return 0;
}

/* The first finding as a fault. */
static int report(const struct import_file *file, const struct findings *findings,
		  struct fault *fault)
{
	char place[sizeof(fault->peer)];
	const struct finding *first = findings->count ? &findings->list[0] : NULL;

	snprintf(place, sizeof(place), "%.80s:%u", file->name, first ? first->place.line : 0);
	return fault_set(fault, EINVAL, "read Warewulf's nodes.conf", place,
			 first ? first->message : NULL);
}

int import_warewulf(struct import_plan *plan, const struct import_file *files, size_t count,
		    struct fault *fault)
{
	int error = 0;

	plan->source = "Warewulf";
	for (size_t i = 0; i < count && !error; i++) {
		struct findings findings = { 0 };
		const struct yaml_node *root = NULL;

		error = yaml_tree_parse(files[i].text, files[i].length, files[i].name, &plan->arena,
					&findings, &root);
		if (error == -ENOMEM)
			fault_set(fault, ENOMEM, "read Warewulf's nodes.conf", files[i].name, NULL);
		else if (error)
			report(&files[i], &findings, fault);
		else
			error = read_root(plan, &files[i], root, fault);
		findings_free(&findings);
	}
	return error;
}
