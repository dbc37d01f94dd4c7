#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The boot's timeline reaches wirerootd and the second stage, and the two agree.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

mac=52:54:00:87:fc:01
use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img" --with overlay
lab_up --root "$WORK/root"

node_direct n01 "root=nfs:10.87.0.1:/srv/root wireroot.report=10.87.0.1 wireroot.overlay=tmpfs \
test.do=poweroff" --nic "virtio,mac=$mac"
expect_second_stage n01
expect_off n01 20

tr -d '\r' < "$LAB/n01.console" |
	sed -n 's|^SECOND-STAGE file /run/wireroot/timeline ||p' > "$WORK/second-stage.timeline"
await "wirerootd keeps a timeline of that node, the one that the second stage has" 20 \
	diff "$WORK/second-stage.timeline" "$LAB/timelines/$mac.timeline"
check "it answers when it is asked for the node" lab exec -- \
	curl -fsS -o "$WORK/node.json" "http://10.87.0.1:8017/v1/nodes/$mac"
for stage in params modules link lease root overlay handoff switch_root; do
	check "stage $stage is done" grep -Eq "^stage $stage [0-9]+ [0-9]+ done$" \
		"$LAB/timelines/$mac.timeline"
done
check "no fault is told" eval '! grep ^fault "$LAB/timelines/$mac.timeline"'
check "each stage ends after it has begun" eval \
	'! awk "/^stage/ && \$4 < \$3" "$LAB/timelines/$mac.timeline" | grep .'
check "wirerootd tells of the node over HTTP" \
	[ "$(jq -r '.node, .mac' "$WORK/node.json" | tr '\n' ' ')" = "n01 $mac " ]
check "and of its stages" \
	[ "$(jq '[.stages[] | select(.state == "done")] | length' "$WORK/node.json")" = 8 ]
finish
