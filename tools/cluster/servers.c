// SPDX-License-Identifier: GPL-2.0-only
/* The servers of a definition. */
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/loader.h"

static unsigned int read_roles(struct loader *loader, const struct field *field)
{
	static const struct {
		const char *name;
		enum server_role role;
	} roles[] = { { "boot", SERVER_BOOT }, { "nfs", SERVER_NFS }, { "iscsi", SERVER_ISCSI } };
	const struct placed_word *words = NULL;
	unsigned int found = 0;
	size_t count = 0, before = loader->findings->errors;

	if (field->value)
		words = read_words(loader, &section_keys[SECTION_SERVER].keys[SERVER_ROLES],
				   field->value, &count);
	loader->roles_left_out |= !field->value || loader->findings->errors > before;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < sizeof(roles) / sizeof(roles[0]); j++)
			if (strcmp(words[i].text, roles[j].name) == 0)
				found |= roles[j].role;
	return found;
}

static void read_address(struct loader *loader, struct cluster_server *server,
			 const struct yaml_node *value)
{
	const struct cluster_server *other;
	const char *problem;

	if (!value_ipv4(value->text, &server->address))
		return;
	server->network = network_at(loader->cluster, server->address);
	if (!server->network) {
		/* A network without a usable subnet was reported; it may be that one. */
		if (networks_are_usable(loader))
			loader_report(
				loader, value,
				"an address of one of the networks, or a network for this one",
				"address %s is in no network", value->text);
		return;
	}
	problem = address_problem(server->network, server->address);
	if (problem)
		loader_report(loader, value, "an address in between", "address %s %s network %s",
			      value->text, problem, server->network->name);
	if (range_contains(server->network, server->address))
		loader_report(loader, value, "an address outside of the range, or a smaller range",
			      "address %s is inside of the range of network %s", value->text,
			      server->network->name);
	other = server_at(loader->cluster, server->address,
			  (size_t)(server - loader->cluster->servers));
	if (other)
		loader_report(loader, value, "give one server both's roles, or another address",
			      "address %s is that of server %s", value->text, other->name);
}

static void read_server(struct loader *loader, const struct yaml_pair *pair,
			struct cluster_server *server)
{
	struct field fields[SERVER_KEY_COUNT];
	const char *what = loader_printf(loader, "server %s", pair->key->text);
	uint32_t port = 0;

	server->name = pair->key->text;
	server->place = pair->key->place;
	expect_map(loader, pair->key, pair->value, "what a server has");
	fields_read(loader, pair->key, pair->value, SECTION_SERVER, what ? what : "", fields);
	(void)value_number(field_text(fields, SECTION_SERVER, SERVER_HTTP_PORT), UINT16_MAX, &port);
	server->http_port = (uint16_t)port;
	server->roles = read_roles(loader, &fields[SERVER_ROLES]);
	server->ganesha =
		strcmp(field_text(fields, SECTION_SERVER, SERVER_NFS_SERVER), "ganesha") == 0;
	server->lio = strcmp(field_text(fields, SECTION_SERVER, SERVER_ISCSI_TARGET), "lio") == 0;
	if (fields[SERVER_ADDRESS].value)
		read_address(loader, server, fields[SERVER_ADDRESS].value);
	read_portals(loader, &fields[SERVER_PORTALS], server);
}

bool servers_are_usable(const struct loader *loader)
{
	return loader->cluster->server_count && !loader->roles_left_out;
}

void read_servers(struct loader *loader, const struct field *field)
{
	struct cluster *cluster = loader->cluster;
	size_t count;
	const struct yaml_pair **pairs = sorted_pairs(loader, field, "a server", &count);

	cluster->servers = loader_alloc(loader, count * sizeof(*cluster->servers));
	if (!cluster->servers)
		return;
	cluster->server_count = count;
	loader->roles_left_out |= field->value && count < field->value->count;
	for (size_t i = 0; i < count; i++) {
		read_server(loader, pairs[i], &cluster->servers[i]);
		loader_put(loader, &loader->servers, cluster->servers[i].name,
			   &cluster->servers[i]);
	}
}
