// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot diff`: how generations differ, line by line. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/generation.h"
#include "tools/generation/diff.h"

static const struct generation_command command = {
	.name = "diff",
	.help = "Usage: wireroot diff [OPTION]... [OLD [NEW]]\n"
		"Show how generations differ: what is in force and what the definition says; with one\n"
		"number that generation and what is in force; with two those two.\n"
		"\n"
		"  --cluster FILE     the definition (default: " CLUSTER_DEFAULT_FILE ")\n"
		"  --state DIR        where generations are kept (default: " STORE_DEFAULT ")\n"
		"  --cache DIR        where built base images are kept\n"
		"  --server NAME      which of the servers this host is (default: by its addresses)\n"
		"  --json             print the list of files as JSON\n"
		"  --help             show this\n",
	.options = "csbnj",
	.words_max = 2,
};

static json_t *entry_to_json(const struct manifest_entry *entry)
{
	char hex[MANIFEST_HEX_BYTES + 1] = "", mode[8];

	if (!entry)
		return json_null();
	manifest_hex(entry->hash, hex);
	snprintf(mode, sizeof(mode), "%04o", (unsigned int)entry->mode);
	return json_pack("{s:s, s:I, s:s}", "mode", mode, "bytes", (json_int_t)entry->size,
			 "sha256", hex);
}

static int print_json(const struct generation_arguments *arguments,
		      const struct difference *difference)
{
	json_t *list = json_array();

	for (size_t i = 0; i < difference->count; i++) {
		const struct change *change = &difference->changes[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:o, s:o}", "path", change_path(change),
						"change", change_kind_name(change->kind), "old",
						entry_to_json(change->old), "new",
						entry_to_json(change->new)));
	}
	return generation_print_json(arguments, list);
}

static int print(const struct generation_arguments *arguments, const struct difference *difference,
		 const struct diff_side *old, const struct diff_side *new)
{
	struct fault fault = { 0 };

	if (arguments->json)
		return print_json(arguments, difference);
	if (diff_print(difference, old, new, &fault))
		return generation_failed(arguments, &fault);
	return CMD_DONE;
}

static int open_side(const struct store *store, const struct manifest *manifest,
		     struct diff_side *side, struct fault *fault)
{
	*side = (struct diff_side){ .tree = -1, .manifest = manifest };
	if (!manifest->generation)
		return 0;
	side->tree = store_open_tree(store, manifest->generation, fault);
	return side->tree < 0 ? side->tree : 0;
}

static void close_side(const struct diff_side *side)
{
	if (side->tree >= 0)
		close(side->tree);
}

static int diff_definition(const struct generation_arguments *arguments)
{
	struct generation_preview preview = { 0 };
	struct diff_side old = { .tree = -1 };
	struct diff_side new = { .tree = -1,
				 .set = &preview.definition.set,
				 .manifest = &preview.definition.manifest };
	struct fault fault = { 0 };
	int status;

	if (generation_preview(&preview, arguments, &fault) ||
	    open_side(&preview.store, &preview.current, &old, &fault))
		status = generation_failed(arguments, &fault);
	else
		status = print(arguments, &preview.difference, &old, &new);
	close_side(&old);
	generation_preview_free(&preview);
	return status;
}

struct comparison {
	struct store store;
	struct manifest old, new;
	struct difference difference;
	struct diff_side old_side, new_side;
};

static int open_comparison(struct comparison *comparison,
			   const struct generation_arguments *arguments, struct fault *fault)
{
	struct store *store = &comparison->store;
	unsigned int number = arguments->words[1];
	int error = store_open(store, arguments->apply.state, false, fault);

	comparison->old_side.tree = comparison->new_side.tree = -1;
	if (!error && !number)
		error = store_current(store, &number, fault);
	if (!error)
		error = store_read_manifest(store, arguments->words[0], &comparison->old, fault);
	if (!error)
		error = store_read_manifest(store, number, &comparison->new, fault);
	if (!error)
		error = difference_find(&comparison->difference, &comparison->old, &comparison->new,
					fault);
	if (!error)
		error = open_side(store, &comparison->old, &comparison->old_side, fault);
	return error ? error : open_side(store, &comparison->new, &comparison->new_side, fault);
}

static int diff_generations(const struct generation_arguments *arguments)
{
	struct comparison comparison = { 0 };
	struct fault fault = { 0 };
	int status;

	if (open_comparison(&comparison, arguments, &fault))
		status = generation_failed(arguments, &fault);
	else
		status = print(arguments, &comparison.difference, &comparison.old_side,
			       &comparison.new_side);
	close_side(&comparison.old_side);
	close_side(&comparison.new_side);
	difference_free(&comparison.difference);
	manifest_free(&comparison.old);
	manifest_free(&comparison.new);
	store_close(&comparison.store);
	return status;
}

int cmd_diff(int argc, char **argv)
{
	struct generation_arguments arguments;
	int status = generation_arguments(&arguments, &command, argc, argv);

	if (status >= 0)
		return status;
	return arguments.word_count ? diff_generations(&arguments) : diff_definition(&arguments);
}
