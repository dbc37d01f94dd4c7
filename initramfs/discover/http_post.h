/* SPDX-License-Identifier: GPL-2.0-only */
/* One HTTP POST to a server whose address is known, with a deadline for each step. */
#ifndef WIREROOT_HTTP_POST_H
#define WIREROOT_HTTP_POST_H

#include <stddef.h>
#include <sys/types.h>

#include "../fault.h"
#include "http_text.h"

/* The server may hold its answer back for 20 s. */
#define HTTP_ANSWER_MS	  40000
#define HTTP_ANSWER_BYTES 4096

/* Connect to @url's server. Returns a socket and *@own, our address on it in host byte order; or a
 * negative errno with @fault. */
int http_connect(const struct http_url *url, uint32_t *own, struct fault *fault);

/*
 * Post @length bytes of JSON through @socket, which is closed in any case, and read the answer, cut
 * to HTTP_ANSWER_BYTES. Returns its length, or a negative errno with @fault.
 */
ssize_t http_post(int socket, const struct http_url *url, const char *json, size_t length,
		  char answer[static HTTP_ANSWER_BYTES], struct fault *fault);

#endif
