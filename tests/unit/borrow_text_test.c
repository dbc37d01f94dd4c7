/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of what wireroot-borrow reads: the broker's answers, and the kernel's files. */
/* links: userspace/memory/borrow/answer.c userspace/memory/borrow/pages.c */
/* links: userspace/memory/borrow/shared.c */
/* links: userspace/memory/borrow/stats.c userspace/memory/lib/vitals.c userspace/lib/fs.c */
/* links: userspace/lib/text.c initramfs/swap/grant.c */
/* links: initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "userspace/memory/borrow/answer.h"
#include "userspace/memory/borrow/pages.h"
#include "userspace/memory/borrow/shared.h"
#include "userspace/memory/borrow/stats.h"

static int read_answer(const char *text, struct borrow_answer *answer)
{
	json_t *body = json_loads(text, 0, NULL);
	struct fault fault;
	int error = borrow_answer_read(body, answer, &fault);

	json_decref(body);
	return error;
}

static void an_answer_says_what_is_wanted(void **state)
{
	struct borrow_answer answer;

	(void)state;
	assert_int_equal(
		read_answer(
			"{\"lease_s\": 30, \"sequence\": 17, \"new\": [], \"grants\": ["
			"{\"id\": \"00c0ffee12345678\", \"generation\": 3, \"want\": \"keep\"},"
			"{\"id\": \"00c0ffee12345679\", \"generation\": 4, \"want\": \"return\","
			" \"deadline_s\": 300, \"policy\": \"stop-processes\"},"
			"{\"id\": \"00c0ffee1234567a\", \"generation\": 5, \"want\": \"gone\"}],"
			"\"requests\": [{\"id\": \"0000000000000001\", \"bytes\": 1048576}]}",
			&answer),
		0);
	assert_int_equal(answer.sequence, 17);
	assert_int_equal(answer.lease_s, 30);
	assert_int_equal(answer.grant_count, 3);
	assert_int_equal(answer.grants[0].want, WANT_KEEP);
	assert_int_equal(answer.grants[1].want, WANT_RETURN);
	assert_int_equal(answer.grants[1].deadline_s, 300);
	assert_true(answer.grants[1].stop_processes);
	assert_int_equal(answer.grants[2].want, WANT_GONE);
	assert_false(answer.grants[2].stop_processes);
	assert_int_equal(answer.request_count, 1);
	assert_int_equal(answer.requests[0].bytes, 1 << 20);
}

static void malformed_answers_are_refused(void **state)
{
	static const char *const cases[] = {
		"[]",
		"{}",
		"{\"sequence\": -1}",
		"{\"sequence\": \"1\"}",
		"{\"sequence\": 1, \"grants\": [{}]}",
		"{\"sequence\": 1, \"grants\": [7]}",
		"{\"sequence\": 1, \"grants\": [{\"id\": \"../../../etc/cron\", \"generation\": 1, "
		"\"want\": \"keep\"}]}",
		"{\"sequence\": 1, \"grants\": [{\"id\": \"00c0ffee12345678\", \"generation\": 1, "
		"\"want\": \"drop\"}]}",
		"{\"sequence\": 1, \"requests\": [{\"id\": \"0000000000000001\"}]}",
		"{\"sequence\": 1, \"requests\": [{\"id\": \"0000000000000001\", \"bytes\": -4}]}",
	};
	struct borrow_answer answer;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (read_answer(cases[i], &answer) != -EBADMSG)
			fail_msg("%s is taken", cases[i]);
	assert_int_equal(borrow_answer_read(NULL, &answer, &fault), -EBADMSG);
}

static void more_than_fits_is_left_for_later(void **state)
{
	json_t *body = json_pack("{s:i, s:[]}", "sequence", 1, "grants");
	struct borrow_answer answer;
	struct fault fault;

	(void)state;
	for (int i = 0; i < ANSWER_GRANTS_MAX + 5; i++)
		json_array_append_new(json_object_get(body, "grants"),
				      json_pack("{s:s, s:i, s:s}", "id", "00c0ffee12345678",
						"generation", i, "want", "keep"));
	assert_int_equal(borrow_answer_read(body, &answer, &fault), 0);
	assert_int_equal(answer.grant_count, ANSWER_GRANTS_MAX);
	json_decref(body);
}

static void a_grant_is_read_from_json(void **state)
{
	json_t *body =
		json_pack("{s:s, s:i, s:s, s:I, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s}", "id",
			  "00c0ffee12345678", "generation", 2, "state", "granted", "bytes",
			  (json_int_t)1 << 30, "lender", "n02", "address", "10.0.0.2", "port", 3260,
			  "iqn", "iqn.x:m", "initiator", "iqn.x:n01", "username", "u", "secret",
			  "s1", "username_in", "v", "secret_in", "s2");
	struct fault fault = { 0 };
	struct grant grant;

	(void)state;
	assert_int_equal(borrow_grant_read(body, &grant, &fault), 0);
	assert_int_equal(grant.bytes, 1 << 30);
	assert_string_equal(grant.secret_in, "s2");
	json_object_set_new(body, "iqn", json_string("iqn.x:m\nid=1111111111111111"));
	assert_int_equal(borrow_grant_read(body, &grant, &fault), -EBADMSG);
	json_decref(body);
	assert_int_equal(borrow_grant_read(NULL, &grant, &fault), -EBADMSG);
}

#define SWAPS                                                                                      \
	"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"                                       \
	"/dev/dm-0                               partition\t327676\t\t1024\t\t100\n"               \
	"/swapfile                               file\t\t65532\t\t512\t\t-2\n"

static void devices_are_found_among_swaps(void **state)
{
	struct swap_usage usage;

	(void)state;
	assert_true(swap_usage_of(SWAPS, "/dev/dm-0", &usage));
	assert_int_equal(usage.size_bytes, 327676ull << 10);
	assert_int_equal(usage.used_bytes, 1 << 20);
	assert_false(swap_usage_of(SWAPS, "/dev/dm-", &usage));
	assert_false(swap_usage_of("", "/dev/dm-0", &usage));
	/* As it looks when the mount namespace that it was attached in is no more. */
	assert_true(swap_usage_of("/dm-3 partition 65532 512 100\n", "/dev/dm-3", &usage));
	assert_false(swap_usage_of("/dm-3 file 65532 512 100\n", "/dev/dm-3", &usage));
	usage = swap_usage_but(SWAPS, "/dev/dm-0");
	assert_int_equal(usage.size_bytes, 65532ull << 10);
	assert_int_equal(usage.used_bytes, 512 << 10);
	usage = swap_usage_but(SWAPS, "");
	assert_int_equal(usage.used_bytes, 1536 << 10);
}

/* As the kernel numbers them: a new device takes the lowest number that is free. */
static void numbers_of_devices_are_followed(void **state)
{
	struct swap_types types = { 0 };

	(void)state;
	swap_types_update(&types, SWAPS);
	assert_int_equal(swap_types_find(&types, "/dev/dm-0"), 0);
	assert_int_equal(swap_types_find(&types, "/swapfile"), 1);
	swap_types_update(&types, "Filename\n/swapfile file 65532 512 -2\n");
	assert_int_equal(swap_types_find(&types, "/dev/dm-0"), -1);
	assert_int_equal(swap_types_find(&types, "/swapfile"), 1);
	swap_types_update(&types, "/dev/dm-3 partition 1 0 1\n/swapfile file 65532 512 -2\n"
				  "/dev/dm-4 partition 1 0 1\n");
	assert_int_equal(swap_types_find(&types, "/dev/dm-3"), 0);
	assert_int_equal(swap_types_find(&types, "/dev/dm-4"), 2);
}

static void entries_of_pagemap_are_told_apart(void **state)
{
	const uint64_t swapped = 1ull << 62, present = 1ull << 63;

	(void)state;
	assert_true(pagemap_is_on(swapped | 0x1234 << 5 | 1, 1));
	assert_true(pagemap_is_on(swapped | 31, 31));
	assert_false(pagemap_is_on(swapped | 0x1234 << 5 | 1, 0));
	assert_false(pagemap_is_on(present | 1, 1));
	assert_false(pagemap_is_on(0, 0));
}

static void shared_memory_without_a_name_is_told_apart(void **state)
{
	static const struct {
		const char *line;
		bool is_shared;
	} cases[] = {
		{ "7f00-7f04 rw-s 00000000 00:01 1027   /dev/zero (deleted)\n", true },
		{ "7f00-7f04 rw-s 00000000 00:01 5    /SYSV00000000 (deleted)\n", true },
		{ "7f00-7f04 r--s 00001000 00:01 9 /memfd:pages (deleted)\n", true },
		/* A file has a name. */
		{ "7f00-7f04 rw-s 00000000 00:17 3 /dev/shm/file\n", false },
		{ "7f00-7f04 rw-s 00000000 08:01 3 /srv/memfd:pages\n", false },
		/* Whose copy is its own shows in its page tables. */
		{ "7f00-7f04 rw-p 00000000 00:01 9 /memfd:pages (deleted)\n", false },
		{ "7f00-7f04 rw-p 00000000 00:00 0\n", false },
		{ "7f04-7f00 rw-s 00000000 00:01 9 /memfd:pages (deleted)\n", false },
		{ "7f00-7f04 rw-s 00000000 00:01 9", false },
		{ "", false },
	};
	struct shared_mapping mapping;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (shared_mapping_read(cases[i].line, &mapping) != cases[i].is_shared)
			fail_msg("case %zu", i);
	assert_true(shared_mapping_read(cases[0].line, &mapping));
	assert_int_equal(mapping.start, 0x7f00);
	assert_int_equal(mapping.end, 0x7f04);
	assert_int_equal(mapping.device, 1);
	assert_int_equal(mapping.inode, 1027);
}

static void memory_and_pressure_are_read(void **state)
{
	static const char meminfo[] = "MemTotal:       8000 kB\nMemFree:        1000 kB\n"
				      "MemAvailable:   4000 kB\n";

	(void)state;
	assert_int_equal(stats_meminfo(meminfo, "MemTotal:"), 8000 << 10);
	assert_int_equal(stats_meminfo(meminfo, "MemAvailable:"), 4000 << 10);
	assert_int_equal(stats_meminfo(meminfo, "Swap:"), 0);
	assert_int_equal(stats_meminfo("MemTotal:", "MemTotal:"), 0);
	assert_int_equal(10 * stats_pressure("some avg10=12.50 avg60=0.00 avg300=0.00 total=1\n"),
			 125);
	assert_int_equal(stats_pressure("full avg10=1.00\n"), 0);
	assert_int_equal(stats_pressure("some avg10=nan"), 0);
	assert_int_equal(stats_pressure("some avg10=-5"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_says_what_is_wanted),
		cmocka_unit_test(malformed_answers_are_refused),
		cmocka_unit_test(more_than_fits_is_left_for_later),
		cmocka_unit_test(a_grant_is_read_from_json),
		cmocka_unit_test(devices_are_found_among_swaps),
		cmocka_unit_test(numbers_of_devices_are_followed),
		cmocka_unit_test(entries_of_pagemap_are_told_apart),
		cmocka_unit_test(shared_memory_without_a_name_is_told_apart),
		cmocka_unit_test(memory_and_pressure_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
