#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node whose swap is spread over two lenders, with more borrowed by command, gives back the largest piece
# of it while stress-ng works in more memory than the node has: the pages go to what is left, stress-ng finds
# all of them as they were, nothing hangs, and the lender gets its memory back, cleared. What has been given
# back is not asked for again.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

MIB=$((1 << 20))
use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
borrow_root "$WORK/root"
put_program "$WORK/root" "$(command -v stress-ng)"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
broker_start left=lend right=lend m01=borrow
lender_start left 3261 --limit 160M
lender_start right 3262 --limit 160M

# Stress-ng is told to end when the node has given back, not before.
cat > "$WORK/root/use.sh" << 'END'
echo 1 > /proc/sys/kernel/hung_task_panic
notes=/run/wireroot/memory
for id in $(ls $notes | grep -vE 'member|only'); do
	grep -q "^bytes=$((160 << 20))$" $notes/$id && first=$id
done
echo "TEST pieces $(ls $notes | grep -vcE 'member|only'), swaps $(grep -c /dev/dm- /proc/swaps)"
wireroot-borrow --program /sbin/wireroot-swap --configuration /none &
memory-use 40 1 100000 &
filled=$!
cd /run
stress-ng --vm 2 --vm-bytes 200M --vm-keep --vm-method zero-one --verify --timeout 0 > stress.log 2>&1 &
stress=$!
while [ -e $notes/$first ]; do
	sleep 1
done
echo "TEST given back"
sleep 10
kill -INT $stress
wait $stress
echo "TEST stress-ng ends with $?: $(grep -Ec 'fail|OOM' stress.log) complaints"
cat stress.log
kill $filled
wait $filled
echo "TEST memory-use ends with $?"
END

node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 256m) test.do=run:/use.sh"
expect_console m01 '^wireroot .* swap: 160 MiB of (left|right) on /dev/dm-0, encrypted' 60 \
	"the init attaches what one lender has" || finish
expect_console m01 '^wireroot .* swap: 96 MiB of (left|right) on /dev/dm-1, encrypted' 60 \
	"and what is missing of the other one's" || finish
expect_console m01 '^TEST pieces 2, swaps 2' 60 "both are swap"
await "the broker has both as attached" 60 \
	memory_is ".grants | map(select(.state == \"attached\")) | map(.lender) | sort == [\"left\", \"right\"]"
first=$(memory_call GET /v1/memory | jq -r ".grants[] | select(.bytes == 160 * $MIB) | .id")
lender=$(memory_call GET /v1/memory | jq -r ".grants[] | select(.bytes == 160 * $MIB) | .lender")
check "an administrator wishes that the node borrow more" \
	memory_call POST /v1/memory/requests "{ \"borrower\": \"m01\", \"bytes\": $((64 * MIB)) }"
expect_console m01 'wireroot-borrow: .*: 64 MiB of (left|right) on /dev/dm-2' 120 "the node does, beside its load" ||
	finish
expect_console m01 '^memory-use: ok' 300 "a program fills its memory beside it" || finish
await "much of it is in what is to be given back" 200 \
	memory_is ".grants[] | select(.id == \"$first\") | .used_bytes > 32 * $MIB"
# shellcheck disable=SC2317 # by check_not
lender_sees()
{
	lab exec -- sh -c 'cd "/proc/$(cat "$1")/root/run/lend-$2/pages" && grep -qa "$3" ./*' sh \
		"$WORK/lend-$lender.pid" "$lender" "$1"
}
check_not "whose lender sees nothing of it" lender_sees 'The quick brown fox'
tap_note "$(lab exec -- sh -c 'ls -ls /proc/$(cat "$1")/root/run/lend-*/pages' sh "$WORK/lend-$lender.pid")"
check "the administrator wants it back" \
	memory_call POST "/v1/memory/grants/$first/return" '{ "deadline_s": 300 }'
expect_console m01 "wireroot-borrow: $first: its lender wants its memory back" 60 "the node is told"
expect_console m01 "wireroot-borrow: $first: given back to $lender" 300 "it gives it back under load" || finish
await "the lender has cleared it" 60 memory_is ".grants | map(.id) | index(\"$first\") | not"
check_not "and keeps no page of it" lab exec -- sh -c 'ls "/proc/$(cat "$1")/root/run/lend-$2/pages/$3"' sh \
	"$WORK/lend-$lender.pid" "$lender" "$first"
expect_console m01 '^TEST stress-ng ends with 0: 0 complaints' 120 "stress-ng has found all as it was"
expect_console m01 '^TEST memory-use ends with 0' 120 "and so has the other program"
await "the broker has the rest as attached" 30 \
	memory_is ".grants | map(select(.state == \"attached\").bytes) | sort == [64 * $MIB, 96 * $MIB]"
check_not "what was given back is not asked for again" \
	memory_is ".grants | map(select(.bytes == 160 * $MIB)) | length > 0"
expect_calm m01
lab power m01 off
finish
