// SPDX-License-Identifier: GPL-2.0-only
/* Reads URLs and answers; http_text.h has the contract. */
#include "http_text.h"

#include <string.h>

#include "../value.h"

/* Copy @text up to one of @ends to @to; where it ends, or NULL when it does not fit. */
static const char *copy_until(const char *text, const char *ends, char *to, size_t bytes)
{
	size_t length = strcspn(text, ends);

	if (length >= bytes)
		return NULL;
	memcpy(to, text, length);
	to[length] = '\0';
	return text + length;
}

bool http_url_parse(const char *text, struct http_url *url)
{
	static const char scheme[] = "http://";
	char address[IPV4_TEXT_BYTES], port_text[8];
	uint32_t port = 80;

	if (strncmp(text, scheme, sizeof(scheme) - 1) != 0)
		return false;
	text = copy_until(text + sizeof(scheme) - 1, ":/", address, sizeof(address));
	if (!text || !value_ipv4(address, &url->address) || !url->address)
		return false;
	if (*text == ':') {
		text = copy_until(text + 1, "/", port_text, sizeof(port_text));
		if (!text || !value_number(port_text, UINT16_MAX, &port) || !port)
			return false;
	}
	if (*text != '/' || strlen(text) >= sizeof(url->path) || strchr(text, ' ') ||
	    !value_plain(text))
		return false;
	strcpy(url->path, text);
	url->port = (uint16_t)port;
	return true;
}

/* Where the body begins, or NULL. */
static const char *find_body(const char *answer, const char *end)
{
	static const char empty_line[] = "\r\n\r\n";

	for (const char *at = answer; end - at >= 4; at++)
		if (!memcmp(at, empty_line, 4))
			return at + 4;
	return NULL;
}

bool http_answer_parse(const char *answer, size_t length, unsigned int *status,
		       char line[static HTTP_LINE_BYTES])
{
	const char *end = answer + length, *at;
	size_t used = 0;

	/* "HTTP/1.1 200 ": the status line as far as it counts (RFC 9112, 4). */
	if (length < 13 || memcmp(answer, "HTTP/1.", 7) != 0 || answer[8] != ' ')
		return false;
	*status = 0;
	for (int i = 9; i < 12; i++) {
		if (answer[i] < '0' || answer[i] > '9')
			return false;
		*status = *status * 10 + (unsigned int)(answer[i] - '0');
	}
	at = find_body(answer, end);
	if (!at)
		return false;
	for (; at < end && *at != '\n' && used < HTTP_LINE_BYTES - 1; at++)
		line[used++] = *at >= ' ' && *at <= '~' ? *at : '?';
	line[used] = '\0';
	return true;
}

/* Does @line begin with @word and a name behind it? */
static bool has_name(const char *line, const char *word, const char **name)
{
	size_t length = strlen(word);

	if (strncmp(line, word, length) != 0)
		return false;
	*name = line + length;
	return value_host_name(*name, HOST_NAME_LENGTH);
}

bool discovery_line_parse(const char *line, enum discovery_state *state, const char **name)
{
	*name = "";
	if (!strcmp(line, "waiting"))
		*state = DISCOVERY_WAITING;
	else if (has_name(line, "adopting ", name))
		*state = DISCOVERY_ADOPTING;
	else if (has_name(line, "adopted ", name))
		*state = DISCOVERY_ADOPTED;
	else
		return false;
	return true;
}
