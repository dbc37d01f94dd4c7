#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node's segment behind the base image configures it; the kernel command line outranks it.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img"
cat > "$WORK/node.conf" << 'END'
# A node of the lab
root=nfs:10.87.0.1:/srv/root,vers=4.1
rw                            # its own root
wireroot.hostname=from-file
"init=/sbin/init"
END
check "a segment is made" "$WIREROOT" initrd node --conf "$WORK/node.conf" -o "$WORK/node.img" ||
	finish
check "it has a kilobyte at most" [ "$(stat -c %s "$WORK/node.img")" -le 1024 ]
cat "$WORK/base.img" "$WORK/node.img" > "$WORK/joined.img"
lab_up --root "$WORK/root"

node_direct file "test.do=write,poweroff" --initrd "$WORK/node.img"
# shellcheck disable=SC2034 # for node_direct
INITRD=$WORK/joined.img
node_direct line "wireroot.hostname=from-line ro root=nfs:10.87.0.1:/srv/root test.do=poweroff"
expect_second_stage file "a node is configured by its segment alone"
check_fact file 'hostname from-file$' "it has its host name from there"
check_fact file 'mount / nfs4 10\.87\.0\.1:/srv/root rw,.*vers=4\.1,' "and its root"
expect_console file '^SECOND-STAGE wrote yes' 10 "which is writable"
expect_off file 20
expect_second_stage line "base image and segment may be one file"
check_fact line 'hostname from-line$' "the command line's host name outranks the segment's"
check_fact line 'mount / nfs4 10\.87\.0\.1:/srv/root ro,' "and so does its ro"
check "a root on the command line replaces the segment's with its options" \
	eval '! console_has line "mount / .*vers=4\.1,"'
expect_off line 20
finish
