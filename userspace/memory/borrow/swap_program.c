// SPDX-License-Identifier: GPL-2.0-only
/* Running wireroot-swap; see swap_program.h. */
#include "userspace/memory/borrow/swap_program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initramfs/swap/status.h"

/* Its output and its errors, one behind the other: an error is a single line. */
struct run {
	pid_t pid;
	int input, output, errors; /* our ends; -1: closed */
};

static void close_end(int *end)
{
	if (*end >= 0)
		close(*end);
	*end = -1;
}

static void become(const char *const argv[], const int input[2], const int output[2],
		   const int errors[2])
{
	if (dup2(input[0], STDIN_FILENO) >= 0 && dup2(output[1], STDOUT_FILENO) >= 0 &&
	    dup2(errors[1], STDERR_FILENO) >= 0)
		execv(argv[0], (char *const *)argv);
	_exit(127);
}

static int start(const char *const argv[], struct run *run, struct fault *fault)
{
	int input[2] = { -1, -1 }, output[2] = { -1, -1 }, errors[2] = { -1, -1 };

	if (pipe2(input, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0 ||
	    pipe2(errors, O_CLOEXEC) < 0 || (run->pid = fork()) < 0)
		return fault_set(fault, errno, "start", argv[0], NULL);
	if (run->pid == 0)
		become(argv, input, output, errors);
	close(input[0]);
	close(output[1]);
	close(errors[1]);
	run->input = input[1];
	run->output = output[0];
	run->errors = errors[0];
	return 0;
}

static size_t read_end(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while (length < size - 1 && (got = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	return length;
}

/* What the program said, without its name before it and the newline behind it. */
static const char *said(char *errors)
{
	static const char name[] = "wireroot-swap: ";

	errors[strcspn(errors, "\n")] = '\0';
	return strncmp(errors, name, sizeof(name) - 1) ? errors : errors + sizeof(name) - 1;
}

/* Take its output, wait for its end. */
static int finish(struct run *run, const char *program, char *text, size_t size, size_t *length,
		  struct fault *fault)
{
	char errors[512];
	int status;

	close_end(&run->input);
	*length = read_end(run->output, text, size);
	(void)read_end(run->errors, errors, sizeof(errors));
	close_end(&run->output);
	close_end(&run->errors);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return fault_set(fault, ENOENT, "start", program,
				 "install it, or say where it is by --program");
	if (WIFSIGNALED(status))
		return fault_set(fault, ENOMEM, "run wireroot-swap", "",
				 "it was killed: memory may be too short");
	return fault_set(fault, WEXITSTATUS(status) == SWAP_NO_MEMORY ? ENOMEM : EBUSY,
			 "run wireroot-swap", "", said(errors));
}

int swap_program_attach(const struct borrow_options *options, struct grant *grant,
			bool mapping_only, struct fault *fault)
{
	char text[GRANT_TEXT_BYTES], priority[12];
	const char *const argv[] = { options->program,
				     "attach",
				     "--priority",
				     priority,
				     mapping_only ? "--mapping-only" : NULL,
				     NULL };
	size_t length = grant_format(grant, text);
	struct run run = { 0, -1, -1, -1 };
	int error;

	snprintf(priority, sizeof(priority), "%d", options->priority);
	error = start(argv, &run, fault);
	if (error)
		return error;
	/* Less than a pipe holds. */
	(void)!write(run.input, text, length);
	error = finish(&run, options->program, text, sizeof(text), &length, fault);
	if (!error)
		error = grant_parse(text, length, grant, fault);
	explicit_bzero(text, sizeof(text));
	return error;
}

/* The notes of it may be in the very swap that cannot be read any more: it gets the lines from us.
 */
int swap_program_detach(const struct borrow_options *options, const struct grant *grant,
			void (*beside)(void *context), void *context, struct fault *fault)
{
	const char *const argv[] = { options->program, "detach", "-", NULL };
	char text[GRANT_TEXT_BYTES];
	size_t length = grant_format(grant, text);
	struct run run = { 0, -1, -1, -1 };
	int error = start(argv, &run, fault);

	if (error)
		return error;
	(void)!write(run.input, text, length);
	close_end(&run.input);
	if (beside)
		beside(context);
	error = finish(&run, options->program, text, sizeof(text), &length, fault);
	explicit_bzero(text, sizeof(text));
	return error;
}
