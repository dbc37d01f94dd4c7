// SPDX-License-Identifier: GPL-2.0-only
/* Lines of keys and values; see settings.h. */
#include "userspace/memory/lib/settings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"

struct span {
	const char *start;
	size_t length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(const char *start, const char *end)
{
	while (start < end && is_blank(*start))
		start++;
	while (end > start && is_blank(end[-1]))
		end--;
	return (struct span){ start, (size_t)(end - start) };
}

/* @span as a string; false when it has a control character or does not fit. */
static bool take_span(const struct span *span, char *to, size_t bytes)
{
	return !memchr(span->start, '\0', span->length) &&
	       value_copy(to, bytes, span->start, span->length) && value_plain(to);
}

static int read_line(const struct span *line, settings_take take, void *context,
		     struct fault *fault)
{
	const char *equals = memchr(line->start, '=', line->length);
	char key[SETTINGS_KEY_BYTES], value[SETTINGS_VALUE_BYTES];
	struct span left, right;

	if (!equals)
		return fault_set(fault, EINVAL, "read settings", "", "a line is KEY = VALUE");
	left = trim(line->start, equals);
	right = trim(equals + 1, line->start + line->length);
	if (!left.length || !take_span(&left, key, sizeof(key)) ||
	    !take_span(&right, value, sizeof(value)))
		return fault_set(fault, EINVAL, "read settings", "",
				 "a line is KEY = VALUE, of printable characters");
	return take(context, key, value, fault);
}

int settings_read(const char *text, size_t length, const char *name, settings_take take,
		  void *context, struct fault *fault)
{
	const char *end = text + length;
	unsigned int number = 0;
	int error = 0;

	while (!error && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		struct span line = trim(text, stop);

		number++;
		if (line.length && *line.start != '#')
			error = read_line(&line, take, context, fault);
		text = newline ? newline + 1 : end;
	}
	if (error)
		snprintf(fault->peer, sizeof(fault->peer), "%.80s:%u", name, number);
	return error;
}
