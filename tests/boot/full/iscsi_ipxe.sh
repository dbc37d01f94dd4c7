#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# iPXE, as a BIOS node's firmware, logs in to a target (sanhook) and loads kernel and initrd; the init finds
# its table and logs in to the same target by it.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" "" --without nfs
make_disk "$WORK/disk.img" wireroot
lab_up --root "$WORK/root"
target_server 3260
target_add disk "$WORK/disk.img"
target_account disk node secret-of-node
# Nobody else is let in than the initiator that iPXE is.
must_tgt --op unbind --mode target --tid "${target_ids[disk]}" -I ALL
must_tgt --op bind --mode target --tid "${target_ids[disk]}" -Q "$IQN:ipxe"

mac=52:54:00:87:fe:31
install -D -m 644 "$KERNEL" "$LAB/http/kernel"
install -D -m 644 "$WORK/base.img" "$LAB/http/base.img"
mkdir -p "$LAB/http/node"
cat > "$LAB/http/node/$mac.ipxe" << END
#!ipxe
set initiator-iqn $IQN:ipxe
set username node
set password secret-of-node
sanhook iscsi:$(portal disk) || goto end
kernel http://10.87.0.1:8017/kernel quiet console=ttyS0 no_timer_check netroot=iscsi rd.iscsi.firmware=1 test.do=poweroff
initrd http://10.87.0.1:8017/base.img
boot
:end
echo no SAN device
END
node_boot ipxe --bios --no-reboot --memory 512 --nic "virtio,mac=$mac"
expect_console ipxe '^Registered SAN device' 60 "iPXE logs in" || finish
expect_second_stage ipxe "the second stage runs from what iPXE's table names" || finish
check_fact ipxe 'mount / ext4 /dev/sda ' "its disk is the root"
check_not "its interface is in it" console_has ipxe 'params: .*tells of no interface'
check "the target is the table's" console_has ipxe "root: sda .* on $IQN:disk by iSCSI"
expect_off ipxe 30
finish
