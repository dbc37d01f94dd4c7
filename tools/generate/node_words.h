/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words by which a node's init knows what to do: those of its segment, or, for loaders that
 * cannot have a segment of the node's own, of the kernel's command line.
 */
#ifndef WIREROOT_NODE_WORDS_H
#define WIREROOT_NODE_WORDS_H

#include "tools/generate/output.h"
#include "tools/target/target.h"

/*
 * Add @node's words to @text, each with @end behind it. 0 or -EINVAL with @fault: a value that
 * would be more than one word, or that the word cannot hold.
 */
int node_words(const struct generator *generator, const struct cluster_node *node, char end,
	       struct text *text, struct fault *fault);

/* The iSCSI names of @node's target and of itself. */
void node_target_name(const struct cluster *cluster, const struct cluster_node *node,
		      char name[static TARGET_NAME_BYTES]);
void node_initiator_name(const struct cluster *cluster, const struct cluster_node *node,
			 char name[static TARGET_NAME_BYTES]);

/* The server with @node's disk (root: iscsi), or NULL. */
const struct cluster_server *node_iscsi_server(const struct cluster *cluster,
					       const struct cluster_node *node);

#endif
