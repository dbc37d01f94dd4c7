// SPDX-License-Identifier: GPL-2.0-only
/* What a lender takes from its settings and from what the initrd left. */
/* links: userspace/memory/lend/options.c userspace/memory/lend/backing.c */
/* links: userspace/memory/lib/member.c userspace/memory/lib/settings.c */
/* links: userspace/lib/fs.c userspace/lib/size.c initramfs/fault.c initramfs/value.c */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/memory/lend/options.h"

#define LEFT                                                                                       \
	"broker=http://10.0.0.1:8017\nmember=n1\ntoken=t\nlend-reserve=2048M\nborrow-size=96M\n"   \
	"lend-colour=blue\n"

static int take(struct lend_options *options, const char *text, settings_take how)
{
	struct fault fault = { 0 };

	return settings_read(text, strlen(text), "a file", how, options, &fault);
}

static void what_the_initrd_left_is_the_lenders_reserve(void **state)
{
	struct lend_options options = { 0 };

	(void)state;
	assert_int_equal(take(&options, LEFT, lend_options_take_left), 0);
	lend_options_finish(&options);
	assert_int_equal(options.reserve_bytes, 2ull << 30);
	assert_int_equal(options.reserve_per_cent, 0);
	/* Who it is, is for member_finish(), which knows what comes first. */
	assert_string_equal(options.member.name, "");
}

static void settings_come_before_what_the_initrd_left(void **state)
{
	struct lend_options options = { 0 };

	(void)state;
	assert_int_equal(take(&options, "lend-reserve = 30%\n", lend_options_take), 0);
	assert_int_equal(take(&options, LEFT, lend_options_take_left), 0);
	lend_options_finish(&options);
	assert_int_equal(options.reserve_bytes, 0);
	assert_int_equal(options.reserve_per_cent, 30);
}

static void without_either_it_is_a_fifth(void **state)
{
	struct lend_options options = { 0 };

	(void)state;
	lend_options_finish(&options);
	assert_int_equal(options.reserve_per_cent, 20);
}

static void a_mistake_in_settings_is_refused(void **state)
{
	static const char *const texts[] = { "lend-reserve = much\n", "lend-colour = blue\n",
					     "lend-reserve\n" };
	struct lend_options options = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(take(&options, texts[i], lend_options_take), -EINVAL);
	options = (struct lend_options){ 0 };
	assert_int_equal(take(&options, "lend-reserve=0x\n", lend_options_take_left), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_initrd_left_is_the_lenders_reserve),
		cmocka_unit_test(settings_come_before_what_the_initrd_left),
		cmocka_unit_test(without_either_it_is_a_fifth),
		cmocka_unit_test(a_mistake_in_settings_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
