#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A connection to a lender breaks, or its tgtd is started anew, and the memory is still there:
# wireroot-borrow has it logged in again, and nothing that was written is lost.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
borrow_root "$WORK/root"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
memory_lender 160
broker_stand_in

# Five seconds may not be enough on a machine that does other things, too. The memory is used until the
# lender has come back twice, however long that takes.
cat > "$WORK/root/use.sh" << 'END'
echo 300 > /sys/class/iscsi_session/session1/recovery_tmo
wireroot-borrow --program /sbin/wireroot-swap --configuration /none &
memory-use 130 1 100000 &
used=$!
until [ -e /mended ]; do
	sleep 1
done
kill $used
wait $used
echo "TEST errors $(dmesg | grep -c 'I/O error')"
echo "TEST time $(cat /sys/class/iscsi_session/session1/recovery_tmo)"
END

node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 128m) test.do=run:/use.sh,poweroff" \
	--memory 192
expect_console m01 '^memory-use: ok' 300 "memory is in use" || finish
read -r session connection <<< "$(must_tgt --op show --mode conn --tid 1 |
	awk '/^Session:/ { session = $2 } /Connection:/ { print session, $2; exit }')"
must_tgt --op delete --mode conn --tid 1 --sid "$session" --cid "${connection:-0}"
expect_console m01 'wireroot-borrow: .*: lender lender does not answer' 60 "its connection breaks" || finish
expect_console m01 'wireroot-borrow: .*: lender lender is back' 60 "the borrower logs in again" || finish
console_mark m01
target_kill
expect_console m01 'wireroot-borrow: .*: lender lender does not answer' 60 "the lender's tgtd dies" || finish
memory_lender 160
expect_console m01 'wireroot-borrow: .*: lender lender is back' 60 "the borrower logs in to the next one" || finish
touch "$WORK/root/mended"
expect_console m01 '^memory-use: in the end ok' 200 "nothing that was written is lost"
expect_console m01 '^TEST time' 60
check "no I/O failed" console_has m01 '^TEST errors 0$'
check "the time for coming back is as it was set" console_has m01 '^TEST time 300$'
expect_off m01 60
finish
