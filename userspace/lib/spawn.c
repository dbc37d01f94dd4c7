// SPDX-License-Identifier: GPL-2.0-only
/* Run another program to its end; see spawn.h. */
#include "userspace/lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* What the program writes is kept up to here; the rest is read and dropped. */
#define OUTPUT_BYTES_MAX (64u << 20)
#define ERRORS_BYTES_MAX (16u << 10)
#define LINE_BYTES_MAX	 1000

struct pipe_ends {
	int read_end, write_end; /* -1 when not open */
};

static int open_pipe(struct pipe_ends *ends)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	ends->read_end = fds[0];
	ends->write_end = fds[1];
	return 0;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* What signals we block or wait for is our own business. Returns 0 or an errno. */
static int unblock_signals(posix_spawnattr_t *attributes)
{
	sigset_t none;
	int error = posix_spawnattr_init(attributes);

	sigemptyset(&none);
	if (!error)
		error = posix_spawnattr_setsigmask(attributes, &none);
	if (!error)
		error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK);
	return error;
}

/* Start the program with its output and errors in our pipes. Returns 0 or -errno. */
static int start(const char *const argv[], int output, int errors, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	error = unblock_signals(&attributes);
	if (error)
		return -error;
	error = posix_spawn_file_actions_init(&actions);
	if (error)
		return -error;
	error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (!error && output >= 0)
		error = posix_spawn_file_actions_adddup2(&actions, output, 1);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, errors, 2);
	if (!error)
		error = posix_spawnp(pid, argv[0], &actions, &attributes, (char *const *)argv,
				     environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -error;
}

/* Take what is there from @fd; closes it at its end. */
static void drain(int *fd, struct text *text, size_t limit)
{
	char buffer[4096];
	ssize_t got = read(*fd, buffer, sizeof(buffer));

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0)
		close_end(fd);
	else if (text && text->length < limit)
		text_add_bytes(text, buffer, (size_t)got);
}

static void read_both(int *output, struct text *output_text, int *errors, struct text *errors_text)
{
	while (*output >= 0 || *errors >= 0) {
		struct pollfd fds[2] = { { .fd = *output, .events = POLLIN },
					 { .fd = *errors, .events = POLLIN } };

		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			drain(output, output_text, OUTPUT_BYTES_MAX);
		if (fds[1].revents)
			drain(errors, errors_text, ERRORS_BYTES_MAX);
	}
}

static int judge(const char *program, int status, struct text *errors, struct fault *fault)
{
	char doing[sizeof(fault->doing)];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		snprintf(doing, sizeof(doing), "run program (ended by signal %d)",
			 WTERMSIG(status));
	else
		snprintf(doing, sizeof(doing), "run program (exit status %d)", WEXITSTATUS(status));
	return fault_set(fault, EIO, doing, program, text_last_line(errors));
}

static int run(const char *const argv[], struct text *output, struct fault *fault)
{
	struct pipe_ends output_pipe = { -1, -1 }, errors_pipe = { -1, -1 };
	struct text errors = { 0 };
	int status = 0, error;
	pid_t pid = -1;

	error = open_pipe(&errors_pipe);
	if (!error && output)
		error = open_pipe(&output_pipe);
	if (!error)
		error = start(argv, output_pipe.write_end, errors_pipe.write_end, &pid);
	close_end(&output_pipe.write_end);
	close_end(&errors_pipe.write_end);
	if (error) {
		close_end(&output_pipe.read_end);
		close_end(&errors_pipe.read_end);
		return fault_set(fault, error, "start program", argv[0],
				 error == -ENOENT ? "install it, or mend PATH" : NULL);
	}
	read_both(&output_pipe.read_end, output, &errors_pipe.read_end, &errors);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!output && errors.length) /* not captured for the caller, so let it be seen */
		fwrite(errors.data, 1, errors.length, stderr);
	error = judge(argv[0], status, &errors, fault);
	text_free(&errors);
	if (!error && output && output->error)
		error = fault_set(fault, output->error, "read output of program", argv[0], NULL);
	return error;
}

int spawn_run(const char *const argv[], struct fault *fault)
{
	return run(argv, NULL, fault);
}

int spawn_capture(const char *const argv[], struct text *output, struct fault *fault)
{
	return run(argv, output, fault);
}

int spawn_quietly(const char *const argv[], struct fault *fault)
{
	struct text ignored = { 0 };
	int error = spawn_capture(argv, &ignored, fault);

	text_free(&ignored);
	return error;
}

struct watch {
	void (*line)(void *context, const char *text);
	void *context;
	struct text text; /* the line that has not ended yet */
};

/* A bar of the program's own is drawn over with '\r': each of these is a line, too. */
static void watch_bytes(struct watch *watch, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char byte = bytes[i];

		if (byte == '\n' || byte == '\r') {
			if (watch->text.length)
				watch->line(watch->context, text_string(&watch->text));
			watch->text.length = 0;
		} else if (watch->text.length < LINE_BYTES_MAX) {
			text_add_bytes(&watch->text,
				       (unsigned char)byte < ' ' || byte == 0x7f ? "?" : &byte, 1);
		}
	}
}

static void watch_pipe(struct watch *watch, int fd)
{
	char buffer[4096];
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer))) != 0) {
		if (got < 0 && errno != EINTR)
			break;
		if (got > 0)
			watch_bytes(watch, buffer, (size_t)got);
	}
	watch_bytes(watch, "\n", 1);
}

int spawn_watch(const char *const argv[], void (*line)(void *context, const char *text),
		void *context, struct fault *fault)
{
	struct watch watch = { .line = line, .context = context };
	struct pipe_ends ends = { -1, -1 };
	struct text none = { 0 };
	int status = 0, error;
	pid_t pid = -1;

	error = open_pipe(&ends);
	if (!error)
		error = start(argv, ends.write_end, ends.write_end, &pid);
	close_end(&ends.write_end);
	if (error) {
		close_end(&ends.read_end);
		return fault_set(fault, error, "start program", argv[0],
				 error == -ENOENT ? "install it, or mend PATH" : NULL);
	}
	watch_pipe(&watch, ends.read_end);
	close_end(&ends.read_end);
	text_free(&watch.text);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return judge(argv[0], status, &none, fault);
}
