/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The servers of a lab: which there are, how each is configured, started and asked whether it
 * answers.
 *
 * Configuration files are written once, before the lab starts, at the top of its directory; they
 * may be changed by hand before a server is started again.
 */
#ifndef WIREROOT_LAB_SERVERS_H
#define WIREROOT_LAB_SERVERS_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"
#include "tools/lab/network.h"

#define SERVERS_EXPORTS_MAX 16

/* A directory that Ganesha exports. */
struct lab_export {
	const char *name; /* the path that clients mount: "/srv/root" */
	const char *directory; /* absolute, on this machine */
	bool read_only;
	bool squash; /* root becomes nobody */
	bool refused; /* for no client's eyes: mounting it is answered with an error */
};

/* Protocol versions that Ganesha speaks; NFSv4's are minor versions. */
struct nfs_versions {
	bool v3;
	bool v4[3]; /* 4.0, 4.1, 4.2 */
};

/* Of a cluster, its generation says what is exported and how; ->nfs and ->exports are not used. */
struct server_options {
	const char *directory; /* the lab's, absolute */
	struct lab_network network;
	struct nfs_versions nfs;
	struct lab_export exports[SERVERS_EXPORTS_MAX];
	size_t export_count;
	const char *dnsmasq_file; /* lines for the end of its configuration, or NULL */
	const char *ganesha_file; /* the same for Ganesha, or NULL */
};

/* Write the configuration files and fill the TFTP directory. Before the lab is up. */
int servers_write(const struct server_options *options, struct fault *fault);

/* The name of the server at @index, in the order in which they start; NULL behind the last. */
const char *server_name(size_t index);

/* Does the lab's network want that server? Of a cluster's, some have other machines. */
bool server_is_needed(size_t index, const struct lab_network *network);

/* Start a server and wait until it has answered a question. Inside the lab. */
int server_start(const char *name, struct fault *fault);

/* Inside the lab. -ENOENT when there is no such server. */
int server_stop(const char *name, struct fault *fault);

/* Let it read its configuration again (SIGHUP), as far as it does that. Inside the lab; as above.
 */
int server_reload(const char *name, struct fault *fault);

#endif
