#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Files in tmpfs, and memory that processes share, in borrowed swap: it goes back with all that is in it as it
# was, and where a lender dies, it is told how much of that there was, and which processes share it.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

MIB=$((1 << 20))
use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
borrow_root "$WORK/root"
ln "$WORK/root/sbin/memory-use" "$WORK/root/sbin/sharing"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
broker_start lender=lend m01=borrow
lender_start lender 3261 --limit 96M

# What the shell's group has in memory is put into swap by a word, not by want of memory.
cat > "$WORK/root/use.sh" << 'END'
echo 1 > /proc/sys/kernel/hung_task_panic
wireroot-borrow --program /sbin/wireroot-swap --configuration /none &
group=/sys/fs/cgroup/work
mount -t cgroup2 none /sys/fs/cgroup
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkdir $group
echo $$ > $group/cgroup.procs
press_out()
{
	echo 60M > $group/memory.reclaim
	echo "TEST pressed out"
}

mount -t tmpfs -o size=64m none /mnt
dd if=/dev/urandom of=/mnt/file bs=1M count=24 2> /dev/null
sum=$(md5sum < /mnt/file)
sharing 24 1 100000 shared > /run/sharing &
until grep -q ok /run/sharing; do
	sleep 1
done
notes=/run/wireroot/memory
first=$(ls $notes | grep -vE 'member|only')
press_out
while [ -e $notes/$first ]; do
	sleep 1
done
[ "$(md5sum < /mnt/file)" = "$sum" ] && echo "TEST file ok"
while ! ls $notes | grep -qvE 'member|only'; do
	sleep 1
done
sleep 5
press_out
wait
END

pressed_out()
{
	memory_is ".grants[] | select(.state == \"attached\") | .used_bytes > 32 * $MIB"
}

node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 96m) test.do=run:/use.sh"
expect_console m01 '^wireroot .* swap: 96 MiB of lender on /dev/dm-0, encrypted' 60 "the init attaches swap" || finish
expect_console m01 '^TEST pressed out' 300 "what it has in memory goes into swap" || finish
await "what is shared is in swap" 60 pressed_out
first=$(grants_of attached)
check "the lender's administrator wants it back" \
	memory_call POST "/v1/memory/grants/$first/return" '{ "deadline_s": 300 }'
expect_console m01 "wireroot-borrow: $first: given back to lender" 200 "the memory goes back" || finish
expect_console m01 '^TEST file ok' 120 "the file is as it was" || finish

console_mark m01
check "it borrows once more, told to" \
	memory_call POST /v1/memory/requests "{ \"borrower\": \"m01\", \"bytes\": $((96 * MIB)) }"
expect_console m01 '^TEST pressed out' 300 "all goes into swap again" || finish
await "what is shared is in swap again" 60 pressed_out
# shellcheck disable=SC2016 # the inner shell's words
lab exec -- sh -c 'kill -KILL $(cut -d" " -f1 /run/lend-lender/tgtd.pid) $(cat "$1")' sh "$WORK/lend-lender.pid"
expect_console m01 "wireroot-borrow: .*: lender lender does not answer" 60 "the lender's death is told"
expect_console m01 "wireroot-borrow: .*: sharing \(process [0-9]+\) shares [0-9]{4,5} KiB that are in swap, there or elsewhere" \
	60 "with the process that shares what is there"
expect_console m01 "wireroot-borrow: .*: up to [0-9]{2,3} MiB there are of files in tmpfs, or of what processes share" \
	60 "and with how much is nobody's own"
expect_console m01 "wireroot-borrow: .*: lender lender is gone" 60 "and when it is lost"
expect_console m01 "wireroot-borrow: .*: given back to lender" 120 "its device is cleared away"
expect_calm m01
lab power m01 off
finish
