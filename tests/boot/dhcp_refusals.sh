#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A lease that is refused, taken by another machine, or leads to no root: told of, and another found.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

boot_node()
{
	node_boot "$1" --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
		--append "quiet root=$2 test.do=poweroff"
}

use_kernel 6.1
make_root "$WORK/root"
make_initrd "$WORK/base.img"
printf '%s\n' dhcp-option=option:root-path,10.87.0.1:/srv/root dhcp-option=option:mtu,20 \
	> "$WORK/dnsmasq.conf"
lab_up --root "$WORK/root" --dnsmasq "$WORK/dnsmasq.conf" --without dnsmasq

# What is offered is not in the true server's range, so it refuses that.
neighbour impostor 10.87.0.98
boot_node refused nfs:10.87.0.1:/srv/root
await_neighbour impostor 'REQUEST for 10\.87\.0\.98 to 10\.87\.0\.1'
lab server dnsmasq start
expect_console refused \
	'lease: have the DHCP server confirm the lease \(DHCPNAK\): eth0: connection refused .*the server says: .*; starting over' \
	60 "a lease that the server refuses is told of, with what the server says"
check "a refusal by another server than the one asked counts for nothing" \
	not console_has refused forged
expect_console refused 'lease: eth0 has 10\.87\.0\.1[0-9][0-9]/24' 60 "the node asks for another"
expect_console refused '^SECOND-STAGE ready' 30
expect_off refused 20
end_neighbour impostor
check "what the lease holds that is of no use is told of" console_has refused \
	'lease: use all of the lease .*10\.87\.0\.1: .*option 26 is less than 68 bytes; .*without it'

# The server offers what it gave before; when that is declined, the foreign one may come first.
address=$(sed -n 's/.*lease: eth0 has \([0-9.]*\)\/24.*/\1/p' "$LAB/refused.console" | tail -n 1)
lab exec "$TOP/tests/fixtures/claimed_address.sh" lab "$address/24"
boot_node refused nfs:10.87.0.1:/srv/root
expect_console refused \
	"lease: use the address that the DHCP server offered: ${address//./\\.} on eth0: address in use .*another machine answers" \
	60 "an address that another machine has is told of"
await "and declined" 20 grep -q "DHCPDECLINE(lab) $address " "$LAB/dnsmasq.log"
lab server dnsmasq stop
neighbour foreign
boot_node foreign dhcp
expect_console foreign \
	"lease: find the root's path: no data .*give root=nfs:SERVER:/PATH, or DHCP option 17 .root-path" \
	40 "a lease without a root is told of, with what it lacks"
lab server dnsmasq start
expect_console foreign 'lease: eth0 has 10\.87\.0\.1[0-9][0-9]/24' 60 "the node takes the one with a root"
expect_console foreign '^SECOND-STAGE ready' 30
check "the other one's was passed over" not console_has foreign 'lease: eth0 has 10\.87\.0\.77/'
expect_console refused 'lease: eth0 has 10\.87\.0\.[0-9]+/24' 60 "the declined one is made up for"
expect_console refused '^SECOND-STAGE ready' 30
check "by another one" not console_has refused "lease: eth0 has ${address//./\\.}/"
expect_off foreign 20
expect_off refused 20
finish
