#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node that begins with no swap borrows step by step as its memory gets short, no more than it may, and gives
# the steps back one after the other when nothing is short any longer; nothing that was written is lost.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

MIB=$((1 << 20))
use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
# A node that attaches nothing in its init loads the drivers from its root.
lvm_root "$WORK/root"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
broker_start lender=lend m01=borrow
lender_start lender 3261 --limit 512M

# A little more every few seconds where memory gets short, as a step takes a moment: a node that wants all at
# once has processes ended.
cat > "$WORK/root/use.sh" << 'END'
echo 1 > /proc/sys/kernel/hung_task_panic
wireroot-borrow --program /sbin/wireroot-swap --configuration /none --step 48M --most 96M --hold-off 30 &
borrow=$!
pieces=
count=0
while [ "$(grep -c dm- /proc/swaps)" -lt 2 ] && [ "$count" -lt 90 ]; do
	memory-use 4 1 100000 > /dev/null &
	pieces="$pieces $!"
	count=$((count + 1))
	sleep 1
	if [ "$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)" -lt 40000 ]; then
		sleep 6
	fi
done
echo "TEST uses $((4 * count)) MiB"
# It may not have a third step, however short memory is.
for more in 1 2; do
	memory-use 4 1 100000 > /dev/null &
	pieces="$pieces $!"
	sleep 15
done
echo "TEST swap devices: $(grep -c dm- /proc/swaps)"
wrong=0
for piece in $pieces; do
	kill "$piece"
	wait "$piece" || wrong=$((wrong + 1))
done
echo "TEST all have ended, $wrong of them wrong"
while grep -q dm- /proc/swaps; do
	sleep 2
done
echo "TEST there is no swap"
wait "$borrow"
END

node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 wireroot.swap.broker=10.87.0.1:$BROKER_PORT \
wireroot.swap.member=m01 wireroot.swap.token=the-token-of-m01 test.do=run:/use.sh" --memory 192
expect_console m01 'wireroot-borrow: memory is short: borrowing 48 MiB' 400 "a node whose memory is short borrows a step" || finish
expect_console m01 'wireroot-borrow: [0-9a-f]{16}: 48 MiB of lender on /dev/dm-[01]' 120 "… which is swap then" || finish
console_mark m01
expect_console m01 'wireroot-borrow: [0-9a-f]{16}: 48 MiB of lender on /dev/dm-[01]' 500 "and another one when that is used up" || finish
expect_console m01 '^TEST uses [0-9]+ MiB' 60 "all it uses has room"
expect_console m01 '^TEST swap devices: 2' 120 "there is never more than it may have" || finish
await "the broker knows that both are in use" 30 memory_is \
	".grants | length == 2 and all(.[]; .state == \"attached\" and .used_bytes > $MIB)"
expect_console m01 '^TEST all have ended, 0 of them wrong' 120 "nothing that was written is lost" || finish
console_mark m01
expect_console m01 'wireroot-borrow: [0-9a-f]{16}: memory is short no longer: giving it back' 200 \
	"when nothing is short any longer, it gives the last step back" || finish
expect_console m01 'wireroot-borrow: [0-9a-f]{16}: given back to lender' 60 "… to its lender"
console_mark m01
expect_console m01 'wireroot-borrow: [0-9a-f]{16}: memory is short no longer: giving it back' 200 "… then the first one" || finish
expect_console m01 '^TEST there is no swap' 60 "and has no swap, as in the beginning"
await "the lender has cleared it" 60 memory_is '.grants == []'
expect_calm m01
lab power m01 off
finish
