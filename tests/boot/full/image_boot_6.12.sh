#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# image_boot.sh with kernel 6.12.
WIREROOT_KERNEL=6.12 exec "$(dirname "$0")/image_boot.sh"
