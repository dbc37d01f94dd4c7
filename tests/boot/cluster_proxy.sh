#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Nodes boot in a network where another DHCP server gives the addresses and knows nothing of booting.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
CLUSTER_NETWORK="    subnet: 10.87.0.0/24
    dhcp: proxy"
cluster_file << 'END'
profiles:
  diskless:
    image: busybox
    drivers: virtio_net
    append: [quiet, console=ttyS0, no_timer_check, test.do=poweroff]
    lab: { memory: 256, cpus: 1 }
nodes:
  n01: { profiles: diskless, mac: 52:54:00:77:00:01 }
  u01: { profiles: diskless, mac: 52:54:00:77:00:02, lab: { firmware: uefi, memory: 512 } }
END
cluster_up
check "a foreign DHCP server is there" lab exec -- "$TOP/tests/fixtures/foreign_dhcp.sh" \
	lab 10.87.0.254/24 10.87.0.200 10.87.0.220 "$WORK/foreign.log" || finish

node_power n01
expect_console n01 'boot\.ipxe\.\.\. ok' 60 "the BIOS node's ROM hears of the first script"
expect_second_stage n01
check_fact n01 'address eth0 10\.87\.0\.2[012][0-9]/24' "its address is the foreign server's"
check_fact n01 'route default via 10\.87\.0\.254' "and so is its gateway"
check_fact n01 'hostname n01$' "its name is the definition's"
expect_off n01 20

node_power u01
expect_console u01 'NBP file downloaded successfully' 90 "OVMF loads the boot loader by TFTP"
expect_second_stage u01
check_fact u01 'address eth0 10\.87\.0\.2[012][0-9]/24' "its address is the foreign server's"
check_fact u01 'hostname u01$' "its name is the definition's"
expect_off u01 20

check_not "our server has given no address" grep -E 'DHCPOFFER.* 10\.87\.0\.2|DHCPACK\(lab\) 10\.87\.0\.2' \
	"$LAB/dnsmasq.log"
finish
