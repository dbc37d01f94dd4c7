// SPDX-License-Identifier: GPL-2.0-only
/* Find and enter a running lab; see enter.h. */
#include "tools/lab/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lab/layout.h"
#include "userspace/lib/fs.h"

/* The process that holds the lock on DIR/lock, as our PID namespace numbers it; 0 when nobody does.
 */
static pid_t lock_holder(const char *lock)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(lock, O_RDWR | O_CLOEXEC);
	int result;

	if (fd < 0)
		return 0;
	result = fcntl(fd, F_GETLK, &whole);
	close(fd);
	return result == 0 && whole.l_type != F_UNLCK && whole.l_pid > 0 ? whole.l_pid : 0;
}

int lab_find(const char *directory, int *process, struct fault *fault)
{
	char *lock = fs_join(directory, LAB_LOCK);
	pid_t pid = lock ? lock_holder(lock) : 0;

	*process = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	/* Only now is the pid known to be the holder's and not another process's after it. */
	if (*process >= 0 && lock_holder(lock) != pid) {
		close(*process);
		*process = -1;
	}
	free(lock);
	if (*process < 0)
		return fault_set(fault, ESRCH, "find the lab in", directory,
				 "start it with `wireroot lab up`");
	return 0;
}

int lab_join_network(const char *directory, struct fault *fault)
{
	int process, error = lab_find(directory, &process, fault);

	if (error)
		return error;
	if (setns(process, CLONE_NEWNET) < 0)
		error = fault_set(fault, errno, "enter the lab in", directory,
				  errno == EPERM ? "run it as root" : NULL);
	close(process);
	return error;
}

static int join(int process, const char *directory, struct fault *fault)
{
	if (setns(process, CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWNS) < 0)
		return fault_set(fault, errno, "enter the lab in", directory, NULL);
	if (chdir(directory) < 0)
		return fault_set(fault, errno, "enter directory", directory, NULL);
	return 0;
}

static int run_inside(int process, const char *directory, int (*inside)(void *), void *argument)
{
	char line[FAULT_LINE_BYTES];
	struct fault fault = { 0 };
	int status;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (join(process, directory, &fault)) {
		fprintf(stderr, "wireroot: %s\n", fault_line(&fault, line));
		_exit(1);
	}
	close(process);
	status = inside(argument);
	fflush(NULL);
	_exit(status);
}

/* As system(3) does: keys that interrupt are for what runs inside, and we tell how it ended. */
static int wait_for(pid_t pid)
{
	int status = 0;

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lab_enter(const char *directory, int (*inside)(void *argument), void *argument, int *status,
	      struct fault *fault)
{
	int process, error;
	pid_t pid;

	error = lab_find(directory, &process, fault);
	if (error)
		return error;
	/* Only children are in the PID namespace then. */
	if (setns(process, CLONE_NEWPID) < 0) {
		error = fault_set(fault, errno, "enter the lab in", directory,
				  errno == EPERM ? "run it as root" : NULL);
		close(process);
		return error;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_inside(process, directory, inside, argument);
	error = errno;
	close(process);
	if (pid < 0)
		return fault_set(fault, error, "enter the lab in", directory, NULL);
	*status = wait_for(pid);
	return 0;
}
