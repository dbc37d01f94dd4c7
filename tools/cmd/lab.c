// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot lab VERB DIR …`: the verbs, and those of them that are short. */
#include "tools/cmd/lab.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cluster/findings.h"
#include "tools/cmd/cmd.h"
#include "tools/lab/console.h"
#include "tools/lab/enter.h"
#include "tools/lab/layout.h"
#include "tools/lab/node.h"
#include "tools/lab/qmp.h"
#include "tools/lab/servers.h"
#include "tools/lab/status.h"
#include "tools/lab/supervisor.h"
#include "userspace/lib/text.h"

static const char help[] =
	"usage: wireroot lab VERB DIR …\n"
	"\n"
	"A private network on this machine, with boot servers and QEMU nodes, that lives in DIR.\n"
	"\n"
	"  up DIR [options]                   make it; see `wireroot lab up --help`\n"
	"  boot DIR NODE [options]            power a node on; see `wireroot lab boot --help`\n"
	"  console DIR NODE                   attach to its serial console; Ctrl-] leaves\n"
	"  wait DIR NODE PATTERN [S [BYTE]]   until a line of its console matches, S seconds at most,\n"
	"                                     looking from that byte of it on; 300 and 0\n"
	"  wait DIR NODE --off [S]            until it has powered off\n"
	"  link DIR NODE[.NIC] up|down        plug or pull a cable\n"
	"  power DIR NODE off|reset|button    pull the plug; press reset; press the power button\n"
	"  server DIR NAME start|stop|reload  wirerootd, dnsmasq, rpcbind, ganesha, tgtd\n"
	"  exec DIR -- COMMAND …              run a command in the lab\n"
	"  status DIR [--json]                what runs\n"
	"  down DIR                           end it, and everything in it\n";

#define DEFAULT_TIMEOUT_S 300
#define TIMEOUT_S_MAX	  86400

static bool is(const char *word, const char *wanted)
{
	return strcmp(word, wanted) == 0;
}

int lab_report(const struct fault *fault)
{
	return cmd_failed("lab", fault);
}

int lab_run(const char *directory, int (*inside)(void *argument), void *argument)
{
	char path[PATH_MAX];
	struct fault fault = { 0 };
	int status;

	if (!realpath(directory, path))
		fault_set(&fault, errno, "find the lab in", directory, NULL);
	else if (lab_enter(path, inside, argument, &status, &fault) == 0)
		return status;
	return lab_report(&fault);
}

int lab_load_cluster(const char *path, struct cluster *cluster)
{
	struct findings findings = { 0 };
	struct fault fault = { 0 };
	struct text text = { 0 };
	int error = cluster_load(cluster, path, &findings, &fault);

	if (findings.errors) {
		findings_to_text(&findings, &text);
		fputs(text_string(&text), stderr);
	}
	if (error && !findings.errors)
		lab_report(&fault);
	text_free(&text);
	findings_free(&findings);
	return error ? CMD_FAILED : CMD_DONE;
}

long lab_number(const char *text, long limit)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	return errno || end == text || *end || value < 1 || value > limit ? -EINVAL : value;
}

static int down(int argc, char **argv)
{
	struct fault fault = { 0 };
	int process, error;

	if (argc != 2)
		return cmd_misused("lab", "lab down wants one directory", "");
	if (lab_find(argv[1], &process, &fault))
		return lab_report(&fault);
	error = supervisor_end(process, &fault);
	close(process);
	return error ? lab_report(&fault) : CMD_DONE;
}

struct words {
	int count;
	char **words;
	const char *directory; /* where the command was called */
};

static int exec_inside(void *argument)
{
	const struct words *words = argument;
	struct fault fault = { 0 };

	/* Where that is out of reach, stay in the lab's directory. */
	(void)!chdir(words->directory);
	execvp(words->words[0], words->words);
	fault_set(&fault, errno, "run", words->words[0], NULL);
	return lab_report(&fault);
}

static int exec_verb(int argc, char **argv)
{
	char here[PATH_MAX];
	struct words words = { .words = argv + 2, .directory = here };

	if (argc > 2 && is(argv[2], "--"))
		words.words++;
	if (argc < 3 || !words.words[0])
		return cmd_misused("lab", "lab exec wants a directory and a command", "");
	if (!getcwd(here, sizeof(here)))
		strcpy(here, "/");
	return lab_run(argv[1], exec_inside, &words);
}

static int console_inside(void *argument)
{
	struct fault fault = { 0 };

	return console_attach(argument, &fault) ? lab_report(&fault) : CMD_DONE;
}

static int console(int argc, char **argv)
{
	if (argc != 3)
		return cmd_misused("lab", "lab console wants a directory and a node", "");
	return lab_run(argv[1], console_inside, argv[2]);
}

struct waiting {
	const char *node;
	const char *pattern; /* NULL: for the power to go off */
	long timeout_s;
	off_t from;
};

static int wait_inside(void *argument)
{
	const struct waiting *waiting = argument;
	int timeout_ms = (int)waiting->timeout_s * 1000;
	struct fault fault = { 0 };
	int error;

	if (waiting->pattern)
		error = node_wait(waiting->node, waiting->pattern, waiting->from, timeout_ms,
				  &fault);
	else
		error = node_wait_off(waiting->node, timeout_ms, &fault);
	return error ? lab_report(&fault) : CMD_DONE;
}

static int wait_verb(int argc, char **argv)
{
	struct waiting waiting = { .timeout_s = DEFAULT_TIMEOUT_S };
	char *end = "";

	if (argc < 4 || argc > 6)
		return cmd_misused("lab", "lab wait wants a directory, a node and a pattern", "");
	waiting.node = argv[2];
	waiting.pattern = strcmp(argv[3], "--off") == 0 ? NULL : argv[3];
	if (argc > 4)
		waiting.timeout_s = lab_number(argv[4], TIMEOUT_S_MAX);
	if (argc > 5)
		waiting.from = (off_t)strtoll(argv[5], &end, 10);
	if (waiting.timeout_s < 0 || waiting.from < 0 || *end)
		return cmd_misused("lab", "lab wait wants numbers behind the pattern", "");
	return lab_run(argv[1], wait_inside, &waiting);
}

static int link_inside(void *argument)
{
	char **words = argument, *dot = strchr(words[0], '.');
	unsigned int nic = dot ? (unsigned int)atoi(dot + 1) : 0;
	bool up = is(words[1], "up");
	struct fault fault = { 0 };
	struct qmp qmp;
	int error;

	if (dot)
		*dot = '\0';
	error = qmp_open(words[0], &qmp, &fault);
	if (!error) {
		error = qmp_set_link(&qmp, nic, up, &fault);
		qmp_close(&qmp);
	}
	return error ? lab_report(&fault) : CMD_DONE;
}

static int link_verb(int argc, char **argv)
{
	const char *dot = argc == 4 ? strchr(argv[2], '.') : NULL;

	if (argc != 4 || (!is(argv[3], "up") && !is(argv[3], "down")))
		return cmd_misused(
			"lab", "lab link wants a directory, NODE or NODE.NIC, and up or down", "");
	if (dot && (dot[1] < '0' || dot[1] >= '0' + LAB_NICS_MAX || dot[2]))
		return cmd_misused("lab", "NICs are numbered from 0 to 7, not as in", argv[2]);
	return lab_run(argv[1], link_inside, argv + 2);
}

static int send_command(const char *node, const char *command, struct fault *fault)
{
	struct qmp qmp;
	int error = qmp_open(node, &qmp, fault);

	if (error)
		return error;
	error = qmp_command(&qmp, command, fault);
	qmp_close(&qmp);
	return error;
}

static int power_inside(void *argument)
{
	char **words = argument;
	struct fault fault = { 0 };
	int error;

	if (is(words[1], "off"))
		error = node_power_off(words[0], &fault);
	else if (is(words[1], "reset"))
		error = send_command(words[0], "system_reset", &fault);
	else
		error = send_command(words[0], "system_powerdown", &fault);
	return error ? lab_report(&fault) : CMD_DONE;
}

static int power(int argc, char **argv)
{
	if (argc != 4 || (!is(argv[3], "off") && !is(argv[3], "reset") && !is(argv[3], "button")))
		return cmd_misused(
			"lab", "lab power wants a directory, a node, and off, reset or button", "");
	return lab_run(argv[1], power_inside, argv + 2);
}

static int server_inside(void *argument)
{
	char **words = argument;
	struct fault fault = { 0 };
	int error;

	if (is(words[1], "start"))
		error = server_start(words[0], &fault);
	else if (is(words[1], "stop"))
		error = server_stop(words[0], &fault);
	else
		error = server_reload(words[0], &fault);
	return error ? lab_report(&fault) : CMD_DONE;
}

static int server(int argc, char **argv)
{
	if (argc != 4 || (!is(argv[3], "start") && !is(argv[3], "stop") && !is(argv[3], "reload")))
		return cmd_misused(
			"lab", "lab server wants a directory, a server, and start, stop or reload",
			"");
	return lab_run(argv[1], server_inside, argv + 2);
}

static int status_inside(void *argument)
{
	struct fault fault = { 0 };

	return status_print(*(bool *)argument, &fault) ? lab_report(&fault) : CMD_DONE;
}

static int status(int argc, char **argv)
{
	bool json = argc == 3 && is(argv[2], "--json");

	if (argc != 2 + json)
		return cmd_misused("lab", "lab status wants a directory, and --json or nothing",
				   "");
	return lab_run(argv[1], status_inside, &json);
}

struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
};

static const struct verb verbs[] = {
	{ "up", lab_up },      { "boot", lab_boot }, { "console", console }, { "wait", wait_verb },
	{ "link", link_verb }, { "power", power },   { "server", server },   { "exec", exec_verb },
	{ "status", status },  { "down", down },
};

/* Administrators' programs, ip and dnsmasq among them, are not in every user's PATH. */
static void extend_path(void)
{
	const char *path = getenv("PATH");
	char longer[4096];

	snprintf(longer, sizeof(longer), "%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");
	setenv("PATH", longer, 1);
}

/* The verbs without options of their own have no help of their own, either. */
static int run_verb(const struct verb *verb, int argc, char **argv)
{
	bool has_help = verb->run == lab_up || verb->run == lab_boot;

	if (has_help || argc < 2 || !is(argv[1], "--help"))
		return verb->run(argc, argv);
	fputs(help, stdout);
	return CMD_DONE;
}

int cmd_lab(int argc, char **argv)
{
	if (argc < 2)
		return cmd_misused("lab", "what is to be done is missing", "");
	if (is(argv[1], "--help")) {
		fputs(help, stdout);
		return CMD_DONE;
	}
	extend_path();
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (is(verbs[i].name, argv[1]))
			return run_verb(&verbs[i], argc - 1, argv + 1);
	return cmd_misused("lab", "there is no", argv[1]);
}
