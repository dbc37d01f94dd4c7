// SPDX-License-Identifier: GPL-2.0-only
/* A mode's operation in a process of its own; see job.h. */
#include "userspace/memory/borrow/job.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Returns twice, as fork(): 0 in the process of the job, whose end of the pipe is *@pipe. */
static int begin(struct job *job, int *pipe, struct fault *fault)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fault_set(fault, errno, "open a pipe", "", NULL);
	job->pid = fork();
	if (job->pid < 0) {
		close(ends[0]);
		close(ends[1]);
		job->pid = 0;
		return fault_set(fault, errno, "start a process", "", NULL);
	}
	if (job->pid) {
		close(ends[1]);
		job->pipe = ends[0];
		return 1;
	}
	close(ends[0]);
	*pipe = ends[1];
	/* A job's memory may come from what is swapped out for it. */
	(void)prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
	/* A lock is not inherited; signals for the borrower are not for what it has begun. */
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	(void)signal(SIGPIPE, SIG_DFL);
	return 0;
}

static void __attribute__((noreturn)) end(int pipe, const struct job_result *result)
{
	_Static_assert(sizeof(*result) <= PIPE_BUF, "the result must fit one atomic write");
	_exit(write(pipe, result, sizeof(*result)) != sizeof(*result));
}

int job_attach(struct job *job, const struct mode *mode, const struct borrow_options *options,
	       const struct grant *grant, struct fault *fault)
{
	struct job_result result = { .grant = *grant };
	int pipe = -1, side = begin(job, &pipe, fault);

	if (side)
		return side < 0 ? side : 0;
	if (mode->attach(options, &result.grant, &result.fault) == 0)
		result.fault.error = 0;
	end(pipe, &result);
}

int job_give_back(struct job *job, const struct mode *mode, const struct borrow_options *options,
		  const struct grant *grant, const struct give_back *how, struct fault *fault)
{
	struct job_result result = { .grant = *grant };
	int pipe = -1, side = begin(job, &pipe, fault);

	if (side)
		return side < 0 ? side : 0;
	if (mode->give_back(options, &result.grant, how, &result.fault) == 0)
		result.fault.error = 0;
	end(pipe, &result);
}

void job_finish(struct job *job, struct job_result *result)
{
	memset(result, 0, sizeof(*result));
	if (read(job->pipe, result, sizeof(*result)) != sizeof(*result))
		fault_set(&result->fault, ENOMEM, "attach or give back memory", "",
			  "the process that did it was killed: memory may be too short");
	close(job->pipe);
	while (waitpid(job->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*job = (struct job){ 0 };
}
