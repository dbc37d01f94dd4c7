/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of `wireroot storage`, one function in tools/cmd/storage_VERB.c for each, and what they
 * share.
 *
 * argv[0] is the verb. As the nouns' functions (cmd.h), a verb prints what there is to print and
 * returns the exit status.
 */
#ifndef WIREROOT_CMD_STORAGE_H
#define WIREROOT_CMD_STORAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "tools/cluster/cluster.h"
#include "tools/storage/exposure.h"
#include "tools/storage/storage.h"
#include "userspace/lib/log.h"
#include "userspace/lib/text.h"

int storage_cmd_create(int argc, char **argv);
int storage_cmd_clone(int argc, char **argv);
int storage_cmd_remove(int argc, char **argv);
int storage_cmd_list(int argc, char **argv);
int storage_cmd_usage(int argc, char **argv);

/* The command line of a verb, and the definition. */
struct storage_command {
	const char *cluster_file, *state, *services;
	const char *image; /* --image: its golden volume is meant, and no node's */
	const char *storage; /* --storage, or NULL */
	const char *file_system; /* --file-system, or NULL */
	uint64_t bytes; /* --size; 0: not said */
	const char *nodes; /* a set of them, or NULL */
	bool json, yes;
	struct cluster cluster;
	char *wanted; /* a byte for each node of the cluster: is it in ->nodes? */
	struct exposure exposure;
	struct text running; /* what wirerootd said of all nodes */
	struct log log;
	json_t *report; /* an array, with --json */
};

/* Begin: options, the definition, the set of nodes. -1 to go on, or the exit status;
 * storage_end() in any case. */
int storage_begin(struct storage_command *command, int argc, char **argv);
void storage_end(struct storage_command *command);

int storage_misused(const char *problem, const char *what);

/* Print @fault as the command's; CMD_FAILED. */
int storage_failed(const struct storage_command *command, const struct fault *fault);

/* Print ->report, if it is wanted; the exit status, which is @status unless that fails. */
int storage_report(struct storage_command *command, int status);

/* -EINVAL with @fault: the server that has @storage is another host. */
int storage_check_host(const struct storage_command *command, const struct cluster_storage *storage,
		       struct fault *fault);

/* The storages that are meant: --storage, or all that @in_use says. -EINVAL or -ENOENT with @fault
 * when there is none. *@storages, for the caller to free, has *@count. */
int storage_choose(const struct storage_command *command, const struct cluster_storage ***storages,
		   size_t *count, struct fault *fault);

/* Ask a person before something is destroyed; CMD_DONE, CMD_FAILED or CMD_USAGE. */
int storage_confirm(const struct storage_command *command, const char *what, const char *note);

#endif
