/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a storage is too full for another volume: well before it is full. Pure.
 *
 * What nodes have written grows on its own after a clone that took no space, so the limit must
 * leave time to act.
 */
#ifndef WIREROOT_STORAGE_ROOM_H
#define WIREROOT_STORAGE_ROOM_H

#include "tools/storage/storage.h"

/*
 * A thin pool whose data is full holds writes up for a minute and then fails them, which nodes take
 * as broken disks. LVM's own warnings begin at 80 %; here is where it gets serious.
 */
#define ROOM_DATA_PERCENT 85

/*
 * Full metadata turns the whole pool read-only at once, for all nodes, and its repair wants the
 * pool offline. Each clone that is written to takes its share of it, so the limit is lower.
 */
#define ROOM_METADATA_PERCENT 75

/* Sparse files share their file system with nothing that could not be moved away. */
#define ROOM_FILES_PERCENT 95

/*
 * Is there room in @storage, as full as @space tells, for a volume of @bytes of which @data bytes
 * are to be written at once? 0; -ENOSPC, or -EROFS for a pool that is broken, with @fault.
 */
int room_check(const struct storage *storage, const struct storage_space *space, uint64_t bytes,
	       uint64_t data, struct fault *fault);

#endif
