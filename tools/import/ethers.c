// SPDX-License-Identifier: GPL-2.0-only
/*
 * /etc/ethers and /etc/hosts as a definition: ethers(5) says which machines there are ("MAC NAME"
 * or "MAC ADDRESS"), hosts(5) which addresses they have ("ADDRESS NAME [ALIAS]...").
 */
#include <string.h>

#include "initramfs/value.h"
#include "tools/import/import.h"
#include "tools/import/lines.h"

struct host {
	const char *address;
	struct import_words names; /* the first is the canonical one */
	bool used;
	struct host *next;
};

struct reader {
	struct import_plan *plan;
	struct host *hosts, **end; /* in the order of the files */
	struct table by_name; /* the first host of that name */
	struct table by_address;
};

static void put(struct reader *reader, struct table *table, const char *key, struct host *host)
{
	if (!table_find(table, key, strlen(key)) && table_put(table, key, strlen(key), host))
		reader->plan->out_of_memory = true;
}

/* Names of IPv6 addresses are kept, and looked for by nobody. */
static void add_name(struct reader *reader, struct host *host, const char *name, bool indexed)
{
	struct import_word *word = arena_alloc(&reader->plan->arena, sizeof(*word));

	if (!word) {
		reader->plan->out_of_memory = true;
		return;
	}
	word->text = name;
	*host->names.end = word;
	host->names.end = &word->next;
	if (indexed)
		put(reader, &reader->by_name, name, host);
}

/* "ADDRESS NAME [ALIAS]...": @rest is behind the address. */
static void read_host(struct reader *reader, const char *address, char *rest)
{
	struct host *host = arena_alloc(&reader->plan->arena, sizeof(*host));
	uint32_t number;
	char *name;

	if (!host) {
		reader->plan->out_of_memory = true;
		return;
	}
	host->address = address;
	host->names.end = &host->names.first;
	*reader->end = host;
	reader->end = &host->next;
	put(reader, &reader->by_address, address, host);
	while ((name = import_next_word(&rest)))
		add_name(reader, host, name, value_ipv4(address, &number));
}

/* Six numbers of one or two digits: ethers(5) has no leading zeros (8:0:20:0:61:ca). */
static bool is_mac(const char *word)
{
	unsigned int colons = 0;

	for (size_t i = 0; word[i]; i++)
		colons += word[i] == ':' ? 1 : 0;
	return colons == 5 && strspn(word, "0123456789abcdefABCDEF:") == strlen(word) &&
	       strlen(word) <= 17 && !strstr(word, "::");
}

/* "8:0:20:0:61:ca" as "08:00:20:00:61:ca", or @word when it is something else. */
static const char *pad_mac(struct import_plan *plan, const char *word)
{
	char padded[18] = "";
	size_t length = 0;
	unsigned int pairs = 0;

	while (*word && pairs < 6) {
		size_t digits = strcspn(word, ":");

		if (digits < 1 || digits > 2)
			break;
		padded[length++] = digits == 1 ? '0' : word[0];
		padded[length++] = word[digits - 1];
		if (++pairs < 6)
			padded[length++] = ':';
		word += digits + (word[digits] ? 1 : 0);
	}
	word = arena_copy(&plan->arena, padded, length);
	return word ? word : "";
}

static bool is_address(const char *word)
{
	uint32_t address;

	return value_ipv4(word, &address) || strchr(word, ':');
}

/* What a node's hosts(5) entry says of it. */
static void describe(struct reader *reader, struct import_entry *node, struct host *host)
{
	struct import_plan *plan = reader->plan;
	const struct import_word *word = host->names.first;

	host->used = true;
	import_set(plan, node, "address", host->address);
	for (; word; word = word->next) {
		const char *dot = strchr(word->text, '.');
		size_t length = strlen(node->name);

		if (strcmp(word->text, node->source_name) == 0 ||
		    strcmp(word->text, node->name) == 0)
			continue;
		if (dot && (size_t)(dot - word->text) == length &&
		    strncmp(word->text, node->name, length) == 0 &&
		    !import_field(import_entry(plan, IMPORT_CLUSTER, ""), "domain"))
			import_set(plan, import_entry(plan, IMPORT_CLUSTER, ""), "domain", dot + 1);
		else
			import_drop(plan, node, "alias", word->text);
	}
}

/* A machine without a name gets one of its address. */
static const char *name_of_address(struct import_plan *plan, uint32_t address)
{
	const char *name = arena_printf(&plan->arena, "host-%u-%u-%u-%u", address >> 24,
					address >> 16 & 255, address >> 8 & 255, address & 255);

	if (!name)
		plan->out_of_memory = true;
	return name ? name : "";
}

/* "MAC NAME" or "MAC ADDRESS". */
static void read_ether(struct reader *reader, const char *mac, const char *who)
{
	struct import_plan *plan = reader->plan;
	uint32_t address;
	bool by_address = value_ipv4(who, &address);
	struct host *host =
		table_find(by_address ? &reader->by_address : &reader->by_name, who, strlen(who));
	const char *name = who;
	struct import_entry *node;

	if (by_address && host && host->names.first)
		name = host->names.first->text;
	else if (by_address)
		name = name_of_address(plan, address);
	node = import_entry(plan, IMPORT_NODES, name);
	if (import_field(node, "mac")) {
		import_drop(plan, node, "mac", mac);
		return;
	}
	import_set_mac(plan, node, pad_mac(plan, mac));
	if (by_address)
		import_set(plan, node, "address", who);
	if (host)
		describe(reader, node, host);
}

/* Read the lines that begin with an address, or with @ethers those that begin with a MAC. */
static int read_file(struct reader *reader, const struct import_file *file, bool ethers,
		     struct fault *fault)
{
	struct import_lines lines = { .file = file, .at = file->text };
	char *line, *first, *second;

	while ((line = import_next_line(reader->plan, &lines))) {
		line[strcspn(line, "#")] = '\0';
		first = import_next_word(&line);
		if (!first)
			continue;
		if (!is_mac(first) && !is_address(first))
			return import_refuse_line(
				&lines, "read /etc/ethers or /etc/hosts",
				"a line begins with a MAC address or an IP address", fault);
		if (is_mac(first) != ethers)
			continue;
		if (!ethers) {
			read_host(reader, first, line);
			continue;
		}
		second = import_next_word(&line);
		if (!second)
			return import_refuse_line(&lines, "read /etc/ethers",
						  "a name or an IP address is missing", fault);
		read_ether(reader, first, second);
	}
	return 0;
}

/* Hosts that are in no ethers file have no MAC address, and are no nodes for now. */
static void remark_others(struct reader *reader)
{
	struct import_plan *plan = reader->plan;

	for (const struct host *host = reader->hosts; host; host = host->next)
		if (!host->used)
			import_remark(plan, NULL, "not in ethers, left out: %s %s", host->address,
				      host->names.first ? host->names.first->text : "");
}

int import_ethers(struct import_plan *plan, const struct import_file *files, size_t count,
		  struct fault *fault)
{
	struct reader reader = { .plan = plan };
	int error = 0;

	plan->source = "/etc/ethers and /etc/hosts";
	reader.end = &reader.hosts;
	for (size_t i = 0; i < count && !error; i++)
		error = read_file(&reader, &files[i], false, fault);
	for (size_t i = 0; i < count && !error; i++)
		error = read_file(&reader, &files[i], true, fault);
	if (!error)
		remark_others(&reader);
	table_free(&reader.by_name);
	table_free(&reader.by_address);
	return error;
}
