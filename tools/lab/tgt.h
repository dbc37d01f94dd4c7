/* SPDX-License-Identifier: GPL-2.0-only */
/* The iSCSI targets of a lab, which its tgtd has. */
#ifndef WIREROOT_LAB_TGT_H
#define WIREROOT_LAB_TGT_H

#include "initramfs/fault.h"
#include "tools/lab/network.h"

/*
 * Let tgtd, which runs, have the targets of the generation in force; those that nodes are logged in
 * to stay as they are, and so do disks that are missing. Inside the lab. 0 or -errno with @fault.
 */
int tgt_load(const struct lab_network *network, struct fault *fault);

#endif
