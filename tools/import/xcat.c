// SPDX-License-Identifier: GPL-2.0-only
/*
 * xCAT's stanza files (xcatstanzafile(5)) as a definition.
 *
 *   default-node:          values for the nodes that follow, until another one changes them
 *      groups=all,compute
 *   n01:                   an object; its type decides what its attributes mean
 *      objtype=node
 *      mac=52:54:00:12:34:56!n01|52:54:00:12:34:57!*NOIP*
 *
 * An attribute that several groups of a node give comes from the first of them in xCAT, and from
 * the last profile in a definition: a node's profiles are its groups in reverse.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "initramfs/value.h"
#include "tools/import/import.h"
#include "tools/import/lines.h"

struct attribute {
	const char *name;
	const char *value; /* "": none, even if there is a default */
	struct attribute *next;
};

struct object {
	const char *name;
	const char *type; /* objtype, or of a default stanza what it is for */
	struct attribute *attributes;
	struct object *next;
};

struct reader {
	struct import_plan *plan;
	struct object *objects, **end;
	struct object *defaults; /* one for each type */
	struct object *current; /* whose attributes the lines give; NULL before the first header */
};

/* ---- stanzas -------------------------------------------------------------------------------- */

static const char *get(const struct object *object, const char *name)
{
	for (const struct attribute *a = object->attributes; a; a = a->next)
		if (strcasecmp(a->name, name) == 0)
			return *a->value ? a->value : NULL;
	return NULL;
}

/* Set @name, in the place of another value, behind what is there. */
static void set(struct reader *reader, struct object *object, const char *name, const char *value)
{
	struct attribute **end = &object->attributes;

	while (*end && strcasecmp((*end)->name, name) != 0)
		end = &(*end)->next;
	if (!*end)
		*end = arena_alloc(&reader->plan->arena, sizeof(**end));
	if (!*end) {
		reader->plan->out_of_memory = true;
		return;
	}
	(*end)->name = name;
	(*end)->value = value;
}

static struct object *new_object(struct reader *reader, const char *name, const char *type)
{
	struct object *object = arena_alloc(&reader->plan->arena, sizeof(*object));

	if (!object) {
		reader->plan->out_of_memory = true;
		return NULL;
	}
	object->name = name;
	object->type = type;
	return object;
}

static struct object *find_defaults(const struct reader *reader, const char *type)
{
	struct object *object = reader->defaults;

	while (object && strcmp(object->type, type) != 0)
		object = object->next;
	return object;
}

static void begin_defaults(struct reader *reader, const char *type)
{
	struct object *object = find_defaults(reader, type);

	if (!object) {
		object = new_object(reader, "", type);
		if (object) {
			object->next = reader->defaults;
			reader->defaults = object;
		}
	}
	reader->current = object;
}

/* "NAME:"; the name may have colons in it, as an IPv6 network's has. */
static void begin_object(struct reader *reader, char *line)
{
	static const char defaults[] = "default-";
	struct object *object;

	line[strlen(line) - 1] = '\0';
	line = import_trim(line);
	if (strncmp(line, defaults, strlen(defaults)) == 0 &&
	    !strchr(line + strlen(defaults), '-')) {
		begin_defaults(reader, line + strlen(defaults));
		return;
	}
	object = new_object(reader, line, "");
	reader->current = object;
	if (!object)
		return;
	*reader->end = object;
	reader->end = &object->next;
}

/* The defaults of @type count from here on, unless the stanza has said otherwise already. */
static void set_type(struct reader *reader, struct object *object, const char *type)
{
	const struct object *defaults = find_defaults(reader, type);

	object->type = type;
	for (const struct attribute *a = defaults ? defaults->attributes : NULL; a; a = a->next)
		if (!get(object, a->name))
			set(reader, object, a->name, a->value);
}

static char *unquote(char *value)
{
	size_t length;

	value = import_trim(value);
	if (*value == '"')
		value++;
	length = strlen(value);
	if (length > 0 && value[length - 1] == '"')
		value[length - 1] = '\0';
	return import_trim(value);
}

static void read_attribute(struct reader *reader, char *line, char *equals)
{
	char *value = unquote(equals + 1);

	*equals = '\0';
	line = import_trim(line);
	if (strcasecmp(line, "objtype") == 0)
		set_type(reader, reader->current, value);
	else
		set(reader, reader->current, line, value);
}

static int read_file(struct reader *reader, const struct import_file *file, struct fault *fault)
{
	struct import_lines lines = { .file = file, .at = file->text };
	char *line;

	reader->current = NULL;
	while ((line = import_next_line(reader->plan, &lines))) {
		char *equals = strchr(line, '=');
		size_t length = strlen(line);

		if (length == 0 || *line == '#')
			continue;
		if (!equals && line[length - 1] == ':')
			begin_object(reader, line);
		else if (equals && reader->current)
			read_attribute(reader, line, equals);
		else if (!reader->plan->out_of_memory)
			return import_refuse_line(&lines, "read xCAT's stanzas",
						  "a line is NAME: or, below one, ATTRIBUTE=VALUE",
						  fault);
	}
	return 0;
}

/* ---- what attributes mean ------------------------------------------------------------------- */

/* How an attribute becomes a key. */
enum manner {
	AS_VALUE,
	AS_LIST, /* parted by commas */
	AS_KERNEL_WORDS,
	AS_LOADER,
	AS_IMAGE,
	ELSEWHERE, /* used, but not here */
};

struct meaning {
	const char *attribute;
	const char *key;
	enum manner manner;
};

static const struct meaning node_meanings[] = {
	{ "mac", NULL, ELSEWHERE },	{ "ip", "address", AS_VALUE },
	{ "groups", NULL, ELSEWHERE },	{ "provmethod", NULL, AS_IMAGE },
	{ "netboot", NULL, AS_LOADER }, { "addkcmdline", NULL, AS_KERNEL_WORDS },
	{ NULL, NULL, ELSEWHERE },
};

static const struct meaning group_meanings[] = {
	{ "members", NULL, ELSEWHERE }, { "provmethod", NULL, AS_IMAGE },
	{ "netboot", NULL, AS_LOADER }, { "addkcmdline", NULL, AS_KERNEL_WORDS },
	{ NULL, NULL, ELSEWHERE },
};

static const struct meaning network_meanings[] = {
	{ "net", NULL, ELSEWHERE },	   { "mask", NULL, ELSEWHERE },
	{ "netmask", NULL, ELSEWHERE },	   { "gateway", "gateway", AS_VALUE },
	{ "nameservers", "dns", AS_LIST }, { "nameserver", "dns", AS_LIST },
	{ "ntpservers", "ntp", AS_LIST },  { "dynamicrange", "range", AS_VALUE },
	{ "vlanid", "vlan", AS_VALUE },	   { "domain", "domain", AS_VALUE },
	{ "mtu", "mtu", AS_VALUE },	   { "mgtifname", "interface", AS_VALUE },
	{ NULL, NULL, ELSEWHERE },
};

static const struct meaning image_meanings[] = {
	{ "rootimgdir", NULL, ELSEWHERE },
	{ "kernelver", "kernel", AS_VALUE },
	{ NULL, NULL, ELSEWHERE },
};

static const struct meaning site_meanings[] = {
	{ "domain", "domain", AS_VALUE },
	{ "master", NULL, ELSEWHERE },
	{ NULL, NULL, ELSEWHERE },
};

static const struct meaning *find_meaning(const struct meaning *meanings, const char *attribute)
{
	for (; meanings->attribute; meanings++)
		if (strcasecmp(meanings->attribute, attribute) == 0)
			return meanings;
	return NULL;
}

/* Kernel words behind "R::" are for the installed system alone, which boots from elsewhere. */
static void add_kernel_words(struct import_plan *plan, struct import_entry *entry,
			     const char *value)
{
	char *copy = arena_copy(&plan->arena, value, strlen(value));
	char *word;

	if (!copy)
		plan->out_of_memory = true;
	while (copy && (word = import_next_word(&copy))) {
		if (strncmp(word, "R::", 3) == 0)
			import_drop(plan, entry, "addkcmdline", word);
		else
			import_add_kernel_words(plan, entry, word);
	}
}

static void set_loader(struct import_plan *plan, struct import_entry *entry, const char *value)
{
	if (strcasecmp(value, "xnba") == 0)
		import_set(plan, entry, "loader", "ipxe"); /* xNBA is iPXE by another name */
	else if (strcasecmp(value, "pxe") == 0)
		import_set(plan, entry, "loader", "pxelinux");
	else if (strncasecmp(value, "grub2", 5) == 0)
		import_set(plan, entry, "loader", "grub");
	else
		import_drop(plan, entry, "netboot", value);
}

/* provmethod names an osimage; or, as it did once, only says how the node is installed. */
static void set_image(struct import_plan *plan, struct import_entry *entry, const char *value)
{
	if (strcmp(value, "install") == 0 || strcmp(value, "netboot") == 0 ||
	    strcmp(value, "statelite") == 0)
		import_drop(plan, entry, "provmethod", value);
	else
		import_set(plan, entry, "image", import_entry(plan, IMPORT_IMAGES, value)->name);
}

static void apply(struct import_plan *plan, struct import_entry *entry,
		  const struct meaning *meaning, const struct attribute *attribute)
{
	if (!meaning) {
		import_drop(plan, entry, attribute->name, attribute->value);
		return;
	}
	switch (meaning->manner) {
	case AS_VALUE:
		import_set(plan, entry, meaning->key, attribute->value);
		break;
	case AS_LIST:
		import_add_words(plan, entry, meaning->key, attribute->value, ", ");
		break;
	case AS_KERNEL_WORDS:
		add_kernel_words(plan, entry, attribute->value);
		break;
	case AS_LOADER:
		set_loader(plan, entry, attribute->value);
		break;
	case AS_IMAGE:
		set_image(plan, entry, attribute->value);
		break;
	case ELSEWHERE:
		break;
	}
}

static void apply_all(struct import_plan *plan, struct import_entry *entry,
		      const struct object *object, const struct meaning *meanings)
{
	for (const struct attribute *a = object->attributes; a; a = a->next)
		if (*a->value)
			apply(plan, entry, find_meaning(meanings, a->name), a);
}

/* ---- objects -------------------------------------------------------------------------------- */

static bool is(const struct object *object, const char *type)
{
	return strcasecmp(object->type, type) == 0;
}

static void import_network(struct import_plan *plan, const struct object *object)
{
	struct import_entry *entry = import_entry(plan, IMPORT_NETWORKS, object->name);
	const char *net = get(object, "net");
	const char *mask = get(object, "mask");
	const char *subnet;

	if (!mask)
		mask = get(object, "netmask");
	subnet = net && mask ? import_subnet(plan, net, mask) : NULL;
	if (subnet)
		import_set(plan, entry, "subnet", subnet);
	else if (net)
		import_drop(plan, entry, "net", net);
	apply_all(plan, entry, object, network_meanings);
}

static void import_site(struct import_plan *plan, const struct object *object)
{
	const char *master = get(object, "master");

	if (master)
		import_set(plan, import_entry(plan, IMPORT_SERVERS, "boot1"), "address", master);
	apply_all(plan, import_entry(plan, IMPORT_CLUSTER, ""), object, site_meanings);
}

/* A group that gives its nodes something is a profile as well. */
static void import_group(struct import_plan *plan, const struct object *object)
{
	struct import_entry *entry;

	for (const struct attribute *a = object->attributes; a; a = a->next) {
		const struct meaning *meaning = find_meaning(group_meanings, a->name);

		if (!*a->value || strcasecmp(a->name, "members") == 0)
			continue;
		entry = meaning ? import_entry(plan, IMPORT_PROFILES, object->name)
				: import_entry(plan, IMPORT_GROUPS, object->name);
		apply(plan, entry, meaning, a);
	}
}

/* The MAC of "MAC!NAME|MAC!NAME": the first for this node; a part without a name is for it, too. */
static void set_mac(struct import_plan *plan, struct import_entry *entry, const char *value)
{
	char *copy = arena_copy(&plan->arena, value, strlen(value));
	char *part;

	if (!copy)
		plan->out_of_memory = true;
	while (copy && (part = strsep(&copy, "|"))) {
		char *name = strchr(part, '!');
		bool ours = !name || strcmp(name + 1, entry->source_name) == 0;

		if (!ours || import_field(entry, "mac")) {
			import_drop(plan, entry, "mac", part);
			continue;
		}
		if (name)
			*name = '\0';
		import_set_mac(plan, entry, import_trim(part));
	}
}

/* Every group that is a profile, the last one first. */
static void set_groups(struct import_plan *plan, struct import_entry *entry, const char *value)
{
	char *copy = arena_copy(&plan->arena, value, strlen(value));
	char *comma;

	if (!copy) {
		plan->out_of_memory = true;
		return;
	}
	do {
		const struct import_entry *profile;
		char *group;

		comma = strrchr(copy, ',');
		group = import_trim(comma ? comma + 1 : copy);
		profile = import_find(plan, IMPORT_PROFILES, group);
		if (profile)
			import_add(plan, entry, "profiles", profile->name);
		if (*group)
			import_join(plan, group, entry);
		if (comma)
			*comma = '\0';
	} while (comma);
}

/* A switch, a BMC, a PDU: xCAT's nodes are more than machines that boot. */
static bool boots(const struct object *object)
{
	static const char *const others[] = { "switch", "hmc", "fsp", "bpa",	"cec",
					      "frame",	"mp",  "pdu", "rackpdu" };
	const char *type = get(object, "nodetype");

	for (size_t i = 0; type && i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(type, others[i]) == 0)
			return false;
	return true;
}

/* An object as a remark on everything. */
static void remark_object(struct import_plan *plan, const struct object *object)
{
	struct import_entry words = { .source_name = "" };
	const char *text = "";

	for (const struct attribute *a = object->attributes; a; a = a->next)
		import_drop(plan, &words, a->name, a->value);
	for (const struct import_word *word = words.dropped.first; word && text; word = word->next)
		text = arena_printf(&plan->arena, "%s %s%s", text, word->text,
				    word->next ? "," : "");
	import_remark(plan, NULL, "left out: %s %s:%s", *object->type ? object->type : "object",
		      object->name, text ? text : "");
}

static void import_node(struct import_plan *plan, const struct object *object)
{
	struct import_entry *entry;
	const char *value;

	if (!boots(object)) {
		remark_object(plan, object);
		return;
	}
	entry = import_entry(plan, IMPORT_NODES, object->name);
	value = get(object, "mac");
	if (value)
		set_mac(plan, entry, value);
	value = get(object, "groups");
	if (value)
		set_groups(plan, entry, value);
	apply_all(plan, entry, object, node_meanings);
}

/* Members that the group's own stanza names. */
static void import_members(struct import_plan *plan, const struct object *object)
{
	const char *members = get(object, "members");
	char *copy = members ? arena_copy(&plan->arena, members, strlen(members)) : NULL;
	char *name;

	while (copy && (name = strsep(&copy, ","))) {
		struct import_entry *node;

		name = import_trim(name);
		node = import_find(plan, IMPORT_NODES, name);
		if (node)
			import_join(plan, object->name, node);
		else if (*name)
			import_drop(plan, import_entry(plan, IMPORT_GROUPS, object->name), "member",
				    name);
	}
}

/* An osimage that no node has, and that is no tree of files, would only be one to fill in. */
static void import_image(struct import_plan *plan, const struct object *object)
{
	const char *directory = get(object, "rootimgdir");
	const char *path;
	struct import_entry *entry;

	if (!directory && !import_find(plan, IMPORT_IMAGES, object->name)) {
		remark_object(plan, object);
		return;
	}
	entry = import_entry(plan, IMPORT_IMAGES, object->name);
	path = directory ? arena_printf(&plan->arena, "%s/rootimg", directory) : NULL;
	if (path)
		import_set(plan, entry, "path", path);
	apply_all(plan, entry, object, image_meanings);
}

static bool is_known(const struct object *object)
{
	return is(object, "network") || is(object, "site") || is(object, "group") ||
	       is(object, "node") || is(object, "osimage");
}

/* Groups come before the nodes that inherit from them, members and images behind them. */
static void import_objects(const struct reader *reader)
{
	struct import_plan *plan = reader->plan;

	for (const struct object *object = reader->objects; object; object = object->next) {
		if (is(object, "network"))
			import_network(plan, object);
		else if (is(object, "site"))
			import_site(plan, object);
		else if (is(object, "group"))
			import_group(plan, object);
		else if (!is_known(object))
			remark_object(plan, object);
	}
	for (const struct object *object = reader->objects; object; object = object->next)
		if (is(object, "node"))
			import_node(plan, object);
	for (const struct object *object = reader->objects; object; object = object->next) {
		if (is(object, "group"))
			import_members(plan, object);
		else if (is(object, "osimage"))
			import_image(plan, object);
	}
}

int import_xcat(struct import_plan *plan, const struct import_file *files, size_t count,
		struct fault *fault)
{
	struct reader reader = { .plan = plan };
	int error = 0;

	plan->source = "xCAT";
	reader.end = &reader.objects;
	for (size_t i = 0; i < count && !error; i++)
		error = read_file(&reader, &files[i], fault);
	if (!error)
		import_objects(&reader);
	return error;
}
