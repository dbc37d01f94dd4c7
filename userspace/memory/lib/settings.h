/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of keys and values: /etc/wireroot/memory.conf ("key = value") and what the initrd leaves in
 * /run/wireroot/memory ("key=value").
 *
 * Blanks around key and value do not count; a line that is empty or begins with '#' is passed over.
 * Pure.
 */
#ifndef WIREROOT_SETTINGS_H
#define WIREROOT_SETTINGS_H

#include <stddef.h>

#include "initramfs/fault.h"

#define SETTINGS_BYTES_MAX   65536
#define SETTINGS_KEY_BYTES   64
#define SETTINGS_VALUE_BYTES 512

/* One line, with the key's and the value's blanks cut off. 0 or -errno with @fault. */
typedef int (*settings_take)(void *context, const char *key, const char *value,
			     struct fault *fault);

/*
 * Hand every line of @text to @take. @name is the file's, for faults, which tell the line's number
 * and no value, since values may be secrets. 0, -EINVAL, or what @take said.
 */
int settings_read(const char *text, size_t length, const char *name, settings_take take,
		  void *context, struct fault *fault);

#endif
