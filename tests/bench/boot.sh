#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The boot benchmark: the same machine, kernel, kernel arguments and root file system, booted with
# our initrd, with initramfs-tools' and with dracut's, in turn. Run by `make bench`, as root.
#
# What is measured, for each of the three:
#   initrd bytes     what the node has to load
#   unpacked bytes   what the kernel unpacks into memory
#   build time       of the program that makes the initrd, in turn, BUILD_ROUNDS times after one
#                    throw-away build each. Ours keeps compressed modules from one build to the next;
#                    its time without that is a figure of its own
#   kernel start → /init          and
#   kernel start → second stage   ROUNDS times, after one throw-away boot each. Both by the guest's
#                    own clock: the kernel logs when it runs /init, and the second stage is a tiny
#                    static program (second_stage.c) that logs a line before anything else and reads
#                    both times from the kernel's log. Loading kernel and initrd is done by QEMU
#                    before the clock starts, so nothing of it is in these times.
# The root is a Debian 12 by NFS-Ganesha in a lab. initramfs-tools cannot mount NFSv4, so it mounts
# v3; ours and dracut's find the version by themselves. What it was is in the result.
#
# Result: a table, and build/bench/boot.json (machine, rounds, every figure's min, median and max,
# ratios, goals). No time makes this script fail: it succeeds when everything could be measured.
#
#   ROUNDS=5  BUILD_ROUNDS=3  ACCEL=tcg,thread=multi  KERNEL_SERIES=6.1
#   INITRDS="wireroot initramfs-tools dracut"   which to measure; ratios need all three
#   OUTPUT=build/bench
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

ROUNDS=${ROUNDS:-5}
BUILD_ROUNDS=${BUILD_ROUNDS:-3}
ACCEL=${ACCEL:-tcg,thread=multi}
KERNEL_SERIES=${KERNEL_SERIES:-6.1}
INITRDS=${INITRDS:-wireroot initramfs-tools dracut}
OUTPUT=${OUTPUT:-build/bench}

MEMORY_MIB=1024 # dracut's initrd needs most of 512 while it is unpacked
CPUS=2
BOOT_TIMEOUT_S=300
SECOND_STAGE=/usr/local/sbin/bench-second-stage
# ip=dhcp and root=/dev/nfs are what all three understand.
ARGUMENTS="quiet panic=-1 ip=dhcp root=/dev/nfs nfsroot=10.87.0.1:/srv/root ro init=$SECOND_STAGE"

LAB=$PWD/$OUTPUT/lab
ROOT=$PWD/$OUTPUT/root
SAMPLES=$OUTPUT/samples.jsonl
SAMPLE_OF=initrd

seconds=
times=

prepare()
{
	need_root "for namespaces, Debian trees and NFS"
	mkdir -p "$OUTPUT"
	: > "$SAMPLES"

	say "the kernel"
	attended tests/fixtures/contained.sh tests/fixtures/kernels.sh "$KERNEL_SERIES" \
		> "$OUTPUT/kernel" || fail "no kernel $KERNEL_SERIES could be had"
	read -r VERSION KERNEL_TREE < "$OUTPUT/kernel"
	say "the root file system"
	attended tests/fixtures/contained.sh tests/fixtures/debian_root.sh "$ROOT"
	"${KLCC:-klcc}" -Os -static -o "$OUTPUT/second-stage" tests/bench/second_stage.c
	strip "$OUTPUT/second-stage"
	install -D -m 755 "$OUTPUT/second-stage" "$ROOT$SECOND_STAGE"
	for name in $INITRDS; do
		if [ "$name" != wireroot ]; then
			say "the tree for $name"
			attended tests/fixtures/contained.sh tests/bench/peer.sh prepare "$name" \
				"$OUTPUT/$name"
		fi
	done
}

# Leaves in $seconds what it took. The words behind the file's name go to `wireroot initrd build`.
build_ours()
{
	local file=$1 before
	shift
	before=$EPOCHREALTIME
	"$WIREROOT" initrd build --kernel "$VERSION" --modules "$KERNEL_TREE" -o "$file" "$@" \
		> "$file.log" 2>&1 || fail "our initrd could not be built:" "$(cat "$file.log")"
	seconds=$(seconds_between "$before" "$EPOCHREALTIME")
}

# The same for any of the three.
build()
{
	local name=$1 file=$OUTPUT/$1.img

	if [ "$name" = wireroot ]; then
		build_ours "$file" --drivers virtio_net
		return
	fi
	attended tests/fixtures/contained.sh tests/bench/peer.sh build "$name" "$OUTPUT/$name" \
		"$KERNEL_TREE" "$VERSION" "$file" > "$file.seconds" 2> "$file.log" ||
		fail "$name's initrd could not be built:" "$(tail -n 5 "$file.log")"
	seconds=$(cat "$file.seconds")
}

measure_builds()
{
	local round name

	for ((round = 0; round <= BUILD_ROUNDS; round++)); do
		for name in $INITRDS; do
			say "build $round of $BUILD_ROUNDS: $name"
			build "$name"
			if [ "$round" -gt 0 ]; then
				sample "$name" build_s "$seconds"
			fi
		done
		if [ "$round" -gt 0 ]; then
			build_ours "$OUTPUT/uncached.img" --drivers virtio_net --no-cache
			sample wireroot build_uncached_s "$seconds"
		fi
	done
	build_ours "$OUTPUT/wired.img" --drivers auto
	rm -f "$OUTPUT"/uncached.img*
}

measure_sizes()
{
	local name

	for name in $INITRDS; do
		sample "$name" initrd_bytes "$(stat -c %s "$OUTPUT/$name.img")"
		sample "$name" unpacked_bytes \
			"$("$WIREROOT" initrd show --json "$OUTPUT/$name.img" | jq .unpacked_bytes)"
	done
	sample wireroot wired_initrd_bytes "$(stat -c %s "$OUTPUT/wired.img")"
	sample wireroot init_bytes "$(stat -c %s build/init)"
}

# Boots with NAME's initrd; leaves in $times "INIT SECOND VERSION": seconds since the kernel's start,
# and the version of NFS.
boot()
{
	local name=$1 line

	if ! attended "$WIREROOT" lab boot "$LAB" bench --direct --accel "$ACCEL" --cpus "$CPUS" \
		--memory "$MEMORY_MIB" --nic virtio --no-reboot \
		--kernel "$KERNEL_TREE/boot/vmlinuz-$VERSION" --initrd "$OUTPUT/$name.img" \
		--append "$ARGUMENTS" --wait '^BENCH ' --timeout "$BOOT_TIMEOUT_S"; then
		fail "with $name's initrd the node did not reach the second stage; its console ends:" \
			"$(tail -n 20 "$LAB/bench.console" | tr -d '\r\0')"
	fi
	attended "$WIREROOT" lab wait "$LAB" bench --off 60 || "$WIREROOT" lab power "$LAB" bench off
	line=$(tr -d '\r\0' < "$LAB/bench.console" | grep -a '^BENCH ')
	case $line in
	'BENCH init '*) times=$(cut -d ' ' -f 3,5,7 <<< "$line") ;;
	*) fail "with $name's initrd: $line" ;;
	esac
}

measure_boots()
{
	local round name init second version

	for ((round = 0; round <= ROUNDS; round++)); do
		for name in $INITRDS; do
			say "boot $round of $ROUNDS: $name"
			boot "$name"
			read -r init second version <<< "$times"
			printf '{"initrd":"%s","nfs":"%s"}\n' "$name" "$version" >> "$SAMPLES"
			if [ "$round" -gt 0 ]; then
				sample "$name" init_s "$init"
				sample "$name" second_stage_s "$second"
				sample "$name" initrd_s "$(seconds_between "$init" "$second")"
			fi
		done
	done
}

clean_up_at_end
prepare
measure_builds
measure_sizes
"$WIREROOT" lab up "$LAB" --root "$ROOT" --tie-to $$
measure_boots
say "done"
end_line
report boot --arg kernel "$VERSION" --arg accel "$ACCEL" --arg arguments "$ARGUMENTS" \
	--argjson cpus "$CPUS" --argjson memory_mib "$MEMORY_MIB" \
	--argjson rounds "$ROUNDS" --argjson build_rounds "$BUILD_ROUNDS"
