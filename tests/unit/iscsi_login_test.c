/* SPDX-License-Identifier: GPL-2.0-only */
/* Logins to targets of every kind: what we send, what comes of what they say. */
/* links: initramfs/iscsi/iscsi_login.c initramfs/iscsi/iscsi_pdu.c initramfs/fault.c */
/* links: initramfs/value.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/iscsi/iscsi_login.h"

#define TEXT_MAX 2048

/* The flags of a response: stages as in RFC 7143 section 11.13. */
#define IN_SECURITY    0x00
#define IN_OPERATIONAL 0x04
#define GO_OPERATIONAL 0x81
#define GO_FULL	       0x87
#define MORE	       0x40

/* A digest that is easy to foresee: the length, then the first 15 bytes, in 16. */
static int fake_digest(void *context, enum chap_algorithm algorithm, const uint8_t *data,
		       size_t length, uint8_t digest[static ISCSI_DIGEST_BYTES])
{
	(void)context;
	(void)algorithm;
	memset(digest, 0, 16);
	digest[0] = (uint8_t)length;
	memcpy(digest + 1, data, length < 15 ? length : 15);
	return 16;
}

static const struct iscsi_login_config plain = {
	.peer = "10.0.0.1:3260",
	.initiator = "iqn.2026-11.org.example:node",
	.target = "iqn.2026-11.org.example:disk",
	.algorithms = 1 << CHAP_MD5 | 1 << CHAP_SHA256,
	.digest = fake_digest,
	.isid = { 0x80, 1, 2, 3, 0, 0 },
	.chap_id = 9,
	.challenge = "0123456789abcdef0123456789abcde",
};

static struct iscsi_login_config with_chap(bool mutual)
{
	struct iscsi_login_config config = plain;

	config.user = "node";
	config.secret = "secret";
	if (mutual) {
		config.target_user = "disk";
		config.target_secret = "other";
	}
	return config;
}

/* One response of a target; the text has '|' where NULs are. */
struct response {
	uint8_t flags;
	uint16_t status;
	const char *text;
};

/* The text of the request that is to be sent, with '|' for NULs. */
static const char *request_text(const struct iscsi_login *login, char text[static TEXT_MAX])
{
	uint32_t length = (uint32_t)login->out[5] << 16 | login->out[6] << 8 | login->out[7];

	assert_true(length < TEXT_MAX);
	assert_int_equal(login->out_length, ISCSI_BHS_BYTES + (length + 3) / 4 * 4);
	memcpy(text, login->out + ISCSI_BHS_BYTES, length);
	for (uint32_t i = 0; i < length; i++)
		if (!text[i])
			text[i] = '|';
	text[length] = '\0';
	return text;
}

/* Hand in @length bytes, @step at a time at the most. */
static int feed(struct iscsi_login *login, const uint8_t *bytes, size_t length, size_t step,
		struct fault *fault)
{
	int state = ISCSI_LOGIN_READ;

	while (length && state == ISCSI_LOGIN_READ) {
		void *where;
		size_t wanted = iscsi_login_wanted(login, &where);
		size_t part = wanted < step ? wanted : step;

		assert_true(wanted > 0 && part <= length);
		memcpy(where, bytes, part);
		bytes += part;
		length -= part;
		state = iscsi_login_received(login, part, fault);
	}
	assert_true(state < 0 || length == 0);
	return state;
}

/* Returns the length without padding. */
static size_t build(const struct iscsi_login *login, const struct response *response,
		    uint8_t bytes[static ISCSI_BHS_BYTES + TEXT_MAX])
{
	size_t length = strlen(response->text);

	memset(bytes, 0, ISCSI_BHS_BYTES + TEXT_MAX);
	bytes[0] = 0x23;
	bytes[1] = response->flags;
	bytes[6] = (uint8_t)(length >> 8);
	bytes[7] = (uint8_t)length;
	bytes[15] = (response->flags & 0x83) == 0x83; /* TSIH */
	memcpy(bytes + 16, login->out + 16, 4);
	bytes[27] = 41; /* StatSN */
	bytes[36] = (uint8_t)(response->status >> 8);
	bytes[37] = (uint8_t)response->status;
	memcpy(bytes + ISCSI_BHS_BYTES, response->text, length);
	for (size_t i = ISCSI_BHS_BYTES; i < ISCSI_BHS_BYTES + TEXT_MAX; i++)
		if (bytes[i] == '|')
			bytes[i] = 0;
	return ISCSI_BHS_BYTES + length;
}

static int answer(struct iscsi_login *login, const struct response *response, size_t step,
		  struct fault *fault)
{
	uint8_t bytes[ISCSI_BHS_BYTES + TEXT_MAX];
	size_t length = build(login, response, bytes);

	return feed(login, bytes, (length + 3) / 4 * 4, step, fault);
}

/* A whole login: the requests' texts (NULL: whatever) and the responses to them. */
struct exchange {
	const char *request;
	struct response response;
};

/* The result of the last response; those before must ask for one more request. */
static int play(struct iscsi_login *login, const struct iscsi_login_config *config,
		const struct exchange *exchanges, size_t count, struct fault *fault)
{
	char text[TEXT_MAX];
	int state = ISCSI_LOGIN_SEND;

	iscsi_login_start(login, config);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(state, ISCSI_LOGIN_SEND);
		if (exchanges[i].request)
			assert_string_equal(request_text(login, text), exchanges[i].request);
		state = answer(login, &exchanges[i].response, 1 + i * 7, fault);
	}
	return state;
}

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

#define NAMES                                                                                      \
	"InitiatorName=iqn.2026-11.org.example:node|"                                              \
	"TargetName=iqn.2026-11.org.example:disk|SessionType=Normal|"
#define OFFERS                                                                                     \
	"HeaderDigest=None|DataDigest=None|MaxConnections=1|InitialR2T=No|ImmediateData=Yes|"      \
	"MaxRecvDataSegmentLength=262144|MaxBurstLength=16776192|FirstBurstLength=262144|"         \
	"DefaultTime2Wait=2|DefaultTime2Retain=0|MaxOutstandingR2T=1|DataPDUInOrder=Yes|"          \
	"DataSequenceInOrder=Yes|ErrorRecoveryLevel=0|"

static void login_without_authentication_takes_two_requests(void **state)
{
	static const struct exchange exchanges[] = {
		{ NAMES "AuthMethod=None|",
		  { GO_OPERATIONAL, 0, "TargetPortalGroupTag=7|AuthMethod=None|" } },
		{ OFFERS,
		  { GO_FULL, 0,
		    "HeaderDigest=None|DataDigest=None|InitialR2T=Yes|ImmediateData=No|"
		    "MaxRecvDataSegmentLength=8192|MaxBurstLength=65536|FirstBurstLength=131072|"
		    "DefaultTime2Wait=5|DefaultTime2Retain=20|MaxOutstandingR2T=4|" } },
	};
	struct iscsi_login *login = malloc(sizeof(*login));
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(play(login, &plain, exchanges, COUNT(exchanges), &fault),
			 ISCSI_LOGIN_DONE);
	assert_int_equal(login->portal_group, 7);
	assert_int_equal(login->tsih, 1);
	assert_int_equal(login->exp_stat_sn, 42);
	assert_int_equal(login->cmd_sn, 1);
	assert_int_equal(login->value[ISCSI_INITIAL_R2T], 1);
	assert_int_equal(login->value[ISCSI_IMMEDIATE_DATA], 0);
	assert_int_equal(login->value[ISCSI_MAX_RECEIVE], 8192);
	assert_int_equal(login->value[ISCSI_MAX_BURST], 65536);
	assert_int_equal(login->value[ISCSI_FIRST_BURST], 65536); /* no longer than any */
	assert_int_equal(login->value[ISCSI_TIME_TO_WAIT], 5);
	assert_int_equal(login->value[ISCSI_TIME_TO_RETAIN], 0);
	assert_int_equal(login->value[ISCSI_MAX_R2T], 1);
	free(login);
}

/* As the kernel hands them on: whole, without padding, under a task tag of its own. */
static void login_through_the_kernel_takes_whole_pdus(void **state)
{
	static const struct response answers[] = { { GO_OPERATIONAL, 0, "TargetPortalGroupTag=3|" },
						   { GO_FULL, 0, "MaxBurstLength=4096|" } };
	struct iscsi_login *login = malloc(sizeof(*login));
	uint8_t *pdu = malloc(ISCSI_BHS_BYTES + TEXT_MAX), *tight;
	int result = ISCSI_LOGIN_SEND;
	struct fault fault = { 0 };

	(void)state;
	iscsi_login_start(login, &plain);
	for (size_t i = 0; i < COUNT(answers); i++) {
		size_t length = build(login, &answers[i], pdu);

		assert_int_equal(result, ISCSI_LOGIN_SEND);
		memset(pdu + 16, 0xa5, 4);
		tight = malloc(length); /* for the sanitizer: not a byte more is read */
		memcpy(tight, pdu, length);
		result = iscsi_login_received_pdu(login, tight, length, &fault);
		free(tight);
	}
	assert_int_equal(result, ISCSI_LOGIN_DONE);
	assert_int_equal(login->portal_group, 3);
	assert_int_equal(login->value[ISCSI_MAX_BURST], 4096);
	free(pdu);
	free(login);
}

static void pdu_that_is_cut_off_is_refused(void **state)
{
	static const struct response whole = { GO_OPERATIONAL, 0, "TargetPortalGroupTag=1|" };
	static const size_t lengths[] = { 0, 1, 44, ISCSI_BHS_BYTES, ISCSI_BHS_BYTES + 20 };
	struct iscsi_login *login = malloc(sizeof(*login));
	uint8_t pdu[ISCSI_BHS_BYTES + TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct fault fault = { 0 };

		iscsi_login_start(login, &plain);
		build(login, &whole, pdu);
		assert_int_equal(iscsi_login_received_pdu(login, pdu, lengths[i], &fault), -EPROTO);
		assert_non_null(strstr(fault.doing, "too short"));
	}
	free(login);
}

static void unanswered_keys_have_the_defaults_of_the_rfc(void **state)
{
	static const struct exchange exchanges[] = {
		{ NULL, { GO_OPERATIONAL, 0, "" } },
		{ OFFERS,
		  { GO_FULL, 0, "MaxBurstLength=NotUnderstood|FirstBurstLength=Irrelevant|" } },
	};
	struct iscsi_login *login = malloc(sizeof(*login));
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(play(login, &plain, exchanges, COUNT(exchanges), &fault),
			 ISCSI_LOGIN_DONE);
	assert_int_equal(login->value[ISCSI_INITIAL_R2T], 1);
	assert_int_equal(login->value[ISCSI_MAX_RECEIVE], 8192);
	assert_int_equal(login->value[ISCSI_MAX_BURST], 262144);
	assert_int_equal(login->value[ISCSI_FIRST_BURST], 65536);
	free(login);
}

static void digests_are_asked_for_and_taken_as_answered(void **state)
{
	static const struct exchange exchanges[] = {
		{ NULL, { GO_OPERATIONAL, 0, "AuthMethod=None|" } },
		{ NULL, { GO_FULL, 0, "HeaderDigest=CRC32C|DataDigest=None|" } },
	};
	struct iscsi_login *login = malloc(sizeof(*login));
	struct iscsi_login_config config = plain;
	struct fault fault = { 0 };

	(void)state;
	config.header_digest = config.data_digest = true;
	assert_int_equal(play(login, &config, exchanges, COUNT(exchanges), &fault),
			 ISCSI_LOGIN_DONE);
	assert_int_equal(login->value[ISCSI_HEADER_DIGEST], 1);
	assert_int_equal(login->value[ISCSI_DATA_DIGEST], 0);
	/* What was not offered cannot be chosen. */
	assert_int_equal(play(login, &plain, exchanges, COUNT(exchanges), &fault), -EPROTO);
	free(login);
}

/* The digest: length 1 + 6 + 2, id 5, "secret", challenge. */
#define RESPONSE "CHAP_R=0x0905736563726574aabb000000000000|"

static void chap_answers_the_challenge(void **state)
{
	static const struct exchange exchanges[] = {
		{ NAMES "AuthMethod=CHAP,None|", { IN_SECURITY, 0, "AuthMethod=CHAP|" } },
		{ "CHAP_A=5,7|", { IN_SECURITY, 0, "CHAP_A=5|CHAP_I=5|CHAP_C=0xaABb|" } },
		{ "CHAP_N=node|" RESPONSE, { GO_OPERATIONAL, 0, "" } },
		{ OFFERS, { GO_FULL, 0, "" } },
	};
	const struct iscsi_login_config config = with_chap(false);
	struct iscsi_login *login = malloc(sizeof(*login));
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(play(login, &config, exchanges, COUNT(exchanges), &fault),
			 ISCSI_LOGIN_DONE);
	free(login);
}

static void digests_are_offered_in_the_order_that_was_asked_for(void **state)
{
	static const struct {
		unsigned int algorithms;
		enum chap_algorithm order[CHAP_ALGORITHMS];
		const char *request;
	} rows[] = {
		{ 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8, { 0 }, "CHAP_A=8,6,5,7|" },
		{ 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8,
		  { CHAP_MD5, CHAP_SHA1, CHAP_SHA256, CHAP_SHA3_256 },
		  "CHAP_A=5,6,7,8|" },
		{ 1 << 7 | 1 << 8, { CHAP_SHA256, CHAP_SHA3_256 }, "CHAP_A=7,8|" },
		/* The kernel has but one of the two. */
		{ 1 << 7, { CHAP_SHA3_256, CHAP_SHA256 }, "CHAP_A=7|" },
	};
	struct iscsi_login *login = malloc(sizeof(*login));

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static const struct exchange exchange = { NULL,
							  { IN_SECURITY, 0, "AuthMethod=CHAP|" } };
		struct iscsi_login_config config = with_chap(false);
		struct fault fault = { 0 };
		char text[TEXT_MAX];

		config.algorithms = rows[i].algorithms;
		memcpy(config.order, rows[i].order, sizeof(config.order));
		assert_int_equal(play(login, &config, &exchange, 1, &fault), ISCSI_LOGIN_SEND);
		assert_string_equal(request_text(login, text), rows[i].request);
	}
	free(login);
}

/* In all ways of saying so: as RFC 7143 section 12.1.3 has it, as tgt does, and as LIO does. */
static void target_without_our_digests_is_told_from_a_wrong_secret(void **state)
{
	static const struct response answers[] = { { IN_SECURITY, 0, "CHAP_A=Reject|" },
						   { IN_SECURITY, 0x0200, "" },
						   { IN_SECURITY, 0x0201, "" } };
	const struct iscsi_login_config config = with_chap(true);
	struct iscsi_login *login = malloc(sizeof(*login));

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		const struct exchange exchanges[] = {
			{ NULL, { IN_SECURITY, 0, "AuthMethod=CHAP|" } }, { NULL, answers[i] }
		};
		struct fault fault = { 0 };

		assert_true(play(login, &config, exchanges, 2, &fault) < 0);
		assert_non_null(strstr(fault.hint, "chap_algs="));
	}
	free(login);
}

#define CHALLENGE                                                                                  \
	"CHAP_I=9|CHAP_C=0x"                                                                       \
	"3031323334353637383961626364656630313233343536373839616263646500|"

/* Length 1 + 5 + 32, id 9, "other", the challenge's first 9 bytes. */
#define PROOF "CHAP_R=0x26096f74686572303132333435363738|"

static const struct {
	const char *what, *text;
	int result;
	const char *said;
} proofs[] = {
	{ "right", "CHAP_N=disk|" PROOF, ISCSI_LOGIN_SEND, NULL },
	{ "base 64", "CHAP_N=disk|CHAP_R=0bJglvdGhlcjAxMjM0NTY3OA==|", ISCSI_LOGIN_SEND, NULL },
	{ "wrong", "CHAP_N=disk|CHAP_R=0x26096f74686572303132333435363700|", -EACCES,
	  "does not know its secret" },
	{ "none", "", -EACCES, "does not prove who it is" },
	{ "another name", "CHAP_N=other|" PROOF, -EACCES, "by another name" },
	{ "short", "CHAP_N=disk|CHAP_R=0x26|", -EPROTO, "malformed" },
	{ "long", "CHAP_N=disk|CHAP_R=0x26096f7468657230313233343536373800|", -EPROTO,
	  "malformed" },
};

static void target_has_to_prove_itself(void **state)
{
	const struct iscsi_login_config config = with_chap(true);
	struct iscsi_login *login = malloc(sizeof(*login));

	(void)state;
	for (size_t i = 0; i < COUNT(proofs); i++) {
		const struct exchange exchanges[] = {
			{ NAMES "AuthMethod=CHAP|", { IN_SECURITY, 0, "AuthMethod=CHAP|" } },
			{ NULL, { IN_SECURITY, 0, "CHAP_A=5|CHAP_I=5|CHAP_C=0xaabb|" } },
			{ "CHAP_N=node|" RESPONSE CHALLENGE,
			  { GO_OPERATIONAL, 0, proofs[i].text } },
		};
		struct fault fault = { 0 };
		int result = play(login, &config, exchanges, COUNT(exchanges), &fault);

		if (result != proofs[i].result)
			print_error("%s\n", proofs[i].what);
		assert_int_equal(result, proofs[i].result);
		if (proofs[i].said)
			assert_non_null(strstr(fault.doing, proofs[i].said));
	}
	free(login);
}

/* What breaks the RFC or our trust in the security stage; @mutual: the target has to prove itself.
 */
static const struct {
	const char *what;
	bool mutual;
	struct response first, second;
	int result;
} insecure[] = {
	{ "no authentication when the target has to prove itself",
	  true,
	  { GO_OPERATIONAL, 0, "AuthMethod=None|" },
	  { 0 },
	  -EACCES },
	{ "authentication passed over in silence",
	  true,
	  { GO_OPERATIONAL, 0, "" },
	  { 0 },
	  -EACCES },
	{ "a method that nobody offered",
	  false,
	  { IN_SECURITY, 0, "AuthMethod=KRB5|" },
	  { 0 },
	  -EPROTO },
	{ "no method", false, { IN_SECURITY, 0, "AuthMethod=Reject|" }, { 0 }, -EACCES },
	{ "our challenge back",
	  true,
	  { IN_SECURITY, 0, "AuthMethod=CHAP|" },
	  { IN_SECURITY, 0, "CHAP_A=5|" CHALLENGE },
	  -EACCES },
	{ "a digest that we lack",
	  false,
	  { IN_SECURITY, 0, "AuthMethod=CHAP|" },
	  { IN_SECURITY, 0, "CHAP_A=6|CHAP_I=5|CHAP_C=0xaabb|" },
	  -EPROTO },
	{ "a digest that is none",
	  false,
	  { IN_SECURITY, 0, "AuthMethod=CHAP|" },
	  { IN_SECURITY, 0, "CHAP_A=99|CHAP_I=5|CHAP_C=0xaabb|" },
	  -EPROTO },
	{ "no challenge",
	  false,
	  { IN_SECURITY, 0, "AuthMethod=CHAP|" },
	  { IN_SECURITY, 0, "CHAP_A=5|CHAP_I=5|" },
	  -EPROTO },
	{ "half a byte of challenge",
	  false,
	  { IN_SECURITY, 0, "AuthMethod=CHAP|" },
	  { IN_SECURITY, 0, "CHAP_A=5|CHAP_I=5|CHAP_C=0xaab|" },
	  -EPROTO },
	{ "an identifier of two bytes",
	  false,
	  { IN_SECURITY, 0, "AuthMethod=CHAP|" },
	  { IN_SECURITY, 0, "CHAP_A=5|CHAP_I=256|CHAP_C=0xaabb|" },
	  -EPROTO },
	{ "operational keys before their stage",
	  false,
	  { IN_SECURITY, 0, "AuthMethod=CHAP|MaxBurstLength=512|" },
	  { 0 },
	  -EPROTO },
};

static void insecure_or_confused_targets_are_refused(void **state)
{
	struct iscsi_login *login = malloc(sizeof(*login));

	(void)state;
	for (size_t i = 0; i < COUNT(insecure); i++) {
		const struct iscsi_login_config config = with_chap(insecure[i].mutual);
		const struct exchange exchanges[] = { { NULL, insecure[i].first },
						      { NULL, insecure[i].second } };
		struct fault fault = { 0 };
		int result =
			play(login, &config, exchanges, insecure[i].second.text ? 2 : 1, &fault);

		if (result != insecure[i].result)
			print_error("%s\n", insecure[i].what);
		assert_int_equal(result, insecure[i].result);
		assert_int_equal(fault.error, -result);
	}
	free(login);
}

static const struct {
	uint16_t status;
	int error;
	const char *doing, *hint;
} refusals[] = {
	{ 0x0201, EACCES, "authentication failed (status 0201)", "it wants CHAP" },
	{ 0x0202, EACCES, "may not use the target", "rd.iscsi.initiator=" },
	{ 0x0203, ENOENT, "no such target", "lets our initiator name" },
	{ 0x0204, ENOENT, "removed", "name" },
	{ 0x0206, EPROTO, "too many connections", "" },
	{ 0x0300, EAGAIN, "error inside the target", "log" },
	{ 0x0301, EAGAIN, "service unavailable", "LIO" },
	{ 0x0302, EAGAIN, "out of resources", "log" },
	{ 0x0477, EPROTO, "refused (status 0477)", "" },
};

static void each_refusal_says_what_it_is(void **state)
{
	struct iscsi_login *login = malloc(sizeof(*login));

	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct exchange exchange = { NULL, { IN_SECURITY, refusals[i].status, "" } };
		struct fault fault = { 0 };

		assert_int_equal(play(login, &plain, &exchange, 1, &fault), -refusals[i].error);
		assert_non_null(strstr(fault.doing, refusals[i].doing));
		assert_non_null(strstr(fault.hint, refusals[i].hint));
		assert_string_equal(fault.peer, "10.0.0.1:3260");
	}
	free(login);
}

static void moved_target_says_where_it_is(void **state)
{
	static const struct exchange moved = {
		NULL, { IN_SECURITY, 0x0102, "TargetAddress=[fe80::1]:3261,2|" }
	};
	static const struct exchange nowhere = { NULL, { IN_SECURITY, 0x0101, "" } };
	struct iscsi_login *login = malloc(sizeof(*login));
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(play(login, &plain, &moved, 1, &fault), ISCSI_LOGIN_MOVED);
	assert_string_equal(login->moved_to, "[fe80::1]:3261,2");
	assert_int_equal(play(login, &plain, &nowhere, 1, &fault), -EPROTO);
	free(login);
}

static void text_goes_on_over_several_responses(void **state)
{
	static const struct exchange exchanges[] = {
		{ NULL, { GO_OPERATIONAL, 0, "AuthMethod=None|" } },
		{ OFFERS, { IN_OPERATIONAL | MORE, 0, "MaxBurstLength=10" } },
		{ "", { IN_OPERATIONAL | MORE, 0, "24|MaxRecvData" } },
		{ "", { GO_FULL, 0, "SegmentLength=4096|" } },
	};
	struct iscsi_login *login = malloc(sizeof(*login));
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(play(login, &plain, exchanges, COUNT(exchanges), &fault),
			 ISCSI_LOGIN_DONE);
	assert_int_equal(login->value[ISCSI_MAX_BURST], 1024);
	assert_int_equal(login->value[ISCSI_MAX_RECEIVE], 4096);
	free(login);
}

static void unknown_keys_are_answered_once(void **state)
{
	static const struct exchange exchanges[] = {
		{ NULL, { GO_OPERATIONAL, 0, "AuthMethod=None|TargetAlias=a disk|" } },
		{ OFFERS,
		  { IN_OPERATIONAL, 0, "X-org.example=1|IFMarker=No|Other=NotUnderstood|" } },
		{ "X-org.example=NotUnderstood|IFMarker=NotUnderstood|", { GO_FULL, 0, "" } },
	};
	struct iscsi_login *login = malloc(sizeof(*login));
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(play(login, &plain, exchanges, COUNT(exchanges), &fault),
			 ISCSI_LOGIN_DONE);
	free(login);
}

/* What a target may not say in the operational stage. */
static const struct response malformed[] = {
	{ GO_FULL, 0, "MaxBurstLength=511|" },
	{ GO_FULL, 0, "MaxBurstLength=16777216|" },
	{ GO_FULL, 0, "MaxBurstLength=99999999999|" },
	{ GO_FULL, 0, "MaxBurstLength=|" },
	{ GO_FULL, 0, "MaxBurstLength=Reject|" },
	{ GO_FULL, 0, "InitialR2T=yes|" },
	{ GO_FULL, 0, "HeaderDigest=CRC32C|" },
	{ GO_FULL, 0, "HeaderDigest=SHA1|" },
	{ GO_FULL, 0, "MaxBurstLength=1024|MaxBurstLength=1024|" },
	{ GO_FULL, 0, "no pair|" },
	{ GO_FULL, 0, "Unended=1" },
	{ GO_FULL, 0, "=1|" },
	{ GO_FULL, 0, "lower=1|" },
	{ GO_FULL, 0, "Bad key=1|" },
	{ GO_FULL, 0, "TargetPortalGroupTag=65536|" },
	{ GO_FULL | MORE, 0, "" },
	{ GO_OPERATIONAL, 0, "" }, /* another stage than ours */
	{ 0x85, 0, "" }, /* on to the same stage */
};

static void malformed_answers_are_refused(void **state)
{
	struct iscsi_login *login = malloc(sizeof(*login));

	(void)state;
	for (size_t i = 0; i < COUNT(malformed); i++) {
		const struct exchange exchanges[] = {
			{ NULL, { GO_OPERATIONAL, 0, "AuthMethod=None|" } },
			{ NULL, malformed[i] },
		};
		struct fault fault = { 0 };
		int result = play(login, &plain, exchanges, 2, &fault);

		if (result != -EPROTO)
			print_error("malformed %zu: %s\n", i, malformed[i].text);
		assert_int_equal(result, -EPROTO);
	}
	free(login);
}

static void header_of_something_else_is_refused(void **state)
{
	static const struct {
		uint8_t opcode, ahs, length[3];
		const char *said;
	} headers[] = {
		{ 0x3f, 0, { 0 }, "rejected" },
		{ 'S', 0, { 0 }, "opcode 0x13" }, /* "SSH-2.0-…" */
		{ 0x20, 0, { 0 }, "opcode 0x20" },
		{ 0x23, 1, { 0 }, "length" },
		{ 0x23, 0, { 0, 0x20, 1 }, "length" },
		{ 0x23, 0, { 0xff, 0xff, 0xff }, "length" },
	};
	struct iscsi_login *login = malloc(sizeof(*login));

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		uint8_t bytes[ISCSI_BHS_BYTES] = { headers[i].opcode };
		struct fault fault = { 0 };

		bytes[4] = headers[i].ahs;
		memcpy(bytes + 5, headers[i].length, 3);
		iscsi_login_start(login, &plain);
		assert_int_equal(feed(login, bytes, sizeof(bytes), 5, &fault), -EPROTO);
		assert_non_null(strstr(fault.doing, headers[i].said));
	}
	free(login);
}

static void endless_logins_come_to_an_end(void **state)
{
	static const struct response again = { IN_OPERATIONAL, 0, "" };
	static const struct response more = {
		IN_OPERATIONAL | MORE, 0,
		"X-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=aaaaaaaaaaaaaaaaaaaaaaaaaa"
	};
	static const struct response *const kinds[] = { &again, &more };
	static const struct exchange first = { NULL, { GO_OPERATIONAL, 0, "" } };
	struct iscsi_login *login = malloc(sizeof(*login));

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct fault fault = { 0 };
		unsigned int exchanges = 0;
		int result = play(login, &plain, &first, 1, &fault);

		while (result == ISCSI_LOGIN_SEND && exchanges++ < 1000)
			result = answer(login, kinds[i], 48, &fault);
		assert_int_equal(result, -EPROTO);
		assert_true(exchanges <= ISCSI_EXCHANGES_MAX);
	}
	free(login);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(login_without_authentication_takes_two_requests),
		cmocka_unit_test(login_through_the_kernel_takes_whole_pdus),
		cmocka_unit_test(pdu_that_is_cut_off_is_refused),
		cmocka_unit_test(unanswered_keys_have_the_defaults_of_the_rfc),
		cmocka_unit_test(digests_are_asked_for_and_taken_as_answered),
		cmocka_unit_test(chap_answers_the_challenge),
		cmocka_unit_test(digests_are_offered_in_the_order_that_was_asked_for),
		cmocka_unit_test(target_without_our_digests_is_told_from_a_wrong_secret),
		cmocka_unit_test(target_has_to_prove_itself),
		cmocka_unit_test(insecure_or_confused_targets_are_refused),
		cmocka_unit_test(each_refusal_says_what_it_is),
		cmocka_unit_test(moved_target_says_where_it_is),
		cmocka_unit_test(text_goes_on_over_several_responses),
		cmocka_unit_test(unknown_keys_are_answered_once),
		cmocka_unit_test(malformed_answers_are_refused),
		cmocka_unit_test(header_of_something_else_is_refused),
		cmocka_unit_test(endless_logins_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
