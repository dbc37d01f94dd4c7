# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What integration tests share. A test tests/integration/NAME_test.sh sets $work, a directory of its
# own, and sources this file; it prints TAP.
#
#   check NAME COMMAND...   one line of TAP: does the command succeed? If not, what it said, and the
#                           end of $work/log where there is one
#   skip NAME WHY           one line for what cannot be tried here
#   says STATUS PATTERN COMMAND...   does the command end with that status, and say so?
#   frugal SECONDS COMMAND...   does the command succeed with that much of a processor's time at most?
#   finish                  the plan and the exit status; the last line of a test

# shellcheck source=tests/patience.sh
. "$(dirname "${BASH_SOURCE[0]}")/../patience.sh"

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

skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

says() {
	local status=$1 pattern=$2 got
	shift 2
	"$@" >"${work:?}/said" 2>&1
	got=$?
	if [ "$got" -ne "$status" ] || ! grep -Eq -- "$pattern" "$work/said"; then
		echo "status $got:"
		cat "$work/said"
		return 1
	fi
}

# The time that passes says how busy the machine is; this says what the command costs.
frugal() {
	local seconds=$1
	shift
	(ulimit -t "$seconds" && "$@")
}

finish() {
	echo "1..$number"
	[ "$failed" -eq 0 ]
}
