/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a grant to a swap device and back, on this node.
 *
 *	log in ▸ kernel's session ▸ disk ▸ dm-crypt ▸ swap signature ▸ swapon
 *
 * What there is of it is noted in /run/wireroot/memory/ID at each step, so that whoever comes later
 * can take it apart, whatever became of the one that put it together.
 */
#ifndef WIREROOT_ATTACH_H
#define WIREROOT_ATTACH_H

#include <stdbool.h>

#include "../fault.h"
#include "grant.h"

#define MEMORY_DIRECTORY "/run/wireroot/memory"

struct attach_options {
	int priority; /* of the swap device; -1: the kernel chooses */
	bool mapping_only; /* somebody else makes use of the mapping */
};

/* Write @text to @name below the directory, mode 0600, all at once. 0 or -errno with @fault. */
int memory_file_write(const char *name, const char *text, struct fault *fault);

/* Read what is noted of the grant @id. -ENOENT with @fault when there is nothing. */
int memory_grant_read(const char *id, struct grant *grant, struct fault *fault);

/*
 * Attach @grant, and complete it. Needs the modules. Returns 0, or a negative errno with @fault;
 * then nothing of it is left.
 */
int attach(struct grant *grant, const struct attach_options *options, struct fault *fault);

/*
 * Detach @grant: swapoff, mapping, session. Nothing is taken away that is in use: the step that
 * fails is told in @fault, and what is below it stays. Returns 0, also when there is nothing left.
 */
int detach(struct grant *grant, struct fault *fault);

/*
 * The ISID of its session, of the random kind (RFC 7143 section 11.12.5), made of the grant's id: a
 * second login to the same grant ends the first one, and no session of anybody else.
 */
void attach_isid(const struct grant *grant, uint8_t isid[static 6]);

#endif
