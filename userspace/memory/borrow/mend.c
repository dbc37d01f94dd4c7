// SPDX-License-Identifier: GPL-2.0-only
/*
 * Logging in to a lender again whose connection broke, by wireroot-swap in a process of its own.
 *
 * It is begun when the session is seen to be down, and ends by itself: when the session is up, or
 * when its time for coming back is over. Nobody waits for it: that the lender is back, or gone,
 * shows in the session.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/memory/borrow/borrower.h"

static void __attribute__((noreturn)) become(const char *program, int input)
{
	(void)signal(SIGPIPE, SIG_DFL);
	if (dup2(input, STDIN_FILENO) >= 0)
		execl(program, program, "mend", "-", (char *)NULL);
	_exit(127);
}

void mend_begin(struct borrower *borrower, struct loan *loan)
{
	char text[GRANT_TEXT_BYTES];
	size_t length;
	int input[2];

	if (loan->mender)
		return;
	if (pipe2(input, O_CLOEXEC) < 0) {
		log_line(borrower->log, LOG_LEVEL_WARNING, "%s: open a pipe: %s", loan->grant.id,
			 strerror(errno));
		return;
	}
	/* The notes of it may be in the very swap that cannot be read now; a pipe holds more. */
	length = grant_format(&loan->grant, text);
	(void)!write(input[1], text, length);
	explicit_bzero(text, sizeof(text));
	loan->mender = fork();
	if (loan->mender == 0)
		become(borrower->options->program, input[0]);
	if (loan->mender < 0) {
		log_line(borrower->log, LOG_LEVEL_WARNING, "%s: start a process: %s",
			 loan->grant.id, strerror(errno));
		loan->mender = 0;
	}
	close(input[0]);
	close(input[1]);
}

void mend_look(struct loan *loan)
{
	if (loan->mender && waitpid(loan->mender, NULL, WNOHANG) != 0)
		loan->mender = 0;
}
