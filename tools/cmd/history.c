// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot history`: which generations there are, and who uses them. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/generation.h"
#include "tools/generation/remains.h"
#include "tools/generation/services.h"

static const struct generation_command command = {
	.name = "history",
	.help = "Usage: wireroot history [OPTION]...\n"
		"List the generations: when and by whom each was made, what changed, which is in\n"
		"force (*), and which nodes run it.\n"
		"\n"
		"  --state DIR        where generations are kept (default: " STORE_DEFAULT ")\n"
		"  --services lab:DIR ask the wirerootd of the lab in DIR\n"
		"  --json             print JSON\n"
		"  --help             show this\n",
	.options = "svj",
};

struct history {
	const struct generation_arguments *arguments;
	struct store store;
	unsigned int current;
	unsigned int *numbers;
	size_t count;
	struct remains remains;
	bool asked; /* wirerootd has told who runs what */
	json_t *list;
};

/* What cannot be found out about nodes is left out, and said. */
static int ask(struct history *history, struct fault *fault)
{
	struct manifest manifest = { 0 };
	struct services services = { 0 };
	struct fault unasked = { 0 };
	int error = services_read(&services, history->arguments->apply.services, fault);

	if (error || !history->current)
		return error;
	if (store_read_manifest(&history->store, history->current, &manifest, &unasked))
		log_fault(&history->arguments->log, &unasked);
	else if (*manifest.url)
		history->asked =
			!remains_ask(&history->remains, manifest.url, services.lab, &unasked);
	if (manifest.url && *manifest.url && !history->asked)
		log_fault(&history->arguments->log, &unasked);
	manifest_free(&manifest);
	return error;
}

static json_t *nodes_to_json(const struct history *history, unsigned int generation)
{
	struct nodeset *nodes = remains_nodes(&history->remains, generation);
	struct text text = { 0 };
	struct fault ignored;
	json_t *json;

	if (!history->asked)
		return json_null();
	if (nodes)
		nodeset_fold(nodes, &text, &ignored);
	json = json_string(text_string(&text));
	text_free(&text);
	return json;
}

/* Its list of files cannot be read, but it is there, and nodes may run it. */
static int add_damaged(struct history *history, unsigned int generation, struct fault *fault)
{
	int error = json_array_append_new(history->list,
					  json_pack("{s:I, s:b, s:b, s:o}", "generation",
						    (json_int_t)generation, "in_force",
						    generation == history->current, "damaged", 1,
						    "nodes", nodes_to_json(history, generation)));

	return error ? fault_set(fault, ENOMEM, "list generations", "", NULL) : 0;
}

static int add_generation(struct history *history, unsigned int generation, struct fault *fault)
{
	struct manifest manifest;
	int error = store_read_manifest(&history->store, generation, &manifest, fault);
	char hex[MANIFEST_HEX_BYTES + 1] = "";

	if (store_is_damaged(error))
		return add_damaged(history, generation, fault);
	if (error)
		return error;
	manifest_hex(manifest.input, hex);
	error = json_array_append_new(
		history->list,
		json_pack("{s:I, s:b, s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:o}",
			  "generation", (json_int_t)generation, "in_force",
			  generation == history->current, "time", manifest.time, "user",
			  manifest.user, "command", manifest.command, "from",
			  (json_int_t)manifest.from, "input", hex, "files",
			  (json_int_t)manifest.count, "added", (json_int_t)manifest.added,
			  "changed", (json_int_t)manifest.changed, "removed",
			  (json_int_t)manifest.removed, "nodes",
			  nodes_to_json(history, generation)));
	manifest_free(&manifest);
	return error ? fault_set(fault, ENOMEM, "list generations", "", NULL) : 0;
}

static int collect(struct history *history, struct fault *fault)
{
	int error = store_open(&history->store, history->arguments->apply.state, false, fault);

	history->list = json_array();
	/* Whatever is in the place of `current`: this lists what there is to go to. */
	if (!error && store_current(&history->store, &history->current, fault))
		log_fault(&history->arguments->log, fault);
	if (!error)
		error = store_list(&history->store, &history->numbers, &history->count, fault);
	if (!error)
		error = ask(history, fault);
	for (size_t i = 0; !error && i < history->count; i++)
		error = add_generation(history, history->numbers[i], fault);
	return error;
}

static long long number(const json_t *item, const char *key)
{
	return (long long)json_integer_value(json_object_get(item, key));
}

static const char *string(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "?";
}

static void print_damaged(const json_t *item)
{
	printf("%c%4lld  damaged; %s\n",
	       json_is_true(json_object_get(item, "in_force")) ? '*' : ' ',
	       number(item, "generation"), string(item, "nodes"));
}

static void print_text(const struct history *history)
{
	const json_t *item;
	size_t i;

	if (!history->count) {
		fputs("no generation yet: `wireroot apply` makes the first\n", stderr);
		return;
	}
	printf("%5s  %-20s  %-10s %7s %7s %7s %7s  %s\n", "", "time (UTC)", "user", "files",
	       "added", "changed", "removed", "command; nodes that run it");
	json_array_foreach(history->list, i, item)
	{
		if (json_is_true(json_object_get(item, "damaged"))) {
			print_damaged(item);
			continue;
		}
		printf("%c%4lld  %-20s  %-10s %7lld %7lld %7lld %7lld  %s; %s\n",
		       json_is_true(json_object_get(item, "in_force")) ? '*' : ' ',
		       number(item, "generation"), string(item, "time"), string(item, "user"),
		       number(item, "files"), number(item, "added"), number(item, "changed"),
		       number(item, "removed"), string(item, "command"), string(item, "nodes"));
	}
}

int cmd_history(int argc, char **argv)
{
	struct generation_arguments arguments;
	struct history history = { .arguments = &arguments };
	struct fault fault = { 0 };
	int status = generation_arguments(&arguments, &command, argc, argv);

	if (status >= 0)
		return status;
	status = CMD_DONE;
	if (collect(&history, &fault))
		status = generation_failed(&arguments, &fault);
	else if (arguments.json)
		status = generation_print_json(&arguments, json_incref(history.list));
	else
		print_text(&history);
	json_decref(history.list);
	remains_free(&history.remains);
	free(history.numbers);
	store_close(&history.store);
	return status;
}
