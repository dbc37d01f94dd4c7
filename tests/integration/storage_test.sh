#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot storage` with files as volumes and a tgtd in a namespace of its own: made, cloned, many at
# once, killed at every step, refused while a node is logged in, removed. Prints TAP. Needs root.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
# tgtd's control socket is below /run, and what is left of it would be everybody's.
if [ -z "${STORAGE_TEST_INSIDE:-}" ]; then
	exec env STORAGE_TEST_INSIDE=1 unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$@"
fi
mount -t tmpfs tmpfs /run && ip link set lo up || exit 1

wireroot=$PWD/build/wireroot
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
# Which of the calls of a kind; more of them take longer.
kills=${STORAGE_KILLS:-1 3}
disks=$work/disks
image=$work/image

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

storage() {
	local verb=$1
	shift
	"$wireroot" storage "$verb" --cluster "$work/cluster.yaml" --state "$work/state" \
		--services "${services:-none}" "$@"
}

make_image() {
	mkdir -p "$image"/{etc,dev,proc,sys,run,sbin,srv}
	cp /bin/busybox "$image/sbin/init"
	echo golden >"$image/srv/story"
	head -c 4000000 /dev/urandom >"$image/srv/data"
	: >"$image/etc/machine-id"
}

define() {
	cat >"$work/cluster.yaml" <<-END
		cluster: { name: demo, iqn: iqn.2026-11.example.demo }
		networks: { boot: { subnet: 127.0.0.0/24, range: 127.0.0.100-127.0.0.199 } }
		servers: { s1: { address: 127.0.0.1, roles: [boot, nfs, iscsi] } }
		storage: { disks: { type: file, directory: $disks } }
		images: { deb: { path: $image, kernel: newest } }
		profiles: { disk: { root: iscsi, storage: disks, image: deb, volume-size: 64M, chap: none } }
		nodes:
		  n[01-40]: { profiles: disk, mac: "52:54:00:00:00:[01-40]" }
		  large: { profiles: disk, volume-size: 96M, mac: 52:54:00:00:01:01 }
		  small: { profiles: disk, volume-size: 32M, mac: 52:54:00:00:01:02 }
		  other: { profiles: disk, file-system: btrfs, volume-size: 128M, mac: 52:54:00:00:01:03 }
		  nfs: { image: deb, mac: 52:54:00:00:01:04 }
		  by-hand: { profiles: disk, storage: ~, disk: /dev/vg0/x, mac: 52:54:00:00:01:05 }
	END
}

# A whole file system with the image's files, and the node's own name.
holds_image() {
	e2fsck -fn "$disks/$1.img" || return 1
	[ "$(debugfs -R 'cat /srv/story' "$disks/$1.img" 2>/dev/null)" = golden ] &&
		debugfs -R "dump /srv/data $work/data" "$disks/$1.img" 2>/dev/null &&
		cmp "$image/srv/data" "$work/data" &&
		[ "$(debugfs -R 'cat /etc/hostname' "$disks/$1.img" 2>/dev/null)" = "${2-$1}" ]
}

uuid_of() {
	blkid -p -o value -s UUID "$disks/$1.img"
}

without_golden() {
	storage create n01 &&
		holds_image n01 &&
		says 1 "no such file.*storage create --image" storage clone n02 &&
		[ ! -e "$disks/n02.img" ]
}

golden() {
	says 0 'image-deb: image written, 64M of ext4' storage create --image deb --size 64M --file-system ext4 &&
		holds_image image-deb '' &&
		[ "$(stat -c %a "$disks/image-deb.img")" = 400 ] &&
		says 0 'image-deb: is there already' storage create --image deb --size 64M --file-system ext4
}

clones() {
	says 0 'n03: cloned' storage create 'n[01-03]' && grep -q 'n01: is there already' "$work/said" &&
		holds_image n03 && [ "$(uuid_of n02)" != "$(uuid_of n03)" ]
}

larger() {
	storage clone large && holds_image large &&
		[ "$(stat -c %s "$disks/large.img")" -eq $((96 << 20)) ] &&
		dumpe2fs -h "$disks/large.img" 2>/dev/null | grep -q "^Block count: *$(((96 << 20) / 4096))\$\|^Block count: *$(((96 << 20) / 1024))\$"
}

not_fitting() {
	says 1 "golden volume has 64M.*volume-size is 32M.*--size" storage create small && [ ! -e "$disks/small.img" ] &&
		says 1 'another file-system' storage clone other &&
		says 0 'other: image written, 128M of btrfs' storage create other
}

not_ours() {
	says 1 'it has root: nfs' storage create nfs && says 1 'is in no storage' storage create by-hand &&
		says 1 'no such node' storage create n99 && says 2 'which nodes' storage create &&
		says 2 'either nodes or --image' storage create n01 --image deb &&
		says 2 '--size wants' storage create --image deb --size 8 &&
		says 1 'no such image' storage create --image debian
}

# What is asked for twice at once is made once.
in_parallel() {
	local pids=() i failed=0
	for i in $(seq -w 4 23) 04 05; do
		storage create "n$i" >>"$work/parallel" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || failed=$((failed + 1))
	done
	[ "$failed" -le 2 ] && [ "$(grep -c 'at work on it' "$work/parallel")" -eq "$failed" ] || return 1
	for i in $(seq -w 4 23); do
		holds_image "n$i" || return 1
	done
	[ -z "$(ls -A "$disks/.claims")" ]
}

lists() {
	storage list --json >"$work/list" &&
		jq -e '.[] | select(.volume == "n03") | .storage == "disks" and .kind == "node" and
			.state == "ready" and .bytes == 67108864 and .used_bytes > 4000000' "$work/list" &&
		jq -e 'map(select(.state == "missing") | .volume) | index("n40") and index("small")' "$work/list" &&
		says 0 '^n03 +disks +node +64M .* ready$' storage list 'n[01-03]' && [ "$(wc -l <"$work/said")" -eq 4 ] &&
		storage usage --json | jq -e '.[0] | .storage == "disks" and .type == "file" and .refused == null and
			.used_bytes > 0 and .bytes > .used_bytes'
}

# The step after which the command dies: each system call that changes files, one after the other.
# What remains is never a volume that is taken for whole, and the next command goes on from there.
killed() {
	local call number node=$1 left=0
	shift
	for call in openat ioctl copy_file_range ftruncate fsync renameat2 unlink mount fsmount fork; do
		for number in $kills; do
			rm -f "$disks/$node.img"
			strace -qq -o /dev/null -e "inject=$call:signal=KILL:when=$number" \
				"$wireroot" storage "$@" --cluster "$work/cluster.yaml" --services none >/dev/null 2>&1
			[ -e "$disks/$node.img" ] && { holds_image "$node" "${host-$node}" || { echo "$call $number"; return 1; }; }
			[ -e "$disks/$node.img.partial" ] && left=$((left + 1))
			storage "$@" >"$work/again" 2>&1 || { cat "$work/again"; return 1; }
			[ ! -e "$disks/$node.img.partial" ] && holds_image "$node" "${host-$node}" || return 1
		done
	done
	echo "$left were left unfinished"
	[ "$left" -gt 0 ] && [ -z "$(losetup -j "$disks/$node.img")" ]
}

killed_cloning() {
	killed n30 create n30
}

killed_writing() {
	rm -f "$disks/image-deb.img"
	host='' killed image-deb create --image deb --size 64M --file-system ext4
}

left_over() {
	: >"$disks/n31.img.partial"
	says 0 'n31 .* unfinished$' storage list n31 && says 0 'removed volume n31, which was unfinished' storage create n32 &&
		[ ! -e "$disks/n31.img.partial" ]
}

claimed() {
	mkdir -p "$disks/.claims"
	flock "$disks/.claims/n31" "$wireroot" storage create n31 --cluster "$work/cluster.yaml" --services none \
		>"$work/said" 2>&1
	[ $? -eq 1 ] && grep -q 'another command is at work on it' "$work/said"
}

# A clone holds the golden volume beside other clones; who would remove or remake it is refused. strace
# holds it up where it copies.
golden_held() {
	local clone status=0
	rm -f "$disks"/n3[56].img
	strace -qq -f -o "$work/clone.strace" -e inject=copy_file_range,ioctl:delay_enter=20000000 \
		-e trace=copy_file_range,ioctl "$wireroot" storage create n35 --cluster "$work/cluster.yaml" \
		--services none >"$work/n35.said" 2>&1 &
	clone=$!
	retry 20 test -e "$disks/n35.img.partial" || status=1
	says 1 'image-deb.*another command is at work on it' storage remove --image deb -y || status=1
	[ -e "$disks/image-deb.img" ] || status=1
	says 0 'n36: cloned' storage create n36 || status=1
	says 0 'image-deb: is there already' storage create --image deb --size 64M --file-system ext4 || status=1
	kill -KILL $(pgrep -P "$clone") "$clone"
	wait "$clone" 2>/dev/null
	retry 20 storage create n35 && holds_image n35 && holds_image n36 && [ $status = 0 ] &&
		[ ! -e "$disks/.claims/image-deb" ]
}

full() {
	mkdir "$work/narrow" && mount -t tmpfs -o size=5M tmpfs "$work/narrow" || return 1
	sed "s,directory: [^ ]*,directory: $work/narrow," "$work/cluster.yaml" >"$work/narrow.yaml"
	says 1 'less than 5 % would be free' "$wireroot" storage create n01 --cluster "$work/narrow.yaml" --services none &&
		head -c 5100000 /dev/zero >"$work/narrow/ballast" &&
		says 1 'no space left.*last 5 %|less than 5 %' "$wireroot" storage create n01 --cluster "$work/narrow.yaml" \
			--services none &&
		"$wireroot" storage usage --json --cluster "$work/narrow.yaml" | jq -e '.[0].refused' &&
		[ ! -e "$work/narrow/n01.img" ] && [ ! -e "$work/narrow/n01.img.partial" ]
	local status=$?
	umount "$work/narrow"
	return "$status"
}

directory_missing() {
	sed "s,directory: [^ ]*,directory: $work/nowhere," "$work/cluster.yaml" >"$work/nowhere.yaml"
	says 1 "$work/nowhere: no such file.*make it, or mount" "$wireroot" storage create n01 \
		--cluster "$work/nowhere.yaml" --services none && [ ! -e "$work/nowhere" ]
}

# --- targets ----------------------------------------------------------------------------------

tgtd_answers() {
	tgtadm --op show --mode system >/dev/null 2>&1
}

start_tgtd() {
	tgtd -f >"$work/tgtd.log" 2>&1 &
	retry 20 tgtd_answers
}

offered() {
	services=systemd storage create n33 && tgtadm --lld iscsi --op show --mode target >"$work/targets" &&
		grep -q 'Target 1: iqn.2026-11.example.demo:n33' "$work/targets" &&
		grep -q "Backing store path: $disks/n33.img" "$work/targets" &&
		grep -q 'iqn.2026-11.example.demo:initiator:n33' "$work/targets"
}

# By whatever path, and by any tgtd: the second one has another control port.
not_written_to() {
	local status=0
	cp "$disks/n33.img" "$work/n33.before"
	cp "$disks/n02.img" "$work/second.img"
	ln -sf "$disks/n33.img" "$work/link"
	says 1 'tgt offers it as iqn.2026-11.example.demo:n33' \
		"$wireroot" image write -y "$image" "$work/link" || status=1
	cmp "$disks/n33.img" "$work/n33.before" || status=1
	tgtd -f -C 5 --iscsi portal=127.0.0.1:3299 >"$work/second.log" 2>&1 &
	second=$!
	retry 20 tgtadm -C 5 --op show --mode system >/dev/null 2>&1
	tgtadm -C 5 --lld iscsi --op new --mode target --tid 1 -T iqn.2026-11.example:second &&
		tgtadm -C 5 --lld iscsi --op new --mode logicalunit --tid 1 --lun 1 -b "$work/second.img" &&
		says 1 'tgt offers it as iqn.2026-11.example:second' \
			"$wireroot" image write -y "$image" "$work/second.img" || status=1
	kill -KILL "$second"
	wait "$second" 2>/dev/null
	# What a daemon that has ended left behind offers nothing.
	"$wireroot" image write -y "$image" "$work/second.img" || status=1
	return $status
}

# Somebody logs in as n33 and stays.
log_in() {
	python3 tests/integration/iscsi_log_in.py 127.0.0.1 iqn.2026-11.example.demo:initiator:n33 \
		iqn.2026-11.example.demo:n33 >"$work/session" &
	session=$!
	await_line 20 "$work/session" 'logged in'
}

in_use() {
	log_in && services=systemd && says 1 'n33.*(busy|logged in)' storage remove n33 -y && [ -e "$disks/n33.img" ]
}

removes() {
	services=systemd storage remove n33 -y >"$work/removed" 2>&1
}

free_again() {
	kill "$session"
	wait "$session" 2>/dev/null
	# tgtd closes the session when it sees that the connection has ended.
	retry 20 removes
	grep -q 'n33: removed' "$work/removed" && [ ! -e "$disks/n33.img" ] &&
		! tgtadm --lld iscsi --op show --mode target | grep -q n33
}

# By whomever: a target daemon may offer it under a name that the definition has no more.
open_elsewhere() {
	local status=0
	exec 9<"$disks/n01.img"
	says 1 'n01.*has it open' storage remove n01 -y && [ -e "$disks/n01.img" ] || status=1
	exec 9<&-
	return $status
}

removed() {
	says 2 'nobody to ask' storage remove n01 && says 0 'n01: removed' storage remove n01 -y && [ ! -e "$disks/n01.img" ] &&
		says 0 'n01: has no volume' storage remove n01 -y &&
		says 0 'image-deb: removed' storage remove --image deb -y && holds_image n02
}

make_image
define
mkdir "$disks"
check "without a golden volume, the image is written" without_golden
check "a golden volume is made once" golden
check "volumes are cloned from it, each with a name and UUID of its own" clones
check "a clone may be larger than the golden volume" larger
check "but not smaller, and another file system is written" not_fitting
check "who has no volume in a storage is told so" not_ours
check "many at once do not disturb each other" in_parallel
check "volumes are listed, missing ones too, and how full the storage is" lists
check "a clone that is killed at any step leaves no half volume" killed_cloning
check "nor does a golden volume" killed_writing
check "what was left unfinished is removed by the next command" left_over
check "what another command works on is left to it" claimed
check "a golden volume stays as it is while it is cloned" golden_held
check "a storage that gets too full is refused more" full
check "a directory that is missing is not made" directory_missing
start_tgtd
check "a volume is offered to its node" offered
check "what is offered is not written to" not_written_to
check "it is not removed while the node is logged in" in_use
check "it is once the node has gone" free_again
check "what something else has open is not removed" open_elsewhere
check "removing asks first, and can be repeated" removed
finish
