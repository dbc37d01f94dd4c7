#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# LIO of Linux 6.12, and nodes with it.
WIREROOT_KERNEL=6.12 exec "$(dirname "$0")/iscsi_lio.sh"
