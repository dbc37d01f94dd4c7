/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lab's boot server gives to nodes over HTTP: boot.ipxe, and for each node its script,
 * kernel and initrds.
 */
#ifndef WIREROOT_LAB_HTTP_TREE_H
#define WIREROOT_LAB_HTTP_TREE_H

#include "initramfs/fault.h"
#include "tools/lab/node.h"

/* Make the tree with boot.ipxe in it, below the lab's @directory. */
int http_tree_make(const char *directory, struct fault *fault);

/*
 * Put the node's kernel and initrds into the tree, by hard link or else by copying, and its script
 * for each of its MACs. Inside the lab.
 */
int http_tree_publish(const struct node_options *options, struct fault *fault);

#endif
