// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of LVM; see lvm_run.h.
 *
 * A request is one packet, the command as a line, with our claims as its ancillary data; the answer
 * is lvm2_run()'s number, which comes when all that the command printed is in the pipes.
 */
#include "tools/storage/lvm_run.h"

#include <errno.h>
#include <fcntl.h>
#include <lvm2cmd.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/storage/claim.h"
#include "tools/storage/lvm_line.h"

#define OUTPUT_BYTES_MAX (64u << 20)
#define ERRORS_BYTES_MAX (16u << 10)
#define PIPE_BYTES	 (1 << 20) /* pipe(7): the most that may be asked for */

/* --- LVM's process ------------------------------------------------------------------------------
 */

#define CHANNEL 3 /* in LVM's process */

/* One request, without the claims that come with it: they are held by @claims until it is done. */
static ssize_t receive(char line[static LVM_LINE_BYTES_MAX], int claims[static CLAIMS_MAX],
		       size_t *claim_count)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(CLAIMS_MAX * sizeof(int))];
	} control;
	struct iovec vector = { line, LVM_LINE_BYTES_MAX - 1 };
	struct msghdr message = { .msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	ssize_t length = recvmsg(CHANNEL, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	*claim_count = 0;
	if (header && header->cmsg_type == SCM_RIGHTS) {
		*claim_count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(claims, CMSG_DATA(header), *claim_count * sizeof(int));
	}
	if (length > 0)
		line[length] = '\0';
	return length;
}

static _Noreturn void serve(void)
{
	void *lvm = lvm2_init();
	char line[LVM_LINE_BYTES_MAX];
	int claims[CLAIMS_MAX];
	size_t count;

	while (receive(line, claims, &count) > 0) {
		int result = lvm ? lvm2_run(lvm, line) : LVM2_INIT_FAILED;

		fflush(stdout);
		fflush(stderr);
		while (count > 0)
			close(claims[--count]);
		if (send(CHANNEL, &result, sizeof(result), MSG_NOSIGNAL) < 0)
			break;
	}
	if (lvm)
		lvm2_exit(lvm);
	_exit(0);
}

/* Nothing of what we have open stays open there: a lock that we let go of is to be gone. */
static _Noreturn void become_lvm(int channel, int output, int errors)
{
	int nothing = open("/dev/null", O_RDONLY);
	sigset_t none;

	/* Above what is put in place here. */
	channel = fcntl(channel, F_DUPFD, CHANNEL + 1);
	output = fcntl(output, F_DUPFD, CHANNEL + 1);
	errors = fcntl(errors, F_DUPFD, CHANNEL + 1);
	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0 ||
	    dup2(channel, CHANNEL) < 0 || close_range(CHANNEL + 1, ~0u, 0) < 0)
		_exit(1);
	fcntl(CHANNEL, F_SETFD, FD_CLOEXEC);
	/* Nobody may be there to read, or may want to unmount where we were called; and what ends a
	 * command at its terminal is not to end LVM in the middle of a change. */
	signal(SIGPIPE, SIG_IGN);
	if (chdir("/") < 0 || setpgid(0, 0) < 0)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	serve();
}

/* --- our side -----------------------------------------------------------------------------------
 */

struct service {
	pid_t pid; /* 0 when there is none */
	int channel, output, errors;
};

static struct service service = { 0, -1, -1, -1 };

static void close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Forget the process, which has ended, or ends since its channel is closed. Returns its status. */
static int leave(void)
{
	int fds[] = { service.channel, service.output, service.errors }, status = 0;

	close_all(fds, 3);
	while (waitpid(service.pid, &status, 0) < 0 && errno == EINTR)
		;
	service = (struct service){ 0, -1, -1, -1 };
	return status;
}

static int start(struct fault *fault)
{
	/* The channel's two ends, the pipe for the output's and that for the errors': ours first.
	 */
	int fds[6] = { -1, -1, -1, -1, -1, -1 };
	int error = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0 ||
	    pipe2(fds + 2, O_CLOEXEC) < 0 || pipe2(fds + 4, O_CLOEXEC) < 0)
		error = errno;
	fflush(NULL);
	if (!error) {
		service.pid = fork();
		error = service.pid < 0 ? errno : 0;
	}
	if (error) {
		service.pid = 0;
		close_all(fds, 6);
		return fault_set(fault, error, "start LVM", "a process", NULL);
	}
	if (service.pid == 0)
		become_lvm(fds[1], fds[3], fds[5]);
	close_all((int[]){ fds[1], fds[3], fds[5] }, 3);
	service.channel = fds[0];
	service.output = fds[2];
	service.errors = fds[4];
	/* Of a command that is only begun, nobody reads what it says until it is waited for. */
	fcntl(service.output, F_SETPIPE_SZ, PIPE_BYTES);
	fcntl(service.errors, F_SETPIPE_SZ, PIPE_BYTES);
	fcntl(service.output, F_SETFL, O_NONBLOCK);
	fcntl(service.errors, F_SETFL, O_NONBLOCK);
	return 0;
}

static bool request(const struct text *line)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(CLAIMS_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec vector = { line->data, line->length };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	int claims[CLAIMS_MAX];
	size_t count = claims_held(claims);

	if (count > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(count * sizeof(int)),
						   .cmsg_level = SOL_SOCKET,
						   .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.header), claims, count * sizeof(int));
	}
	return sendmsg(service.channel, &message, MSG_NOSIGNAL) >= 0;
}

/* All that is there. What goes beyond @limit is read and dropped. */
static void drain(int fd, struct text *text, size_t limit)
{
	char buffer[4096];
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		if (text->length < limit)
			text_add_bytes(text, buffer, (size_t)got);
}

/* Until the answer is there: false when the process ended without one. */
static bool await(struct text *output, struct text *errors, int *result)
{
	struct pollfd fds[] = { { .fd = service.channel, .events = POLLIN },
				{ .fd = service.output, .events = POLLIN },
				{ .fd = service.errors, .events = POLLIN } };

	for (;;) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return false;
		drain(service.output, output, OUTPUT_BYTES_MAX);
		drain(service.errors, errors, ERRORS_BYTES_MAX);
		if (fds[0].revents)
			break;
	}
	if (recv(service.channel, result, sizeof(*result), 0) != sizeof(*result))
		return false;
	drain(service.output, output, OUTPUT_BYTES_MAX);
	drain(service.errors, errors, ERRORS_BYTES_MAX);
	return true;
}

/* What became of the command that LVM was told, or was not, for want of a process. */
static int conclude(bool told, const char *command, struct text *output, struct fault *fault)
{
	char doing[sizeof(fault->doing)];
	struct text errors = { 0 };
	int error, result = 0;
	bool answered = told && await(output, &errors, &result);

	if (answered && result == LVM2_COMMAND_SUCCEEDED) {
		text_free(&errors);
		return 0;
	}
	if (answered) {
		snprintf(doing, sizeof(doing), "run LVM's command (status %d)", result);
	} else {
		int status = leave();

		snprintf(doing, sizeof(doing), "run LVM's command (its process ended by %s %d)",
			 WIFSIGNALED(status) ? "signal" : "status",
			 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	error = fault_set(fault, EIO, doing, command, text_last_line(&errors));
	text_free(&errors);
	return error;
}

/* --- a command that is begun -------------------------------------------------------------------
 */

static struct {
	enum { NONE, AT_WORK, OVER } state;
	bool told;
	char command[32];
	int error; /* of what is over, with its fault */
	struct fault fault;
} begun;

/* Let LVM end what was begun: it does one command at a time. */
static void let_end(void)
{
	struct text ignored = { 0 };

	if (begun.state != AT_WORK)
		return;
	begun.error = conclude(begun.told, begun.command, &ignored, &begun.fault);
	begun.state = OVER;
	text_free(&ignored);
}

/* *@told: it was told to LVM's process, which is started if there is none. */
static int tell(const char *const argv[], bool *told, struct fault *fault)
{
	struct text line = { 0 };
	int error = lvm_line(argv, &line, fault);

	if (!error && !service.pid)
		error = start(fault);
	if (!error)
		*told = request(&line);
	text_free(&line);
	return error;
}

int lvm_begin(const char *const argv[], struct fault *fault)
{
	int error;

	let_end();
	error = tell(argv, &begun.told, fault);
	if (error)
		return error;
	snprintf(begun.command, sizeof(begun.command), "%s", argv[0]);
	begun.state = AT_WORK;
	return 0;
}

int lvm_end(struct fault *fault)
{
	let_end();
	begun.state = NONE;
	if (begun.error)
		*fault = begun.fault;
	return begun.error;
}

int lvm_run(const char *const argv[], struct text *output, struct fault *fault)
{
	struct text ignored = { 0 };
	bool told = false;
	int error;

	let_end();
	error = tell(argv, &told, fault);
	if (!error)
		error = conclude(told, argv[0], output ? output : &ignored, fault);
	if (!error && output && output->error)
		error = fault_set(fault, output->error, "read what LVM prints", argv[0], NULL);
	text_free(&ignored);
	return error;
}
