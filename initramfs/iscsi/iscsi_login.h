/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The initiator's side of an iSCSI login, without any input or output.
 *
 * RFC 7143 sections 6 (login and text negotiation), 12.1 (CHAP) and 13 (the keys). One normal
 * session of one connection, error recovery level 0. The caller sends ->out, reads exactly what
 * iscsi_login_wanted() asks for, and hands it in, until the login has come to an end: not a byte of
 * what follows the last response is taken from the kernel, which goes on with the connection.
 */
#ifndef WIREROOT_ISCSI_LOGIN_H
#define WIREROOT_ISCSI_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../fault.h"
#include "iscsi_pdu.h"

#define ISCSI_NAME_BYTES      224 /* RFC 7143 section 4.2.7.1: 223 bytes, and a NUL */
#define ISCSI_ADDRESS_BYTES   300 /* "NAME:PORT,GROUP" */
#define ISCSI_CHALLENGE_BYTES 32
#define ISCSI_DIGEST_BYTES    32 /* the longest: SHA-256 and SHA3-256 */
/* Everything that a target says in one stage, over several responses (C bit). */
#define ISCSI_ANSWER_BYTES 16384
/* A login takes four exchanges; a target that wants more than these never comes to an end. */
#define ISCSI_EXCHANGES_MAX 32

/* IANA's "PPP Authentication Algorithms", as RFC 7143 section 12.1.3 uses them. */
enum chap_algorithm {
	CHAP_MD5 = 5,
	CHAP_SHA1 = 6,
	CHAP_SHA256 = 7,
	CHAP_SHA3_256 = 8,
};

#define CHAP_ALGORITHMS 4

/*
 * Write the digest of @length bytes at @data. Returns its length, at most ISCSI_DIGEST_BYTES, or a
 * negative errno.
 */
typedef int chap_digest(void *context, enum chap_algorithm algorithm, const uint8_t *data,
			size_t length, uint8_t digest[static ISCSI_DIGEST_BYTES]);

/* Texts are not copied and have to stay. */
struct iscsi_login_config {
	const char *peer; /* for messages: "10.0.0.1:3260" */
	const char *initiator, *target;
	const char *user, *secret; /* NULL or empty: we need not authenticate ourselves */
	const char *target_user, *target_secret; /* empty: the target need not either */
	bool header_digest, data_digest; /* ask for CRC32C, take None */
	unsigned int algorithms; /* 1 << enum chap_algorithm for each that may be used */
	/* In which order to offer them, all of them or 0 behind the last; none: in our own. */
	enum chap_algorithm order[CHAP_ALGORITHMS];
	chap_digest *digest;
	void *digest_context;
	uint8_t isid[6];
	uint8_t chap_id; /* this and the challenge: random, for the target to answer */
	uint8_t challenge[ISCSI_CHALLENGE_BYTES];
};

/* Section 13: what is negotiated, in the order of the table in iscsi_login.c. */
enum iscsi_key {
	ISCSI_HEADER_DIGEST, /* 1: CRC32C */
	ISCSI_DATA_DIGEST,
	ISCSI_MAX_CONNECTIONS,
	ISCSI_INITIAL_R2T,
	ISCSI_IMMEDIATE_DATA,
	ISCSI_MAX_RECEIVE, /* MaxRecvDataSegmentLength, the target's: how much we may send */
	ISCSI_MAX_BURST,
	ISCSI_FIRST_BURST,
	ISCSI_TIME_TO_WAIT,
	ISCSI_TIME_TO_RETAIN,
	ISCSI_MAX_R2T,
	ISCSI_PDU_IN_ORDER,
	ISCSI_SEQUENCE_IN_ORDER,
	ISCSI_ERROR_RECOVERY,
	ISCSI_KEY_COUNT,
};

/* What we declare as our own MaxRecvDataSegmentLength. */
#define ISCSI_OUR_MAX_RECEIVE 262144

enum iscsi_login_state {
	ISCSI_LOGIN_SEND = 1, /* send ->out, then read */
	ISCSI_LOGIN_READ, /* read on */
	ISCSI_LOGIN_DONE, /* the session is open: ->value, ->portal_group, … hold */
	ISCSI_LOGIN_MOVED, /* the target is at ->moved_to */
};

/* Where CHAP is. */
enum iscsi_security_step {
	ISCSI_METHOD_OFFERED,
	ISCSI_ALGORITHM_OFFERED,
	ISCSI_RESPONSE_SENT,
	ISCSI_SECURITY_DONE,
};

struct iscsi_login {
	const struct iscsi_login_config *config;
	/* To be sent: a header, the text, and its padding. */
	uint8_t out[ISCSI_BHS_BYTES + ISCSI_LOGIN_DATA_BYTES];
	size_t out_length;
	/* The result. */
	uint32_t value[ISCSI_KEY_COUNT];
	uint16_t portal_group;
	uint32_t cmd_sn; /* of the first command */
	uint32_t exp_stat_sn;
	uint16_t tsih;
	char moved_to[ISCSI_ADDRESS_BYTES];
	bool moved_for_good;
	/* The rest is private. */
	enum iscsi_stage stage;
	enum iscsi_security_step step;
	enum chap_algorithm algorithm;
	struct iscsi_text replies; /* for the next request */
	uint32_t settled; /* 1 << enum iscsi_key */
	uint8_t header[ISCSI_BHS_BYTES];
	struct iscsi_login_response response;
	size_t got; /* of header, data and padding */
	char answer[ISCSI_ANSWER_BYTES + 4]; /* of this and the responses before it with C */
	size_t answer_length;
	unsigned int exchanges;
};

/* Begin: ->out is the first request. */
void iscsi_login_start(struct iscsi_login *login, const struct iscsi_login_config *config);

/* Where and how many bytes are to be read next; never 0. */
size_t iscsi_login_wanted(struct iscsi_login *login, void **where);

/*
 * @length of the wanted bytes are there. Returns an enum iscsi_login_state, or a negative errno
 * with @fault: -EACCES when the target refuses us or fails to prove who it is, which no new try
 * mends; -ENOENT when it knows no such target; -EAGAIN when it is out of service for now; -EPROTO
 * for what breaks the RFC.
 */
int iscsi_login_received(struct iscsi_login *login, size_t length, struct fault *fault);

/*
 * The same for a login that goes through the kernel's initiator, which takes and gives whole PDUs:
 * @pdu is the header and the text without its padding. It may have put another task tag in the
 * place of ours, and has looked itself whether the answer's is the same. Never ISCSI_LOGIN_READ.
 */
int iscsi_login_received_pdu(struct iscsi_login *login, const uint8_t *pdu, size_t length,
			     struct fault *fault);

#endif
