// SPDX-License-Identifier: GPL-2.0-only
/* The portals of iSCSI servers, and those of them that a node logs in at. */
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/loader.h"

const char *portal_meant(const char *text)
{
	const char *colon = strchr(text, ':');

	if (*text == '[' || (colon && strchr(colon + 1, ':')))
		return "an IPv4 address of the server: nodes log in by IPv4 alone";
	if (strspn(text, "0123456789.:") < strlen(text))
		return "an address: names of portals are not looked up";
	return colon ? "a port from 1 to 65535 behind the address"
		     : "four numbers from 0 to 255, as in 10.0.0.1";
}

const struct cluster_server *server_at(const struct cluster *cluster, uint32_t address,
				       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct cluster_server *server = &cluster->servers[i];

		if (server->address == address)
			return server;
		for (size_t p = 0; p < server->portal_count; p++)
			if (server->portals[p].address == address)
				return server;
	}
	return NULL;
}

static void report_word(struct loader *loader, const struct placed_word *word,
			const char *suggestion, const char *message)
{
	if (message)
		findings_add(loader->findings, word->place, word->length, false, suggestion, "%s",
			     message);
}

/* Why nobody can be told to log in at @address, or NULL. */
static const char *class_problem(uint32_t address)
{
	if (address >> 24 == 0) /* RFC 1122 section 3.2.1.3 */
		return "stands for any address: nodes have to be told one";
	if (address >> 24 == 127)
		return "is what each machine calls itself";
	if (address >> 28 >= 14) /* RFC 1112 section 4, and what lies behind */
		return "is no single machine's";
	return NULL;
}

/* Of @server, before its portals are known: what is wrong with @portal as one of them. */
static void check_portal(struct loader *loader, const struct cluster_server *server,
			 const struct placed_word *word, uint32_t address)
{
	const struct cluster *cluster = loader->cluster;
	const struct cluster_network *network = network_at(cluster, address);
	const struct cluster_server *other =
		server_at(cluster, address, (size_t)(server - cluster->servers));
	const char *problem = class_problem(address);

	if (address == server->address)
		return; /* which was judged */
	if (problem)
		report_word(loader, word, "an address of the server that its nodes reach",
			    loader_printf(loader, "portal %s %s", word->text, problem));
	else if (other)
		report_word(loader, word, "an address of the server's own",
			    loader_printf(loader, "portal %s has the address of server %s",
					  word->text, other->name));
	else if (network && address_problem(network, address))
		report_word(loader, word, "an address in between",
			    loader_printf(loader, "portal %s %s network %s", word->text,
					  address_problem(network, address), network->name));
	else if (network && range_contains(network, address))
		report_word(loader, word, "an address outside of the range, or a smaller range",
			    loader_printf(loader, "portal %s is inside of the range of network %s",
					  word->text, network->name));
}

/* Take @word as the next of @list, which has room for it, unless it is there. False with a report.
 */
static bool add_portal(struct loader *loader, const struct placed_word *word,
		       struct iscsi_portal *list, size_t *count)
{
	if (!iscsi_portal_parse(word->text, &list[*count]))
		return false; /* key_accepts() saw to the form */
	if (iscsi_portal_is_among(&list[*count], list, *count)) {
		report_word(loader, word, "name it once",
			    loader_printf(loader, "portal %s is in this list twice", word->text));
		return false;
	}
	++*count;
	return true;
}

/* "10.0.0.1:3260,10.1.0.1:3260" */
static const char *portals_text(struct loader *loader, const struct iscsi_portal *list,
				size_t count)
{
	char text[ISCSI_PORTALS_MAX * ISCSI_PORTAL_TEXT_BYTES] = "";
	size_t length = 0;

	for (size_t i = 0; i < count && i < ISCSI_PORTALS_MAX; i++) {
		if (i)
			text[length++] = ',';
		length += strlen(iscsi_portal_text(&list[i], text + length));
	}
	return loader_printf(loader, "%s", text);
}

static void list_portals(struct loader *loader, const struct field *field,
			 struct cluster_server *server)
{
	size_t words_count, count = 0;
	const struct placed_word *words =
		read_words(loader, &section_keys[SECTION_SERVER].keys[SERVER_PORTALS], field->value,
			   &words_count);
	struct iscsi_portal *list = loader_alloc(loader, (words_count + 1) * sizeof(*list));

	for (size_t i = 0; list && i < words_count; i++)
		if (add_portal(loader, &words[i], list, &count))
			check_portal(loader, server, &words[i], list[count - 1].address);
	if (count > ISCSI_PORTALS_MAX)
		loader_report(loader, field->value, "name the nearest ones",
			      "'%s' has %zu portals; a node takes %d at most", field->name->text,
			      count, ISCSI_PORTALS_MAX);
	if (!count)
		return;
	server->portals = list;
	server->portal_count = count;
	server->lists_portals = true;
}

void read_portals(struct loader *loader, const struct field *field, struct cluster_server *server)
{
	struct iscsi_portal *own;

	if (field->value && server->roles && !(server->roles & SERVER_ISCSI))
		loader_report(loader, field->name, "add iscsi to its roles, or leave it out",
			      "server %s has portals, but not the role iscsi", server->name);
	if (field->value)
		list_portals(loader, field, server);
	if (!server->portals && server->roles & SERVER_ISCSI) {
		own = loader_alloc(loader, sizeof(*own));
		if (!own)
			return;
		*own = (struct iscsi_portal){ server->address, ISCSI_PORTAL_PORT };
		server->portals = own;
		server->portal_count = 1;
	}
	if (!server->portal_count)
		return;
	server->portal_value = (struct cluster_value){
		.text = portals_text(loader, server->portals, server->portal_count),
		.origin = server->lists_portals ? loader_printf(loader, "server %s", server->name)
						: "default",
	};
	if (field->value && server->lists_portals)
		server->portal_value.place = field->value->place;
}

/* Is the portal @word, which is @portal, one of the server's? If not, that is reported. */
static bool is_of_server(struct loader *loader, const struct cluster_server *server,
			 const struct placed_word *word, const struct iscsi_portal *portal)
{
	if (iscsi_portal_is_among(portal, server->portals, server->portal_count))
		return true;
	report_word(loader, word,
		    server->portal_count == 1
			    ? server->portal_value.text
			    : loader_printf(loader, "one of %s", server->portal_value.text),
		    loader_printf(loader, "server %s has no portal %s", server->name, word->text));
	return false;
}

void choose_portals(struct loader *loader, struct cluster_node *node,
		    const struct placed_word *words, size_t words_count)
{
	const struct cluster_server *server = node->iscsi;
	struct iscsi_portal *list;
	size_t count = 0;

	node->portals = server->portals;
	node->portal_count = server->portal_count;
	if (!words_count || !server->portal_count)
		return; /* a server without portals was reported */
	list = loader_alloc(loader, words_count * sizeof(*list));
	for (size_t i = 0; list && i < words_count; i++)
		if (add_portal(loader, &words[i], list, &count) &&
		    !is_of_server(loader, server, &words[i], &list[count - 1]))
			count--;
	if (count) {
		node->portals = list;
		node->portal_count = count;
	}
}
