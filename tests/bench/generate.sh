#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of the cluster's definition: check, plan and apply for 10,000 nodes, a change of one
# of them, and the same for 100,000. Run by `make bench`, as root.
#
# What is measured, ROUNDS times each, on a state directory of its own on this machine's disk:
#   check           `wireroot check`, every check
#   plan, apply     of a first generation; base images were built before, by a plan whose time is a
#                   figure of its own (build): that is work for each kernel, not for each node
#   change          `wireroot apply` after one word of one node was changed; the files that are new
#                   then are counted
#   rollback        to the generation before
#   … cold          the same after the page cache was dropped: check and change
#   disk            what the state directory takes (du) after the first generation, of it kernels
#                   and base images, and what a second generation adds
#   peak            the largest resident set of any of these commands but that which builds
#   disk, range     the same where the network has a range for unknown machines, which brings a
#                   discovery image, the same for any number of nodes
#   disk, append    the same with a word of its own on each node's command line, and so a script of
#                   its own for each
# But for those two the network has no range, and nodes that are alike have one script.
# No service is told (--services none). dnsmasq's checker runs where it is installed.
#
# Result: a table, and build/bench/generate.json. No time makes this script fail: it succeeds when
# everything could be measured.
#
#   ROUNDS=5  SIZES="10000 100000"  KERNEL_SERIES=6.1  OUTPUT=build/bench
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

ROUNDS=${ROUNDS:-5}
SIZES=${SIZES:-10000 100000}
KERNEL_SERIES=${KERNEL_SERIES:-6.1}
OUTPUT=${OUTPUT:-build/bench}

WORK=$PWD/$OUTPUT/generate
SAMPLES=$OUTPUT/generate-samples.jsonl
SAMPLE_OF=nodes

# timed FIGURE WORD...: run wireroot, note its time and its peak, as that of building if it builds.
timed()
{
	local figure=$1 result
	shift
	result=$(tests/bench/measure.py "$WIREROOT" "$@" 2> "$WORK/log") ||
		fail "wireroot $1 failed:" "$(tail -n 5 "$WORK/log")"
	sample "$nodes" "$figure" "$(jq .seconds <<< "$result")"
	if [ "$figure" = build_s ] || [[ $figure == disk_* ]]; then
		sample "$nodes" build_peak_kib "$(jq .peak_kib <<< "$result")"
	else
		sample "$nodes" peak_kib "$(jq .peak_kib <<< "$result")"
	fi
}

# A definition for $nodes nodes; WORD stands on the command line of the one in the middle. RANGE is of
# the network, APPEND a word for every node, if they are not empty.
define()
{
	local word=$1
	cat <<-EOF
	cluster: { name: bench }
	networks:
	  boot: { subnet: 10.0.0.0/8${RANGE:+, range: $RANGE} }
	servers:
	  boot1: { address: 10.0.0.1, roles: [boot, nfs] }
	images:
	  debian12:
	    path: $WORK/image
	    kernel: $VERSION
	    modules: $TREE/lib/modules
	    vmlinuz: $TREE/boot/vmlinuz-$VERSION
	profiles:
	  compute: { image: debian12, drivers: [virtio_net], append: [quiet${APPEND:+, $APPEND}] }
	nodes:
	EOF
	awk -v nodes="$nodes" -v word="$word" 'BEGIN {
		for (i = 1; i <= nodes; i++) {
			low = i - 1
			printf "  n%06d: { profiles: compute, mac: 52:54:%02x:%02x:%02x:%02x, ", i,
				0, int(low / 65536), int(low / 256) % 256, low % 256
			printf "address: 10.%d.%d.%d%s }\n", 1 + int(low / 60000),
				int(low / 240) % 250, 2 + low % 240,
				i == int(nodes / 2) ? ", append: [bench=" word "]" : ""
		}
	}' < /dev/null
}

drop_caches()
{
	sync
	echo 3 > /proc/sys/vm/drop_caches
}

apply()
{
	timed "$1" apply --cluster "$WORK/cluster.yaml" --state "$WORK/state" \
		--cache "$WORK/cache" --services none
}

# Whatever bears several names, as the scripts of nodes that are alike, counts once.
inodes()
{
	find "$WORK/state/current/" -type f -printf '%i\n' | sort -u
}

disk()
{
	du -sk --block-size=1 "$WORK/state" | cut -f 1
}

change()
{
	define "$2" > "$WORK/cluster.yaml"
	inodes > "$WORK/inodes"
	[ "$1" != change_cold_s ] || drop_caches
	apply "$1"
	sample "$nodes" rewritten "$(comm -13 "$WORK/inodes" <(inodes) | wc -l)"
}

round()
{
	local before
	rm -rf "$WORK/state"
	define first > "$WORK/cluster.yaml"
	timed check_s check --cluster "$WORK/cluster.yaml"
	timed plan_s plan --cluster "$WORK/cluster.yaml" --state "$WORK/state" --cache "$WORK/cache"
	apply apply_s
	before=$(disk)
	sample "$nodes" disk_bytes "$before"
	sample "$nodes" shared_bytes "$(du -sk --block-size=1 "$WORK"/state/current/http/kernel \
		"$WORK"/state/current/http/base | awk '{ sum += $1 } END { print sum }')"
	change change_s second
	sample "$nodes" generation_bytes "$(($(disk) - before))"
	timed rollback_s rollback --state "$WORK/state" --services none
	drop_caches
	timed check_cold_s check --cluster "$WORK/cluster.yaml"
	change change_cold_s third
}

# What else there may be costs on disk; once, as it is the same bytes each time.
variant()
{
	local figure=$1
	rm -rf "$WORK/state"
	define first > "$WORK/cluster.yaml"
	say "$nodes nodes: $figure"
	# Its base images are built on the way.
	apply "${figure%_bytes}_apply_s"
	sample "$nodes" "$figure" "$(disk)"
}

measure()
{
	local number rounds=$ROUNDS
	rm -rf "$WORK/cache" "$WORK/state"
	define first > "$WORK/cluster.yaml"
	say "$nodes nodes: base images"
	timed build_s plan --cluster "$WORK/cluster.yaml" --state "$WORK/state" --cache "$WORK/cache"
	[ "$nodes" -le 10000 ] || rounds=$(((ROUNDS + 1) / 2))
	for ((number = 1; number <= rounds; number++)); do
		say "$nodes nodes: round $number of $rounds"
		round
	done
	RANGE=10.255.0.10-10.255.0.250 variant disk_range_bytes
	APPEND=name=@NODE@ variant disk_append_bytes
}

need_root "to drop the page cache"
rm -rf "$WORK"
mkdir -p "$WORK/image"
FILESYSTEM=$(stat -f -c %T "$WORK")
: > "$SAMPLES"
say "the kernel"
kernel=$(tests/fixtures/contained.sh tests/fixtures/kernels.sh "$KERNEL_SERIES") ||
	fail "no kernel $KERNEL_SERIES could be had"
VERSION=${kernel%% *} TREE=${kernel#* }
for nodes in $SIZES; do
	measure
done
rm -rf "$WORK"
say "done"
end_line
report generate --arg kernel "$VERSION" --arg filesystem "$FILESYSTEM" --argjson rounds "$ROUNDS"
