// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot plan`: what `wireroot apply` would change. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/generation.h"
#include "tools/generation/plan.h"
#include "userspace/lib/fs.h"

#define INDEX_NAME	"nodes"
#define INDEX_BYTES_MAX ((size_t)256 << 20)

static const struct generation_command command = {
	.name = "plan",
	.help = "Usage: wireroot plan [OPTION]...\n"
		"Show what `wireroot apply` would change: files, nodes, services.\n"
		"\n"
		"  --cluster FILE     the definition (default: " CLUSTER_DEFAULT_FILE ")\n"
		"  --state DIR        where generations are kept (default: " STORE_DEFAULT ")\n"
		"  --cache DIR        where built base images are kept\n"
		"  --server NAME      which of the servers this host is (default: by its addresses)\n"
		"  --json             print JSON\n"
		"  --help             show this\n",
	.options = "csbnj",
};

/* *@text, for the caller to free, is the index of the generation in force; there may be none. */
static int read_old_index(const struct generation_preview *preview, char **text,
			  struct plan_index *index, struct fault *fault)
{
	char *tree, *path;
	int error = 0;

	*text = NULL;
	if (!manifest_find(&preview->current, INDEX_NAME))
		return 0;
	tree = store_tree_path(&preview->store, preview->current.generation);
	path = tree ? fs_join(tree, INDEX_NAME) : NULL;
	if (!path)
		error = fault_set(fault, ENOMEM, "plan", "", NULL);
	else
		error = fs_read_file(path, INDEX_BYTES_MAX, text, &index->length, fault);
	index->text = *text;
	free(path);
	free(tree);
	return error;
}

static int print(const struct generation_arguments *arguments, const struct plan *plan)
{
	struct text text = { 0 };
	struct fault fault = { 0 };
	int status = CMD_DONE;

	if (arguments->json)
		return generation_print_json(arguments, plan_to_json(plan));
	if (plan->old->generation && !plan->difference->count) {
		printf("nothing to do: generation %u says the same\n", plan->old->generation);
		return CMD_DONE;
	}
	if (plan_to_text(plan, &text, &fault))
		status = generation_failed(arguments, &fault);
	else
		fputs(text_string(&text), stdout);
	text_free(&text);
	return status;
}

static int show(const struct generation_arguments *arguments, struct generation_preview *preview)
{
	const struct manifest *old = &preview->current, *new = &preview->definition.manifest;
	bool boots =
		actions_server_boots(old, new->server) || actions_server_boots(new, new->server);
	const struct generated_file *index = file_set_find(&preview->definition.set, INDEX_NAME);
	struct actions actions = { 0 };
	struct plan plan = {
		.old = old, .new = new, .difference = &preview->difference, .actions = &actions
	};
	struct fault fault = { 0 };
	char *old_index;
	int status;

	if (index && index->data)
		plan.new_index = (struct plan_index){ index->data, index->length };
	if (read_old_index(preview, &old_index, &plan.old_index, &fault) ||
	    actions_find(&actions, &preview->difference, new->server, boots, &fault))
		status = generation_failed(arguments, &fault);
	else
		status = print(arguments, &plan);
	actions_free(&actions);
	free(old_index);
	return status;
}

int cmd_plan(int argc, char **argv)
{
	struct generation_preview preview = { 0 };
	struct generation_arguments arguments;
	struct fault fault = { 0 };
	int status = generation_arguments(&arguments, &command, argc, argv);

	if (status >= 0)
		return status;
	if (generation_preview(&preview, &arguments, &fault))
		status = generation_failed(&arguments, &fault);
	else
		status = show(&arguments, &preview);
	generation_preview_free(&preview);
	return status;
}
