#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One image with all wired drivers finds the one that each machine needs.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img" --drivers auto ${WIREROOT_COMPRESSION:+--compression "$WIREROOT_COMPRESSION"}
check "the image has 8,000,000 bytes at most" [ "$(stat -c %s "$WORK/base.img")" -le 8000000 ]
lab_up --root "$WORK/root"

node_words="root=nfs:10.87.0.1:/srv/root test.do=poweroff"
node_direct paravirtual "$node_words"
node_direct intel "$node_words" --nic e1000e
for node in paravirtual intel; do
	expect_second_stage "$node" "a node with a NIC of the kind '$node' finds its driver"
	check_fact "$node" 'address eth0 10\.87\.0\.[0-9]+/24' "the NIC has its address"
	expect_off "$node" 20
done
finish
