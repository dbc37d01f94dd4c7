// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel, tgtd's notes and guests tell a lender. */
/* links: userspace/memory/lib/vitals.c userspace/memory/lend/guests.c */
/* links: userspace/memory/lend/guest_message.c userspace/memory/lend/tgtd.c */
/* links: userspace/lib/fs.c userspace/lib/log.c userspace/lib/text.c */
/* links: userspace/lib/iscsi_portal.c */
/* links: tools/target/tgt.c tools/target/tgt_request.c tools/target/tgt_socket.c */
/* links: tools/target/tgt_text.c tools/target/target.c */
/* links: initramfs/fault.c initramfs/value.c */
/* libraries: libsodium */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/memory/lend/guests.h"
#include "userspace/memory/lend/tgtd.h"
#include "userspace/memory/lib/vitals.h"

static const char token[] = "a token of this test";

static void meminfo_is_read(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "MemTotal:       2048 kB\nMemFree: 1 kB\nMemAvailable:   1024 kB\nX: 1\n", true },
		{ "MemAvailable:   1024 kB\nMemTotal:       2048 kB", true },
		{ "MemTotal:       2048 kB\n", false },
		{ "MemTotal:       2048 MB\nMemAvailable: 1024 kB\n", false },
		{ "MemTotal:       kB\nMemAvailable: 1024 kB\n", false },
		{ "MemTotal: 1234567890123456 kB\nMemAvailable: 1024 kB\n", false },
		{ "XMemTotal: 2048 kB\nMemAvailable: 1024 kB\n", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vitals vitals = { 0 };

		assert_int_equal(vitals_read_meminfo(cases[i].text, strlen(cases[i].text), &vitals),
				 cases[i].good);
		if (cases[i].good)
			assert_true(vitals.total_bytes == 2 << 20 &&
				    vitals.available_bytes == 1 << 20);
	}
}

static void pressure_is_read(void **state)
{
	static const struct {
		const char *text;
		int hundredths; /* -1: none */
	} cases[] = {
		{ "some avg10=0.25 avg60=1.00 avg300=0 total=5\nfull avg10=9.00\n", 25 },
		{ "some avg10=100.00 avg60=0.00", 10000 },
		{ "some avg10=12.3", -1 },
		{ "some avg10=.30", -1 },
		{ "some avg10=1000.00", -1 },
		{ "some avg10=-1.00", -1 },
		{ "full avg10=9.00 avg60=1.00\n", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vitals vitals = { 0 };

		assert_int_equal(
			vitals_read_pressure(cases[i].text, strlen(cases[i].text), &vitals),
			cases[i].hundredths >= 0);
		if (cases[i].hundredths >= 0)
			assert_int_equal((int)(vitals.pressure * 100 + 0.5), cases[i].hundredths);
	}
}

static void swap_and_borrowed_memory_are_told(void **state)
{
	static const char none[] = "Filename\t\t\t\tType\t\tSize\n";
	static const char some[] = "Filename\t\t\t\tType\t\tSize\n/dev/dm-0 partition 1 0 -2\n";

	(void)state;
	assert_false(vitals_has_swap(none, strlen(none)));
	assert_true(vitals_has_swap(some, strlen(some)));
	assert_true(vitals_is_borrowed("wireroot-memory-0123456789abcdef\n"));
	assert_false(vitals_is_borrowed("wireroot-swap"));
}

static void note_of_tgtd_is_read(void **state)
{
	static const char *const bad[] = { "",	  "0 1\n",  "-1 1\n", "12",
					   "12 ", "12 x\n", "12 1 2", "99999999999 1\n" };
	uint64_t start;
	pid_t pid;

	(void)state;
	assert_true(tgtd_read_pid("123 456789\n", &pid, &start));
	assert_true(pid == 123 && start == 456789);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(tgtd_read_pid(bad[i], &pid, &start));
	assert_true(tgtd_read_start("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 "
				    "20 21\n",
				    &start));
	assert_int_equal(start, 4711);
	assert_false(tgtd_read_start("7 (a) S 1 2 3\n", &start));
	assert_false(tgtd_read_start("nothing", &start));
}

static struct guest_message message_of(const char *name, uint64_t sequence, uint64_t available)
{
	struct guest_message message = { .sequence = sequence,
					 .total_bytes = 1000,
					 .available_bytes = available,
					 .reserve_bytes = 300 };

	snprintf(message.name, sizeof(message.name), "%s", name);
	return message;
}

static void guest_message_comes_as_it_went(void **state)
{
	struct guest_message message = message_of("vm1", 1700000000000, 400), read;
	char text[GUEST_MESSAGE_BYTES];
	struct fault fault = { 0 };
	size_t length = guest_message_write(&message, token, text);

	(void)state;
	assert_true(length > 0 && length < GUEST_MESSAGE_BYTES);
	assert_int_equal(guest_message_read(text, length, token, &read, &fault), 0);
	assert_memory_equal(&message, &read, sizeof(read));
	assert_int_equal(guest_message_read(text, length, "another", &read, &fault), -EACCES);
	/* Whatever byte is another one, and wherever it is cut off. */
	for (size_t i = 0; i < length; i++) {
		text[i] ^= 1;
		assert_int_not_equal(guest_message_read(text, length, token, &read, &fault), 0);
		text[i] ^= 1;
		assert_int_not_equal(guest_message_read(text, i, token, &read, &fault), 0);
	}
}

static void guest_message_with_wrong_fields_is_refused(void **state)
{
	struct guest_message messages[] = { message_of("", 1, 1), message_of("a b", 1, 1),
					    message_of("vm1", 1, 1001),
					    message_of("vm1", UINT64_MAX, 1) };
	char text[GUEST_MESSAGE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		struct guest_message read;
		struct fault fault = { 0 };
		size_t length = guest_message_write(&messages[i], token, text);

		assert_int_equal(guest_message_read(text, length, token, &read, &fault), -EINVAL);
	}
}

static void host_holds_what_guests_may_take_again(void **state)
{
	struct guests guests = { 0 };
	struct guest_message message = message_of("vm1", 5, 400);

	(void)state;
	assert_true(guests_hear(&guests, &message, 0));
	assert_false(guests_hear(&guests, &message, 1));
	assert_int_equal(guests_held(&guests, 0), 300);
	message = message_of("vm1", 6, 200);
	assert_true(guests_hear(&guests, &message, 0));
	assert_int_equal(guests_held(&guests, 0), 200);
	message = message_of("vm2", 1, 900);
	assert_true(guests_hear(&guests, &message, 0));
	assert_int_equal(guests_held(&guests, GUEST_SILENT_MS - 1), 500);
	assert_int_equal(guests_held(&guests, GUEST_SILENT_MS), 1100);
	message = message_of("vm1", 7, 200);
	assert_true(guests_hear(&guests, &message, GUEST_SILENT_MS));
	guests_age(&guests, GUEST_FORGOTTEN_MS);
	assert_int_equal(guests.count, 1);
	assert_string_equal(guests.list[0].last.name, "vm1");
}

static void guests_have_a_limit(void **state)
{
	struct guests guests = { 0 };
	char name[16];

	(void)state;
	for (int i = 0; i <= GUESTS_MAX; i++) {
		struct guest_message message;

		snprintf(name, sizeof(name), "vm%d", i);
		message = message_of(name, 1, 1);
		assert_int_equal(guests_hear(&guests, &message, 0), i < GUESTS_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meminfo_is_read),
		cmocka_unit_test(pressure_is_read),
		cmocka_unit_test(swap_and_borrowed_memory_are_told),
		cmocka_unit_test(note_of_tgtd_is_read),
		cmocka_unit_test(guest_message_comes_as_it_went),
		cmocka_unit_test(guest_message_with_wrong_fields_is_refused),
		cmocka_unit_test(host_holds_what_guests_may_take_again),
		cmocka_unit_test(guests_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
