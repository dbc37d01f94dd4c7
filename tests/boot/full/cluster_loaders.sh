#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The fall-backs for firmware that iPXE does not get along with: pxelinux for a BIOS node, GRUB for a UEFI
# node. They fetch everything by TFTP and have their words on the command line.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
cluster_file << 'END'
profiles:
  diskless:
    image: busybox
    drivers: virtio_net
    append: [quiet, console=ttyS0, no_timer_check, test.do=poweroff]
    lab: { memory: 512, cpus: 1 }
nodes:
  p01: { profiles: diskless, mac: 52:54:00:87:00:01, address: 10.87.0.11, loader: pxelinux }
  g01:
    profiles: diskless
    mac: 52:54:00:87:00:02
    address: 10.87.0.12
    loader: grub
    overlay: tmpfs
    lab: { firmware: uefi }
END
cluster_up

node_power p01
expect_second_stage p01
check_fact p01 'hostname p01$' "it has its name"
check_fact p01 'address eth0 10\.87\.0\.11/24' "and its address"
expect_off p01 20
check "pxelinux was what it loaded" grep -q 'sent .*/tftp/pxelinux\.0 to' "$LAB/dnsmasq.log"
check "it found its own file by its MAC address" \
	grep -q 'sent .*/tftp/pxelinux\.cfg/01-52-54-00-87-00-01 to' "$LAB/dnsmasq.log"

node_power g01
expect_second_stage g01
check_fact g01 'hostname g01$' "it has its name"
check_fact g01 'address eth0 10\.87\.0\.12/24' "and its address"
check_fact g01 'mount / overlay' "its root is an overlay"
expect_off g01 20
check "GRUB was what it loaded" grep -q 'sent .*/tftp/grubnetx64\.efi to' "$LAB/dnsmasq.log"
check "it found its own file by its MAC address" \
	grep -q 'sent .*/tftp/grub/node/52:54:00:87:00:02\.cfg to' "$LAB/dnsmasq.log"
finish
