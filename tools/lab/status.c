// SPDX-License-Identifier: GPL-2.0-only
/* What runs in a lab; see status.h. */
#include "tools/lab/status.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/layout.h"
#include "tools/lab/node.h"
#include "tools/lab/servers.h"
#include "tools/lab/service.h"
#include "userspace/lib/fs.h"

static json_t *describe_servers(const struct lab_network *network)
{
	json_t *list = json_array();
	const char *name;

	for (size_t i = 0; (name = server_name(i)); i++) {
		if (!server_is_needed(i, network))
			continue;
		json_array_append_new(list, json_pack("{s:s, s:b}", "name", name, "running",
						      service_pid(name) != 0));
	}
	return list;
}

/* A file in the hosts directory is a node that was powered on at least once. */
static int is_node(const struct dirent *entry)
{
	return lab_node_name_is_good(entry->d_name);
}

/* The MACs from the node's line in the hosts directory: "MAC,MAC,NAME". */
static json_t *read_macs(const char *node)
{
	json_t *macs = json_array();
	char path[sizeof(LAB_HOSTS_DIR) + 1 + LAB_NODE_NAME_MAX], *text, *rest, *word;
	struct fault unused;
	size_t length;

	snprintf(path, sizeof(path), LAB_HOSTS_DIR "/%.*s", LAB_NODE_NAME_MAX, node);
	if (fs_read_file(path, 4096, &text, &length, &unused))
		return macs;
	rest = text;
	while ((word = strsep(&rest, ",\n")))
		if (lab_mac_is_good(word))
			json_array_append_new(macs, json_string(word));
	free(text);
	return macs;
}

static json_t *describe_node(const char *node)
{
	char service[LAB_NAME_BYTES];

	node_service_name(node, service);
	return json_pack("{s:s, s:b, s:o}", "name", node, "running", service_pid(service) != 0,
			 "macs", read_macs(node));
}

static json_t *describe_nodes(void)
{
	struct dirent **entries = NULL;
	json_t *list = json_array();
	int count = scandir(LAB_HOSTS_DIR, &entries, is_node, alphasort);

	for (int i = 0; i < count; i++) {
		json_array_append_new(list, describe_node(entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	return list;
}

static void print_list(const char *title, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		printf("%-6s  %-12s  %s\n", title, json_string_value(json_object_get(one, "name")),
		       json_is_true(json_object_get(one, "running")) ? "running" : "off");
	}
}

int status_print(bool json, struct fault *fault)
{
	struct lab_network network;
	json_t *all;

	if (lab_network_read(&network, ".", fault))
		return -fault->error;
	all = json_pack("{s:s, s:o, s:o}", "address", network.address, "servers",
			describe_servers(&network), "nodes", describe_nodes());
	if (!all)
		return fault_set(fault, ENOMEM, "describe the lab", NULL, NULL);
	if (json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_list("server", json_object_get(all, "servers"));
		print_list("node", json_object_get(all, "nodes"));
	}
	json_decref(all);
	return 0;
}
