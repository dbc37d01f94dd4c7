#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each way in which an iSCSI root can be refused says what it is, and is tried again with patience.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" ""
make_disk "$WORK/disk.img" wireroot
truncate -s 1M "$WORK/empty.img"
lab_up --root "$WORK/root"
target_server 3260
target_add locked "$WORK/disk.img"
target_account locked node secret-of-node
target_add open "$WORK/disk.img"
target_add empty "$WORK/empty.img"

# Node, its words, the line that is expected, what that shows, the line of iscsistart if another.
refused()
{
	node_iscsi "$1" "$2"
	expect_fault "$1" "$(words_of "$3" "${5:-$3}")" "$4"
	[ "$1" = wrong ] || lab power "$1" off
}

by_iscsistart='log in by iscsistart: .*auth.*: '"$TARGET_REGEX"':3260 .*permission denied.*check rd\.iscsi\.username='
refused wrong "root=iscsi:node:another-secret@$(portal locked)" \
	'log in to iSCSI target: authentication failed \(status 0201\): '"$TARGET_REGEX"':3260 .*permission denied.*check rd\.iscsi\.username= and rd\.iscsi\.password=' \
	"a wrong secret is called one" "$by_iscsistart"
# LIO says less to who cannot prove itself, and nothing that tells its own lack.
wants_chap='log in.*\(status 0201\).*it wants CHAP: give'
unproven='log in.*\(status 0201\).*its own for rd\.iscsi\.in\.username='
no_target='log in to iSCSI target: there is no such target \(status 0203\): .*no such file or name'
if with_lio; then
	no_target='log in to iSCSI target: service unavailable \(status 0301\): .*of a target that it does not have'
	wants_chap='log in.*reset.*the target closed the connection: it may want CHAP'
	unproven='log in: the target does not prove who it is: .*set its outgoing CHAP account'
fi
refused none "root=iscsi:$(portal locked)" "$wants_chap" \
	"that a secret is wanted is said" "$by_iscsistart"
refused unproven "root=iscsi:node:secret-of-node:target:its-secret@$(portal locked)" \
	"$unproven" "a target that cannot prove who it is is refused" \
	"$by_iscsistart"
refused missing "root=iscsi:$(portal nowhere)" \
	"$no_target" \
	"a target that is not there is called so" \
	'log in by iscsistart: .*target not found.*no such file or name'
refused lun "root=iscsi:$(portal open 7)" \
	'find LUN 7 \(hexadecimal\): .*the target.s disks are LUN 1' "a wrong LUN says which there are"
refused label "root=LABEL=other netroot=iscsi:$(portal open)" \
	'find the root on the iSCSI disks: LABEL=other: .*there is: sda ext4 wireroot' \
	"a wrong label says what there is"
refused empty "root=iscsi:$(portal empty)" 'find the root on the iSCSI disks: sda: .*there is: sda -' \
	"a disk without a file system is called so"
refused closed "root=iscsi:$TARGET::3262:1:$IQN:open" \
	'reach the iSCSI portal: '"$TARGET_REGEX"':3262 .*connection refused.*no iSCSI target listens there' \
	"a closed port is called so" \
	'log in by iscsistart: .*refused.*: '"$TARGET_REGEX"':3262 .*no iSCSI target listens there'
# Something that is no target, and something that says nothing. Both end with the lab.
printf 'SSH-2.0-This is no iSCSI target, but it takes connections.\r\n' > "$WORK/banner"
"$WIREROOT" lab exec "$LAB" -- \
	socat TCP-LISTEN:3263,bind=10.87.0.1,fork,reuseaddr "EXEC:cat $WORK/banner -" 2> /dev/null &
"$WIREROOT" lab exec "$LAB" -- nc -lk 10.87.0.1 3264 > /dev/null &
refused banner "root=iscsi:10.87.0.1::3263:1:$IQN:open" \
	'log in: instead of an answer came opcode 0x13: 10\.87\.0\.1:3263 .*is this an iSCSI target' \
	"what is no iSCSI target is called so" 'log in by iscsistart: .*: 10\.87\.0\.1:3263 '
refused silent "root=iscsi:10.87.0.1::3264:1:$IQN:open" \
	'log in to iSCSI target: 10\.87\.0\.1:3264 .*timed out.*does not answer' \
	"a target that says nothing is not waited for for ever" \
	'log in by iscsistart: .*: 10\.87\.0\.1:3264 .*timed out'
refused malformed "root=iscsi:10.87.0.1::::" 'read parameter: LUN or iSCSI target' \
	"a malformed word is refused"

expect_rarer wrong 'root: .*permission denied' "a wrong secret is tried less and less often"
check_not "the messages show no secret" grep -aq 'root:.*another-secret' "$LAB/wrong.console"
finish
