// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot prune`: remove old generations that nobody uses. */
#include "tools/cmd/cmd.h"
#include "tools/cmd/generation.h"

static const struct generation_command command = {
	.name = "prune",
	.help = "Usage: wireroot prune [OPTION]...\n"
		"Remove old generations, but neither the one in force nor one that a node runs.\n"
		"\n"
		"  --state DIR        where generations are kept (default: " STORE_DEFAULT ")\n"
		"  --keep COUNT       how many to keep (default: 10)\n"
		"  --services HOW     as for apply, should one be unfinished\n"
		"  --prefix-etc DIR   as for apply, should one be unfinished\n"
		"  --help             show this\n",
	.options = "skve",
};

int cmd_prune(int argc, char **argv)
{
	struct generation_arguments arguments;
	struct fault fault = { 0 };
	int status = generation_arguments(&arguments, &command, argc, argv);

	if (status >= 0)
		return status;
	arguments.log.level = LOG_LEVEL_INFO;
	if (prune(&arguments.apply, &fault))
		return generation_failed(&arguments, &fault);
	return CMD_DONE;
}
