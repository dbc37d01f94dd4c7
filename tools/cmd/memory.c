// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot memory VERB`: finds the verb, and what verbs share; see memory.h. */
#include "tools/cmd/memory.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cmd/cmd.h"
#include "tools/cmd/node.h"
#include "tools/generate/output.h"
#include "tools/generation/services.h"
#include "tools/generation/store.h"
#include "userspace/lib/fs.h"

/* What the broker answers of 10,000 lenders and borrowers has a few MiB. */
#define ANSWER_BYTES_MAX ((size_t)64 << 20)
#define TOKEN_FILE_BYTES 4096

#define HISTORY_LIMIT	  20
#define HISTORY_LIMIT_MAX 1000
#define DEADLINE_MAX_S	  86400

static const char help[] =
	"Usage: wireroot memory status\n"
	"       wireroot memory request NODE SIZE\n"
	"       wireroot memory return GRANT|MEMBER...\n"
	"       wireroot memory offer LENDER SIZE|all\n"
	"       wireroot memory history\n"
	"       wireroot memory token MEMBER\n"
	"See and change who lends memory to whom, at the broker in wirerootd.\n"
	"\n"
	"status   lenders, borrowers and grants, what is overdue, and how much can be had\n"
	"request  have a node borrow SIZE (8G) while it runs\n"
	"return   have grants given back: those named, or all that a node or host lends or borrows\n"
	"offer    let a lender lend SIZE at the most; all: what it can spare\n"
	"history  what has become of grants, the newest first\n"
	"token    print /etc/wireroot/memory.conf for a member, with its token\n"
	"\n"
	"  --broker URL        the broker; default: the definition's\n"
	"  --token-file FILE   has the administrator's token; default: that below --state\n"
	"  --deadline SECONDS  return: before the policy decides; default: the definition's\n"
	"  --limit N           history: so many events; default: 20\n"
	"  --json              status, history: as JSON\n"
	"  --cluster FILE      the definition; default: " CLUSTER_DEFAULT_FILE "\n"
	"  --state DIR         where tokens are; default: " STORE_DEFAULT "\n"
	"  --services HOW      whose broker: systemd (this host's network) or lab:DIR\n"
	"  --help              this text\n";

static const struct verb {
	const char *name;
	int (*run)(const struct memory_arguments *arguments);
	int words_min, words_max; /* behind it */
	const char *wants;
} verbs[] = {
	{ "status", memory_status, 0, 0, "nothing" },
	{ "request", memory_request, 2, 2, "a node and a size" },
	{ "return", memory_return, 1, 1000, "grants, or who lends or borrows them" },
	{ "offer", memory_offer, 2, 2, "a lender, and a size or all" },
	{ "history", memory_history, 0, 0, "nothing" },
	{ "token", memory_token, 1, 1, "a member's name" },
};

/* --- the command line ------------------------------------------------------------------------- */

static int take_number(const char *option, unsigned int most, unsigned int *number)
{
	uint32_t value;

	if (!value_number(optarg, most, &value) || !value)
		return cmd_misused("memory", option, optarg);
	*number = value;
	return -1;
}

/* -1 to go on, or the exit status. */
static int take_option(struct memory_arguments *arguments, int option)
{
	switch (option) {
	case 'b':
		arguments->broker = optarg;
		return -1;
	case 't':
		arguments->token_file = optarg;
		return -1;
	case 'd':
		return take_number("--deadline wants a number of seconds, not", DEADLINE_MAX_S,
				   &arguments->deadline_s);
	case 'l':
		return take_number("--limit wants a number from 1 to 1000, not", HISTORY_LIMIT_MAX,
				   &arguments->limit);
	case 'j':
		arguments->json = true;
		return -1;
	case 'c':
		arguments->cluster = optarg;
		return -1;
	case 's':
		arguments->state = optarg;
		return -1;
	case 'v':
		arguments->services = optarg;
		return services_known(optarg)
			       ? -1
			       : cmd_misused("memory", "--services wants systemd or lab:DIR, not",
					     optarg);
	default: /* 'h' */
		fputs(help, stdout);
		return CMD_DONE;
	}
}

static int read_arguments(int argc, char **argv, struct memory_arguments *arguments)
{
	static const struct option options[] = {
		{ "broker", required_argument, NULL, 'b' },
		{ "token-file", required_argument, NULL, 't' },
		{ "deadline", required_argument, NULL, 'd' },
		{ "limit", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "cluster", required_argument, NULL, 'c' },
		{ "state", required_argument, NULL, 's' },
		{ "services", required_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, status = -1;

	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while (status < 0 && (option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		status = option == '?' ? cmd_bad_option("memory", argv, options)
				       : take_option(arguments, option);
	arguments->words = argv + optind;
	arguments->word_count = argc - optind;
	return status;
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

int cmd_memory(int argc, char **argv)
{
	struct memory_arguments arguments = { .cluster = CLUSTER_DEFAULT_FILE,
					      .state = STORE_DEFAULT,
					      .services = "systemd",
					      .limit = HISTORY_LIMIT };
	int status = read_arguments(argc, argv, &arguments);
	const struct verb *verb;

	if (status >= 0)
		return status;
	if (!arguments.word_count)
		return cmd_misused("memory", "what is to be done is missing", "");
	verb = find_verb(arguments.words[0]);
	if (!verb)
		return cmd_misused("memory", "there is no", arguments.words[0]);
	arguments.words++;
	arguments.word_count--;
	if (arguments.word_count < verb->words_min || arguments.word_count > verb->words_max) {
		char why[128];

		snprintf(why, sizeof(why), "%s belongs behind", verb->wants);
		return cmd_misused("memory", why, verb->name);
	}
	return verb->run(&arguments);
}

/* --- the broker ------------------------------------------------------------------------------- */

int memory_load(struct cluster *cluster, const char *path)
{
	const struct cluster_options options = { .skip_files = true };
	struct log log = log_open("wireroot memory");

	return node_load(cluster, path, &options, &log) == CMD_DONE ? 0 : -EINVAL;
}

int memory_failed(const struct fault *fault)
{
	return fault->error ? cmd_failed("memory", fault) : CMD_FAILED;
}

/* Where the definition says that it is. */
static int find_broker(const char *path, char url[static MEMORY_URL_BYTES], struct fault *fault)
{
	struct cluster cluster = { 0 };
	int error = memory_load(&cluster, path);
	char text[OUTPUT_URL_BYTES];

	if (!error && !cluster.memory.used)
		error = fault_set(fault, ENOENT, "find the broker of memory", path,
				  "nobody lends or borrows: give lend: to a node, or hosts: to "
				  "memory:; see cluster.yaml(5)");
	else if (!error)
		snprintf(url, MEMORY_URL_BYTES, "%s", output_url(cluster.memory.server, text));
	cluster_free(&cluster);
	return error;
}

/* The first line of @path, which "wireroot memory token" or an administrator wrote. */
static int read_token_file(const char *path, char token[static TOKEN_BYTES], struct fault *fault)
{
	size_t length;
	char *text;
	int error = fs_read_regular_file(path, TOKEN_FILE_BYTES, &text, &length, fault);

	if (error)
		return error;
	text[strcspn(text, "\r\n")] = '\0';
	if (!*text || strlen(text) >= TOKEN_BYTES || strpbrk(text, " \t\""))
		error = fault_set(fault, EINVAL, "read token", path,
				  "it is one line, without blanks");
	else
		snprintf(token, TOKEN_BYTES, "%s", text);
	explicit_bzero(text, length);
	free(text);
	return error;
}

static int find_token(const struct memory_arguments *arguments, char token[static TOKEN_BYTES],
		      struct fault *fault)
{
	int error;

	if (arguments->token_file)
		return read_token_file(arguments->token_file, token, fault);
	error = tokens_read_one(arguments->state, NULL, token, fault);
	if (error == -ENOENT)
		snprintf(fault->hint, sizeof(fault->hint),
			 "wireroot apply makes it, on the boot server; elsewhere name a copy by "
			 "--token-file");
	else if (error == -EACCES)
		snprintf(fault->hint, sizeof(fault->hint),
			 "only root may read it: become root, or name a copy by --token-file");
	return error;
}

int memory_connect(struct memory_broker *broker, const struct memory_arguments *arguments,
		   bool changes, struct fault *fault)
{
	struct services services = { 0 };
	/* Who only looks needs none, and says so. */
	char token[TOKEN_BYTES] = "none";
	int error = 0;

	*broker = (struct memory_broker){ 0 };
	if (!arguments->broker)
		error = find_broker(arguments->cluster, broker->url, fault);
	else if (strstr(arguments->broker, "://"))
		snprintf(broker->url, sizeof(broker->url), "%s", arguments->broker);
	else
		snprintf(broker->url, sizeof(broker->url), "http://%s", arguments->broker);
	if (!error && changes)
		error = find_token(arguments, token, fault);
	if (!error)
		error = services_read(&services, arguments->services, fault);
	if (!error)
		error = broker_open(broker->url, token, &broker->broker, fault);
	explicit_bzero(token, sizeof(token));
	return error;
}

void memory_disconnect(struct memory_broker *broker)
{
	broker_close(broker->broker);
	broker->broker = NULL;
}

/* What mends it when there was no answer; a problem tells that by itself. */
static void advise(const struct broker_reply *reply, struct fault *fault)
{
	if (reply->status == 404 && !reply->body)
		snprintf(fault->hint, sizeof(fault->hint),
			 "what answers there does not broker memory: its generation has no "
			 "memory.json, or it is too old");
	else if (reply->error == -ECONNREFUSED)
		snprintf(fault->hint, sizeof(fault->hint),
			 "nothing listens there: start wirerootd, or name the broker by --broker");
	else if (reply->error == -ETIMEDOUT || reply->error == -EHOSTUNREACH)
		snprintf(fault->hint, sizeof(fault->hint),
			 "it cannot be reached: is this its address, and is it on?");
}

int memory_ask(struct memory_broker *broker, const char *method, const char *path, json_t *body,
	       const char *doing, json_t **answer, struct fault *fault)
{
	const struct broker_request request = {
		.method = method, .path = path, .body = body, .answer_bytes_max = ANSWER_BYTES_MAX
	};
	struct broker_reply reply;
	int error = broker_ask(broker->broker, &request, &reply);

	json_decref(body);
	if (error) {
		fault_set(fault, error, doing, broker->url, reply.fault.hint);
		advise(&reply, fault);
	} else if (answer) {
		*answer = json_incref((json_t *)reply.body);
	}
	broker_reply_free(&reply);
	return error;
}
