// SPDX-License-Identifier: GPL-2.0-only
/* Files of a generation in memory: order, look-up, contents that several share. */
/* links: tools/generate/file_set.c initramfs/fault.c */
#include "tools/generate/file_set.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(struct file_set *set, const char *path, const char *data)
{
	struct fault fault;

	assert_int_equal(file_set_add(set, path, 0644, strdup(data), strlen(data), &fault), 0);
}

static void files_are_found_once_sorted(void **state)
{
	struct file_set set = { 0 };
	struct fault fault;

	(void)state;
	add(&set, "b", "2");
	add(&set, "a/b", "1");
	add(&set, "a-b", "3");
	assert_int_equal(file_set_sort(&set, &fault), 0);
	assert_string_equal(set.files[0].path, "a-b");
	assert_string_equal(set.files[1].path, "a/b");
	assert_string_equal(file_set_find(&set, "b")->data, "2");
	assert_null(file_set_find(&set, "a"));
	assert_null(file_set_find(&set, "c"));
	file_set_free(&set);
}

static void path_that_is_there_twice_is_told(void **state)
{
	struct file_set set = { 0 };
	struct fault fault;

	(void)state;
	add(&set, "http/a", "1");
	add(&set, "b", "2");
	add(&set, "http/a", "1");
	assert_int_equal(file_set_sort(&set, &fault), -EEXIST);
	assert_string_equal(fault.peer, "http/a");
	file_set_free(&set);
}

static void shared_contents_are_kept_once(void **state)
{
	struct file_set set = { 0 };
	char *data = strdup("script");
	struct fault fault;

	(void)state;
	assert_int_equal(file_set_share(&set, data, &fault), 0);
	assert_int_equal(file_set_add_shared(&set, "b", 0644, data, 6, &fault), 0);
	assert_int_equal(file_set_add_shared(&set, "a", 0644, data, 6, &fault), 0);
	add(&set, "c", "own");
	assert_int_equal(file_set_sort(&set, &fault), 0);
	assert_ptr_equal(set.files[0].data, set.files[1].data);
	assert_int_equal(set.files[1].length, 6);
	assert_false(set.files[2].shared);
	file_set_free(&set);
}

static void empty_set_is_sorted_and_has_nothing(void **state)
{
	struct file_set set = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(file_set_sort(&set, &fault), 0);
	assert_null(file_set_find(&set, "a"));
	file_set_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_found_once_sorted),
		cmocka_unit_test(path_that_is_there_twice_is_told),
		cmocka_unit_test(shared_contents_are_kept_once),
		cmocka_unit_test(empty_set_is_sorted_and_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
