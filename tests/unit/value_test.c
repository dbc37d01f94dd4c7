/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of the bounds of numbers, addresses and names. */
/* links: initramfs/value.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/value.h"

static void number_stays_within_its_maximum(void **state)
{
	uint32_t number = 7;

	(void)state;
	assert_true(value_number("4294967295", UINT32_MAX, &number));
	assert_int_equal(number, UINT32_MAX);
	assert_true(value_number("00010", 10, &number));
	assert_int_equal(number, 10);
	assert_true(value_number("0", 0, &number));
	assert_int_equal(number, 0);
	assert_false(value_number("4294967296", UINT32_MAX, &number));
	assert_false(value_number("99999999999999999999", UINT32_MAX, &number));
	assert_false(value_number("11", 10, &number));
	assert_false(value_number("5", 4, &number));
	assert_false(value_number("", 10, &number));
	assert_false(value_number("-1", 10, &number));
	assert_false(value_number("+1", 10, &number));
	assert_false(value_number("1 ", 10, &number));
}

static void ipv4_address_is_read_and_written(void **state)
{
	static const char *const bad[] = {
		"",	    "1.2.3",	 "1.2.3.",     "1.2.3.4.", "1.2.3.4.5",	       ".1.2.3",
		"1..2.3",   "1.2.3.256", "1.2.3.1000", "1.2.3.a",  "1.2.3.4 ",	       " 1.2.3.4",
		"01.2.3.4", "1.2.3.00",	 "0x1.2.3.4",  "1.2.3.-4", "1.2.3.4294967300",
	};
	char text[IPV4_TEXT_BYTES];
	uint32_t address;

	(void)state;
	assert_true(value_ipv4("255.255.255.255", &address));
	assert_int_equal(address, UINT32_MAX);
	assert_string_equal(value_ipv4_text(address, text), "255.255.255.255");
	assert_true(value_ipv4("10.0.20.3", &address));
	assert_int_equal(address, 0x0a001403);
	assert_string_equal(value_ipv4_text(address, text), "10.0.20.3");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(value_ipv4(bad[i], &address));
}

static void host_name_has_valid_labels(void **state)
{
	static const char *const good[] = { "a", "1", "n01", "a-b.c_d", "0.a", "x--y" };
	static const char *const bad[] = {
		"", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a-.b", "a b", "a/b", "\xc3\xa4",
	};
	char name[80];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(value_host_name(good[i], HOST_NAME_LENGTH));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(value_host_name(bad[i], HOST_NAME_LENGTH));
	snprintf(name, sizeof(name), "%063d", 0);
	assert_true(value_host_name(name, HOST_NAME_LENGTH));
	snprintf(name, sizeof(name), "%064d", 0);
	assert_false(value_host_name(name, HOST_NAME_LENGTH));
	snprintf(name, sizeof(name), "%032d.%031d", 0, 0);
	assert_true(value_host_name(name, HOST_NAME_LENGTH));
	snprintf(name, sizeof(name), "%032d.%032d", 0, 0);
	assert_false(value_host_name(name, HOST_NAME_LENGTH));
}

static void host_name_becomes_part_of_an_iscsi_name(void **state)
{
	char text[HOST_NAME_LENGTH + 1], name[HOST_NAME_LENGTH + 1];

	(void)state;
	assert_string_equal(value_iscsi_part("n01", text), "n01");
	assert_string_equal(value_iscsi_part("Rack-1.N_01Z", text), "rack-1.n:01z");
	memset(name, '_', HOST_NAME_LENGTH);
	name[HOST_NAME_LENGTH] = '\0';
	assert_int_equal(strlen(value_iscsi_part(name, text)), HOST_NAME_LENGTH);
	assert_int_equal(strspn(text, ":"), HOST_NAME_LENGTH);
}

static void mac_address_is_read_and_written(void **state)
{
	static const char *const bad[] = {
		"",
		"52:54:00:12:ab",
		"52:54:00:12:ab:cd:",
		"52:54:00:12:ab-cd",
		"52:54:00:12:ab:cg",
		"00:00:00:00:00:00",
		"53:54:00:12:ab:cd", /* multicast */
	};
	char text[MAC_TEXT_BYTES];
	uint8_t mac[6];

	(void)state;
	assert_true(value_mac("52-54-00-12-AB-cd", mac));
	assert_string_equal(value_mac_text(mac, text), "52:54:00:12:ab:cd");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(value_mac(bad[i], mac));
}

static void copy_fits_with_its_nul_or_fails(void **state)
{
	char to[4] = "old";

	(void)state;
	assert_false(value_copy(to, sizeof(to), "four", 4));
	assert_string_equal(to, "old");
	assert_true(value_copy(to, sizeof(to), "ab-rest", 2));
	assert_string_equal(to, "ab");
	assert_true(value_copy(to, sizeof(to), "abc", 3));
	assert_string_equal(to, "abc");
	assert_false(value_copy(to, 0, "", 0));
}

static void refusal_names_what_and_text(void **state)
{
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(value_refuse(&fault, "MTU", "5", "give 68"), -EINVAL);
	assert_string_equal(fault.doing, "read parameter");
	assert_string_equal(fault.peer, "MTU '5'");
	assert_string_equal(fault.hint, "give 68");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_stays_within_its_maximum),
		cmocka_unit_test(ipv4_address_is_read_and_written),
		cmocka_unit_test(host_name_has_valid_labels),
		cmocka_unit_test(host_name_becomes_part_of_an_iscsi_name),
		cmocka_unit_test(mac_address_is_read_and_written),
		cmocka_unit_test(copy_fits_with_its_nul_or_fails),
		cmocka_unit_test(refusal_names_what_and_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
