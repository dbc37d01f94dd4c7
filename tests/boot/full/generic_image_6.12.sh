#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ../generic_image.sh with kernel 6.12, whose modules are a fifth larger: zstd makes 8.8 MB of them.
export WIREROOT_KERNEL=6.12 WIREROOT_COMPRESSION=xz
exec "$(dirname "$0")/../generic_image.sh"
