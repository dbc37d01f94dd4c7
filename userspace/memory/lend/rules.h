/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of spare.h as the options have them. Pure. */
#ifndef WIREROOT_RULES_H
#define WIREROOT_RULES_H

#include "userspace/memory/lend/options.h"
#include "userspace/memory/lend/spare.h"

/* On a machine with @total_bytes of memory. */
struct spare_rules rules_of(const struct lend_options *options, uint64_t total_bytes);

#endif
