/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of `wireroot image`, one function in tools/cmd/image_VERB.c for each, and what they
 * share.
 *
 * argv[0] is the verb. As the nouns' functions (cmd.h), a verb prints what there is to print and
 * returns the exit status.
 */
#ifndef WIREROOT_CMD_IMAGE_H
#define WIREROOT_CMD_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/image/write.h"
#include "userspace/lib/log.h"

#define IMAGE_HOOKS_MAX 32

/* What the command line said. */
struct image_arguments {
	const char *images; /* never NULL */
	const char *cluster; /* never NULL */
	const char *state; /* never NULL */
	const char *words[2];
	size_t word_count;
	bool cluster_given, json, yes, bare;
	const char *reference;
	const char *suite, *mirror, *packages;
	const char *hooks[IMAGE_HOOKS_MAX];
	size_t hook_count;
	struct image_write_options write;
	struct log log;
};

int image_build_run(const struct image_arguments *arguments);
int image_import_run(const struct image_arguments *arguments);
int image_list_run(const struct image_arguments *arguments);
int image_remove_run(const struct image_arguments *arguments);
int image_write_run(const struct image_arguments *arguments);

int image_usage(const char *problem, const char *what);

/* Is this root? If not, that is said. */
bool image_may(const struct image_arguments *arguments);

/* Say what the new image @name has, and what cluster.yaml needs to use it. An exit status. */
int image_tell(const struct image_arguments *arguments, const char *name);

#endif
