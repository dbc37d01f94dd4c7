/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of `wireroot node`, one function in tools/cmd/node_VERB.c for each, and what they
 * share.
 *
 * argv[0] is the verb. As the nouns' functions (cmd.h), a verb prints what there is to print and
 * returns the exit status.
 */
#ifndef WIREROOT_CMD_NODE_H
#define WIREROOT_CMD_NODE_H

#include <stdbool.h>

#include "tools/cluster/cluster.h"
#include "tools/cluster/findings.h"
#include "userspace/lib/log.h"

int node_list(int argc, char **argv);
int node_show(int argc, char **argv);
int node_set(int argc, char **argv);
int node_adopt(int argc, char **argv);

/* What --help of any of them prints. */
extern const char node_help[];

/* The command line of a verb that only looks. */
struct node_arguments {
	const char *cluster; /* never NULL */
	const char *object; /* the node or nodes; NULL: none given */
	bool json;
};

/* -1 to go on, or the exit status. */
int node_read_arguments(int argc, char **argv, struct node_arguments *arguments);

/*
 * Load the definition for a look at it: its errors are printed to standard error, its warnings are
 * not. CMD_DONE or CMD_FAILED; cluster_free() must be called in any case.
 */
int node_load(struct cluster *cluster, const char *path, const struct cluster_options *options,
	      const struct log *log);

/* The node @name, or NULL with the nearest name on standard error. */
const struct cluster_node *node_find(const struct cluster *cluster, const char *name,
				     const struct log *log);

#endif
