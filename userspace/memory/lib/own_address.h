/* SPDX-License-Identifier: GPL-2.0-only */
/* By which of its addresses this machine is seen from where its broker is. */
#ifndef WIREROOT_OWN_ADDRESS_H
#define WIREROOT_OWN_ADDRESS_H

#include <stdint.h>

#include "initramfs/fault.h"

/*
 * The address (host byte order) that the kernel speaks to @broker from, "http://HOST:PORT" as
 * struct member has it. Nothing is sent to find out, but that HOST is looked up. 0 or -errno with
 * @fault.
 */
int own_address(const char *broker, uint32_t *address, struct fault *fault);

#endif
