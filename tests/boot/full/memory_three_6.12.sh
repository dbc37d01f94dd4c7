#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# memory_three.sh with kernel 6.12.
WIREROOT_KERNEL=6.12 exec "$(dirname "$0")/memory_three.sh"
