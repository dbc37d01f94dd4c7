// SPDX-License-Identifier: GPL-2.0-only
/* How every noun tells of a wrong command line and of a failure, and asks; see cmd.h. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static bool ask(FILE *to, const char *format, va_list arguments)
{
	char answer[8] = "";

	vfprintf(to, format, arguments);
	fputs(" [y/N] ", to);
	fflush(to);
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

bool cmd_ask(FILE *to, const char *format, ...)
{
	va_list arguments;
	bool yes;

	va_start(arguments, format);
	yes = ask(to, format, arguments);
	va_end(arguments);
	return yes;
}

int cmd_confirm(const char *name, bool yes, const char *format, ...)
{
	va_list arguments;

	if (yes)
		return CMD_DONE;
	if (!isatty(STDIN_FILENO))
		return cmd_misused(name, "give -y, as there is nobody to ask", "");
	va_start(arguments, format);
	yes = ask(stdout, format, arguments);
	va_end(arguments);
	return yes ? CMD_DONE : CMD_FAILED;
}

void cmd_say_fault(const char *name, const struct fault *fault)
{
	char line[FAULT_LINE_BYTES];

	fprintf(stderr, "wireroot %s: %s\n", name, fault_line(fault, line));
}
