// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot check`: reads the cluster's definition and says what is wrong with it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/findings.h"
#include "tools/cmd/cmd.h"
#include "userspace/lib/log.h"

static const char help[] =
	"Usage: wireroot check [OPTION...]\n"
	"Read the cluster's definition and say all that is wrong with it. Nothing is written.\n"
	"\n"
	"  --cluster FILE  default: " CLUSTER_DEFAULT_FILE "\n"
	"  --no-files      do not look for what it names: images, kernels, modules, templates\n"
	"  --json          the findings as JSON\n"
	"  --help          this text\n";

struct arguments {
	const char *cluster;
	bool no_files, json;
};

/* -1 to go on, or the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{ "cluster", required_argument, NULL, 'c' },
		{ "no-files", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			arguments->cluster = optarg;
			break;
		case 'n':
			arguments->no_files = true;
			break;
		case 'j':
			arguments->json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return CMD_DONE;
		default:
			return cmd_bad_option("check", argv, options);
		}
	}
	if (optind < argc)
		return cmd_misused("check", "one word too many:", argv[optind]);
	return -1;
}

static void print_json(const struct cluster *cluster, const struct findings *findings,
		       const struct arguments *arguments)
{
	json_t *report = json_object();

	json_object_set_new(report, "file", json_string(arguments->cluster));
	json_object_set_new(report, "errors", json_integer((json_int_t)findings->errors));
	json_object_set_new(report, "warnings", json_integer((json_int_t)findings->warnings));
	json_object_set_new(report, "files_checked", json_boolean(!arguments->no_files));
	json_object_set_new(report, "nodes", json_integer((json_int_t)cluster->node_count));
	json_object_set_new(report, "findings", findings_to_json(findings));
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(report);
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void print_text(const struct cluster *cluster, const struct findings *findings,
		       const struct arguments *arguments)
{
	struct text text = { 0 };

	findings_to_text(findings, &text);
	fputs(text_string(&text), stdout);
	text_free(&text);
	if (arguments->no_files)
		puts("not looked for, as --no-files says: images, kernels, modules, templates");
	if (findings->errors)
		printf("%zu error%s, %zu warning%s\n", findings->errors, plural(findings->errors),
		       findings->warnings, plural(findings->warnings));
	else
		printf("cluster %s: %zu node%s, %zu image%s, %zu warning%s: ok\n", cluster->name,
		       cluster->node_count, plural(cluster->node_count), cluster->image_count,
		       plural(cluster->image_count), findings->warnings,
		       plural(findings->warnings));
}

int cmd_check(int argc, char **argv)
{
	struct arguments arguments = { .cluster = CLUSTER_DEFAULT_FILE };
	struct log log = log_open("wireroot check");
	struct cluster_options options = { 0 };
	struct findings findings = { 0 };
	struct cluster cluster;
	struct fault fault = { 0 };
	int status = read_arguments(argc, argv, &arguments), error;

	if (status >= 0)
		return status;
	options.skip_files = arguments.no_files;
	error = cluster_load_with(&cluster, arguments.cluster, &options, &findings, &fault);
	if (error && !findings.errors)
		log_fault(&log, &fault);
	else if (arguments.json)
		print_json(&cluster, &findings, &arguments);
	else
		print_text(&cluster, &findings, &arguments);
	findings_free(&findings);
	cluster_free(&cluster);
	return error ? CMD_FAILED : CMD_DONE;
}
