// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making the connection to a lender anew; mend.h has the contract.
 *
 * A connection may be cut, or the lender's tgtd may end and start again, and the memory with all
 * pages is still there. There are only seconds, until the kernel fails what is asked of the disk
 * (REPLACEMENT_TIMEOUT_S in attach.c): so tries are short and follow one another.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../iscsi/chap.h"
#include "../iscsi/relogin.h"
#include "../iscsi/sysfs.h"
#include "attach.h"
#include "mend.h"

/* An answer comes at once or not at all; a SYN that got lost is sent again by the next try. */
#define TRY_US	   1000000ull
#define BETWEEN_MS 200

/* Blocked requests wait, and have not failed yet. */
static bool waits(uint32_t session)
{
	char directory[48], state[16];

	snprintf(directory, sizeof(directory), RELOGIN_SESSION, session);
	return sysfs_value(directory, "state", state, sizeof(state)) &&
	       strcmp(state, "FAILED") == 0;
}

static int prepare(struct relogin *relogin, struct fault *fault)
{
	int error = iscsi_kernel_open(&relogin->kernel, fault);

	if (error)
		return error;
	relogin->events = iscsi_kernel_listen(&relogin->kernel);
	relogin->random = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	if (relogin->events < 0)
		return fault_set(fault, relogin->events, "listen to the kernel's iSCSI initiator",
				 "iscsi_tcp", NULL);
	if (relogin->random < 0 || chdir("/sys") < 0)
		return fault_set(fault, errno, "open", "/dev/urandom, /sys", NULL);
	relogin->settings.algorithms = chap_algorithms();
	relogin->try_us = TRY_US;
	/* Memory that the kernel needs for it must not wait for what is swapped to that very disk.
	 */
	(void)prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
	return 0;
}

static int try_again(struct relogin *relogin_state, const struct grant *grant, struct fault *fault)
{
	char portal[24];
	int error = fault_set(fault, ENOTCONN, "log in to the lender again", grant->lender,
			      "the session is up, or its time is over");

	while (error && waits(grant->session)) {
		error = relogin(relogin_state, grant->session, portal, fault);
		if (error)
			(void)poll(NULL, 0, BETWEEN_MS);
	}
	return error;
}

int mend(const struct grant *grant, struct fault *fault)
{
	/* Not static: all that is gets locked in memory, and this is seldom needed. */
	struct relogin *relogin_state = calloc(1, sizeof(*relogin_state));
	uint8_t isid[6];
	int error;

	if (!relogin_state)
		return fault_set(fault, ENOMEM, "log in to the lender again", grant->lender, NULL);
	attach_isid(grant, isid);
	relogin_state->isid = isid;
	error = prepare(relogin_state, fault);
	if (!error)
		error = try_again(relogin_state, grant, fault);
	free(relogin_state);
	return error;
}
