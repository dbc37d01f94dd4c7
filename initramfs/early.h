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

/* A path and a line's end; 256 is the kernel's KMOD_PATH_LEN. */
#define EARLY_HELPER_BYTES 257

/*
 * Called as modprobe. True for the first call of a boot, which is to leave a process behind; @go
 * becomes readable for it when modules may be loaded: as soon as the kernel can check their
 * signatures, as a later call may be the first to find, or when early_end() says that it is too
 * late. Mounts /proc.
 */
bool early_answer(int *go);

/*
 * The init begins. Whoever waits is released, and the kernel stops to call somebody who is not
 * there, which it would do some ten times: @helper keeps what it called, for early_restore().
 */
void early_end(char helper[static EARLY_HELPER_BYTES]);

/* The second stage will have a modprobe. */
void early_restore(const char *helper);

#endif
