/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeping PID 1 out of swap, as far as control groups can. */
#ifndef WIREROOT_BORROW_PID1_H
#define WIREROOT_BORROW_PID1_H

#include <stdbool.h>

/*
 * Nothing more of PID 1 is swapped out from now on. False where it has no control group of its own
 * (systemd's init.scope, of cgroup v2) that knows memory: then nothing was changed.
 */
bool pid1_keep_in_memory(void);

#endif
