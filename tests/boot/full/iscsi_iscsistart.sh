#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tests of iSCSI roots in images where open-iscsi's iscsistart logs in instead of our own client.
# What iscsistart cannot do is skipped, with the reason.
cd "$(dirname "$0")/.." || exit 1
export WIREROOT_ISCSI=iscsistart
exec ../fixtures/several_tests.sh ./iscsi_login.sh ./iscsi_portals.sh ./iscsi_refusals.sh \
	./iscsi_systemd.sh ./full/iscsi_chap.sh
