// SPDX-License-Identifier: GPL-2.0-only
/* What tgtd is told at its control socket, and what it answers. */
/* links: tools/target/tgt_request.c initramfs/fault.c */
#include "tools/target/tgt_request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Where the fields are in the head, by tgt 1.0.85 on a machine of 64 bits. */
enum {
	MODE = 0,
	OPERATION = 4,
	DRIVER = 8,
	LENGTH = 72,
	TARGET = 76,
	LUN = 88,
	OUT = 108,
	FORCE = 116
};

static uint32_t word(const uint8_t *head, size_t at)
{
	uint32_t value;

	memcpy(&value, head + at, sizeof(value));
	return value;
}

static uint64_t lun_of(const uint8_t *head)
{
	uint64_t value;

	memcpy(&value, head + LUN, sizeof(value));
	return value;
}

static void heads_are_as_tgtadm_writes_them(void **state)
{
	static const struct {
		struct tgt_request request;
		uint32_t mode, operation, length, target, out, force;
		uint64_t lun;
	} cases[] = {
		{ { .mode = TGT_TARGET, .operation = TGT_SHOW },
		  1,
		  2,
		  120,
		  UINT32_MAX,
		  0,
		  0,
		  UINT64_MAX },
		{ { .mode = TGT_PORTAL, .operation = TGT_SHOW },
		  3,
		  2,
		  120,
		  UINT32_MAX,
		  0,
		  0,
		  UINT64_MAX },
		{ { .mode = TGT_TARGET, .operation = TGT_NEW, .target = 7, .text = "targetname=a" },
		  1,
		  0,
		  133,
		  7,
		  0,
		  0,
		  UINT64_MAX },
		{ { .mode = TGT_DISK, .operation = TGT_UPDATE, .target = 7, .lun = 1, .text = "x" },
		  2,
		  5,
		  122,
		  7,
		  0,
		  0,
		  1 },
		{ { .mode = TGT_ACCOUNT,
		    .operation = TGT_BIND,
		    .target = 7,
		    .outgoing = true,
		    .text = "user=u" },
		  7,
		  3,
		  127,
		  7,
		  1,
		  0,
		  UINT64_MAX },
		{ { .mode = TGT_TARGET, .operation = TGT_UNBIND, .target = 7, .text = "" },
		  1,
		  4,
		  121,
		  7,
		  0,
		  0,
		  UINT64_MAX },
		{ { .mode = TGT_TARGET, .operation = TGT_DELETE, .target = 7, .force = true },
		  1,
		  1,
		  120,
		  7,
		  0,
		  1,
		  UINT64_MAX },
	};
	uint8_t head[TGT_REQUEST_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(head, 0xff, sizeof(head));
		assert_int_equal(tgt_request_write(&cases[i].request, head), cases[i].length);
		assert_int_equal(word(head, MODE), cases[i].mode);
		assert_int_equal(word(head, OPERATION), cases[i].operation);
		assert_string_equal((const char *)head + DRIVER, "iscsi");
		assert_int_equal(word(head, LENGTH), cases[i].length);
		assert_int_equal(word(head, TARGET), cases[i].target);
		assert_true(lun_of(head) == cases[i].lun);
		assert_int_equal(word(head, OUT), cases[i].out);
		assert_int_equal(word(head, FORCE), cases[i].force);
	}
}

static void text_that_tgtd_would_not_read_is_not_sent(void **state)
{
	static char text[TGT_TEXT_BYTES_MAX + 1];
	const struct tgt_request request = { .mode = TGT_TARGET, .text = text };
	uint8_t head[TGT_REQUEST_BYTES];

	(void)state;
	memset(text, 'a', TGT_TEXT_BYTES_MAX);
	assert_int_equal(tgt_request_write(&request, head), 0);
	text[TGT_TEXT_BYTES_MAX - 1] = '\0';
	assert_int_equal(tgt_request_write(&request, head), TGT_REQUEST_BYTES + TGT_TEXT_BYTES_MAX);
}

static void answers_are_read_or_refused(void **state)
{
	static const struct {
		uint32_t error, length;
		int result;
		size_t text_bytes;
		const char *hint;
	} cases[] = {
		{ 0, 8, 0, 0, NULL },
		{ 0, 1008, 0, 1000, NULL },
		{ 15, 8, -EIO, 0, "there is no such account" },
		{ 19, 1008, -EIO, 0, "somebody is logged in to the target" },
		{ 6, 8, -EIO, 0, "it refuses; its log says why" },
		{ 4000000000u, 8, -EIO, 0, "it refuses; its log says why" },
		{ 0, 7, -EBADMSG, 0, "its answer has a wrong length" },
		{ 0, 0, -EBADMSG, 0, "its answer has a wrong length" },
		{ 0, UINT32_MAX, -EBADMSG, 0, "its answer has a wrong length" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t head[TGT_ANSWER_BYTES];
		struct fault fault = { 0 };
		size_t text_bytes = 0;

		memcpy(head, &cases[i].error, 4);
		memcpy(head + 4, &cases[i].length, 4);
		assert_int_equal(tgt_answer_read(head, &text_bytes, &fault), cases[i].result);
		assert_int_equal(text_bytes, cases[i].text_bytes);
		assert_string_equal(fault.hint, cases[i].hint ? cases[i].hint : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_as_tgtadm_writes_them),
		cmocka_unit_test(text_that_tgtd_would_not_read_is_not_sent),
		cmocka_unit_test(answers_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
