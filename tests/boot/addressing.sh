#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which interface gets which address: ip= in its forms, BOOTIF=, and NICs that lead nowhere.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root"

root="root=nfs:10.87.0.1:/srv/root test.do=poweroff"
second=52:54:00:87:fd:02

node_direct static "ip=10.87.0.50:10.87.0.1:10.87.0.1:24:fixed:eth0:none:10.87.0.1:10.87.0.2:10.87.0.3 \
root=/dev/nfs nfsroot=/srv/root test.do=poweroff"
node_direct named "$root ip=eth1:dhcp" --nic virtio --nic virtio
expect_second_stage static "a node has a static address"
check_fact static 'address eth0 10\.87\.0\.50/24' "its address is the one given"
check_fact static 'route default via 10\.87\.0\.1 dev eth0' "and its gateway"
check_fact static 'hostname fixed$' "and its host name"
check_fact static 'mount / nfs4 10\.87\.0\.1:/srv/root ' "the server is the one that ip= names"
check_fact static 'file /run/wireroot/resolv\.conf nameserver 10\.87\.0\.2$' \
	"DNS servers are handed over"
check_fact static "file /run/wireroot/lease NTP0='10\.87\.0\.3'$" "the NTP server is handed over"
check_fact static "file /run/wireroot/lease METHOD='static'$" "the address is known as static"
check_fact static "file /run/net-eth0\.conf PROTO='none'$" "to readers of net-eth0.conf, too"
check_fact static 'file /run/systemd/network/05-wireroot-eth0\.network Address=10\.87\.0\.50/24$' \
	"systemd-networkd is told of it"
expect_off static 20
expect_second_stage named "ip= names the second of two NICs"
check_fact named 'address eth1 10\.87\.0\.[0-9]+/24' "that one has the address"
check_fact named 'link eth0 mtu 1500 down' "the other one is left alone"
expect_off named 20

node_direct bootif "$root BOOTIF=01-${second//:/-}" --nic virtio --nic "virtio,mac=$second"
node_direct several "$root ip=10.99.0.5:::24::eth1:none ip=eth0:dhcp" \
	--nic virtio --nic virtio,bridge=elsewhere
expect_second_stage bootif "BOOTIF= names the second of two NICs"
check_fact bootif "link eth1 mtu 1500 (up|unknown) mac $second" "that one is up"
check_fact bootif 'address eth1 10\.87\.0\.[0-9]+/24' "and has the address"
check_fact bootif 'link eth0 mtu 1500 down' "the other one is left alone"
expect_off bootif 20
expect_second_stage several "there is an ip= for each of two NICs"
check_fact several 'address eth0 10\.87\.0\.[0-9]+/24' "one has its address by DHCP"
check_fact several 'address eth1 10\.99\.0\.5/24' "the other one a static address"
check_fact several "file /run/wireroot/lease INTERFACE='eth0'$" \
	"the boot link is the one that leads to the root"
expect_off several 20

node_direct alive "$root" --nic virtio,off --nic virtio,bridge=elsewhere --nic virtio
expect_second_stage alive "one of three NICs is alive"
check_fact alive 'address eth2 10\.87\.0\.[0-9]+/24' "that one has the address"
# On a slow machine the unserved one may have tried in vain by then, but not for half a minute.
check "the dead one and the unserved one are not waited for" \
	eval '! sed "/lease: eth2 has/q" "$LAB/alive.console" | grep -a "try 4"'
expect_off alive 20
finish
