/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wirerootd, the boot server's daemon: hands artefacts to nodes over HTTP and takes their timelines
 * in.
 *
 * In order: read the options, open what is served, bind, give up root's rights, read the kept
 * timelines, say that it is ready, then one loop in one thread until SIGTERM or SIGINT. Everything
 * that needs rights comes before they are given up; whatever fails before the loop ends the program
 * with one line and 1. On SIGHUP the generation, and who lends memory, is read anew; if that fails,
 * the old one stays.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/log.h"
#include "userspace/lib/notify.h"
#include "userspace/lib/signals.h"
#include "userspace/wirerootd/access.h"
#include "userspace/wirerootd/control.h"
#include "userspace/wirerootd/discovery.h"
#include "userspace/wirerootd/gate.h"
#include "userspace/wirerootd/http.h"
#include "userspace/wirerootd/listen.h"
#include "userspace/wirerootd/memory/line_server.h"
#include "userspace/wirerootd/memory/memory.h"
#include "userspace/wirerootd/neighbour.h"
#include "userspace/wirerootd/nodes.h"
#include "userspace/wirerootd/privileges.h"
#include "userspace/wirerootd/receiver.h"
#include "userspace/wirerootd/served.h"

#define DEFAULT_PORT 8017
/* At one time. Each takes about 20 KiB and two descriptors, its socket and its file. */
#define CONNECTIONS_WANTED 1024
/* One that waits for news, and one that reports. */
#define CONNECTIONS_OF_MEMBER 2
/* The standard three, sockets, epoll, signals, the root, and files while timelines are written. */
#define DESCRIPTORS_OF_OUR_OWN 32

#define EXIT_USAGE 2

/* Signals, timelines, HTTP, the line protocol. */
#define OWN_POLL 4

struct options {
	const char *root; /* NULL with ->generation */
	const char *generation; /* a link that leads to the one to serve; or NULL */
	const char *address; /* NULL: every one */
	uint16_t port;
	const char *timelines; /* NULL: kept in memory only */
	const char *user; /* NULL: stay who we are */
	const char *control; /* NULL: the usual place */
	const char *memory; /* directory of the memory broker's notes; NULL: none on disk */
	const char *members; /* memory.json; NULL: the generation's */
};

struct daemon {
	struct log log;
	struct options options;
	struct user user;
	struct listen_sockets sockets;
	int signals;
	struct served served;
	struct nodes nodes;
	struct access access;
	struct gate gate;
	struct discovery discovery;
	struct control control;
	struct receiver receiver;
	char *members; /* path of memory.json; NULL: nobody lends memory */
	struct memory memory;
	struct line_server line;
	struct http http;
};

static const char usage[] =
	"Usage: wirerootd --generation DIR | --root DIR [OPTION]...\n"
	"Serve boot artefacts over HTTP, and collect the timelines that nodes send by UDP.\n"
	"\n"
	"  --generation DIR   serve the generation that DIR leads to, anew on SIGHUP\n"
	"  --root DIR         serve the files below DIR, to everybody\n"
	"  --listen ADDRESS   listen on this IPv4 or IPv6 address (default: all)\n"
	"  --port PORT        TCP and UDP port (default: 8017)\n"
	"  --timelines DIR    keep each node's last timelines in DIR\n"
	"  --control PATH     socket for the wireroot command, with --generation\n"
	"                     (default: " CONTROL_DEFAULT_PATH ")\n"
	"  --memory DIR       keep the memory broker's notes in DIR\n"
	"  --memory-members FILE\n"
	"                     who may lend and borrow memory, with --root\n"
	"  --user NAME        run as this user once the port is bound\n"
	"  --help             show this\n"
	"  --version          show the version\n";

static bool read_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || number == 0 || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* As read_options(); @more is the first word that is no option, or NULL. */
static int check_options(const struct options *options, const char *more)
{
	if (more)
		fprintf(stderr, "wirerootd: no such argument: %s\n", more);
	else if (!options->root == !options->generation)
		fprintf(stderr, "wirerootd: give either --generation DIR or --root DIR\n");
	else if (options->members && options->generation)
		fprintf(stderr,
			"wirerootd: --memory-members is for --root: a generation has its own "
			"memory.json\n");
	else if (options->control && options->root)
		fprintf(stderr, "wirerootd: --control is for --generation\n");
	else
		return 0;
	fputs("Try 'wirerootd --help'.\n", stderr);
	return EXIT_USAGE + 1;
}

/* 0, or the exit status plus one when there is nothing more to do. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "generation", required_argument, NULL, 'g' },
		{ "root", required_argument, NULL, 'r' },
		{ "listen", required_argument, NULL, 'l' },
		{ "port", required_argument, NULL, 'p' },
		{ "timelines", required_argument, NULL, 't' },
		{ "control", required_argument, NULL, 'c' },
		{ "memory", required_argument, NULL, 'm' },
		{ "memory-members", required_argument, NULL, 'M' },
		{ "user", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*options = (struct options){ .port = DEFAULT_PORT };
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'g':
			options->generation = optarg;
			break;
		case 'r':
			options->root = optarg;
			break;
		case 'l':
			options->address = optarg;
			break;
		case 'p':
			if (!read_port(optarg, &options->port)) {
				fprintf(stderr, "wirerootd: --port '%s': not 1 to 65535\n", optarg);
				return EXIT_USAGE + 1;
			}
			break;
		case 't':
			options->timelines = optarg;
			break;
		case 'c':
			options->control = optarg;
			break;
		case 'm':
			options->memory = optarg;
			break;
		case 'M':
			options->members = optarg;
			break;
		case 'u':
			options->user = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS + 1;
		case 'v':
			puts("wirerootd " WIREROOT_VERSION);
			return EXIT_SUCCESS + 1;
		default:
			fputs("Try 'wirerootd --help'.\n", stderr);
			return EXIT_USAGE + 1;
		}
	}
	return check_options(options, argv[optind]);
}

/* Signals arrive through a descriptor, so that the loop has only one place where it waits. */
static int open_served(struct daemon *daemon, struct fault *fault)
{
	if (daemon->options.root)
		return served_open_root(&daemon->served, daemon->options.root, fault);
	return served_open_generation(&daemon->served, daemon->options.generation, fault);
}

/*
 * Without it nodes still boot: where nobody asked for it by name, as in a second instance on one
 * machine, its absence is only told.
 */
static int open_control(struct daemon *daemon, struct fault *fault)
{
	const char *path = daemon->options.control;

	daemon->control.socket = -1;
	if (!daemon->options.generation)
		return 0;
	if (!control_open(&daemon->control, path ? path : CONTROL_DEFAULT_PATH, fault))
		return 0;
	if (path)
		return -fault->error;
	log_fault(&daemon->log, fault);
	log_line(&daemon->log, LOG_LEVEL_WARNING, "`wireroot discover` cannot reach this instance");
	return 0;
}

/* Make @directory, which may be NULL, when it is missing, for the user that will write to it. */
static int prepare_directory(const struct daemon *daemon, const char *directory, mode_t mode,
			     struct fault *fault)
{
	if (!directory || fs_is_directory(directory))
		return 0;
	if (fs_make_dirs(directory, mode, fault))
		return -fault->error;
	if (daemon->options.user && chown(directory, daemon->user.uid, daemon->user.gid) < 0)
		return fault_set(fault, errno, "give the directory to wirerootd's user", directory,
				 NULL);
	return 0;
}

static int load_timelines(struct daemon *daemon, struct fault *fault)
{
	unsigned int skipped;

	nodes_init(&daemon->nodes, daemon->options.timelines);
	access_init(&daemon->access, daemon->options.timelines, time(NULL));
	if (!daemon->nodes.directory)
		return 0;
	if (access(daemon->nodes.directory, W_OK | X_OK) < 0)
		return fault_set(fault, errno, "keep timelines in", daemon->nodes.directory,
				 "wirerootd's user must be able to write to --timelines");
	if (nodes_load(&daemon->nodes, &skipped, fault) ||
	    access_load(&daemon->access, &daemon->served.index, time(NULL), fault))
		return -fault->error;
	if (skipped)
		log_line(&daemon->log, LOG_LEVEL_WARNING,
			 "%s: passed over %u files that hold no timeline of the node in their name",
			 daemon->nodes.directory, skipped);
	return 0;
}

/* A generation without memory.json lends no memory. */
static int open_memory(struct daemon *daemon, struct fault *fault)
{
	const struct options *options = &daemon->options;

	if (options->generation)
		daemon->members = fs_join(options->generation, "memory.json");
	else if (options->members)
		daemon->members = strdup(options->members);
	if (!daemon->members && (options->generation || options->members))
		return fault_set(fault, ENOMEM, "begin to lend memory", "", NULL);
	if (memory_open(&daemon->memory, daemon->members, options->generation != NULL,
			options->memory, &daemon->log, fault))
		return -fault->error;
	return line_server_open(&daemon->line, &daemon->memory, options->address, fault);
}

/* How many connections @descriptors allow, of which each may have a file, CONNECTIONS_WANTED at the
 * most. */
static unsigned int connections_within(rlim_t descriptors)
{
	rlim_t left =
		descriptors > DESCRIPTORS_OF_OUR_OWN + 2 ? descriptors - DESCRIPTORS_OF_OUR_OWN : 2;

	return (unsigned int)(left > 2 * CONNECTIONS_WANTED ? left - CONNECTIONS_WANTED : left / 2);
}

/* As many connections as we want, or as the limit on descriptors allows. */
static unsigned int allowed_connections(const struct log *log, size_t members)
{
	/* What members have open are sockets alone. */
	const unsigned int all = CONNECTIONS_WANTED + CONNECTIONS_OF_MEMBER * (unsigned int)members;
	const rlim_t wanted = CONNECTIONS_WANTED + all + DESCRIPTORS_OF_OUR_OWN;
	unsigned int connections;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return all;
	if (limit.rlim_cur < wanted) {
		limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= wanted)
		return all;
	connections = connections_within(limit.rlim_cur);
	log_line(log, LOG_LEVEL_WARNING,
		 "at most %u connections at a time; raise the limit of open files (ulimit -n)",
		 connections);
	return connections;
}

/* Say to each part which others it works with. */
static void connect_parts(struct daemon *daemon)
{
	daemon->receiver = (struct receiver){ .socket = daemon->sockets.udp,
					      .nodes = &daemon->nodes,
					      .gate = &daemon->gate,
					      .log = &daemon->log };
	daemon->gate = (struct gate){ .served = &daemon->served,
				      .access = &daemon->access,
				      .discovery = &daemon->discovery,
				      .log = &daemon->log,
				      .neighbour = neighbour_mac };
	discovery_init(&daemon->discovery);
	daemon->control.discovery = &daemon->discovery;
	daemon->control.served = &daemon->served;
	daemon->control.log = &daemon->log;
	daemon->http = (struct http){ .served = &daemon->served,
				      .gate = daemon->served.is_generation ? &daemon->gate : NULL,
				      .states = { .nodes = &daemon->nodes,
						  .access = &daemon->access,
						  .index = &daemon->served.index },
				      .discovery = daemon->served.is_generation ? &daemon->discovery
										: NULL,
				      .control = &daemon->control,
				      .memory = &daemon->memory,
				      .log = &daemon->log };
}

static int start(struct daemon *daemon, struct fault *fault)
{
	const struct options *options = &daemon->options;

	if (options->user && user_find(options->user, &daemon->user, fault))
		return -fault->error;
	daemon->signals = signals_open(true, fault);
	if (daemon->signals < 0 || (options->root && open_served(daemon, fault)) ||
	    listen_open(options->address, options->port, &daemon->sockets, fault) ||
	    prepare_directory(daemon, options->timelines, 0755, fault) ||
	    prepare_directory(daemon, options->memory, 0700, fault) || open_control(daemon, fault))
		return -fault->error;
	if (options->user && privileges_drop(&daemon->user, fault))
		return -fault->error;
	/* As the user that has to open the next one, too. */
	if (options->generation && open_served(daemon, fault))
		return -fault->error;
	if (load_timelines(daemon, fault) || open_memory(daemon, fault))
		return -fault->error;
	connect_parts(daemon);
	daemon->memory.states = &daemon->http.states;
	return http_start(&daemon->http, daemon->sockets.tcp,
			  allowed_connections(&daemon->log, daemon->memory.brokerage.member_count),
			  fault);
}

/* A switch to another generation: all of it, or the old one stays. */
static void reload(struct daemon *daemon)
{
	struct served newer;
	struct fault fault;

	notify("RELOADING=1");
	memory_reload(&daemon->memory, daemon->options.generation != NULL);
	if (line_server_listen(&daemon->line, &fault))
		log_fault(&daemon->log, &fault);
	if (daemon->options.root) {
		notify("READY=1");
		return;
	}
	if (served_open_generation(&newer, daemon->options.generation, &fault)) {
		log_fault(&daemon->log, &fault);
		log_line(&daemon->log, LOG_LEVEL_ERROR, "still serving generation %s",
			 daemon->served.generation);
	} else {
		served_close(&daemon->served);
		daemon->served = newer;
		http_look_again(&daemon->http); /* a machine that waits may be a node now */
		log_line(&daemon->log, LOG_LEVEL_NOTICE, "serving generation %s, %zu nodes",
			 newer.generation, newer.index.count);
	}
	notify("READY=1");
}

/* What has arrived: the number of a signal that ends the program, else 0. */
static int take_signal(struct daemon *daemon)
{
	struct signalfd_siginfo info;

	while (read(daemon->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP)
			return (int)info.ssi_signo;
		reload(daemon);
	}
	return 0;
}

/* The earlier of two timeouts; below 0: none. */
static int earlier_ms(int one_ms, int other_ms)
{
	if (one_ms < 0 || (other_ms >= 0 && other_ms < one_ms))
		return other_ms;
	return one_ms;
}

static int next_timeout_ms(const struct daemon *daemon)
{
	int own_ms = earlier_ms(control_timeout_ms(&daemon->control, time(NULL)),
				memory_timeout_ms(&daemon->memory));

	return earlier_ms(own_ms, http_timeout_ms(&daemon->http));
}

/* The number of the signal that ended it, or -errno with @fault filled in. */
static int serve(struct daemon *daemon, struct fault *fault)
{
	struct pollfd waiting[OWN_POLL + CONTROL_POLL_MAX] = {
		{ .fd = daemon->signals, .events = POLLIN },
		{ .fd = daemon->sockets.udp, .events = POLLIN },
		{ .fd = http_descriptor(&daemon->http), .events = POLLIN },
		{ .fd = daemon->line.epoll, .events = POLLIN },
	};

	for (;;) {
		unsigned int count = OWN_POLL + control_poll(&daemon->control, waiting + OWN_POLL);
		int ended;

		if (poll(waiting, count, next_timeout_ms(daemon)) < 0 && errno != EINTR)
			return fault_set(fault, errno, "wait for requests", "", NULL);
		ended = take_signal(daemon);
		if (ended)
			return ended;
		if (waiting[1].revents)
			receiver_run(&daemon->receiver);
		/* Behind signals: an adoption is told when its generation is there. */
		if (control_run(&daemon->control, time(NULL)))
			http_look_again(&daemon->http);
		memory_run(&daemon->memory);
		/* Always: time-outs are its work, too. */
		http_run(&daemon->http);
		/* Behind reports: what somebody waits for may have come with one. */
		line_server_run(&daemon->line);
	}
}

int main(int argc, char **argv)
{
	struct daemon daemon = { .log = log_open("wirerootd") };
	struct fault fault = { 0 };
	int status = read_options(argc, argv, &daemon.options);

	if (status)
		return status - 1;
	daemon.log.level = LOG_LEVEL_INFO;
	if (start(&daemon, &fault)) {
		log_fault(&daemon.log, &fault);
		return EXIT_FAILURE;
	}
	log_line(&daemon.log, LOG_LEVEL_NOTICE,
		 "serving %s on port %u (TCP and UDP), %zu nodes known", daemon.served.name,
		 daemon.options.port, daemon.nodes.count);
	notify("READY=1");
	status = serve(&daemon, &fault);
	notify("STOPPING=1");
	http_stop(&daemon.http);
	line_server_close(&daemon.line);
	memory_close(&daemon.memory);
	free(daemon.members);
	control_close(&daemon.control);
	discovery_free(&daemon.discovery);
	nodes_free(&daemon.nodes);
	access_free(&daemon.access);
	served_close(&daemon.served);
	close(daemon.sockets.udp);
	close(daemon.signals);
	if (status < 0) {
		log_fault(&daemon.log, &fault);
		return EXIT_FAILURE;
	}
	log_line(&daemon.log, LOG_LEVEL_NOTICE, "stopped by SIG%s", sigabbrev_np(status));
	return EXIT_SUCCESS;
}
