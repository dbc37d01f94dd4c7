// SPDX-License-Identifier: GPL-2.0-only
/*
 * `wireroot memory request`, `return` and `offer`: what an administrator wants of the broker. It
 * answers that it has noted that; lenders and borrowers do it in their own time.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cmd/cmd.h"
#include "tools/cmd/memory.h"
#include "userspace/lib/size.h"

#define ID_LENGTH   16
#define DOING_BYTES sizeof(((struct fault *)0)->doing)

/* Of a member: it becomes a part of a path. */
static bool is_name(const char *text)
{
	return value_host_name(text, HOST_NAME_LENGTH);
}

static bool is_id(const char *text)
{
	return strlen(text) == ID_LENGTH && text[strspn(text, "0123456789abcdef")] == '\0';
}

/* Change one thing, and say @done. */
static int change(const struct memory_arguments *arguments, const char *method, const char *path,
		  json_t *body, const char *doing, const char *done)
{
	struct memory_broker broker = { 0 };
	struct fault fault = { 0 };
	int error = memory_connect(&broker, arguments, true, &fault);

	if (error)
		json_decref(body);
	else
		error = memory_ask(&broker, method, path, body, doing, NULL, &fault);
	memory_disconnect(&broker);
	if (error)
		return memory_failed(&fault);
	puts(done);
	return CMD_DONE;
}

int memory_request(const struct memory_arguments *arguments)
{
	const char *node = arguments->words[0], *size = arguments->words[1];
	char doing[DOING_BYTES], done[256];
	uint64_t bytes;

	if (!is_name(node))
		return cmd_misused("memory", "this is no node's name:", node);
	if (!size_read(size, &bytes) || !bytes)
		return cmd_misused("memory", "request wants a size as 8G, not", size);
	snprintf(doing, sizeof(doing), "have %.60s borrow %.20s", node, size);
	snprintf(done, sizeof(done),
		 "%s is to borrow %s; wireroot memory status shows when it has, and "
		 "wireroot memory history if it cannot",
		 node, size);
	return change(arguments, "POST", "/v1/memory/requests",
		      json_pack("{s:s, s:I}", "borrower", node, "bytes", (json_int_t)bytes), doing,
		      done);
}

int memory_offer(const struct memory_arguments *arguments)
{
	const char *lender = arguments->words[0], *size = arguments->words[1];
	bool all = strcmp(size, "all") == 0;
	char path[128], doing[DOING_BYTES], done[256];
	uint64_t bytes = 0;

	if (!is_name(lender))
		return cmd_misused("memory", "this is no lender's name:", lender);
	/* 0 needs no unit. */
	if (!all && strcmp(size, "0") != 0 && !size_read(size, &bytes))
		return cmd_misused("memory", "offer wants a size as 8G, or all, not", size);
	snprintf(path, sizeof(path), "/v1/memory/lenders/%s/offer", lender);
	snprintf(doing, sizeof(doing), "let %.60s lend %.20s", lender, size);
	if (all)
		snprintf(done, sizeof(done), "%s lends what it can spare", lender);
	else
		snprintf(done, sizeof(done),
			 "%s lends no more than %s; what it has lent stays lent", lender, size);
	return change(
		arguments, "PUT", path,
		json_pack("{s:o}", "bytes", all ? json_null() : json_integer((json_int_t)bytes)),
		doing, done);
}

/* --- return ----------------------------------------------------------------------------------- */

static int return_one(struct memory_broker *broker, const struct memory_arguments *arguments,
		      const char *id, struct fault *fault)
{
	char path[128], doing[DOING_BYTES];
	json_t *body = json_object();
	int error;

	if (body && arguments->deadline_s)
		json_object_set_new(body, "deadline_s",
				    json_integer((json_int_t)arguments->deadline_s));
	snprintf(path, sizeof(path), "/v1/memory/grants/%s/return", id);
	snprintf(doing, sizeof(doing), "have the grant %s given back", id);
	error = memory_ask(broker, "POST", path, body, doing, NULL, fault);
	if (!error)
		printf("%s is to be given back\n", id);
	return error;
}

/* Is something of the grant still to be given back? */
static bool is_lent(const json_t *grant)
{
	const char *state = json_string_value(json_object_get(grant, "state"));

	return state && (!strcmp(state, "granted") || !strcmp(state, "attached") ||
			 !strcmp(state, "revoking"));
}

static bool is_of(const json_t *grant, const char *key, const char *member)
{
	const char *name = json_string_value(json_object_get(grant, key));

	return name && !strcmp(name, member);
}

static int return_all_of(struct memory_broker *broker, const struct memory_arguments *arguments,
			 const char *member, struct fault *fault)
{
	json_t *grants = NULL;
	const json_t *grant;
	size_t i, count = 0;
	int error = memory_ask(broker, "GET", "/v1/memory/grants", NULL, "ask what is lent",
			       &grants, fault);

	json_array_foreach(grants, i, grant)
	{
		const char *id = json_string_value(json_object_get(grant, "id"));

		if (error || !id || !is_id(id) || !is_lent(grant) ||
		    (!is_of(grant, "lender", member) && !is_of(grant, "borrower", member)))
			continue;
		count++;
		error = return_one(broker, arguments, id, fault);
	}
	if (!error && !count)
		printf("%s neither lends nor borrows anything\n", member);
	json_decref(grants);
	return error;
}

int memory_return(const struct memory_arguments *arguments)
{
	struct memory_broker broker = { 0 };
	struct fault fault = { 0 };
	int error;

	for (int i = 0; i < arguments->word_count; i++)
		if (!is_id(arguments->words[i]) && !is_name(arguments->words[i]))
			return cmd_misused("memory", "this is neither a grant nor a member:",
					   arguments->words[i]);
	error = memory_connect(&broker, arguments, true, &fault);
	for (int i = 0; !error && i < arguments->word_count; i++) {
		const char *word = arguments->words[i];

		error = is_id(word) ? return_one(&broker, arguments, word, &fault)
				    : return_all_of(&broker, arguments, word, &fault);
	}
	memory_disconnect(&broker);
	return error ? memory_failed(&fault) : CMD_DONE;
}
