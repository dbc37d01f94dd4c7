#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ../iscsi_lio.sh, a definition with LIO, with kernel 6.12 on both sides.
WIREROOT_KERNEL=6.12 exec "$(dirname "$0")/../iscsi_lio.sh"
