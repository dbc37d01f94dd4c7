/* SPDX-License-Identifier: GPL-2.0-only */
/* Compares entity tags and dates. See http_condition.h for what is promised. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "userspace/wirerootd/http_condition.h"

#define DATE_FORMAT "%a, %d %b %Y %H:%M:%S GMT"

void http_etag_format(uint64_t inode, struct timespec mtime, uint64_t size,
		      char etag[static HTTP_ETAG_BYTES])
{
	uint64_t mtime_ns = (uint64_t)mtime.tv_sec * 1000000000 + (uint64_t)mtime.tv_nsec;

	snprintf(etag, HTTP_ETAG_BYTES, "\"%" PRIx64 "-%" PRIx64 "-%" PRIx64 "\"", inode, mtime_ns,
		 size);
}

void http_date_format(time_t time, char date[static HTTP_DATE_BYTES])
{
	struct tm utc;

	/* The daemon never calls setlocale(), so that the names of days and months are English. */
	if (!gmtime_r(&time, &utc) || strftime(date, HTTP_DATE_BYTES, DATE_FORMAT, &utc) == 0)
		date[0] = '\0';
}

bool http_date_parse(const char *date, time_t *time)
{
	struct tm utc = { 0 };
	const char *end = strptime(date, DATE_FORMAT, &utc);

	if (!end || *end != '\0')
		return false;
	*time = timegm(&utc);
	return true;
}

/*
 * Whether one of the tags in @list, parted by commas, is @etag. A weak one with the same opaque
 * part counts: If-None-Match compares weakly (13.1.2).
 */
static bool list_has_tag(const char *list, const char *etag)
{
	size_t length = strlen(etag);

	for (;;) {
		const char *close;

		list += strspn(list, " \t,");
		if (!strncmp(list, "W/", 2))
			list += 2;
		if (*list != '"')
			return false;
		close = strchr(list + 1, '"');
		if (!close)
			return false;
		close++;
		if ((size_t)(close - list) == length && !memcmp(list, etag, length))
			return true;
		list = close;
	}
}

static bool is_star(const char *text)
{
	text += strspn(text, " \t");
	return *text == '*' && text[1 + strspn(text + 1, " \t")] == '\0';
}

bool http_not_modified(const char *if_none_match, const char *if_modified_since, const char *etag,
		       time_t mtime)
{
	time_t since;

	if (if_none_match)
		return is_star(if_none_match) || list_has_tag(if_none_match, etag);
	return if_modified_since && http_date_parse(if_modified_since, &since) && mtime <= since;
}

bool http_range_applies(const char *if_range, const char *etag, time_t mtime)
{
	time_t date;

	if (!if_range)
		return true;
	/* The strong comparison: a weak tag never matches (13.1.5). */
	if (*if_range == '"')
		return !strcmp(if_range, etag);
	return http_date_parse(if_range, &date) && date == mtime;
}
