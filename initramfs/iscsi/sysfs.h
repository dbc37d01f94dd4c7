/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of the kernel's iSCSI sessions as sysfs shows them.
 */
#ifndef WIREROOT_ISCSI_SYSFS_H
#define WIREROOT_ISCSI_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read the file @name of @directory without its newline. Returns false when there is none, or
 * nothing in it; the kernel shows "(null)" for a text that nobody set, which is nothing, too.
 */
bool sysfs_value(const char *directory, const char *name, char *value, size_t size);

/* The same for a number; 0 when there is none. */
uint32_t sysfs_number(const char *directory, const char *name);

#endif
