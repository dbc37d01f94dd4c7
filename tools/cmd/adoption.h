/* SPDX-License-Identifier: GPL-2.0-only */
/* What `wireroot discover` and `wireroot node adopt` have in common: options and output. */
#ifndef WIREROOT_CMD_ADOPTION_H
#define WIREROOT_CMD_ADOPTION_H

#include <stdbool.h>

#include "tools/cmd/generation.h"
#include "tools/discover/adopt.h"

/* Options, as letters of adoption_command.options. */
#define ADOPTION_NAME	'N'
#define ADOPTION_WINDOW 'W'
#define ADOPTION_LIST	'L'

struct adoption_command {
	struct generation_command generation; /* name and help */
	const char *options; /* the letters of those above that it takes */
};

struct adoption_arguments {
	const struct adoption_command *command;
	struct generation_arguments generation; /* defaults, the log and the history's line */
	struct adoption adoption; /* what the options say of it */
	const char *name, *control;
	unsigned int window_s;
	bool list_only;
	char **words; /* behind the options */
	int word_count;
};

/* The options that both have, for their helps. */
#define ADOPTION_HELP                                                                               \
	"  --address-from RANGE  the address is from FIRST-LAST or FIRST- (default: the network)\n" \
	"  --control PATH        wirerootd's socket (default: " WIREROOTD_CONTROL_PATH ")\n"        \
	"  --apply-command LINE  run this by the shell in the place of `wireroot apply`\n"          \
	"  --cluster FILE, --state DIR, --cache DIR, --server NAME, --services HOW,\n"              \
	"  --prefix-etc DIR, --keep COUNT  as `wireroot apply` has them\n"                          \
	"  --json                print an object for each event, one a line\n"

/* -1 to go on, or the exit status; then everything was said. */
int adoption_arguments(struct adoption_arguments *arguments, const struct adoption_command *command,
		       int argc, char **argv);

/*
 * Print a line: @format's text, or, with --json, @event, a new reference, which is used up in any
 * case.
 */
void adoption_print(const struct adoption_arguments *arguments, json_t *event, const char *format,
		    ...) __attribute__((format(printf, 3, 4)));

/* Adopt, and print the outcome in a line. 0 or -errno with @fault. */
int adoption_run(const struct adoption_arguments *arguments, const struct adoption *adoption,
		 struct fault *fault);

#endif
