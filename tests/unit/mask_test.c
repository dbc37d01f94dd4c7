// SPDX-License-Identifier: GPL-2.0-only
/* Secrets stay out of what people look at. */
/* links: tools/generation/mask.c tools/cluster/table.c userspace/lib/text.c */
#include "tools/generation/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void masks(const char *text, const char *before, const char *wanted)
{
	struct text masked = { 0 };

	mask_secrets(text, before, &masked);
	assert_string_equal(text_string(&masked), wanted);
	text_free(&masked);
}

static void secrets_of_all_kinds_are_masked(void **state)
{
	(void)state;
	masks("rw\nrd.iscsi.username=u\nrd.iscsi.password=abc\nrd.iscsi.in.password=def\nro\n",
	      NULL,
	      "rw\nrd.iscsi.username=u\nrd.iscsi.password=(secret)\n"
	      "rd.iscsi.in.password=(secret)\nro\n");
	masks("\tincominguser iqn.x:n01 abc\n\toutgoinguser iqn.x:n01 def", NULL,
	      "\tincominguser iqn.x:n01 (secret)\n\toutgoinguser iqn.x:n01 (secret)");
	masks("  \"chap_password\": \"abc\",\n  \"chap_mutual_password\": \"def\"\n", NULL,
	      "  \"chap_password\": \"(secret)\",\n  \"chap_mutual_password\": \"(secret)\"\n");
	masks("wireroot.swap.token=abc\nwireroot.swap.member=n01\n", NULL,
	      "wireroot.swap.token=(secret)\nwireroot.swap.member=n01\n");
	masks("  \"admin_token\": \"abc\",\n { \"name\": \"n01\", \"token\": \"def\", \"mac\": null }\n",
	      NULL,
	      "  \"admin_token\": \"(secret)\",\n { \"name\": \"n01\", \"token\": \"(secret)\", \"mac\": null }\n");
	masks("kernel k rd.iscsi.in.password=abc rd.iscsi.password=def quiet\n", NULL,
	      "kernel k rd.iscsi.in.password=(secret) rd.iscsi.password=(secret) quiet\n");
}

/* With the names of users, which are not told from secrets that hold a colon. */
static void accounts_of_roots_are_masked(void **state)
{
	(void)state;
	masks("kernel k netroot=iscsi:10.0.0.1::::iqn.x netroot=iscsi:u:s'@t:v:p@10.0.0.2::::iqn.y ro\n",
	      NULL,
	      "kernel k netroot=iscsi:10.0.0.1::::iqn.x netroot=iscsi:(secret)@10.0.0.2::::iqn.y ro\n");
	masks("root=iscsi:u:s@a::::iqn.x rd.iscsi.in.password=t", "root=iscsi:u:r@a::::iqn.x",
	      "root=iscsi:(another secret)@a::::iqn.x rd.iscsi.in.password=(another secret)");
	masks("linux k 'root=iscsi:u:s@a::::iqn.x' user@example\n", NULL,
	      "linux k 'root=iscsi:(secret)@a::::iqn.x' user@example\n");
	masks("a \"netroot=iscsi:u:s t@a::::iqn.x\" root=\"iscsi:u:s t@a::::iqn.x\" b\n", NULL,
	      "a \"netroot=iscsi:(secret)@a::::iqn.x\" root=\"iscsi:(secret)@a::::iqn.x\" b\n");
	masks("netroot=iscsi\nnetroot=iscsi:a::::iqn.x\nmail user@example\n", NULL,
	      "netroot=iscsi\nnetroot=iscsi:a::::iqn.x\nmail user@example\n");
}

static void other_text_stays_as_it_is(void **state)
{
	static const char text[] = "a\n\n\tincominguser\nrd.iscsi.username=x\n";

	(void)state;
	masks(text, NULL, text);
	masks("", "", "");
}

static void secret_that_has_changed_shows_as_another(void **state)
{
	static const char before[] = "rd.iscsi.password=abc\nrd.iscsi.in.password=def\n";

	(void)state;
	masks("rd.iscsi.password=abc\nrd.iscsi.in.password=ghi\n", before,
	      "rd.iscsi.password=(secret)\nrd.iscsi.in.password=(another secret)\n");
	masks("rd.iscsi.password=abc\n", "", "rd.iscsi.password=(another secret)\n");
}

/* tgt.conf of ten thousand nodes, compared with itself. */
static void many_secrets_are_masked(void **state)
{
	struct text text = { 0 }, masked = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		text_printf(&text, "incominguser u%d secret%d\n", i, i);
	mask_secrets(text_string(&text), text_string(&text), &masked);
	assert_null(strstr(text_string(&masked), "another"));
	assert_null(strstr(text_string(&masked), "secret1"));
	text_free(&text);
	text_free(&masked);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_of_all_kinds_are_masked),
		cmocka_unit_test(accounts_of_roots_are_masked),
		cmocka_unit_test(other_text_stays_as_it_is),
		cmocka_unit_test(secret_that_has_changed_shows_as_another),
		cmocka_unit_test(many_secrets_are_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
