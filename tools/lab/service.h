/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that run in the background of a lab: its servers and its nodes.
 *
 * To be called inside the lab. A program belongs to nobody but the lab's supervisor, which is PID 1
 * there. run/NAME.pid holds its pid (in the lab's PID namespace) from the start on; the supervisor
 * removes that file *before* it reaps the process, so a pid that is read there cannot have been
 * given to another process.
 */
#ifndef WIREROOT_LAB_SERVICE_H
#define WIREROOT_LAB_SERVICE_H

#include <stdbool.h>
#include <sys/types.h>

#include "initramfs/fault.h"

/*
 * How a program tells that it is ready. None goes to the background itself: which process is the
 * one that is left would have to be guessed.
 */
enum service_readiness {
	SERVICE_RUNS, /* it is asked by whoever started it */
	SERVICE_LOGS, /* a line in its log matches ready_line */
	SERVICE_NOTIFIES, /* READY=1 to $NOTIFY_SOCKET, see sd_notify(3) */
};

struct service {
	const char *name;
	const char *const *argv;
	enum service_readiness readiness;
	const char *ready_line; /* regular expression for SERVICE_LOGS */
};

/*
 * Start it with output and errors appended to NAME.log and wait until it is ready; of one that
 * SERVICE_RUNS, until it is there. It ends with the lab, not with the caller. -EALREADY when it
 * runs; on other failures it does not run.
 */
int service_start(const struct service *service, struct fault *fault);

/*
 * For whoever asked one that SERVICE_RUNS and found it gone: the fault, with its last words, which
 * are looked for from byte @from of its log on: what service_log_bytes() said before it started.
 */
int service_has_ended(const char *name, off_t from, struct fault *fault);
off_t service_log_bytes(const char *name);

/* End it: SIGTERM, and SIGKILL when that takes more than some seconds. -ESRCH: it does not run. */
int service_stop(const char *name, struct fault *fault);

/* Its pid as seen in the lab, or 0. */
pid_t service_pid(const char *name);

/* A pidfd of it, or -1. */
int service_open(const char *name);

/* Before @pid is reaped: take away the pid file that holds it. The program's name goes to @name. */
bool service_forget(pid_t pid, char *name, size_t size);

#endif
