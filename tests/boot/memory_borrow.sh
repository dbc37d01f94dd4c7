#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Broker, lender and borrower as they are: swap that the init attached is taken over, more is borrowed while
# the node runs, some is given back while it is in use, and nothing that was written is lost. The death of a
# lender is told with the processes that it concerns.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

MIB=$((1 << 20))
use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
borrow_root "$WORK/root"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
broker_start lender=lend m01=borrow
lender_start lender 3261 --limit 1G

cat > "$WORK/root/use.sh" << 'END'
echo 1 > /proc/sys/kernel/hung_task_panic
# What is to be swapped is the load alone, or the test's own shell would be, and would die of its lender's death.
mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/load
echo 48M > /sys/fs/cgroup/load/memory.max
wireroot-borrow --program /sbin/wireroot-swap --configuration /none &
use()
{
	sh -c 'echo $$ > /sys/fs/cgroup/load/cgroup.procs; exec memory-use "$@"' sh "$@"
}
use 96 1 60
echo "TEST used"
use 96 1 1000 &
wait $!
END
id_of()
{
	memory_call GET /v1/memory | jq -r ".grants[] | select(.state == \"attached\") | select(.bytes == $1) | .id"
}

node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 128m) test.do=run:/use.sh"
expect_console m01 '^wireroot .* swap: 128 MiB of lender on /dev/dm-0, encrypted' 60 "the init attaches swap" ||
	finish
await "the broker has it as attached" 30 memory_is ".grants[0] | .state == \"attached\" and .bytes == 128 * $MIB"
first=$(id_of $((128 * MIB)))
expect_console m01 "wireroot-borrow: taking over 128 MiB of lender on /dev/dm-0" 60 "wireroot-borrow takes it over"
expect_console m01 '^memory-use: ok' 200 "what does not fit its memory keeps what is written" || finish
await "the broker knows how much is in use" 20 memory_is ".grants[0].used_bytes > $MIB"

check "an administrator wishes that the node borrow more" \
	memory_call POST /v1/memory/requests "{ \"borrower\": \"m01\", \"bytes\": $((192 * MIB)) }"
expect_console m01 'wireroot-borrow: .*: 192 MiB of lender on /dev/dm-1' 60 "the node does, while it runs" || finish
second=$(id_of $((192 * MIB)))
check "and that it give back what it has in use" \
	memory_call POST "/v1/memory/grants/$first/return" '{ "deadline_s": 300 }'
expect_console m01 "wireroot-borrow: $first: its lender wants its memory back" 20 "it is told at once"
expect_console m01 "wireroot-borrow: $first: given back to lender" 200 "the node gives it back" || finish
await "the lender has cleared it" 30 memory_is ".grants | map(.id) | index(\"$first\") | not"
expect_console m01 '^memory-use: in the end ok' 200 "nothing that was written is lost" || finish

expect_console m01 '^TEST used' 20
console_mark m01
expect_console m01 '^memory-use: ok' 200 "memory is in use again" || finish
lab exec -- sh -c 'kill -KILL $(cut -d" " -f1 /run/lend-lender/tgtd.pid) $(cat "$1")' sh "$WORK/lend-lender.pid"
expect_console m01 "wireroot-borrow: .*: lender lender does not answer" 30 "a lender's death is told"
expect_console m01 "wireroot-borrow: .*: memory-use \(process [0-9]+\) has [0-9]+ KiB there" 30 \
	"with the processes that it concerns"
expect_console m01 "wireroot-borrow: .*: lender lender is gone" 60 "and when it is lost"
expect_console m01 "wireroot-borrow: $second: given back to lender" 60 "its device is cleared away"
await "the broker is told" 30 memory_is ".grants | map(select(.id == \"$second\")) | .[0] | .state != \"attached\" "
check_not "nothing hangs" console_has m01 'hung_task|blocked for more than'
lab power m01 off
finish
