// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.json, for wirerootd as the broker of memory: who may lend and borrow, and by which token
 * it proves itself (Documentation/memory.md). One member a line, hosts first, so that a change
 * shows as what it is. Names, racks and tokens are of characters that JSON leaves as they are.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <inttypes.h>

#include "initramfs/value.h"
#include "tools/memory/tokens.h"

struct member {
	const char *name, *rack;
	uint32_t address;
	const uint8_t *mac; /* NULL: none */
	bool lend, borrow;
	uint64_t borrow_bytes_max;
};

static void add_text(struct text *text, const char *key, const char *value)
{
	if (value)
		text_printf(text, ", \"%s\": \"%s\"", key, value);
	else
		text_printf(text, ", \"%s\": null", key);
}

static int add_member(const struct generator *generator, const struct member *member, bool first,
		      struct text *text, struct fault *fault)
{
	const char *token = tokens_find(generator->options->tokens, member->name);
	char address[IPV4_TEXT_BYTES], mac[MAC_TEXT_BYTES];

	if (output_check_name("member", member->name, fault) ||
	    (member->rack && output_check_name("rack", member->rack, fault)))
		return -fault->error;
	if (!token)
		return fault_set(fault, EINVAL, "find the token of", member->name, NULL);
	text_printf(text, "%s\n    { \"name\": \"%s\", \"token\": \"%s\"", first ? "" : ",",
		    member->name, token);
	add_text(text, "address",
		 member->address ? value_ipv4_text(member->address, address) : NULL);
	add_text(text, "mac", member->mac ? value_mac_text(member->mac, mac) : NULL);
	add_text(text, "rack", member->rack);
	text_printf(text, ", \"lend\": %s, \"borrow\": %s, \"borrow_bytes_max\": %" PRIu64 " }",
		    member->lend ? "true" : "false", member->borrow ? "true" : "false",
		    member->borrow_bytes_max);
	return 0;
}

static int add_members(const struct generator *generator, struct text *text, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	const struct cluster_memory *memory = &cluster->memory;
	bool first = true;
	int error = 0;

	for (size_t i = 0; !error && i < memory->host_count; i++) {
		const struct cluster_memory_host *host = &memory->hosts[i];
		struct member member = { .name = host->name,
					 .rack = host->rack,
					 .address = host->address,
					 .lend = true };

		error = add_member(generator, &member, first, text, fault);
		first = false;
	}
	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];
		struct member member = { .name = node->name,
					 .rack = node->rack,
					 .address = node->address,
					 .mac = node->has_mac ? node->mac : NULL,
					 .lend = node->lend,
					 .borrow = node->borrow,
					 .borrow_bytes_max = node->borrow_bytes_max };

		if (!tokens_needed_by(node))
			continue;
		error = add_member(generator, &member, first, text, fault);
		first = false;
	}
	return error;
}

int generate_memory(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster_memory *memory = &generator->cluster->memory;
	struct text text = { 0 };
	int error;

	if (!memory->used)
		return 0;
	text_printf(&text,
		    "{\n  \"comment\": \"Written by Wireroot from the cluster's definition; edits "
		    "here get lost.\",\n"
		    "  \"admin_token\": \"%s\",\n"
		    "  \"line_port\": %u,\n"
		    "  \"lease_s\": %u,\n"
		    "  \"deadline_s\": %u,\n"
		    "  \"policy\": \"%s\",\n"
		    "  \"members\": [",
		    generator->options->tokens->admin, memory->line_port, memory->lease_s,
		    memory->deadline_s, memory->policy);
	error = add_members(generator, &text, fault);
	if (error) {
		text_free(&text);
		return error;
	}
	text_add(&text, "\n  ]\n}\n");
	return output_add(set, 0600, &text, fault, "memory.json");
}
