/* SPDX-License-Identifier: GPL-2.0-only */
/* Wait for a line in a file that another process is writing: a console, a server's log. */
#ifndef WIREROOT_LAB_FOLLOW_H
#define WIREROOT_LAB_FOLLOW_H

#include <sys/types.h>

#include "initramfs/fault.h"

struct follow {
	const char *path; /* need not be there yet; its directory must */
	off_t from; /* where to begin in the file */
	const char *pattern; /* POSIX extended regular expression, matched line by line */
	int process; /* pidfd of the writer, or -1: its end ends the waiting, too */
	int timeout_ms;
};

/*
 * Returns 0 once a line matches (the last one need not be complete: prompts have no newline).
 * -ETIMEDOUT, -ESRCH when the writer ended without a match, -EINVAL for a bad pattern.
 * NULs and carriage returns in the file are passed over.
 */
int follow_until(const struct follow *follow, struct fault *fault);

#endif
