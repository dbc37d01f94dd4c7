#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tests of iSCSI roots in images where open-iscsi's iscsistart logs in instead of our own client.
# Their TAP lines are those of one test here; what iscsistart cannot do is skipped, with the reason.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

export WIREROOT_ISCSI=iscsistart
count=0 failures=0
for test in ./iscsi_login.sh ./iscsi_portals.sh ./iscsi_refusals.sh; do
	echo "# $test"
	while IFS= read -r line; do
		case $line in
		'ok '* | 'not ok '*)
			count=$((count + 1))
			[[ $line == ok* ]] || failures=$((failures + 1))
			echo "${line%% [0-9]*} $count -${line#* -}"
			;;
		1..*) ;;
		*) echo "$line" ;;
		esac
	done < <("$test" || echo "not ok 0 - $test ends well")
done
echo "1..$count"
[ "$failures" -eq 0 ] && [ "$count" -gt 0 ]
