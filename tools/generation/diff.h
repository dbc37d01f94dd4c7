/* SPDX-License-Identifier: GPL-2.0-only */
/* How the files of two generations differ, line by line, by diff(1). */
#ifndef WIREROOT_GENERATION_DIFF_H
#define WIREROOT_GENERATION_DIFF_H

#include "tools/generate/file_set.h"
#include "tools/generation/difference.h"

/* Where the files of one side are. */
struct diff_side {
	int tree; /* an open directory; -1: they are in ->set, or there are none */
	const struct file_set *set;
	const struct manifest *manifest;
};

/* Print them to standard output. 0 or -errno with @fault filled in. */
int diff_print(const struct difference *difference, const struct diff_side *old,
	       const struct diff_side *new, struct fault *fault);

#endif
