// SPDX-License-Identifier: GPL-2.0-only
/*
 * `wireroot node set NODE KEY=VALUE...`: writes a node's drop-in, once the definition with it is
 * known to be sound.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/drop_in.h"
#include "tools/cluster/node_edit.h"
#include "tools/cmd/cmd.h"
#include "tools/cmd/node.h"

struct arguments {
	const char *cluster, *node;
	struct node_change *changes;
	size_t change_count;
	bool may_be_new, no_files, yes;
};

static int read_change(char *word, struct node_change *change)
{
	char *equals = strchr(word, '=');

	if (!equals || equals == word)
		return cmd_misused("node", "write KEY=VALUE, not", word);
	*equals = '\0';
	*change = (struct node_change){ word, equals[1] ? equals + 1 : NULL };
	return -1;
}

/* -1 to go on, or the exit status. */
static int read_words(int argc, char **argv, struct arguments *arguments)
{
	int status = -1;

	if (optind + 2 > argc)
		return cmd_misused("node", "NODE and KEY=VALUE are missing", "");
	arguments->node = argv[optind++];
	if (!value_host_name(arguments->node, 63) || strchr(arguments->node, '.'))
		return cmd_misused("node", "that is no name of a node:", arguments->node);
	arguments->changes = calloc((size_t)(argc - optind), sizeof(*arguments->changes));
	if (!arguments->changes)
		return CMD_FAILED;
	while (status < 0 && optind < argc)
		status =
			read_change(argv[optind++], &arguments->changes[arguments->change_count++]);
	return status;
}

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{ "cluster", required_argument, NULL, 'c' }, { "new", no_argument, NULL, 'n' },
		{ "no-files", no_argument, NULL, 'f' },	     { "yes", no_argument, NULL, 'y' },
		{ "help", no_argument, NULL, 'h' },	     { 0 },
	};
	int option;

	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "hy", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			arguments->cluster = optarg;
			break;
		case 'n':
			arguments->may_be_new = true;
			break;
		case 'f':
			arguments->no_files = true;
			break;
		case 'y':
			arguments->yes = true;
			break;
		case 'h':
			fputs(node_help, stdout);
			return CMD_DONE;
		default:
			return cmd_bad_option("node", argv, options);
		}
	}
	return read_words(argc, argv, arguments);
}

static void print_findings(const struct findings *findings)
{
	struct text text = { 0 };

	findings_to_text(findings, &text);
	fputs(text_string(&text), stderr);
	text_free(&text);
}

static int edit(const struct arguments *arguments, struct drop_in *drop_in, struct fault *fault)
{
	struct findings findings = { 0 };
	int error = node_edit(drop_in->before ? drop_in->before : "", drop_in->before_length,
			      drop_in->path, arguments->node, arguments->changes,
			      arguments->change_count, &drop_in->after, &findings, fault);

	findings_keep_lines(&findings, drop_in->path, drop_in->before ? drop_in->before : "",
			    drop_in->before_length);
	print_findings(&findings);
	findings_free(&findings);
	return error;
}

/* Load the definition as it will be. */
static int load(const struct arguments *arguments, const struct drop_in *drop_in,
		struct cluster *cluster, const struct log *log)
{
	struct cluster_edit edit = drop_in_edit(drop_in);
	struct cluster_options options = { .skip_files = arguments->no_files,
					   .edits = &edit,
					   .edit_count = 1 };

	return node_load(cluster, arguments->cluster, &options, log);
}

/* Is the node in the definition without the change? */
static bool is_known(const struct arguments *arguments, const struct log *log)
{
	struct cluster_options options = { .skip_files = true };
	struct findings findings = { 0 };
	struct cluster cluster;
	struct fault fault;
	bool known = true;
	int error = cluster_load_with(&cluster, arguments->cluster, &options, &findings, &fault);

	/* When it has errors, the one that is to be mended may be in the way. */
	if (!error)
		known = node_find(&cluster, arguments->node, log);
	findings_free(&findings);
	cluster_free(&cluster);
	return known;
}

static bool is_outranked(const struct cluster_value *value, const struct node_change *change,
			 const char *path)
{
	return change->value && value->place.line && strcmp(value->place.file, path) != 0;
}

/* What the changes come to, with a warning where another file has the last word. */
static void print_outcome(const struct arguments *arguments, const struct drop_in *drop_in,
			  const struct cluster *cluster)
{
	const struct cluster_node *node = cluster_find_node(cluster, arguments->node);

	for (size_t i = 0; node && i < arguments->change_count; i++) {
		const struct node_change *change = &arguments->changes[i];
		int key = key_find(SECTION_NODE, change->key);
		const struct cluster_value *value;

		if (key < 0 || key >= NODE_KEY_COUNT)
			continue;
		value = &node->values[key];
		printf("%s: %s: %s (%s)\n", node->name, change->key,
		       value->text ? value->text : "-", value->text ? value->origin : "not set");
		if (is_outranked(value, change, drop_in->path))
			printf("%s: %s: %s:%u outranks %s\n", node->name, change->key,
			       value->place.file, value->place.line, drop_in->path);
	}
}

/* Only a person at a terminal can be asked. */
static int ask(const struct arguments *arguments, const struct drop_in *drop_in)
{
	return cmd_confirm("node", arguments->yes, "Write %s?", drop_in->path);
}

static int change(const struct arguments *arguments, struct drop_in *drop_in, const struct log *log)
{
	struct cluster cluster;
	struct fault fault;
	int status;

	if (!arguments->may_be_new && !is_known(arguments, log))
		return CMD_FAILED;
	if (drop_in_read(drop_in, arguments->cluster, arguments->node, &fault) ||
	    edit(arguments, drop_in, &fault)) {
		log_fault(log, &fault);
		return CMD_FAILED;
	}
	status = load(arguments, drop_in, &cluster, log);
	if (status == CMD_DONE) {
		print_outcome(arguments, drop_in, &cluster);
		status = ask(arguments, drop_in);
	}
	cluster_free(&cluster);
	if (status == CMD_DONE && drop_in_write(drop_in, &fault)) {
		log_fault(log, &fault);
		status = CMD_FAILED;
	}
	return status;
}

int node_set(int argc, char **argv)
{
	struct arguments arguments = { .cluster = CLUSTER_DEFAULT_FILE };
	struct log log = log_open("wireroot node");
	struct drop_in drop_in = { 0 };
	int status = read_arguments(argc, argv, &arguments);

	if (status < 0)
		status = change(&arguments, &drop_in, &log);
	free(arguments.changes);
	drop_in_free(&drop_in);
	return status;
}
