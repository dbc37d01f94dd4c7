/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wirerootd, the boot server's daemon: hands artefacts to nodes over HTTP and takes their timelines
 * in.
 *
 * In order: read the options, bind, open what is served, give up root's rights, read the kept
 * timelines, say that it is ready, then one loop in one thread until SIGTERM or SIGINT. Everything
 * that needs rights comes before they are given up; whatever fails before the loop ends the program
 * with one line and 1.
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
#include "userspace/wirerootd/http.h"
#include "userspace/wirerootd/listen.h"
#include "userspace/wirerootd/nodes.h"
#include "userspace/wirerootd/notify.h"
#include "userspace/wirerootd/privileges.h"
#include "userspace/wirerootd/receiver.h"

#define DEFAULT_PORT 8017
/* At one time. Each takes about 20 KiB and two descriptors, its socket and its file. */
#define CONNECTIONS_WANTED 1024
/* The standard three, sockets, epoll, signals, the root, and files while timelines are written. */
#define DESCRIPTORS_OF_OUR_OWN 32

#define EXIT_USAGE 2

struct options {
	const char *root;
	const char *address; /* NULL: every one */
	uint16_t port;
	const char *timelines; /* NULL: kept in memory only */
	const char *user; /* NULL: stay who we are */
};

struct daemon {
	struct log log;
	struct options options;
	struct user user;
	struct listen_sockets sockets;
	int signals;
	struct nodes nodes;
	struct receiver receiver;
	struct http http;
};

static const char usage[] =
	"Usage: wirerootd --root DIR [OPTION]...\n"
	"Serve boot artefacts over HTTP, and collect the timelines that nodes send by UDP.\n"
	"\n"
	"  --root DIR         serve the files below DIR\n"
	"  --listen ADDRESS   listen on this IPv4 or IPv6 address (default: all)\n"
	"  --port PORT        TCP and UDP port (default: 8017)\n"
	"  --timelines DIR    keep each node's last timelines in DIR\n"
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

/* 0, or the exit status plus one when there is nothing more to do. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "listen", required_argument, NULL, 'l' },
		{ "port", required_argument, NULL, 'p' },
		{ "timelines", required_argument, NULL, 't' },
		{ "user", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*options = (struct options){ .port = DEFAULT_PORT };
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
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
	if (options->root && optind == argc)
		return 0;
	fprintf(stderr, "wirerootd: %s%s\nTry 'wirerootd --help'.\n",
		options->root ? "no such argument: " : "--root DIR is missing",
		options->root ? argv[optind] : "");
	return EXIT_USAGE + 1;
}

/* Signals arrive through a descriptor, so that the loop has only one place where it waits. */
static int open_signals(struct daemon *daemon, struct fault *fault)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* A client that closes while we send is told by EPIPE. */
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return fault_set(fault, errno, "block signals", "", NULL);
	daemon->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (daemon->signals < 0)
		return fault_set(fault, errno, "watch for signals", "", NULL);
	return 0;
}

static int open_root(struct daemon *daemon, struct fault *fault)
{
	daemon->http.root_name = daemon->options.root;
	daemon->http.root = open(daemon->options.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (daemon->http.root < 0)
		return fault_set(fault, errno, "open the directory to serve", daemon->options.root,
				 "give --root an existing directory");
	return 0;
}

/* Make the directory for timelines when it is missing, for the user that will write to it. */
static int prepare_timelines(const struct daemon *daemon, struct fault *fault)
{
	const char *directory = daemon->options.timelines;

	if (!directory || fs_is_directory(directory))
		return 0;
	if (fs_make_dirs(directory, 0755, fault))
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
	if (!daemon->nodes.directory)
		return 0;
	if (access(daemon->nodes.directory, W_OK | X_OK) < 0)
		return fault_set(fault, errno, "keep timelines in", daemon->nodes.directory,
				 "wirerootd's user must be able to write to --timelines");
	if (nodes_load(&daemon->nodes, &skipped, fault))
		return -fault->error;
	if (skipped)
		log_line(&daemon->log, LOG_LEVEL_WARNING,
			 "%s: passed over %u files that hold no timeline of the node in their name",
			 daemon->nodes.directory, skipped);
	return 0;
}

/* As many connections as we want, or as the limit on descriptors allows. */
static unsigned int allowed_connections(const struct log *log)
{
	const rlim_t wanted = 2 * CONNECTIONS_WANTED + DESCRIPTORS_OF_OUR_OWN;
	unsigned int connections;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return CONNECTIONS_WANTED;
	if (limit.rlim_cur < wanted) {
		limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= wanted)
		return CONNECTIONS_WANTED;
	connections = limit.rlim_cur > DESCRIPTORS_OF_OUR_OWN + 2
			      ? (unsigned int)(limit.rlim_cur - DESCRIPTORS_OF_OUR_OWN) / 2
			      : 1;
	log_line(log, LOG_LEVEL_WARNING,
		 "at most %u connections at a time; raise the limit of open files (ulimit -n)",
		 connections);
	return connections;
}

static int start(struct daemon *daemon, struct fault *fault)
{
	const struct options *options = &daemon->options;

	if (options->user && user_find(options->user, &daemon->user, fault))
		return -fault->error;
	if (open_signals(daemon, fault) || open_root(daemon, fault) ||
	    listen_open(options->address, options->port, &daemon->sockets, fault) ||
	    prepare_timelines(daemon, fault))
		return -fault->error;
	if (options->user && privileges_drop(&daemon->user, fault))
		return -fault->error;
	if (load_timelines(daemon, fault))
		return -fault->error;
	daemon->receiver = (struct receiver){ .socket = daemon->sockets.udp,
					      .nodes = &daemon->nodes,
					      .log = &daemon->log };
	daemon->http.nodes = &daemon->nodes;
	daemon->http.log = &daemon->log;
	return http_start(&daemon->http, daemon->sockets.tcp, allowed_connections(&daemon->log),
			  fault);
}

/* The number of the signal that ended it, or -errno with @fault filled in. */
static int serve(struct daemon *daemon, struct fault *fault)
{
	struct pollfd waiting[] = {
		{ .fd = daemon->signals, .events = POLLIN },
		{ .fd = daemon->sockets.udp, .events = POLLIN },
		{ .fd = http_descriptor(&daemon->http), .events = POLLIN },
	};
	struct signalfd_siginfo info;

	for (;;) {
		if (poll(waiting, 3, http_timeout_ms(&daemon->http)) < 0 && errno != EINTR)
			return fault_set(fault, errno, "wait for requests", "", NULL);
		if (read(daemon->signals, &info, sizeof(info)) == sizeof(info))
			return (int)info.ssi_signo;
		if (waiting[1].revents)
			receiver_run(&daemon->receiver);
		/* Always: time-outs are its work, too. */
		http_run(&daemon->http);
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
		 "serving %s on port %u (TCP and UDP), %zu nodes known", daemon.options.root,
		 daemon.options.port, daemon.nodes.count);
	notify("READY=1");
	status = serve(&daemon, &fault);
	notify("STOPPING=1");
	http_stop(&daemon.http);
	nodes_free(&daemon.nodes);
	close(daemon.sockets.udp);
	close(daemon.http.root);
	close(daemon.signals);
	if (status < 0) {
		log_fault(&daemon.log, &fault);
		return EXIT_FAILURE;
	}
	log_line(&daemon.log, LOG_LEVEL_NOTICE, "stopped by SIG%s", sigabbrev_np(status));
	return EXIT_SUCCESS;
}
