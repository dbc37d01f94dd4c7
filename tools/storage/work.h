/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One volume while it is made, from what there is of it to ready: the steps that make.c takes for
 * each of several volumes.
 *
 * Functions return 0 or -errno with @fault filled in.
 */
#ifndef WIREROOT_STORAGE_WORK_H
#define WIREROOT_STORAGE_WORK_H

#include "tools/storage/claim.h"
#include "tools/storage/make.h"

/* What the volumes of one command share. */
struct workshop {
	const struct storage *storage;
	const struct log *log;
	struct storage_status status; /* as it was looked at last */
	double since_s; /* the last volume was made, or the command began to */
};

/* Begin with { .claim = { .fd = -1 }, .golden_claim = { .fd = -1 } }. */
struct work {
	struct workshop *workshop;
	const struct volume_order *order;
	struct claim claim;
	struct claim golden_claim; /* shared; nobody has it when it is being made or removed */
	const struct volume *golden; /* to clone from; NULL: the image is written */
	bool prepared; /* by what workshop->status says */
	enum volume_made made; /* or how it is to be made */
	bool is_ahead; /* its clone is begun, and nobody has waited for it yet */
	bool by_uuid; /* see storage_backend's ->clone */
	char *path; /* of the unfinished volume */
	struct progress progress;
	double took_s; /* since the one before was made */
};

/*
 * Look at the storage for @count volumes, which are claimed. The golden ones are claimed before, so
 * that they stay until they are cloned.
 */
int work_look(struct work *works, size_t count, struct fault *fault);

/*
 * Remove what interrupted commands left, of our @count volumes and of all others that nobody has
 * claimed, and tell the log. Looking at LVM is a good part of what a clone costs, so this goes by
 * what was seen, and looks once more only if something was removed.
 */
int work_clean(struct work *works, size_t count, struct fault *fault);

/*
 * From whatever there is of it to ready. Where the back end can, the clone of @next is begun
 * meanwhile, unless that is NULL. What fails leaves nothing.
 */
int work_make(struct work *work, struct work *next, struct fault *fault);

/* Whatever became of it. A clone that was begun and is not wanted any more is taken back. */
void work_end(struct work *work);

#endif
