/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The validators of HTTP: entity tags and dates, and the headers that ask about them (RFC 9110, 8.8
 * and 13).
 *
 * Pure. The tags are strong: another content of a file has another inode, time or size.
 */
#ifndef WIREROOT_HTTP_CONDITION_H
#define WIREROOT_HTTP_CONDITION_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Three numbers of 16 hexadecimal digits, two dashes, two quotes, the NUL. */
#define HTTP_ETAG_BYTES 53
/* "Sun, 06 Nov 1994 08:49:37 GMT", and room for a year of any length. */
#define HTTP_DATE_BYTES 40

void http_etag_format(uint64_t inode, struct timespec mtime, uint64_t size,
		      char etag[static HTTP_ETAG_BYTES]);

void http_date_format(time_t time, char date[static HTTP_DATE_BYTES]);

/* Read the one form of date that is sent today (IMF-fixdate); false for any other text. */
bool http_date_parse(const char *date, time_t *time);

/*
 * Whether the client already has this content, so that 304 answers it. @if_none_match goes before
 * @if_modified_since (13.2.2); either may be NULL.
 */
bool http_not_modified(const char *if_none_match, const char *if_modified_since, const char *etag,
		       time_t mtime);

/* Whether a Range header counts: @if_range (may be NULL) names the content that is served now. */
bool http_range_applies(const char *if_range, const char *etag, time_t mtime);

#endif
