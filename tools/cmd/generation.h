/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands around generations (plan, diff, apply, …) have in common: their options. */
#ifndef WIREROOT_CMD_GENERATION_H
#define WIREROOT_CMD_GENERATION_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "tools/generation/apply.h"
#include "tools/generation/definition.h"
#include "tools/generation/store.h"
#include "userspace/lib/log.h"

/* Options, as letters of generation_command.options. */
#define GENERATION_CLUSTER  'c'
#define GENERATION_STATE    's'
#define GENERATION_SERVER   'n'
#define GENERATION_SERVICES 'v'
#define GENERATION_ETC	    'e'
#define GENERATION_KEEP	    'k'
#define GENERATION_JSON	    'j'
#define GENERATION_CACHE    'b'

/* Rows of a table for getopt_long(). */
#define GENERATION_OPTIONS                                                                         \
	{ "cluster", required_argument, NULL, GENERATION_CLUSTER },                                \
		{ "state", required_argument, NULL, GENERATION_STATE },                            \
		{ "cache", required_argument, NULL, GENERATION_CACHE },                            \
		{ "server", required_argument, NULL, GENERATION_SERVER },                          \
		{ "services", required_argument, NULL, GENERATION_SERVICES },                      \
		{ "prefix-etc", required_argument, NULL, GENERATION_ETC },                         \
		{ "keep", required_argument, NULL, GENERATION_KEEP },                              \
	{                                                                                          \
		"json", no_argument, NULL, GENERATION_JSON                                         \
	}

struct generation_command {
	const char *name; /* "apply" */
	const char *help;
	const char *options; /* the letters of those that it takes */
	int words_max; /* generations behind the options */
};

struct generation_arguments {
	const struct generation_command *command;
	struct apply_options apply;
	struct log log;
	char cache[PATH_MAX]; /* the default one */
	bool json;
	unsigned int words[2]; /* generations */
	int word_count;
	char line[256]; /* the command as it was given, for the history */
};

/* What holds without any option. */
void generation_defaults(struct generation_arguments *arguments,
			 const struct generation_command *command, int argc, char **argv);

/* Take the option with the letter @key and the value optarg. As generation_arguments(). */
int generation_take_option(struct generation_arguments *arguments, int key);

/* -1 to go on, or the exit status; then everything was said. */
int generation_arguments(struct generation_arguments *arguments,
			 const struct generation_command *command, int argc, char **argv);

/* Print @fault as the command's; CMD_FAILED. */
int generation_failed(const struct generation_arguments *arguments, const struct fault *fault);

/* Print @json, which is given up; NULL: memory ran out. The exit status. */
int generation_print_json(const struct generation_arguments *arguments, json_t *json);

/* What a plan or a diff without numbers looks at. Begin with { 0 }. */
struct generation_preview {
	struct store store;
	struct definition definition;
	struct manifest current; /* empty: nothing is in force */
	struct difference difference; /* from the latter to the former */
};

/* Nothing is written but what generation keeps for later. 0 or -errno with @fault. */
int generation_preview(struct generation_preview *preview,
		       const struct generation_arguments *arguments, struct fault *fault);
void generation_preview_free(struct generation_preview *preview);

#endif
