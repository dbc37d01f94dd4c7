/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways in which a neighbour's memory becomes swap, and is given back.
 *
 * All operations block, and run in a process of their own (job.h), with all its memory locked. None
 * drops a page that is not known to be elsewhere.
 *
 * A mode that moves pages below a running swap device by a kernel module of its own would be one
 * more entry of the table.
 */
#ifndef WIREROOT_BORROW_MODES_H
#define WIREROOT_BORROW_MODES_H

#include <stdbool.h>

#include "initramfs/swap/grant.h"
#include "userspace/memory/borrow/options.h"

/* What giving back has to know. */
struct give_back {
	int type; /* the kernel's number of the swap device, for pages.h; -1: unknown */
	bool broken; /* the lender is gone: there is nothing to save */
};

struct mode {
	const char *name;
	/* Make ready what grants are attached to. 0, or -errno with @fault. May be NULL. */
	int (*begin)(const struct borrow_options *options, struct fault *fault);
	/* Attach @grant, and complete it. 0, or -errno with @fault: then nothing of it is left. */
	int (*attach)(const struct borrow_options *options, struct grant *grant,
		      struct fault *fault);
	/*
	 * Move the pages away and detach. 0, or -errno with @fault: then it is attached as before;
	 * -ENOMEM when nothing else would hold its pages.
	 */
	int (*give_back)(const struct borrow_options *options, const struct grant *grant,
			 const struct give_back *how, struct fault *fault);
	/*
	 * Is @grant, which an earlier life of this program or the init attached, in use? It may be
	 * completed. What is not, is given back.
	 */
	bool (*adopt)(const struct borrow_options *options, struct grant *grant);
};

extern const struct mode mode_plain, mode_lvm;

/* The mode called @name, or NULL. */
const struct mode *mode_find(const char *name);

#endif
