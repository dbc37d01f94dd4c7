// SPDX-License-Identifier: GPL-2.0-only
/* Keeps tokens. See tokens.h. */
#include "userspace/wirerootd/memory/tokens.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *one, const void *other)
{
	return strcmp(((const struct token *)one)->name, ((const struct token *)other)->name);
}

int tokens_take(struct tokens *tokens, const struct message_members *members)
{
	struct token *list = calloc(members->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < members->count; i++) {
		memcpy(list[i].name, members->rules[i].name, sizeof(list[i].name));
		memcpy(list[i].text, members->tokens[i], sizeof(list[i].text));
	}
	qsort(list, members->count, sizeof(*list), compare);
	tokens_free(tokens);
	tokens->members = list;
	tokens->count = members->count;
	memcpy(tokens->admin, members->admin_token, sizeof(tokens->admin));
	return 0;
}

void tokens_free(struct tokens *tokens)
{
	if (tokens->members)
		sodium_memzero(tokens->members, tokens->count * sizeof(*tokens->members));
	free(tokens->members);
	sodium_memzero(tokens, sizeof(*tokens));
}

/* However much of it is right, and however long it is, it takes the same time. */
static bool is_same(const char *known, const char *text)
{
	char padded[MESSAGE_TOKEN_BYTES] = { 0 }, other[MESSAGE_TOKEN_BYTES] = { 0 };
	bool same;

	if (!*known || strlen(text) >= sizeof(padded))
		return false;
	snprintf(padded, sizeof(padded), "%s", text);
	snprintf(other, sizeof(other), "%s", known);
	same = !sodium_memcmp(padded, other, sizeof(padded));
	sodium_memzero(other, sizeof(other));
	return same;
}

const char *tokens_of(const struct tokens *tokens, const char *name)
{
	struct token wanted;
	const struct token *found;

	if (!tokens->count)
		return NULL;
	snprintf(wanted.name, sizeof(wanted.name), "%s", name);
	found = bsearch(&wanted, tokens->members, tokens->count, sizeof(wanted), compare);
	return found ? found->text : NULL;
}

bool tokens_is_admin(const struct tokens *tokens, const char *text)
{
	return is_same(tokens->admin, text);
}

bool tokens_is_member(const struct tokens *tokens, const char *text, const char *name)
{
	const char *known = tokens_of(tokens, name);

	return known && is_same(known, text);
}
