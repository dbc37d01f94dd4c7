// SPDX-License-Identifier: GPL-2.0-only
/* The signals of a program that goes on until it is told to end; see signals.h. */
#include "userspace/lib/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

int signals_open(bool reload, struct fault *fault)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (reload)
		sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return fault_set(fault, errno, "block signals", "", NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return fd < 0 ? fault_set(fault, errno, "watch for signals", "", NULL) : fd;
}
