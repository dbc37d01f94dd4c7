#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Both of Debian's kernels reach a writable root over NFS 4, the older of them in 128 MB.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

make_root "$WORK/root"
lab_up --root "$WORK/root"

memory=128
for series in 6.1 6.12; do
	use_kernel "$series"
	INITRD=$WORK/$series.img
	make_initrd "$INITRD"
	node_direct "k${series//./-}" "root=nfs:10.87.0.1:/srv/root rw test.do=write,poweroff" \
		--memory "$memory"
	memory=${WIREROOT_MEMORY:-256}
done
for series in 6.1 6.12; do
	node=k${series//./-}
	expect_second_stage "$node" "kernel $series reaches the second stage"
	check_fact "$node" "kernel ${series//./\\.}\." "it is that kernel"
	# 6.12 cannot read from this NFS-Ganesha by 4.2 (READ_PLUS), which the init has to notice.
	check_fact "$node" 'mount / nfs4 10\.87\.0\.1:/srv/root rw,.*vers=4\.[12],' \
		"its root is by NFS 4.2, or 4.1 where 4.2 does not read, and writable"
	check_fact "$node" 'pid 1$' "the second stage is PID 1"
	check_fact "$node" 'mounted-late +none' "/proc, /sys, /dev and /run are handed over"
	expect_console "$node" '^SECOND-STAGE wrote yes' 10 "the root is writable"
	expect_off "$node" 20
	check "no line of the kernel's speaks of trouble" eval \
		'! console_has "$node" "Call Trace|Out of memory|WARNING:|Kernel panic"'
done
finish
