// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot generate`: writes what the definition leads to below a directory, for people and for
 * other tools; `wireroot apply` needs none of it. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/findings.h"
#include "tools/cmd/cmd.h"
#include "tools/generate/generate.h"
#include "tools/generation/store.h"
#include "tools/initrd/segment_cache.h"
#include "tools/memory/tokens.h"
#include "tools/target/secrets.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/log.h"

/* No machine boots from a larger one. */
#define SOURCE_BYTES_MAX ((size_t)2 << 30)

static const char help[] =
	"Usage: wireroot generate [OPTION...] -o DIR\n"
	"Write the files that the cluster's definition leads to below DIR, a new or empty one, to\n"
	"look at them or to use them without `wireroot apply`.\n"
	"\n"
	"  --cluster FILE    default: " CLUSTER_DEFAULT_FILE "\n"
	"  --state DIR       what the files say where they will be, and where the secrets of\n"
	"                    nodes with root: iscsi are kept; default: " STORE_DEFAULT "\n"
	"  --cache DIR       where built base images are kept\n"
	"  --no-cache        build everything anew\n"
	"  -o, --output DIR  where to write\n"
	"  --help            this text\n";

struct arguments {
	const char *cluster, *output;
	struct generate_options generate;
	char *cache; /* the default one; owned */
};

/* -1 to go on, or the exit status. */
static int take_option(struct arguments *arguments, int option)
{
	switch (option) {
	case 'c':
		arguments->cluster = optarg;
		return -1;
	case 's':
		arguments->generate.state = optarg;
		return -1;
	case 'b':
		arguments->generate.cache = optarg;
		return -1;
	case 'n':
		arguments->generate.cache = NULL;
		return -1;
	case 'o':
		arguments->output = optarg;
		return -1;
	default: /* 'h' */
		fputs(help, stdout);
		return CMD_DONE;
	}
}

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{ "cluster", required_argument, NULL, 'c' },
		{ "state", required_argument, NULL, 's' },
		{ "cache", required_argument, NULL, 'b' },
		{ "no-cache", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, status = -1;

	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while (status < 0 && (option = getopt_long(argc, argv, "ho:", options, NULL)) != -1)
		status = option == '?' ? cmd_bad_option("generate", argv, options)
				       : take_option(arguments, option);
	if (status < 0 && optind < argc)
		return cmd_misused("generate", "one word too many:", argv[optind]);
	if (status < 0 && !arguments->output)
		return cmd_misused("generate", "-o DIR is missing", "");
	return status;
}

/* Whatever is there might be taken for part of what is written. */
static int refuse_used(const char *path, struct fault *fault)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return errno == ENOENT ? 0 : fault_set(fault, errno, "write to", path, NULL);
	while (!error && (entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			error = fault_set(fault, EEXIST, "write to", path,
					  "name a new or an empty directory");
	closedir(directory);
	return error;
}

static int write_data(const char *path, const struct generated_file *file, struct fault *fault)
{
	char *data = file->data;
	size_t length = file->length;
	int error = 0;

	if (!data)
		error = fs_read_file(file->source, SOURCE_BYTES_MAX, &data, &length, fault);
	if (!error)
		error = fs_write_file(path, data, length, file->mode, fault);
	if (!file->data)
		free(data);
	return error;
}

static int write_one(const char *output, const struct generated_file *file, struct fault *fault)
{
	char *path = fs_join(output, file->path);
	char *directory = path ? strndup(path, (size_t)(strrchr(path, '/') - path)) : NULL;
	int error = directory ? fs_make_dirs(directory, 0755, fault)
			      : fault_set(fault, ENOMEM, "write", file->path, NULL);

	if (!error)
		error = write_data(path, file, fault);
	free(directory);
	free(path);
	return error;
}

static int write_set(const char *output, const struct file_set *set, struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < set->count; i++)
		error = write_one(output, &set->files[i], fault);
	return error;
}

static void tell(const struct findings *findings)
{
	struct text text = { 0 };

	findings_to_text(findings, &text);
	fputs(text_string(&text), stderr);
	text_free(&text);
}

static int generate_set(const struct arguments *arguments, const struct cluster *cluster,
			struct file_set *set, struct fault *fault)
{
	struct generate_options options = arguments->generate;
	struct secrets secrets = { 0 };
	struct tokens tokens = { 0 };
	int error = secrets_make(options.state, cluster, fault);

	if (!error)
		error = secrets_load(&secrets, options.state, cluster, fault);
	if (!error)
		error = tokens_make(options.state, cluster, fault);
	if (!error)
		error = tokens_load(&tokens, options.state, cluster, fault);
	options.secrets = &secrets;
	options.tokens = &tokens;
	if (!error)
		error = generate(cluster, &options, set, fault);
	secrets_free(&secrets);
	tokens_free(&tokens);
	return error;
}

/* Without @fault filled in when the findings tell all. */
static int run(const struct arguments *arguments, struct fault *fault)
{
	struct findings findings = { 0 };
	struct file_set set = { 0 };
	struct cluster cluster = { 0 };
	/* First, so that nobody waits for base images in vain. */
	int error = refuse_used(arguments->output, fault);

	if (error)
		return error;
	error = cluster_load(&cluster, arguments->cluster, &findings, fault);
	tell(&findings);
	if (error && findings.errors)
		fault->error = 0;
	findings_free(&findings);
	if (!error)
		error = generate_set(arguments, &cluster, &set, fault);
	if (!error)
		error = write_set(arguments->output, &set, fault);
	if (!error)
		printf("%zu files for %zu nodes are in %s\n", set.count, cluster.node_count,
		       arguments->output);
	file_set_free(&set);
	cluster_free(&cluster);
	return error;
}

int cmd_generate(int argc, char **argv)
{
	struct arguments arguments = { .cluster = CLUSTER_DEFAULT_FILE,
				       .generate.state = STORE_DEFAULT };
	struct log log = log_open("wireroot generate");
	struct fault fault = { 0 };
	int status;

	arguments.cache = segment_cache_directory();
	arguments.generate.cache = arguments.cache;
	arguments.generate.log = &log;
	status = read_arguments(argc, argv, &arguments);
	if (status < 0) {
		status = run(&arguments, &fault) ? CMD_FAILED : CMD_DONE;
		if (fault.error)
			log_fault(&log, &fault);
	}
	free(arguments.cache);
	return status;
}
