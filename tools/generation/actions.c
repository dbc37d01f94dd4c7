// SPDX-License-Identifier: GPL-2.0-only
/* What has to be told to which service; see actions.h. */
#include "tools/generation/actions.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A unit of our own: the service is called as its file. */
#define UNIT NULL

struct rule {
	const char *pattern; /* of a file below servers/NAME/ */
	const char *service;
	enum action_kind kinds[CHANGE_KINDS]; /* when it is added, changed, removed */
};

#define ALWAYS(kind)                                                                               \
	{                                                                                          \
		kind, kind, kind                                                                   \
	}

/*
 * The rules, in the order in which services are told: systemd knows its units before they are
 * started, and what nodes mount is there before they are told to boot.
 */
static const struct rule rules[] = {
	{ "units/*", "systemd", ALWAYS(ACTION_RELOAD) },
	{ "tgt-service.conf", "systemd", ALWAYS(ACTION_RELOAD) },
	{ "exports", "exports", ALWAYS(ACTION_RELOAD) },
	{ "tgt.conf", "tgt", ALWAYS(ACTION_RELOAD) },
	{ "tgt-portals", "tgt", ALWAYS(ACTION_RELOAD) },
	{ "units/*", UNIT, { ACTION_START, ACTION_RESTART, ACTION_STOP } },
	{ "ganesha.conf", "wireroot-ganesha.service", ALWAYS(ACTION_RELOAD) },
	{ "lio.json", "wireroot-lio.service", ALWAYS(ACTION_RELOAD) },
	{ "dnsmasq.conf", "dnsmasq", ALWAYS(ACTION_RESTART) },
	{ "dhcp-hosts", "dnsmasq", ALWAYS(ACTION_RELOAD) },
	{ "hosts", "dnsmasq", ALWAYS(ACTION_RELOAD) },
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

/*
 * wirerootd keeps the tree open that `current` led to; whatever has changed, it must open the new
 * one. It comes last: a node that boots gets the new files when everything is there for them.
 */
static const char wirerootd[] = "wirerootd.service";

const char *action_kind_name(enum action_kind kind)
{
	static const char *const names[] = {
		[ACTION_NONE] = "none",	  [ACTION_RELOAD] = "reload", [ACTION_RESTART] = "restart",
		[ACTION_START] = "start", [ACTION_STOP] = "stop",
	};

	return names[kind];
}

const char *actions_server_path(const char *path, const char *server)
{
	static const char before[] = "servers/";
	size_t length = strlen(server);

	if (!length || strncmp(path, before, sizeof(before) - 1) != 0)
		return NULL;
	path += sizeof(before) - 1;
	return !strncmp(path, server, length) && path[length] == '/' ? path + length + 1 : NULL;
}

bool actions_server_boots(const struct manifest *manifest, const char *server)
{
	char path[NAME_MAX + 32];

	/* Each boot server has one, and nobody else. */
	snprintf(path, sizeof(path), "servers/%s/dnsmasq.conf", server);
	return *server && manifest_find(manifest, path);
}

/* The action is listed once for each service, with the gravest kind. */
static int add(struct actions *actions, enum action_kind kind, const char *service,
	       const char *path)
{
	struct action *more;

	for (size_t i = 0; i < actions->count; i++) {
		struct action *known = &actions->list[i];

		if (strcmp(known->service, service) != 0)
			continue;
		if (known->kind < kind)
			*known = (struct action){ kind, known->service, path };
		return 0;
	}
	more = reallocarray(actions->list, actions->count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	actions->list = more;
	more[actions->count++] = (struct action){ kind, service, path };
	return 0;
}

static int apply_rule(struct actions *actions, const struct rule *rule,
		      const struct difference *difference, const char *server)
{
	int error = 0;

	for (size_t i = 0; !error && i < difference->count; i++) {
		const struct change *change = &difference->changes[i];
		const char *path = actions_server_path(change_path(change), server);
		const char *service = rule->service;

		if (!path || fnmatch(rule->pattern, path, FNM_PATHNAME) != 0)
			continue;
		if (service == UNIT)
			service = strrchr(path, '/') + 1;
		error = add(actions, rule->kinds[change->kind], service, change_path(change));
	}
	return error;
}

/* What ends must do so while systemd still knows how. */
static void put_stops_first(struct actions *actions)
{
	size_t stops = 0;

	for (size_t i = 0; i < actions->count; i++) {
		struct action action = actions->list[i];

		if (action.kind != ACTION_STOP)
			continue;
		memmove(&actions->list[stops + 1], &actions->list[stops],
			(i - stops) * sizeof(action));
		actions->list[stops++] = action;
	}
}

int actions_find(struct actions *actions, const struct difference *difference, const char *server,
		 bool boots, struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && *server && i < RULE_COUNT; i++)
		error = apply_rule(actions, &rules[i], difference, server);
	if (!error && boots && difference->count)
		error = add(actions, ACTION_RELOAD, wirerootd, change_path(difference->changes));
	if (error)
		return fault_set(fault, error, "find the services that are concerned", server,
				 NULL);
	put_stops_first(actions);
	return 0;
}

void actions_free(struct actions *actions)
{
	free(actions->list);
	*actions = (struct actions){ 0 };
}
