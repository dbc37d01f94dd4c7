// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot node list|show|set|adopt`: finds the verb; each is in a file of its own. */
#include "tools/cmd/node.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "userspace/lib/nearest.h"

const char node_help[] =
	"Usage: wireroot node list [NODES] [--json]\n"
	"       wireroot node show NODE [--json]\n"
	"       wireroot node set NODE KEY=VALUE... [-y]\n"
	"       wireroot node adopt MAC --name NAME [--profile PROFILE]\n"
	"Show what the definition of the cluster says of its nodes, or change it.\n"
	"\n"
	"list             a line for each of NODES (a set such as n[01-16] or @rack1); default: all\n"
	"show             every value of NODE, and where it comes from\n"
	"set              write values into nodes.d/NODE.yaml beside the definition; KEY= takes a\n"
	"                 value out. Nothing changes when the outcome has a mistake in it\n"
	"adopt            make a machine a node; see wireroot node adopt --help\n"
	"\n"
	"  --cluster FILE the definition; default: " CLUSTER_DEFAULT_FILE "\n"
	"  --json         as JSON\n"
	"  --new          set: NODE need not be there yet\n"
	"  --no-files     set: do not look for images, kernels and modules\n"
	"  -y, --yes      set: do not ask\n"
	"  --help         this text\n";

int node_read_arguments(int argc, char **argv, struct node_arguments *arguments)
{
	static const struct option options[] = {
		{ "cluster", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	*arguments = (struct node_arguments){ .cluster = CLUSTER_DEFAULT_FILE };
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'c') {
			arguments->cluster = optarg;
		} else if (option == 'j') {
			arguments->json = true;
		} else if (option == 'h') {
			fputs(node_help, stdout);
			return CMD_DONE;
		} else {
			return cmd_bad_option("node", argv, options);
		}
	}
	if (optind < argc)
		arguments->object = argv[optind++];
	if (optind < argc)
		return cmd_misused("node", "one word too many:", argv[optind]);
	return -1;
}

int node_load(struct cluster *cluster, const char *path, const struct cluster_options *options,
	      const struct log *log)
{
	struct findings findings = { 0 };
	struct text text = { 0 };
	struct fault fault = { 0 };
	int error = cluster_load_with(cluster, path, options, &findings, &fault);

	if (error && findings.errors) {
		findings_to_text(&findings, &text);
		fputs(text_string(&text), stderr);
		log_line(log, LOG_LEVEL_ERROR, "the definition has %zu error%s", findings.errors,
			 findings.errors == 1 ? "" : "s");
	} else if (error) {
		log_fault(log, &fault);
	}
	text_free(&text);
	findings_free(&findings);
	return error ? CMD_FAILED : CMD_DONE;
}

const struct cluster_node *node_find(const struct cluster *cluster, const char *name,
				     const struct log *log)
{
	const struct cluster_node *node = cluster_find_node(cluster, name);
	struct nearest nearest = nearest_begin(name);

	if (node)
		return node;
	for (size_t i = 0; i < cluster->node_count; i++)
		nearest_offer(&nearest, cluster->nodes[i].name);
	log_line(log, LOG_LEVEL_ERROR, "there is no node '%s'%s%s%s", name,
		 nearest.name ? "; did you mean " : "", nearest.name ? nearest.name : "",
		 nearest.name ? "?" : "");
	return NULL;
}

int cmd_node(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {
		{ "list", node_list },
		{ "show", node_show },
		{ "set", node_set },
		{ "adopt", node_adopt },
	};

	if (argc < 2)
		return cmd_misused("node", "what is to be done is missing", "");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(node_help, stdout);
		return CMD_DONE;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return cmd_misused("node", "there is no", argv[1]);
}
