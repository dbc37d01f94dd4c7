#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node gets a neighbour's memory as swap before its second stage begins: it holds what is written, the
# lender sees nothing of it, freed pages go back to it, and so does the whole when it is detached. With a
# token that is nobody's, the node boots all the same and says so.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
memory_root "$WORK/root"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
memory_lender 320
broker_stand_in 1

cat > "$WORK/root/use.sh" << 'END'
show() { echo "TEST $*"; }
notes=/run/wireroot/memory
show "swap $(grep /dev/dm- /proc/swaps | tr -s ' \t' ' ')"
show "mapping $(cat /sys/block/dm-0/dm/name)"
show "rotating $(cat /sys/block/sda/queue/rotational /sys/block/dm-0/queue/rotational | xargs)"
show "read-ahead $(cat /proc/sys/vm/page-cluster)"
show "timeouts $(cat /sys/class/iscsi_session/*/recovery_tmo /sys/class/iscsi_connection/*/*_tmo | xargs)"
show "creator $(cat /sys/class/iscsi_session/*/creator)"
show "modes $(stat -c %a $notes $notes/* | xargs)"
echo 1 > /proc/sys/kernel/hung_task_panic
memory-use 230 1 3
show "freed"
sleep 8
wireroot-swap detach "$(ls $notes | grep -vE 'member|only')" || show "detach failed"
show "left: swaps $(grep -c /dev/ /proc/swaps), mappings $(ls -d /sys/block/dm-* 2> /dev/null | wc -l)," \
	"sessions $(ls /sys/class/iscsi_session | wc -l), notes $(ls $notes | xargs)"
END

node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 256m) test.do=run:/use.sh,poweroff"
expect_console m01 '^wireroot .* swap: 320 MiB of lender on /dev/dm-0, encrypted' 60 \
	"the init attaches swap, although there was none to be had at first" || finish
expect_second_stage m01
check "the timeline has the stage" console_has m01 'file /run/wireroot/timeline stage swap [0-9]+ [0-9]+ done'
expect_console m01 '^TEST modes' 20 "the second stage looks at it"
check "it is a swap device with a priority of its own" console_has m01 '^TEST swap /dev/dm-0 partition 327[0-9]+ 0 100'
check "by its mapping's name" console_has m01 "^TEST mapping wireroot-memory-$MEMORY_ID\$"
check "the kernel sends it discards" console_has m01 '^TEST rotating 0 0$'
check "and reads further ahead" console_has m01 '^TEST read-ahead 5$'
check "a lender's death is noticed within seconds" console_has m01 '^TEST timeouts 5 4 3$'
check "… whatever an iscsid does, for which the session is a driver's" console_has m01 '^TEST creator -1$'
check "nobody else may read what is noted of it" console_has m01 '^TEST modes 700( 600)+$'
expect_console m01 '^memory-use: ok' 300 "what does not fit the node's memory keeps what is written" || finish
used=$(backing_mib)
check "much of it is at the lender ($used MiB)" [ "$used" -ge 24 ]
check_not "which sees nothing of it" grep -qa 'The quick brown fox' "$BACKING"
expect_console m01 '^memory-use: in the end ok' 120 "and it is read back again"
expect_console m01 '^TEST freed' 20 "the memory is freed"
# shellcheck disable=SC2317 # by await
pages_are_back()
{
	[ "$(backing_mib)" -le $((used / 10)) ]
}
await "nine of ten pages go back to the lender; others than memory-use have some there" 30 pages_are_back
tap_note "$used MiB before, $(backing_mib) MiB after"
expect_console m01 '^TEST left: ' 60 "the node detaches it"
check "nothing is left" console_has m01 '^TEST left: swaps 0, mappings 0, sessions 0, notes borrows-only member$'
expect_off m01 20
check "the broker was told" grep -q '^PUT /v1/memory/borrowers/m01 .*"id":"'$MEMORY_ID'".*"state":"attached"' "$WORK/broker.log"
check "who asks says how much" grep -q '^POST /v1/memory/grants .*"borrower":"m01","bytes":268435456,' "$WORK/broker.log"

node_direct m02 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m02 $(memory_words m02 64m) test.do=poweroff"
expect_console m02 '^wireroot .* swap: ask for memory: broker 10\.87\.0\.1:8117: .*it says 401: this token is nobody' 60 \
	"whose token is nobody's is told so"
expect_second_stage m02 "and boots without swap"
expect_off m02 20
finish
