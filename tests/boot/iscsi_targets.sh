#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Several targets, some of which are dead or mean no good: the node boots when its root is on the disk of
# another one, whichever comes first. Without a root= the root is on the first one's disk and nowhere else.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

FIRST_PORT=3300
# The one that lets everybody in and answers no command is the seventh of hostile_target.py.
mute="iscsi:10.87.0.1::$((FIRST_PORT + 6)):1:$IQN:mute"
dead="iscsi:10.87.0.250:::1:$IQN:dead"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" ""
for name in behind before strict; do
	make_disk "$WORK/$name.img" "$name"
done
lab_up --root "$WORK/root"
"$WIREROOT" lab exec "$LAB" -- python3 "$TOP/tests/boot/hostile_target.py" 10.87.0.1 $FIRST_PORT \
	> "$WORK/hostile.log" 2>&1 &
await "the hostile targets listen" 20 grep -q ready "$WORK/hostile.log"
target_server 3260
for name in behind before strict; do
	target_add "$name" "$WORK/$name.img"
done

node_iscsi before "root=LABEL=before netroot=iscsi:$(portal before) netroot=$mute netroot=$dead rw test.do=poweroff"
expect_second_stage before "targets that cannot be had behind the root's are left out"
check "which is told" console_has before 'root: .*gone on without a target: '
expect_off before 20

node_iscsi behind "root=LABEL=behind netroot=$mute netroot=$dead netroot=iscsi:$(portal behind) rw test.do=poweroff"
expect_second_stage behind "so are those before it"
check_fact behind 'mount / ext4 /dev/sda ' "its disk is the only one"
expect_off behind 20

node_iscsi strict "netroot=iscsi:$(portal nowhere) netroot=iscsi:$(portal strict) rw test.do=poweroff"
expect_fault strict 'log in.*there is no such target|log in.*service unavailable' \
	"without root=, the disk of another target is not taken for the root"
target_add nowhere "$WORK/strict.img"
expect_second_stage strict "once the first one is there, the node boots from it"
expect_off strict 20
finish
