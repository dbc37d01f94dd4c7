// SPDX-License-Identifier: GPL-2.0-only
/* Names for machines to come; see name_pattern.h. */
#include "tools/discover/name_pattern.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* RFC 1035 section 2.3.4. */
#define LABEL_LENGTH 63
#define DIGITS_MAX   7

static int refuse(const char *text, struct fault *fault, const char *hint)
{
	return fault_set(fault, EINVAL, "read the pattern of names", text, hint);
}

/* Copy @length bytes of @text; false when they are too many. */
static bool copy(const char *text, size_t length, char *to, size_t bytes)
{
	if (length >= bytes)
		return false;
	memcpy(to, text, length);
	to[length] = '\0';
	return true;
}

/* "FIRST-" or "FIRST-LAST", without brackets. */
static bool read_range(const char *range, struct name_pattern *pattern)
{
	const char *dash = strchr(range, '-');
	char first[DIGITS_MAX + 1];

	if (!dash || !copy(range, (size_t)(dash - range), first, sizeof(first)) ||
	    !value_number(first, NAME_PATTERN_NUMBER_MAX, &pattern->first))
		return false;
	/* n[0-] counts 0, 1 … 10; n[00-] counts 00, 01 … 10. */
	pattern->digits = (unsigned int)strlen(first);
	pattern->last = NAME_PATTERN_NUMBER_MAX;
	return !dash[1] || (value_number(dash + 1, NAME_PATTERN_NUMBER_MAX, &pattern->last) &&
			    pattern->last >= pattern->first);
}

int name_pattern_parse(const char *text, struct name_pattern *pattern, struct fault *fault)
{
	const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
	char range[24], name[HOST_NAME_LENGTH + 1];

	*pattern = (struct name_pattern){ 0 };
	if (!close || strchr(open + 1, '[') || strchr(close + 1, ']'))
		return refuse(text, fault,
			      "one bracket holds the numbers: compute-0-[0-], n[01-64]");
	if (!copy(text, (size_t)(open - text), pattern->before, sizeof(pattern->before)) ||
	    !copy(close + 1, strlen(close + 1), pattern->behind, sizeof(pattern->behind)) ||
	    strlen(pattern->before) + strlen(pattern->behind) + DIGITS_MAX > LABEL_LENGTH)
		return refuse(text, fault, "names of nodes have at most 63 characters");
	if (!copy(open + 1, (size_t)(close - open - 1), range, sizeof(range)) ||
	    !read_range(range, pattern))
		return refuse(text, fault, "the bracket holds FIRST- or FIRST-LAST, up to 999999");
	name_pattern_name(pattern, pattern->first, name);
	if (!value_host_name(name, HOST_NAME_LENGTH) || strchr(name, '.'))
		return refuse(text, fault, "names of nodes have letters, digits and '-'");
	return 0;
}

void name_pattern_name(const struct name_pattern *pattern, uint32_t number,
		       char name[static HOST_NAME_LENGTH + 1])
{
	char digits[16];

	/* name_pattern_parse() has seen to it that all three fit. */
	snprintf(digits, sizeof(digits), "%0*u", (int)pattern->digits, number);
	stpcpy(stpcpy(stpcpy(name, pattern->before), digits), pattern->behind);
}
