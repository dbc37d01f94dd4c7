// SPDX-License-Identifier: GPL-2.0-only
/* What the broker wants of a lender, and what follows from it. */
/* links: userspace/memory/lend/wanted.c userspace/memory/lend/grants.c */
/* links: userspace/memory/lend/backing.c userspace/memory/lend/report.c */
/* links: userspace/memory/lend/spare.c tools/target/target.c userspace/lib/fs.c */
/* links: userspace/lib/log.c initramfs/fault.c initramfs/value.c */
/* libraries: jansson */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/memory/lend/grants.h"
#include "userspace/memory/lend/report.h"

#define ID "0123456789abcdef"

static const char grant_text[] =
	"{\"id\":\"" ID "\",\"generation\":3,\"want\":\"export\",\"bytes\":67108864,"
	"\"borrower\":\"n01\",\"iqn\":\"iqn.2026-11.org.wireroot:memory.l1." ID "\","
	"\"initiator\":\"iqn.2026-11.org.wireroot:n01\",\"initiator_address\":\"10.0.0.11\","
	"\"username\":\"u1\",\"secret\":\"-aaa_aaaaaaaaaaa\",\"username_in\":\"u1-in\","
	"\"secret_in\":\"bbbbbbbbbbbbbbbb\"}";

static json_t *grant_json(void)
{
	json_t *json = json_loads(grant_text, 0, NULL);

	assert_non_null(json);
	return json;
}

static void export_is_read_and_written_again(void **state)
{
	json_t *json = grant_json(), *again;
	struct wanted wanted, second;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(wanted_read_grant(json, "l1", &wanted, &fault), 0);
	assert_string_equal(wanted.id, ID);
	assert_int_equal(wanted.generation, 3);
	assert_int_equal(wanted.want, WANT_EXPORT);
	assert_int_equal(wanted.bytes, 64 << 20);
	assert_int_equal(wanted.address, 0x0a00000b);
	assert_string_equal(wanted.username, "u1");
	assert_string_equal(wanted.secret_in, "bbbbbbbbbbbbbbbb");
	again = wanted_to_json(&wanted);
	assert_non_null(again);
	assert_int_equal(wanted_read_grant(again, "l1", &second, &fault), 0);
	assert_memory_equal(&wanted, &second, sizeof(wanted));
	json_decref(again);
	json_object_set_new(json, "initiator_address", json_null());
	assert_int_equal(wanted_read_grant(json, "l1", &wanted, &fault), 0);
	assert_int_equal(wanted.address, 0);
	assert_int_not_equal(wanted_read_grant(json, "l2", &wanted, &fault), 0);
	json_decref(json);
}

/* Each as JSON in the place of what the key had; "" takes the key away. */
static void what_is_not_the_contracts_is_refused(void **state)
{
	static const struct {
		const char *key, *value;
	} cases[] = {
		{ "id", "" },
		{ "id", "\"0123456789ABCDEF\"" },
		{ "id", "\"0123456789abcde\"" },
		{ "id", "\"../../../etc/pas\"" },
		{ "id", "7" },
		{ "generation", "-1" },
		{ "generation", "\"3\"" },
		{ "generation", "" },
		{ "want", "\"keep\"" },
		{ "want", "" },
		{ "bytes", "0" },
		{ "bytes", "-4096" },
		{ "bytes", "4097" },
		{ "bytes", "9007199254740992" },
		{ "bytes", "1.5" },
		{ "bytes", "" },
		{ "borrower", "\"n 01\"" },
		{ "borrower", "\"\"" },
		{ "iqn", "\"iqn.2026-11.org.wireroot:memory.l1.0123456789abcde0\"" },
		{ "iqn", "\"iqn.2026-11.org.wireroot:memory.l2." ID "\"" },
		{ "iqn", "\"iqn.2026-11.org.wireroot:memory.l1/../." ID "\"" },
		{ "initiator", "\"iqn/../../x\"" },
		{ "initiator", "\"IQN.x\"" },
		{ "initiator", "\"\"" },
		{ "initiator_address", "\"10.0.0\"" },
		{ "initiator_address", "5" },
		{ "username", "\"u 1\"" },
		{ "username", "\"--force\"" },
		{ "username", "\"u1-in\"" },
		{ "username", "" },
		{ "secret", "\"short\"" },
		{ "secret", "\"aaaaaaa aaaaaaaa\"" },
		{ "secret", "\"bbbbbbbbbbbbbbbb\"" },
		{ "secret", "" },
		{ "username_in", "\"\\u00e4\"" },
		{ "secret_in", "\"bbbbbbbb\\u0000bbbbbbb\"" },
		{ "secret_in", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *json = grant_json();
		struct fault fault = { 0 };
		struct wanted wanted;

		if (*cases[i].value)
			json_object_set_new(
				json, cases[i].key,
				json_loads(cases[i].value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
		else
			json_object_del(json, cases[i].key);
		assert_int_not_equal(wanted_read_grant(json, "l1", &wanted, &fault), 0);
		assert_int_not_equal(fault.error, 0);
		json_decref(json);
	}
}

static int read_answer(const char *text, struct wanted_list *list)
{
	json_t *json = json_loads(text, 0, NULL);
	struct fault fault = { 0 };
	int error;

	assert_non_null(json);
	error = wanted_read(json, "l1", list, &fault);
	json_decref(json);
	return error;
}

static void answer_is_read_as_a_whole(void **state)
{
	static const char *const bad[] = {
		"[]",
		"{}",
		"{\"lease_s\":30,\"grants\":[]}",
		"{\"sequence\":1,\"grants\":[]}",
		"{\"lease_s\":30,\"sequence\":1}",
		"{\"lease_s\":30,\"sequence\":1,\"grants\":{}}",
		"{\"lease_s\":30,\"sequence\":1,\"grants\":[7]}",
		"{\"lease_s\":-1,\"sequence\":1,\"grants\":[]}",
	};
	struct wanted_list list = { 0 };

	(void)state;
	assert_int_equal(read_answer("{\"lease_s\":30,\"sequence\":17,\"more\":1,\"grants\":["
				     "{\"id\":\"" ID "\",\"generation\":4,\"want\":\"withdraw\"},"
				     "{\"id\":\"ffffffffffffffff\",\"generation\":9,"
				     "\"want\":\"forget\",\"bytes\":\"?\"}]}",
				     &list),
			 0);
	assert_int_equal(list.lease_s, 30);
	assert_int_equal(list.sequence, 17);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.grants[0].want, WANT_WITHDRAW);
	assert_int_equal(list.grants[1].want, WANT_FORGET);
	wanted_free(&list);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_not_equal(read_answer(bad[i], &list), 0);
		wanted_free(&list);
	}
}

static void next_step_follows_from_what_is_and_what_is_wanted(void **state)
{
	static const struct {
		enum want want;
		enum grant_state state;
		bool there;
		enum grant_step step;
	} cases[] = {
		{ WANT_EXPORT, GRANT_PENDING, false, GRANT_EXPORT },
		{ WANT_EXPORT, GRANT_PENDING, true, GRANT_EXPORT },
		{ WANT_EXPORT, GRANT_EXPORTED, true, GRANT_STAY },
		{ WANT_EXPORT, GRANT_EXPORTED, false, GRANT_EXPORT },
		{ WANT_EXPORT, GRANT_FAILED, false, GRANT_STAY },
		{ WANT_EXPORT, GRANT_CLEARED, false, GRANT_STAY },
		{ WANT_WITHDRAW, GRANT_PENDING, false, GRANT_WITHDRAW },
		{ WANT_WITHDRAW, GRANT_EXPORTED, true, GRANT_WITHDRAW },
		{ WANT_WITHDRAW, GRANT_EXPORTED, false, GRANT_WITHDRAW },
		{ WANT_WITHDRAW, GRANT_FAILED, false, GRANT_WITHDRAW },
		{ WANT_WITHDRAW, GRANT_CLEARED, false, GRANT_STAY },
		{ WANT_FORGET, GRANT_PENDING, false, GRANT_WITHDRAW },
		{ WANT_FORGET, GRANT_EXPORTED, true, GRANT_WITHDRAW },
		{ WANT_FORGET, GRANT_FAILED, false, GRANT_WITHDRAW },
		{ WANT_FORGET, GRANT_CLEARED, false, GRANT_DROP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct grant grant = { .wanted.want = cases[i].want,
				       .state = cases[i].state,
				       .there = cases[i].there };

		assert_int_equal(grant_next_step(&grant), cases[i].step);
	}
}

static void hear(struct grants *grants, enum want want, uint64_t generation)
{
	struct wanted one = { .id = ID, .generation = generation, .want = want, .bytes = 4096 };
	struct wanted_list list = { .grants = &one, .count = 1 };
	struct fault fault = { 0 };

	assert_int_equal(grants_want(grants, &list, &fault), 0);
}

static void older_wishes_change_nothing(void **state)
{
	struct grants grants = { 0 };

	(void)state;
	hear(&grants, WANT_FORGET, 1);
	assert_int_equal(grants.count, 0);
	hear(&grants, WANT_EXPORT, 2);
	assert_int_equal(grants.count, 1);
	hear(&grants, WANT_EXPORT, 5);
	assert_int_equal(grants.list[0].wanted.generation, 5);
	hear(&grants, WANT_WITHDRAW, 4);
	assert_int_equal(grants.list[0].wanted.want, WANT_EXPORT);
	hear(&grants, WANT_WITHDRAW, 6);
	assert_int_equal(grants.list[0].wanted.want, WANT_WITHDRAW);
	hear(&grants, WANT_EXPORT, 7);
	assert_int_equal(grants.list[0].wanted.want, WANT_WITHDRAW);
	hear(&grants, WANT_FORGET, 8);
	assert_int_equal(grants.list[0].wanted.want, WANT_FORGET);
	assert_int_equal(grants.count, 1);
	grants_free(&grants);
}

static void report_tells_what_the_contract_says(void **state)
{
	struct grant list[] = {
		{ .wanted = { .id = ID, .generation = 3, .bytes = 8192, .borrower = "n01" },
		  .state = GRANT_EXPORTED,
		  .connected = true,
		  .allocated_bytes = 4096 },
		{ .wanted = { .id = "1111111111111111" }, .state = GRANT_PENDING },
		{ .wanted = { .id = "2222222222222222" }, .state = GRANT_FAILED, .detail = "why" },
	};
	struct grants grants = { .list = list, .count = 3 };
	struct guests guests = { .count = 1 };
	struct report report = { .instance = "00000000000000aa",
				 .number = 12,
				 .sequence = 17,
				 .address = "10.0.0.12",
				 .port = 3261,
				 .interval_s = 5,
				 .machine = { .pressure = 0.5, .available_bytes = 77 },
				 .spare = { .state = SPARE_SHORT, .wanted_back_bytes = 4096 },
				 .grants = &grants,
				 .guests = &guests,
				 .now_ms = 9000 };
	json_t *json, *expected;

	(void)state;
	strcpy(guests.list[0].last.name, "vm1");
	guests.list[0].last.available_bytes = 5;
	guests.list[0].heard_ms = 1000;
	expected = json_loads(
		"{\"instance\":\"00000000000000aa\",\"report\":12,\"sequence\":17,"
		"\"address\":\"10.0.0.12\",\"port\":3261,\"interval_s\":5,\"state\":\"short\","
		"\"spare_bytes\":0,\"total_bytes\":0,\"available_bytes\":77,\"pressure\":0.5,"
		"\"wanted_back_bytes\":4096,"
		"\"guests\":[{\"name\":\"vm1\",\"available_bytes\":5,\"age_s\":8}],\"grants\":["
		"{\"id\":\"" ID "\",\"generation\":3,\"state\":\"exported\",\"bytes\":8192,"
		"\"allocated_bytes\":4096,\"connected\":true,\"borrower\":\"n01\",\"iqn\":null,"
		"\"detail\":\"\"},"
		"{\"id\":\"2222222222222222\",\"generation\":0,\"state\":\"failed\",\"bytes\":0,"
		"\"allocated_bytes\":0,\"connected\":false,\"borrower\":null,\"iqn\":null,"
		"\"detail\":\"why\"}]}",
		0, NULL);
	assert_non_null(expected);
	json = report_to_json(&report);
	assert_true(json_equal(json, expected));
	json_decref(json);
	json_decref(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(export_is_read_and_written_again),
		cmocka_unit_test(what_is_not_the_contracts_is_refused),
		cmocka_unit_test(answer_is_read_as_a_whole),
		cmocka_unit_test(next_step_follows_from_what_is_and_what_is_wanted),
		cmocka_unit_test(older_wishes_change_nothing),
		cmocka_unit_test(report_tells_what_the_contract_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
