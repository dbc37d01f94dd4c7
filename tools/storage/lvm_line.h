/* SPDX-License-Identifier: GPL-2.0-only */
/* How LVM's library is told a command, and what device-mapper calls LVM's volumes. */
#ifndef WIREROOT_STORAGE_LVM_LINE_H
#define WIREROOT_STORAGE_LVM_LINE_H

#include <stddef.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/* With the NUL. */
#define LVM_LINE_BYTES_MAX 4096

/*
 * Add the command @argv to @line as one line for lvm2_run(): words that have spaces are quoted. 0;
 * -EINVAL with @fault for a quote or a control character in a word, or when there are too many.
 */
int lvm_line(const char *const argv[], struct text *line, struct fault *fault);

/*
 * The name of a volume in device-mapper: "vg0-wr--n01" for "vg0" and "wr-n01", as libdm's
 * dm_build_dm_name(). 0, or -ENAMETOOLONG when it does not fit into @size bytes.
 */
int lvm_mapper_name(const char *group, const char *volume, char *name, size_t size);

#endif
