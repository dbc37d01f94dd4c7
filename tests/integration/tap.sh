# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What integration tests share. A test tests/integration/NAME_test.sh sets $work, a directory of its
# own, and sources this file; it prints TAP.
#
#   check NAME COMMAND...   one line of TAP: does the command succeed? If not, what it said, and the
#                           end of $work/log where there is one
#   finish                  the plan and the exit status; the last line of a test

number=0
failed=0

check() {
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"${work:?}/output" 2>&1; then
		echo "ok $number - $name"
	else
		failed=$((failed + 1))
		echo "not ok $number - $name"
		cat "$work/output" "$work/log" 2>/dev/null | tail -n 40 | sed 's/^/# /'
	fi
}

finish() {
	echo "1..$number"
	[ "$failed" -eq 0 ]
}
