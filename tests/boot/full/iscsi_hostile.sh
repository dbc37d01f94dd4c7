#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Targets that mean no good: answers that do not end, that are too large, that belong to nobody. Each is
# told, and none keeps the node from a good portal of the same target.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

FIRST_PORT=3300

# Kind, in the order of hostile_target.py | the line that is expected
kinds=(
	"endless|log in: the target's text does not end"
	"oversized|log in: the answer's length is not allowed"
	'circling|log in: the negotiation does not come to an end'
	'half|log in to iSCSI target: .*timed out'
	'twisted|log in: the answer does not belong to our request'
	'keyless|log in: '
)

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" ""
make_disk "$WORK/disk.img" wireroot
lab_up --root "$WORK/root"
"$WIREROOT" lab exec "$LAB" -- python3 "$TOP/tests/boot/hostile_target.py" 10.87.0.1 $FIRST_PORT \
	> "$WORK/hostile.log" 2>&1 &
await "the hostile targets listen" 20 grep -q ready "$WORK/hostile.log"

port=$FIRST_PORT
everywhere=
for line in "${kinds[@]}"; do
	IFS='|' read -r kind message <<< "$line"
	node_iscsi "$kind" "root=iscsi:10.87.0.1::$port:1:$IQN:n"
	expect_fault "$kind" "$message" "$kind: the init says what is wrong"
	lab power "$kind" off
	everywhere+=" netroot=iscsi:10.87.0.1::$port:1:$IQN:n"
	port=$((port + 1))
done

target_server 3260
target_add n "$WORK/disk.img"
node_iscsi good "root=LABEL=wireroot$everywhere netroot=iscsi:$(portal n) rw test.do=poweroff"
expect_second_stage good "a good portal among them all is the one that is used"
expect_off good 20
finish
