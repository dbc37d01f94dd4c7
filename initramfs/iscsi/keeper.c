// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keeper of the root's iSCSI sessions; keeper.h has the contract.
 *
 * It sleeps until the kernel tells of a broken connection. iscsid comes first: as long as it is
 * there, whatever it does, the keeper only looks whether the session is back. It stays for the
 * whole life of the node, since an iscsid that ends while the root does not answer cannot be
 * started from that root. A session is left when it is no more, and with the last one the keeper
 * ends.
 *
 * systemd ends no process whose name begins with '@' when it shuts down, and at its start takes
 * what it finds as it is. What the keeper has of the node is its working directory, sysfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../backoff.h"
#include "../root.h"
#include "../sys.h"
#include "../value.h"
#include "keeper.h"
#include "sysfs.h"

#define NAME "@wireroot-keeper"
/* DefaultTime2Wait as our login offers it: no new login before (RFC 7143 section 13.15). */
#define FIRST_TRY_US 2000000ull
/* Tries come ever more seldom, up to this one of backoff_delay_ms(): 8 s. */
#define SLOWEST_TRY 3
/* How often to look whether iscsid has brought a session back, or is gone. */
#define ISCSID_US 1000000ull
/* Sessions that iscsid has stopped to log in anew, and then ended, are in no event. */
#define LOOK_US 10000000ull
/* For a try with all portals together; each has less for itself. */
#define TRY_US 30000000ull
/* More descriptors than wireroot-iscsi has open. */
#define DESCRIPTORS 32

struct kept {
	uint32_t id;
	bool broken;
	unsigned int tries;
	uint64_t broken_us;
	uint64_t next_us; /* when to look, or to try */
};

struct keeper {
	struct kept sessions[ISCSI_TARGETS_MAX];
	unsigned int count;
	int log; /* the kernel's */
	struct relogin relogin;
};

/* To the kernel's log: nothing else is there for sure in the second stage. */
static void say(const struct keeper *keeper, const char *format, ...)
{
	const char warning[] = "<4>wireroot: ";
	char line[FAULT_LINE_BYTES + 128];
	va_list arguments;
	int length;

	strcpy(line, warning);
	va_start(arguments, format);
	length = vsnprintf(line + strlen(warning), sizeof(line) - strlen(warning), format,
			   arguments);
	va_end(arguments);
	if (length > 0)
		(void)write_all(keeper->log, line, strlen(line));
}

/* --- one session --------------------------------------------------------------------------------
 */

enum session_state {
	SESSION_GONE,
	SESSION_UP,
	SESSION_DOWN,
};

static enum session_state look(const struct kept *kept)
{
	char directory[48], state[16];

	snprintf(directory, sizeof(directory), RELOGIN_SESSION, kept->id);
	if (!sysfs_value(directory, "state", state, sizeof(state)))
		return SESSION_GONE;
	return strcmp(state, "LOGGED_IN") == 0 ? SESSION_UP : SESSION_DOWN;
}

static void note_broken(struct keeper *keeper, struct kept *kept)
{
	if (kept->broken)
		return;
	kept->broken = true;
	kept->tries = 0;
	kept->broken_us = monotonic_us();
	kept->next_us = kept->broken_us + FIRST_TRY_US;
	if (!relogin_is_iscsids())
		say(keeper, "iSCSI session %u: the connection is broken; logging in again",
		    kept->id);
}

static void note_back(struct kept *kept)
{
	kept->broken = false;
	kept->next_us = monotonic_us() + LOOK_US;
}

/* The first failure is told of, then those that come after twice as many, as the cause may change.
 */
static void note_failure(struct keeper *keeper, struct kept *kept, const struct fault *fault)
{
	unsigned int attempt = kept->tries < SLOWEST_TRY ? kept->tries : SLOWEST_TRY;
	char line[FAULT_LINE_BYTES];

	kept->next_us = monotonic_us() + backoff_delay_ms(attempt, random_word()) * 1000ull;
	kept->tries++;
	if ((kept->tries & (kept->tries - 1)) == 0)
		say(keeper, "iSCSI session %u: %s", kept->id, fault_line(fault, line));
}

static void mend(struct keeper *keeper, struct kept *kept)
{
	struct fault fault = { 0 };
	char portal[24];
	int error;

	if (relogin_is_iscsids()) {
		kept->next_us = monotonic_us() + ISCSID_US;
		return;
	}
	error = relogin(&keeper->relogin, kept->id, portal, &fault);
	if (error == -EBUSY) {
		kept->next_us = monotonic_us() + ISCSID_US;
	} else if (error) {
		note_failure(keeper, kept, &fault);
	} else {
		say(keeper, "iSCSI session %u: logged in again at %s after %u s", kept->id, portal,
		    (unsigned int)((monotonic_us() - kept->broken_us) / 1000000));
		note_back(kept);
	}
	/* Events of others may have come meanwhile. */
	for (unsigned int i = 0; i < keeper->count; i++)
		if (!keeper->sessions[i].broken)
			keeper->sessions[i].next_us = monotonic_us() + ISCSID_US;
}

/* Returns false when the session is no more. */
static bool look_after(struct keeper *keeper, struct kept *kept)
{
	switch (look(kept)) {
	case SESSION_GONE:
		return false;
	case SESSION_UP:
		note_back(kept);
		break;
	case SESSION_DOWN:
		if (kept->broken)
			mend(keeper, kept);
		else
			note_broken(keeper, kept);
	}
	return true;
}

/* --- all of them --------------------------------------------------------------------------------
 */

static void take_events(struct keeper *keeper)
{
	struct relogin *relogin = &keeper->relogin;
	struct iscsi_event *event = &relogin->event;
	int got;

	while ((got = iscsi_kernel_event(relogin->events, event)) > 0)
		for (unsigned int i = 0; i < keeper->count; i++)
			if (event->type == ISCSI_EVENT_BROKEN &&
			    event->session == keeper->sessions[i].id)
				note_broken(keeper, &keeper->sessions[i]);
	/* Some were lost: look at all. */
	for (unsigned int i = 0; got < 0 && i < keeper->count; i++)
		if (!keeper->sessions[i].broken)
			keeper->sessions[i].next_us = 0;
}

static void wait(const struct keeper *keeper)
{
	struct pollfd fd = { keeper->relogin.events, POLLIN, 0 };
	uint64_t now_us = monotonic_us(), next_us = UINT64_MAX;

	for (unsigned int i = 0; i < keeper->count; i++)
		if (keeper->sessions[i].next_us < next_us)
			next_us = keeper->sessions[i].next_us;
	if (next_us > now_us)
		(void)poll(&fd, 1, (int)((next_us - now_us + 999) / 1000));
}

static void keep(struct keeper *keeper)
{
	while (keeper->count) {
		wait(keeper);
		take_events(keeper);
		for (unsigned int i = 0; i < keeper->count;) {
			struct kept *kept = &keeper->sessions[i];

			if (monotonic_us() >= kept->next_us && !look_after(keeper, kept))
				*kept = keeper->sessions[--keeper->count];
			else
				i++;
		}
	}
}

/* --- beginning ----------------------------------------------------------------------------------
 */

/* All that has a path now and will have none, or another, in the second stage. */
static int prepare(struct keeper *keeper)
{
	struct relogin *relogin = &keeper->relogin;
	struct keeper_request request;
	struct fault fault;

	if (read(STDIN_FILENO, &request, sizeof(request)) != sizeof(request))
		return -EINVAL;
	relogin->settings = request.settings;
	relogin->try_us = TRY_US;
	keeper->count = request.session_count;
	for (unsigned int i = 0; i < keeper->count; i++)
		keeper->sessions[i] = (struct kept){ .id = request.sessions[i] };
	(void)file_write("/proc/self/oom_score_adj", "-1000");
	keeper->log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	relogin->random = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	if (keeper->log < 0 || relogin->random < 0 || chdir("/sys") < 0)
		return -errno;
	if (iscsi_kernel_open(&relogin->kernel, &fault) < 0)
		return -fault.error;
	relogin->events = iscsi_kernel_listen(&relogin->kernel);
	return relogin->events < 0 ? relogin->events : 0;
}

/*
 * Nothing that is needed to bring a disk back may wait for a disk: neither pages of this program,
 * nor the memory that the kernel gives it, for which others' pages may have to be written.
 */
static void settle(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)write_all(STDOUT_FILENO, "", 1); /* ready */
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	(void)prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
}

int keeper_main(void)
{
	static struct keeper keeper; /* static only for its size */

	if (prepare(&keeper) < 0)
		return 1;
	settle();
	keep(&keeper);
	return 0;
}

/* In a session of its own: what ends the attempt, with all that it started, is not meant for it. */
static void become_keeper(int request, int ready)
{
	setsid();
	if (dup2(request, STDIN_FILENO) < 0 || dup2(ready, STDOUT_FILENO) < 0)
		_exit(1);
	for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS; fd++)
		close(fd);
	execl(ROOT_ISCSI, NAME, KEEPER_ARGUMENT, NULL);
	_exit(1);
}

int keeper_start(const struct keeper_request *request, struct fault *fault)
{
	int in[2], ready[2];
	pid_t pid;
	char byte;

	_Static_assert(sizeof(*request) <= 65536, "the request must fit a pipe");
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(ready, O_CLOEXEC) < 0)
		return fault_set(fault, errno, "open a pipe", "", NULL);
	pid = fork();
	if (pid == 0)
		become_keeper(in[0], ready[1]);
	close(ready[1]);
	if (pid < 0 || write_all(in[1], request, sizeof(*request)) < 0 ||
	    read(ready[0], &byte, 1) != 1)
		fault_set(fault, pid < 0 ? errno : EIO, "start the keeper of the root's sessions",
			  ROOT_ISCSI, NULL);
	close(ready[0]);
	close(in[0]);
	close(in[1]);
	return -fault->error;
}
