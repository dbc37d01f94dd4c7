// SPDX-License-Identifier: GPL-2.0-only
/* Waiting for a line in a file that grows. */
/* links: tools/lab/follow.c initramfs/fault.c */
#include "tools/lab/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char directory[64];
	char file[96];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->directory, sizeof(place->directory), "/tmp/follow.XXXXXX");
	if (!mkdtemp(place->directory))
		return -1;
	snprintf(place->file, sizeof(place->file), "%s/console", place->directory);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	unlink(place->file);
	rmdir(place->directory);
	free(place);
	return 0;
}

static void append(const struct place *place, const char *bytes, size_t length)
{
	int fd = open(place->file, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static int look(const struct place *place, const char *pattern, off_t from)
{
	struct follow follow = { .path = place->file,
				 .from = from,
				 .pattern = pattern,
				 .process = -1,
				 .timeout_ms = 20 };
	struct fault fault = { 0 };
	int error = follow_until(&follow, &fault);

	assert_int_equal(error, -fault.error);
	return error;
}

static void lines_match_one_by_one(void **state)
{
	append(*state, "first\nsecond line\n", 18);
	assert_int_equal(look(*state, "^second", 0), 0);
	assert_int_equal(look(*state, "^first$", 0), 0);
	assert_int_equal(look(*state, "first.*second", 0), -ETIMEDOUT);
}

static void prompt_without_newline_matches(void **state)
{
	append(*state, "boot ok\nlogin: ", 15);
	assert_int_equal(look(*state, "^login: $", 0), 0);
}

static void carriage_returns_and_nuls_are_passed_over(void **state)
{
	append(*state, "a\0b\r\nc\r\n", 8);
	assert_int_equal(look(*state, "^ab$", 0), 0);
	assert_int_equal(look(*state, "^c$", 0), 0);
}

static void what_is_before_the_start_does_not_match(void **state)
{
	append(*state, "ready\nwaiting\n", 14);
	assert_int_equal(look(*state, "ready", 6), -ETIMEDOUT);
	assert_int_equal(look(*state, "waiting", 6), 0);
}

static void line_longer_than_any_buffer_is_survived(void **state)
{
	char *line = malloc(100000);

	memset(line, 'x', 100000);
	append(*state, line, 100000);
	append(*state, "\nend\n", 5);
	assert_int_equal(look(*state, "^end$", 0), 0);
	free(line);
}

static void bad_pattern_is_refused(void **state)
{
	assert_int_equal(look(*state, "(", 0), -EINVAL);
}

/* A child that makes the file only later, and leaves @text in it. */
static int start_writer(const struct place *place, const char *text, pid_t *pid)
{
	*pid = fork();
	if (*pid == 0) {
		usleep(50000);
		append(place, text, strlen(text));
		_exit(0);
	}
	return (int)syscall(SYS_pidfd_open, *pid, 0);
}

static int follow_writer(const struct place *place, const char *text)
{
	struct follow follow = { .path = place->file, .pattern = "^now$", .timeout_ms = 10000 };
	struct fault fault = { 0 };
	pid_t pid;
	int error;

	follow.process = start_writer(place, text, &pid);
	error = follow_until(&follow, &fault);
	close(follow.process);
	waitpid(pid, NULL, 0);
	return error;
}

static void file_may_come_later(void **state)
{
	assert_int_equal(follow_writer(*state, "not yet\nnow\n"), 0);
}

static void end_of_the_writer_ends_the_waiting(void **state)
{
	assert_int_equal(follow_writer(*state, "never\n"), -ESRCH);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(lines_match_one_by_one),
		PLACED(prompt_without_newline_matches),
		PLACED(carriage_returns_and_nuls_are_passed_over),
		PLACED(what_is_before_the_start_does_not_match),
		PLACED(line_longer_than_any_buffer_is_survived),
		PLACED(bad_pattern_is_refused),
		PLACED(file_may_come_later),
		PLACED(end_of_the_writer_ends_the_waiting),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
