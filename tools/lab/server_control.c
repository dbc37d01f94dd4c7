// SPDX-License-Identifier: GPL-2.0-only
/* Acting on a lab's servers from outside of the lab; see server_control.h. */
#include "tools/lab/server_control.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/lab/enter.h"
#include "tools/lab/servers.h"

struct task {
	const char *server;
	bool restart;
	int story; /* the fault goes there, to the process that is not in the lab */
};

static int restart(const char *name, struct fault *fault)
{
	int error = server_stop(name, fault);

	return error && error != -ESRCH ? error : server_start(name, fault);
}

static int act_inside(void *argument)
{
	const struct task *task = argument;
	struct fault fault = { 0 };
	int error =
		task->restart ? restart(task->server, &fault) : server_reload(task->server, &fault);

	if (!error)
		fault = (struct fault){ 0 };
	return write(task->story, &fault, sizeof(fault)) != sizeof(fault);
}

static int act(const char *directory, struct task *task, struct fault *fault)
{
	char path[PATH_MAX];
	int story[2], status, error;

	if (!realpath(directory, path))
		return fault_set(fault, errno, "find the lab in", directory, NULL);
	if (pipe2(story, O_CLOEXEC) < 0)
		return fault_set(fault, errno, "enter the lab in", directory, NULL);
	task->story = story[1];
	error = lab_enter(path, act_inside, task, &status, fault);
	close(story[1]);
	if (!error && read(story[0], fault, sizeof(*fault)) != sizeof(*fault))
		fault_set(fault, ECHILD, "act on a server of the lab", task->server,
			  "what did it was killed");
	close(story[0]);
	return error ? error : -fault->error;
}

int lab_reload_server(const char *directory, const char *name, struct fault *fault)
{
	struct task task = { .server = name };

	return act(directory, &task, fault);
}

int lab_restart_server(const char *directory, const char *name, struct fault *fault)
{
	struct task task = { .server = name, .restart = true };

	return act(directory, &task, fault);
}
