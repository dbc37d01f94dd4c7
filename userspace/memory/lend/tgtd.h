/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tgtd of the lender's own, beside whatever other tgtd this host has: with its own control port,
 * its own iSCSI port, in a control group that is not swapped.
 *
 * It outlives the lender: borrowers must not lose their memory because the lender has crashed or is
 * being replaced. So it is no member of the lender's session or control group, and the next lender
 * finds it by a file that names it and the moment of its start.
 */
#ifndef WIREROOT_LEND_TGTD_H
#define WIREROOT_LEND_TGTD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "initramfs/fault.h"
#include "tools/target/target.h"
#include "userspace/lib/log.h"

/* As tgtd -C has it: this host's other one has 0. */
#define TGTD_CONTROL_PORT 3261

struct tgtd {
	const char *pid_file;
	uint32_t address; /* that it listens at, host byte order; 0: all */
	uint16_t port;
	unsigned int control_port;
	const struct log *log;
	int pidfd; /* readable when it has ended; -1: it does not run */
	bool resident; /* it cannot be swapped out, nor what it writes to tmpfs */
};

/* "PID START", START as in /proc/PID/stat. Pure. */
bool tgtd_read_pid(const char *text, pid_t *pid, uint64_t *start);

/* The 22nd field of /proc/PID/stat, whatever the program's name has in it. Pure. */
bool tgtd_read_start(const char *stat, uint64_t *start);

/* Find the one of an earlier life; else ->pidfd stays -1. */
void tgtd_find(struct tgtd *tgtd);

/* Start it and wait until it answers. 0, or -errno with @fault. */
int tgtd_start(struct tgtd *tgtd, struct fault *fault);

/* ->pidfd is readable: it has ended. How is told to the log. */
void tgtd_ended(struct tgtd *tgtd);

/* End it, and wait for that. It must have no targets. */
void tgtd_stop(struct tgtd *tgtd);

/* Forget it without ending it. */
void tgtd_leave(struct tgtd *tgtd);

#endif
