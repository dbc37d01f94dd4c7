/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making and removing volumes, from claim to ready: what `wireroot storage` does for each node.
 *
 * Whatever ends this in between leaves an unfinished volume at the most, which the next command
 * removes. Functions return 0 or -errno with @fault filled in.
 */
#ifndef WIREROOT_STORAGE_MAKE_H
#define WIREROOT_STORAGE_MAKE_H

#include "tools/storage/storage.h"
#include "userspace/lib/log.h"

/* A volume as it is wanted. */
struct volume_order {
	const char *name;
	const char *image; /* its name */
	const char *path; /* of the image */
	const char *file_system;
	const char *host_name; /* NULL: it is the golden volume of the image */
	uint64_t bytes;
	bool only_clone; /* do not write the image where there is no golden volume */
};

enum volume_made {
	VOLUME_WAS_THERE, /* ready, from earlier */
	VOLUME_CLONED, /* from the golden volume */
	VOLUME_WRITTEN, /* from the image */
};

/* Who wants them: told of each as soon as it is there, in the order of the orders, and how long
 * after the one before it was made. It may refuse to go on, with @fault, and is told of no more
 * then, though some of these may be there, too. */
struct volume_customer {
	int (*take)(void *context, const struct volume_order *order, enum volume_made made,
		    double took_s, struct fault *fault);
	void *context;
};

/*
 * See that there are such volumes, one after the other, until one fails; where the storage can, the
 * next clone is begun while one is adapted to its node. What interrupted commands left in the
 * storage, and nobody has claimed, is removed, and @log told. -EEXIST: one that is not ours has its
 * name; -ENOENT: there is no golden volume, and it is to be cloned; -ENOSPC by room.h.
 */
int volumes_make(const struct storage *storage, const struct volume_order *orders, size_t count,
		 const struct log *log, const struct volume_customer *customer,
		 struct fault *fault);

/* Remove a volume that nobody uses; *@was_there is false when there is none. */
int volume_remove(const struct storage *storage, const char *volume, bool *was_there,
		  struct fault *fault);

#endif
