/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that a lab lives and dies with.
 *
 * It is PID 1 of a PID namespace and holds network, mount and host name namespaces of the lab's
 * own. When it ends, in whatever way, the kernel kills everything in the lab before its end is
 * reported, and bridges, taps and mounts vanish with their namespaces. It does as little as it can:
 * prepare the namespaces, reap, end when told. Servers and nodes are started by others that enter
 * the lab.
 *
 * It starts on a leash: until it is let go, it ends when its starter does. So a lab that is killed
 * while it starts leaves nothing, either.
 *
 * While it lives, it holds a POSIX record lock on DIR/lock; whose lock that is tells its pid.
 */
#ifndef WIREROOT_LAB_SUPERVISOR_H
#define WIREROOT_LAB_SUPERVISOR_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "tools/lab/network.h"

struct supervisor_options {
	const char *directory; /* the lab's, absolute, there */
	const struct lab_network *network;
	bool ends_with_caller; /* the kernel kills it when the calling thread ends */
	int tie; /* pidfd of a process whose end is the lab's, or -1 */
};

struct supervisor {
	int process; /* pidfd */
	int leash; /* writing end of a pipe, whose closing ends the lab */
};

/*
 * Start it. Returns once the namespaces, mounts and the network are ready. On failure nothing is
 * left.
 */
int supervisor_start(const struct supervisor_options *options, struct supervisor *supervisor,
		     struct fault *fault);

/* From now on it lives on when we end. */
void supervisor_let_go(struct supervisor *supervisor);

/* End the lab and wait until everything in it has ended. Closes nothing. */
int supervisor_end(int process, struct fault *fault);

#endif
