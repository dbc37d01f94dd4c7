// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot rollback`: put an earlier generation in force again. */
#include <jansson.h>
#include <stdio.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/generation.h"

static const struct generation_command command = {
	.name = "rollback",
	.help = "Usage: wireroot rollback [OPTION]... [GENERATION]\n"
		"Put a generation in force again; without a number the one before.\n"
		"\n"
		"  --state DIR        where generations are kept (default: " STORE_DEFAULT ")\n"
		"  --services HOW     tell services by systemd (default), in a lab (lab:DIR), or none\n"
		"  --prefix-etc DIR   where drop-ins go (default: /etc with systemd, else nowhere)\n"
		"  --json             print JSON\n"
		"  --help             show this\n",
	.options = "svej",
	.words_max = 1,
};

static int print(const struct generation_arguments *arguments, const struct apply_result *result)
{
	if (arguments->json)
		return generation_print_json(
			arguments, json_pack("{s:b, s:I, s:I}", "applied", result->changed,
					     "generation", (json_int_t)result->generation, "from",
					     (json_int_t)result->from));
	if (result->changed)
		printf("generation %u is in force, %u was\n", result->generation, result->from);
	else
		printf("nothing to do: generation %u is in force\n", result->generation);
	return CMD_DONE;
}

int cmd_rollback(int argc, char **argv)
{
	struct generation_arguments arguments;
	struct apply_result result;
	struct fault fault = { 0 };
	int status = generation_arguments(&arguments, &command, argc, argv);

	if (status >= 0)
		return status;
	arguments.log.level = LOG_LEVEL_INFO;
	if (rollback(&arguments.apply, arguments.words[0], &result, &fault))
		return generation_failed(&arguments, &fault);
	return print(&arguments, &result);
}
