/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding the iSCSI Boot Firmware Table: among ACPI's tables, or in the memory below 1 MiB.
 */
#ifndef WIREROOT_IBFT_READ_H
#define WIREROOT_IBFT_READ_H

#include <stddef.h>
#include <sys/types.h>

#define IBFT_BYTES 65537 /* its offsets have 16 bits; and file_read()'s NUL */

/*
 * Read the table into @table. Returns its length, or a negative errno: -ENOENT when there is none.
 */
ssize_t ibft_read(char table[static IBFT_BYTES]);

#endif
