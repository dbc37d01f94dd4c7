#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A DHCP server or a cable that comes late, or comes and goes, is told of and waited for.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel 6.1
make_root "$WORK/root"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root" --without dnsmasq

boot_words=(--direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256
	--append "quiet root=nfs:10.87.0.1:/srv/root test.do=poweroff")

node_boot server "${boot_words[@]}"
node_boot cable "${boot_words[@]}" --nic virtio,off

expect_console server 'lease: wait for a DHCP server \(try 1\): eth0: timed out' 30 \
	"a DHCP server that is missing is told of"
expect_console cable 'link: wait for carrier: eth0: network is down .*check the cable' 30 \
	"a cable that is missing is told of, with its interface"
expect_console server 'lease: wait for a DHCP server \(try 4\).*server, its range and the cable' 40 \
	"each try in vain is told"
expect_rarer server 'lease: wait for a DHCP server' "tries become rarer"

console_mark server
lab link server down
expect_console server 'link: eth0 lost carrier' 10 "a cable that is pulled during DHCP is told of"
lab link server up
expect_console server 'wait for a DHCP server \(try 1\)' 20 "DHCP starts over when it is back"
for ((flap = 0; flap < 5; flap++)); do
	lab link server down
	lab link server up
done

lab server dnsmasq start
lab link cable up
expect_console server 'lease: eth0 has 10\.87\.0\.[0-9]+/24 \(DHCP\)' 60 \
	"the node goes on when the server is there at last"
expect_console server '^SECOND-STAGE ready' 30
expect_console cable '^SECOND-STAGE ready' 30 "the other goes on when the cable is there"
expect_off server 20
expect_off cable 20
finish
