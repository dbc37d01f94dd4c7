/* SPDX-License-Identifier: GPL-2.0-only */
/* Find a running lab by its directory, and do something inside it. */
#ifndef WIREROOT_LAB_ENTER_H
#define WIREROOT_LAB_ENTER_H

#include "initramfs/fault.h"

/*
 * The supervisor of the lab in @directory. *@process becomes its pidfd.
 * -ESRCH when no lab runs there.
 */
int lab_find(const char *directory, int *process, struct fault *fault);

/*
 * From now on this process is in the network of the lab in @directory, with all else as it was: it
 * can reach the lab's servers. 0 or -errno with @fault filled in.
 */
int lab_join_network(const char *directory, struct fault *fault);

/*
 * Run @inside(@argument) in a process within the lab's namespaces whose working directory is the
 * lab's. *@status is what @inside returned, 128 and the signal's number when it was killed.
 * The process is killed when the caller ends; what it left in the background is not.
 */
int lab_enter(const char *directory, int (*inside)(void *argument), void *argument, int *status,
	      struct fault *fault);

#endif
