#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Borrowed memory beside a root on iSCSI, on a Debian with systemd: iscsid, which takes over the sessions that
# it finds when it starts, leaves those of lenders alone, whoever began first; they are mended beside it, a dead
# lender is told within seconds, and what was borrowed is given back.
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

MIB=$((1 << 20))
use_kernel "${WIREROOT_KERNEL:-6.1}"
debian_tree_with < /dev/null
memory_debian "$WORK/root"
make_iscsi_initrd "$WORK/base.img" swap --drivers e1000e
make_debian_disk "$WORK/disk.img"
lab_up --root "$WORK/root"
broker_start one=lend two=lend m01=borrow
lender_start one 3261 --limit 64M
target_server 3260
target_add d01 "$WORK/disk.img"

# times_of NAME: what waits, what asks, and what an answer may take, of each session whose target is called so.
times_of()
{
	in_node d01 "cd /sys/class; for session in \$(grep -l '$1' iscsi_session/*/targetname); do session=\${session%/*};" \
		"cat \$session/recovery_tmo iscsi_connection/connection\${session##*session}:0/{recv,ping}_tmo; done" | xargs
}

# state_of NAME: iscsid's of that session.
state_of()
{
	in_node d01 'iscsiadm -m session -P 1' | awk -v name="$1" '/^Target:/ { wanted = $2 ~ name }
		wanted && /Internal iscsid Session State:/ { sub(".*State: *", ""); print }'
}

# shellcheck disable=SC2317 # by retry
is_iscsids()
{
	[ "$(state_of "$IQN:d01")" = "NO CHANGE" ]
}

# shellcheck disable=SC2317 # by await
journal_has()
{
	in_node d01 "journalctl -u wireroot-borrow | grep -E '$1'"
}

# in_lab COMMAND: with lenders' processes by the numbers in their files.
in_lab()
{
	lab exec -- sh -c "$1"
}

lender_of()
{
	memory_call GET /v1/memory | jq -er ".grants[] | select(.lender == \"$1\" and .state == \"attached\") | .id"
}

memory_times_are()
{
	local times
	times=$(times_of wireroot:memory)
	[ "$times" = "$1" ] || { echo "they are: $times"; false; }
}

node_debian d01 "root=iscsi:$(portal d01) rd.iscsi.initiator=$IQN:any wireroot.swap.role=borrow $(memory_words m01 64m)" \
	--no-reboot
expect_console d01 '^wireroot .* swap: 64 MiB of one on /dev/dm-0' 90 "the init attaches root and swap" || finish
expect_console d01 '^TEST commands are taken' 200 "the node is up" || finish
check "a hung process would be the node's end" in_node d01 'echo 1 > /proc/sys/kernel/hung_task_panic'
await "iscsid has taken the root's session over" 60 is_iscsids
check "… whose I/O waits for its server" [ "$(times_of "$IQN:d01")" = "86400 0 0" ]
check "it has left the memory's alone" memory_times_are "5 3 4"
await "the broker has it as attached" 60 memory_is '.grants[0].state == "attached"'

lender_start two 3262 --limit 64M
check "the node is to borrow more" \
	memory_call POST /v1/memory/requests "{ \"borrower\": \"m01\", \"bytes\": $((64 * MIB)) }"
await "it does, while iscsid runs" 100 memory_is '.grants | map(select(.state == "attached")) | length == 2'
one=$(lender_of one)
two=$(lender_of two)

check "memory is used" \
	in_node d01 'systemd-run -q --unit use -p MemoryMax=48M -p StandardOutput=file:/run/used memory-use 72 1 100000'
await "what does not fit a process's memory keeps what is written" 200 in_node d01 'grep "memory-use: ok" /run/used'
await "… at both lenders" 60 memory_is ".grants | map(.used_bytes > $MIB) == [true, true]"

check "iscsid is restarted" in_node d01 'systemctl restart iscsid'
await "… and has the root's session again" 60 is_iscsids
check "… and has left the memory's alone" memory_times_are "5 3 4 5 3 4"
in_node d01 'iscsiadm -m node --logoutall=all; iscsiadm -m session -u; true' > "$WORK/logout"
tap_note "logging out of all says: $(xargs < "$WORK/logout")"
check "nothing logs it out" memory_times_are "5 3 4 5 3 4"
check "… or the root" [ "$(times_of "$IQN:d01")" = "86400 0 0" ]

# Five seconds may not be enough on a machine that does other things, too.
in_node d01 'for time in /sys/class/iscsi_session/*/recovery_tmo; do if [ "$(cat $time)" = 5 ]; then echo 300 > $time; fi; done'
in_lab 'kill -KILL "$(cut -d" " -f1 /run/lend-two/tgtd.pid)"'
await "the tgtd of a lender dies" 60 journal_has "$two: lender two does not answer"
await "… and is logged in to again beside iscsid" 100 journal_has "$two: lender two is back"
check "nothing has failed" in_node d01 '! dmesg | grep "I/O error" && systemctl is-active use'
in_node d01 'for time in /sys/class/iscsi_session/*/recovery_tmo; do if [ "$(cat $time)" = 300 ]; then echo 5 > $time; fi; done'
check "… and the times are the same as before" memory_times_are "5 3 4 5 3 4"

in_lab 'kill -STOP "$(cut -d" " -f1 /run/lend-one/tgtd.pid)" "$(cat '"$WORK"'/lend-one.pid)"'
await "a lender that says nothing any more is told" 60 journal_has "$one: lender one does not answer"
await "… with the process that it concerns" 30 journal_has "$one: memory-use .* has [0-9]+ KiB there"
await "… and is gone" 60 journal_has "$one: lender one is gone"
await "… and what was borrowed there is cleared away" 100 journal_has "$one: given back"
check "the root goes on" in_node d01 'echo written > /var/lib/written && sync && grep written /var/lib/written'
check "… and is iscsid's" is_iscsids
check "the other lender is as before" memory_times_are "5 3 4"

check "it is to have its memory back" \
	in_node d01 'systemctl set-property --runtime use.service MemoryMax=infinity'
check "… as it says" memory_call POST "/v1/memory/grants/$two/return" '{ "deadline_s": 300 }'
await "… and gets it while iscsid runs" 200 journal_has "$two: given back to two"
check "… and its session is gone" memory_times_are ""

check "the node borrows again" \
	memory_call POST /v1/memory/requests "{ \"borrower\": \"m01\", \"bytes\": $((64 * MIB)) }"
await "… of the lender that is left" 100 lender_of two
two=$(lender_of two)
check "… and restarts what has attached it" in_node d01 'systemctl restart wireroot-borrow'
check "… as swap that everybody finds by its name" in_node d01 'swapon --show=NAME --noheadings | grep "^/dev/dm-[0-9]*$"'
check "… and has use for it" in_node d01 'systemd-run -q --unit more -p MemoryMax=24M memory-use 40 1 100000'
await "… as the broker sees" 100 memory_is ".grants[] | select(.id == \"$two\") | .used_bytes > $MIB"
check "the units run" [ "$(in_node d01 'systemctl is-active wireroot-borrow wireroot-give-back iscsid' | xargs)" = "active active active" ]
go_down d01 poweroff
expect_console d01 'reboot: Power down' 200 "the node powers off with its memory in use"
expect_off d01 30
check_way_down d01
tap_note "$(tr -d '\r\0' < "$LAB/d01.console" | grep -aE '^TEST (in the end|left)|wireroot-swap\[[0-9]+\]: ' | sed '2,$s/^/# /')"
check "it gave back what it had" console_has d01 '^TEST in the end 0 swap devices, 1 sessions'
await "… and its lender has cleared it" 60 memory_is ".grants | all(.id != \"$two\")"
check "the disk is clean" disk_is_clean "$WORK/disk.img"
finish
