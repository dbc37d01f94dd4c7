// SPDX-License-Identifier: GPL-2.0-only
/* The servers of a lab; see servers.h. */
#include "tools/lab/servers.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lab/dnsmasq.h"
#include "tools/lab/ganesha.h"
#include "tools/lab/layout.h"
#include "tools/lab/probe.h"
#include "tools/lab/service.h"
#include "userspace/lib/fs.h"

#define STRING_OF(value)  #value
#define DIGITS_OF(number) STRING_OF(number)

struct server {
	struct service service;
	int (*probe)(struct fault *fault);
};

static const char *const dnsmasq_argv[] = { "dnsmasq", "--conf-file=" LAB_DNSMASQ_CONF, NULL };
static const char *const wirerootd_argv[] = { "wirerootd",
					      "--root",
					      LAB_HTTP_DIR,
					      "--listen",
					      LAB_ADDRESS,
					      "--port",
					      DIGITS_OF(LAB_HTTP_PORT),
					      "--timelines",
					      LAB_TIMELINES_DIR,
					      NULL };
/* -w would look for state of an earlier life; -h keeps UDP to the lab's address. */
static const char *const rpcbind_argv[] = { "rpcbind", "-h", LAB_ADDRESS, NULL };
static const char *const ganesha_argv[] = { "ganesha.nfsd",
					    "-F",
					    "-L",
					    "ganesha.log",
					    "-f",
					    LAB_GANESHA_CONF,
					    "-p",
					    "/run/ganesha/ganesha.pid",
					    NULL };

/* In the order in which they start: Ganesha registers itself with rpcbind. */
static const struct server servers[] = {
	{ { "wirerootd", wirerootd_argv, SERVICE_NOTIFIES, NULL }, probe_http },
	{ { "dnsmasq", dnsmasq_argv, SERVICE_DETACHES, NULL }, probe_dns },
	{ { "rpcbind", rpcbind_argv, SERVICE_DETACHES, NULL }, probe_portmap },
	{ { "ganesha", ganesha_argv, SERVICE_LOGS, "NFS SERVER INITIALIZED" }, probe_nfs },
};

#define SERVER_COUNT (sizeof(servers) / sizeof(servers[0]))

int servers_write(const struct server_options *options, struct fault *fault)
{
	int error = dnsmasq_write(options, fault);

	return error ? error : ganesha_write(options, fault);
}

const char *server_name(size_t index)
{
	return index < SERVER_COUNT ? servers[index].service.name : NULL;
}

static int find_server(const char *name, const struct server **server, struct fault *fault)
{
	for (size_t i = 0; i < SERVER_COUNT; i++) {
		if (strcmp(servers[i].service.name, name) != 0)
			continue;
		*server = &servers[i];
		return 0;
	}
	return fault_set(fault, ENOENT, "find server", name,
			 "there are wirerootd, dnsmasq, rpcbind and ganesha");
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

static int start_wirerootd(const struct server *server, struct fault *fault)
{
	const char *argv[sizeof(wirerootd_argv) / sizeof(wirerootd_argv[0])];
	struct service service = server->service;
	char program[PATH_MAX];

	memcpy(argv, wirerootd_argv, sizeof(argv));
	find_own_program(argv[0], program);
	argv[0] = program;
	service.argv = argv;
	return service_start(&service, fault);
}

int server_start(const char *name, struct fault *fault)
{
	const struct server *server = NULL;
	int error = find_server(name, &server, fault);

	if (error)
		return error;
	if (server->service.argv == wirerootd_argv)
		error = start_wirerootd(server, fault);
	else
		error = service_start(&server->service, fault);
	return error ? error : server->probe(fault);
}

int server_stop(const char *name, struct fault *fault)
{
	const struct server *server = NULL;
	int error = find_server(name, &server, fault);

	return error ? error : service_stop(server->service.name, fault);
}
