/* SPDX-License-Identifier: GPL-2.0-only */
/* Mount options that are flags of mount(2), whatever the file system is. */
#ifndef WIREROOT_MOUNT_FLAGS_H
#define WIREROOT_MOUNT_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

/* Is @option, @length bytes, a flag? Then it is set in, or taken out of, *@flags. */
bool mount_flag_apply(const char *option, size_t length, unsigned long *flags);

#endif
