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
		"  --json             print JSON\n"
		"  --help             show this\n",
	.options = "skvej",
};

static int print_json(const struct generation_arguments *arguments,
		      const struct remains_report *report)
{
	json_t *removed = json_array(), *kept = json_array();

	for (size_t i = 0; i < report->count; i++) {
		const struct remains_verdict *verdict = &report->list[i];
		json_t *number = json_integer(verdict->generation);

		if (verdict->removed)
			json_array_append_new(removed, number);
		else
			json_array_append_new(kept,
					      json_pack("{s:o, s:s}", "generation", number, "nodes",
							verdict->nodes ? verdict->nodes : ""));
	}
	return generation_print_json(arguments, json_pack("{s:o, s:o, s:b}", "removed", removed,
							  "kept", kept, "asked", report->asked));
}

int cmd_prune(int argc, char **argv)
{
	struct generation_arguments arguments;
	struct remains_report report = { 0 };
	struct fault fault = { 0 };
	int status = generation_arguments(&arguments, &command, argc, argv);

	if (status >= 0)
		return status;
	arguments.log.level = LOG_LEVEL_INFO;
	if (prune(&arguments.apply, &report, &fault))
		status = generation_failed(&arguments, &fault);
	else
		status = arguments.json ? print_json(&arguments, &report) : CMD_DONE;
	remains_report_free(&report);
	return status;
}
