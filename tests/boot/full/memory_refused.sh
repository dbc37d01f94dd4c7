#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What wireroot-swap says when a lender refuses it: without a secret, with a wrong one, with another grant's, to
# a target that does not prove itself, from another address, and too late. Nothing is left of any try, at the
# lender neither, and the grant as it was given is attached all the same.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
memory_root "$WORK/root"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
BROKER_LEASE=20 broker_start lender=lend m01=borrow m02=borrow
lender_start lender 3261 --limit 512M

cat > "$WORK/root/use.sh" << 'END'
own=$(ip -o -4 address show eth0 | sed 's|.*inet \([0-9.]*\)/.*|\1|')

# ask MEMBER ADDRESS: a grant's lines
ask()
{
	wget -q -O - --header "Authorization: Bearer the-token-of-$1" --header 'Accept: text/plain' \
		--header 'Content-Type: application/json' --post-data "{ \"borrower\": \"$1\", \"bytes\": 33554432,
		\"initiator\": \"iqn.2026-11.org.wireroot:node.$1\", \"address\": \"$2\" }" \
		http://10.87.0.1:8117/v1/memory/grants
}

# What is there of memory of others, besides what the init attached.
left()
{
	echo "$(grep -c /dev/dm- /proc/swaps) $(ls -d /sys/block/dm-* | wc -l) $(ls /sys/class/iscsi_session | wc -l)" \
		"$(ls /run/wireroot/memory | grep -vcE 'member|only')"
}

# try NAME: the grant on standard input
try()
{
	wireroot-swap attach > /run/out 2> /run/err
	echo "TEST $1: $?: $(cat /run/err)"
	echo "TEST $1: left $(left)"
}

ask m01 $own > /run/grant
ask m02 $own > /run/other
sed '/^username=/d; /^secret=/d' /run/grant | try no-secret
sed 's/^secret=.*/secret=Secret.of.nobody/' /run/grant | try wrong-secret
{ grep -v '^iqn=' /run/other; grep '^iqn=' /run/grant; } | try other-grant
sed 's/^secret_in=.*/secret_in=Secret.of.nobody/' /run/grant | try no-proof
ask m02 10.87.0.2 | try other-address
wireroot-swap attach < /run/grant > /run/out && echo "TEST as given: left $(left)"
ask m01 $own > /run/grant
sleep 30
try too-late < /run/grant
ask m03 $own > /dev/null || echo "TEST no token"
END

# refused NAME REGEX WHAT [LEFT]
refused()
{
	expect_console m01 "^TEST $1: 1: wireroot-swap: $2" 120 "$3"
	expect_console m01 "^TEST $1: left ${4:-1 1 1 1}$" 60 "… and nothing is left of it"
}

target='.*: 10\.87\.0\.1:3261 iqn\.2026-11\.org\.wireroot:memory\.lender\.[0-9a-f]{16}: '
node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 32m) test.do=run:/use.sh"
expect_console m01 '^wireroot .* swap: 32 MiB of lender on /dev/dm-0, encrypted' 60 "a node borrows" || finish
refused no-secret 'read a grant: username: .*; it is missing' "without a secret it does not even try"
refused wrong-secret "log in to iSCSI target: authentication failed${target}permission denied .*; the grant may be over" \
	"with a wrong one it is refused"
refused other-grant "log in to iSCSI target: authentication failed${target}permission denied .*; the grant may be over" \
	"and with another grant's"
refused no-proof "log in: the target does not know its secret${target#??}permission denied" \
	"a target that does not prove itself is not used"
refused other-address "log in to iSCSI target: there is no such target${target}.* lets our initiator name and address in" \
	"a grant for another address is of no use"
expect_console m01 '^TEST as given: left 2 2 2 2$' 60 "the grant as it was given is attached"
refused too-late "log in to iSCSI target: there is no such target${target}" "a grant whose time is over is of no use" \
	'2 2 2 2'
expect_console m01 '^TEST no token' 60 "who has no token is given none"
lab power m01 off
finish
