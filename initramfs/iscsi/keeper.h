/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who looks after the root's iSCSI sessions when nobody else does.
 *
 * A small process that outlives the init. It holds nothing of the root: its program and its data
 * are in memory. When the connection of one of the init's sessions breaks while no iscsid is there,
 * before it has started, while it is restarted, or because the root has none, it logs in again.
 */
#ifndef WIREROOT_ISCSI_KEEPER_H
#define WIREROOT_ISCSI_KEEPER_H

#include <stdint.h>

#include "../fault.h"
#include "iscsi_spec.h"
#include "relogin.h"

/* The argument by which wireroot-iscsi becomes one; it then reads a struct keeper_request. */
#define KEEPER_ARGUMENT "keep"

struct keeper_request {
	uint32_t sessions[ISCSI_TARGETS_MAX]; /* the kernel's numbers */
	unsigned int session_count;
	struct relogin_settings settings;
};

/*
 * Start one, and wait until it no longer needs any file of the initramfs. Returns 0 or a negative
 * errno with @fault.
 */
int keeper_start(const struct keeper_request *request, struct fault *fault);

/* Be one: read the request, write a byte to the standard output when ready. The exit status. */
int keeper_main(void);

#endif
