#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of the memory broker: MEMBERS lenders and as many borrowers, by
# tests/bench/memory_broker.c, which says what is measured. For SECONDS_ASKED they ask for REQUESTS
# grants in a second, which tells how long that takes; for as long again they ask for as many as the
# broker answers, which is the rate. The broker keeps its notes on this machine's disk. Both run on
# this machine and share its processors.
#
# Beside what clients see, the broker's own histogram gives how long a decision takes in it: from a
# parsed request until the grant is placed and noted.
#
# Result: a table, and build/bench/memory_broker.json. No time makes this script fail, a grant that
# was given twice does.
#
#   MEMBERS=10000  REQUESTS=1000  SECONDS_ASKED=20  OUTPUT=build/bench
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

MEMBERS=${MEMBERS:-10000}
REQUESTS=${REQUESTS:-1000}
SECONDS_ASKED=${SECONDS_ASKED:-20}
OUTPUT=${OUTPUT:-build/bench}
WORK=$OUTPUT/memory_broker
pid=

cleanup()
{
	[ -z "$pid" ] || kill "$pid" 2> /dev/null
}
trap cleanup EXIT

# A call of each lender stays open, on both sides.
ulimit -n "$(ulimit -Hn)"
if [ "$(ulimit -n)" -lt $((MEMBERS * 19 / 10)) ]; then
	fail "the limit of open files is $(ulimit -n):" "$MEMBERS lenders need some $((MEMBERS * 19 / 10))"
fi
rm -rf "$WORK"
mkdir -p "$WORK/root"
build/memory-broker-bench --members "$MEMBERS" > "$WORK/memory.json"
for _ in 1 2 3 4 5 6 7 8; do
	port=$((20000 + RANDOM % 10000))
	build/wirerootd --root "$WORK/root" --listen 127.0.0.1 --port "$port" --memory "$WORK/notes" \
		--memory-members "$WORK/memory.json" 2> "$WORK/log" &
	pid=$!
	for _ in $(seq 300); do
		grep -q ' serving ' "$WORK/log" && break 2
		kill -0 "$pid" 2> /dev/null || break
		sleep 0.1
	done
done
build/memory-broker-bench "$port" "$MEMBERS" "$REQUESTS" "$SECONDS_ASKED" > "$WORK/clients.json"
curl -s "http://127.0.0.1:$port/metrics" > "$WORK/metrics"
read -r user system < <(awk '{ print $14, $15 }' "/proc/$pid/stat")
peak_kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")

# Quantiles by the upper bound of the bucket in which they lie.
awk -F '[{}" ]+' '/^wireroot_memory_decision_seconds_bucket/ { print $3, $NF }' "$WORK/metrics" |
	jq -Rn '[inputs | split(" ") | { bound_ms: (if .[0] == "+Inf" then null else (.[0] | tonumber * 1000) end),
			below: (.[1] | tonumber) }]
		| (last.below) as $all
		| def quantile($q): map(select(.below >= $q * $all)) | first.bound_ms;
		  { median: quantile(0.5), p99: quantile(0.99), all: $all }' > "$WORK/broker.json"
jq -n -L tests/bench --slurpfile clients "$WORK/clients.json" --slurpfile broker "$WORK/broker.json" \
	--argjson cpu_s "$(awk "BEGIN { print ($user + $system) / $(getconf CLK_TCK) }")" \
	--argjson peak_kib "$peak_kib" 'include "lib"; $clients[0] + { broker_decision_ms: $broker[0],
		broker_cpu_s: $cpu_s, broker_peak_kib: $peak_kib,
		goals: [ goal("decision in the broker, median"; $broker[0].median; 5; "ms"),
			goal("requests for grants answered in a second"; $clients[0].requests_per_second; 1000; "1/s"; "higher"),
			goal("grants given twice"; $clients[0].double_grants; 0; "grants") ] }' \
	> "$OUTPUT/memory_broker.json"
jq -r '"\(.lenders) lenders, \(.borrowers) borrowers, \(.requests_per_second | floor) requests/s at the most: \(.granted) granted, \(.refused) refused, \(.failed) failed, \(.double_grants) twice",
	"the times are those at \(.timed_per_second | floor) requests/s of \(.wanted_per_second) that were offered",
	"decision in the broker: median ≤ \(.broker_decision_ms.median) ms, 99 % ≤ \(.broker_decision_ms.p99) ms",
	"decision as clients see it: median \(.decision_ms.median) ms, 99 % \(.decision_ms.p99) ms",
	"grant in the borrower'"'"'s hand: median \(.answer_ms.median) ms, 99 % \(.answer_ms.p99) ms",
	"broker: \(.broker_cpu_s) s of processor time, \(.broker_peak_kib) KiB at most"' \
	"$OUTPUT/memory_broker.json"
[ "$(jq .double_grants "$OUTPUT/memory_broker.json")" = 0 ]
