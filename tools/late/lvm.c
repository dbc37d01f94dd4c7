// SPDX-License-Identifier: GPL-2.0-only
/* What is called of LVM's library; see late.h. */
#include "tools/late/late.h"

#include <lvm2cmd.h>

LATE(LATE_LVM, void *, lvm2_init, (void), ())
LATE(LATE_LVM, int, lvm2_run, (void *handle, const char *line), (handle, line))
LATE(LATE_LVM, void, lvm2_exit, (void *handle), (handle))
