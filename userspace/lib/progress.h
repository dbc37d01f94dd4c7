/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far long work has come, told on standard error.
 *
 * On a terminal there is one line with a bar, drawn anew at most ten times a second; elsewhere
 * there is a line when a step begins and one for each quarter of it, so that a log tells as much as
 * it needs to. Begin with progress_begin(). Every function takes NULL and then does nothing.
 */
#ifndef WIREROOT_PROGRESS_H
#define WIREROOT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* stands before each line: "image debian12" */
	char step[80]; /* what is being done now */
	uint64_t done, total; /* of the step, in any unit; total 0: nobody knows */
	bool terminal;
	bool drawn; /* the terminal's line is ours */
	unsigned int quarter; /* the last that was told */
	int64_t next_ms; /* draw no earlier, on the monotonic clock */
};

/* @what must stay; on a terminal or not is found out. */
void progress_begin(struct progress *progress, const char *what);

/* A step begins, of @total units. */
void progress_step(struct progress *progress, const char *step, uint64_t total);

/* @done units of the step are done. */
void progress_set(struct progress *progress, uint64_t done);

/* What comes next on standard error is a line of its own. To be called before faults are printed
 * and at the end. */
void progress_end(struct progress *progress);

#endif
