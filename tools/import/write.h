/* SPDX-License-Identifier: GPL-2.0-only */
/* A finished plan as the text of a cluster.yaml, with remarks and what is to be filled in. */
#ifndef WIREROOT_IMPORT_WRITE_H
#define WIREROOT_IMPORT_WRITE_H

#include "initramfs/fault.h"
#include "tools/import/plan.h"
#include "userspace/lib/text.h"

/* Add @plan to @text. Pure. -ENOMEM with @fault filled in. */
int import_write(const struct import_plan *plan, struct text *text, struct fault *fault);

#endif
