// SPDX-License-Identifier: GPL-2.0-only
/* Files are replaced as a whole, links and pipes are not. */
/* links: userspace/lib/fs.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "userspace/lib/fs.h"

static int enter_directory(void **state)
{
	char directory[] = "/tmp/fs_test.XXXXXX";

	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	*state = strdup(directory);
	return 0;
}

static int leave_directory(void **state)
{
	struct fault fault;

	assert_int_equal(chdir("/"), 0);
	assert_int_equal(fs_remove_tree(*state, &fault), 0);
	free(*state);
	return 0;
}

static void assert_contents(const char *path, const char *expected)
{
	struct fault fault;
	size_t length;
	char *data;

	assert_int_equal(fs_read_file(path, 100, &data, &length, &fault), 0);
	assert_string_equal(data, expected);
	assert_int_equal(length, strlen(expected));
	free(data);
}

static void assert_link(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
}

static void file_is_replaced_with_its_mode(void **state)
{
	struct stat before, after;
	struct fault fault;

	(void)state;
	assert_int_equal(fs_write_file("a", "old", 3, 0644, &fault), 0);
	assert_int_equal(stat("a", &before), 0);
	assert_int_equal(fs_write_file("a", "new", 3, 0600, &fault), 0);
	assert_int_equal(stat("a", &after), 0);
	assert_contents("a", "new");
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_mode, S_IFREG | 0600);
}

static void link_to_a_file_stays_a_link(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(fs_write_file("target", "old", 3, 0644, &fault), 0);
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(fs_write_file("link", "new", 3, 0644, &fault), 0);
	assert_link("link");
	assert_contents("target", "new");
}

static void pipe_behind_a_link_is_written_to(void **state)
{
	char path[64], buffer[8] = "";
	struct fault fault;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
	assert_int_equal(symlink(path, "pipe"), 0);
	assert_int_equal(fs_write_file("pipe", "data", 4, 0644, &fault), 0);
	assert_int_equal(read(ends[0], buffer, sizeof(buffer)), 4);
	assert_string_equal(buffer, "data");
	assert_link("pipe");
	close(ends[0]);
	close(ends[1]);
}

static void file_over_the_limit_is_refused(void **state)
{
	struct fault fault;
	size_t length;
	char *data;

	(void)state;
	assert_int_equal(fs_write_file("a", "12345", 5, 0644, &fault), 0);
	assert_int_equal(fs_read_file("a", 4, &data, &length, &fault), -EFBIG);
	assert_null(data);
	assert_int_equal(fs_read_file("a", 5, &data, &length, &fault), 0);
	free(data);
	assert_int_equal(fs_read_file(".", 5, &data, &length, &fault), -EISDIR);
}

static void directories_are_made_and_removed_with_all_in_them(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(fs_make_dirs("x/y/z", 0755, &fault), 0);
	assert_int_equal(fs_make_dirs("x/y/z", 0755, &fault), 0);
	assert_int_equal(fs_write_file("kept", "", 0, 0644, &fault), 0);
	assert_int_equal(symlink("../../kept", "x/y/link"), 0);
	assert_int_equal(fs_make_dirs("kept/below", 0755, &fault), -EEXIST);
	assert_int_equal(fs_remove_tree("x", &fault), 0);
	assert_false(fs_is_directory("x"));
	assert_true(fs_is_file("kept"));
	assert_int_equal(fs_remove_tree("x", &fault), 0);
}

static void a_pipe_is_no_regular_file_and_is_not_waited_for(void **state)
{
	struct fault fault = { 0 };
	char *data;
	size_t length;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(fs_read_regular_file("fifo", 5, &data, &length, &fault), -EINVAL);
	assert_string_equal(fault.hint, "it is no regular file");
	assert_null(data);
	assert_int_equal(fs_read_regular_file(".", 5, &data, &length, &fault), -EISDIR);
	assert_int_equal(fs_read_regular_file("none", 5, &data, &length, &fault), -ENOENT);
	assert_int_equal(fs_write_file("a", "hello", 5, 0600, &fault), 0);
	assert_int_equal(fs_read_regular_file("a", 4, &data, &length, &fault), -EFBIG);
	assert_int_equal(fs_read_regular_file("a", 5, &data, &length, &fault), 0);
	assert_string_equal(data, "hello");
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_is_replaced_with_its_mode),
		cmocka_unit_test(link_to_a_file_stays_a_link),
		cmocka_unit_test(pipe_behind_a_link_is_written_to),
		cmocka_unit_test(file_over_the_limit_is_refused),
		cmocka_unit_test(directories_are_made_and_removed_with_all_in_them),
		cmocka_unit_test(a_pipe_is_no_regular_file_and_is_not_waited_for),
	};

	return cmocka_run_group_tests_name("fs", tests, enter_directory, leave_directory);
}
