/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mode's operation, in a process of its own, so that the borrower stays awake meanwhile.
 */
#ifndef WIREROOT_BORROW_JOB_H
#define WIREROOT_BORROW_JOB_H

#include <sys/types.h>

#include "userspace/memory/borrow/modes.h"

struct job {
	pid_t pid; /* 0: none */
	int pipe; /* readable when it has ended */
};

/* What it came to; goes through the pipe whole. */
struct job_result {
	struct fault fault; /* ->error is 0 for success */
	struct grant grant; /* attached */
};

int job_attach(struct job *job, const struct mode *mode, const struct borrow_options *options,
	       const struct grant *grant, struct fault *fault);
int job_give_back(struct job *job, const struct mode *mode, const struct borrow_options *options,
		  const struct grant *grant, const struct give_back *how, struct fault *fault);

/* The pipe is readable: take the result and reap the process. */
void job_finish(struct job *job, struct job_result *result);

#endif
