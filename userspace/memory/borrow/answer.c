// SPDX-License-Identifier: GPL-2.0-only
/* What the broker answers a borrower; see answer.h. */
#include "userspace/memory/borrow/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "userspace/lib/text.h"

#define DEADLINE_S_MAX 31536000u /* a year */

static int refuse(struct fault *fault, const char *what, const char *hint)
{
	return fault_set(fault, EBADMSG, "read the broker's answer", what, hint);
}

static bool take_id(const json_t *entry, char id[static GRANT_ID_BYTES])
{
	const char *text = json_string_value(json_object_get(entry, "id"));

	if (!text || !grant_id_is_valid(text))
		return false;
	memcpy(id, text, GRANT_ID_BYTES);
	return true;
}

static bool take_number(const json_t *entry, const char *key, uint64_t most, uint64_t *number)
{
	const json_t *value = json_object_get(entry, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > most)
		return false;
	*number = (uint64_t)json_integer_value(value);
	return true;
}

static bool take_want(const json_t *entry, enum want *want)
{
	static const char *const names[] = { "keep", "return", "gone" };
	const char *text = json_string_value(json_object_get(entry, "want"));

	for (size_t i = 0; text && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		*want = (enum want)i;
		return true;
	}
	return false;
}

static bool take_grant(const json_t *entry, struct wanted_grant *grant)
{
	const char *policy = json_string_value(json_object_get(entry, "policy"));
	uint64_t generation, deadline_s = 0;

	if (!take_id(entry, grant->id) || !take_want(entry, &grant->want) ||
	    !take_number(entry, "generation", UINT32_MAX, &generation))
		return false;
	(void)take_number(entry, "deadline_s", DEADLINE_S_MAX, &deadline_s);
	grant->generation = (uint32_t)generation;
	grant->deadline_s = (unsigned int)deadline_s;
	grant->stop_processes = policy && !strcmp(policy, "stop-processes");
	return true;
}

int borrow_answer_read(const json_t *body, struct borrow_answer *answer, struct fault *fault)
{
	const json_t *grants = json_object_get(body, "grants");
	const json_t *requests = json_object_get(body, "requests");
	const json_t *entry;
	uint64_t lease_s = 0;
	size_t i;

	*answer = (struct borrow_answer){ 0 };
	if (!json_is_object(body) || !take_number(body, "sequence", INT64_MAX, &answer->sequence))
		return refuse(fault, "sequence", "what answers is no broker");
	(void)take_number(body, "lease_s", UINT32_MAX, &lease_s);
	answer->lease_s = (unsigned int)lease_s;
	json_array_foreach(grants, i, entry)
	{
		if (answer->grant_count == ANSWER_GRANTS_MAX)
			break;
		if (!take_grant(entry, &answer->grants[answer->grant_count]))
			return refuse(fault, "grants", "one is malformed");
		answer->grant_count++;
	}
	json_array_foreach(requests, i, entry)
	{
		struct wanted_more *more = &answer->requests[answer->request_count];

		if (answer->request_count == ANSWER_REQUESTS_MAX)
			break;
		if (!take_id(entry, more->id) ||
		    !take_number(entry, "bytes", INT64_MAX, &more->bytes))
			return refuse(fault, "requests", "one is malformed");
		answer->request_count++;
	}
	return 0;
}

/* As the lines that small clients get, so that there is one reader of grants, which checks all. */
int borrow_grant_read(const json_t *body, struct grant *grant, struct fault *fault)
{
	struct text lines = { 0 };
	const char *key;
	const json_t *value;
	int error = -EBADMSG;

	json_object_foreach((json_t *)body, key, value)
	{
		const char *text = json_string_value(value);

		if (text && strpbrk(text, "\r\n"))
			continue;
		if (text)
			text_printf(&lines, "%s=%s\n", key, text);
		else if (json_is_integer(value))
			text_printf(&lines, "%s=%" JSON_INTEGER_FORMAT "\n", key,
				    json_integer_value(value));
	}
	if (!lines.error && lines.length)
		error = grant_parse(lines.data, lines.length, grant, fault) ? -EBADMSG : 0;
	else
		refuse(fault, "grant", "it is empty");
	if (lines.data)
		explicit_bzero(lines.data, lines.length);
	text_free(&lines);
	return error;
}
