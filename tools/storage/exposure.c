// SPDX-License-Identifier: GPL-2.0-only
/* Volumes as iSCSI targets of this server; see exposure.h. */
#include "tools/storage/exposure.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/generate/node_offer.h"
#include "tools/generate/node_words.h"
#include "tools/lab/enter.h"
#include "tools/storage/presence.h"
#include "tools/target/target.h"
#include "userspace/lib/fs.h"

#define TGT_SOCKET   "/run/tgtd/socket.0"
#define LIO_CONFIGFS "/sys/kernel/config/target/iscsi"

/* What is to be done for one node, and what came of it. In a lab, in a process within it. */
struct task {
	const struct exposure *exposure;
	const struct cluster_node *node;
	const struct target_offer *offer; /* NULL: withdraw */
	const char *name; /* of the target */
	int story; /* where the outcome goes */
};

struct outcome {
	bool runs; /* the target daemon */
	struct fault fault;
};

static bool tgt_runs(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = TGT_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool runs;

	if (fd < 0)
		return false;
	runs = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return runs;
}

/* A lab has tgt in the place of LIO, which serves the machine and not a lab. */
static bool has_lio(const struct task *task)
{
	return task->node->iscsi->lio && task->exposure->services.kind != SERVICES_LAB;
}

/* Whoever is logged in to the target is off, as far as the network can tell. */
static bool is_dead(const struct target_server *server, const char *name)
{
	struct target_list list = { 0 };
	struct fault ignored;
	bool told = target_list(server, &list, &ignored) == 0;
	bool dead = false; /* without a session, too: somebody else may be about to log in */

	for (size_t i = 0; told && i < list.session_count; i++) {
		if (strcmp(list.sessions[i].target, name) != 0)
			continue;
		dead = presence_is_gone(list.sessions[i].address);
		if (!dead)
			break;
	}
	target_list_free(&list);
	return dead;
}

/*
 * A node that was switched off leaves its session behind: root disks are not logged out of. One
 * whose cable was pulled does the same, waits, and goes on writing: a person has to say which.
 */
static int withdraw(const struct target_server *server, const struct task *task,
		    struct fault *fault)
{
	int error = target_withdraw(server, task->name, fault);

	if (error != -EBUSY || !is_dead(server, task->name))
		return error;
	if (!task->exposure->switched_off)
		return fault_set(fault, EBUSY, "withdraw target", task->name,
				 "its node is logged in, but does not answer; if it is off, and "
				 "not just cut off, say --switched-off");
	*fault = (struct fault){ 0 };
	return server->operations->drop(server, task->name, fault);
}

static void act(const struct task *task, struct outcome *outcome)
{
	bool lio = has_lio(task);
	struct target_server server = { .operations = lio ? &target_lio : &target_tgt };

	*outcome = (struct outcome){ .runs = lio ? fs_is_directory(LIO_CONFIGFS) : tgt_runs() };
	if (!outcome->runs)
		return;
	if (task->offer)
		target_offer(&server, task->offer, &outcome->fault);
	else
		withdraw(&server, task, &outcome->fault);
}

static int act_inside(void *argument)
{
	const struct task *task = argument;
	struct outcome outcome;

	act(task, &outcome);
	return write(task->story, &outcome, sizeof(outcome)) != sizeof(outcome);
}

static int act_in_lab(struct task *task, struct outcome *outcome, struct fault *fault)
{
	const char *lab = task->exposure->services.lab;
	char path[PATH_MAX];
	int story[2], status, error;

	if (!realpath(lab, path))
		return fault_set(fault, errno, "find the lab in", lab, NULL);
	if (pipe(story) < 0)
		return fault_set(fault, errno, "enter the lab in", lab, NULL);
	task->story = story[1];
	error = lab_enter(path, act_inside, task, &status, fault);
	close(story[1]);
	if (!error && read(story[0], outcome, sizeof(*outcome)) != sizeof(*outcome))
		error = fault_set(fault, ECHILD, "act on a target of the lab", task->name, NULL);
	close(story[0]);
	return error;
}

static int run(struct task *task, bool *runs, struct fault *fault)
{
	struct outcome outcome = { 0 };
	int error = 0;

	*runs = false;
	if (task->exposure->services.kind == SERVICES_NONE)
		return 0;
	if (task->exposure->services.kind == SERVICES_LAB)
		error = act_in_lab(task, &outcome, fault);
	else
		act(task, &outcome);
	if (error)
		return error;
	*runs = outcome.runs;
	if (outcome.fault.error)
		*fault = outcome.fault;
	return -outcome.fault.error;
}

static int find_secrets(struct exposure *exposure, const char *state, struct fault *fault)
{
	int error = exposure->has_secrets ? 0 : secrets_make(state, exposure->cluster, fault);

	if (!error && !exposure->has_secrets)
		error = secrets_load(&exposure->secrets, state, exposure->cluster, fault);
	exposure->has_secrets |= !error;
	return error;
}

int exposure_offer(struct exposure *exposure, const char *state, const struct cluster_node *node,
		   bool *offered, struct fault *fault)
{
	struct task task = { .exposure = exposure, .node = node };
	struct node_offer offer;
	int error;

	*offered = false;
	if (exposure->services.kind == SERVICES_NONE)
		return 0;
	error = find_secrets(exposure, state, fault);
	if (!error)
		error = node_offer(exposure->cluster, &exposure->secrets, node, &offer, fault);
	if (error)
		return error;
	task.offer = &offer.offer;
	task.name = offer.name;
	return run(&task, offered, fault);
}

int exposure_withdraw(const struct exposure *exposure, const struct cluster_node *node,
		      enum exposure_state *state, struct fault *fault)
{
	struct task task = { .exposure = exposure, .node = node };
	char name[TARGET_NAME_BYTES];
	bool runs = false;
	int error;

	node_target_name(exposure->cluster, node, name);
	task.name = name;
	error = run(&task, &runs, fault);
	*state = error == -EBUSY ? EXPOSURE_IN_USE : runs ? EXPOSURE_FREE : EXPOSURE_UNKNOWN;
	return error;
}

void exposure_free(struct exposure *exposure)
{
	secrets_free(&exposure->secrets);
}
