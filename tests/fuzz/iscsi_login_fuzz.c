/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/iscsi/iscsi_login.c initramfs/iscsi/iscsi_pdu.c initramfs/fault.c */
/* links: initramfs/value.c */
/*
 * A hostile target: the first byte chooses who has to authenticate, and whether what it sends, the
 * rest, comes as it is or through the kernel, in PDUs of the length that the byte before each says.
 */
#include <stdlib.h>
#include <string.h>

#include "initramfs/iscsi/iscsi_login.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int digest_nothing(void *context, enum chap_algorithm algorithm, const uint8_t *data,
			  size_t length, uint8_t digest[static ISCSI_DIGEST_BYTES])
{
	(void)context;
	(void)algorithm;
	memset(digest, length ? data[0] : 0, 16);
	return 16;
}

/* Whatever was negotiated is within what the RFC allows and we offered. */
static void check(const struct iscsi_login *login)
{
	const uint32_t *value = login->value;

	if (value[ISCSI_MAX_RECEIVE] < 512 || value[ISCSI_MAX_BURST] < 512 ||
	    value[ISCSI_FIRST_BURST] > value[ISCSI_MAX_BURST] || value[ISCSI_MAX_R2T] != 1 ||
	    value[ISCSI_ERROR_RECOVERY] != 0 || value[ISCSI_MAX_CONNECTIONS] != 1 || !login->tsih)
		abort();
}

static int receive_bytes(struct iscsi_login *login, const uint8_t *data, size_t size,
			 struct fault *fault)
{
	int state = ISCSI_LOGIN_READ;

	for (size_t at = 0;
	     at < size && (state == ISCSI_LOGIN_READ || state == ISCSI_LOGIN_SEND);) {
		void *where;
		size_t wanted = iscsi_login_wanted(login, &where);

		if (!wanted)
			abort();
		if (wanted > size - at)
			wanted = size - at;
		memcpy(where, data + at, wanted);
		at += wanted;
		state = iscsi_login_received(login, wanted, fault);
		if (state == ISCSI_LOGIN_SEND && login->out_length < ISCSI_BHS_BYTES)
			abort();
	}
	return state;
}

static int receive_pdus(struct iscsi_login *login, const uint8_t *data, size_t size,
			struct fault *fault)
{
	int state = ISCSI_LOGIN_SEND;

	while (size && state == ISCSI_LOGIN_SEND) {
		size_t length = 2u * data[0] < size - 1 ? 2u * data[0] : size - 1;
		uint8_t *pdu = malloc(length + 1); /* for the sanitizer */

		memcpy(pdu, data + 1, length);
		state = iscsi_login_received_pdu(login, pdu, length, fault);
		free(pdu);
		if (state == ISCSI_LOGIN_READ)
			abort();
		data += 1 + length;
		size -= 1 + length;
	}
	return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iscsi_login_config config = { .peer = "10.0.0.1:3260",
					     .initiator = "iqn.i",
					     .target = "iqn.t",
					     .algorithms = 1 << CHAP_MD5,
					     .digest = digest_nothing };
	struct iscsi_login *login = malloc(sizeof(*login));
	int state = ISCSI_LOGIN_READ;
	struct fault fault = { 0 };

	if (size && data[0] & 1)
		config.secret = "secret";
	if (size && (data[0] & 3) == 3)
		config.target_secret = "other";
	iscsi_login_start(login, &config);
	if (size)
		state = data[0] & 4 ? receive_pdus(login, data + 1, size - 1, &fault)
				    : receive_bytes(login, data + 1, size - 1, &fault);
	if (state == ISCSI_LOGIN_DONE)
		check(login);
	if (state < 0 && state != -fault.error)
		abort();
	free(login);
	return 0;
}
