// SPDX-License-Identifier: GPL-2.0-only
/* The small pure parts of image: names, UUIDs, ACLs, what apt says of itself. */
/* links: tools/image/store.c tools/image/tree.c tools/image/uuid.c tools/image/acl.c */
/* links: tools/image/build.c tools/cluster/names.c userspace/lib/progress.c */
/* links: userspace/lib/spawn.c userspace/lib/fs.c userspace/lib/text.c initramfs/fault.c */
#include "tools/image/acl.h"
#include "tools/image/build.h"
#include "tools/image/store.h"
#include "tools/image/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void names_are_no_paths_options_or_leftovers(void **state)
{
	static const char *const good[] = { "debian12", "a", "Debian-12.5_x", "a.partial.b",
					    "0123456789012345678901234567890123456789012345678901"
					    "234567890123" };
	static const char *const bad[] = { "",
					   ".",
					   "..",
					   ".hidden",
					   "-y",
					   "a/b",
					   "a b",
					   "x.partial",
					   "x.removed",
					   "\xc3\xa4",
					   "01234567890123456789012345678901234567890123456789012"
					   "345678901234" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(image_name_is_good(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(image_name_is_good(bad[i]));
}

static void uuids_are_random_and_well_formed(void **state)
{
	char one[UUID_TEXT_BYTES], other[UUID_TEXT_BYTES];

	(void)state;
	assert_int_equal(uuid_random(one), 0);
	assert_int_equal(uuid_random(other), 0);
	assert_true(uuid_is_good(one));
	assert_string_not_equal(one, other);
	assert_int_equal(one[14], '4');
	assert_non_null(strchr("89ab", one[19]));
	assert_false(uuid_is_good(""));
	assert_false(uuid_is_good("01234567-89ab-4cde-8f01-23456789abc"));
	assert_false(uuid_is_good("01234567-89ab-4cde-8f01-23456789abcde"));
	assert_false(uuid_is_good("01234567-89AB-4cde-8f01-23456789abcd"));
	assert_false(uuid_is_good("01234567089ab04cde08f01023456789abcd"));
	assert_true(uuid_is_good("01234567-89ab-4cde-8f01-23456789abcd"));
}

static void acls_have_the_kernels_order_and_form(void **state)
{
	struct acl_entry entries[] = { { ACL_TAG_OTHER, 0, 7 },
				       { ACL_TAG_USER, 4, 0x01020304 },
				       { ACL_TAG_USER, 6, 5 },
				       { ACL_TAG_USER_OBJ, 7, 7 } };
	static const uint8_t expected[] = { 2, 0, 0, 0, 1,    0, 7, 0, 0xff, 0xff, 0xff, 0xff,
					    2, 0, 6, 0, 5,    0, 0, 0, 2,    0,	   4,	 0,
					    4, 3, 2, 1, 0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
	uint8_t bytes[ACL_HEAD_BYTES + 4 * ACL_ENTRY_BYTES];

	(void)state;
	assert_int_equal(acl_encode(entries, 4, bytes), sizeof(expected));
	assert_memory_equal(bytes, expected, sizeof(expected));
}

static void sources_are_debians_of_the_suite_once_each(void **state)
{
	static const char targets[] =
		"Debian|Packages|http://deb.debian.org/debian/|bookworm|main\n"
		"Debian|Packages|http://deb.debian.org/debian/|bookworm|main\n"
		"Debian|Translations|http://deb.debian.org/debian/|bookworm|main\n"
		"Debian|Packages|http://deb.debian.org/debian/|bookworm-updates|main\n"
		"Debian|Packages|http://deb.debian.org/debian/|trixie|main\n"
		"Debian|Packages|http://deb.debian.org/debian/|bookwormish|main\n"
		"Other|Packages|http://example.org/|bookworm|main\n"
		"Debian|Packages|http://security.debian.org/|bookworm-security|main\n"
		"Debian|Packages|too few\n"
		"Debian|Packages|http://x/|bookworm|main|too many\n";
	struct text sources = { 0 };

	(void)state;
	build_sources(targets, "bookworm", &sources);
	assert_string_equal(text_string(&sources),
			    "deb http://deb.debian.org/debian/ bookworm main\n"
			    "deb http://deb.debian.org/debian/ bookworm-updates main\n"
			    "deb http://security.debian.org/ bookworm-security main\n");
	text_free(&sources);
}

static void apt_options_are_those_of_reaching_packages(void **state)
{
	static const char dump[] = "Acquire \"\";\n"
				   "Acquire::cdrom \"\";\n"
				   "Acquire::http::Proxy \"http://proxy:3128\";\n"
				   "Acquire::https::Proxy::deb.debian.org \"DIRECT\";\n"
				   "Acquire::http::Proxy \"\";\n"
				   "Acquire::http::ProxyAutoDetect \"/usr/bin/x\";\n"
				   "Acquire::Check-Valid-Until \"false\";\n"
				   "Acquire::Languages \"none\";\n";
	struct text options = { 0 };

	(void)state;
	build_apt_options(dump, &options);
	assert_string_equal(text_string(&options),
			    "Acquire::http::Proxy \"http://proxy:3128\";\n"
			    "Acquire::https::Proxy::deb.debian.org \"DIRECT\";\n"
			    "Acquire::Check-Valid-Until \"false\";\n");
	text_free(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_no_paths_options_or_leftovers),
		cmocka_unit_test(uuids_are_random_and_well_formed),
		cmocka_unit_test(acls_have_the_kernels_order_and_form),
		cmocka_unit_test(sources_are_debians_of_the_suite_once_each),
		cmocka_unit_test(apt_options_are_those_of_reaching_packages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
