// SPDX-License-Identifier: GPL-2.0-only
/* Which known name was meant. */
/* links: userspace/lib/nearest.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/lib/nearest.h"

static void changes_are_counted(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int distance;
	} examples[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "image", "image", 0 },
		{ "image", "imgae", 1 },
		{ "imag", "image", 1 },
		{ "iimage", "image", 1 },
		{ "emage", "image", 1 },
		{ "kitten", "sitting", 3 },
		{ "ca", "abc", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		assert_int_equal(nearest_distance(examples[i].a, examples[i].b),
				 examples[i].distance);
}

static void names_of_any_length_are_compared(void **state)
{
	char a[300], b[300];

	(void)state;
	memset(a, 'a', sizeof(a) - 1);
	memset(b, 'b', sizeof(b) - 1);
	a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
	assert_int_equal(nearest_distance(a, b), NEAREST_NAME_LENGTH);
}

/* @candidates end with NULL. */
static const char *search(const char *wanted, const char *const *candidates)
{
	struct nearest nearest = nearest_begin(wanted);

	for (; *candidates; candidates++)
		nearest_offer(&nearest, *candidates);
	return nearest.name;
}

static void the_nearest_name_is_found(void **state)
{
	static const char *const keys[] = { "address", "access", "append", "root",
					    "mac",     "rack",	 "s1",	   NULL };

	(void)state;
	assert_string_equal(search("adress", keys), "address");
	assert_string_equal(search("acess", keys), "access");
	assert_string_equal(search("s2", keys), "s1");
	/* Of equals, the one that begins alike. */
	assert_string_equal(search("rac", keys), "rack");
	assert_null(search("colour", keys));
	assert_null(search("x", keys));
	assert_null(search("", keys));
}

static void the_order_of_candidates_does_not_matter(void **state)
{
	static const char *const one[] = { "bat", "car", "cat", NULL };
	static const char *const other[] = { "cat", "car", "bat", NULL };

	(void)state;
	assert_string_equal(search("caz", one), "car");
	assert_string_equal(search("caz", other), "car");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_counted),
		cmocka_unit_test(names_of_any_length_are_compared),
		cmocka_unit_test(the_nearest_name_is_found),
		cmocka_unit_test(the_order_of_candidates_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
