/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's calls for modprobe while it still initialises itself: a chance to begin early.
 *
 * Once the initrd is unpacked, and long before it starts /init, the kernel calls /sbin/modprobe for
 * algorithms that it could use. In a Wireroot initrd that name leads to the init, which has none to
 * offer, but can leave a process behind that loads what the root needs, on a processor that has
 * nothing to do. Where the kernel does not call, nothing begins early, and nothing is lost.
 */
#ifndef WIREROOT_EARLY_H
#define WIREROOT_EARLY_H

#include <stdbool.h>

#define EARLY_PATH "/sbin/modprobe" /* CONFIG_MODPROBE_PATH, unless a distribution changes it */

/*
 * Called as modprobe: may modules be loaded now? Only once the kernel can check their signatures;
 * before, it would take them for unsigned ones. Says yes once in a boot. Mounts /proc.
 */
bool early_may_begin(void);

/* From now on, the kernel's calls find nobody. */
void early_end(void);

#endif
