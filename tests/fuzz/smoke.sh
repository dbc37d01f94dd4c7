#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A short run of every fuzz target over its corpus, as TAP; `make fuzz` runs each for longer.
#
#   smoke.sh [SECONDS [SEED]]     2 for each target by default
#
# By default the inputs are the same each time, as far as the machine gets with them: a failure can be had
# again, and is of what was changed. 0 draws others.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:-2} seed=${2:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0 failures=0

for target in "$top"/build/tests/fuzz/*_fuzz; do
	name=$(basename "$target" _fuzz)
	number=$((number + 1))
	mkdir -p "$work/$name"
	corpus=()
	if [ -d "$top/tests/fuzz/corpus/$name" ]; then
		corpus=("$top/tests/fuzz/corpus/$name")
	fi
	if "$target" -max_total_time="$seconds" -seed="$seed" -timeout=60 -rss_limit_mb=2048 -artifact_prefix="$work/" \
		"$work/$name" "${corpus[@]}" > "$work/log" 2>&1; then
		echo "ok $number - $name survives $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$work/log") inputs"
	else
		echo "not ok $number - $name"
		tail -n 40 "$work/log" | sed 's/^/# /'
		for crash in "$work"/crash-* "$work"/timeout-* "$work"/oom-*; do
			[ -f "$crash" ] && base64 "$crash" | sed "s/^/# input: /"
		done
		rm -f "$work"/crash-* "$work"/timeout-* "$work"/oom-*
		failures=$((failures + 1))
	fi
done
echo "1..$number"
[ "$failures" -eq 0 ]
