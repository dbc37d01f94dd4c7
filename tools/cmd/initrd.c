// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot initrd build|node|show`: reads the options, calls tools/initrd/, prints what came of
 * it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "tools/cmd/cmd.h"
#include "tools/initrd/build.h"
#include "tools/initrd/node.h"
#include "tools/initrd/segment_cache.h"
#include "tools/initrd/show.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/log.h"

/* No machine boots from a larger one. */
#define INITRD_BYTES_MAX ((size_t)2 << 30)

static const char help[] =
	"Usage: wireroot initrd build --kernel VERSION [OPTION...] -o FILE\n"
	"       wireroot initrd node --conf FILE -o FILE\n"
	"       wireroot initrd show [--files] [--json] FILE\n"
	"Build an initrd, or a node's segment to be put behind one, or show what is in one.\n"
	"\n"
	"build:\n"
	"  --kernel VERSION      as `uname -r` prints it; default: what DIR is for, or what runs\n"
	"  --modules DIR         where [usr/]lib/modules/VERSION is, or VERSION itself; default: /\n"
	"  --drivers auto|LIST   all wired network drivers, each loaded if its device is there, or\n"
	"                        just these, in this order, or auto,NAME...; default: auto\n"
	"  --with LIST           what else: overlay, vlan, rescue (a shell), iscsi (roots on iSCSI\n"
	"                        disks), and for these ext4 (the default), xfs, btrfs, and\n"
	"                        iscsistart (open-iscsi's program instead of our own client);\n"
	"                        swap (neighbours' memory)\n"
	"  --without nfs         no NFS, for nodes whose roots are on iSCSI disks\n"
	"  --firmware DIR        default: /lib/firmware\n"
	"  --config FILE         the kernel's configuration; default: beside the modules or in /boot\n"
	"  --compression NAME    zstd, xz or none; default: zstd if the kernel can, else xz\n"
	"  --init FILE           default: the one that came with this program\n"
	"  --busybox FILE        for --with rescue, static; default: /bin/busybox\n"
	"  --iscsistart FILE     for --with iscsistart; default: /sbin/iscsistart\n"
	"  --node-conf FILE      put a node file into it\n"
	"  --cache DIR           where compressed modules are kept\n"
	"  --no-cache            compress everything anew\n"
	"  --verbose             say what firmware is missing, and more\n"
	"  --json                the result as JSON\n"
	"  -o, --output FILE     where to write it\n"
	"node:\n"
	"  --conf FILE           the node's words, one to a line, checked\n"
	"  -o, --output FILE     where to write it\n"
	"show:\n"
	"  --files               every file\n"
	"  --json                everything as JSON\n"
	"\n"
	"  --help                show this\n";

/* All options of the three verbs, as numbers for getopt_long(). */
enum option_code {
	OPTION_KERNEL = 1,
	OPTION_MODULES,
	OPTION_DRIVERS,
	OPTION_WITH,
	OPTION_WITHOUT,
	OPTION_FIRMWARE,
	OPTION_CONFIG,
	OPTION_COMPRESSION,
	OPTION_INIT,
	OPTION_BUSYBOX,
	OPTION_ISCSISTART,
	OPTION_NODE_CONF,
	OPTION_CACHE,
	OPTION_NO_CACHE,
	OPTION_VERBOSE,
	OPTION_JSON,
	OPTION_FILES,
	OPTION_HELP = 'h',
	OPTION_OUTPUT = 'o',
};

static const struct option build_options[] = {
	{ "kernel", required_argument, NULL, OPTION_KERNEL },
	{ "modules", required_argument, NULL, OPTION_MODULES },
	{ "drivers", required_argument, NULL, OPTION_DRIVERS },
	{ "with", required_argument, NULL, OPTION_WITH },
	{ "without", required_argument, NULL, OPTION_WITHOUT },
	{ "firmware", required_argument, NULL, OPTION_FIRMWARE },
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "compression", required_argument, NULL, OPTION_COMPRESSION },
	{ "init", required_argument, NULL, OPTION_INIT },
	{ "busybox", required_argument, NULL, OPTION_BUSYBOX },
	{ "iscsistart", required_argument, NULL, OPTION_ISCSISTART },
	{ "node-conf", required_argument, NULL, OPTION_NODE_CONF },
	{ "cache", required_argument, NULL, OPTION_CACHE },
	{ "no-cache", no_argument, NULL, OPTION_NO_CACHE },
	{ "verbose", no_argument, NULL, OPTION_VERBOSE },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static const struct option node_options[] = {
	{ "conf", required_argument, NULL, OPTION_CONFIG },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static const struct option show_options[] = {
	{ "files", no_argument, NULL, OPTION_FILES },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

/* What the command line said. */
struct arguments {
	struct build_request build;
	bool verbose, json, files, help;
	const char *file;
};

static int parse_with(struct build_request *build, char *names)
{
	char *name;

	const struct {
		const char *name;
		bool *wanted;
	} parts[] = {
		{ "overlay", &build->overlay }, { "vlan", &build->vlan },
		{ "rescue", &build->rescue },	{ "iscsi", &build->iscsi },
		{ "ext4", &build->ext4 },	{ "xfs", &build->xfs },
		{ "btrfs", &build->btrfs },	{ "iscsistart", &build->iscsistart },
		{ "swap", &build->swap },
	};
	size_t i;

	while ((name = strsep(&names, ","))) {
		for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (strcmp(name, parts[i].name) == 0)
				break;
		if (i < sizeof(parts) / sizeof(parts[0]))
			*parts[i].wanted = true;
		else if (*name)
			return cmd_misused(
				"initrd",
				"--with knows overlay, vlan, rescue, iscsi, ext4, xfs, btrfs, "
				"iscsistart and swap, but not",
				name);
	}
	if ((build->ext4 || build->xfs || build->btrfs) && !build->iscsi)
		return cmd_misused("initrd", "--with a file system is of use only with iscsi", "");
	if (build->iscsistart && !build->iscsi)
		return cmd_misused("initrd", "--with iscsistart is of use only with iscsi", "");
	return CMD_DONE;
}

static int parse_without(struct build_request *build, const char *name)
{
	if (strcmp(name, "nfs") != 0)
		return cmd_misused("initrd", "--without knows nfs, but not", name);
	build->without_nfs = true;
	return CMD_DONE;
}

static int parse_compression(struct build_request *build, const char *name)
{
	if (strcmp(name, "zstd") != 0 && strcmp(name, "xz") != 0 && strcmp(name, "none") != 0)
		return cmd_misused("initrd", "--compression is zstd, xz or none, but not", name);
	build->compression = name;
	return CMD_DONE;
}

/* Where the text of an option that is only kept goes, or NULL. */
static const char **text_option(struct build_request *build, int option)
{
	switch (option) {
	case OPTION_KERNEL:
		return &build->version;
	case OPTION_MODULES:
		return &build->modules;
	case OPTION_DRIVERS:
		return &build->drivers;
	case OPTION_FIRMWARE:
		return &build->firmware;
	case OPTION_CONFIG:
		return &build->config;
	case OPTION_INIT:
		return &build->init;
	case OPTION_BUSYBOX:
		return &build->busybox;
	case OPTION_ISCSISTART:
		return &build->iscsistart_file;
	case OPTION_NODE_CONF:
		return &build->node_conf;
	case OPTION_CACHE:
		return &build->cache;
	case OPTION_OUTPUT:
		return &build->output;
	default:
		return NULL;
	}
}

/* Returns an exit status; CMD_DONE to go on. */
static int take_option(struct arguments *arguments, int option)
{
	const char **text = text_option(&arguments->build, option);

	if (text)
		*text = optarg;
	else if (option == OPTION_WITH)
		return parse_with(&arguments->build, optarg);
	else if (option == OPTION_WITHOUT)
		return parse_without(&arguments->build, optarg);
	else if (option == OPTION_COMPRESSION)
		return parse_compression(&arguments->build, optarg);
	else if (option == OPTION_NO_CACHE)
		arguments->build.cache = NULL;
	else if (option == OPTION_VERBOSE)
		arguments->verbose = true;
	else if (option == OPTION_JSON)
		arguments->json = true;
	else if (option == OPTION_FILES)
		arguments->files = true;
	else if (option == OPTION_HELP)
		arguments->help = true;
	return CMD_DONE;
}

/* @file says whether the verb has a file as its object. */
static int parse_arguments(int argc, char **argv, const struct option *options, bool file,
			   struct arguments *arguments)
{
	int option, status;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		status = option == '?' ? cmd_bad_option("initrd", argv, options)
				       : take_option(arguments, option);
		if (status != CMD_DONE)
			return status;
	}
	if (arguments->help)
		return CMD_DONE;
	if (file && optind == argc)
		return cmd_misused("initrd", "the name of a file is missing", "");
	if (file)
		arguments->file = argv[optind++];
	if (optind < argc)
		return cmd_misused("initrd", "one word too many:", argv[optind]);
	if (!file && !arguments->build.output)
		return cmd_misused("initrd", "-o FILE is missing", "");
	return CMD_DONE;
}

static void print_json(json_t *object)
{
	json_dumpf(object, stdout, JSON_INDENT(2));
	putchar('\n');
}

static json_t *list_modules(const struct closure *closure)
{
	json_t *modules = json_array();

	for (unsigned int i = 0; i < closure->count; i++) {
		const struct closure_module *module = &closure->modules[i];

		json_array_append_new(modules, json_pack("{s:s, s:s, s:s}", "name", module->name,
							 "group", module_group_name(module->group),
							 "source", module->source));
	}
	return modules;
}

static json_t *list_strings(char *const *strings, unsigned int count)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < count; i++)
		json_array_append_new(list, json_string(strings[i]));
	return list;
}

static void print_build_json(const struct build_request *request, const struct build_result *result)
{
	const struct closure *closure = &result->closure;
	json_t *report = json_object();

	json_object_set_new(report, "file", json_string(request->output));
	json_object_set_new(report, "kernel", json_string(result->tree.version));
	json_object_set_new(report, "compression",
			    json_string(compression_name(result->compression)));
	json_object_set_new(report, "bytes", json_integer((json_int_t)result->packed_length));
	json_object_set_new(report, "unpacked_bytes",
			    json_integer((json_int_t)result->unpacked_length));
	json_object_set_new(report, "modules_from_cache", json_boolean(result->cached));
	json_object_set_new(report, "modules", list_modules(closure));
	json_object_set_new(report, "left_out",
			    list_strings(closure->left_out, closure->left_out_count));
	json_object_set_new(report, "missing_firmware",
			    list_strings(result->missing_firmware, result->missing_firmware_count));
	print_json(report);
	json_decref(report);
}

static void print_build(const struct arguments *arguments, const struct build_result *result,
			const struct log *log)
{
	if (arguments->json) {
		print_build_json(&arguments->build, result);
		return;
	}
	for (unsigned int i = 0; i < result->closure.left_out_count; i++)
		log_line(log, LOG_LEVEL_INFO, "without firmware, %s was left out",
			 result->closure.left_out[i]);
	for (unsigned int i = 0; i < result->missing_firmware_count; i++)
		log_line(log, LOG_LEVEL_INFO, "there is no firmware %s",
			 result->missing_firmware[i]);
	printf("%s: kernel %s, %u modules, %zu bytes (%zu unpacked), %s%s\n",
	       arguments->build.output, result->tree.version, result->closure.count,
	       result->packed_length, result->unpacked_length,
	       compression_name(result->compression),
	       result->cached ? ", modules from the cache" : "");
}

static int build(struct arguments *arguments, struct log *log)
{
	struct build_result result;
	struct fault fault;
	int error;

	if (arguments->verbose)
		log->level = LOG_LEVEL_INFO;
	error = build_initrd(&arguments->build, &result, log, &fault);
	if (error)
		log_fault(log, &fault);
	else
		print_build(arguments, &result, log);
	build_free(&result);
	return error ? CMD_FAILED : CMD_DONE;
}

static int run_build(int argc, char **argv, struct log *log)
{
	struct arguments arguments = { .build = { .drivers = "auto" } };
	char *cache = segment_cache_directory();
	int status;

	arguments.build.cache = cache;
	status = parse_arguments(argc, argv, build_options, false, &arguments);
	if (arguments.help)
		fputs(help, stdout);
	else if (status == CMD_DONE)
		status = build(&arguments, log);
	free(cache);
	return status;
}

static int run_node(int argc, char **argv, struct log *log)
{
	struct arguments arguments = { 0 };
	struct text segment = { 0 };
	struct fault fault;
	int status = parse_arguments(argc, argv, node_options, false, &arguments), error;

	if (arguments.help)
		fputs(help, stdout);
	if (status != CMD_DONE || arguments.help)
		return status;
	if (!arguments.build.config)
		return cmd_misused("initrd", "--conf FILE is missing", "");
	error = node_segment(arguments.build.config, &segment, log, &fault);
	if (!error)
		error = fs_write_file(arguments.build.output, segment.data, segment.length, 0644,
				      &fault);
	if (error)
		log_fault(log, &fault);
	text_free(&segment);
	return error ? CMD_FAILED : CMD_DONE;
}

/* What reads an initrd knows its bytes, but not where they are from. */
static void name_file(const char *file, struct fault *fault)
{
	const char *slash = strrchr(file, '/');
	char peer[sizeof(fault->peer)];

	snprintf(peer, sizeof(peer), "%.60s%s%.30s", slash ? slash + 1 : file,
		 fault->peer[0] ? ": " : "", fault->peer);
	memcpy(fault->peer, peer, sizeof(peer));
}

/* What was found before a fault is shown, too: it helps to see where it is. */
static int show(const struct arguments *arguments, const struct log *log)
{
	struct text text = { 0 };
	struct fault fault;
	json_t *report = NULL;
	size_t length;
	char *initrd;
	int error = fs_read_file(arguments->file, INITRD_BYTES_MAX, &initrd, &length, &fault);

	if (!error) {
		error = show_initrd(initrd, length, &report, &fault);
		if (error)
			name_file(arguments->file, &fault);
	}
	if (report && arguments->json)
		print_json(report);
	else if (report)
		show_text(report, arguments->files, &text);
	fputs(text_string(&text), stdout);
	fflush(stdout);
	if (error)
		log_fault(log, &fault);
	text_free(&text);
	json_decref(report);
	free(initrd);
	return error ? CMD_FAILED : CMD_DONE;
}

static int run_show(int argc, char **argv, struct log *log)
{
	struct arguments arguments = { 0 };
	int status = parse_arguments(argc, argv, show_options, true, &arguments);

	if (arguments.help)
		fputs(help, stdout);
	if (status != CMD_DONE || arguments.help)
		return status;
	return show(&arguments, log);
}

int cmd_initrd(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv, struct log *log);
	} verbs[] = { { "build", run_build }, { "node", run_node }, { "show", run_show } };
	struct log log = log_open("wireroot initrd");

	if (argc < 2)
		return cmd_misused("initrd", "what is to be done is missing", "");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return CMD_DONE;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1, &log);
	return cmd_misused("initrd", "there is no", argv[1]);
}
