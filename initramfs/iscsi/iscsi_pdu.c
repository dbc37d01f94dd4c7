// SPDX-License-Identifier: GPL-2.0-only
/* The bytes of iSCSI's login phase; iscsi_pdu.h has the contract. */
#include "iscsi_pdu.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../value.h"

#define OPCODE_LOGIN_REQUEST  0x03
#define OPCODE_LOGIN_RESPONSE 0x23
#define OPCODE_REJECT	      0x3f
#define OPCODE_MASK	      0x3f
#define IMMEDIATE	      0x40
#define FLAG_TRANSIT	      0x80
#define FLAG_CONTINUE	      0x40

/* Versions: RFC 7143 defines only 0x00. */
#define VERSION 0x00

static void put_16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void put_32(uint8_t *to, uint32_t value)
{
	put_16(to, (uint16_t)(value >> 16));
	put_16(to + 2, (uint16_t)value);
}

static uint16_t get_16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static uint32_t get_32(const uint8_t *from)
{
	return (uint32_t)get_16(from) << 16 | get_16(from + 2);
}

size_t iscsi_padded(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

void iscsi_login_request_build(const struct iscsi_login_request *request,
			       uint8_t header[static ISCSI_BHS_BYTES])
{
	memset(header, 0, ISCSI_BHS_BYTES);
	header[0] = IMMEDIATE | OPCODE_LOGIN_REQUEST;
	header[1] = (uint8_t)(request->current << 2);
	if (request->transit)
		header[1] |= (uint8_t)(FLAG_TRANSIT | request->next);
	header[2] = header[3] = VERSION;
	put_32(header + 4, request->data_length); /* its first byte is TotalAHSLength, 0 */
	memcpy(header + 8, request->isid, sizeof(request->isid));
	/* TSIH, 14, is 0: a new session. CID, 20, is 0: its only connection. */
	put_32(header + 16, request->task_tag);
	put_32(header + 24, request->cmd_sn);
	put_32(header + 28, request->exp_stat_sn);
}

int iscsi_login_response_parse(const uint8_t header[static ISCSI_BHS_BYTES], const char *peer,
			       struct iscsi_login_response *response, struct fault *fault)
{
	uint8_t opcode = header[0] & OPCODE_MASK;
	uint32_t length = get_32(header + 4) & 0xffffff;
	char doing[64];

	if (opcode == OPCODE_REJECT) {
		snprintf(doing, sizeof(doing), "log in: rejected with reason 0x%02x", header[2]);
		return fault_set(fault, EPROTO, doing, peer, "the target does not take our login");
	}
	if (opcode != OPCODE_LOGIN_RESPONSE) {
		snprintf(doing, sizeof(doing), "log in: instead of an answer came opcode 0x%02x",
			 opcode);
		return fault_set(fault, EPROTO, doing, peer,
				 "is this an iSCSI target? check address and port");
	}
	if (header[4] || length > ISCSI_LOGIN_DATA_BYTES)
		return fault_set(fault, EPROTO, "log in: the answer's length is not allowed", peer,
				 "the target does not keep to RFC 7143");
	*response = (struct iscsi_login_response){
		.transit = header[1] & FLAG_TRANSIT,
		.more = header[1] & FLAG_CONTINUE,
		.current = header[1] >> 2 & 3,
		.next = header[1] & 3,
		.version_active = header[3],
		.tsih = get_16(header + 14),
		.task_tag = get_32(header + 16),
		.stat_sn = get_32(header + 24),
		.status_class = header[36],
		.status_detail = header[37],
		.data_length = length,
	};
	return 0;
}

/* Append @length bytes, all of them or, with ->overflow, none. */
static void add_bytes(struct iscsi_text *text, const char *bytes, size_t length)
{
	if (text->overflow || length > sizeof(text->bytes) - text->length) {
		text->overflow = true;
		return;
	}
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

void iscsi_text_add(struct iscsi_text *text, const char *key, const char *value)
{
	add_bytes(text, key, strlen(key));
	add_bytes(text, "=", 1);
	add_bytes(text, value, strlen(value) + 1);
}

void iscsi_text_add_number(struct iscsi_text *text, const char *key, uint32_t value)
{
	char number[12];

	snprintf(number, sizeof(number), "%u", value);
	iscsi_text_add(text, key, number);
}

void iscsi_text_add_binary(struct iscsi_text *text, const char *key, const uint8_t *value,
			   size_t length)
{
	static const char digits[] = "0123456789abcdef";

	add_bytes(text, key, strlen(key));
	add_bytes(text, "=0x", 3);
	for (size_t i = 0; i < length; i++) {
		const char pair[2] = { digits[value[i] >> 4], digits[value[i] & 15] };

		add_bytes(text, pair, sizeof(pair));
	}
	add_bytes(text, "", 1);
}

/* Section 6.1: a capital letter first, then letters, digits and ".-+@_", 63 bytes at most. */
static bool is_key(const char *key, size_t length)
{
	if (length == 0 || length > ISCSI_KEY_LENGTH || *key < 'A' || *key > 'Z')
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = key[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (!c || !strchr(".-+@_", c)))
			return false;
	}
	return true;
}

int iscsi_text_next(char *text, size_t length, size_t *at, char **key, char **value)
{
	char *start = text + *at, *end, *equals;

	/* Some targets fill their text up with NULs. */
	while (*at < length && !*start)
		(*at)++, start++;
	if (*at >= length)
		return 0;
	end = memchr(start, '\0', length - *at);
	equals = end ? memchr(start, '=', (size_t)(end - start)) : NULL;
	if (!equals || !is_key(start, (size_t)(equals - start)))
		return -EPROTO;
	*equals = '\0';
	*key = start;
	*value = equals + 1;
	*at += (size_t)(end - start) + 1;
	return 1;
}

static int decode_hex(const char *digits, uint8_t *bytes, size_t size)
{
	size_t length = strlen(digits);

	if (length == 0 || length % 2 || length / 2 > size)
		return -EPROTO;
	for (size_t i = 0; i < length / 2; i++) {
		int high = value_hex_digit(digits[2 * i]), low = value_hex_digit(digits[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EPROTO;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return (int)(length / 2);
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648 section 4: groups of four, the last one may end with one or two '='. */
static int decode_base64(const char *digits, uint8_t *bytes, size_t size)
{
	size_t length = strlen(digits), count = 0, padding = 0;
	uint32_t group = 0;

	if (length == 0 || length % 4)
		return -EPROTO;
	while (padding < 2 && digits[length - 1 - padding] == '=')
		padding++;
	if (length / 4 * 3 - padding > size)
		return -EPROTO;
	for (size_t i = 0; i < length; i++) {
		int digit = i < length - padding ? base64_digit(digits[i]) : 0;

		if (digit < 0)
			return -EPROTO;
		group = group << 6 | (uint32_t)digit;
		if (i % 4 != 3)
			continue;
		for (int shift = 16; shift >= 0; shift -= 8)
			if (count < length / 4 * 3 - padding)
				bytes[count++] = (uint8_t)(group >> shift);
	}
	return (int)count;
}

int iscsi_binary_decode(const char *value, uint8_t *bytes, size_t size)
{
	if (value[0] == '0' && (value[1] == 'x' || value[1] == 'X'))
		return decode_hex(value + 2, bytes, size);
	if (value[0] == '0' && (value[1] == 'b' || value[1] == 'B'))
		return decode_base64(value + 2, bytes, size);
	return -EPROTO;
}

bool iscsi_number_decode(const char *value, uint32_t minimum, uint32_t maximum, uint32_t *number)
{
	uint32_t base = 10, sum = 0;

	if (value[0] == '0' && (value[1] == 'x' || value[1] == 'X')) {
		base = 16;
		value += 2;
	}
	if (!*value)
		return false;
	for (; *value; value++) {
		int digit = value_hex_digit(*value);

		if (digit < 0 || (uint32_t)digit >= base || (uint32_t)digit > maximum ||
		    sum > (maximum - (uint32_t)digit) / base)
			return false;
		sum = sum * base + (uint32_t)digit;
	}
	*number = sum;
	return sum >= minimum;
}

const char *iscsi_status_text(uint8_t status_class, uint8_t status_detail)
{
	static const struct {
		uint16_t status;
		const char *text;
	} texts[] = {
		{ 0x0200, "the target calls our login wrong" },
		{ 0x0201, "authentication failed" },
		{ 0x0202, "this initiator may not use the target" },
		{ 0x0203, "there is no such target" },
		{ 0x0204, "the target has been removed" },
		{ 0x0205, "no common version of iSCSI" },
		{ 0x0206, "too many connections" },
		{ 0x0207, "a parameter is missing" },
		{ 0x0208, "the connection cannot join the session" },
		{ 0x0209, "sessions of this type are not supported" },
		{ 0x020a, "there is no such session" },
		{ 0x020b, "the request came at the wrong time" },
		{ 0x0300, "error inside the target" },
		{ 0x0301, "service unavailable" },
		{ 0x0302, "the target is out of resources" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].status == (status_class << 8 | status_detail))
			return texts[i].text;
	return NULL;
}
