/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of `wireroot lab` that have files of their own, and what they share.
 *
 * A verb gets its own words, argv[0] being the verb, and returns an exit status (see cmd.h).
 */
#ifndef WIREROOT_CMD_LAB_H
#define WIREROOT_CMD_LAB_H

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"

int lab_up(int argc, char **argv);
int lab_boot(int argc, char **argv);

/* Print @fault; returns CMD_FAILED. */
int lab_report(const struct fault *fault);

/* lab_enter(), with faults printed; returns the exit status. */
int lab_run(const char *directory, int (*inside)(void *argument), void *argument);

/* cluster_load(), with all that is wrong printed, warnings apart; returns the exit status. @cluster
 * is to be freed. */
int lab_load_cluster(const char *path, struct cluster *cluster);

/* A positive number of at most @limit in @text, or -EINVAL. */
long lab_number(const char *text, long limit);

#endif
