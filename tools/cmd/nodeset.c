/* SPDX-License-Identifier: GPL-2.0-only */
/* `wireroot nodeset`: expand, fold and count names of nodes that are written as ranges. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cluster/nodeset.h"
#include "tools/cluster/yaml_tree.h"
#include "tools/cmd/cmd.h"
#include "userspace/lib/fs.h"

/* A million names of the greatest length; nobody's definition comes near either. */
#define INPUT_BYTES_MAX ((size_t)NODESET_NAMES_MAX * NODESET_NAME_BYTES)

struct options {
	int what; /* 'e' expand, 'f' fold, 'c' count; 0: not said */
	const char *separator;
	const char *cluster; /* NULL: the default one, when it is there */
	bool written;
	bool lines;
	bool json;
};

/* The groups of a definition, read when the first '@' asks for one. */
struct group_source {
	const struct options *options;
	struct arena arena;
	char *text;
	const struct yaml_node *groups; /* a map, or NULL: there are none */
};

static const char usage[] =
	"Usage: wireroot nodeset -e|-f|-c [OPTION]... [NODESET]...\n"
	"Expand, fold or count names of nodes written as n[01-16/2,20], r[1-2]n[1-4], @rack1!n07.\n"
	"\n"
	"Several NODESETs are united. For - or without any, words are read from standard input.\n"
	"\n"
	"  -e, --expand          print the names\n"
	"  -f, --fold            print the shortest text that means them\n"
	"  -c, --count           print how many there are\n"
	"  -S, --separator TEXT  between the names of --expand (default: a blank)\n"
	"  -w, --written         expand in the order in which the names were written\n"
	"  -l, --lines           answer each line of standard input, a NODESET, for itself\n"
	"      --cluster FILE    whose groups to know (default: " CLUSTER_DEFAULT_FILE ")\n"
	"      --json            print JSON instead\n"
	"      --help            show this\n";

/* -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "expand", no_argument, NULL, 'e' },
		{ "fold", no_argument, NULL, 'f' },
		{ "count", no_argument, NULL, 'c' },
		{ "separator", required_argument, NULL, 'S' },
		{ "written", no_argument, NULL, 'w' },
		{ "lines", no_argument, NULL, 'l' },
		{ "cluster", required_argument, NULL, 'C' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*options = (struct options){ .separator = " " };
	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "efcS:wl", known, NULL)) != -1) {
		switch (option) {
		case 'e':
		case 'f':
		case 'c':
			if (options->what && options->what != option)
				return cmd_misused("nodeset",
						   "say one of --expand, --fold and --count", "");
			options->what = option;
			break;
		case 'S':
			options->separator = optarg;
			break;
		case 'w':
			options->written = true;
			break;
		case 'l':
			options->lines = true;
			break;
		case 'C':
			options->cluster = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return CMD_DONE;
		default:
			return cmd_bad_option("nodeset", argv, known);
		}
	}
	if (!options->what)
		return cmd_misused("nodeset", "say what to do: --expand, --fold or --count", "");
	if (options->lines && optind != argc)
		return cmd_misused("nodeset", "--lines reads standard input and nothing else", "");
	return -1;
}

/* ---- groups --------------------------------------------------------------------------------- */

/* Read the definition's `groups:`. Only that: whatever else is wrong with it is `check`'s to say.
 */
static int read_groups(struct group_source *source, struct fault *fault)
{
	const char *path =
		source->options->cluster ? source->options->cluster : CLUSTER_DEFAULT_FILE;
	struct findings findings = { 0 };
	const struct yaml_node *root = NULL;
	struct text found = { 0 };
	size_t length;
	int error;

	if (!source->options->cluster && !fs_is_file(path))
		return 0;
	error = fs_read_file(path, INPUT_BYTES_MAX, &source->text, &length, fault);
	if (error)
		return error;
	error = yaml_tree_parse(source->text, length, path, &source->arena, &findings, &root);
	if (error) {
		findings_to_text(&findings, &found);
		fputs(text_string(&found), stderr);
		text_free(&found);
		fault_set(fault, error, "read the groups of a cluster", path,
			  "see the lines before");
	}
	findings_free(&findings);
	if (root && root->kind == YAML_MAP)
		source->groups = yaml_find(root, "groups");
	return error;
}

static const char *look_up(void *context, const char *name)
{
	struct group_source *source = context;
	const struct yaml_node *group;
	struct text joined = { 0 };
	const char *text;

	if (!source->groups || source->groups->kind != YAML_MAP)
		return NULL;
	group = yaml_find(source->groups, name);
	if (!group || group->kind == YAML_TEXT)
		return group ? group->text : NULL;
	for (size_t i = 0; group->kind == YAML_LIST && i < group->count; i++)
		if (group->items[i]->kind == YAML_TEXT)
			text_printf(&joined, "%s%s", i ? "," : "", group->items[i]->text);
	text = arena_copy(&source->arena, text_string(&joined), joined.length);
	text_free(&joined);
	return text;
}

/* ---- sets ----------------------------------------------------------------------------------- */

/* Add what @expression stands for to @set. */
static int add_expression(struct nodeset *set, const char *expression, struct group_source *source,
			  struct fault *fault)
{
	const struct nodeset_groups groups = { .lookup = look_up, .context = source };
	struct nodeset *other;
	int error;

	/* Most of what is read from other commands are plain names. */
	if (*expression && !strpbrk(expression, "[],!&^@"))
		return nodeset_add_name(set, expression, fault);
	if (strchr(expression, '@') && !source->text) {
		error = read_groups(source, fault);
		if (error)
			return error;
	}
	error = nodeset_parse(expression, &groups, &other, NULL, fault);
	if (!error)
		error = nodeset_combine(set, ',', other, fault);
	nodeset_free(other);
	return error;
}

/* Add every word of @text; '#' begins a comment. */
static int add_words(struct nodeset *set, char *text, struct group_source *source,
		     struct fault *fault)
{
	int error = 0;

	for (char *line; !error && (line = strsep(&text, "\n"));) {
		line[strcspn(line, "#")] = '\0';
		for (char *word; !error && (word = strsep(&line, " \t\r"));)
			if (*word)
				error = add_expression(set, word, source, fault);
	}
	return error;
}

static int read_input(char **text, struct fault *fault)
{
	struct text input = { 0 };
	char block[65536];
	ssize_t length;

	while ((length = read(STDIN_FILENO, block, sizeof(block))) != 0) {
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 || input.length > INPUT_BYTES_MAX)
			break;
		text_add_bytes(&input, block, (size_t)length);
	}
	*text = text_take(&input);
	if (length == 0 && *text)
		return 0;
	length = length < 0 ? errno : *text ? EFBIG : ENOMEM;
	free(*text);
	*text = NULL;
	return fault_set(fault, (int)length, "read names of nodes", "standard input", NULL);
}

static int add_input(struct nodeset *set, struct group_source *source, struct fault *fault)
{
	char *text;
	int error = read_input(&text, fault);

	if (error)
		return error;
	error = add_words(set, text, source, fault);
	free(text);
	return error;
}

/* ---- answers -------------------------------------------------------------------------------- */

static int print_json(json_t *json, struct fault *fault)
{
	char *text = json_dumps(json, JSON_ENCODE_ANY);

	json_decref(json);
	if (!text)
		return fault_set(fault, EINVAL, "print names of nodes", "JSON",
				 "they must be UTF-8");
	puts(text);
	free(text);
	return 0;
}

static int print_names(const struct options *options, const struct nodeset_names *names,
		       struct fault *fault)
{
	json_t *array;

	if (options->json) {
		array = json_array();
		for (size_t i = 0; i < names->count; i++)
			if (json_array_append_new(array, json_string(names->name[i])))
				return fault_set(fault, EINVAL, "print a name", names->name[i],
						 "JSON must be UTF-8");
		return print_json(array, fault);
	}
	for (size_t i = 0; i < names->count; i++) {
		if (i > 0)
			fputs(options->separator, stdout);
		fputs(names->name[i], stdout);
	}
	putchar('\n');
	return 0;
}

static int expand(const struct options *options, struct nodeset *set, struct fault *fault)
{
	struct nodeset_names names;
	int error = options->written ? nodeset_written(set, &names, fault)
				     : nodeset_sorted(set, &names, fault);

	if (error)
		return error;
	error = print_names(options, &names, fault);
	nodeset_names_free(&names);
	return error;
}

static int fold(const struct options *options, struct nodeset *set, struct fault *fault)
{
	struct text text = { 0 };
	int error = nodeset_fold(set, &text, fault);

	if (!error && text.error)
		error = fault_set(fault, ENOMEM, "fold a node set", "", NULL);
	if (!error && options->json)
		error = print_json(json_string(text_string(&text)), fault);
	else if (!error)
		puts(text_string(&text));
	text_free(&text);
	return error;
}

static int answer(const struct options *options, struct nodeset *set, struct fault *fault)
{
	if (options->what == 'e')
		return expand(options, set, fault);
	if (options->what == 'f')
		return fold(options, set, fault);
	printf("%zu\n", nodeset_count(set));
	return 0;
}

/* One line of --lines; a line that cannot be answered prints an empty one, to keep step. */
static int answer_line(const struct options *options, const char *line, size_t number,
		       struct group_source *source)
{
	char told[FAULT_LINE_BYTES];
	struct nodeset *set = nodeset_new();
	struct fault fault;
	int error = set ? add_expression(set, line, source, &fault)
			: fault_set(&fault, ENOMEM, "make a node set", "", NULL);

	if (!error)
		error = answer(options, set, &fault);
	nodeset_free(set);
	if (!error)
		return CMD_DONE;
	putchar('\n');
	fprintf(stderr, "wireroot nodeset: line %zu: %s\n", number, fault_line(&fault, told));
	return CMD_FAILED;
}

static int answer_lines(const struct options *options, struct group_source *source)
{
	int status = CMD_DONE;
	struct fault fault;
	size_t number = 0;
	char *text, *rest;

	if (read_input(&text, &fault))
		return cmd_failed("nodeset", &fault);
	rest = text;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (rest || *line) /* not what is behind the last newline */
			if (answer_line(options, line, ++number, source) != CMD_DONE)
				status = CMD_FAILED;
	free(text);
	return status;
}

static int answer_arguments(const struct options *options, char **argument,
			    struct group_source *source)
{
	static char *standard_input[] = { "-", NULL };
	struct nodeset *set = nodeset_new();
	struct fault fault;
	int error = set ? 0 : fault_set(&fault, ENOMEM, "make a node set", "", NULL);

	if (!*argument)
		argument = standard_input;
	for (; *argument && !error; argument++)
		error = strcmp(*argument, "-") == 0
				? add_input(set, source, &fault)
				: add_expression(set, *argument, source, &fault);
	if (!error)
		error = answer(options, set, &fault);
	nodeset_free(set);
	return error ? cmd_failed("nodeset", &fault) : CMD_DONE;
}

int cmd_nodeset(int argc, char **argv)
{
	struct options options;
	struct group_source source = { .options = &options };
	int status = read_options(argc, argv, &options);

	if (status >= 0)
		return status;
	status = options.lines ? answer_lines(&options, &source)
			       : answer_arguments(&options, argv + optind, &source);
	arena_free(&source.arena);
	free(source.text);
	return status;
}
