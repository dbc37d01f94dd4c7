/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leaving below /run what the second stage needs to take the root's iSCSI sessions over.
 *
 * The init holds no connection: when one breaks, iscsid of the second stage logs in again, or, as
 * long as there is none, the keeper (keeper.h).
 */
#ifndef WIREROOT_ISCSI_HAND_OVER_H
#define WIREROOT_ISCSI_HAND_OVER_H

#include "../fault.h"
#include "iscsi_spec.h"

#define HAND_OVER_DIRECTORY "/run/wireroot/iscsi"

/*
 * Write, for every session that the kernel has now, whoever logged in, a node record below
 * HAND_OVER_DIRECTORY/nodes; beside them the initiator's name, what CHAP may use and the script
 * that puts them in place; and systemd's units that start it and iscsid. What is there is written
 * anew, so that an attempt may come after another. Returns 0 or a negative errno with @fault.
 */
int iscsi_hand_over(const struct iscsi_spec *spec, struct fault *fault);

#endif
