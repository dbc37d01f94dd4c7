/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who makes or removes a volume claims it first, so that two commands never work on the same one,
 * and so that a volume that is unfinished while nobody claims it is known to be left over. Who
 * clones one shares a claim of it with others who do, and with nobody else.
 *
 * A claim is a lock on a file, which the kernel lets go of when its holder ends, in whatever way.
 * Programs that the holder runs hold it, too: a mkfs that outlives a killed command is still at
 * work on the volume.
 */
#ifndef WIREROOT_STORAGE_CLAIM_H
#define WIREROOT_STORAGE_CLAIM_H

#include "tools/storage/storage.h"

struct claim {
	int fd;
	char *path;
};

/* -EBUSY with @fault when somebody else has claimed the volume. */
int claim_take(struct claim *claim, const struct storage *storage, const char *volume,
	       struct fault *fault);
/* The same beside others who share it, while nobody has it for himself. */
int claim_share(struct claim *claim, const struct storage *storage, const char *volume,
		struct fault *fault);
/* A claim that is none (.fd = -1) may be released, too. */
void claim_release(struct claim *claim);

/* As many claims this process may have at one time; another one is refused. They can all be sent in
 * one message (unix(7): 253 at the most). */
#define CLAIMS_MAX 128
/* What is open for the claims that this process has, for a program that is there already and works
 * for it; who it is given to closes it when it is done. Returns how many. */
size_t claims_held(int fds[static CLAIMS_MAX]);

#endif
