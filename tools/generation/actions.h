/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be told to which service when files of a generation change. Pure.
 *
 * Only the files of the server that this host is have a say, and those that every server has.
 */
#ifndef WIREROOT_GENERATION_ACTIONS_H
#define WIREROOT_GENERATION_ACTIONS_H

#include "tools/generation/difference.h"

/* Of two that a service is in for, the later one counts. */
enum action_kind { ACTION_NONE, ACTION_RELOAD, ACTION_RESTART, ACTION_START, ACTION_STOP };

struct action {
	enum action_kind kind;
	/* "dnsmasq", "exports", …; of units of ours the file's name: "wireroot-lio.service" */
	const char *service;
	const char *path; /* of the first file that asks for it */
};

/* In the order in which they are to be done. Begin with { 0 }; points into the difference. */
struct actions {
	struct action *list;
	size_t count;
};

/*
 * What @difference asks for on the server called @server; "": none of the cluster's is this host,
 * which has no services then. @boots: it boots nodes, and so runs wirerootd. 0 or -ENOMEM with
 * @fault filled in.
 */
int actions_find(struct actions *actions, const struct difference *difference, const char *server,
		 bool boots, struct fault *fault);

/* Is @server one that boots nodes in the generation of @manifest? */
bool actions_server_boots(const struct manifest *manifest, const char *server);

/* "reload", "restart", "start", "stop" */
const char *action_kind_name(enum action_kind kind);

void actions_free(struct actions *actions);

/* The part of @path below servers/@server/, or NULL. */
const char *actions_server_path(const char *path, const char *server);

#endif
