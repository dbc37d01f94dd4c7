#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What nodes do with tgt's targets they do with LIO's: the tests of iSCSI roots against the kernel's own
# target, which is a guest of the same kernel as the nodes. WIREROOT_KERNEL says which.
# Prints TAP.
here=$(cd "$(dirname "$0")/.." && pwd)

number=0
failed=0
for test in iscsi_login iscsi_refusals iscsi_portals; do
	while read -r line; do
		case $line in
		'ok '* | 'not ok '*)
			number=$((number + 1))
			[[ $line == 'ok '* ]] || failed=$((failed + 1))
			echo "${line%% [0-9]*} $number - $test: ${line#* - }"
			;;
		'#'*) echo "$line" ;;
		esac
	done < <(WIREROOT_TARGET=lio "$here/$test.sh")
done
echo "1..$number"
[ "$number" -gt 0 ] && [ "$failed" -eq 0 ]
