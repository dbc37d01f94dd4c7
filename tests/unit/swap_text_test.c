/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of the texts of remote swap: words, grants, what goes to the broker and what comes back. */
/* links: initramfs/swap/swap_spec.c initramfs/swap/grant.c initramfs/swap/broker_text.c */
/* links: initramfs/words.c initramfs/value.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/swap/broker_text.h"

static int apply(struct swap_spec *spec, const char *text, struct fault *fault)
{
	char copy[512];
	struct words words = { 0 };

	snprintf(copy, sizeof(copy), "%s", text);
	assert_int_equal(words_split(copy, &words, fault), 0);
	return swap_spec_apply(spec, &words, fault);
}

static void sizes_have_units(void **state)
{
	static const struct {
		const char *word;
		uint64_t bytes; /* 0: malformed */
	} cases[] = {
		{ "wireroot.swap=remote:1048576", 1 << 20 },
		{ "wireroot.swap=remote:512m", 512ull << 20 },
		{ "wireroot.swap=remote:2G", 2ull << 30 },
		{ "wireroot.swap=remote:1t", 1ull << 40 },
		{ "wireroot.swap=remote:2048K", 2ull << 20 },
		{ "wireroot.swap=remote:4g,mirror=disk,mode=lvm", 4ull << 30 },
		{ "wireroot.swap=remote:4g,mode=lvm,disk=/dev/vda", 4ull << 30 },
		{ "wireroot.swap=remote:4g,mode=lvm,disk=vda", 0 },
		{ "wireroot.swap=remote:4g,mode=lvm,disk=", 0 },
		{ "wireroot.swap=remote:", 0 },
		{ "wireroot.swap=remote:m", 0 },
		{ "wireroot.swap=remote:1023k", 0 },
		{ "wireroot.swap=remote:99999999999999999999", 0 },
		{ "wireroot.swap=remote:65t", 0 },
		{ "wireroot.swap=remote:-1m", 0 },
		{ "wireroot.swap=remote:1.5g", 0 },
		{ "wireroot.swap=local:1g", 0 },
		{ "wireroot.swap=1g", 0 },
		{ "wireroot.swap=remote:1g,mirror=", 0 },
		{ "wireroot.swap=remote:1g,mirror=lenders", 0 },
		{ "wireroot.swap=remote:1g,mode=dm", 0 },
		{ "wireroot.swap=remote:1g,", 0 },
		{ "wireroot.swaps=remote:1g", 0 },
		{ "wireroot.swap.reserve=20%", 0 },
		{ "wireroot.swap.reserve=", 0 },
		{ "wireroot.swap", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct swap_spec spec = { 0 };
		struct fault fault = { 0 };
		int error = apply(&spec, cases[i].word, &fault);

		if (error != (cases[i].bytes ? 0 : -EINVAL) || spec.bytes != cases[i].bytes)
			fail_msg("%s: %d, %llu bytes", cases[i].word, error,
				 (unsigned long long)spec.bytes);
	}
}

static void words_arrive_in_their_fields(void **state)
{
	struct swap_spec spec = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(apply(&spec,
			       "root=dhcp wireroot.swap=remote:1g,mirror=lender,disk=/dev/sdb "
			       "wireroot.swap.broker=10.0.0.1 wireroot.swap.member=n01 "
			       "wireroot.swap.token=ab-_c= wireroot.swap.reserve=3g wireroot.debug",
			       &fault),
			 0);
	assert_int_equal(spec.mirror, SWAP_MIRROR_LENDER);
	assert_int_equal(spec.mode, SWAP_PLAIN);
	assert_string_equal(spec.disk, "/dev/sdb");
	assert_int_equal(spec.broker, 0x0a000001);
	assert_int_equal(spec.port, 8017);
	assert_string_equal(spec.member, "n01");
	assert_string_equal(spec.token, "ab-_c=");
	assert_int_equal(spec.reserve_bytes, 3ull << 30);
	assert_int_equal(swap_spec_complete(&spec, &fault), 0);
	/* The command line outranks the node file, also to take its options back. */
	assert_int_equal(
		apply(&spec, "wireroot.swap=remote:2g wireroot.swap.broker=10.0.0.2:99", &fault),
		0);
	assert_int_equal(spec.bytes, 2ull << 30);
	assert_int_equal(spec.mirror, SWAP_MIRROR_NONE);
	assert_string_equal(spec.disk, "");
	assert_int_equal(spec.port, 99);
	assert_int_equal(apply(&spec, "wireroot.swap=off", &fault), 0);
	assert_int_equal(spec.bytes, 0);
}

static void roles_are_read(void **state)
{
	struct swap_spec spec = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(apply(&spec, "wireroot.swap.role=lend", &fault), 0);
	assert_int_equal(spec.role, SWAP_LENDS);
	assert_int_equal(apply(&spec, "wireroot.swap.role=borrow", &fault), 0);
	assert_int_equal(spec.role, SWAP_BORROWS);
	assert_int_equal(apply(&spec, "wireroot.swap.role=lends", &fault), -EINVAL);
}

static void what_was_left_is_read_back(void **state)
{
	static const char *const wrong[] = {
		"",
		"broker=http://10.0.0.1:8017\nmember=n1\n",
		"broker=https://10.0.0.1:8017\nmember=n1\ntoken=t\n",
		"broker=http://10.0.0.1:0\nmember=n1\ntoken=t\n",
		"broker=http://10.0.0.1:8017\nmember=n 1\ntoken=t\n",
	};
	static const char left[] = "broker=http://10.0.0.1:8018\nmember=n1\ntoken=t\n"
				   "lend-reserve=3M\nborrow-size=96M\nborrow-mode=plain";
	char long_line[400] = "token=";
	struct swap_spec spec;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(swap_spec_read_member(&spec, left, strlen(left), &fault), 0);
	assert_int_equal(spec.broker, 0x0a000001);
	assert_int_equal(spec.port, 8018);
	assert_string_equal(spec.member, "n1");
	assert_string_equal(spec.token, "t");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(swap_spec_read_member(&spec, wrong[i], strlen(wrong[i]), &fault),
				 -EINVAL);
	memset(long_line + 6, 'x', sizeof(long_line) - 7);
	assert_int_equal(swap_spec_read_member(&spec, long_line, strlen(long_line), &fault),
			 -EINVAL);
}

static void what_is_missing_is_named(void **state)
{
	struct swap_spec spec = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(swap_spec_complete(&spec, &fault), -ENODATA);
	assert_string_equal(fault.peer, "wireroot.swap.broker=");
	spec.broker = 1;
	assert_int_equal(swap_spec_complete(&spec, &fault), -ENODATA);
	assert_string_equal(fault.peer, "wireroot.swap.member=");
	strcpy(spec.member, "n01");
	assert_int_equal(swap_spec_complete(&spec, &fault), -ENODATA);
	assert_string_equal(fault.peer, "wireroot.swap.token=");
}

static void a_bad_token_is_not_shown(void **state)
{
	struct swap_spec spec = { 0 };
	struct fault fault = { 0 };
	char line[FAULT_LINE_BYTES];

	(void)state;
	assert_int_equal(apply(&spec, "wireroot.swap.token=se,cret\rx", &fault), -EINVAL);
	assert_null(strstr(fault_line(&fault, line), "cret"));
}

#define GRANT                                                                                      \
	"id=00c0ffee12345678\ngeneration=2\nstate=granted\nbytes=1073741824\nlender=n02\n"         \
	"address=10.0.0.2\nport=3260\niqn=iqn.x:memory.n02.1\ninitiator=iqn.x:n01\n"               \
	"username=one\nsecret=s1\nusername_in=two\nsecret_in=s2\nlease_s=30\n"

static void a_grant_comes_back_as_it_was(void **state)
{
	char text[GRANT_TEXT_BYTES];
	struct grant grant, again;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(grant_parse(GRANT, strlen(GRANT), &grant, &fault), 0);
	assert_int_equal(grant.bytes, 1 << 30);
	assert_int_equal(grant.address, 0x0a000002);
	assert_int_equal(grant.port, 3260);
	assert_string_equal(grant.secret_in, "s2");
	assert_int_equal(grant.session, 0);
	grant.session = 7;
	strcpy(grant.swap, "/dev/dm-0");
	assert_int_equal(grant_parse(text, grant_format(&grant, text), &again, &fault), 0);
	assert_memory_equal(&grant, &again, sizeof(grant));
}

/* The same grant with @from replaced by @to. */
static int parse_changed(const char *from, const char *to, struct fault *fault)
{
	const char *at = strstr(GRANT, from);
	char text[2048];
	struct grant grant;

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - GRANT), GRANT, to, at + strlen(from));
	return grant_parse(text, strlen(text), &grant, fault);
}

static void a_malformed_grant_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "id=00c0ffee12345678", "id=../../etc/passwd" },
		{ "id=00c0ffee12345678", "id=00c0ffee1234567" },
		{ "id=00c0ffee12345678", "id=00c0ffee123456789" },
		{ "id=00c0ffee12345678\n", "" },
		{ "bytes=1073741824", "bytes=" },
		{ "bytes=1073741824", "bytes=99999999999999999999999" },
		{ "address=10.0.0.2", "address=n02" },
		{ "address=10.0.0.2", "address=0.0.0.0" },
		{ "port=3260", "port=0" },
		{ "port=3260", "port=65536" },
		{ "secret=s1\n", "" },
		{ "secret=s1", "secret=" },
		{ "secret=s1", "secret=\x1b[2J" },
		{ "secret_in=s2\n", "" },
		{ "state=granted", "granted" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };

		if (parse_changed(cases[i][0], cases[i][1], &fault) != -EINVAL)
			fail_msg("%s instead of %s is taken", cases[i][1], cases[i][0]);
		assert_null(strstr(fault.hint, "s1"));
	}
}

static const struct swap_spec spec = {
	.bytes = 1 << 30, .broker = 0x0a000001, .port = 8017, .member = "n01", .token = "t0k"
};

/* RFC 3722: lenders know no capitals, and no underscore. */
static void members_log_in_by_names_that_lenders_take(void **state)
{
	char name[GRANT_NAME_BYTES];

	(void)state;
	assert_string_equal(grant_initiator("n01", name), "iqn.2026-11.org.wireroot:node.n01");
	assert_string_equal(grant_initiator("Host_1.rack-2", name),
			    "iqn.2026-11.org.wireroot:node.host:1.rack-2");
}

static void requests_are_whole(void **state)
{
	char text[BROKER_REQUEST_BYTES];
	const struct broker_report report = { "attached", "by the init" };
	struct grant grant;
	struct fault fault;
	const char *body;
	int length = broker_ask_text(&spec, 1 << 30, "iqn.x:n01", 0x0a000005, text);

	(void)state;
	assert_int_equal(length, strlen(text));
	assert_non_null(strstr(text, "POST /v1/memory/grants HTTP/1.0\r\n"));
	assert_non_null(strstr(text, "\r\nAuthorization: Bearer t0k\r\n"));
	body = strstr(text, "\r\n\r\n") + 4;
	assert_string_equal(body, "{\"borrower\":\"n01\",\"bytes\":1073741824,"
				  "\"initiator\":\"iqn.x:n01\",\"address\":\"10.0.0.5\"}");
	assert_int_equal(atoi(strstr(text, "Content-Length: ") + 16), strlen(body));
	assert_int_equal(grant_parse(GRANT, strlen(GRANT), &grant, &fault), 0);
	length = broker_report_text(&spec, "0123456789abcdef", 0x0a000005, &grant, &report, text);
	assert_int_equal(length, strlen(text));
	assert_non_null(strstr(text, "PUT /v1/memory/borrowers/n01 HTTP/1.0\r\n"));
	assert_non_null(strstr(text, "\"id\":\"00c0ffee12345678\",\"generation\":2,"
				     "\"state\":\"attached\""));
	assert_null(strstr(text, "s1")); /* no secret has to be in it */
}

static void answers_are_read(void **state)
{
	static const struct {
		const char *text;
		bool good;
		unsigned int status;
		const char *line;
		uint64_t largest;
	} cases[] = {
		{ "HTTP/1.0 201 Created\r\nA: b\r\n\r\nid=1\nbytes=2\n", true, 201, "id=1", 0 },
		{ "HTTP/1.1 503 No\r\n\r\nno room; the most that could be had is 1048576\n", true,
		  503, "no room; the most that could be had is 1048576", 1 << 20 },
		{ "HTTP/1.1 503 No\r\n\r\nthat could be had is ", true, 503,
		  "that could be had is ", 0 },
		{ "HTTP/1.1 200 OK\r\n\r\n\x1b[2Jx", true, 200, "?[2Jx", 0 },
		{ "HTTP/1.1 200 OK\r\n\r\n", true, 200, "", 0 },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n", false, 0, NULL, 0 },
		{ "HTTP/1.1 2x0 OK\r\n\r\n", false, 0, NULL, 0 },
		{ "SSH-2.0-OpenSSH_9.2\r\n\r\n", false, 0, NULL, 0 },
		{ "", false, 0, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = strlen(cases[i].text);
		char *exact = malloc(length ? length : 1); /* so that reading on is seen */
		struct broker_answer answer;
		bool good;

		memcpy(exact, cases[i].text, length);
		good = broker_answer_parse(exact, length, &answer);
		assert_int_equal(good, cases[i].good);
		if (good) {
			assert_int_equal(answer.status, cases[i].status);
			assert_string_equal(answer.line, cases[i].line);
			assert_int_equal(broker_largest(&answer), cases[i].largest);
		}
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(words_arrive_in_their_fields),
		cmocka_unit_test(roles_are_read),
		cmocka_unit_test(what_was_left_is_read_back),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(a_bad_token_is_not_shown),
		cmocka_unit_test(a_grant_comes_back_as_it_was),
		cmocka_unit_test(a_malformed_grant_is_refused),
		cmocka_unit_test(members_log_in_by_names_that_lenders_take),
		cmocka_unit_test(requests_are_whole),
		cmocka_unit_test(answers_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
