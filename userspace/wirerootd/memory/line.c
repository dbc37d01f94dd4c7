// SPDX-License-Identifier: GPL-2.0-only
/* Reads lines. See line.h. */
#include "userspace/wirerootd/memory/line.h"

#include <errno.h>
#include <string.h>

#include "userspace/wirerootd/memory/message.h"

#define WANT	    "want.iscsi"
#define GIVES	    "gives.iscsi"
#define OUR_TARGETS "iqn.2026-11.org.wireroot:memory."

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

static int read_bytes(const char *word, struct line_request *request, const char **why)
{
	request->bytes = 0;
	for (; *word; word++) {
		if (*word < '0' || *word > '9' || request->bytes > MESSAGE_BYTES_OF_ALL / 10)
			return refuse(why, "the size is no number of bytes that can be had");
		request->bytes = 10 * request->bytes + (uint64_t)(*word - '0');
	}
	if (request->bytes < MESSAGE_GRANT_MINIMUM || request->bytes > MESSAGE_BYTES_OF_ALL ||
	    request->bytes % MESSAGE_GRANT_UNIT)
		return refuse(why, "the size is no number of bytes that can be had");
	request->has_size = true;
	return 0;
}

/* The id is what stands behind the last dot. */
static int read_target(const char *word, struct line_request *request, const char **why)
{
	const char *dot = strrchr(word, '.');

	if (strncmp(word, OUR_TARGETS, strlen(OUR_TARGETS)) != 0 ||
	    !message_id(dot + 1, &request->id))
		return refuse(why, "the target is none of lent memory");
	return 0;
}

int line_parse(const char *text, size_t length, struct line_request *request, const char **why)
{
	char line[LINE_BYTES_MAX + 1], *at = line, *word, *argument;

	*request = (struct line_request){ .bytes = LINE_DEFAULT_BYTES };
	if (length && text[length - 1] == '\r')
		length--;
	if (length > LINE_BYTES_MAX || memchr(text, '\0', length))
		return refuse(why, "the line is too long, or no text");
	memcpy(line, text, length);
	line[length] = '\0';
	word = strtok_r(line, " \t", &at);
	argument = strtok_r(NULL, " \t", &at);
	if (!word || strtok_r(NULL, " \t", &at))
		return refuse(why, "one word and its argument are expected");
	if (!strcmp(word, WANT))
		return argument ? read_bytes(argument, request, why) : 0;
	if (strcmp(word, GIVES) != 0 || !argument)
		return refuse(why, "only `want.iscsi [BYTES]` and `gives.iscsi IQN` are known");
	request->is_return = true;
	return read_target(argument, request, why);
}
