// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot apply`: put in force what the definition says. */
#include <jansson.h>
#include <stdio.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/generation.h"

static const struct generation_command command = {
	.name = "apply",
	.help = "Usage: wireroot apply [OPTION]...\n"
		"Put in force what the cluster's definition says, as a whole or not at all.\n"
		"\n"
		"  --cluster FILE     the definition (default: " CLUSTER_DEFAULT_FILE ")\n"
		"  --state DIR        where generations are kept (default: " STORE_DEFAULT ")\n"
		"  --cache DIR        where built base images are kept\n"
		"  --server NAME      which of the servers this host is (default: by its addresses)\n"
		"  --services HOW     tell services by systemd (default), in a lab (lab:DIR), or none\n"
		"  --prefix-etc DIR   where drop-ins go (default: /etc with systemd, else nowhere)\n"
		"  --keep COUNT       generations to keep (default: 10)\n"
		"  --json             print JSON\n"
		"  --help             show this\n",
	.options = "csbnvekj",
};

static int print(const struct generation_arguments *arguments, const struct apply_result *result)
{
	if (arguments->json)
		return generation_print_json(
			arguments,
			json_pack("{s:b, s:I, s:I, s:{s:I, s:I, s:I}}", "applied", result->changed,
				  "generation", (json_int_t)result->generation, "from",
				  (json_int_t)result->from, "files", "added",
				  (json_int_t)result->counts[CHANGE_ADDED], "changed",
				  (json_int_t)result->counts[CHANGE_CHANGED], "removed",
				  (json_int_t)result->counts[CHANGE_REMOVED]));
	if (!result->changed)
		printf("nothing to do: generation %u says the same\n", result->generation);
	else
		printf("generation %u is in force: %zu %s added, %zu changed, %zu removed\n",
		       result->generation, result->counts[CHANGE_ADDED],
		       result->counts[CHANGE_ADDED] == 1 ? "file" : "files",
		       result->counts[CHANGE_CHANGED], result->counts[CHANGE_REMOVED]);
	return CMD_DONE;
}

int cmd_apply(int argc, char **argv)
{
	struct generation_arguments arguments;
	struct apply_result result;
	struct fault fault = { 0 };
	int status = generation_arguments(&arguments, &command, argc, argv);

	if (status >= 0)
		return status;
	arguments.log.level = LOG_LEVEL_INFO;
	if (apply(&arguments.apply, &result, &fault))
		return generation_failed(&arguments, &fault);
	return print(&arguments, &result);
}
