// SPDX-License-Identifier: GPL-2.0-only
/* CHAP secrets: what a file of them may hold, and that they are made once. */
/* links: tools/target/secrets.c tools/cluster/table.c userspace/lib/fs.c userspace/lib/text.c */
/* links: initramfs/fault.c */
/* links: tools/target/secret_files.c */
/* libraries: libsodium */
#include "tools/target/secrets.h"

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

#define IN  "in abcdefghijkl\n"
#define OUT "out ABCDEFGHIJKL\n"

static void file_of_two_secrets_is_read(void **state)
{
	static const char *const cases[] = {
		IN OUT,
		OUT IN,
		"# of node n01\n\n" IN "# x\n" OUT,
		"in abcdefghijkl\nout ABCDEFGHIJKL",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chap_secrets secrets;
		struct fault fault = { 0 };

		assert_int_equal(secrets_parse(cases[i], strlen(cases[i]), "x", &secrets, &fault),
				 0);
		assert_string_equal(secrets.in, "abcdefghijkl");
		assert_string_equal(secrets.out, "ABCDEFGHIJKL");
	}
}

static void file_that_is_no_good_is_refused_without_showing_it(void **state)
{
	static const char *const cases[] = {
		"",
		IN,
		OUT,
		IN IN OUT,
		"in abcdefghijk\n" OUT, /* 11 */
		"in abcdefghijkl \n" OUT,
		"in abcdef\"ghijkl\n" OUT,
		"in abcdef\xc3\xa4ghijkl\n" OUT,
		"inabcdefghijkl\n" OUT,
		"in\n" OUT,
		IN OUT "other\n",
		IN "out abcdefghijkl\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chap_secrets secrets;
		struct fault fault = { 0 };
		char line[FAULT_LINE_BYTES];

		assert_int_equal(secrets_parse(cases[i], strlen(cases[i]), "x", &secrets, &fault),
				 -EINVAL);
		assert_null(strstr(fault_line(&fault, line), "abcdef"));
	}
}

static void secret_has_its_greatest_length(void **state)
{
	char text[256];
	struct chap_secrets secrets;
	struct fault fault = { 0 };
	int length = snprintf(text, sizeof(text), OUT "in %064d\n", 7);

	(void)state;
	assert_int_equal(secrets_parse(text, (size_t)length, "x", &secrets, &fault), 0);
	assert_int_equal(strlen(secrets.in), SECRET_LENGTH_MAX);
	length = snprintf(text, sizeof(text), OUT "in %065d\n", 7);
	assert_int_equal(secrets_parse(text, (size_t)length, "x", &secrets, &fault), -EINVAL);
}

/* --- on disk ---------------------------------------------------------------------------------- */

static struct cluster_node nodes[] = {
	{ .name = "n01", .chap = CHAP_MUTUAL },
	{ .name = "n02", .chap = CHAP_NONE },
	{ .name = "n03", .chap = CHAP_ONE_WAY },
};
static const struct cluster cluster = { .nodes = nodes, .node_count = 3 };

static int make_state(void **state)
{
	char *directory = strdup("/tmp/secrets_test.XXXXXX");

	*state = directory && mkdtemp(directory) ? directory : NULL;
	return *state ? 0 : -1;
}

static int remove_state(void **state)
{
	struct fault fault;

	fs_remove_tree(*state, &fault);
	free(*state);
	return 0;
}

static mode_t mode_of(const char *state, const char *name)
{
	char *path = fs_join(state, name);
	struct stat status;
	int error = stat(path, &status);

	free(path);
	return error ? 0 : status.st_mode & 07777;
}

static void secrets_are_made_once_for_those_who_need_them(void **state)
{
	struct secrets first = { 0 }, second = { 0 };
	struct fault fault = { 0 };

	assert_int_equal(secrets_make(*state, &cluster, &fault), 0);
	assert_int_equal(secrets_load(&first, *state, &cluster, &fault), 0);
	assert_int_equal(secrets_make(*state, &cluster, &fault), 0);
	assert_int_equal(secrets_load(&second, *state, &cluster, &fault), 0);
	assert_null(secrets_find(&first, "n02"));
	assert_int_equal(strlen(secrets_find(&first, "n01")->in), SECRET_LENGTH);
	assert_string_equal(secrets_find(&first, "n01")->in, secrets_find(&second, "n01")->in);
	assert_string_equal(secrets_find(&first, "n03")->out, secrets_find(&second, "n03")->out);
	assert_string_not_equal(secrets_find(&first, "n01")->in, secrets_find(&first, "n01")->out);
	assert_string_not_equal(secrets_find(&first, "n01")->in, secrets_find(&first, "n03")->in);
	secrets_free(&first);
	secrets_free(&second);
}

static void only_their_owner_may_read_them(void **state)
{
	const mode_t mask = umask(0);
	struct fault fault = { 0 };

	assert_int_equal(secrets_make(*state, &cluster, &fault), 0);
	umask(mask);
	assert_int_equal(mode_of(*state, "secrets"), 0700);
	assert_int_equal(mode_of(*state, "secrets/n01.chap"), 0600);
	assert_int_equal(mode_of(*state, "secrets/n02.chap"), 0);
}

static void what_a_killed_process_left_is_replaced(void **state)
{
	char *path = fs_join(*state, "secrets/.new");
	struct secrets secrets = { 0 };
	struct fault fault = { 0 };

	assert_int_equal(secrets_make(*state, &cluster, &fault), 0);
	assert_int_equal(fs_write_file(path, "in half", 7, 0600, &fault), 0);
	nodes[1].chap = CHAP_MUTUAL;
	assert_int_equal(secrets_make(*state, &cluster, &fault), 0);
	assert_int_equal(secrets_load(&secrets, *state, &cluster, &fault), 0);
	assert_int_equal(strlen(secrets_find(&secrets, "n02")->in), SECRET_LENGTH);
	nodes[1].chap = CHAP_NONE;
	assert_false(fs_is_file(path));
	secrets_free(&secrets);
	free(path);
}

static void without_a_state_a_preview_says_that_they_are_to_be_made(void **state)
{
	struct secrets secrets = { 0 };
	struct fault fault = { 0 };

	assert_int_equal(secrets_load(&secrets, *state, &cluster, &fault), 0);
	assert_non_null(strstr(secrets_find(&secrets, "n01")->in, "to.be.made"));
	secrets_free(&secrets);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, make_state, remove_state)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_of_two_secrets_is_read),
		cmocka_unit_test(file_that_is_no_good_is_refused_without_showing_it),
		cmocka_unit_test(secret_has_its_greatest_length),
		ON_DISK(secrets_are_made_once_for_those_who_need_them),
		ON_DISK(only_their_owner_may_read_them),
		ON_DISK(what_a_killed_process_left_is_replaced),
		ON_DISK(without_a_state_a_preview_says_that_they_are_to_be_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
