/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a generation on disk still what its manifest says? */
#ifndef WIREROOT_GENERATION_VERIFY_H
#define WIREROOT_GENERATION_VERIFY_H

#include "tools/generation/store.h"

/* Read all of it. 0, or -errno with @fault: -EUCLEAN for the first file that has been changed. */
int verify_tree(const struct store *store, const struct manifest *manifest, struct fault *fault);

#endif
