/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names with several numbers, folded: as few "r[1-2]n[1-4]" as ClusterShell finds, and in its
 * order.
 *
 * A vector is what one such text stands for: for each bracket its indexes, and every combination
 * of them. The rows of a pattern become vectors that have no row in common. Pure.
 */
#ifndef WIREROOT_NODESET_FOLD_H
#define WIREROOT_NODESET_FOLD_H

#include "tools/cluster/nodeset_table.h"

struct nodeset_vectors {
	size_t count; /* vectors */
	size_t axes; /* indexes of vector v, axis a: index[begin[i]] to index[begin[i + 1]], */
	size_t *begin; /* with i = v * axes + a; sorted, each of them once */
	int64_t *index;
};

/* Fold @pattern, which is settled and has two axes at least. -ENOMEM with @fault filled in. */
int nodeset_vectors_make(const struct nodeset_pattern *pattern, struct nodeset_vectors *vectors,
			 struct fault *fault);
void nodeset_vectors_free(struct nodeset_vectors *vectors);

#endif
