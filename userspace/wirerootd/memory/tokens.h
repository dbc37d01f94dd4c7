/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a token speaks for. Compares in constant time; keeps copies, which it overwrites. */
#ifndef WIREROOT_MEMORY_TOKENS_H
#define WIREROOT_MEMORY_TOKENS_H

#include <stddef.h>

#include "userspace/wirerootd/memory/message.h"

struct token {
	char name[BROKERAGE_NAME_BYTES];
	char text[MESSAGE_TOKEN_BYTES];
};

/* Begin with { 0 }: nobody has one. */
struct tokens {
	char admin[MESSAGE_TOKEN_BYTES]; /* empty: there is none */
	struct token *members; /* by name */
	size_t count;
};

/* Take those of @members instead of what there was. 0 or -ENOMEM, and then nothing has changed. */
int tokens_take(struct tokens *tokens, const struct message_members *members);
void tokens_free(struct tokens *tokens);

/* Is @text the administrator's, or the member @name's? */
bool tokens_is_admin(const struct tokens *tokens, const char *text);
bool tokens_is_member(const struct tokens *tokens, const char *text, const char *name);

/* The token of @name, or NULL. */
const char *tokens_of(const struct tokens *tokens, const char *name);

#endif
