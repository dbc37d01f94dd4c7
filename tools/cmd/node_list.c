// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot node list [NODES]`: a line for each node of the definition. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cmd/cmd.h"
#include "tools/cmd/node.h"
#include "tools/cmd/select.h"

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static json_t *node_json(const struct cluster_node *node)
{
	char address[IPV4_TEXT_BYTES];
	json_t *profiles = json_array(), *groups = json_array();

	for (size_t i = 0; i < node->profiles.count; i++)
		json_array_append_new(profiles, json_string(node->profiles.words[i]));
	for (size_t i = 0; i < node->groups.count; i++)
		json_array_append_new(groups, json_string(node->groups.words[i]));
	return json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:o, s:o}", "name", node->name, "mac",
			 node->values[NODE_MAC].text, "address",
			 node->address ? value_ipv4_text(node->address, address) : NULL, "network",
			 node->network ? node->network->name : NULL, "image",
			 node->image ? node->image->name : NULL, "profiles", profiles, "groups",
			 groups);
}

static void print_json(const struct cluster *cluster, const char *wanted)
{
	json_t *list = json_array();

	for (size_t i = 0; i < cluster->node_count; i++)
		if (wanted[i])
			json_array_append_new(list, node_json(&cluster->nodes[i]));
	json_dumpf(list, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(list);
}

/* Columns as wide as what is in them. */
static void print_text(const struct cluster *cluster, const char *wanted)
{
	int name_width = 4, image_width = 5;

	for (size_t i = 0; i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];
		int name = (int)strlen(node->name), image = (int)strlen(node->image->name);

		if (!wanted[i])
			continue;
		name_width = name > name_width ? name : name_width;
		image_width = image > image_width ? image : image_width;
	}
	printf("%-*s  %-17s  %-15s  %-*s  %s\n", name_width, "NAME", "MAC", "ADDRESS", image_width,
	       "IMAGE", "PROFILES");
	for (size_t i = 0; i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (wanted[i])
			printf("%-*s  %-17s  %-15s  %-*s  %s\n", name_width, node->name,
			       or_dash(node->values[NODE_MAC].text),
			       or_dash(node->values[NODE_ADDRESS].text), image_width,
			       node->image->name, or_dash(node->values[NODE_PROFILES].text));
	}
}

int node_list(int argc, char **argv)
{
	struct node_arguments arguments;
	struct cluster_options options = { .skip_files = true };
	struct log log = log_open("wireroot node");
	struct cluster cluster;
	struct fault fault;
	char *wanted = NULL;
	int status = node_read_arguments(argc, argv, &arguments);

	if (status >= 0)
		return status;
	status = node_load(&cluster, arguments.cluster, &options, &log);
	if (status == CMD_DONE) {
		wanted = calloc(cluster.node_count + 1, 1);
		if (!wanted)
			fault_set(&fault, ENOMEM, "list nodes", "", NULL);
		else if (!arguments.object)
			memset(wanted, 1, cluster.node_count);
		if (!wanted || (arguments.object &&
				select_nodes(&cluster, arguments.object, wanted, &fault))) {
			log_fault(&log, &fault);
			status = CMD_FAILED;
		}
	}
	if (status == CMD_DONE)
		(arguments.json ? print_json : print_text)(&cluster, wanted);
	free(wanted);
	cluster_free(&cluster);
	return status;
}
