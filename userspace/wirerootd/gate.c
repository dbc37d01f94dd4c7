// SPDX-License-Identifier: GPL-2.0-only
/* Judges requests for nodes' files. See gate.h for the rules. */
#include "userspace/wirerootd/gate.h"

#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"

#define TELL_SECONDS 60

/* The peer's IPv4 address in host byte order; 0 for another family's. */
static uint32_t ipv4_of(const struct sockaddr *peer)
{
	char text[ADDRESS_TEXT_BYTES];
	uint32_t address;

	return value_ipv4(address_text(peer, text), &address) ? address : 0;
}

/* Does @path name a file of a node with @suffix? Fills @mac in. Names are written one way only. */
static bool is_node_file(const char *path, const char *suffix, uint8_t mac[static 6])
{
	char text[MAC_TEXT_BYTES], again[MAC_TEXT_BYTES];

	if (strncmp(path, "node/", 5) != 0 ||
	    strlen(path) != 5 + strlen(suffix) + sizeof(text) - 1 ||
	    strcmp(path + 5 + sizeof(text) - 1, suffix) != 0)
		return false;
	memcpy(text, path + 5, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	return value_mac(text, mac) && !strcmp(text, value_mac_text(mac, again));
}

bool gate_neighbour(const struct gate *gate, const struct sockaddr *peer, uint8_t mac[static 6])
{
	uint32_t address = ipv4_of(peer);

	return address && !gate->neighbour(address, mac);
}

static bool is_node(const struct gate *gate, const struct sockaddr *peer,
		    const struct index_node *node)
{
	uint32_t address = ipv4_of(peer);
	uint8_t mac[6];

	if (gate_neighbour(gate, peer, mac)) {
		if (!memcmp(mac, node->mac, sizeof(mac)))
			return true;
		/* A node that has taken another's address is not the other. */
		if (index_find_mac(&gate->served->index, mac))
			return false;
	}
	return address && address == node->address;
}

static void begin_boot(struct gate *gate, const struct index_node *node,
		       const struct sockaddr *peer, time_t now)
{
	char address[ADDRESS_TEXT_BYTES];
	struct fault fault;

	log_line(gate->log, LOG_LEVEL_NOTICE, "%s (%s) boots, generation %s", node->name,
		 address_text(peer, address), gate->served->generation);
	if (access_begin(gate->access, node->mac, address, gate->served->generation, now, &fault))
		log_fault(gate->log, &fault);
}

static void note_script(struct gate *gate, const struct gate_request *request,
			const struct index_node *node)
{
	if (request->is_get && is_node(gate, request->peer, node))
		begin_boot(gate, node, request->peer, request->now);
}

void gate_first_sign(struct gate *gate, const uint8_t mac[static 6], const struct sockaddr *peer,
		     time_t now)
{
	const struct index_node *node = index_find_mac(&gate->served->index, mac);

	if (node && node->fetches_no_script && is_node(gate, peer, node))
		begin_boot(gate, node, peer, now);
}

static const char *script_of_unknown(const struct gate *gate, const struct gate_request *request)
{
	char address[ADDRESS_TEXT_BYTES];

	if (!gate->discovery->is_open || request->now >= gate->discovery->until)
		return request->path;
	log_line(gate->log, LOG_LEVEL_NOTICE, "%s is to be discovered: it asks for %s",
		 address_text(request->peer, address), request->path);
	return "discover.ipxe";
}

static void judge_segment(const struct gate *gate, const struct gate_request *request,
			  const struct index_node *node, struct gate_answer *answer)
{
	const struct boot *boot = access_find(gate->access, node->mac);
	char address[ADDRESS_TEXT_BYTES];

	answer->refused = true;
	if (!is_node(gate, request->peer, node))
		snprintf(answer->why, sizeof(answer->why),
			 "only the node %s itself may have its segment", node->name);
	else if (!access_is_open(boot, request->now))
		snprintf(answer->why, sizeof(answer->why),
			 "the node %s is not booting: it may have its segment from when it fetches "
			 "its script until the hand-over, for %d minutes at most",
			 node->name, ACCESS_SECONDS / 60);
	else if (strcmp(boot->peer, address_text(request->peer, address)) != 0)
		snprintf(answer->why, sizeof(answer->why),
			 "the node %s fetched its script from another address, %s", node->name,
			 boot->peer);
	else
		answer->refused = false;
	answer->is_own = !answer->refused;
}

void gate_judge(struct gate *gate, const struct gate_request *request, struct gate_answer *answer)
{
	const struct node_index *index = &gate->served->index;
	const struct index_node *node;
	uint8_t mac[6];

	*answer = (struct gate_answer){ .path = request->path };
	if (is_node_file(request->path, ".ipxe", mac)) {
		node = index_find_mac(index, mac);
		if (node)
			note_script(gate, request, node);
		else
			answer->path = script_of_unknown(gate, request);
	} else if (is_node_file(request->path, ".img", mac)) {
		node = index_find_mac(index, mac);
		if (node)
			judge_segment(gate, request, node, answer);
	}
}

void gate_hand_over(struct gate *gate, const uint8_t mac[static 6], const struct sockaddr *peer,
		    time_t now)
{
	const struct index_node *node = index_find_mac(&gate->served->index, mac);
	const struct boot *boot = access_find(gate->access, mac);
	char address[ADDRESS_TEXT_BYTES];
	struct fault fault;

	if (!boot || boot->ended)
		return;
	if (strcmp(boot->peer, address_text(peer, address)) != 0 &&
	    !(node && is_node(gate, peer, node)))
		return;
	if (access_end(gate->access, mac, now, &fault))
		log_fault(gate->log, &fault);
}

void gate_tell(struct gate *gate, const struct gate_request *request, const char *why)
{
	char address[ADDRESS_TEXT_BYTES];

	address_text(request->peer, address);
	if (recent_allow(&gate->told, address, request->now, TELL_SECONDS, 1))
		log_line(gate->log, LOG_LEVEL_WARNING, "%s may not have %s: %s", address,
			 request->path, why);
}
