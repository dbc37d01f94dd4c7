/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Range header of an HTTP request for a file of known size (RFC 9110, 14).
 *
 * Pure. Only single byte ranges are honoured; a server may ignore any others (14.2).
 */
#ifndef WIREROOT_HTTP_RANGE_H
#define WIREROOT_HTTP_RANGE_H

#include <stdint.h>

enum http_range_verdict {
	HTTP_RANGE_WHOLE, /* none, malformed, several or another unit: 200, the whole file */
	HTTP_RANGE_PART, /* 206 */
	HTTP_RANGE_UNSATISFIABLE, /* 416: begins behind the end, or asks for no byte */
};

struct http_range {
	uint64_t start;
	uint64_t length; /* of what is to be sent; never 0, never past the end */
};

/* Read @header (NULL: not given) for a file of @size bytes. Fills @range for HTTP_RANGE_PART. */
enum http_range_verdict http_range_parse(const char *header, uint64_t size,
					 struct http_range *range);

#endif
