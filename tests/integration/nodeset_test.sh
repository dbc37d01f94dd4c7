#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot nodeset` beside ClusterShell on thousands of expressions made by chance, and how it is
# used. Prints TAP.
#
#   nodeset_test.sh [SEED [COUNT]]
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wireroot=$PWD/build/wireroot
seed=${1:-1} count=${2:-6000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

# answers OPTION INPUT STATUS WANTED: what is printed for that input.
answers() {
	local status
	# shellcheck disable=SC2086  # several options
	printf '%s' "$2" | "$wireroot" nodeset --cluster "$work/cluster.yaml" $1 >"$work/got" 2>"$work/error"
	status=$?
	[ "$status" -eq "$3" ] && [ "$(cat "$work/got")" = "$4" ] && return
	echo "status $status"
	cat "$work/got" "$work/error"
	return 1
}

# Where ClusterShell accepts and we refuse, it is for one of these reasons: see nodeset.h.
stricter='a comma is missing|wildcards|looks like|behind digits|a number is missing|a range is empty|17 digits|1,000,000|in a bracket'

ours() {
	"$wireroot" nodeset "$1" --lines --cluster "$work/cluster.yaml" \
		<"$work/expressions" >"$work/ours$1" 2>"$work/errors$1"
	[ "$(wc -l <"$work/ours$1")" -eq "$count" ]
}

# same OPTION FILE: the same answer to every expression, except where ours is a stricter rule.
same() {
	ours "$1" || return 1
	sed -nE "s/^wireroot nodeset: line ([0-9]+): .*($stricter).*/\1/p" "$work/errors$1" >"$work/strict"
	paste "$work/expressions" "$work/$2" "$work/ours$1" |
		awk -F '\t' -v strict="$work/strict" '
			BEGIN { while ((getline line < strict) > 0) allowed[line] = 1 }
			$2 != $3 && !(NR in allowed) {
				print $1; print "  ClusterShell: " $2; print "  wireroot:     " $3 }' \
			>"$work/differences"
	[ ! -s "$work/differences" ] || {
		cat "$work/differences"
		return 1
	}
}

enough_accepted() {
	local accepted refused
	accepted=$(grep -c . "$work/folded")
	refused=$(grep -c . "$work/errors-f")
	echo "$accepted accepted, $refused refused"
	[ "$accepted" -ge $((count / 2)) ] && [ "$refused" -ge $((count / 100)) ]
}

# 0.06 s on an idle machine.
folds_many() {
	frugal 2 "$wireroot" nodeset -f "$(printf 'r[1-100]n[0001-1000]!r50n0500')" | grep -qx \
		'r\[1-49,51-100\]n\[0001-1000\],r50n\[0001-0499,0501-1000\]'
}

refuses_large() {
	! "$wireroot" nodeset -e 'n[1-999999999]' 2>"$work/said" && grep -q '1,000,000' "$work/said"
}

usage_is_told() {
	"$wireroot" nodeset n1 2>/dev/null
	[ $? -eq 2 ] || return 1
	"$wireroot" nodeset -e -f n1 2>/dev/null
	[ $? -eq 2 ] || return 1
	"$wireroot" nodeset --help | grep -q -- --written
}

# The same way round: names printed are names read.
round_trip() {
	"$wireroot" nodeset -e 'n[1-40]-ib[0-1],r[01-20]n[1-9]' | "$wireroot" nodeset -f >"$work/got"
	[ "$(cat "$work/got")" = 'n[1-40]-ib[0-1],r[01-20]n[1-9]' ]
}

# Debian's own Python has ClusterShell; another one in the path has not.
if ! /usr/bin/python3 -c 'import ClusterShell.NodeSet' 2>/dev/null; then
	echo "1..0 # skip ClusterShell is not installed (make deps)"
	exit 0
fi
/usr/bin/python3 tests/integration/nodeset_peer.py "$seed" "$count" "$work" || exit 1
echo "# seed $seed, $count expressions"
check "expressions expand as ClusterShell expands them" same -e expanded
check "expressions fold as ClusterShell folds them" same -f folded
check "expressions count as ClusterShell counts them" same -c counted
check "most expressions are accepted, some refused" enough_accepted
check "100,000 names are read and folded at once" folds_many
check "a range too large is refused" refuses_large
check "words of standard input are united" answers -f 'n1 n3 # n9
n2
' 0 'n[1-3]'
check "a line each is answered for itself" answers '-e --lines' 'n[1-2]
n[

@rack3
' 1 'n1 n2


r3n1 r3n2 r3n3 r3n4 r3n5 r3n6 r3n7 r3n8 r3sw'
check "names stand in the order in which they were written" answers '-e -w -S /' 'n[3,1] a' 0 n3/n1/a
check "JSON is printed" answers '-e --json' 'n[1-2]' 0 '["n1", "n2"]'
check "a folded text is a JSON string" answers '-f --json' 'n[1-2]' 0 '"n[1-2]"'
check "what is printed is read again" round_trip
check "wrong usage is told" usage_is_told
finish
