#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The units of lender and borrower on two Debians with systemd, of one image: who does not lend, or does not
# borrow, does not start that unit; a unit that is stopped, restarted or killed takes nothing away; a node that
# goes down with borrowed memory in use gives it back first, and hangs on nothing, not even on a dead lender.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/iscsi_debian.sh
. "$TOP/tests/fixtures/iscsi_debian.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_debian.sh
. "$TOP/tests/fixtures/memory_debian.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
debian_nodes_up

# shellcheck disable=SC2317 # by check
unit_is()
{
	[ "$(in_node "$1" "systemctl is-active $2")" = "$3" ]
}

# shellcheck disable=SC2317 # by check
told_by_wireroot_swap()
{
	memory_call GET '/v1/memory/history?limit=20' | jq -c ".. | objects | select(.id? == \"$1\")" | grep "by wireroot-swap"
}

debian_lender
check "… by its unit" unit_is l01 wireroot-lend active
check "… which keeps as much as the definition says" \
	memory_is '.lenders[0] | .available_bytes - .spare_bytes < 80 * 1048576'
check "the unit for borrowing has not started there, since it has nothing to do" \
	[ "$(in_node l01 'systemctl show -P ConditionResult -P ActiveState wireroot-borrow' | xargs)" = "inactive no" ]
check "lent pages cannot be swapped out" \
	[ "$(in_node l01 'cat /proc/$(cut -d" " -f1 /run/wireroot/lend/tgtd.pid)/cgroup /sys/fs/cgroup/wireroot-lend/memory.swap.max' | xargs)" = "0::/wireroot-lend 0" ]

debian_borrower
id=$(grants_of attached)
check "… the unit for borrowing runs" unit_is m01 wireroot-borrow active
check "… and that for lending does not" unit_is m01 wireroot-lend inactive

borrowed_is_used
check "wireroot-borrow is restarted" in_node m01 'systemctl restart wireroot-borrow'
check "… and has taken over what is attached" \
	in_node m01 "journalctl -u wireroot-borrow | grep 'taking over 128 MiB of l01 on /dev/dm-0'"
check "… and killed" in_node m01 'systemctl kill -s KILL wireroot-borrow'
await "… and starts again" 30 in_node m01 'systemctl is-active wireroot-borrow'
check "wireroot-borrow is stopped" in_node m01 'systemctl stop wireroot-borrow'
check "… and the swap stays" in_node m01 'grep /dev/dm-0 /proc/swaps'
check "… and is started" in_node m01 'systemctl start wireroot-borrow'
check "wireroot-lend is killed" in_node l01 'systemctl kill -s KILL wireroot-lend'
await "… and starts again" 30 in_node l01 'systemctl is-active wireroot-lend'
check "… and finds what it has lent" in_node l01 'journalctl -u wireroot-lend | grep "found 1 grants of an earlier life"'
check "through all this it was the same grant" [ "$(grants_of attached)" = "$id" ]

go_down m01 reboot
expect_console m01 'reboot: Restarting system' 200 "the borrower restarts with its memory in use"
expect_off m01 30
check_way_down m01
check "wireroot-borrow ended first" ends_before m01 wireroot-borrow wireroot-give-back
check "… then what was borrowed was given back, and then the network ended" \
	ends_before m01 wireroot-give-back 'network.target'
check "nothing was left of it" console_has m01 '^TEST in the end 0 swap devices, 0 sessions'
check "… and the broker was told" told_by_wireroot_swap "$id"
await "its lender has cleared it" 20 memory_is '.grants == []'

# Nothing says that the lender is gone; what waits for it, waits as long as its session does.
debian_borrower
borrowed_is_used
lab link l01 down
go_down m01 poweroff
expect_console m01 'reboot: Power down' 200 "the borrower of a dead lender powers off"
expect_off m01 30
check_way_down m01 'I/O error'
check "giving back was waited for" ends_before m01 wireroot-give-back 'network.target'
check "… but not for ever: nothing was left" console_has m01 '^TEST in the end 0 swap devices, 0 sessions'
lab link l01 up
await "the lender is back, and has cleared it" 60 memory_is '.grants == []'
go_down l01 poweroff
expect_console l01 'reboot: Power down' 200 "a lender with nothing lent powers off"
expect_off l01 30
check_way_down l01
finish
