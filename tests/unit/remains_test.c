// SPDX-License-Identifier: GPL-2.0-only
/* Who runs which generation, read from what wirerootd answers at /v1/nodes. */
/* links: tools/generation/remains_read.c tools/cluster/nodeset.c tools/cluster/nodeset_fold.c */
/* links: tools/cluster/nodeset_parse.c tools/cluster/nodeset_range.c */
/* links: tools/cluster/nodeset_table.c userspace/lib/text.c initramfs/fault.c */
/* libraries: jansson */
#include "tools/generation/remains.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int read_text(struct remains *remains, const char *answer, struct fault *fault)
{
	*remains = (struct remains){ 0 };
	return remains_read(remains, answer, strlen(answer), fault);
}

static void nodes_are_known_by_their_generation(void **state)
{
	struct remains remains;
	struct fault fault;

	(void)state;
	assert_int_equal(read_text(&remains,
				   "[{\"name\": \"n1\", \"generation\": \"3\"},"
				   " {\"name\": \"n2\", \"generation\": null}]",
				   &fault),
			 0);
	assert_non_null(remains_nodes(&remains, 3));
	assert_null(remains_nodes(&remains, 2));
	remains_free(&remains);
}

static void an_empty_list_tells_of_no_node(void **state)
{
	struct remains remains;
	struct fault fault;

	(void)state;
	assert_int_equal(read_text(&remains, "[]", &fault), 0);
	assert_int_equal(remains.count, 0);
	remains_free(&remains);
}

static void time_of_the_first_note_is_read(void **state)
{
	static const char good[] = "{\"since\": \"2026-11-21T05:06:07Z\"}";
	static const char *const others[] = { "",
					      "[]",
					      "{}",
					      "{\"since\": null}",
					      "{\"since\": \"2026-11-21\"}",
					      "{\"since\": \"2026-11-21T05:06:07Zx\"}" };
	struct remains remains = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(remains_read_since(&remains, good, strlen(good), &fault), 0);
	assert_int_equal(remains.since, 1795237567);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(remains_read_since(&remains, others[i], strlen(others[i]), &fault),
				 -EBADMSG);
	assert_int_equal(remains.since, 1795237567);
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const answers[] = { "", "{}", "3", "[", "[1] x" };
	struct remains remains;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		assert_int_equal(read_text(&remains, answers[i], &fault), -EBADMSG);
		assert_int_equal(remains.count, 0);
		remains_free(&remains);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_are_known_by_their_generation),
		cmocka_unit_test(an_empty_list_tells_of_no_node),
		cmocka_unit_test(time_of_the_first_note_is_read),
		cmocka_unit_test(what_is_no_list_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
