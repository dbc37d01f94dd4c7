/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is served: a directory of files and, when it is a generation's, its index of nodes.
 */
#ifndef WIREROOT_SERVED_H
#define WIREROOT_SERVED_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "userspace/wirerootd/access.h"
#include "userspace/wirerootd/index.h"

/* Half a million nodes with long names. */
#define SERVED_INDEX_BYTES ((size_t)64 << 20)

struct served {
	int root; /* the directory of the files */
	const char *name; /* as given by the administrator */
	bool is_generation; /* the rules for nodes' files hold */
	char generation[ACCESS_GENERATION_BYTES]; /* its number */
	struct node_index index;
};

/* Serve the files below @directory, without rules. 0 or -errno with @fault filled in. */
int served_open_root(struct served *served, const char *directory, struct fault *fault);

/*
 * Serve the generation that @directory is, or is a symbolic link to, as a state directory's
 * `current`: http/ in it, by the rules, and the index `nodes` in it. 0 or -errno with @fault, and
 * then nothing is open.
 */
int served_open_generation(struct served *served, const char *directory, struct fault *fault);

/* Downloads that are under way go on. */
void served_close(struct served *served);

#endif
