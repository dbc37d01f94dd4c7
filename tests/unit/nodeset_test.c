/* SPDX-License-Identifier: GPL-2.0-only */
/* links: tools/cluster/nodeset.c tools/cluster/nodeset_parse.c tools/cluster/nodeset_range.c */
/* links: tools/cluster/nodeset_table.c tools/cluster/nodeset_fold.c */
/* links: userspace/lib/text.c initramfs/fault.c */
/* Node sets: what expressions stand for, their order, their folded text, and what is refused. */
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

#include "tools/cluster/nodeset.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *look_up(void *context, const char *name)
{
	static const char *const groups[][2] = {
		{ "rack1", "n[01-03]" },  { "rack2", "n[04-06]" },     { "all", "@rack[1-2]" },
		{ "none", "" },		  { "most", "@all!n05" },      { "left", "a,@right" },
		{ "right", "b,@left" },	  { "self", "@self" },	       { "wrong", "n[1-2],n[3-" },
		{ "outer", "x,@wrong" },  { "lost", "y,@nowhere" },    { "*", "@all,login" },
		{ "dc:rack1", "dc1-n1" }, { "bad", "@bad!@bad,@bad" },
	};

	(void)context;
	for (size_t i = 0; i < COUNT(groups); i++)
		if (strcmp(groups[i][0], name) == 0)
			return groups[i][1];
	return NULL;
}

static const struct nodeset_groups groups = { .lookup = look_up };

static struct nodeset *read_set(const char *expression)
{
	struct nodeset *set = NULL;
	struct fault fault;
	char line[FAULT_LINE_BYTES];

	if (nodeset_parse(expression, &groups, &set, NULL, &fault))
		fail_msg("%s: %s", expression, fault_line(&fault, line));
	return set;
}

static void assert_names(const struct nodeset_names *names, const char *wanted)
{
	struct text text = { 0 };

	for (size_t i = 0; i < names->count; i++)
		text_printf(&text, "%s%s", i ? " " : "", names->name[i]);
	assert_string_equal(text_string(&text), wanted);
	text_free(&text);
}

static void assert_sorted(struct nodeset *set, const char *wanted)
{
	struct nodeset_names names;
	struct fault fault;

	assert_int_equal(nodeset_sorted(set, &names, &fault), 0);
	assert_int_equal(names.count, nodeset_count(set));
	assert_names(&names, wanted);
	nodeset_names_free(&names);
}

static void assert_folded(struct nodeset *set, const char *wanted)
{
	struct text text = { 0 };
	struct fault fault;

	assert_int_equal(nodeset_fold(set, &text, &fault), 0);
	assert_string_equal(text_string(&text), wanted);
	text_free(&text);
}

/* The first column means the second, which folds to the third. */
static void expressions_are_expanded_and_folded(void **state)
{
	static const char *const examples[][3] = {
		{ "", "", "" },
		{ " ", "", "" },
		{ "login", "login", "login" },
		{ "n1", "n1", "n1" },
		{ "n[1-3]", "n1 n2 n3", "n[1-3]" },
		{ "n[3,1,2,2]", "n1 n2 n3", "n[1-3]" },
		{ "n[01-03]", "n01 n02 n03", "n[01-03]" },
		{ "n[08-11]", "n08 n09 n10 n11", "n[08-11]" },
		{ "n[8-11]", "n8 n9 n10 n11", "n[8-11]" },
		{ "n[098-100]", "n098 n099 n100", "n[098-100]" },
		{ "n[0-8/4]", "n0 n4 n8", "n[0,4,8]" },
		{ "n[1-8/3]", "n1 n4 n7", "n[1,4,7]" },
		{ "n[01-16/5,20]", "n01 n06 n11 n16 n20", "n[01,06,11,16,20]" },
		{ "n[ 1 - 3 , 5 ]x", "n1x n2x n3x n5x", "n[1-3,5]x" },
		{ "r[1-2]n[1-2]", "r1n1 r1n2 r2n1 r2n2", "r[1-2]n[1-2]" },
		{ "n1-ib0,n2-ib0", "n1-ib0 n2-ib0", "n[1-2]-ib0" },
		{ "10.0.0.[9-11]", "10.0.0.9 10.0.0.10 10.0.0.11", "10.0.0.[9-11]" },
		{ "[1-3]", "1 2 3", "[1-3]" },
		{ "b,a,c1,c", "a b c c1", "a,b,c,c1" },
		{ "50%,50%[1-2]", "50% 50%1 50%2", "50%,50%[1-2]" },
		/* digits around brackets */
		{ "n1[01-03]", "n101 n102 n103", "n[101-103]" },
		{ "n0[1-3]", "n01 n02 n03", "n[01-03]" },
		{ "n[1-3]0", "n10 n20 n30", "n[10,20,30]" },
		{ "n[9-10]0", "n90 n100", "n[90,100]" },
		{ "n1[9-10]0", "n190 n1100", "n[190,1100]" },
		{ "r[1-2]n0[1-2]", "r1n01 r1n02 r2n01 r2n02", "r[1-2]n[01-02]" },
		{ "n[03,98-100]", "n03 n98 n99 n100", "n[03,98-99,100]" },
		{ "n1[0-10/5]", "n10 n15 n110", "n[10,15,110]" },
		/* zeros in front make other names */
		{ "n[9-10],n010,n[08-09]", "n9 n08 n09 n10 n010", "n[9,08-10,010]" },
		{ "n[1,01,001]", "n1 n01 n001", "n[1,01,001]" },
		{ "n[0-00]", "n0", "n0" },
		{ "n[5,099-100]", "n5 n099 n100", "n[5,099-100]" },
		/* operations go from left to right */
		{ "n[1-5]!n[2-3]", "n1 n4 n5", "n[1,4-5]" },
		{ "n[1-5]&n[4-9]", "n4 n5", "n[4-5]" },
		{ "n[1-3]^n[3-4]", "n1 n2 n4", "n[1-2,4]" },
		{ "n[1-3],m!n2&n[1-9],k", "k n1 n3", "k,n[1,3]" },
		{ "a!a,b", "b", "b" },
		{ "a^a", "", "" },
		{ "a , b ! a", "b", "b" },
		{ "r[1-3]n[1-3]!r2n2", "r1n1 r1n2 r1n3 r3n1 r3n2 r3n3 r2n1 r2n3",
		  "r[1,3]n[1-3],r2n[1,3]" },
		{ "r[1-2]n[1-2],r10n1,r9n3,r9n4,r3n3", "r2n1 r10n1 r3n3 r9n3 r1n1 r1n2 r2n2 r9n4",
		  "r[2,10]n1,r[3,9]n3,r1n[1-2],r2n2,r9n4" },
		/* numbers that are too long for ranges are text */
		{ "n123456789012345678,n123456789012345679",
		  "n123456789012345678 n123456789012345679",
		  "n123456789012345678,n123456789012345679" },
		{ "n123456789012345678x[1-2]", "n123456789012345678x1 n123456789012345678x2",
		  "n123456789012345678x[1-2]" },
		/* groups */
		{ "@rack1", "n01 n02 n03", "n[01-03]" },
		{ "@rack[1-2]", "n01 n02 n03 n04 n05 n06", "n[01-06]" },
		{ "@all!@rack1", "n04 n05 n06", "n[04-06]" },
		{ "@most&@rack2", "n04 n06", "n[04,06]" },
		{ "login,@none", "login", "login" },
		{ "@*", "login n01 n02 n03 n04 n05 n06", "login,n[01-06]" },
		{ "@dc:rack1", "dc1-n1", "dc1-n1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++) {
		struct nodeset *set = read_set(examples[i][0]);

		assert_sorted(set, examples[i][1]);
		assert_folded(set, examples[i][2]);
		nodeset_free(set);
	}
}

static void written_order_is_kept_for_pairing(void **state)
{
	static const char *const examples[][2] = {
		{ "n[10-12,1-2]", "n10 n11 n12 n1 n2" },
		{ "b,a,b,c", "b a c" },
		{ "r[2,1]n[2,1]", "r2n2 r2n1 r1n2 r1n1" },
		{ "10.87.0.[11-12],10.87.1.1", "10.87.0.11 10.87.0.12 10.87.1.1" },
		{ "c,@rack[2,1]!n05", "c n04 n06 n01 n02 n03" },
		{ "n[5,4,3,2]&n[2-4]", "n4 n3 n2" },
		{ "n[3,2]^n[9,3,1]", "n2 n9 n1" },
		{ "a,b,@none,c,a1", "a b c a1" },
	};
	struct nodeset_names names;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++) {
		struct nodeset *set = read_set(examples[i][0]);

		assert_int_equal(nodeset_written(set, &names, &fault), 0);
		assert_names(&names, examples[i][1]);
		nodeset_names_free(&names);
		nodeset_free(set);
	}
}

struct wrong {
	const char *expression;
	int error;
	size_t offset;
	const char *hint; /* a part of it */
};

static const struct wrong wrong[] = {
	{ "n[1-3", EINVAL, 1, "never closed" },
	{ "n[1[2]]", EINVAL, 3, "in a bracket" },
	{ "n1]", EINVAL, 2, "never opened" },
	{ "n[1]]", EINVAL, 4, "never opened" },
	{ "a,n[1][2]", EINVAL, 6, "between two brackets" },
	{ "n[1-2]3[4]", EINVAL, 7, "between two brackets" },
	{ "n[]", EINVAL, 2, "empty" },
	{ "n[1,]", EINVAL, 4, "empty" },
	{ "n[1, ,2]", EINVAL, 5, "empty" },
	{ "n[a]", EINVAL, 2, "a number is missing" },
	{ "n[1-]", EINVAL, 4, "a number is missing" },
	{ "n[1-a]", EINVAL, 4, "a number is missing" },
	{ "n[1-2-3]", EINVAL, 5, "looks like" },
	{ "n[1 2]", EINVAL, 4, "looks like" },
	{ "n[5-1]", EINVAL, 2, "smaller number" },
	{ "n[1,20-3]", EINVAL, 4, "smaller number" },
	{ "n[01-100]", EINVAL, 2, "same number of digits" },
	{ "n[1-010]", EINVAL, 2, "same number of digits" },
	{ "n[0-10]0", EINVAL, 2, "same number of digits" },
	{ "n[-5]", EINVAL, 2, "a number is missing" },
	{ "n[1--5]", EINVAL, 4, "a number is missing" },
	{ "n[1-9/0]", EINVAL, 5, "at least 1" },
	{ "n[1-9/-1]", EINVAL, 6, "a number is missing" },
	{ "n[5/2]", EINVAL, 3, "needs a range" },
	{ "n[1-9/]", EINVAL, 6, "a number is missing" },
	{ "n[1-3/2]5", EINVAL, 5, "no digits may follow" },
	{ "n1[9-10]", EINVAL, 3, "same length" },
	{ "n1[1-3,4-10]", EINVAL, 3, "same length" },
	{ "n[1-2!3]", EINVAL, 5, "looks like" },
	{ ",a", EINVAL, 0, "a name is missing" },
	{ "a,,b", EINVAL, 2, "a name is missing" },
	{ "a,", EINVAL, 2, "a name is missing" },
	{ "a! ", EINVAL, 3, "a name is missing" },
	{ "a b", EINVAL, 1, "a comma is missing" },
	{ "n[1-2] x", EINVAL, 6, "a comma is missing" },
	{ "n*", EINVAL, 1, "wildcards" },
	{ "a,n\x01", EINVAL, 3, "control character" },
	{ "n[123456789012345678]", E2BIG, 2, "17 digits" },
	{ "n1[1-2]1234567890123456", E2BIG, 1, "17 digits" },
	{ "n12345678901234567[1-2]", E2BIG, 1, "17 digits" },
	{ "n[1-999999999]", E2BIG, 2, "1,000,000" },
	{ "n[1-1000001]", E2BIG, 0, "1,000,000" },
	{ "n[1-10000]m[1-10000]", E2BIG, 0, "1,000,000" },
	{ "n[1-600000],m[1-600000]", E2BIG, 12, "1,000,000" },
	{ "n[1-900000]!n[1-900000],n[1-900000]", E2BIG, 24, "2,000,000" },
	{ "@rack3", ENOENT, 0, "no such group" },
	{ "a,@rack[2-3]", ENOENT, 2, "no such group" },
	{ "a,@lost", ENOENT, 2, "no such group" },
	{ "a,@self", ELOOP, 2, "contain itself" },
	{ "a,@left", ELOOP, 2, "contain itself" },
	{ "@bad", ELOOP, 0, "contain itself" },
	{ "n1,@outer,n2", EINVAL, 3, "never closed" },
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct nodeset *set;
		struct fault fault;
		size_t offset;
		int error = nodeset_parse(wrong[i].expression, &groups, &set, &offset, &fault);

		if (error != -wrong[i].error || offset != wrong[i].offset ||
		    !strstr(fault.hint, wrong[i].hint))
			fail_msg("%s: error %d, offset %zu, '%s'", wrong[i].expression, error,
				 offset, fault.hint);
		assert_null(set);
	}
}

static void fault_quotes_the_term_and_names_the_group(void **state)
{
	struct nodeset *set;
	struct fault fault;

	(void)state;
	assert_int_equal(nodeset_parse("a,n[5-1]x,b", NULL, &set, NULL, &fault), -EINVAL);
	assert_string_equal(fault.doing, "read a node set");
	assert_string_equal(fault.peer, "5-1]x");
	assert_int_equal(nodeset_parse("@outer", &groups, &set, NULL, &fault), -EINVAL);
	assert_string_equal(fault.doing, "read the nodes of the group @wrong");
	assert_string_equal(fault.peer, "[3-");
	assert_int_equal(nodeset_parse("@rack1", NULL, &set, NULL, &fault), -ENOENT);
	assert_string_equal(fault.peer, "@rack1");
}

static void long_names_are_refused(void **state)
{
	char name[NODESET_NAME_BYTES + 16];
	struct nodeset *set;
	struct fault fault;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[NODESET_NAME_BYTES - 1] = '\0';
	assert_int_equal(nodeset_parse(name, NULL, &set, NULL, &fault), 0);
	nodeset_free(set);
	name[NODESET_NAME_BYTES - 1] = 'x';
	name[NODESET_NAME_BYTES] = '\0';
	assert_int_equal(nodeset_parse(name, NULL, &set, NULL, &fault), -ENAMETOOLONG);
	memcpy(name + NODESET_NAME_BYTES - 3, "[10-1000]", 10);
	assert_int_equal(nodeset_parse(name, NULL, &set, NULL, &fault), -ENAMETOOLONG);
	/* "%" is written twice in a pattern, which must not make a short name a long one. */
	memset(name, '%', NODESET_NAME_BYTES - 1);
	name[NODESET_NAME_BYTES - 1] = '\0';
	assert_int_equal(nodeset_parse(name, NULL, &set, NULL, &fault), 0);
	assert_folded(set, name);
	nodeset_free(set);
}

static void single_names_are_added_and_found(void **state)
{
	struct nodeset *set = nodeset_new();
	struct fault fault;

	(void)state;
	assert_non_null(set);
	assert_int_equal(nodeset_count(set), 0);
	assert_folded(set, "");
	for (int i = 20; i > 0; i--) {
		char name[16];

		snprintf(name, sizeof(name), "c-0-%d", i);
		assert_int_equal(nodeset_add_name(set, name, &fault), 0);
		assert_int_equal(nodeset_add_name(set, name, &fault), 0);
	}
	assert_int_equal(nodeset_add_name(set, "login", &fault), 0);
	assert_int_equal(nodeset_count(set), 21);
	assert_folded(set, "c-0-[1-20],login");
	assert_true(nodeset_contains(set, "c-0-7"));
	assert_true(nodeset_contains(set, "login"));
	assert_false(nodeset_contains(set, "c-0-07"));
	assert_false(nodeset_contains(set, "c-0-21"));
	assert_false(nodeset_contains(set, "c-0-[1-2]"));
	assert_false(nodeset_contains(set, "log"));
	assert_int_equal(nodeset_add_name(set, "c-0-[1-2]", &fault), -EINVAL);
	assert_int_equal(nodeset_add_name(set, "a,b", &fault), -EINVAL);
	assert_int_equal(nodeset_add_name(set, "@a", &fault), -EINVAL);
	assert_int_equal(nodeset_add_name(set, "", &fault), -EINVAL);
	nodeset_free(set);
}

static void sets_are_combined_again_and_again(void **state)
{
	struct nodeset *set = read_set("n[1-9],a");
	struct nodeset *other = read_set("n[5-12],b");
	struct fault fault;

	(void)state;
	assert_int_equal(nodeset_combine(set, '^', other, &fault), 0);
	assert_folded(set, "a,b,n[1-4,10-12]");
	assert_folded(other, "b,n[5-12]");
	assert_int_equal(nodeset_combine(set, ',', other, &fault), 0);
	assert_folded(set, "a,b,n[1-12]");
	assert_int_equal(nodeset_combine(set, '&', other, &fault), 0);
	assert_folded(set, "b,n[5-12]");
	assert_int_equal(nodeset_combine(set, '!', other, &fault), 0);
	assert_int_equal(nodeset_count(set), 0);
	assert_folded(set, "");
	assert_int_equal(nodeset_combine(set, ',', other, &fault), 0);
	assert_sorted(set, "b n5 n6 n7 n8 n9 n10 n11 n12");
	nodeset_free(set);
	nodeset_free(other);
}

static void a_million_names_fit(void **state)
{
	struct nodeset *set = read_set("r[1-1000]n[0001-1000]");
	struct nodeset *other = read_set("m");
	struct text text = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(nodeset_count(set), NODESET_NAMES_MAX);
	assert_folded(set, "r[1-1000]n[0001-1000]");
	assert_int_equal(nodeset_combine(set, ',', other, &fault), 0);
	assert_int_equal(nodeset_fold(set, &text, &fault), -E2BIG);
	nodeset_free(set);
	nodeset_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_are_expanded_and_folded),
		cmocka_unit_test(written_order_is_kept_for_pairing),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(fault_quotes_the_term_and_names_the_group),
		cmocka_unit_test(long_names_are_refused),
		cmocka_unit_test(single_names_are_added_and_found),
		cmocka_unit_test(sets_are_combined_again_and_again),
		cmocka_unit_test(a_million_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
