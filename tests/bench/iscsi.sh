#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of iSCSI roots: the same machine, kernel, arguments and disk, by our own client, by our
# initrd with open-iscsi's iscsistart, and by initramfs-tools with open-iscsi's hook. Run by `make
# bench`, as root.
#
# What is measured:
#   initrd bytes     for a virtio node with iSCSI and ext4, without NFS
#   login            LOGINS times each by our client and by iscsistart in turn, in one guest (login.c):
#                    from the program's start until the kernel has the session and its first SCSI
#                    device, until its disk is there, and until the root on it is mounted. The one
#                    start before, of both, is thrown away
#   kernel start → /init          and
#   kernel start → second stage   ROUNDS times for each of the three, after one throw-away boot each,
#                    as boot.sh has it. Loading kernel and initrd is not in these times
# The target is tgt in the lab, one for each boot's disk, without authentication; the disk is ext4 with a
# second stage that is a tiny static program (second_stage.c).
#
# tests/bench/storage.sh and tests/bench/image_write.sh are run as well: their results,
# OUTPUT/storage.json and OUTPUT/image_write.json, become parts of this one, and their goals goals of it.
#
# Result: a table, and build/bench/iscsi.json (machine, rounds, every figure's min, median and max,
# ratios, goals). No time makes this script fail: it succeeds when everything could be measured.
#
#   ROUNDS=5  LOGINS=10  ACCEL=tcg,thread=multi  KERNEL_SERIES=6.1  OUTPUT=build/bench
#   PARTS="storage image_write"   which of those two to run
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

ROUNDS=${ROUNDS:-5}
LOGINS=${LOGINS:-10}
ACCEL=${ACCEL:-tcg,thread=multi}
KERNEL_SERIES=${KERNEL_SERIES:-6.1}
OUTPUT=${OUTPUT:-build/bench}
PARTS=${PARTS-storage image_write}

MEMORY_MIB=1024
CPUS=2
BOOT_TIMEOUT_S=300
INITRDS="wireroot iscsistart open-iscsi"
SECOND_STAGE=/sbin/bench-second-stage
SERVER=10.87.0.1
IQN=iqn.2026-11.example.lab:bench
# What all of them understand.
ARGUMENTS="quiet panic=-1 ip=dhcp root=iscsi:$SERVER::3260:1:$IQN ro init=$SECOND_STAGE"

LAB=$PWD/$OUTPUT/iscsi-lab
WORK=$PWD/$OUTPUT/iscsi
SAMPLES=$OUTPUT/iscsi-samples.jsonl
SAMPLE_OF=client
LOGIN_SOURCES="tests/bench/login.c initramfs/iscsi/disk.c initramfs/iscsi/iscsi_netlink.c
	initramfs/iscsi/superblock.c initramfs/sys.c initramfs/value.c initramfs/fault.c"

# The words behind the file's name go to `wireroot initrd build`.
build_ours()
{
	local file=$1
	shift
	"$WIREROOT" initrd build --kernel "$VERSION" --modules "$KERNEL_TREE" --drivers virtio_net \
		--without nfs -o "$file" "$@" > "$file.log" 2>&1 ||
		fail "our initrd could not be built:" "$(cat "$file.log")"
}

build_initrds()
{
	local start

	start=$(tests/fixtures/iscsistart.sh) || fail "there is no iscsistart"
	build_ours "$WORK/wireroot.img" --with iscsi,ext4
	build_ours "$WORK/iscsistart.img" --with iscsi,ext4,iscsistart --iscsistart "$start"
	build_ours "$WORK/login.img" --with iscsi,ext4,iscsistart,rescue --iscsistart "$start"
	say "initramfs-tools with open-iscsi"
	attended tests/fixtures/contained.sh tests/bench/peer.sh prepare open-iscsi "$WORK/open-iscsi"
	attended tests/fixtures/contained.sh tests/bench/peer.sh build open-iscsi \
		"$WORK/open-iscsi" "$KERNEL_TREE" "$VERSION" "$WORK/open-iscsi.img" \
		> "$WORK/peer.log" 2>&1 ||
		fail "initramfs-tools' initrd could not be built:" "$(tail -n 5 "$WORK/peer.log")"
}

# The guest that logs in has both programs behind our initrd.
build_login()
{
	mkdir -p "$WORK/login"
	# shellcheck disable=SC2086 # several files
	"${KLCC:-klcc}" -std=gnu11 -Os -static -D_GNU_SOURCE -I. -Wno-format-truncation \
		-o "$WORK/login/login" $LOGIN_SOURCES
	install -m 755 tests/bench/login.sh "$WORK/login/login.sh"
	(cd "$WORK/login" && printf 'login\nlogin.sh\n' | cpio --quiet -o -H newc) >> "$WORK/login.img"
}

prepare()
{
	need_root "for namespaces, Debian trees and targets"
	mkdir -p "$WORK"
	: > "$SAMPLES"

	say "the kernel"
	attended tests/fixtures/contained.sh tests/fixtures/kernels.sh "$KERNEL_SERIES" \
		> "$OUTPUT/kernel" || fail "no kernel $KERNEL_SERIES could be had"
	read -r VERSION KERNEL_TREE < "$OUTPUT/kernel"
	say "the disk"
	rm -rf "$WORK/root" "$WORK/disk.img"
	tests/fixtures/busybox_root.sh "$WORK/root"
	"${KLCC:-klcc}" -Os -static -o "$WORK/root$SECOND_STAGE" tests/bench/second_stage.c
	strip "$WORK/root$SECOND_STAGE"
	truncate -s 64M "$WORK/disk.img"
	mke2fs -q -t ext4 -d "$WORK/root" "$WORK/disk.img"
	say "the initrds"
	build_initrds
	build_login
}

measure_sizes()
{
	local name

	for name in $INITRDS; do
		sample "$name" initrd_bytes "$(stat -c %s "$WORK/$name.img")"
		sample "$name" unpacked_bytes \
			"$("$WIREROOT" initrd show --json "$WORK/$name.img" | jq .unpacked_bytes)"
	done
	sample wireroot client_bytes "$(stat -c %s build/wireroot-iscsi)"
}

# tgtd ends with the lab.
start_target()
{
	local control=$(($$ % 32000 + 100)) tries
	local tgtadm=("$WIREROOT" lab exec "$LAB" -- tgtadm -C "$control" --lld iscsi)

	"$WIREROOT" lab exec "$LAB" -- tgtd -f --iscsi "portal=$SERVER:3260" -C "$control" \
		> "$WORK/tgtd.log" 2>&1 &
	for ((tries = 0; tries < 300; tries++)); do
		"${tgtadm[@]}" --op show --mode system > /dev/null 2>&1 && break
		sleep 0.1
	done
	"${tgtadm[@]}" --op new --mode target --tid 1 -T "$IQN"
	"${tgtadm[@]}" --op new --mode logicalunit --tid 1 --lun 1 -b "$WORK/disk.img"
	"${tgtadm[@]}" --op bind --mode target --tid 1 -I ALL
}

# run INITRD REGEX [WORDS]: boots it until such a line comes; its BENCH lines are in $lines.
run()
{
	local initrd=$1 pattern=$2
	shift 2
	if ! attended "$WIREROOT" lab boot "$LAB" bench --direct --accel "$ACCEL" --cpus "$CPUS" \
		--memory "$MEMORY_MIB" --nic virtio --no-reboot \
		--kernel "$KERNEL_TREE/boot/vmlinuz-$VERSION" --initrd "$WORK/$initrd.img" \
		--append "$ARGUMENTS $*" --wait "$pattern" --timeout "$BOOT_TIMEOUT_S"; then
		fail "with $initrd.img the node did not come so far; its console ends:" \
			"$(tail -n 20 "$LAB/bench.console" | tr -d '\r\0')"
	fi
	attended "$WIREROOT" lab wait "$LAB" bench --off 60 || "$WIREROOT" lab power "$LAB" bench off
	lines=$(tr -d '\r\0' < "$LAB/bench.console" | grep -a '^BENCH ')
	case $lines in
	*'BENCH failed'*) fail "with $initrd.img: $lines" ;;
	esac
}

measure_logins()
{
	local client connected disk mounted

	say "logins"
	run login '^BENCH (done|failed|ended)' rdinit=/login.sh bench.address=10.87.0.60 \
		"bench.rounds=$LOGINS" "rd.iscsi.initiator=$IQN-node"
	while read -r _ what client _ connected _ disk _ mounted; do
		[ "$what" = login ] || continue
		[ "$client" = iscsistart ] || client=wireroot
		sample "$client" login_s "$connected"
		sample "$client" login_disk_s "$disk"
		sample "$client" login_mounted_s "$mounted"
	done <<< "$lines"
}

measure_boots()
{
	local round name init second

	for ((round = 0; round <= ROUNDS; round++)); do
		for name in $INITRDS; do
			say "boot $round of $ROUNDS: $name"
			run "$name" '^BENCH '
			read -r _ _ init _ second _ <<< "$lines"
			if [ "$round" -gt 0 ]; then
				sample "$name" init_s "$init"
				sample "$name" second_stage_s "$second"
				sample "$name" initrd_s "$(seconds_between "$init" "$second")"
			fi
		done
	done
}

# Leaves the result of each part that could be measured in $WORK/parts.
measure_parts()
{
	local part

	rm -rf "$WORK/parts"
	mkdir "$WORK/parts"
	for part in $PARTS; do
		[ -x "tests/bench/$part.sh" ] || continue
		say "part: $part"
		rm -f "$OUTPUT/$part.json"
		OUTPUT=$OUTPUT attended "tests/bench/$part.sh" || fail "tests/bench/$part.sh failed"
		jq --arg part "$part" '{($part): .}' "$OUTPUT/$part.json" > "$WORK/parts/$part.json"
	done
	echo '{}' > "$WORK/parts/none.json"
	jq -s add "$WORK/parts"/*.json > "$WORK/parts.json"
}

clean_up_at_end
prepare
measure_sizes
"$WIREROOT" lab up "$LAB" --root "$WORK/root" --tie-to $$
start_target
measure_logins
measure_boots
"$WIREROOT" lab down "$LAB"
measure_parts
say "done"
end_line
report iscsi --arg kernel "$VERSION" --arg accel "$ACCEL" --arg arguments "$ARGUMENTS" \
	--argjson cpus "$CPUS" --argjson memory_mib "$MEMORY_MIB" \
	--argjson rounds "$ROUNDS" --argjson logins "$LOGINS" --slurpfile parts "$WORK/parts.json"
