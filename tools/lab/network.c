// SPDX-License-Identifier: GPL-2.0-only
/* The wire of a lab and the boot server on it; see network.h. */
#include "tools/lab/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/bridge.h"
#include "tools/lab/layout.h"
#include "userspace/lib/fs.h"

#define FILE_NAME      LAB_RUN_DIR "/network.json"
#define FILE_BYTES_MAX ((size_t)4 * PATH_MAX)

struct lab_network lab_network_default(void)
{
	return (struct lab_network){ .bridge = LAB_BRIDGE,
				     .address = LAB_ADDRESS,
				     .prefix = LAB_PREFIX,
				     .http_port = LAB_HTTP_PORT,
				     .domain = LAB_DOMAIN,
				     .boots = true,
				     .exports = true };
}

bool lab_network_has_cluster(const struct lab_network *network)
{
	return network->cluster[0];
}

static json_t *more_to_json(const struct lab_network *network)
{
	json_t *more = json_array();

	for (size_t i = 0; i < network->more_count; i++)
		json_array_append_new(more, json_string(network->more[i]));
	return more;
}

int lab_network_write(const struct lab_network *network, const char *directory, struct fault *fault)
{
	char *path = fs_join(directory, FILE_NAME), *text;
	json_t *json =
		json_pack("{s:s, s:s, s:i, s:o, s:i, s:s, s:b, s:b, s:b, s:s, s:s, s:s}", "bridge",
			  network->bridge, "address", network->address, "prefix",
			  (int)network->prefix, "more", more_to_json(network), "http_port",
			  network->http_port, "domain", network->domain, "boots", network->boots,
			  "exports", network->exports, "has_disks", network->has_disks, "cluster",
			  network->cluster, "state", network->state, "server", network->server);
	int error;

	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	if (!path || !text)
		error = fault_set(fault, ENOMEM, "write", FILE_NAME, NULL);
	else
		error = fs_write_file(path, text, strlen(text), 0644, fault);
	json_decref(json);
	free(text);
	free(path);
	return error;
}

static bool copy(char *to, size_t size, const char *from)
{
	return snprintf(to, size, "%s", from) < (int)size;
}

static bool is_address(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1;
}

static bool take_more(struct lab_network *network, const json_t *more)
{
	if (!json_is_array(more) || json_array_size(more) > ISCSI_PORTALS_MAX)
		return false;
	for (; network->more_count < json_array_size(more); network->more_count++) {
		const char *address = json_string_value(json_array_get(more, network->more_count));

		if (!address || !is_address(address) ||
		    !copy(network->more[network->more_count], INET_ADDRSTRLEN, address))
			return false;
	}
	return true;
}

static bool take(struct lab_network *network, json_t *json)
{
	const char *bridge, *address, *domain, *cluster, *state, *server;
	int prefix, port, boots, exports, has_disks;
	struct fault unused;

	if (json_unpack(json, "{s:s, s:s, s:i, s:i, s:s, s:b, s:b, s:b, s:s, s:s, s:s}", "bridge",
			&bridge, "address", &address, "prefix", &prefix, "http_port", &port,
			"domain", &domain, "boots", &boots, "exports", &exports, "has_disks",
			&has_disks, "cluster", &cluster, "state", &state, "server", &server) < 0)
		return false;
	if (prefix < 1 || prefix > 32 || port < 1 || port > UINT16_MAX || !is_address(address) ||
	    bridge_check_name(bridge, &unused))
		return false;
	*network = (struct lab_network){ .prefix = (unsigned int)prefix,
					 .http_port = (uint16_t)port,
					 .boots = boots,
					 .exports = exports,
					 .has_disks = has_disks };
	return take_more(network, json_object_get(json, "more")) &&
	       copy(network->bridge, sizeof(network->bridge), bridge) &&
	       copy(network->address, sizeof(network->address), address) &&
	       copy(network->domain, sizeof(network->domain), domain) &&
	       copy(network->cluster, sizeof(network->cluster), cluster) &&
	       copy(network->state, sizeof(network->state), state) &&
	       copy(network->server, sizeof(network->server), server);
}

int lab_network_read(struct lab_network *network, const char *directory, struct fault *fault)
{
	char *path = fs_join(directory, FILE_NAME), *text = NULL;
	json_t *json = NULL;
	size_t length;
	int error;

	if (!path)
		return fault_set(fault, ENOMEM, "read", FILE_NAME, NULL);
	error = fs_read_file(path, FILE_BYTES_MAX, &text, &length, fault);
	if (!error) {
		json = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
		if (!json || !take(network, json))
			error = fault_set(fault, EINVAL, "read", path,
					  "end the lab and start it anew");
	}
	json_decref(json);
	free(text);
	free(path);
	return error;
}
