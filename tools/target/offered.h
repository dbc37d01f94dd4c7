/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a disk is offered by the targets of this host, whoever made them. */
#ifndef WIREROOT_OFFERED_H
#define WIREROOT_OFFERED_H

#include "initramfs/fault.h"

/*
 * -EBUSY with a @fault that names the target when the device or file @disk is offered: by LIO, or
 * by a tgtd that has its socket in /run/tgtd. Servers that do not run offer nothing; one that runs
 * and does not tell what is an error.
 */
int offered_refuse(const char *disk, struct fault *fault);

#endif
