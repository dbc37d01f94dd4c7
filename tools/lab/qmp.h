/* SPDX-License-Identifier: GPL-2.0-only */
/* Speak with a running node's QEMU over its QMP socket. Inside the lab. */
#ifndef WIREROOT_LAB_QMP_H
#define WIREROOT_LAB_QMP_H

#include <stdbool.h>
#include <stdio.h>

#include "initramfs/fault.h"

struct qmp {
	FILE *in;
	char peer[64];
};

/*
 * The socket on which QEMU of @node is to listen; a descriptor that programs inherit, for -chardev
 * socket,fd=. Made before QEMU starts, so that whoever connects need not ask when it is there.
 */
int qmp_listen(const char *node, struct fault *fault);

/* Connect to the node called @node. Nothing to close on failure. */
int qmp_open(const char *node, struct qmp *qmp, struct fault *fault);
void qmp_close(struct qmp *qmp);

/* A command without arguments: "cont", "system_reset". */
int qmp_command(struct qmp *qmp, const char *command, struct fault *fault);

/* Plug or pull the cable of NIC number @nic. */
int qmp_set_link(struct qmp *qmp, unsigned int nic, bool up, struct fault *fault);

#endif
