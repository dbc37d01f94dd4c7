/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notes of clones that were begun, for those whose own file system tells the rest.
 *
 * A node can give its file system any UUID, that of the golden volume, too. So what a volume holds
 * never decides alone that it may be removed: that takes a note on this server as well, which is
 * there from before the clone is made until it is whole. A note that was lost has a volume kept.
 *
 * Who makes the volume has claimed it. Functions return 0 or -errno with @fault filled in.
 */
#ifndef WIREROOT_STORAGE_BEGUN_H
#define WIREROOT_STORAGE_BEGUN_H

#include "tools/storage/storage.h"

/* Note that @volume is begun; on the disk when this returns 0. */
int begun_note(const struct storage *storage, const char *volume, struct fault *fault);

bool begun_is_noted(const struct storage *storage, const char *volume);

/* The note is off the disk when this returns 0, also if there was none. */
int begun_forget(const struct storage *storage, const char *volume, struct fault *fault);

#endif
