// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initiator's side of an iSCSI login; iscsi_login.h has the contract.
 *
 *	security:    AuthMethod ▸ CHAP_A ▸ CHAP_N, CHAP_R and, for mutual CHAP, CHAP_I, CHAP_C
 *	operational: all keys of section 13 at once; the target's answers and its own declarations
 *	full feature phase: the kernel's
 */
#include "iscsi_login.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TASK_TAG 0x77697265u /* any value, the same in a whole login (section 11.12.8) */
#define CMD_SN	 1u
/* Where it is in a header (section 11.12). */
#define TASK_TAG_OFFSET 16
/* Section 12.1.3: a challenge has 1024 bytes at most. */
#define CHALLENGE_BYTES_MAX 1024
#define SECRET_BYTES_MAX    256

/* How one side's value and the other's make the result (section 6.2). */
enum rule {
	RULE_DIGEST, /* of a list, the responder chooses */
	RULE_AND,
	RULE_OR,
	RULE_LESSER,
	RULE_GREATER,
	RULE_DECLARED, /* each for itself */
};

struct key_rule {
	const char *name;
	enum rule rule;
	uint32_t minimum, maximum;
	uint32_t offer;
	uint32_t standard; /* the RFC's default, when the target does not know the key */
};

/* 16 MiB less 1 is the largest length of a PDU. The bursts are those of the kernel's and LIO's. */
static const struct key_rule key_rules[ISCSI_KEY_COUNT] = {
	[ISCSI_HEADER_DIGEST] = { "HeaderDigest", RULE_DIGEST, 0, 1, 0, 0 },
	[ISCSI_DATA_DIGEST] = { "DataDigest", RULE_DIGEST, 0, 1, 0, 0 },
	[ISCSI_MAX_CONNECTIONS] = { "MaxConnections", RULE_LESSER, 1, 65535, 1, 1 },
	[ISCSI_INITIAL_R2T] = { "InitialR2T", RULE_OR, 0, 1, 0, 1 },
	[ISCSI_IMMEDIATE_DATA] = { "ImmediateData", RULE_AND, 0, 1, 1, 1 },
	[ISCSI_MAX_RECEIVE] = { "MaxRecvDataSegmentLength", RULE_DECLARED, 512, 16777215,
				ISCSI_OUR_MAX_RECEIVE, ISCSI_LOGIN_DATA_BYTES },
	[ISCSI_MAX_BURST] = { "MaxBurstLength", RULE_LESSER, 512, 16777215, 16776192, 262144 },
	[ISCSI_FIRST_BURST] = { "FirstBurstLength", RULE_LESSER, 512, 16777215, 262144, 65536 },
	[ISCSI_TIME_TO_WAIT] = { "DefaultTime2Wait", RULE_GREATER, 0, 3600, 2, 2 },
	[ISCSI_TIME_TO_RETAIN] = { "DefaultTime2Retain", RULE_LESSER, 0, 3600, 0, 20 },
	[ISCSI_MAX_R2T] = { "MaxOutstandingR2T", RULE_LESSER, 1, 65535, 1, 1 },
	[ISCSI_PDU_IN_ORDER] = { "DataPDUInOrder", RULE_OR, 0, 1, 1, 1 },
	[ISCSI_SEQUENCE_IN_ORDER] = { "DataSequenceInOrder", RULE_OR, 0, 1, 1, 1 },
	[ISCSI_ERROR_RECOVERY] = { "ErrorRecoveryLevel", RULE_LESSER, 0, 2, 0, 0 },
};

/*
 * In the order of our liking, but for SHA-256: tgt takes its number, 7, for SHA-1's and would then
 * find each response wrong, so that it must come behind MD5, which every target knows.
 */
static const enum chap_algorithm algorithm_order[CHAP_ALGORITHMS] = { CHAP_SHA3_256, CHAP_SHA1,
								      CHAP_MD5, CHAP_SHA256 };

static const char digests_hint[] = "it has none of the CHAP digests that we offer: see "
				   "rd.iscsi.param=node.session.auth.chap_algs=";

static bool given(const char *text)
{
	return text && *text;
}

static int refuse(const struct iscsi_login *login, int error, const char *doing, const char *hint,
		  struct fault *fault)
{
	return fault_set(fault, error, doing, login->config->peer, hint);
}

static int break_off(const struct iscsi_login *login, const char *doing, struct fault *fault)
{
	return refuse(login, EPROTO, doing, "the target does not keep to RFC 7143", fault);
}

/* --- requests --------------------------------------------------------------------------------- */

/* Send what is in ->replies; with @transit, wish to go on to the next stage. */
static int request(struct iscsi_login *login, bool transit, struct fault *fault)
{
	struct iscsi_text *text = &login->replies;
	const struct iscsi_login_request header = {
		.transit = transit,
		.current = login->stage,
		.next = login->stage == ISCSI_SECURITY ? ISCSI_OPERATIONAL : ISCSI_FULL_FEATURE,
		.isid = { login->config->isid[0], login->config->isid[1], login->config->isid[2],
			  login->config->isid[3], login->config->isid[4], login->config->isid[5] },
		.task_tag = TASK_TAG,
		.cmd_sn = CMD_SN,
		.exp_stat_sn = login->exp_stat_sn,
		.data_length = (uint32_t)text->length,
	};

	if (text->overflow)
		return break_off(login, "log in: the target asks for more than a request can hold",
				 fault);
	if (++login->exchanges > ISCSI_EXCHANGES_MAX)
		return break_off(login, "log in: the negotiation does not come to an end", fault);
	iscsi_login_request_build(&header, login->out);
	memcpy(login->out + ISCSI_BHS_BYTES, text->bytes, text->length);
	login->out_length = ISCSI_BHS_BYTES + iscsi_padded(text->length);
	memset(login->out + ISCSI_BHS_BYTES + text->length, 0,
	       login->out_length - ISCSI_BHS_BYTES - text->length);
	text->length = 0;
	login->got = 0;
	return ISCSI_LOGIN_SEND;
}

static void offer_algorithms(struct iscsi_login *login)
{
	const enum chap_algorithm *order =
		login->config->order[0] ? login->config->order : algorithm_order;
	char list[16] = "";
	size_t length = 0;

	for (size_t i = 0; i < CHAP_ALGORITHMS && order[i]; i++)
		if (login->config->algorithms & 1u << order[i])
			length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%d",
						   length ? "," : "", order[i]);
	iscsi_text_add(&login->replies, "CHAP_A", list);
	login->step = ISCSI_ALGORITHM_OFFERED;
}

static uint32_t offered(const struct iscsi_login *login, enum iscsi_key key)
{
	if (key == ISCSI_HEADER_DIGEST)
		return login->config->header_digest;
	if (key == ISCSI_DATA_DIGEST)
		return login->config->data_digest;
	return key_rules[key].offer;
}

static void offer_operational(struct iscsi_login *login)
{
	for (unsigned int key = 0; key < ISCSI_KEY_COUNT; key++) {
		uint32_t offer = offered(login, key);
		const char *name = key_rules[key].name;

		switch (key_rules[key].rule) {
		case RULE_DIGEST:
			iscsi_text_add(&login->replies, name, offer ? "CRC32C,None" : "None");
			break;
		case RULE_AND:
		case RULE_OR:
			iscsi_text_add(&login->replies, name, offer ? "Yes" : "No");
			break;
		default:
			iscsi_text_add_number(&login->replies, name, offer);
		}
	}
}

void iscsi_login_start(struct iscsi_login *login, const struct iscsi_login_config *config)
{
	bool chap = given(config->secret);
	struct fault unused;

	memset(login, 0, sizeof(*login));
	login->config = config;
	login->cmd_sn = CMD_SN;
	for (unsigned int key = 0; key < ISCSI_KEY_COUNT; key++)
		login->value[key] = key_rules[key].standard;
	iscsi_text_add(&login->replies, "InitiatorName", config->initiator);
	iscsi_text_add(&login->replies, "TargetName", config->target);
	iscsi_text_add(&login->replies, "SessionType", "Normal");
	/* A target that has to prove who it is may not leave authentication out. */
	iscsi_text_add(&login->replies, "AuthMethod",
		       !chap			      ? "None"
		       : given(config->target_secret) ? "CHAP"
						      : "CHAP,None");
	(void)request(login, !chap, &unused); /* names are short: this fits */
}

/* --- security: CHAP -----------------------------------------------------------------------------
 */

/* What the target said in the security stage. */
struct security_answer {
	const char *method, *algorithm, *id, *challenge, *name, *response;
};

/* Section 12.1.4: the digest of identifier, secret and challenge. */
static int respond(const struct iscsi_login *login, uint8_t id, const char *secret,
		   const uint8_t *challenge, size_t challenge_length,
		   uint8_t digest[static ISCSI_DIGEST_BYTES], struct fault *fault)
{
	uint8_t data[1 + SECRET_BYTES_MAX + CHALLENGE_BYTES_MAX];
	size_t length = strlen(secret);
	int result;

	if (length > SECRET_BYTES_MAX || challenge_length > CHALLENGE_BYTES_MAX)
		return refuse(login, E2BIG, "compute a CHAP response", "the secret is too long",
			      fault);
	data[0] = id;
	memcpy(data + 1, secret, length);
	memcpy(data + 1 + length, challenge, challenge_length);
	result = login->config->digest(login->config->digest_context, login->algorithm, data,
				       1 + length + challenge_length, digest);
	memset(data, 0, sizeof(data));
	return result < 0 ? refuse(login, result, "compute a CHAP response",
				   "the kernel has no such digest: af_alg or algif_hash is missing",
				   fault)
			  : result;
}

/* These steps of the security stage return 0 when the stage may end. */
static int take_method(struct iscsi_login *login, const struct security_answer *answer,
		       struct fault *fault)
{
	bool chap = given(login->config->secret);
	const char *method = answer->method;

	if (method && strcmp(method, "CHAP") == 0 && chap) {
		offer_algorithms(login);
		return request(login, false, fault);
	}
	if (method && strcmp(method, "Reject") == 0)
		return refuse(
			login, EACCES, "log in: the target takes none of our methods",
			chap ? "it wants something else than CHAP"
			     : "it wants CHAP: give rd.iscsi.username= and rd.iscsi.password=",
			fault);
	if (given(login->config->target_secret))
		return refuse(login, EACCES, "log in: the target does not prove who it is",
			      "set its outgoing CHAP account, or leave rd.iscsi.in.password= out",
			      fault);
	if (method ? strcmp(method, "None") != 0 : chap && !login->response.transit)
		return break_off(login, "log in: the target chose a method that was not offered",
				 fault);
	login->step = ISCSI_SECURITY_DONE;
	return login->response.transit ? 0 : request(login, true, fault);
}

static void ask_target(struct iscsi_login *login)
{
	iscsi_text_add_number(&login->replies, "CHAP_I", login->config->chap_id);
	iscsi_text_add_binary(&login->replies, "CHAP_C", login->config->challenge,
			      ISCSI_CHALLENGE_BYTES);
}

static int answer_challenge(struct iscsi_login *login, const struct security_answer *answer,
			    struct fault *fault)
{
	const struct iscsi_login_config *config = login->config;
	uint8_t challenge[CHALLENGE_BYTES_MAX], digest[ISCSI_DIGEST_BYTES];
	uint32_t algorithm, id;
	int length;

	if (answer->algorithm && strcmp(answer->algorithm, "Reject") == 0)
		return refuse(login, EACCES, "log in: the target takes none of our CHAP digests",
			      digests_hint, fault);
	if (!answer->algorithm || !answer->id || !answer->challenge)
		return break_off(login, "log in: the target's CHAP challenge is incomplete", fault);
	if (!iscsi_number_decode(answer->algorithm, 0, 31, &algorithm) ||
	    !(config->algorithms & 1u << algorithm))
		return break_off(login, "log in: the target chose a CHAP digest that we lack",
				 fault);
	length = iscsi_binary_decode(answer->challenge, challenge, sizeof(challenge));
	if (length < 0 || !iscsi_number_decode(answer->id, 0, 255, &id))
		return break_off(login, "log in: the target's CHAP challenge is malformed", fault);
	/* Section 12.1.4: whoever gives us our own challenge wants us to answer it for them. */
	if (length == ISCSI_CHALLENGE_BYTES &&
	    memcmp(challenge, config->challenge, ISCSI_CHALLENGE_BYTES) == 0)
		return refuse(login, EACCES, "log in: the target sent our own challenge back",
			      "this is no honest target", fault);
	login->algorithm = (enum chap_algorithm)algorithm;
	length = respond(login, (uint8_t)id, config->secret, challenge, (size_t)length, digest,
			 fault);
	if (length < 0)
		return length;
	iscsi_text_add(&login->replies, "CHAP_N",
		       given(config->user) ? config->user : config->initiator);
	iscsi_text_add_binary(&login->replies, "CHAP_R", digest, (size_t)length);
	if (given(config->target_secret))
		ask_target(login);
	login->step = ISCSI_RESPONSE_SENT;
	return request(login, true, fault);
}

static int check_target(struct iscsi_login *login, const struct security_answer *answer,
			struct fault *fault)
{
	const struct iscsi_login_config *config = login->config;
	uint8_t expected[ISCSI_DIGEST_BYTES], got[ISCSI_DIGEST_BYTES], difference = 0;
	int length = respond(login, config->chap_id, config->target_secret, config->challenge,
			     ISCSI_CHALLENGE_BYTES, expected, fault);

	if (length < 0)
		return length;
	if (!answer->name || !answer->response)
		return refuse(login, EACCES, "log in: the target does not prove who it is",
			      "set its outgoing CHAP account, or leave rd.iscsi.in.password= out",
			      fault);
	if (given(config->target_user) && strcmp(answer->name, config->target_user) != 0)
		return refuse(login, EACCES, "log in: the target proves itself by another name",
			      "check rd.iscsi.in.username=", fault);
	if (iscsi_binary_decode(answer->response, got, sizeof(got)) != length)
		return break_off(login, "log in: the target's CHAP response is malformed", fault);
	for (int i = 0; i < length; i++)
		difference |= expected[i] ^ got[i];
	if (difference)
		return refuse(login, EACCES, "log in: the target does not know its secret",
			      "check rd.iscsi.in.password= and the target's outgoing account",
			      fault);
	return 0;
}

static int take_security(struct iscsi_login *login, const struct security_answer *answer,
			 struct fault *fault)
{
	int result = 0;

	switch (login->step) {
	case ISCSI_METHOD_OFFERED:
		result = take_method(login, answer, fault);
		break;
	case ISCSI_ALGORITHM_OFFERED:
		return answer_challenge(login, answer, fault);
	case ISCSI_RESPONSE_SENT:
		if (given(login->config->target_secret))
			result = check_target(login, answer, fault);
		login->step = ISCSI_SECURITY_DONE;
		break;
	case ISCSI_SECURITY_DONE:
		break;
	}
	if (result)
		return result;
	if (!login->response.transit)
		return request(login, true, fault);
	if (login->response.next != ISCSI_OPERATIONAL)
		return break_off(login, "log in: the target goes on to another stage than we",
				 fault);
	login->stage = ISCSI_OPERATIONAL;
	offer_operational(login);
	return request(login, true, fault);
}

/* --- operational keys ---------------------------------------------------------------------------
 */

static bool decode_value(const struct key_rule *rule, const char *value, uint32_t *number)
{
	switch (rule->rule) {
	case RULE_DIGEST:
		*number = strcmp(value, "CRC32C") == 0;
		return *number || strcmp(value, "None") == 0;
	case RULE_AND:
	case RULE_OR:
		*number = strcmp(value, "Yes") == 0;
		return *number || strcmp(value, "No") == 0;
	default:
		return iscsi_number_decode(value, rule->minimum, rule->maximum, number);
	}
}

/* The rule is applied to both sides' values, so that an answer against it can do no harm. */
static uint32_t combine(enum rule rule, uint32_t ours, uint32_t theirs)
{
	switch (rule) {
	case RULE_AND:
	case RULE_LESSER:
		return ours < theirs ? ours : theirs;
	case RULE_OR:
	case RULE_GREATER:
		return ours > theirs ? ours : theirs;
	default:
		return theirs;
	}
}

static int refuse_key(const struct iscsi_login *login, const char *key, const char *value,
		      struct fault *fault)
{
	char doing[sizeof(fault->doing)];

	snprintf(doing, sizeof(doing), "log in: the target answers %s=%s", key, value);
	return break_off(login, doing, fault);
}

static int take_operational(struct iscsi_login *login, enum iscsi_key key, const char *value,
			    struct fault *fault)
{
	const struct key_rule *rule = &key_rules[key];
	uint32_t theirs;

	/* Section 6.2: no key is negotiated twice. */
	if (login->stage != ISCSI_OPERATIONAL || login->settled & 1u << key)
		return refuse_key(login, rule->name, value, fault);
	login->settled |= 1u << key;
	if (strcmp(value, "NotUnderstood") == 0 || strcmp(value, "Irrelevant") == 0)
		return 0; /* ->value has the RFC's default */
	if (!decode_value(rule, value, &theirs) ||
	    (rule->rule == RULE_DIGEST && theirs > offered(login, key)))
		return refuse_key(login, rule->name, value, fault);
	login->value[key] = combine(rule->rule, offered(login, key), theirs);
	return 0;
}

static int end_operational(struct iscsi_login *login, struct fault *fault)
{
	uint32_t *value = login->value;

	if (!login->response.transit)
		return request(login, true, fault);
	if (login->response.next != ISCSI_FULL_FEATURE)
		return break_off(login, "log in: the target goes on to another stage than we",
				 fault);
	if (login->response.tsih == 0)
		return break_off(login, "log in: the target gives its session no number", fault);
	login->tsih = login->response.tsih;
	/* Section 13.14: the first burst is at most as long as any. */
	if (value[ISCSI_FIRST_BURST] > value[ISCSI_MAX_BURST])
		value[ISCSI_FIRST_BURST] = value[ISCSI_MAX_BURST];
	return ISCSI_LOGIN_DONE;
}

/* --- responses ----------------------------------------------------------------------------------
 */

static enum iscsi_key find_key(const char *name)
{
	unsigned int key = 0;

	while (key < ISCSI_KEY_COUNT && strcmp(key_rules[key].name, name) != 0)
		key++;
	return (enum iscsi_key)key;
}

/* Is the pair one of security's? Then it is kept in @answer. */
static bool take_security_key(const char *key, const char *value, struct security_answer *answer)
{
	const struct {
		const char *name;
		const char **to;
	} names[] = {
		{ "AuthMethod", &answer->method }, { "CHAP_A", &answer->algorithm },
		{ "CHAP_I", &answer->id },	   { "CHAP_C", &answer->challenge },
		{ "CHAP_N", &answer->name },	   { "CHAP_R", &answer->response },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, key) == 0) {
			*names[i].to = value;
			return true;
		}
	}
	return false;
}

static int take_pair(struct iscsi_login *login, const char *key, const char *value,
		     struct security_answer *answer, struct fault *fault)
{
	uint32_t group;

	if (find_key(key) != ISCSI_KEY_COUNT)
		return take_operational(login, find_key(key), value, fault);
	if (strcmp(key, "TargetPortalGroupTag") == 0) {
		if (!iscsi_number_decode(value, 0, 65535, &group))
			return refuse_key(login, key, value, fault);
		login->portal_group = (uint16_t)group;
	} else if (strcmp(key, "TargetAddress") == 0) {
		if (strlen(value) >= sizeof(login->moved_to))
			return refuse_key(login, key, "(too long)", fault);
		strcpy(login->moved_to, value);
	} else if (!take_security_key(key, value, answer) && strcmp(key, "TargetAlias") != 0 &&
		   strcmp(value, "NotUnderstood") != 0) {
		/* Section 6.2: what we don't know, we say so; but never about such an answer. */
		iscsi_text_add(&login->replies, key, "NotUnderstood");
	}
	return 0;
}

static int take_answer(struct iscsi_login *login, struct security_answer *answer,
		       struct fault *fault)
{
	size_t at = 0;
	char *key, *value;
	int result;

	while ((result = iscsi_text_next(login->answer, login->answer_length, &at, &key, &value)) >
	       0) {
		result = take_pair(login, key, value, answer, fault);
		if (result < 0)
			return result;
	}
	return result < 0 ? break_off(login, "log in: the target's text is malformed", fault) : 0;
}

static int status_error(uint8_t status_class, uint8_t detail)
{
	if (status_class == 3)
		return EAGAIN;
	if (detail == 1 || detail == 2)
		return EACCES;
	return detail == 3 || detail == 4 ? ENOENT : EPROTO;
}

static const char *status_hint(const struct iscsi_login *login, uint8_t status_class,
			       uint8_t detail)
{
	if (status_class == 3)
		return detail == 1
			       ? "it may only be starting; LIO says so, too, of a target that it "
				 "does not have"
			       : "the target may only be starting; see its log";
	/* LIO calls it a failed authentication, tgt a wrong login. */
	if (detail <= 1 && login->step == ISCSI_ALGORITHM_OFFERED)
		return digests_hint;
	switch (detail) {
	case 1:
		if (!given(login->config->secret))
			return "it wants CHAP: give rd.iscsi.username= and rd.iscsi.password=";
		/* tgt says so, too, when it has no account to prove itself with. */
		return given(login->config->target_secret)
			       ? "check rd.iscsi.username=, .password= and the target's account, and "
				 "its own for rd.iscsi.in.username="
			       : "check rd.iscsi.username= and rd.iscsi.password= and the target's account";
	case 2:
		return "the target's list of initiators lacks our name: see rd.iscsi.initiator=";
	case 3:
	case 4:
		/* tgt says so to initiators that it does not let in, too. */
		return "check the target's name, and that it lets our initiator name and address in";
	default:
		return NULL;
	}
}

static int take_failure(const struct iscsi_login *login, struct fault *fault)
{
	uint8_t status_class = login->response.status_class;
	uint8_t detail = login->response.status_detail;
	const char *text = iscsi_status_text(status_class, detail);
	char doing[sizeof(fault->doing)];

	snprintf(doing, sizeof(doing), "log in to iSCSI target: %s (status %02x%02x)",
		 text ? text : "refused", status_class, detail);
	return refuse(login, status_error(status_class, detail), doing,
		      status_hint(login, status_class, detail), fault);
}

static int take_redirection(struct iscsi_login *login, struct security_answer *answer,
			    struct fault *fault)
{
	int result = take_answer(login, answer, fault);

	if (result < 0)
		return result;
	if (!login->moved_to[0])
		return break_off(login, "log in: the target has moved, but does not say where",
				 fault);
	login->moved_for_good = login->response.status_detail == 2;
	return ISCSI_LOGIN_MOVED;
}

/* A whole response is there. */
static int take_response(struct iscsi_login *login, struct fault *fault)
{
	const struct iscsi_login_response *response = &login->response;
	struct security_answer answer = { 0 };
	int result;

	login->exp_stat_sn = response->stat_sn + 1;
	login->answer_length += response->data_length;
	if (response->status_class == 1)
		return take_redirection(login, &answer, fault);
	if (response->status_class)
		return take_failure(login, fault);
	if (response->task_tag != TASK_TAG || response->version_active ||
	    response->current != login->stage || (response->more && response->transit))
		return break_off(login, "log in: the answer does not belong to our request", fault);
	if (response->more)
		return request(login, false, fault);
	result = take_answer(login, &answer, fault);
	login->answer_length = 0;
	if (result < 0)
		return result;
	return login->stage == ISCSI_SECURITY ? take_security(login, &answer, fault)
					      : end_operational(login, fault);
}

size_t iscsi_login_wanted(struct iscsi_login *login, void **where)
{
	size_t behind;

	if (login->got < ISCSI_BHS_BYTES) {
		*where = login->header + login->got;
		return ISCSI_BHS_BYTES - login->got;
	}
	behind = login->got - ISCSI_BHS_BYTES;
	*where = login->answer + login->answer_length + behind;
	return iscsi_padded(login->response.data_length) - behind;
}

int iscsi_login_received(struct iscsi_login *login, size_t length, struct fault *fault)
{
	bool header_done = login->got < ISCSI_BHS_BYTES;

	login->got += length;
	if (login->got < ISCSI_BHS_BYTES)
		return ISCSI_LOGIN_READ;
	if (header_done) {
		int result = iscsi_login_response_parse(login->header, login->config->peer,
							&login->response, fault);

		if (result < 0)
			return result;
		if (login->response.data_length > ISCSI_ANSWER_BYTES - login->answer_length)
			return break_off(login, "log in: the target's text does not end", fault);
	}
	if (login->got < ISCSI_BHS_BYTES + iscsi_padded(login->response.data_length))
		return ISCSI_LOGIN_READ;
	return take_response(login, fault);
}

int iscsi_login_received_pdu(struct iscsi_login *login, const uint8_t *pdu, size_t length,
			     struct fault *fault)
{
	size_t at = 0;
	int state;

	do {
		void *where;
		size_t wanted = iscsi_login_wanted(login, &where);
		size_t there = wanted < length - at ? wanted : length - at;

		memcpy(where, pdu + at, there);
		memset((uint8_t *)where + there, 0, wanted - there);
		if (wanted - there > 3) /* more than padding */
			return break_off(login, "log in: the target's answer is too short", fault);
		if (!at)
			memcpy(login->header + TASK_TAG_OFFSET, login->out + TASK_TAG_OFFSET,
			       sizeof(uint32_t));
		at += there;
		state = iscsi_login_received(login, wanted, fault);
	} while (state == ISCSI_LOGIN_READ);
	return state;
}
