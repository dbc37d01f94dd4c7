#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What has swapped because of its control group's limit has no room in memory, however much there is: giving back
# says so, and waits for other swap; the kernel does not end it. Under the policy stop-processes, a process of that group is
# ended when the deadline is over, and not another one that has more there.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

MIB=$((1 << 20))
use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
borrow_root "$WORK/root"
ln "$WORK/root/sbin/memory-use" "$WORK/root/sbin/limited"
ln "$WORK/root/sbin/memory-use" "$WORK/root/sbin/pushed"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
BROKER_POLICY=stop-processes broker_start lender=lend second=lend m01=borrow
lender_start lender 3261 --limit 128M

# What memory.high pushes out has room in memory when it comes back, and is pushed out again.
cat > "$WORK/root/use.sh" << 'END'
echo 1 > /proc/sys/kernel/hung_task_panic
mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/limited /sys/fs/cgroup/pushed
echo 24M > /sys/fs/cgroup/limited/memory.max
echo 8M > /sys/fs/cgroup/pushed/memory.high
wireroot-borrow --program /sbin/wireroot-swap --configuration /none &
use()
{
	sh -c 'echo $$ > "/sys/fs/cgroup/$0/cgroup.procs"; exec "$0" "$@"' "$@"
	echo "TEST $1 ends with $?" > /dev/console
}
use limited 48 1 100000 > /run/limited &
until grep -q ok /run/limited; do
	sleep 1
done
echo "TEST limited is there"
use pushed 56 1 100000 &
while sleep 3; do
	echo 8M > /sys/fs/cgroup/pushed/memory.high
done 2> /dev/null &
pushing=$!
while ls /run/wireroot/memory | grep -qvE 'member|only'; do
	sleep 1
done
echo "TEST nothing is borrowed"
kill "$pushing"
cat /run/limited
kill "$(cat /sys/fs/cgroup/pushed/cgroup.procs)"
wait
END

node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 128m) test.do=run:/use.sh" --memory 320
expect_console m01 '^wireroot .* swap: 128 MiB of lender on /dev/dm-0, encrypted' 60 "the init attaches swap" || finish
expect_console m01 '^TEST limited is there' 300 "a process uses more than its group may have in memory" || finish
expect_console m01 '^memory-use: ok' 300 "another one has more in swap, and no such limit" || finish
await "most of it is in swap" 60 memory_is ".grants[0] | .state == \"attached\" and .used_bytes > 60 * $MIB"
first=$(grants_of attached)
check "the lender's administrator wants it back" \
	memory_call POST "/v1/memory/grants/$first/return" '{ "deadline_s": 600 }'
expect_console m01 "wireroot-borrow: give memory back: $first: .*; the limit of control group /limited leaves no room for [0-9]+ MiB" \
	60 "the node says which limit leaves no room for it" || finish
check_not "the group's process goes on" console_has m01 'TEST limited ends'
lender_start second 3262 --limit 128M
expect_console m01 "wireroot-borrow: $first: given back to lender" 300 "when another lender has room, it goes there" || finish
await "the first lender has cleared it" 60 memory_is ".grants | map(.id) | index(\"$first\") | not"
check_not "the group's process goes on" console_has m01 'TEST limited ends'
check_not "the kernel has ended nothing" console_has m01 'Out of memory:|Memory cgroup out of memory|Killed process'
second=$(grants_of attached)
check "the first one lends no more" memory_call PUT /v1/memory/lenders/lender/offer '{ "bytes": 0 }'
await "what is pushed out again is there, and more than the other's" 120 memory_is \
	".grants[] | select(.id == \"$second\") | .used_bytes > 60 * $MIB"
console_mark m01
check "the other lender wants it back, soon" \
	memory_call POST "/v1/memory/grants/$second/return" '{ "deadline_s": 15 }'
expect_console m01 "wireroot-borrow: $second: ended limited \(process [0-9]+\), which had [0-9]+ MiB there: the deadline is over" \
	120 "when the deadline is over, it ends a process of that group, by name"
expect_console m01 '^TEST limited ends with 137' 60 "that one is gone"
expect_console m01 "wireroot-borrow: $second: given back to second" 200 "the memory goes back" || finish
expect_console m01 '^memory-use: in the end ok' 120 "the other one has kept all of its own"
expect_console m01 '^TEST pushed ends with 0' 60 "… to the end"
check_not "nobody else was ended" console_has m01 'ended pushed'
# What has no swap now may be short of memory for so long that it borrows again.
await "the lender has cleared it" 60 memory_is ".grants | map(.id) | index(\"$second\") | not"
expect_calm m01
lab power m01 off
finish
