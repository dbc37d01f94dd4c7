/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The secrets by which nodes and their iSCSI targets prove themselves to each other (CHAP).
 *
 * A node's stand in STATE/secrets/NODE.chap, 0600 in a directory of 0700: made once, at random, and
 * read from then on, so that what is generated from them stays the same. For others, switch the
 * node off, remove the file and apply: tgt leaves a target in use as it is.
 *
 * Ours have 16 characters out of 64: 96 bits, which RFC 7143 section 9.2.1 asks for at least, and
 * no more characters than every initiator takes (Windows: 12 to 16). The two of a node differ, as
 * the same section demands: else a target could let an impostor answer its own question.
 */
#ifndef WIREROOT_SECRETS_H
#define WIREROOT_SECRETS_H

#include <stddef.h>

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"
#include "tools/cluster/table.h"
#include "tools/target/secret_files.h"

#define SECRET_LENGTH	  16 /* of ours */
#define SECRET_LENGTH_MIN 12 /* of what an administrator puts there: 96 bits as bytes */
#define SECRET_LENGTH_MAX 64

struct chap_secrets {
	char in[SECRET_LENGTH_MAX + 1]; /* the node's */
	char out[SECRET_LENGTH_MAX + 1]; /* the target's */
};

/* Those of all nodes that need some. Begin with { 0 }; secrets_free() in any case. */
struct secrets {
	struct chap_secrets *list;
	struct table by_node; /* its keys are the cluster's names, which must stay */
};

/*
 * Read a file of secrets: lines "in SECRET" and "out SECRET"; '#' begins a comment. @name is for
 * faults, which never show a secret. Pure. 0 or -EINVAL with @fault.
 */
int secrets_parse(const char *text, size_t length, const char *name, struct chap_secrets *secrets,
		  struct fault *fault);

/* Make the secrets that @cluster's nodes need and that @state does not have yet. */
int secrets_make(const char *state, const struct cluster *cluster, struct fault *fault);

/* Read those of @cluster's nodes. Who has none yet gets a text that says so, for previews. */
int secrets_load(struct secrets *secrets, const char *state, const struct cluster *cluster,
		 struct fault *fault);

/* NULL: none were loaded for it. */
const struct chap_secrets *secrets_find(const struct secrets *secrets, const char *node);

void secrets_free(struct secrets *secrets);

#endif
