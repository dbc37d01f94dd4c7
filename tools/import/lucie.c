// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lucie's host definitions as a definition, in both of their spellings:
 *
 *   host do |host|                         define host {
 *     host.name = 'node00'                     use          compute
 *     host.address = '192.168.0.1'             host_name    node00
 *     host.mac_address = '00:0C:29:41:88:F0'   address      192.168.0.1
 *   end                                        mac_address  00:0C:29:41:88:F0
 *                                          }
 *
 * with hosts, host groups, DHCP servers, installers and package servers. The left one is Ruby, of
 * which only assignments of texts, of lists and of other resources (Host['node00']) are understood.
 * In the right one a host without host_name is a template, which others use; of several that are
 * used, the first outranks the others, so that profiles stand in reverse.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "initramfs/value.h"
#include "tools/import/import.h"
#include "tools/import/lines.h"

struct attribute {
	const char *name;
	const char *value; /* members of a list are parted by commas */
	struct attribute *next;
};

struct resource {
	const char *kind; /* "host" */
	bool is_define; /* in the spelling with braces */
	struct attribute *attributes, **end;
	struct resource *next;
};

struct reader {
	struct import_plan *plan;
	struct import_lines lines;
	struct resource *resources, **end;
	struct resource *current; /* whose end has not come yet, or NULL */
	const char *variable; /* what the Ruby block calls it */
};

/* ---- resources ------------------------------------------------------------------------------ */

/* The names that an attribute goes by; the first is the one that is looked for. */
static const char *const aliases[][4] = {
	{ "host_name", "hostname" },	   { "mac_address", "mac", "hwaddr" },
	{ "address", "ip_address", "ip" }, { "groups", "host_groups", "hostgroups", "host_group" },
	{ "subnet", "netmask" },	   { "name", "hostgroup_name", "host_group_name" },
};

static const char *usual_name(const char *name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		for (size_t n = 1; n < 4 && aliases[i][n]; n++)
			if (strcasecmp(name, aliases[i][n]) == 0)
				return aliases[i][0];
	return name;
}

static const char *get(const struct resource *resource, const char *name)
{
	for (const struct attribute *a = resource->attributes; a; a = a->next)
		if (strcasecmp(a->name, name) == 0 && *a->value)
			return a->value;
	return NULL;
}

static void add_attribute(struct reader *reader, const char *name, const char *value)
{
	struct attribute *attribute = arena_alloc(&reader->plan->arena, sizeof(*attribute));

	if (!attribute) {
		reader->plan->out_of_memory = true;
		return;
	}
	attribute->name = usual_name(name);
	attribute->value = value;
	*reader->current->end = attribute;
	reader->current->end = &attribute->next;
}

static void begin_resource(struct reader *reader, const char *kind, bool is_define)
{
	struct resource *resource = arena_alloc(&reader->plan->arena, sizeof(*resource));

	if (!resource) {
		reader->plan->out_of_memory = true;
		return;
	}
	resource->kind = strcasecmp(kind, "hostgroup") == 0 ? "host_group" : kind;
	resource->is_define = is_define;
	resource->end = &resource->attributes;
	*reader->end = resource;
	reader->end = &resource->next;
	reader->current = resource;
}

static int refuse(struct reader *reader, const char *hint, struct fault *fault)
{
	return import_refuse_line(&reader->lines, "read Lucie's host definitions", hint, fault);
}

/* ---- the spelling with braces --------------------------------------------------------------- */

/* "define KIND {" with the brace in this line. */
static bool begins_define(struct reader *reader, char *line)
{
	static const char word[] = "define";
	char *brace = strchr(line, '{');

	if (strncmp(line, word, strlen(word)) != 0 || !isspace((unsigned char)line[strlen(word)]) ||
	    !brace || *import_trim(brace + 1))
		return false;
	*brace = '\0';
	begin_resource(reader, import_trim(line + strlen(word)), true);
	return true;
}

static void read_directive(struct reader *reader, char *line)
{
	char *name;

	line[strcspn(line, ";")] = '\0';
	name = import_next_word(&line);
	if (name)
		add_attribute(reader, name, import_trim(line));
}

/* ---- the Ruby one --------------------------------------------------------------------------- */

/* "KIND do |VARIABLE|" */
static bool begins_block(struct reader *reader, char *line)
{
	char *bar = strchr(line, '|');
	char *end = bar ? strchr(bar + 1, '|') : NULL;
	char *kind, *word;

	if (!end || *import_trim(end + 1))
		return false;
	*bar = *end = '\0';
	kind = import_next_word(&line);
	word = import_next_word(&line);
	if (!kind || !word || strcmp(word, "do") != 0 || import_next_word(&line))
		return false;
	reader->variable = import_trim(bar + 1);
	begin_resource(reader, kind, false);
	return true;
}

/* Texts in quotes, wherever they stand in @value: Host['a'], 'a', ["a", "b"]; joined by commas. */
static const char *read_texts(struct reader *reader, const char *value)
{
	char *joined = arena_alloc(&reader->plan->arena, strlen(value) + 2);
	size_t length = 0;

	if (!joined) {
		reader->plan->out_of_memory = true;
		return "";
	}
	while (*(value += strcspn(value, "'\""))) {
		char quote = *value++;

		if (length > 0)
			joined[length++] = ',';
		while (*value && *value != quote) {
			if (*value == '\\' && value[1])
				value++;
			joined[length++] = *value++;
		}
		if (*value)
			value++;
	}
	joined[length] = '\0';
	return joined;
}

/* Does a list go on in the next line? Brackets in texts do not count. */
static bool is_open(const char *value)
{
	char quote = '\0';
	int depth = 0;

	for (; *value; value++) {
		if (quote)
			quote = *value == quote ? '\0' : quote;
		else if (*value == '\'' || *value == '"')
			quote = *value;
		else if (*value == '[')
			depth++;
		else if (*value == ']')
			depth--;
	}
	return depth > 0;
}

static void cut_comment(char *line)
{
	char quote = '\0';

	for (; *line; line++) {
		if (quote) {
			quote = *line == quote ? '\0' : quote;
		} else if (*line == '\'' || *line == '"') {
			quote = *line;
		} else if (*line == '#') {
			*line = '\0';
			return;
		}
	}
}

/* "VARIABLE.ATTRIBUTE = VALUE", whose list may take several lines. */
static int read_assignment(struct reader *reader, char *line, struct fault *fault)
{
	size_t length = strlen(reader->variable);
	char *equals = strchr(line, '=');
	const char *value;

	if (strncmp(line, reader->variable, length) != 0 || line[length] != '.' || !equals)
		return refuse(reader, "in a block a line looks like host.name = 'node00'", fault);
	*equals = '\0';
	value = import_trim(equals + 1);
	while (is_open(value)) {
		char *more = import_next_line(reader->plan, &reader->lines);

		if (!more)
			return refuse(reader, "a list is never closed", fault);
		cut_comment(more);
		value = arena_printf(&reader->plan->arena, "%s %s", value, more);
		if (!value) {
			reader->plan->out_of_memory = true;
			return 0;
		}
	}
	add_attribute(reader, import_trim(line + length + 1),
		      strpbrk(value, "'\"") ? read_texts(reader, value) : value);
	return 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool is_boilerplate(const char *line)
{
	return strncmp(line, "require", 7) == 0 || strncmp(line, "include", 7) == 0;
}

static int read_line(struct reader *reader, char *line, struct fault *fault)
{
	if (!reader->current) {
		if (begins_define(reader, line) || begins_block(reader, line) ||
		    is_boilerplate(line))
			return 0;
		return refuse(reader, "a resource begins with host do |host| or define host {",
			      fault);
	}
	if (strcmp(line, reader->current->is_define ? "}" : "end") == 0)
		reader->current = NULL;
	else if (reader->current->is_define)
		read_directive(reader, line);
	else
		return read_assignment(reader, line, fault);
	return 0;
}

static int read_file(struct reader *reader, const struct import_file *file, struct fault *fault)
{
	int error = 0;
	char *line;

	reader->lines = (struct import_lines){ .file = file, .at = file->text };
	while (!error && !reader->plan->out_of_memory &&
	       (line = import_next_line(reader->plan, &reader->lines))) {
		if (!reader->current || !reader->current->is_define)
			cut_comment(line);
		else if (*line == '#')
			continue;
		line = import_trim(line);
		if (*line)
			error = read_line(reader, line, fault);
	}
	if (!error && reader->current)
		error = refuse(reader, "a resource is never ended", fault);
	return error;
}

/* ---- what they mean ------------------------------------------------------------------------- */

/* Whatever is not among @used, a list that NULL ends, has no counterpart. */
static void drop_others(struct import_plan *plan, struct import_entry *entry,
			const struct resource *resource, const char *const *used)
{
	for (const struct attribute *a = resource->attributes; a; a = a->next) {
		const char *const *name = used;

		while (*name && strcasecmp(*name, a->name) != 0)
			name++;
		if (!*name)
			import_drop(plan, entry, a->name, a->value);
	}
}

/* The last of @list's words first. */
static void add_reversed(struct import_plan *plan, struct import_entry *entry, const char *key,
			 const char *list)
{
	char *copy = arena_copy(&plan->arena, list, strlen(list));
	char *comma;

	if (!copy) {
		plan->out_of_memory = true;
		return;
	}
	do {
		char *word;

		comma = strrchr(copy, ',');
		word = import_trim(comma ? comma + 1 : copy);
		if (*word)
			import_add(plan, entry, key, word);
		if (comma)
			*comma = '\0';
	} while (comma);
}

/* Only braces have templates. One that says where it is found is a host all the same. */
static bool is_template(const struct resource *resource)
{
	const char *registered = get(resource, "register");

	if (!resource->is_define || get(resource, "host_name"))
		return false;
	return (registered && strcmp(registered, "0") == 0) ||
	       (!get(resource, "mac_address") && !get(resource, "address"));
}

static void import_template(struct import_plan *plan, const struct resource *resource)
{
	static const char *const used[] = { "name", "use", "alias", "register", NULL };
	const char *name = get(resource, "name");
	struct import_entry *profile = import_entry(plan, IMPORT_PROFILES, name ? name : "unnamed");
	const char *use = get(resource, "use");

	if (use)
		add_reversed(plan, profile, "profiles", use);
	if (get(resource, "alias"))
		import_remark(plan, profile, "%s", get(resource, "alias"));
	drop_others(plan, profile, resource, used);
}

static void join_groups(struct import_plan *plan, struct import_entry *node, const char *groups)
{
	char *copy = arena_copy(&plan->arena, groups, strlen(groups));
	char *name;

	if (!copy)
		plan->out_of_memory = true;
	while (copy && (name = strsep(&copy, ",")))
		if (*import_trim(name))
			import_join(plan, import_trim(name), node);
}

static void import_host(struct import_plan *plan, const struct resource *resource)
{
	static const char *const used[] = { "name",    "host_name",   "alias",
					    "address", "mac_address", "use",
					    "groups",  "register",    NULL };
	const char *name = get(resource, "host_name");
	struct import_entry *node;

	if (!name)
		name = get(resource, "name");
	node = import_entry(plan, IMPORT_NODES, name ? name : "unnamed");
	if (get(resource, "use"))
		add_reversed(plan, node, "profiles", get(resource, "use"));
	if (get(resource, "mac_address"))
		import_set_mac(plan, node, get(resource, "mac_address"));
	if (get(resource, "address"))
		import_set(plan, node, "address", get(resource, "address"));
	if (get(resource, "alias") && strcmp(get(resource, "alias"), node->source_name) != 0)
		import_remark(plan, node, "%s", get(resource, "alias"));
	if (get(resource, "groups"))
		join_groups(plan, node, get(resource, "groups"));
	drop_others(plan, node, resource, used);
}

static void import_group(struct import_plan *plan, const struct resource *resource)
{
	static const char *const used[] = { "name", "alias", "members", NULL };
	const char *name = get(resource, "name");
	const char *members = get(resource, "members");
	struct import_entry *group = import_entry(plan, IMPORT_GROUPS, name ? name : "unnamed");
	char *copy = members ? arena_copy(&plan->arena, members, strlen(members)) : NULL;
	char *member;

	if (get(resource, "alias"))
		import_remark(plan, group, "%s", get(resource, "alias"));
	while (copy && (member = strsep(&copy, ","))) {
		struct import_entry *node;

		member = import_trim(member);
		node = import_find(plan, IMPORT_NODES, member);
		if (node)
			import_join(plan, group->source_name, node);
		else if (*member)
			import_drop(plan, group, "member", member);
	}
	drop_others(plan, group, resource, used);
}

static void import_dhcp_server(struct import_plan *plan, const struct resource *resource)
{
	static const char *const used[] = { "name", "alias",   "gateway",     "subnet",
					    "dns",  "address", "domain_name", NULL };
	const char *name = get(resource, "name");
	struct import_entry *network = import_entry(plan, IMPORT_NETWORKS, name ? name : "boot");
	const char *address = get(resource, "address");
	const char *mask = get(resource, "subnet");
	const char *subnet = address && mask ? import_subnet(plan, address, mask) : NULL;

	if (subnet)
		import_set(plan, network, "subnet", subnet);
	else if (mask)
		import_drop(plan, network, "subnet", mask);
	if (get(resource, "gateway"))
		import_set(plan, network, "gateway", get(resource, "gateway"));
	if (get(resource, "dns"))
		import_add_words(plan, network, "dns", get(resource, "dns"), ", ");
	if (get(resource, "domain_name"))
		import_set(plan, network, "domain", get(resource, "domain_name"));
	if (get(resource, "alias"))
		import_remark(plan, network, "%s", get(resource, "alias"));
	if (address && !import_find(plan, IMPORT_SERVERS, "boot1"))
		import_set(plan, import_entry(plan, IMPORT_SERVERS, "boot1"), "address", address);
	drop_others(plan, network, resource, used);
}

/* The installer becomes the boot server; what it would install has no counterpart. */
static void import_installer(struct import_plan *plan, const struct resource *resource)
{
	static const char *const used[] = { "address", "alias", NULL };
	struct import_entry *server = import_entry(plan, IMPORT_SERVERS, "boot1");

	if (get(resource, "address") && !import_field(server, "address"))
		import_set(plan, server, "address", get(resource, "address"));
	else if (get(resource, "address") &&
		 strcmp(get(resource, "address"), import_value(server, "address")) != 0)
		import_drop(plan, server, "address", get(resource, "address"));
	if (get(resource, "alias"))
		import_remark(plan, server, "%s", get(resource, "alias"));
	drop_others(plan, server, resource, used);
}

static void remark_resource(struct import_plan *plan, const struct resource *resource)
{
	static const char *const none[] = { NULL };
	struct import_entry words = { .source_name = "" };
	const char *text = "";

	drop_others(plan, &words, resource, none);
	for (const struct import_word *word = words.dropped.first; word && text; word = word->next)
		text = arena_printf(&plan->arena, "%s %s%s", text, word->text,
				    word->next ? "," : "");
	import_remark(plan, NULL, "left out: %s:%s", resource->kind, text ? text : "");
}

/* Groups come last: their members must be there. */
static void import_resources(const struct reader *reader)
{
	struct import_plan *plan = reader->plan;

	for (const struct resource *r = reader->resources; r; r = r->next) {
		if (strcasecmp(r->kind, "host") == 0 && is_template(r))
			import_template(plan, r);
		else if (strcasecmp(r->kind, "host") == 0)
			import_host(plan, r);
		else if (strcasecmp(r->kind, "dhcp_server") == 0)
			import_dhcp_server(plan, r);
		else if (strcasecmp(r->kind, "installer") == 0)
			import_installer(plan, r);
		else if (strcasecmp(r->kind, "host_group") != 0)
			remark_resource(plan, r);
	}
	for (const struct resource *r = reader->resources; r; r = r->next)
		if (strcasecmp(r->kind, "host_group") == 0)
			import_group(plan, r);
}

int import_lucie(struct import_plan *plan, const struct import_file *files, size_t count,
		 struct fault *fault)
{
	struct reader reader = { .plan = plan };
	int error = 0;

	plan->source = "Lucie";
	reader.end = &reader.resources;
	for (size_t i = 0; i < count && !error; i++)
		error = read_file(&reader, &files[i], fault);
	if (!error)
		import_resources(&reader);
	return error;
}
