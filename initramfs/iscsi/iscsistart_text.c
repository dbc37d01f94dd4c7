// SPDX-License-Identifier: GPL-2.0-only
/* What iscsistart(8) says of a login that failed; see iscsistart_text.h. */
#include "iscsistart_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* From the most telling to the least: the first that is anywhere in the output counts. */
static const struct {
	const char *text;
	int error;
} signs[] = {
	{ "target not found", ENOENT },
	{ "uthentication", EACCES },
	{ "authorization", EACCES },
	{ "login rejected: ", EPROTO },
	{ "Connection refused", ECONNREFUSED },
	{ "No route to host", EHOSTUNREACH },
	{ "Network is unreachable", ENETUNREACH },
	{ "timed out", ETIMEDOUT },
	{ "egotiation failed", EPROTO },
	{ "initiator reported error", EIO },
	{ "Could not", EIO },
};

/* Of a line with @mark in it, leave what is behind that. */
static void skip_behind(const char **start, size_t *length, const char *mark)
{
	const char *found = strstr(*start, mark);

	if (!found || found + strlen(mark) > *start + *length)
		return;
	*length -= (size_t)(found + strlen(mark) - *start);
	*start = found + strlen(mark);
}

/* The line around @at, without what stands before what became of the login. */
static void copy_line(const char *output, const char *at, char *line, size_t line_bytes)
{
	const char *start = at;
	size_t length;

	while (start > output && start[-1] != '\n')
		start--;
	length = strcspn(start, "\r\n");
	skip_behind(&start, &length, "iscsistart: ");
	skip_behind(&start, &length, "login rejected: ");
	skip_behind(&start, &length, "initiator reported error (");
	snprintf(line, line_bytes, "%.*s", (int)(length < line_bytes ? length : line_bytes), start);
}

int iscsistart_explain(const char *output, char *line, size_t line_bytes)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		const char *at = strstr(output, signs[i].text);

		if (!at)
			continue;
		copy_line(output, at, line, line_bytes);
		return signs[i].error;
	}
	snprintf(line, line_bytes, "%s", "");
	return EIO;
}
