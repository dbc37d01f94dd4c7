// SPDX-License-Identifier: GPL-2.0-only
/* Tokens of those who lend and borrow memory: made once, for members alone, for nobody to read. */
/* links: tools/memory/tokens.c tools/target/secret_files.c tools/cluster/table.c */
/* links: userspace/lib/fs.c userspace/lib/text.c initramfs/fault.c */
/* libraries: libsodium */
#include "tools/memory/tokens.h"

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

static struct cluster_node nodes[] = {
	{ .name = "n01", .swap = "remote:1G", .borrow = true },
	{ .name = "n02" },
	{ .name = "n03", .lend = true },
};
static struct cluster_memory_host host = { .name = "vm1" };
static const struct cluster cluster = {
	.nodes = nodes,
	.node_count = 3,
	.memory = { .used = true, .hosts = &host, .host_count = 1 },
};

static int make_state(void **state)
{
	char *directory = strdup("/tmp/tokens_test.XXXXXX");

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

static void write_token(const char *state, const char *name, const char *text)
{
	char *path = fs_join(state, name);
	struct fault fault = { 0 };

	assert_int_equal(fs_write_file(path, text, strlen(text), 0600, &fault), 0);
	free(path);
}

static void tokens_are_made_once_for_members(void **state)
{
	struct tokens first, second;
	struct fault fault = { 0 };

	assert_int_equal(tokens_make(*state, &cluster, &fault), 0);
	assert_int_equal(tokens_load(&first, *state, &cluster, &fault), 0);
	assert_int_equal(tokens_make(*state, &cluster, &fault), 0);
	assert_int_equal(tokens_load(&second, *state, &cluster, &fault), 0);
	assert_null(tokens_find(&first, "n02"));
	assert_int_equal(strlen(tokens_find(&first, "n01")), TOKEN_LENGTH);
	assert_int_equal(strlen(first.admin), TOKEN_LENGTH);
	assert_string_equal(first.admin, second.admin);
	assert_string_equal(tokens_find(&first, "n03"), tokens_find(&second, "n03"));
	assert_string_equal(tokens_find(&first, "vm1"), tokens_find(&second, "vm1"));
	assert_string_not_equal(tokens_find(&first, "n01"), tokens_find(&first, "n03"));
	assert_string_not_equal(tokens_find(&first, "n01"), first.admin);
	tokens_free(&first);
	tokens_free(&second);
}

static void only_their_owner_may_read_them(void **state)
{
	const mode_t mask = umask(0);
	struct fault fault = { 0 };

	assert_int_equal(tokens_make(*state, &cluster, &fault), 0);
	umask(mask);
	assert_int_equal(mode_of(*state, "secrets"), 0700);
	assert_int_equal(mode_of(*state, "secrets/n01.token"), 0600);
	assert_int_equal(mode_of(*state, "secrets/.admin-token"), 0600);
	assert_int_equal(mode_of(*state, "secrets/n02.token"), 0);
}

static void nothing_is_made_when_nobody_lends(void **state)
{
	struct cluster nobody = cluster;
	struct fault fault = { 0 };
	struct tokens tokens;

	nobody.memory.used = false;
	assert_int_equal(tokens_make(*state, &nobody, &fault), 0);
	assert_int_equal(tokens_load(&tokens, *state, &nobody, &fault), 0);
	assert_null(tokens_find(&tokens, "n01"));
	assert_int_equal(mode_of(*state, "secrets"), 0);
	tokens_free(&tokens);
}

static void without_a_state_a_preview_says_that_they_are_to_be_made(void **state)
{
	struct fault fault = { 0 };
	struct tokens tokens;

	assert_int_equal(tokens_load(&tokens, *state, &cluster, &fault), 0);
	assert_non_null(strstr(tokens_find(&tokens, "n01"), "to.be.made"));
	tokens_free(&tokens);
}

static void a_token_is_one_line_of_harmless_characters(void **state)
{
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{ "0123456789abcdef", 0 },
		{ "0123456789abcdef\n", 0 },
		{ "0123456789abcde\n", -EINVAL },
		{ "0123456789 abcdef\n", -EINVAL },
		{ "", -EINVAL },
		{ "0123456789abcdef\n\n", -EINVAL },
		{ "0123456789abcd\"f", -EINVAL },
		{ "0123456789abcdef\nmore", -EINVAL },
	};
	char token[TOKEN_BYTES];

	assert_int_equal(fs_make_dirs(*state, 0755, &(struct fault){ 0 }), 0);
	assert_int_equal(tokens_make(*state, &cluster, &(struct fault){ 0 }), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };

		write_token(*state, "secrets/n01.token", cases[i].text);
		assert_int_equal(tokens_read_one(*state, "n01", token, &fault), cases[i].error);
		if (cases[i].error)
			assert_null(strstr(fault.hint, "abcd"));
	}
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, make_state, remove_state)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(tokens_are_made_once_for_members),
		ON_DISK(only_their_owner_may_read_them),
		ON_DISK(nothing_is_made_when_nobody_lends),
		ON_DISK(without_a_state_a_preview_says_that_they_are_to_be_made),
		ON_DISK(a_token_is_one_line_of_harmless_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
