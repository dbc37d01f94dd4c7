#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What was borrowed from a lender that is gone can be detached: swap, mapping and session, which the kernel would
# keep for ever.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
memory_root "$WORK/root"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
memory_lender 64
broker_stand_in

cat > "$WORK/root/use.sh" << 'END'
echo "TEST attached"
until grep -q FAILED /sys/class/iscsi_session/*/state; do
	sleep 1
done
wireroot-swap detach "$(ls /run/wireroot/memory | grep -vE 'member|only')" || echo "TEST detach failed"
echo "TEST left: swaps $(grep -c /dev/ /proc/swaps), mappings $(ls -d /sys/block/dm-* 2> /dev/null | wc -l)," \
	"sessions $(ls /sys/class/iscsi_session | wc -l)"
END
node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 64m) test.do=run:/use.sh,poweroff"
expect_console m01 '^TEST attached' 60 "a node attaches memory" || finish
target_kill
expect_console m01 '^TEST left: swaps 0, mappings 0, sessions 0' 60 "its lender is gone, and nothing is left of that"
expect_off m01 30
finish
