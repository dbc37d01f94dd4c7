#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cluster_guide.sh with the chapter on disks of nodes.
WIREROOT_GUIDE=iscsi exec "$(dirname "$0")/cluster_guide.sh"
