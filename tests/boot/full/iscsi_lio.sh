#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What nodes do with tgt's targets they do with LIO's: the tests of iSCSI roots against the kernel's own
# target, in a guest with the same kernel as the nodes. What LIO cannot do is skipped, with the reason.
cd "$(dirname "$0")/.." || exit 1
export WIREROOT_TARGET=lio
exec ../fixtures/several_tests.sh ./iscsi_login.sh ./iscsi_portals.sh ./iscsi_refusals.sh ./iscsi_systemd.sh
