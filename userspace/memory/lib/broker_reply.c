// SPDX-License-Identifier: GPL-2.0-only
/* What an answer of the broker means; see broker_reply.h. */
#include "userspace/memory/lib/broker_reply.h"

#include <errno.h>
#include <stdio.h>

#define HINT_BYTES sizeof(((struct fault *)0)->hint)

static int errno_of_status(long status)
{
	switch (status) {
	case 400:
	case 413:
	case 422:
		return EINVAL;
	case 401:
	case 403:
		return EACCES;
	case 404:
		return ENOENT;
	case 409:
		return EBUSY;
	case 503:
		return ENOSPC;
	case 504:
		return ETIME;
	default:
		return EREMOTEIO;
	}
}

/* "TITLE: DETAIL" of problem details (RFC 9457), or the status where there are none. */
static void tell_problem(const struct broker_reply *reply, char hint[static HINT_BYTES])
{
	const char *title = json_string_value(json_object_get(reply->body, "title"));
	const char *detail = json_string_value(json_object_get(reply->body, "detail"));

	if (title && detail)
		snprintf(hint, HINT_BYTES, "%.60s: %.96s", title, detail);
	else if (title || detail)
		snprintf(hint, HINT_BYTES, "%.150s", title ? title : detail);
	else
		snprintf(hint, HINT_BYTES, "the broker answers with HTTP status %ld",
			 reply->status);
}

void broker_reply_read(struct broker_reply *reply, const char *what, long status, const char *text,
		       size_t length)
{
	char hint[HINT_BYTES];
	json_error_t story;

	*reply = (struct broker_reply){ .status = status };
	if (length)
		reply->body = json_loadb(text, length, JSON_REJECT_DUPLICATES, &story);
	if (status >= 200 && status < 300) {
		if (length && !reply->body) {
			snprintf(hint, sizeof(hint), "the answer is no JSON: %.120s", story.text);
			reply->error =
				fault_set(&reply->fault, EBADMSG, "ask the broker", what, hint);
		}
		return;
	}
	tell_problem(reply, hint);
	reply->error =
		fault_set(&reply->fault, errno_of_status(status), "ask the broker", what, hint);
}

void broker_reply_free(struct broker_reply *reply)
{
	json_decref((json_t *)reply->body);
	reply->body = NULL;
}
