#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# CHAP both ways with each of the digests that RFC 7143 and IANA have for it. The node's words say which
# may be used, LIO has them all, and what went over the wire says which it was. tgt lacks most of them, which
# is told as that. iscsid, when it takes the session over, keeps to the words, too.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
WIREROOT_TARGET=lio
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/iscsi_debian.sh
. "$TOP/tests/fixtures/iscsi_debian.sh"

RELAY_PORT=3270
ACCOUNTS=one:secret-of-one:two:secret-of-two

# Open-iscsi's list | what the node has to offer | what LIO has to choose
lists=(
	'MD5|5|5'
	'SHA1|6|6'
	'SHA256|7|7'
	'SHA3-256|8|8'
	'SHA256,MD5|7,5|7'
)

# Nodes reach LIO through this alone.
relay()
{
	"$WIREROOT" lab exec "$LAB" -- python3 "$TOP/tests/fixtures/login_relay.py" \
		10.87.0.1 "$RELAY_PORT" "$TARGET" 3260 > "$WORK/wire" 2>&1 &
	await_line 30 "$WORK/wire" '^ready$' || give_up "a relay listens"
}

wire_mark()
{
	wire_from=$(($(wc -l < "$WORK/wire") + 1))
}

# What was said of digests since wire_mark; each once, the node's first.
wire_says()
{
	tail -n "+$wire_from" "$WORK/wire" | grep CHAP_A | sort -ru | xargs
}

logins()
{
	tail -n "+$wire_from" "$WORK/wire" | grep -c '^> CHAP_A'
}

add_account()
{
	target_account "$1" one secret-of-one
	target_account "$1" two secret-of-two out
}

words_for()
{
	echo "root=iscsi:$ACCOUNTS@$1 rd.iscsi.initiator=$IQN:any rd.iscsi.param=node.session.auth.chap_algs=$2"
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" ""
make_disk "$WORK/disk.img" wireroot
rm -rf "$WORK/root"
debian_tree_with << 'END'
await taken_over
say "taken over"
say "failed units: $(systemctl --failed --no-legend | xargs)"
go_down poweroff
END
make_debian_disk "$WORK/debian.img"
make_iscsi_initrd "$WORK/debian-base.img" "" --drivers e1000e
lab_up --root "$WORK/root"
target_server 3260
target_add disk "$WORK/disk.img"
add_account disk
relay

number=0
for line in "${lists[@]}"; do
	IFS='|' read -r list offered chosen <<< "$line"
	node=d$((number += 1))
	wire_mark
	node_iscsi "$node" "$(words_for "10.87.0.1::$RELAY_PORT:1:$IQN:disk" "$list") test.do=poweroff"
	expect_second_stage "$node" "$list: both sides prove themselves, and the second stage runs"
	expect_off "$node" 20
	check "$list: no other digest is offered, and the first is the one that LIO takes" \
		[ "$(wire_says)" = "> CHAP_A=$offered < CHAP_A=$chosen" ] || tap_note "on the wire: $(wire_says)"
done

target_add debian "$WORK/debian.img"
add_account debian
wire_mark
INITRD=$WORK/debian-base.img node_debian debian \
	"$(words_for "10.87.0.1::$RELAY_PORT:1:$IQN:debian" SHA3-256,SHA256) rw"
expect_console debian '^TEST failed units' 150 "iscsid takes a session over"
check "no unit has failed" console_has debian '^TEST failed units: *$'
check "it has logged in itself, after the init" [ "$(logins)" -ge 2 ]
check "… with no other digests than the init" [ "$(wire_says)" = '> CHAP_A=8,7 < CHAP_A=8' ] ||
	tap_note "on the wire: $(wire_says)"
expect_off debian 120
check_way_down debian

# shellcheck disable=SC2034 # for iscsi.sh
WIREROOT_TARGET=
TARGET=10.87.0.1
target_server 3260
target_add disk "$WORK/disk.img"
add_account disk
node_iscsi lacking "$(words_for "$(portal disk)" SHA3-256)"
expect_fault lacking "$(words_of 'log in.*has none of the CHAP digests that we offer' \
	'log in by iscsistart: .*error.*')" "a target that has no such digest is said to have none"
finish
