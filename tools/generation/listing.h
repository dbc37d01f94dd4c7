/* SPDX-License-Identifier: GPL-2.0-only */
/* From the files of a generation, in memory, to the list of their hashes. */
#ifndef WIREROOT_GENERATION_LISTING_H
#define WIREROOT_GENERATION_LISTING_H

#include "tools/generate/file_set.h"
#include "tools/generation/manifest.h"
#include "tools/generation/sources.h"

/*
 * Fill in @manifest's entries for the files of @set, which is sorted; their paths are the set's
 * own strings. 0 or -errno with @fault filled in. manifest_free() must be called in any case.
 */
int listing_make(struct manifest *manifest, const struct file_set *set, struct sources *sources,
		 struct fault *fault);

#endif
