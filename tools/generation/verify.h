/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a generation on disk still what its manifest says? */
#ifndef WIREROOT_GENERATION_VERIFY_H
#define WIREROOT_GENERATION_VERIFY_H

#include "tools/generation/store.h"

/* Read all of it. 0, or -errno with @fault: -EUCLEAN for the first file that has been changed. */
int verify_tree(const struct store *store, const struct manifest *manifest, struct fault *fault);

/*
 * Look at the times and sizes of its files, without reading them. Those that are missing or that
 * somebody changed get a hash in @manifest that no file has, so that they differ from every other
 * generation's; @log is told.
 */
int verify_quickly(const struct store *store, struct manifest *manifest, const struct log *log,
		   struct fault *fault);

#endif
