/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of a generation as text that a person can compare.
 *
 * Text stands for itself. Of an initrd or a segment of one every member has a line with its
 * permissions and size, below which text among them stands, too. What is neither is one line with
 * its size and hash.
 */
#ifndef WIREROOT_GENERATION_CONTENTS_H
#define WIREROOT_GENERATION_CONTENTS_H

#include "tools/generation/manifest.h"
#include "userspace/lib/text.h"

/* Pure; @data holds any @entry->size bytes. Lack of memory is remembered in @text. */
void contents_describe(const struct manifest_entry *entry, const char *data, struct text *text);

#endif
