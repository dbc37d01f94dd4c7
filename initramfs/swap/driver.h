/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The drivers that remote swap needs, loaded by this program itself: they concern nobody else, and
 * the init, which loads what leads to the root, need not know of them.
 */
#ifndef WIREROOT_DRIVER_H
#define WIREROOT_DRIVER_H

/* Paths below /lib/modules/VERSION/, one a line, each behind what it needs. */
#define DRIVER_LIST_PATH "/etc/wireroot/swap-modules"

/*
 * Load what the list names; no list, no drivers. The init may be loading some of them at the same
 * time. What fails is passed over: what then is missing is told by who misses it.
 */
void driver_load_all(void);

#endif
