#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A UEFI node goes from OVMF by TFTP to iPXE, and by HTTP through the init to the second stage.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root"

node_boot u01 --uefi --no-reboot --kernel "$KERNEL" --initrd "$WORK/base.img" \
	--append "root=nfs:10.87.0.1:/srv/root ip=dhcp rw test.do=poweroff"
expect_console u01 'NBP file downloaded successfully' 60 "OVMF loads the boot loader by TFTP"
expect_console u01 'boot\.ipxe\.\.\. ok' 30 "iPXE loads its first script over HTTP"
expect_console u01 'node/u01/initrd0\.\.\. ok' 30 "iPXE loads the initrd over HTTP"
expect_console u01 '^SECOND-STAGE ready' 60 "the second stage runs"
check_not "TFTP carries the boot loader and nothing else" \
	grep -v '/snponly\.efi to' <(grep 'sent .*/tftp/' "$LAB/dnsmasq.log")
check "the root is NFS from the lab's server" \
	console_has u01 '^SECOND-STAGE mount / nfs4? 10\.87\.0\.1:/srv/root rw,'
check "the node has its name by DHCP" console_has u01 '^SECOND-STAGE hostname u01$'
expect_off u01 20
finish
