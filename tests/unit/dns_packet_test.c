/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/dns_packet.c initramfs/fault.c initramfs/value.c */
/* DNS names, the question for an A record, and all that an answer may hold. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/dns_packet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Wire text with its length, which may hold NULs. */
#define WIRE(text) text, sizeof(text) - 1

static const struct dns_query query = { 0x1234, "nfs.lab", 0x0a000001 };

/* Headers: id 0x1234, response, recursion available; the rcode; one question; so many answers. */
#define HEADER(flags, rcode, answers) "\x12\x34" flags rcode "\0\1\0" answers "\0\0\0\0"
#define QUESTION		      "\3nfs\3lab\0\0\1\0\1"
#define OK(answers)		      HEADER("\x81", "\x80", answers) QUESTION
#define TO_QUESTION		      "\xc0\x0c"
#define A(owner, address)	      owner "\0\1\0\1\0\0\0\x3c\0\4" address
#define CNAME(owner, length, target)  owner "\0\5\0\1\0\0\0\x3c\0" length target

struct answer_case {
	const char *what;
	const char *message;
	size_t length;
	int result;
	unsigned int count;
	uint32_t first;
	const char *hint; /* part of it; NULL: no fault */
};

static const struct answer_case answers[] = {
	{ "one address", WIRE(OK("\1") A(TO_QUESTION, "\12\0\0\2")), 0, 1, 0x0a000002, NULL },
	{ "two addresses", WIRE(OK("\2") A(TO_QUESTION, "\12\0\0\2") A(TO_QUESTION, "\12\0\0\3")),
	  0, 2, 0x0a000002, NULL },
	{ "owner in full and in other case", WIRE(OK("\1") A("\3NFS\3Lab\0", "\12\0\0\2")), 0, 1,
	  0x0a000002, NULL },
	{ "question in other case",
	  WIRE(HEADER("\x81", "\x80", "\1") "\3nFs\3LAB\0\0\1\0\1" A(TO_QUESTION, "\12\0\0\2")), 0,
	  1, 0x0a000002, NULL },
	{ "alias",
	  WIRE(OK("\2") CNAME(TO_QUESTION, "\5", "\2s1\xc0\x10") A("\2s1\xc0\x10", "\12\0\0\2")), 0,
	  1, 0x0a000002, NULL },
	{ "alias behind its target",
	  WIRE(OK("\2") A("\2s1\xc0\x10", "\12\0\0\2") CNAME(TO_QUESTION, "\5", "\2s1\xc0\x10")), 0,
	  1, 0x0a000002, NULL },
	{ "two aliases in a row",
	  WIRE(OK("\3") CNAME(TO_QUESTION, "\4", "\2s1\0") CNAME("\2s1\0", "\4", "\2s2\0")
		       A("\2s2\0", "\12\0\0\2")),
	  0, 1, 0x0a000002, NULL },
	{ "other records beside it",
	  WIRE(OK("\2") TO_QUESTION "\0\x10\0\1\0\0\0\0\0\2\1x" A(TO_QUESTION, "\12\0\0\2")), 0, 1,
	  0x0a000002, NULL },
	{ "address of somebody else", WIRE(OK("\1") A("\4evil\0", "\12\0\0\2")), -ENODATA, 0, 0,
	  "no IPv4 address" },
	{ "no records", WIRE(OK("\0")), -ENODATA, 0, 0, "no IPv4 address" },
	{ "class CHAOS", WIRE(OK("\1") TO_QUESTION "\0\1\0\3\0\0\0\0\0\4\12\0\0\2"), -ENODATA, 0, 0,
	  "no IPv4 address" },
	{ "alias to nowhere", WIRE(OK("\1") CNAME(TO_QUESTION, "\4", "\2s1\0")), -ENODATA, 0, 0,
	  "no IPv4 address" },
	{ "alias of itself", WIRE(OK("\1") CNAME(TO_QUESTION, "\2", TO_QUESTION)), -EBADMSG, 0, 0,
	  "circles" },
	{ "two aliases of each other",
	  WIRE(OK("\2") CNAME(TO_QUESTION, "\4", "\2s1\0") CNAME("\2s1\0", "\2", TO_QUESTION)),
	  -EBADMSG, 0, 0, "circles" },
	{ "name pointing at itself", WIRE(OK("\1") A("\xc0\x19", "\12\0\0\2")), -EBADMSG, 0, 0,
	  "malformed" },
	{ "name pointing ahead", WIRE(OK("\1") A("\xc0\x1b", "\12\0\0\2")), -EBADMSG, 0, 0,
	  "malformed" },
	{ "pointer cut off", WIRE(OK("\1") "\xc0"), -EBADMSG, 0, 0, "malformed" },
	{ "reserved label type", WIRE(OK("\1") A("\x40", "\12\0\0\2")), -EBADMSG, 0, 0,
	  "malformed" },
	{ "address of 3 bytes", WIRE(OK("\1") TO_QUESTION "\0\1\0\1\0\0\0\0\0\3\12\0\0"), -EBADMSG,
	  0, 0, "malformed" },
	{ "record past the end", WIRE(OK("\1") TO_QUESTION "\0\1\0\1\0\0\0\0\0\5\12\0\0\2"),
	  -EBADMSG, 0, 0, "malformed" },
	{ "record missing", WIRE(OK("\2") A(TO_QUESTION, "\12\0\0\2")), -EBADMSG, 1, 0x0a000002,
	  "malformed" },
	{ "truncated behind an address",
	  WIRE(HEADER("\x83", "\x80", "\2") QUESTION A(TO_QUESTION, "\12\0\0\2") "\xc0"), 0, 1,
	  0x0a000002, NULL },
	{ "truncated before any", WIRE(HEADER("\x83", "\x80", "\0") QUESTION), -EMSGSIZE, 0, 0,
	  "UDP" },
	{ "no such name", WIRE(HEADER("\x81", "\x83", "\0") QUESTION), -ENOENT, 0, 0,
	  "no such name" },
	{ "server failure", WIRE(HEADER("\x81", "\x82", "\0") QUESTION), -EREMOTEIO, 0, 0,
	  "code 2" },
	{ "refused without the question", WIRE("\x12\x34\x81\x85\0\0\0\0\0\0\0\0"), -EREMOTEIO, 0,
	  0, "code 5" },
	{ "another id", WIRE("\x12\x35\x81\x80\0\1\0\1\0\0\0\0" QUESTION), -ENOMSG, 0, 0, NULL },
	{ "a question", WIRE(HEADER("\1", "\0", "\0") QUESTION), -ENOMSG, 0, 0, NULL },
	{ "another operation", WIRE(HEADER("\x91", "\x80", "\0") QUESTION), -ENOMSG, 0, 0, NULL },
	{ "another name", WIRE(HEADER("\x81", "\x80", "\0") "\3nfx\3lab\0\0\1\0\1"), -ENOMSG, 0, 0,
	  NULL },
	{ "another type", WIRE(HEADER("\x81", "\x80", "\0") "\3nfs\3lab\0\0\x1c\0\1"), -ENOMSG, 0,
	  0, NULL },
	{ "no question", WIRE("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"), -ENOMSG, 0, 0, NULL },
	{ "nothing", WIRE(""), -ENOMSG, 0, 0, NULL },
};

/* Parse a copy of exact size, so that the sanitizer sees one byte too many. */
static int parse(const char *message, size_t length, struct dns_answer *answer, struct fault *fault)
{
	uint8_t *copy = malloc(length ? length : 1);
	int result;

	assert_non_null(copy);
	memcpy(copy, message, length);
	result = dns_answer_parse(copy, length, &query, answer, fault);
	free(copy);
	return result;
}

static void answers_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		const struct answer_case *expected = &answers[i];
		struct fault fault = { 0 };
		struct dns_answer answer;
		int result = parse(expected->message, expected->length, &answer, &fault);

		if (result != expected->result)
			fail_msg("%s: %d", expected->what, result);
		if (answer.address_count != expected->count ||
		    answer.addresses[0] != expected->first)
			fail_msg("%s: %u addresses", expected->what, answer.address_count);
		if (expected->hint ? !strstr(fault.hint, expected->hint) : fault.error != 0)
			fail_msg("%s: '%s'", expected->what, fault.hint);
	}
}

static void fault_names_question_and_server(void **state)
{
	const char message[] = HEADER("\x81", "\x83", "\0") QUESTION;
	struct dns_answer answer;
	struct fault fault;

	(void)state;
	assert_int_equal(parse(message, sizeof(message) - 1, &answer, &fault), -ENOENT);
	assert_string_equal(fault.doing, "look up nfs.lab");
	assert_string_equal(fault.peer, "DNS server 10.0.0.1");
	assert_int_equal(answer.rcode, 3);
}

static void truncation_is_reported_beside_addresses(void **state)
{
	const char message[] = HEADER("\x83", "\x80", "\1") QUESTION A(TO_QUESTION, "\12\0\0\2");
	struct dns_answer answer;
	struct fault fault;

	(void)state;
	assert_int_equal(parse(message, sizeof(message) - 1, &answer, &fault), 0);
	assert_true(answer.truncated);
}

static void cut_answer_never_reads_past_its_end(void **state)
{
	const char message[] =
		OK("\2") CNAME(TO_QUESTION, "\5", "\2s1\xc0\x10") A("\2s1\xc0\x10", "\12\0\0\2");
	struct dns_answer answer;
	struct fault fault;

	(void)state;
	for (size_t length = 0; length < sizeof(message) - 1; length++)
		assert_int_not_equal(parse(message, length, &answer, &fault), 0);
}

static void more_addresses_than_fit_are_left_out(void **state)
{
	char message[512] = OK("\x9");
	const char record[] = A(TO_QUESTION, "\12\0\0\2");
	size_t length = sizeof(OK("\x9")) - 1;
	struct dns_answer answer;
	struct fault fault;

	(void)state;
	for (int i = 0; i < 9; i++, length += sizeof(record) - 1)
		memcpy(message + length, record, sizeof(record) - 1);
	assert_int_equal(parse(message, length, &answer, &fault), 0);
	assert_int_equal(answer.address_count, DNS_ADDRESSES_MAX);
}

static void question_is_as_in_the_rfc(void **state)
{
	static const char expected[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0" QUESTION;
	struct dns_query dotted = query;
	uint8_t packet[DNS_QUERY_BYTES];

	(void)state;
	assert_int_equal(dns_query_build(&query, packet), sizeof(expected) - 1);
	assert_memory_equal(packet, expected, sizeof(expected) - 1);
	dotted.name = "nfs.lab.";
	assert_int_equal(dns_query_build(&dotted, packet), sizeof(expected) - 1);
	assert_memory_equal(packet, expected, sizeof(expected) - 1);
}

static void answer_fits_a_name_with_final_dot(void **state)
{
	const char message[] = OK("\1") A(TO_QUESTION, "\12\0\0\2");
	struct dns_query dotted = query;
	struct dns_answer answer;
	struct fault fault;

	(void)state;
	dotted.name = "nfs.lab.";
	assert_int_equal(dns_answer_parse((const uint8_t *)message, sizeof(message) - 1, &dotted,
					  &answer, &fault),
			 0);
}

/* 63 + 63 + 63 + last bytes with dots between them. */
static void long_name(char *name, size_t last)
{
	memset(name, 'a', 192 + last);
	name[63] = name[127] = name[191] = '.';
	name[192 + last] = '\0';
}

static void longest_name_fits_the_question(void **state)
{
	struct dns_query longest = query;
	uint8_t packet[DNS_QUERY_BYTES];
	char name[300], text[DNS_NAME_BYTES];
	size_t offset = 12;

	(void)state;
	longest.name = name;
	long_name(name, 61);
	assert_int_equal(dns_query_build(&longest, packet), DNS_QUERY_BYTES);
	assert_int_equal(dns_name_read(packet, sizeof(packet), &offset, text), 0);
	assert_int_equal(offset, 12 + 255);
	assert_string_equal(text, name);
	strcat(name, ".");
	assert_int_equal(dns_query_build(&longest, packet), DNS_QUERY_BYTES);
	long_name(name, 62);
	assert_int_equal(dns_query_build(&longest, packet), -EINVAL);
}

static void names_are_judged(void **state)
{
	static const char *const good[] = { "a", "a.", "nfs-1.lab", "_nfs._tcp.lab", "10.0.0.1" };
	static const char *const bad[] = { "",	   ".",	  "a..b", ".a",	 "a..",	    "-a",
					   "a-.b", "a b", "a\n",  "a/b", "\xc3\xa9" };
	char label[70];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!dns_name_is_valid(good[i]))
			fail_msg("'%s' refused", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (dns_name_is_valid(bad[i]))
			fail_msg("'%s' accepted", bad[i]);
	memset(label, 'a', sizeof(label));
	label[63] = '\0';
	assert_true(dns_name_is_valid(label));
	label[63] = 'a';
	label[64] = '\0';
	assert_false(dns_name_is_valid(label));
}

struct name_case {
	const char *message;
	size_t length, offset;
	const char *name; /* NULL: refused */
	size_t end;
};

static const struct name_case names[] = {
	{ WIRE("\1a\1b\0x"), 0, "a.b", 5 },
	{ WIRE("\0"), 0, "", 1 },
	{ WIRE("\1a\0\1b\xc0\0"), 3, "b.a", 7 },
	{ WIRE("\1a\0\1b\xc0\0\1c\xc0\3"), 7, "c.b.a", 11 },
	{ WIRE("\xc0\0"), 0, NULL, 0 },
	{ WIRE("\1a\xc0\0"), 0, NULL, 0 },
	{ WIRE("\xc0\2\xc0\0"), 2, NULL, 0 },
	{ WIRE("\1a\1b"), 0, NULL, 0 },
	{ WIRE("\2a"), 0, NULL, 0 },
	{ WIRE("\3a.b\0"), 0, NULL, 0 },
	{ WIRE("\2a\n\0"), 0, NULL, 0 },
	{ WIRE("\2-a\0"), 0, NULL, 0 },
	{ WIRE("\x80\0\0"), 0, NULL, 0 },
	{ WIRE("\1a\0\xff\xff"), 3, NULL, 0 },
	{ WIRE(""), 0, NULL, 0 },
};

static void names_are_read_and_loops_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		size_t offset = names[i].offset;
		char name[DNS_NAME_BYTES];
		int error = dns_name_read((const uint8_t *)names[i].message, names[i].length,
					  &offset, name);

		if ((error == 0) != (names[i].name != NULL))
			fail_msg("name %zu: %d", i, error);
		if (error)
			continue;
		assert_string_equal(name, names[i].name);
		assert_int_equal(offset, names[i].end);
	}
}

static void name_longer_than_255_bytes_is_refused(void **state)
{
	uint8_t message[400];
	size_t length = 0, offset = 0;
	char name[DNS_NAME_BYTES];

	(void)state;
	for (int i = 0; i < 5; i++, length += 64) {
		message[length] = 63;
		memset(message + length + 1, 'a', 63);
	}
	message[length++] = 0;
	assert_int_equal(dns_name_read(message, length, &offset, name), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_told_apart),
		cmocka_unit_test(fault_names_question_and_server),
		cmocka_unit_test(truncation_is_reported_beside_addresses),
		cmocka_unit_test(cut_answer_never_reads_past_its_end),
		cmocka_unit_test(more_addresses_than_fit_are_left_out),
		cmocka_unit_test(question_is_as_in_the_rfc),
		cmocka_unit_test(answer_fits_a_name_with_final_dot),
		cmocka_unit_test(longest_name_fits_the_question),
		cmocka_unit_test(names_are_judged),
		cmocka_unit_test(names_are_read_and_loops_refused),
		cmocka_unit_test(name_longer_than_255_bytes_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
