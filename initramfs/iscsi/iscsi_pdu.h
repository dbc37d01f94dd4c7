/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of iSCSI's login phase: the header of a request and of a response, and text keys.
 *
 * RFC 7143 sections 11.12 (Login Request), 11.13 (Login Response), 11.17 (Reject) and 6.1 (text
 * format). Pure: buffer in, struct or error out.
 */
#ifndef WIREROOT_ISCSI_PDU_H
#define WIREROOT_ISCSI_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../fault.h"

#define ISCSI_BHS_BYTES 48
/* Section 13.12: what either side may send in a PDU until the negotiation has ended. */
#define ISCSI_LOGIN_DATA_BYTES 8192
#define ISCSI_KEY_LENGTH       63

enum iscsi_stage {
	ISCSI_SECURITY = 0,
	ISCSI_OPERATIONAL = 1,
	ISCSI_FULL_FEATURE = 3,
};

struct iscsi_login_request {
	bool transit; /* T: go on to ->next */
	enum iscsi_stage current, next;
	uint8_t isid[6];
	uint32_t task_tag;
	uint32_t cmd_sn;
	uint32_t exp_stat_sn;
	uint32_t data_length;
};

struct iscsi_login_response {
	bool transit;
	bool more; /* C: the text goes on in the next response */
	uint8_t current, next; /* may be no stage at all: 2 */
	uint8_t version_active;
	uint16_t tsih;
	uint32_t task_tag;
	uint32_t stat_sn;
	uint8_t status_class, status_detail;
	uint32_t data_length; /* at most ISCSI_LOGIN_DATA_BYTES */
};

/* Text keys as they are collected for a request; a full one stays full and says so. */
struct iscsi_text {
	char bytes[ISCSI_LOGIN_DATA_BYTES];
	size_t length;
	bool overflow;
};

void iscsi_login_request_build(const struct iscsi_login_request *request,
			       uint8_t header[static ISCSI_BHS_BYTES]);

/* How many bytes of data follow the header, with their padding. */
size_t iscsi_padded(size_t length);

/*
 * Parse a header that came in during the login phase. Returns 0, or -EPROTO with @fault (whose
 * ->peer is @peer) for anything but a login response that may be read on.
 */
int iscsi_login_response_parse(const uint8_t header[static ISCSI_BHS_BYTES], const char *peer,
			       struct iscsi_login_response *response, struct fault *fault);

/* Append "KEY=VALUE" and its NUL. */
void iscsi_text_add(struct iscsi_text *text, const char *key, const char *value);
void iscsi_text_add_number(struct iscsi_text *text, const char *key, uint32_t value);
/* VALUE is "0x…", @length bytes in hexadecimal. */
void iscsi_text_add_binary(struct iscsi_text *text, const char *key, const uint8_t *value,
			   size_t length);

/*
 * Take the next pair of @text, @length bytes from *@at on; both strings are NUL-terminated in
 * place, and *@at goes on behind them. Returns 1 for a pair, 0 at the end, -EPROTO for a key that
 * is none, a pair without '=' or without a NUL at its end.
 */
int iscsi_text_next(char *text, size_t length, size_t *at, char **key, char **value);

/*
 * Decode "0x…" or "0b…" (base 64, section 6.1). Returns the number of bytes, 1 to @size, or -EPROTO
 * for anything malformed, empty or longer.
 */
int iscsi_binary_decode(const char *value, uint8_t *bytes, size_t size);

/* A number in decimal or "0x…" from @minimum to @maximum (section 6.1). */
bool iscsi_number_decode(const char *value, uint32_t minimum, uint32_t maximum, uint32_t *number);

/* What @status_class and @status_detail mean; NULL when RFC 7143 does not say. */
const char *iscsi_status_text(uint8_t status_class, uint8_t status_detail);

#endif
