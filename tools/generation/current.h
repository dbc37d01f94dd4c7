/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in force, as far as it can be read: a way out must remain when it cannot. */
#ifndef WIREROOT_GENERATION_CURRENT_H
#define WIREROOT_GENERATION_CURRENT_H

#include "tools/generation/store.h"

/*
 * Read the manifest of the generation in force. Files of it that are damaged get another hash; see
 * verify_quickly(). A generation that is gone or whose manifest is damaged is as good as none: @log
 * is told, @manifest is empty, and its number is in *@lost, which else is 0. manifest_free() must
 * be called in any case. 0, or -errno with @fault when `current` is nothing of ours.
 */
int current_read(const struct store *store, struct manifest *manifest, unsigned int *lost,
		 const struct log *log, struct fault *fault);

#endif
