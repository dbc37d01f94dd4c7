/* SPDX-License-Identifier: GPL-2.0-only */
/* `wireroot import`: make a definition out of what another program knows of a cluster. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/import/import.h"
#include "tools/import/write.h"
#include "userspace/lib/fs.h"

/* Several hundred thousand nodes with all that xCAT knows of them. */
#define FILE_BYTES_MAX (512u << 20)

struct format {
	const char *name;
	int (*read)(struct import_plan *plan, const struct import_file *files, size_t count,
		    struct fault *fault);
};

static const struct format formats[] = {
	{ "lucie", import_lucie },
	{ "warewulf", import_warewulf },
	{ "xcat", import_xcat },
	{ "ethers", import_ethers },
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

struct options {
	struct import_options open; /* what the files leave open */
	const char *output; /* NULL: standard output */
	bool json; /* say what came of it as JSON */
};

static const char usage[] =
	"Usage: wireroot import FORMAT FILE... [OPTION]...\n"
	"Make a cluster.yaml out of what another program knows of a cluster.\n"
	"\n"
	"  lucie     Lucie's host definitions: define host { ... }, or host do |host| ... end\n"
	"  warewulf  Warewulf 4's nodes.conf\n"
	"  xcat      xCAT's stanzas: lsdef -t site,network,osimage,group,node -z\n"
	"  ethers    /etc/ethers and /etc/hosts\n"
	"\n"
	"What has no counterpart becomes a comment, and what is missing is marked FILL IN.\n"
	"\n"
	"  --name NAME       of the cluster\n"
	"  --subnet SUBNET   of the network that nodes boot from, such as 10.0.0.0/24\n"
	"  --server ADDRESS  of the boot server\n"
	"  --image PATH      root file system of nodes that have no image\n"
	"  -o FILE           write to FILE, which must not exist, instead of standard output\n"
	"  --json            with -o, say on standard output as JSON what came of it\n"
	"  --help            show this\n";

/* -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "subnet", required_argument, NULL, 's' },
		{ "server", required_argument, NULL, 'a' },
		{ "image", required_argument, NULL, 'i' },
		{ "output", required_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*options = (struct options){ 0 };
	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "o:", known, NULL)) != -1) {
		switch (option) {
		case 'n':
			options->open.cluster = optarg;
			break;
		case 's':
			options->open.subnet = optarg;
			break;
		case 'a':
			options->open.server = optarg;
			break;
		case 'i':
			options->open.image = optarg;
			break;
		case 'o':
			options->output = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return CMD_DONE;
		default:
			return cmd_bad_option("import", argv, known);
		}
	}
	if (options->json && !options->output)
		return cmd_misused("import", "--json needs -o: the definition is no JSON", "");
	if (argc - optind < 2)
		return cmd_misused("import", "say what to import, and from which file", "");
	return -1;
}

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

/* A value from the command line that a definition does not take is a fault, not a remark. */
static int check_option(enum section section, const char *key, const char *option,
			const char *value, struct fault *fault)
{
	const struct key *known = &section_keys[section].keys[key_find(section, key)];
	char wanted[64];

	if (!value || key_accepts(known, value))
		return 0;
	return fault_set(fault, EINVAL, option, value, key_wants(known, wanted, sizeof(wanted)));
}

static int check_options(const struct import_options *open, struct fault *fault)
{
	if (check_option(SECTION_CLUSTER, "name", "use --name", open->cluster, fault) ||
	    check_option(SECTION_NETWORK, "subnet", "use --subnet", open->subnet, fault) ||
	    check_option(SECTION_SERVER, "address", "use --server", open->server, fault) ||
	    check_option(SECTION_IMAGE, "path", "use --image", open->image, fault))
		return -fault->error;
	return 0;
}

static int read_files(char **names, struct import_file *files, size_t count, struct fault *fault)
{
	for (size_t i = 0; i < count; i++) {
		char *text;
		int error = fs_read_file(names[i], FILE_BYTES_MAX, &text, &files[i].length, fault);

		if (error)
			return error;
		files[i].name = names[i];
		files[i].text = text;
	}
	return 0;
}

/* A definition may have been worked on since it was imported: none is written over. */
static int write_output(const struct options *options, const struct text *text, struct fault *fault)
{
	if (!options->output) {
		fputs(text_string(text), stdout);
		return 0;
	}
	if (fs_is_file(options->output))
		return fault_set(fault, EEXIST, "write the definition", options->output,
				 "move it away, or write to another file");
	return fs_write_file(options->output, text->data, text->length, 0644, fault);
}

static void say(const struct import_plan *plan, const struct options *options)
{
	size_t missing = import_count_fill_ins(plan);

	if (options->json) {
		json_t *json = json_pack("{s:s, s:I, s:I, s:I}", "file", options->output, "nodes",
					 (json_int_t)plan->sections[IMPORT_NODES].count, "fill_ins",
					 (json_int_t)missing, "remarks",
					 (json_int_t)import_count_remarks(plan));

		json_dumpf(json, stdout, JSON_INDENT(2));
		puts("");
		json_decref(json);
		return;
	}
	fprintf(stderr, "%zu nodes, %zu values to fill in, %zu remarks%s%s\n",
		plan->sections[IMPORT_NODES].count, missing, import_count_remarks(plan),
		options->output ? " in " : "", options->output ? options->output : "");
}

static int import(const struct format *format, const struct import_file *files, size_t count,
		  const struct options *options, struct fault *fault)
{
	struct import_plan plan = { 0 };
	struct text text = { 0 };
	int error = format->read(&plan, files, count, fault);

	if (!error) {
		import_finish(&plan, &options->open);
		error = import_write(&plan, &text, fault);
	}
	if (!error)
		error = write_output(options, &text, fault);
	if (!error)
		say(&plan, options);
	text_free(&text);
	import_free(&plan);
	return error;
}

int cmd_import(int argc, char **argv)
{
	const struct format *format;
	struct import_file *files;
	struct options options;
	struct fault fault;
	size_t count;
	int status = read_options(argc, argv, &options);
	int error;

	if (status >= 0)
		return status;
	format = find_format(argv[optind]);
	if (!format)
		return cmd_misused("import", "there is no such format", "");
	count = (size_t)(argc - optind - 1);
	files = calloc(count, sizeof(*files));
	if (!files) {
		fault_set(&fault, ENOMEM, "read files", "", NULL);
		return cmd_failed("import", &fault);
	}
	error = check_options(&options.open, &fault);
	if (!error)
		error = read_files(argv + optind + 1, files, count, &fault);
	if (!error)
		error = import(format, files, count, &options, &fault);
	for (size_t i = 0; i < count; i++)
		free((char *)files[i].text);
	free(files);
	return error ? cmd_failed("import", &fault) : CMD_DONE;
}
