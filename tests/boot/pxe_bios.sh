#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A BIOS node goes from its NIC's PXE ROM by DHCP and HTTP through the init to the second stage.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root"

node_boot n01 --bios --no-reboot --kernel "$KERNEL" --initrd "$WORK/base.img" \
	--append "root=nfs:10.87.0.1:/srv/root ip=dhcp rw test.do=write,poweroff"
expect_console n01 '^iPXE initialising' 30 "the NIC's ROM starts"
expect_console n01 'boot\.ipxe\.\.\. ok' 30 "iPXE loads its first script over HTTP"
expect_console n01 'node/n01/initrd0\.\.\. ok' 30 "iPXE loads the initrd over HTTP"
expect_console n01 '^SECOND-STAGE ready' 60 "the second stage runs"
expect_console n01 '^SECOND-STAGE wrote yes' 10 "the root is writable"
check "the root is NFS from the lab's server" \
	console_has n01 '^SECOND-STAGE mount / nfs4? 10\.87\.0\.1:/srv/root rw,'
check "the node has its name by DHCP" console_has n01 '^SECOND-STAGE hostname n01$'
check "the node uses the NIC that it was started from" \
	console_has n01 'command-line .*BOOTIF=01-52-54-00-87-'
expect_off n01 20
finish
