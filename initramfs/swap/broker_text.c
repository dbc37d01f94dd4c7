// SPDX-License-Identifier: GPL-2.0-only
/* The texts that go to the broker and come from it; broker_text.h has the contract. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../value.h"
#include "broker_text.h"

/* Names, tokens and addresses have been checked: none holds what JSON would have to escape. */
static int request(const struct swap_spec *spec, const char *method, const char *path,
		   const char *body, char text[static BROKER_REQUEST_BYTES])
{
	char address[IPV4_TEXT_BYTES];
	int length = snprintf(text, BROKER_REQUEST_BYTES,
			      "%s /v1/memory/%s HTTP/1.0\r\n"
			      "Host: %s:%u\r\n"
			      "Authorization: Bearer %s\r\n"
			      "Accept: text/plain\r\n"
			      "Content-Type: application/json\r\n"
			      "Content-Length: %u\r\n\r\n%s",
			      method, path, value_ipv4_text(spec->broker, address), spec->port,
			      spec->token, (unsigned int)strlen(body), body);

	return length < BROKER_REQUEST_BYTES ? length : -EMSGSIZE;
}

int broker_ask_text(const struct swap_spec *spec, uint64_t bytes, const char *initiator,
		    uint32_t address, char text[static BROKER_REQUEST_BYTES])
{
	char body[512], own[IPV4_TEXT_BYTES];

	snprintf(body, sizeof(body),
		 "{\"borrower\":\"%s\",\"bytes\":%llu,\"initiator\":\"%s\",\"address\":\"%s\"}",
		 spec->member, (unsigned long long)bytes, initiator, value_ipv4_text(address, own));
	return request(spec, "POST", "grants", body, text);
}

int broker_report_text(const struct swap_spec *spec, const char *instance, uint32_t address,
		       const struct grant *grant, const struct broker_report *report,
		       char text[static BROKER_REQUEST_BYTES])
{
	char body[768], own[IPV4_TEXT_BYTES], path[96];

	snprintf(body, sizeof(body),
		 "{\"instance\":\"%s\",\"address\":\"%s\",\"interval_s\":5,\"mode\":\"%s\","
		 "\"mirror\":\"none\",\"total_bytes\":0,\"available_bytes\":0,\"pressure\":0.0,"
		 "\"grants\":[{\"id\":\"%s\",\"generation\":%u,\"state\":\"%s\",\"bytes\":%llu,"
		 "\"used_bytes\":0,\"device\":\"%s\",\"detail\":\"%s\"}]}",
		 instance, value_ipv4_text(address, own), swap_mode_name(spec->mode), grant->id,
		 grant->generation, report->state, (unsigned long long)grant->bytes, grant->swap,
		 report->detail);
	snprintf(path, sizeof(path), "borrowers/%s", spec->member);
	return request(spec, "PUT", path, body, text);
}

/* Where the body begins, or NULL. */
static const char *find_body(const char *text, const char *end)
{
	for (const char *at = text; end - at >= 4; at++)
		if (!memcmp(at, "\r\n\r\n", 4))
			return at + 4;
	return NULL;
}

bool broker_answer_parse(const char *text, size_t length, struct broker_answer *answer)
{
	const char *end = text + length;
	size_t used = 0;

	/* "HTTP/1.1 200 ": the status line as far as it counts (RFC 9112 section 4). */
	if (length < 13 || memcmp(text, "HTTP/1.", 7) != 0 || text[8] != ' ')
		return false;
	answer->status = 0;
	for (int i = 9; i < 12; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		answer->status = answer->status * 10 + (unsigned int)(text[i] - '0');
	}
	answer->body = find_body(text, end);
	if (!answer->body)
		return false;
	answer->length = (size_t)(end - answer->body);
	for (const char *at = answer->body;
	     at < end && *at != '\n' && used < sizeof(answer->line) - 1; at++)
		answer->line[used++] = *at >= ' ' && *at <= '~' ? *at : '?';
	answer->line[used] = '\0';
	return true;
}

/* Where the number behind @key begins, or NULL. */
static const char *find_number(const struct broker_answer *answer, const char *key)
{
	const char *end = answer->body + answer->length;
	size_t length = strlen(key);

	for (const char *at = answer->body; (size_t)(end - at) > length; at++)
		if (memcmp(at, key, length) == 0)
			return at + length;
	return NULL;
}

uint64_t broker_largest(const struct broker_answer *answer)
{
	const char *at = find_number(answer, "that could be had is ");
	const char *end = answer->body + answer->length;
	uint64_t number = 0;

	for (; at && at < end && *at >= '0' && *at <= '9' && number < UINT64_MAX / 16; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	return number;
}
