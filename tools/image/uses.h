/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who uses an image: nodes of the definition, whether they run or not, and nodes that run a
 * generation which exports it, whatever the definition says by now.
 */
#ifndef WIREROOT_IMAGE_USES_H
#define WIREROOT_IMAGE_USES_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"
#include "tools/generation/remains.h"
#include "tools/generation/store.h"
#include "userspace/lib/text.h"

struct image_uses {
	struct cluster cluster;
	bool defined; /* there is a definition, and ->cluster is it */
	struct store store;
	unsigned int current; /* generation in force; 0: none */
	unsigned int *generations;
	size_t generation_count;
	struct remains remains;
	bool asked; /* wirerootd has told who runs what, or there is none to ask */
	struct fault unasked; /* why not */
};

/*
 * Look at the definition @cluster, which need not be there unless @required, and at the generations
 * in @state. 0 or -errno with @fault; -EINVAL for a definition with mistakes. image_uses_close() in
 * any case.
 */
int image_uses_open(struct image_uses *uses, const char *cluster, bool required, const char *state,
		    struct fault *fault);
void image_uses_close(struct image_uses *uses);

/* Add to @nodes, as a node set, who of the definition has the image at @path; "": nobody. */
int image_uses_defined(const struct image_uses *uses, const char *path, struct text *nodes,
		       struct fault *fault);

/*
 * The same for nodes that run. *@generation is one that exports @path and is in force, or may be
 * run by somebody as wirerootd could not be asked, or has lost its notes of who booted from it;
 * else 0.
 */
int image_uses_running(const struct image_uses *uses, const char *path, struct text *nodes,
		       unsigned int *generation, struct fault *fault);

#endif
