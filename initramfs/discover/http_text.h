/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts of HTTP that a report needs: the URL before, and the answer behind it.
 *
 * Pure; the answer may come from anyone.
 */
#ifndef WIREROOT_HTTP_TEXT_H
#define WIREROOT_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_URL_PATH_BYTES 128
#define HTTP_LINE_BYTES	    160

struct http_url {
	uint32_t address; /* host byte order */
	uint16_t port;
	char path[HTTP_URL_PATH_BYTES];
};

/* "http://10.0.0.1[:8017]/path", with an address in numbers; false for anything else. */
bool http_url_parse(const char *text, struct http_url *url);

/*
 * Read a whole answer of @length bytes: its status, and the first line of its body, printable ASCII
 * with '?' for what is not, cut to HTTP_LINE_BYTES. False when it is no answer of HTTP/1.
 */
bool http_answer_parse(const char *answer, size_t length, unsigned int *status,
		       char line[static HTTP_LINE_BYTES]);

/* What the boot server tells a machine. */
enum discovery_state { DISCOVERY_WAITING, DISCOVERY_ADOPTING, DISCOVERY_ADOPTED };

/* "waiting", "adopting NAME", "adopted NAME"; *@name points into @line. False for another line. */
bool discovery_line_parse(const char *line, enum discovery_state *state, const char **name);

#endif
