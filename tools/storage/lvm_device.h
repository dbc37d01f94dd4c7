/* SPDX-License-Identifier: GPL-2.0-only */
/* The device of a logical volume: the kernel's name for it, at once, and the one that udev makes.
 */
#ifndef WIREROOT_STORAGE_LVM_DEVICE_H
#define WIREROOT_STORAGE_LVM_DEVICE_H

#include <stddef.h>

#include "initramfs/fault.h"

/*
 * The device of an active volume as the kernel calls it, "/dev/dm-4", which is there before udev
 * has heard of it. 0, or -errno with @fault; *@path is for the caller to free.
 */
int lvm_device_path(const char *group, const char *volume, char **path, struct fault *fault);

/*
 * Wait until /dev/GROUP/VOLUME is the device of that volume, which is active. What udev left there
 * of an earlier volume of this name is not taken for it. 0, or -ETIMEDOUT and the like with @fault.
 */
int lvm_await_name(const char *group, const char *volume, struct fault *fault);

#endif
