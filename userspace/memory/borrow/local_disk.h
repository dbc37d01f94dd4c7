/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The local disk that swap moves to when lenders want their memory back.
 *
 * It becomes ours by a signature in its last MiB, which is written only to a disk whose first and
 * last MiB have nothing but zeros: file systems, partition tables, RAID and other volume groups all
 * have something there. What is before that MiB is below dm-crypt with a random key.
 */
#ifndef WIREROOT_LOCAL_DISK_H
#define WIREROOT_LOCAL_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "initramfs/swap/grant.h"

#define LOCAL_DISK_EDGE_BYTES (1u << 20)

enum local_disk { LOCAL_DISK_OURS, LOCAL_DISK_BLANK, LOCAL_DISK_FOREIGN };

/* Judge a disk by its @first and @last LOCAL_DISK_EDGE_BYTES. Pure. */
enum local_disk local_disk_judge(const uint8_t *first, const uint8_t *last);

/*
 * Take the disk at @path and put dm-crypt called @mapping on it; its device ("/dev/dm-0") goes to
 * @device. 0, or -errno with @fault, and then nothing was written: -EEXIST when there is something
 * else on it, -EBUSY when somebody has it open.
 */
int local_disk_take(const char *path, const char *mapping, char device[static GRANT_DEVICE_BYTES],
		    struct fault *fault);

#endif
