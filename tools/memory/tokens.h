/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tokens by which those who lend and borrow memory, and the administrator, prove themselves to
 * the broker.
 *
 * A member's is the only line of STATE/secrets/NAME.token, the administrator's that of
 * STATE/secrets/.admin-token: made once, at random, and read from then on, as secrets of CHAP are.
 * For another one, remove the file and apply. Ours have 32 characters out of 64: 192 bits.
 */
#ifndef WIREROOT_TOKENS_H
#define WIREROOT_TOKENS_H

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"
#include "tools/cluster/table.h"

#define TOKEN_LENGTH	 32 /* of ours */
#define TOKEN_LENGTH_MIN 16
#define TOKEN_LENGTH_MAX 128
#define TOKEN_BYTES	 (TOKEN_LENGTH_MAX + 1)

/* Those of all members, with the administrator's. Begin with { 0 }; tokens_free() in any case. */
struct tokens {
	char (*list)[TOKEN_BYTES];
	struct table by_member; /* its keys are the cluster's names, which must stay */
	char admin[TOKEN_BYTES];
};

/* Does @node lend or borrow? */
bool tokens_needed_by(const struct cluster_node *node);

/* Make the tokens that @cluster's members need and that @state does not have yet. */
int tokens_make(const char *state, const struct cluster *cluster, struct fault *fault);

/* Read those of @cluster's members. Who has none yet gets a text that says so, for previews. */
int tokens_load(struct tokens *tokens, const char *state, const struct cluster *cluster,
		struct fault *fault);

/* NULL: none was loaded for it. */
const char *tokens_find(const struct tokens *tokens, const char *member);

/* One member's, or the administrator's with @member NULL. -ENOENT: there is none yet. */
int tokens_read_one(const char *state, const char *member, char token[static TOKEN_BYTES],
		    struct fault *fault);

void tokens_free(struct tokens *tokens);

#endif
