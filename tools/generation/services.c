// SPDX-License-Identifier: GPL-2.0-only
/* Telling services that their files have changed; see services.h. */
#include "tools/generation/services.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lab/enter.h"
#include "tools/lab/server_control.h"
#include "userspace/lib/spawn.h"
#include "userspace/lib/text.h"

#define COMMANDS_MAX 2
#define WORDS_MAX    4
/* What a service last said has to fit into a fault's hint. */
#define LAST_LINES "--lines=3"

/* What does not go by `systemctl VERB UNIT`. */
struct special {
	const char *service;
	enum action_kind kind;
	const char *commands[COMMANDS_MAX][WORDS_MAX + 1];
};

static const struct special specials[] = {
	{ "systemd", ACTION_RELOAD, { { "systemctl", "daemon-reload" } } },
	/* exportfs alone would succeed while nobody serves. */
	{ "exports",
	  ACTION_RELOAD,
	  { { "systemctl", "start", "nfs-kernel-server.service" }, { "exportfs", "-ra" } } },
	/*
	 * tgt-admin --update ALL, and where portals are listed `wireroot target listen`. Nodes that
	 * have their disks open keep them: targets in use are left as they are.
	 */
	{ "tgt",
	  ACTION_RELOAD,
	  { { "systemctl", "start", "tgt.service" }, { "systemctl", "reload", "tgt.service" } } },
};

#define SPECIAL_COUNT (sizeof(specials) / sizeof(specials[0]))

bool services_known(const char *text)
{
	return !strcmp(text, "systemd") || !strcmp(text, "none") ||
	       (!strncmp(text, "lab:", 4) && text[4]);
}

int services_read(struct services *services, const char *text, struct fault *fault)
{
	if (!services_known(text))
		return fault_set(fault, EINVAL, "read --services", text,
				 "there are systemd, none and lab:DIR");
	if (!strcmp(text, "systemd"))
		services->kind = SERVICES_SYSTEMD;
	else if (!strcmp(text, "none"))
		services->kind = SERVICES_NONE;
	else
		*services = (struct services){ SERVICES_LAB, text + 4, services->log };
	/* Its wirerootd, which knows what nodes run, can be reached from there only. */
	if (services->kind == SERVICES_LAB)
		return lab_join_network(services->lab, fault);
	return 0;
}

/* Let @fault tell what @service itself said, rather than that it is to be looked up. */
static void add_story(const char *service, struct fault *fault)
{
	const char *const argv[] = { "journalctl", "--quiet", "--no-pager", "--output=cat",
				     LAST_LINES,   "--unit",  service,	    NULL };
	struct text story = { 0 };
	struct fault ignored;

	if (spawn_capture(argv, &story, &ignored) == 0 && story.length) {
		for (size_t i = 0; i < story.length; i++)
			if (story.data[i] == '\n')
				story.data[i] = i + 1 < story.length ? '|' : '\0';
		snprintf(fault->hint, sizeof(fault->hint), "%s", story.data);
	}
	text_free(&story);
}

/* How systemctl calls it. What is to reload but does not run yet is started. */
static const char *verb_of(enum action_kind kind)
{
	switch (kind) {
	case ACTION_RELOAD:
		return "reload-or-restart";
	case ACTION_RESTART:
		return "restart";
	case ACTION_START:
		return "enable";
	default:
		return "disable";
	}
}

static int systemctl(const struct action *action, struct fault *fault)
{
	bool for_good = action->kind == ACTION_START || action->kind == ACTION_STOP;
	const char *const argv[] = { "systemctl", verb_of(action->kind),
				     for_good ? "--now" : "--quiet", action->service, NULL };
	int error = spawn_quietly(argv, fault);

	if (error && error != -ENOENT)
		add_story(action->service, fault);
	return error;
}

/* systemctl knows no more than that a unit has failed. */
static int run_special(const char *const argv[], struct fault *fault)
{
	int error = spawn_quietly(argv, fault);

	if (error && error != -ENOENT && !strcmp(argv[0], "systemctl") && argv[2])
		add_story(argv[2], fault);
	return error;
}

static int act_by_systemd(const struct action *action, struct fault *fault)
{
	for (size_t i = 0; i < SPECIAL_COUNT; i++) {
		const struct special *special = &specials[i];
		int error = 0;

		if (strcmp(special->service, action->service) != 0 || special->kind != action->kind)
			continue;
		for (size_t c = 0; !error && c < COMMANDS_MAX && special->commands[c][0]; c++)
			error = run_special(special->commands[c], fault);
		return error;
	}
	return systemctl(action, fault);
}

/* The lab's own names for what it runs; NULL: that is not in a lab. */
static const char *name_in_lab(const char *service)
{
	static const struct {
		const char *service, *name;
	} names[] = {
		{ "dnsmasq", "dnsmasq" },
		{ "wirerootd.service", "wirerootd" },
		{ "wireroot-ganesha.service", "ganesha" },
		{ "tgt", "tgtd" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].service, service))
			return names[i].name;
	return NULL;
}

static int act_in_lab(const struct services *services, const struct action *action,
		      struct fault *fault)
{
	const char *name = name_in_lab(action->service);

	if (!name || action->kind == ACTION_STOP) {
		log_line(services->log, LOG_LEVEL_INFO, "%s %s: not in a lab",
			 action_kind_name(action->kind), action->service);
		return 0;
	}
	if (action->kind == ACTION_RELOAD)
		return lab_reload_server(services->lab, name, fault);
	return lab_restart_server(services->lab, name, fault);
}

int services_act(const struct services *services, const struct action *action, struct fault *fault)
{
	switch (services->kind) {
	case SERVICES_SYSTEMD:
		return act_by_systemd(action, fault);
	case SERVICES_LAB:
		return act_in_lab(services, action, fault);
	default:
		return 0;
	}
}
