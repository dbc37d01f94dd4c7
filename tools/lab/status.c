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

static json_t *describe_servers(void)
{
	json_t *list = json_array();
	const char *name;

	for (size_t i = 0; (name = server_name(i)); i++)
		json_array_append_new(list, json_pack("{s:s, s:b}", "name", name, "running",
						      service_pid(name) != 0));
	return list;
}

/* A file in the hosts directory is a node that was powered on at least once. */
static int is_node(const struct dirent *entry)
{
	return lab_node_name_is_good(entry->d_name);
}

static json_t *describe_nodes(void)
{
	struct dirent **entries = NULL;
	json_t *list = json_array();
	int count = scandir(LAB_HOSTS_DIR, &entries, is_node, alphasort);

	for (int i = 0; i < count; i++) {
		char service[LAB_NAME_BYTES];

		node_service_name(entries[i]->d_name, service);
		json_array_append_new(list, json_pack("{s:s, s:b}", "name", entries[i]->d_name,
						      "running", service_pid(service) != 0));
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
	json_t *all = json_pack("{s:s, s:o, s:o}", "address", LAB_ADDRESS, "servers",
				describe_servers(), "nodes", describe_nodes());

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
