#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is overdue under the policy stop-processes: the process that has most of it is ended, by name in the log,
# and no other when the rest has room then; the memory goes back, and what others have stays as it was.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

MIB=$((1 << 20))
use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
borrow_root "$WORK/root"
ln "$WORK/root/sbin/memory-use" "$WORK/root/sbin/large"
ln "$WORK/root/sbin/memory-use" "$WORK/root/sbin/small"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
BROKER_POLICY=stop-processes broker_start lender=lend m01=borrow
lender_start lender 3261 --limit 64M

cat > "$WORK/root/use.sh" << 'END'
echo 1 > /proc/sys/kernel/hung_task_panic
wireroot-borrow --program /sbin/wireroot-swap --configuration /none &
small 8 1 100000 &
small=$!
sleep 1
large 90 1 100000 &
wait $!
echo "TEST large ends with $?"
while ls /run/wireroot/memory | grep -qvE 'member|only'; do
	sleep 1
done
kill $small
wait $small
echo "TEST small ends with $?"
END

node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 64m) test.do=run:/use.sh" \
	--memory 160
expect_console m01 '^wireroot .* swap: 64 MiB of lender on /dev/dm-0, encrypted' 60 "the init attaches swap" || finish
expect_console m01 '^memory-use: ok' 300 "a process fills memory"
console_mark m01
expect_console m01 '^memory-use: ok' 300 "another one fills more than there is" || finish
await "most of it is in swap" 60 memory_is ".grants[0] | .state == \"attached\" and .used_bytes > 16 * $MIB"
id=$(grants_of attached)
check "the lender's administrator wants it back, soon" \
	memory_call POST "/v1/memory/grants/$id/return" '{ "deadline_s": 10 }'
expect_console m01 "wireroot-borrow: give memory back: $id: .*; it holds [0-9]+ MiB, memory and other swap have room for" \
	60 "there is no room for it, which the node says"
expect_console m01 "wireroot-borrow: $id: overdue: .*; ending processes" 120 "when the deadline is over, it says what it does"
expect_console m01 "wireroot-borrow: $id: ended large \(process [0-9]+\), which had [0-9]+ MiB there: the deadline is over" \
	60 "it ends the process that has most there, by name"
expect_console m01 '^TEST large ends with 137' 60 "that one is gone"
expect_console m01 "wireroot-borrow: $id: given back to lender" 120 "the memory goes back" || finish
expect_console m01 '^TEST small ends with 0' 120 "the other process has kept all of its own"
check_not "nobody else was ended" console_has m01 'ended small'
await "the lender has cleared it" 60 memory_is ".grants == []"
expect_calm m01
lab power m01 off
finish
