#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `make demo`, as a newcomer sees it: what it shows is there, and every node's timeline is drawn.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"

demo()
{
	OUTPUT=$WORK/demo KERNEL_SERIES=${WIREROOT_KERNEL:-6.1} PATIENCE=$PATIENCE "$TOP/tests/demo.sh" \
		< /dev/null > "$WORK/shown" 2>&1 && return
	tail -n 30 "$WORK/shown"
	return 1
}

drawn()
{
	local node

	for node in n01 n02 n03; do
		rsvg-convert -o "$WORK/$node.png" "$WORK/demo/$node.svg" || return 1
	done
}

check "the demo succeeds" demo || finish
tap_note "$(sed -n '/In figures/,$p' "$WORK/shown")"
check "a node swapped to a neighbour's memory" grep -q 'n01 says: 1 swap: /dev/' "$WORK/shown"
check "and gave it back" grep -q 'n01 says: 0 swap left, running' "$WORK/shown"
check "every node's timeline is drawn" drawn
finish
