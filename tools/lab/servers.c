// SPDX-License-Identifier: GPL-2.0-only
/* The servers of a lab; see servers.h. */
#include "tools/lab/servers.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/lab/dnsmasq.h"
#include "tools/lab/ganesha.h"
#include "tools/lab/layout.h"
#include "tools/lab/probe.h"
#include "tools/lab/service.h"
#include "tools/lab/tgt.h"
#include "userspace/lib/fs.h"

/* The longest command line has thirteen words; each of them is a path or shorter. */
#define WORDS_MAX  14
#define WORD_BYTES (PATH_MAX + 64)

struct words {
	const char *argv[WORDS_MAX + 1];
	char text[WORDS_MAX][WORD_BYTES];
	size_t count;
};

struct server {
	const char *name;
	enum service_readiness readiness;
	const char *ready_line; /* for SERVICE_LOGS */
	void (*say)(struct words *words, const struct lab_network *network);
	int (*probe)(const struct lab_network *network, struct fault *fault);
	bool (*is_needed)(const struct lab_network *network);
	/* Its own way of reading its configuration again; NULL: SIGHUP. */
	int (*reload)(const struct lab_network *network, struct fault *fault);
};

static void add(struct words *words, const char *word)
{
	char *text = words->text[words->count];

	snprintf(text, WORD_BYTES, "%s", word);
	words->argv[words->count++] = text;
}

/*
 * Where our own programs are: beside this one as after a build, in ../sbin as after an
 * installation; else wherever PATH says.
 */
static void find_own_program(const char *name, char path[static PATH_MAX])
{
	static const char *const places[] = { "", "../sbin/" };
	char here[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", here, sizeof(here) - 1);
	char *slash;

	here[length > 0 ? length : 0] = '\0';
	slash = strrchr(here, '/');
	if (slash)
		slash[1] = '\0';
	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		if (snprintf(path, PATH_MAX, "%s%s%s", here, places[i], name) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return;
	}
	snprintf(path, PATH_MAX, "%s", name);
}

static void say_wirerootd(struct words *words, const struct lab_network *network)
{
	char program[PATH_MAX], generation[WORD_BYTES], port[8];

	find_own_program("wirerootd", program);
	snprintf(generation, sizeof(generation), "%s/current", network->state);
	snprintf(port, sizeof(port), "%u", network->http_port);
	add(words, program);
	if (lab_network_has_cluster(network)) {
		add(words, "--generation");
		add(words, generation);
		add(words, "--control");
		add(words, LAB_CONTROL);
		add(words, "--memory");
		add(words, LAB_MEMORY_DIR);
	} else {
		add(words, "--root");
		add(words, LAB_HTTP_DIR);
	}
	add(words, "--listen");
	add(words, network->address);
	add(words, "--port");
	add(words, port);
	add(words, "--timelines");
	add(words, LAB_TIMELINES_DIR);
}

static void say_dnsmasq(struct words *words, const struct lab_network *network)
{
	(void)network;
	add(words, "dnsmasq");
	add(words, "--keep-in-foreground");
	add(words, "--conf-file=" LAB_DNSMASQ_CONF);
}

/* -w would look for state of an earlier life; -h keeps UDP to the lab's address. */
static void say_rpcbind(struct words *words, const struct lab_network *network)
{
	add(words, "rpcbind");
	add(words, "-f");
	add(words, "-h");
	add(words, network->address);
}

static void say_ganesha(struct words *words, const struct lab_network *network)
{
	(void)network;
	add(words, "ganesha.nfsd");
	add(words, "-F");
	add(words, "-L");
	add(words, "ganesha.log");
	add(words, "-f");
	add(words, LAB_GANESHA_CONF);
	add(words, "-p");
	add(words, "/run/ganesha/ganesha.pid");
}

static void say_tgtd(struct words *words, const struct lab_network *network)
{
	char portal[WORD_BYTES];

	snprintf(portal, sizeof(portal), "portal=%s:3260", network->address);
	add(words, "tgtd");
	add(words, "-f");
	add(words, "--iscsi");
	add(words, portal);
}

static bool boots(const struct lab_network *network)
{
	return network->boots;
}

static bool exports(const struct lab_network *network)
{
	return network->exports;
}

static bool has_disks(const struct lab_network *network)
{
	return network->has_disks;
}

/* In the order in which they start: Ganesha registers itself with rpcbind. */
static const struct server servers[] = {
	{ "wirerootd", SERVICE_NOTIFIES, NULL, say_wirerootd, probe_http, boots, NULL },
	{ "dnsmasq", SERVICE_LOGS, "started, version", say_dnsmasq, probe_dns, boots, NULL },
	{ "rpcbind", SERVICE_NOTIFIES, NULL, say_rpcbind, probe_portmap, exports, NULL },
	{ "ganesha", SERVICE_LOGS, "NFS SERVER INITIALIZED", say_ganesha, probe_nfs, exports,
	  NULL },
	{ "tgtd", SERVICE_NOTIFIES, NULL, say_tgtd, tgt_load, has_disks, tgt_load },
};

#define SERVER_COUNT (sizeof(servers) / sizeof(servers[0]))

int servers_write(const struct server_options *options, struct fault *fault)
{
	int error = dnsmasq_write(options, fault);

	return error ? error : ganesha_write(options, fault);
}

const char *server_name(size_t index)
{
	return index < SERVER_COUNT ? servers[index].name : NULL;
}

bool server_is_needed(size_t index, const struct lab_network *network)
{
	return servers[index].is_needed(network);
}

static int find_server(const char *name, const struct server **server, struct fault *fault)
{
	for (size_t i = 0; i < SERVER_COUNT; i++) {
		if (strcmp(servers[i].name, name) != 0)
			continue;
		*server = &servers[i];
		return 0;
	}
	return fault_set(fault, ENOENT, "find server", name,
			 "there are wirerootd, dnsmasq, rpcbind, ganesha and tgtd");
}

int server_start(const char *name, struct fault *fault)
{
	const struct server *server = NULL;
	struct lab_network network;
	struct service service;
	struct words *words;
	int error = find_server(name, &server, fault);

	if (!error)
		error = lab_network_read(&network, ".", fault);
	if (error)
		return error;
	words = calloc(1, sizeof(*words));
	if (!words)
		return fault_set(fault, ENOMEM, "start", name, NULL);
	server->say(words, &network);
	service = (struct service){ server->name, words->argv, server->readiness,
				    server->ready_line };
	error = service_start(&service, fault);
	free(words);
	return error ? error : server->probe(&network, fault);
}

int server_stop(const char *name, struct fault *fault)
{
	const struct server *server = NULL;
	int error = find_server(name, &server, fault);

	return error ? error : service_stop(server->name, fault);
}

int server_reload(const char *name, struct fault *fault)
{
	const struct server *server = NULL;
	struct lab_network network;
	int error = find_server(name, &server, fault), process;

	if (error)
		return error;
	process = service_open(server->name);
	if (process < 0)
		return fault_set(fault, ESRCH, "reload", name, "it does not run");
	if (server->reload) {
		close(process);
		error = lab_network_read(&network, ".", fault);
		return error ? error : server->reload(&network, fault);
	}
	if (syscall(SYS_pidfd_send_signal, process, SIGHUP, NULL, 0) < 0)
		error = fault_set(fault, errno, "reload", name, NULL);
	close(process);
	return error;
}
