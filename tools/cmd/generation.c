// SPDX-License-Identifier: GPL-2.0-only
/* What the commands around generations have in common; see generation.h. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/generation.h"
#include "tools/generation/services.h"
#include "tools/generation/current.h"
#include "tools/initrd/segment_cache.h"

#define KEEP_MAX 100000

static const struct option known[] = {
	GENERATION_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* A whole number from 1 to @limit; 0 for anything else. */
static unsigned int read_number(const char *text, unsigned int limit)
{
	char *end;
	unsigned long number;

	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	number = strtoul(text, &end, 10);
	return errno || *end || number > limit ? 0 : (unsigned int)number;
}

int generation_take_option(struct generation_arguments *arguments, int key)
{
	struct apply_options *apply = &arguments->apply;

	switch (key) {
	case GENERATION_CLUSTER:
		apply->cluster = optarg;
		break;
	case GENERATION_STATE:
		apply->state = optarg;
		break;
	case GENERATION_CACHE:
		apply->cache = optarg;
		break;
	case GENERATION_SERVER:
		apply->server = optarg;
		break;
	case GENERATION_SERVICES:
		apply->services = optarg;
		if (!services_known(optarg))
			return cmd_misused(arguments->command->name,
					   "--services wants systemd, none or lab:DIR, not",
					   optarg);
		break;
	case GENERATION_ETC:
		apply->etc = optarg;
		break;
	case GENERATION_KEEP:
		apply->keep = read_number(optarg, KEEP_MAX);
		if (!apply->keep)
			return cmd_misused(arguments->command->name,
					   "--keep wants a number from 1 on, not", optarg);
		break;
	default:
		arguments->json = true;
	}
	return -1;
}

static int take_words(struct generation_arguments *arguments, int argc, char **argv)
{
	if (argc - optind > arguments->command->words_max)
		return cmd_misused(arguments->command->name, "there is no place for",
				   argv[optind + arguments->command->words_max]);
	while (optind < argc) {
		unsigned int number = read_number(argv[optind], 999999999);

		if (!number)
			return cmd_misused(arguments->command->name,
					   "no number of a generation:", argv[optind]);
		arguments->words[arguments->word_count++] = number;
		optind++;
	}
	return -1;
}

/* The history has one line for it, whatever it contains. */
static void note_line(struct generation_arguments *arguments, int argc, char **argv)
{
	size_t used = 0;

	for (int i = 0; i < argc && used < sizeof(arguments->line); i++)
		used += (size_t)snprintf(arguments->line + used, sizeof(arguments->line) - used,
					 "%s%s", i ? " " : "", argv[i]);
	for (char *byte = arguments->line; *byte; byte++)
		if ((unsigned char)*byte < ' ' || *byte == 0x7f)
			*byte = '?';
}

/* Where `wireroot initrd` keeps what it built, too. */
static void set_cache(struct generation_arguments *arguments)
{
	char *directory = segment_cache_directory();

	if (directory && snprintf(arguments->cache, sizeof(arguments->cache), "%s", directory) <
				 (int)sizeof(arguments->cache))
		arguments->apply.cache = arguments->cache;
	free(directory);
}

void generation_defaults(struct generation_arguments *arguments,
			 const struct generation_command *command, int argc, char **argv)
{
	*arguments = (struct generation_arguments){
		.command = command,
		.log = log_open("wireroot"),
		.apply = { .cluster = CLUSTER_DEFAULT_FILE,
			   .state = STORE_DEFAULT,
			   .services = "systemd",
			   .keep = APPLY_KEEP },
	};
	note_line(arguments, argc, argv);
	arguments->apply.command = arguments->line;
	arguments->apply.log = &arguments->log;
	set_cache(arguments);
}

int generation_arguments(struct generation_arguments *arguments,
			 const struct generation_command *command, int argc, char **argv)
{
	int key, status = -1;

	generation_defaults(arguments, command, argc, argv);
	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while (status < 0 && (key = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (key == 'h') {
			fputs(command->help, stdout);
			return CMD_DONE;
		}
		if (key == '?')
			return cmd_bad_option(command->name, argv, known);
		if (!strchr(command->options, key))
			return cmd_misused(arguments->command->name,
					   "this option is another command's", "");
		status = generation_take_option(arguments, key);
	}
	return status < 0 ? take_words(arguments, argc, argv) : status;
}

int generation_failed(const struct generation_arguments *arguments, const struct fault *fault)
{
	return cmd_failed(arguments->command->name, fault);
}

int generation_print_json(const struct generation_arguments *arguments, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	json_decref(json);
	if (!text) {
		fprintf(stderr, "wireroot %s: out of memory\n", arguments->command->name);
		return CMD_FAILED;
	}
	puts(text);
	free(text);
	return CMD_DONE;
}

int generation_preview(struct generation_preview *preview,
		       const struct generation_arguments *arguments, struct fault *fault)
{
	struct definition_options options = { .cluster = arguments->apply.cluster,
					      .cache = arguments->apply.cache,
					      .server = arguments->apply.server,
					      .any_server = true,
					      .log = &arguments->log };
	unsigned int lost;
	int error = store_open(&preview->store, arguments->apply.state, false, fault);

	if (!error)
		error = current_read(&preview->store, &preview->current, &lost, &arguments->log,
				     fault);
	if (!error)
		error = definition_load(&preview->definition, &options, &preview->store, fault);
	if (!error)
		error = difference_find(&preview->difference, &preview->current,
					&preview->definition.manifest, fault);
	return error;
}

void generation_preview_free(struct generation_preview *preview)
{
	difference_free(&preview->difference);
	manifest_free(&preview->current);
	definition_free(&preview->definition);
	store_close(&preview->store);
}
