// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot target`: the targets of LIO and the portals of tgtd, as a generation has them. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/target/lio_file.h"
#include "tools/target/target.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/iscsi_portal.h"
#include "userspace/lib/log.h"

#define FILE_BYTES_MAX ((size_t)256 << 20)

static const char help[] =
	"Usage: wireroot target restore FILE\n"
	"       wireroot target withdraw FILE\n"
	"       wireroot target list [--json]\n"
	"       wireroot target listen FILE\n"
	"The iSCSI targets of this server's LIO, the kernel's own: make them what the file lio.json of\n"
	"a generation says, or take its targets away, while others stay in use; or list all. Or let this\n"
	"server's tgtd listen at what a generation's tgt-portals lists, too.\n"
	"\n"
	"  --json  print JSON\n"
	"  --help  this text\n";

typedef int use_file(const struct lio_file *file, const struct target_server *server,
		     const struct log *log, struct fault *fault);

static int usage(const char *problem, const char *what)
{
	return cmd_misused("target", problem, what);
}

static int with_file(const char *path, use_file *use)
{
	struct log log = log_open("wireroot target");
	const struct target_server server = { .operations = &target_lio, .log = &log };
	struct lio_file file = { 0 };
	struct fault fault = { 0 };
	size_t length;
	char *text = NULL;
	int error = fs_read_regular_file(path, FILE_BYTES_MAX, &text, &length, &fault);

	if (!error)
		error = lio_file_parse(text, length, path, &file, &fault);
	if (error)
		log_fault(&log, &fault);
	else /* which says by itself what goes wrong */
		error = use(&file, &server, &log, &fault);
	lio_file_free(&file);
	free(text);
	return error ? CMD_FAILED : CMD_DONE;
}

/* Each portal that cannot be had is told; the others are there all the same. */
static int listen_at(const char *path)
{
	const struct target_server server = { .operations = &target_tgt };
	struct iscsi_portals portals = { 0 };
	struct fault fault = { 0 };
	size_t length;
	char *text = NULL;
	int error = fs_read_regular_file(path, FILE_BYTES_MAX, &text, &length, &fault);

	if (!error)
		error = iscsi_portals_parse(text, length, path, &portals, &fault);
	if (!error)
		error = target_tgt_listen(&server, portals.list, portals.count, &fault);
	free(text);
	return error ? cmd_failed("target", &fault) : CMD_DONE;
}

/* "A B" as a list. */
static json_t *portals_to_json(const struct target *target)
{
	const char *at = target->portals ? target->portals : "";
	json_t *portals = json_array();

	while (*at) {
		size_t length = strcspn(at, " ");

		json_array_append_new(portals, json_stringn(at, length));
		at += length + (at[length] == ' ');
	}
	return portals;
}

static json_t *target_to_json(const struct target *target)
{
	return json_pack("{s:s, s:s?, s:b, s:b, s:I, s:o}", "name", target->name, "disk",
			 target->disk, "complete", target->open, "read_write", target->read_write,
			 "sessions", (json_int_t)target->sessions, "portals",
			 portals_to_json(target));
}

static int print_json(const struct target_list *list)
{
	json_t *json = json_array();
	char *text;

	for (size_t i = 0; json && i < list->count; i++)
		if (json_array_append_new(json, target_to_json(&list->targets[i]))) {
			json_decref(json);
			json = NULL;
		}
	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	json_decref(json);
	if (!text)
		return -ENOMEM;
	puts(text);
	free(text);
	return 0;
}

static void print_text(const struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct target *target = &list->targets[i];

		printf("%s %s %s, %u session%s%s%s%s\n", target->name,
		       target->disk ? target->disk : "(no disk)", target->read_write ? "rw" : "ro",
		       target->sessions, target->sessions == 1 ? "" : "s",
		       target->portals ? ", at " : "", target->portals ? target->portals : "",
		       target->open ? "" : ", unfinished");
	}
}

static int list_all(bool as_json)
{
	const struct target_server server = { .operations = &target_lio };
	struct target_list list = { 0 };
	struct fault fault = { 0 };
	int error = target_list(&server, &list, &fault);

	if (!error && as_json) {
		error = print_json(&list);
		if (error)
			fault_set(&fault, error, "list iSCSI targets", "", NULL);
	} else if (!error) {
		print_text(&list);
	}
	target_list_free(&list);
	return error ? cmd_failed("target", &fault) : CMD_DONE;
}

/* -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, bool *as_json)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return CMD_DONE;
		}
		if (option != 'j')
			return cmd_bad_option("target", argv, options);
		*as_json = true;
	}
	return -1;
}

int cmd_target(int argc, char **argv)
{
	bool as_json = false;
	int status = read_options(argc, argv, &as_json);
	const char *verb = status < 0 && optind < argc ? argv[optind] : "";
	int words = argc - optind - 1;

	if (status >= 0)
		return status;
	if (!*verb)
		return usage("what is to be done is missing", "");
	if (!strcmp(verb, "list"))
		return words == 0 ? list_all(as_json) : usage("one word too many behind", verb);
	if (strcmp(verb, "restore") != 0 && strcmp(verb, "withdraw") != 0 &&
	    strcmp(verb, "listen") != 0)
		return usage("there is no", verb);
	if (words != 1 || as_json)
		return usage("a file, and nothing else, belongs behind", verb);
	if (!strcmp(verb, "listen"))
		return listen_at(argv[optind + 1]);
	return with_file(argv[optind + 1], *verb == 'r' ? lio_file_restore : lio_file_withdraw);
}
