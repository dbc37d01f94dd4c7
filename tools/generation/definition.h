/* SPDX-License-Identifier: GPL-2.0-only */
/* From the file cluster.yaml to the list of files that would be in force. */
#ifndef WIREROOT_GENERATION_DEFINITION_H
#define WIREROOT_GENERATION_DEFINITION_H

#include "tools/cluster/cluster.h"
#include "tools/generate/file_set.h"
#include "tools/generation/manifest.h"
#include "tools/generation/sources.h"
#include "tools/generation/store.h"
#include "userspace/lib/log.h"

struct definition_options {
	const char *cluster; /* the file */
	const char *server; /* which of the servers this host is; NULL: by its addresses */
	const char *cache; /* where what was built is kept for later; NULL: nowhere */
	bool any_server; /* it does not matter if it is none of them */
	bool lab; /* for a lab, which is a little different: see lab_adapt_cluster() */
	const struct log *log; /* is told of what generation builds */
};

/* Begin with { 0 }; freed in any case. */
struct definition {
	struct file_set set;
	/* Of the set; what only the store knows (number, changes) is left to the caller. */
	struct manifest manifest;
	char *server, *url, *user; /* owned; the manifest's point to them */
};

/*
 * Read, check and generate. What the checks find goes to standard error. 0, or -errno with @fault;
 * -EBADMSG when the definition has errors, which have been told then.
 */
int definition_load(struct definition *definition, const struct definition_options *options,
		    const struct store *store, struct fault *fault);
void definition_free(struct definition *definition);

#endif
