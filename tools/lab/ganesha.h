/* SPDX-License-Identifier: GPL-2.0-only */
/* NFS-Ganesha in a lab: its configuration. */
#ifndef WIREROOT_LAB_GANESHA_H
#define WIREROOT_LAB_GANESHA_H

#include "initramfs/fault.h"
#include "tools/lab/servers.h"

int ganesha_write(const struct server_options *options, struct fault *fault);

#endif
