/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs in a lab. Inside the lab. */
#ifndef WIREROOT_LAB_STATUS_H
#define WIREROOT_LAB_STATUS_H

#include <stdbool.h>

#include "initramfs/fault.h"

/* Print it to standard output, for people or as one JSON object. */
int status_print(bool json, struct fault *fault);

#endif
