#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Answers that no DHCP server should give do a node no harm, whatever they are and however many.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel 6.1
make_root "$WORK/root"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root" --without dnsmasq

neighbour malformed
node_boot n01 --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
	--append "quiet root=nfs:10.87.0.1:/srv/root test.do=poweroff"

malformed='lease: read DHCP reply: 10\.87\.0\.66: malformed message \(errno 74\);'
expect_console n01 "$malformed option 12 runs past its end" 60 \
	"an option that runs past the end is told of"
expect_console n01 "$malformed option 119 is no list of names" 60 \
	"names that are compressed in a circle are told of"
# In this order: the node goes on asking meanwhile, and each line comes behind its try.
lines=$(grep -ac '^wireroot.*malformed' "$LAB/n01.console")
check "no try has more than one line, however much comes in" \
	[ "$lines" -le "$(grep -c '^DISCOVER' "$WORK/malformed.log")" ]
check "nothing of it was taken for an offer" not grep -q '^REQUEST' "$WORK/malformed.log"

lab server dnsmasq start
expect_console n01 'lease: eth0 has 10\.87\.0\.1[0-9][0-9]/24 \(DHCP\)' 60 \
	"the true server's lease is taken amid all that"
expect_console n01 '^SECOND-STAGE ready' 30 "the node boots"
check "with the true server's address only" \
	not console_has n01 '^SECOND-STAGE address eth0 10\.87\.0\.77/'
expect_off n01 20
finish
