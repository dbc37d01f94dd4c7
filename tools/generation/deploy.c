// SPDX-License-Identifier: GPL-2.0-only
/* From one generation in force to another; see deploy.h. */
#include "tools/generation/deploy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/generation/actions.h"
#include "tools/generation/checks.h"
#include "tools/generation/dropins.h"

/* The server whose files matter: which one this host is, or, when it is none any more, was. */
static const char *server_of(const struct manifest *old, const struct manifest *new)
{
	if (new->server &&*new->server)
		return new->server;
	return old->server ? old->server : "";
}

static int act(const struct deployment *deployment, const struct actions *actions, bool stops,
	       struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < actions->count; i++) {
		const struct action *action = &actions->list[i];

		if ((action->kind == ACTION_STOP) != stops ||
		    deployment->services.kind == SERVICES_NONE)
			continue;
		log_line(deployment->log, LOG_LEVEL_INFO, "%s: %s", action->service,
			 action_kind_name(action->kind));
		error = services_act(&deployment->services, action, fault);
	}
	return error;
}

/* Drop-ins and services; `current` leads to @new already. */
static int tell(const struct deployment *deployment, const struct manifest *old,
		const struct manifest *new, struct fault *fault)
{
	struct dropins dropins = { .etc = deployment->etc, .state = deployment->store->path };
	const char *server = server_of(old, new);
	bool boots = actions_server_boots(old, server) || actions_server_boots(new, server);
	struct difference difference = { 0 };
	struct actions actions = { 0 };
	int error = difference_find(&difference, old, new, fault);

	if (!error)
		error = actions_find(&actions, &difference, server, boots, fault);
	if (!error)
		error = act(deployment, &actions, true, fault);
	if (!error)
		error = dropins_update(&dropins, old, new, fault);
	if (!error)
		error = act(deployment, &actions, false, fault);
	actions_free(&actions);
	difference_free(&difference);
	return error;
}

/* @new was refused by a service: let everything be as it was. */
static void go_back(const struct deployment *deployment, const struct manifest *old,
		    const struct manifest *new)
{
	struct fault fault = { 0 };
	int error = store_switch(deployment->store, old->generation, &fault);

	if (!error)
		error = tell(deployment, new, old, &fault);
	if (error) {
		log_fault(deployment->log, &fault);
		log_line(deployment->log, LOG_LEVEL_ERROR,
			 "going back met with trouble, too: mend it, and `wireroot apply` again");
	}
}

static int finish(const struct deployment *deployment, const struct manifest *old,
		  const struct manifest *new, struct fault *fault)
{
	int error = tell(deployment, old, new, fault);
	struct fault ignored;

	if (error)
		go_back(deployment, old, new);
	/* A note that stays only makes the next one tell the services again. */
	store_end_switch(deployment->store, &ignored);
	return error;
}

int deploy_switch(const struct deployment *deployment, const struct manifest *old,
		  const struct manifest *new, struct fault *fault)
{
	struct store *store = deployment->store;
	int error = store_begin_switch(store, old->generation, new->generation, fault);
	struct fault ignored;

	if (error)
		return error;
	error = store_switch(store, new->generation, fault);
	if (!error)
		return finish(deployment, old, new, fault);
	/* It may have been the last step, of writing it to disk, that failed. */
	store_switch(store, old->generation, &ignored);
	store_end_switch(store, &ignored);
	return error;
}

/* An empty manifest for none, or for one that there is no more, or that cannot be read. */
static int read_or_empty(const struct store *store, unsigned int generation,
			 struct manifest *manifest, struct fault *fault)
{
	int error;

	*manifest = (struct manifest){ 0 };
	if (!generation)
		return 0;
	error = store_read_manifest(store, generation, manifest, fault);
	return error == -ENOENT || store_is_damaged(error) ? 0 : error;
}

/* @current is in force; @other was before it, or, when going back was cut off, after it. */
static int resume(const struct deployment *deployment, const struct manifest *other,
		  const struct manifest *current, bool can_go_back, struct fault *fault)
{
	struct fault ignored;
	int error;

	if (can_go_back)
		return finish(deployment, other, current, fault);
	error = tell(deployment, other, current, fault);
	store_end_switch(deployment->store, &ignored);
	return error;
}

int deploy_resume(const struct deployment *deployment, struct fault *fault)
{
	struct manifest from = { 0 }, to = { 0 };
	unsigned int numbers[2], current;
	bool forward;
	int error;

	if (!store_switching(deployment->store, &numbers[0], &numbers[1]))
		return 0;
	log_line(deployment->log, LOG_LEVEL_NOTICE,
		 "a switch from generation %u to %u was cut off; telling the services again",
		 numbers[0], numbers[1]);
	error = store_current(deployment->store, &current, fault);
	if (!error)
		error = read_or_empty(deployment->store, numbers[0], &from, fault);
	if (!error)
		error = read_or_empty(deployment->store, numbers[1], &to, fault);
	forward = current == numbers[1];
	/* A service that still refuses must not be in the way of a generation that mends it. */
	if (!error && resume(deployment, forward ? &from : &to, forward ? &to : &from,
			     forward && from.generation == numbers[0], fault))
		log_fault(deployment->log, fault);
	manifest_free(&from);
	manifest_free(&to);
	return error;
}

int deploy_refresh(const struct deployment *deployment, const struct manifest *current,
		   struct fault *fault)
{
	struct dropins dropins = { .etc = deployment->etc, .state = deployment->store->path };
	const struct manifest nothing = { 0 };
	struct fault ignored;
	int error;

	if (dropins_complete(&dropins, current))
		return 0;
	error = dropins_check(&dropins, current, fault);
	if (error)
		return error;
	log_line(deployment->log, LOG_LEVEL_NOTICE, "drop-ins are missing in %s; making them again",
		 deployment->etc);
	error = tell(deployment, &nothing, current, fault);
	if (error) /* so that the next one finds them missing, too */
		dropins_update(&dropins, current, &nothing, &ignored);
	return error;
}

int deploy_check(const struct deployment *deployment, const struct manifest *new,
		 struct fault *fault)
{
	struct dropins dropins = { .etc = deployment->etc, .state = deployment->store->path };

	return dropins_check(&dropins, new, fault);
}

int deploy_verify(const struct deployment *deployment, const struct manifest *old,
		  const struct manifest *new, const char *tree, struct fault *fault)
{
	struct checks checks = { .tree = tree,
				 .server = new->server ? new->server : "",
				 .foreign = deployment->services.kind != SERVICES_SYSTEMD,
				 .log = deployment->log };
	struct difference difference = { 0 };
	char *old_tree = NULL;
	int error;

	if (old->generation)
		old_tree = store_tree_path(deployment->store, old->generation);
	checks.old_tree = old_tree;
	error = difference_find(&difference, old, new, fault);
	if (!error)
		error = checks_run(&checks, &difference, fault);
	difference_free(&difference);
	free(old_tree);
	return error;
}
