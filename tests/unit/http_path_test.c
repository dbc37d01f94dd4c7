/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/http_path.c initramfs/value.c initramfs/fault.c */
/* The path of an HTTP request: what is decoded to what, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/wirerootd/http_path.h"

struct example {
	const char *target;
	enum http_path_verdict verdict;
	const char *path; /* when good */
};

static void check(const struct example *examples, size_t count)
{
	char path[HTTP_PATH_BYTES];
	const char *why;

	for (size_t i = 0; i < count; i++) {
		const struct example *example = &examples[i];

		why = NULL;
		if (http_path_parse(example->target, strlen(example->target), path, &why) !=
		    example->verdict)
			fail_msg("'%s': another verdict: %s", example->target, why ? why : "good");
		if (example->verdict == HTTP_PATH_GOOD)
			assert_string_equal(path, example->path);
		else
			assert_non_null(why);
	}
}

#define CHECK(examples) check(examples, sizeof(examples) / sizeof((examples)[0]))

static void good_paths_are_decoded_once(void **state)
{
	static const struct example examples[] = {
		{ "/base.img", HTTP_PATH_GOOD, "base.img" },
		{ "/node/52:54:00:00:00:01.ipxe", HTTP_PATH_GOOD, "node/52:54:00:00:00:01.ipxe" },
		{ "/node/52%3A54%3a00.ipxe", HTTP_PATH_GOOD, "node/52:54:00.ipxe" },
		{ "//a///b", HTTP_PATH_GOOD, "a/b" },
		{ "/a%2Fb", HTTP_PATH_GOOD, "a/b" },
		{ "/a%252e", HTTP_PATH_GOOD, "a%2e" },
		{ "/a..b/c.", HTTP_PATH_GOOD, "a..b/c." },
		{ "/%C3%A4", HTTP_PATH_GOOD, "\303\244" },
		{ "/a%20b+c", HTTP_PATH_GOOD, "a b+c" },
	};

	(void)state;
	CHECK(examples);
}

static void absolute_form_is_accepted(void **state)
{
	static const struct example examples[] = {
		{ "http://10.0.0.1:8017/base.img", HTTP_PATH_GOOD, "base.img" },
		{ "HTTP://host/a", HTTP_PATH_GOOD, "a" },
		{ "http://host", HTTP_PATH_MALFORMED, NULL },
		{ "http://host/../a", HTTP_PATH_MALFORMED, NULL },
		{ "ftp://host/a", HTTP_PATH_MALFORMED, NULL },
	};

	(void)state;
	CHECK(examples);
}

static void escapes_are_malformed(void **state)
{
	static const struct example examples[] = {
		{ "/..", HTTP_PATH_MALFORMED, NULL },
		{ "/../a", HTTP_PATH_MALFORMED, NULL },
		{ "/a/../../b", HTTP_PATH_MALFORMED, NULL },
		{ "/a/..", HTTP_PATH_MALFORMED, NULL },
		{ "/%2e%2e/a", HTTP_PATH_MALFORMED, NULL },
		{ "/.%2E%2fa", HTTP_PATH_MALFORMED, NULL },
		{ "/%2f%2e./a", HTTP_PATH_MALFORMED, NULL },
		{ "/a\\b", HTTP_PATH_MALFORMED, NULL },
		{ "/a%5Cb", HTTP_PATH_MALFORMED, NULL },
		{ "/a%00", HTTP_PATH_MALFORMED, NULL },
		{ "/a%0ab", HTTP_PATH_MALFORMED, NULL },
		{ "/a%7f", HTTP_PATH_MALFORMED, NULL },
		{ "/a%", HTTP_PATH_MALFORMED, NULL },
		{ "/a%4", HTTP_PATH_MALFORMED, NULL },
		{ "/a%4g", HTTP_PATH_MALFORMED, NULL },
		{ "/a%g4", HTTP_PATH_MALFORMED, NULL },
		{ "", HTTP_PATH_MALFORMED, NULL },
		{ "a", HTTP_PATH_MALFORMED, NULL },
		{ "*", HTTP_PATH_MALFORMED, NULL },
	};

	(void)state;
	CHECK(examples);
}

static void dot_files_and_directories_are_hidden(void **state)
{
	static const struct example examples[] = {
		{ "/", HTTP_PATH_HIDDEN, NULL },	  { "//", HTTP_PATH_HIDDEN, NULL },
		{ "/a/", HTTP_PATH_HIDDEN, NULL },	  { "/a%2f", HTTP_PATH_HIDDEN, NULL },
		{ "/.", HTTP_PATH_HIDDEN, NULL },	  { "/a/./b", HTTP_PATH_HIDDEN, NULL },
		{ "/.secret", HTTP_PATH_HIDDEN, NULL },	  { "/a/.b/c", HTTP_PATH_HIDDEN, NULL },
		{ "/%2esecret", HTTP_PATH_HIDDEN, NULL }, { "/...", HTTP_PATH_HIDDEN, NULL },
	};

	(void)state;
	CHECK(examples);
}

static void longest_path_fits_and_one_more_does_not(void **state)
{
	char target[HTTP_PATH_BYTES + 2], path[HTTP_PATH_BYTES];
	const char *why;

	(void)state;
	memset(target, 'a', sizeof(target));
	target[0] = '/';
	assert_int_equal(http_path_parse(target, HTTP_PATH_BYTES, path, &why), HTTP_PATH_GOOD);
	assert_int_equal(strlen(path), HTTP_PATH_BYTES - 1);
	assert_int_equal(http_path_parse(target, HTTP_PATH_BYTES + 1, path, &why),
			 HTTP_PATH_TOO_LONG);
}

static void nul_in_target_is_malformed(void **state)
{
	char path[HTTP_PATH_BYTES];
	const char *why;

	(void)state;
	assert_int_equal(http_path_parse("/a\0b", 4, path, &why), HTTP_PATH_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_paths_are_decoded_once),
		cmocka_unit_test(absolute_form_is_accepted),
		cmocka_unit_test(escapes_are_malformed),
		cmocka_unit_test(dot_files_and_directories_are_hidden),
		cmocka_unit_test(longest_path_fits_and_one_more_does_not),
		cmocka_unit_test(nul_in_target_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
