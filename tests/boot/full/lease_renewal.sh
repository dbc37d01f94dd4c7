#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# While the root's server is away, the init goes on renewing its lease.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"

# Are there COUNT lines of that kind in the server's log?
# shellcheck disable=SC2317 # called by await
has_acks()
{
	[ "$(grep -c DHCPACK "$LAB/dnsmasq.log")" -ge "$1" ]
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root" --without dnsmasq,ganesha
# Two minutes are the shortest lease that dnsmasq gives.
sed -i 's/^\(dhcp-range=.*\),1h$/\1,2m/' "$LAB/dnsmasq.conf"
lab server dnsmasq start

node_direct n01 "root=nfs:10.87.0.1:/srv/root test.do=poweroff"
expect_console n01 'lease: eth0 has 10\.87\.0\.[0-9]+/24' 30
expect_console n01 'root: reach the NFS server: 10\.87\.0\.1 port 2049: connection refused' 30
await "the lease is renewed" 150 has_acks 2
await "and once more" 150 has_acks 3
check "the address was never given up" eval '! console_has n01 "lease: .*(extend|starting over)"'
lab server ganesha start
expect_second_stage n01 "the node goes on when the server is there"
check_fact n01 "file /run/wireroot/lease LEASE_SECONDS='120'$" "the lease is the short one"
check "its time began at the last renewal" eval \
	'[ "$(sed -n "s/.*BOUND_AT_UPTIME_SECONDS=.\([0-9]*\).*/\1/p" "$LAB/n01.console")" -ge 90 ]'
expect_off n01 20
finish
