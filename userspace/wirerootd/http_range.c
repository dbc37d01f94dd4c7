/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the Range header. See http_range.h for what is promised. */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "userspace/wirerootd/http_range.h"

/*
 * Read the digits at *@text, which it moves behind them. A number too large for 64 bits becomes
 * UINT64_MAX: it is valid syntax, and lies behind every file's end. False: there is no digit.
 */
static bool read_number(const char **text, uint64_t *number)
{
	const char *at = *text;

	*number = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		unsigned int digit = (unsigned int)(*at - '0');

		if (*number > (UINT64_MAX - digit) / 10)
			*number = UINT64_MAX;
		else
			*number = *number * 10 + digit;
		if (*number == UINT64_MAX) {
			at += strspn(at, "0123456789");
			break;
		}
	}
	if (at == *text)
		return false;
	*text = at;
	return true;
}

/* Only white space may follow: with a comma there are several ranges. */
static bool is_end(const char *text)
{
	return text[strspn(text, " \t")] == '\0';
}

/* "-N": the last N bytes. */
static enum http_range_verdict suffix_range(const char *text, uint64_t size,
					    struct http_range *range)
{
	uint64_t count;

	if (!read_number(&text, &count) || !is_end(text))
		return HTTP_RANGE_WHOLE;
	if (count == 0 || size == 0)
		return HTTP_RANGE_UNSATISFIABLE;
	range->length = count < size ? count : size;
	range->start = size - range->length;
	return HTTP_RANGE_PART;
}

enum http_range_verdict http_range_parse(const char *header, uint64_t size,
					 struct http_range *range)
{
	static const char unit[] = "bytes=";
	uint64_t first, last = UINT64_MAX;

	if (!header || strncasecmp(header, unit, sizeof(unit) - 1) != 0)
		return HTTP_RANGE_WHOLE;
	header += sizeof(unit) - 1;
	header += strspn(header, " \t");
	if (*header == '-')
		return suffix_range(header + 1, size, range);
	if (!read_number(&header, &first) || *header++ != '-')
		return HTTP_RANGE_WHOLE;
	if (!is_end(header) && (!read_number(&header, &last) || !is_end(header)))
		return HTTP_RANGE_WHOLE;
	if (last < first)
		return HTTP_RANGE_WHOLE;
	if (first >= size)
		return HTTP_RANGE_UNSATISFIABLE;
	range->start = first;
	range->length = (last < size ? last + 1 : size) - first;
	return HTTP_RANGE_PART;
}
