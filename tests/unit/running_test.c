// SPDX-License-Identifier: GPL-2.0-only
/* What wirerootd's list of nodes says of one node. */
/* links: tools/storage/running_read.c */
/* libraries: jansson */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/storage/running.h"

static void a_node_is_found_by_its_name(void **state)
{
	static const char answer[] = "[{\"mac\": \"a\", \"name\": null, \"state\": \"failed\"},"
				     " {\"mac\": \"b\", \"name\": \"n1\", \"state\": \"booting\"},"
				     " {\"mac\": \"c\", \"name\": \"n2\", \"state\": 1}]";
	static const struct {
		const char *answer, *node, *wanted;
	} examples[] = {
		{ answer, "n1", "booting" }, { answer, "n2", "" }, { answer, "n3", "" },
		{ "{}", "n1", "" },	     { "", "n1", "" },	   { "[1, [], \"n1\"]", "n1", "" },
	};
	char text[RUNNING_STATE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		running_read(examples[i].answer, strlen(examples[i].answer), examples[i].node,
			     text);
		assert_string_equal(text, examples[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_node_is_found_by_its_name) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
