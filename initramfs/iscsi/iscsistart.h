/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Logins by open-iscsi's iscsistart(8), in images that have it, instead of by our own client.
 *
 * It opens the session and gives it to the kernel itself; what it says is kept for the message.
 */
#ifndef WIREROOT_ISCSISTART_H
#define WIREROOT_ISCSISTART_H

#include <stdbool.h>
#include <stdint.h>

#include "../fault.h"
#include "iscsi_spec.h"

#define ISCSISTART "/sbin/iscsistart"

/*
 * Log in to @target at @address, as @spec->initiator and with its digests. @alone: there is no
 * other portal to try, so that a slow one is given more time. Returns 0, or a negative errno with
 * @fault.
 */
int iscsistart_log_in(const struct iscsi_spec *spec, const struct iscsi_target *target,
		      uint32_t address, bool alone, struct fault *fault);

/* Log in to all targets of the firmware's table, which the module iscsi_ibft shows it. */
int iscsistart_log_in_firmware(const struct iscsi_spec *spec, struct fault *fault);

#endif
