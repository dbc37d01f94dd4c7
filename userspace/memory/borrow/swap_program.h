/* SPDX-License-Identifier: GPL-2.0-only */
/* Running wireroot-swap, which does the attaching. Blocks. */
#ifndef WIREROOT_SWAP_PROGRAM_H
#define WIREROOT_SWAP_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "initramfs/swap/grant.h"
#include "userspace/memory/borrow/options.h"

/*
 * Attach @grant as swap, or with @mapping_only as a mapping, and complete it. 0, or -errno with
 * @fault: what the program said.
 */
int swap_program_attach(const struct borrow_options *options, struct grant *grant,
			bool mapping_only, struct fault *fault);

/*
 * Detach @grant. Meanwhile @beside, if not NULL, is called with @context. -EBUSY with @fault
 * when it could not be, -ENOMEM when nothing has room for its pages, or the kernel has ended that
 * for want of memory; then it is attached as before.
 */
int swap_program_detach(const struct borrow_options *options, const struct grant *grant,
			void (*beside)(void *context), void *context, struct fault *fault);

#endif
