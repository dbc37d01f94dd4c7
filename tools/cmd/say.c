// SPDX-License-Identifier: GPL-2.0-only
/* How every noun tells of a wrong command line and of a failure; see cmd.h. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/cmd/cmd.h"

void cmd_say_misuse(const char *name, const char *why, const char *word)
{
	fprintf(stderr, "wireroot %s: %s%s%s; see wireroot %s --help\n", name, why,
		*word ? " " : "", word, name);
}

/* Is @word a long option, which leaves its value in optopt when getopt_long() knows it? */
static bool is_known(const char *word, const struct option *known)
{
	if (strncmp(word, "--", 2) != 0)
		return false;
	for (; known->name; known++)
		if (known->val == optopt && !strncmp(known->name, word + 2, strcspn(word + 2, "=")))
			return true;
	return false;
}

void cmd_say_bad_option(const char *name, char *const *argv, const struct option *known)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	const char *word = argv[optind - 1];

	if (!optopt)
		cmd_say_misuse(name, "there is no such option:", word);
	else if (!is_known(word, known))
		cmd_say_misuse(name, "there is no such option, or it lacks its value:", letter);
	else
		cmd_say_misuse(name,
			       strchr(word, '=') ? "this option has no value:"
						 : "this option lacks its value:",
			       word);
}

void cmd_say_fault(const char *name, const struct fault *fault)
{
	char line[FAULT_LINE_BYTES];

	fprintf(stderr, "wireroot %s: %s\n", name, fault_line(fault, line));
}
