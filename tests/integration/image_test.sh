#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot image`: imports of directories, archives and OCI images, what hostile ones come to, volumes
# that are written, commands that are killed, and who may not be removed. Needs root and loop devices.
# Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wireroot=$PWD/build/wireroot
material=$PWD/tests/integration/image_material.py
work=$(mktemp -d)
# A mount of a test that ended early is in the way of nothing else.
trap 'umount "$work/mount" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

images=$work/images
mkdir "$work/mount" "$work/outside"
echo kept >"$work/outside/kept"
export OUTSIDE=$work/outside

image() {
	local verb=$1
	shift
	"$wireroot" image "$verb" --images "$images" "$@" </dev/null
}

facts() {
	python3 "$material" facts "$1"
}

same_facts() {
	facts "$1" >"$work/got" && diff "$work/tree.facts" "$work/got"
}

nothing_left() {
	! ls -d "$images"/*.partial "$images"/*.removed 2>/dev/null
}

outside_untouched() {
	[ "$(ls "$work/outside")" = kept ] && [ "$(cat "$work/outside/kept")" = kept ] &&
		[ "$(stat -c '%a %h' "$work/outside" "$work/outside/kept")" = "755 2
644 1" ]
}

# --- imports ------------------------------------------------------------------------------------

python3 "$material" tree "$work/tree" && facts "$work/tree" >"$work/tree.facts" || exit 1
python3 "$material" archive "$work/tree" "$work/tree.tar" || exit 1

check "a directory is imported" image import directory "$work/tree"
check "… with all that belongs to its files" same_facts "$images/directory"
check "an archive is imported" image import archive "$work/tree.tar"
check "… with all that belongs to its files" same_facts "$images/archive"
for way in gzip xz zstd; do
	"$way" -q -k -c "$work/tree.tar" >"$work/tree.$way"
	check "so is one that $way has compressed" image import "$way" "$work/tree.$way"
	check "… with all that belongs to its files" same_facts "$images/$way"
done

lines_for_definition() {
	image import lines "$work/tree" 2>/dev/null | diff - <(cat <<-END
		For cluster.yaml:

		images:
		  lines:
		    path: $images/lines
		    kernel: 6.1.0-10-test
	END
	)
}
check "what cluster.yaml needs is printed, with the newest kernel that has its modules" \
	lines_for_definition
check "modules without a kernel are told of" says 0 \
	'modules of kernel 6\.12\.0-rc1-test have no kernel boot/vmlinuz-6\.12\.0-rc1-test' \
	image import rc "$work/tree"

same_file_system() {
	mkdir -p "$work/mounted/bin" "$work/mounted/proc" && touch "$work/mounted/bin/sh"
	unshare -m sh -c "mount -t proc proc '$work/mounted/proc' &&
		'$wireroot' image import --images '$images' mounted '$work/mounted'" &&
		[ -d "$images/mounted/proc" ] && [ -z "$(ls "$images/mounted/proc")" ]
}
check "what is mounted in a directory stays outside" same_file_system

check "a name that would be a path is refused" says 1 'letters, digits' image import ../x "$work/tree"
check "so is that of a leftover" says 1 'letters, digits' image import x.partial "$work/tree"
check "a second image of a name is refused" says 1 'choose another name' \
	image import archive "$work/tree.tar"
check "what is no archive is refused" says 1 'image_material\.py: .*[Uu]nrecognized archive format' \
	image import text "$material"
head -c "$(($(stat -c %s "$work/tree.gzip") / 2))" "$work/tree.gzip" >"$work/short.tar.gz"
check "an archive that is cut off is refused" says 1 'short\.tar\.gz' \
	image import short "$work/short.tar.gz"
check "what holds no root is refused" says 1 'no root file system' \
	image import fixtures tests/fixtures
check "a directory is not imported into itself" says 1 'directory of images is in it' \
	image import all "$work"
check "what failed left nothing behind" nothing_left

# --- hostile archives ---------------------------------------------------------------------------

hostile() {
	python3 "$material" hostile "$1" "$work/$1.tar" && image import "$1" "$work/$1.tar"
}

for way in dotdot dotdot-end dangling hardlink hardlink-dotdot hardlink-symlink deep; do
	check "an archive with a trick is refused: $way" says 1 'make (file|hard link) of image' \
		hostile "$way"
	check "… and nothing outside has changed" outside_untouched
done
for way in absolute symlink symlink-chain symlink-file symlink-directory; do
	check "an archive with a trick stays in its image: $way" hostile "$way"
	check "… and nothing outside has changed" outside_untouched
done
check "what failed left nothing behind, however deep" nothing_left

# --- OCI images ---------------------------------------------------------------------------------

oci() {
	local name=$1 defect=$2
	shift 2
	rm -rf "$work/$name.oci"
	python3 "$material" oci "$work/$name.oci" "$defect" && image import "$name" "$work/$name.oci" "$@"
}

layers_applied() {
	(cd "$images/$1" && find . ! -type d -printf '%P %l\n' | sort) | diff - <(cat <<-'END'
		becomes-directory/file 
		bin usr/bin
		etc/changed 
		etc/kept 
		opaque/new 
		usr/bin/sh 
		usr/bin/through-link 
	END
	) && [ "$(cat "$images/$1/etc/changed")" = new ] && ! [ -e "$images/$1/gone" ]
}

check "an OCI layout is imported" oci layout ''
check "… layer by layer, whiteouts included" layers_applied layout
tar -C "$work/layout.oci" -cf "$work/oci.tar" .
check "an OCI archive is imported" image import oci "$work/oci.tar"
check "… layer by layer, whiteouts included" layers_applied oci
check "a layer that is not what its digest says is refused" says 1 'its SHA-256 is not its name' \
	oci changed changed
check "a digest that is a path is refused" says 1 'its digest is no SHA-256' oci escape escape
check "a layer that is missing is told of" says 1 'archive is not complete' oci missing missing
check "one that leads out of the archive, too" says 1 'archive is not complete' oci link link
check "of two images one has to be chosen" says 1 'reference TAG: there are: .*latest, old' oci two two
check "… by its tag" oci two two --reference old
check "a tag that there is none of is refused" says 1 'choose image: new' \
	oci three two --reference new
check "what failed left nothing behind" nothing_left

# --- volumes ------------------------------------------------------------------------------------

volume() {
	rm -f "$work/volume"
	truncate -s "${1:-600M}" "$work/volume"
}

write() {
	image write -y --file-system "$1" --host-name n01 "${@:2}" "$work/volume"
}

# What differs between the image and the volume, by path.
differences() {
	mount -o loop,ro "$work/volume" "$work/mount" || return
	facts "$work/mount" >"$work/got"
	diff "$work/tree.facts" "$work/got" | sed -n "s/^[<>] '\([^']*\)'.*/\1/p" | sort -u
	umount "$work/mount"
}

adapted() {
	differences | diff - <(cat <<-'END'
		etc
		etc/fstab
		etc/hostname
		etc/machine-id
		etc/ssh
		etc/ssh/ssh_host_ed25519_key
		etc/ssh/ssh_host_ed25519_key.pub
		etc/ssh/ssh_host_rsa_key
		etc/ssh/ssh_host_rsa_key.pub
		etc/systemd/system
		etc/systemd/system/sysinit.target.wants
		etc/systemd/system/sysinit.target.wants/wireroot-ssh-keys.service
		etc/systemd/system/wireroot-ssh-keys.service
		var/lib/dbus
		var/lib/dbus/machine-id
		var/lib/systemd
		var/lib/systemd/random-seed
	END
	)
}

identity() {
	local uuid status=0
	uuid=$(blkid -p -s UUID -o value "$work/volume")
	mount -o loop,ro "$work/volume" "$work/mount" || return
	grep "^UUID=$uuid / $1 " "$work/mount/etc/fstab" && [ "$(cat "$work/mount/etc/hostname")" = n01 ] &&
		[ -e "$work/mount/etc/machine-id" ] && ! [ -s "$work/mount/etc/machine-id" ] || status=1
	umount "$work/mount"
	return $status
}

for kind in ext4 xfs btrfs; do
	volume
	check "an image is written to a volume as $kind" write "$kind" directory
	check "… with all but what a node has of its own" adapted
	check "… which is right" identity "$kind"
done
volume
check "an archive is written to a volume" write ext4 --label root "$work/tree.xz"
check "… with all but what a node has of its own" adapted
check "… again over what is there" write ext4 directory
check "… and all is as it was" adapted

truncate -s 40M "$work/tree/srv/zeros" && head -c 40M /dev/urandom >"$work/tree/srv/random"
volume 32M
check "what is certain not to fit is refused before anything is done" says 1 \
	'the image has [0-9]+ MiB, the volume 32 MiB' write ext4 "$work/tree"
volume 48M
check "what turns out not to fit is told of" says 1 'does not fit|No space|no space' write ext4 "$work/tree"
volume
check "a file system that is not known is refused" says 1 'ext4, xfs and btrfs' \
	write vfat directory
check "a host name that is none is refused" says 1 'no host name' \
	image write -y --host-name 'a b' directory "$work/volume"
check "without -y nothing is written over" says 1 'say -y' image write directory "$work/volume"

busy() {
	exec {lock}<>"$work/volume"
	flock "$lock" && says 1 'it is in use' write ext4 directory
	local status=$?
	exec {lock}>&-
	return $status
}
check "a volume that somebody writes is refused" busy

loops_of_work() {
	losetup -a | grep -F "$work/volume"
}

no_loops() {
	! losetup -a | grep -qF "$work/volume"
}

# The mount goes with the process, wherever that is when it is killed.
killed() {
	local moment pid
	for moment in 0.02 0.1 0.2 0.3 0.5 0.8; do
		volume
		write ext4 "$work/tree" >/dev/null 2>&1 &
		pid=$!
		sleep "$moment"
		# The shell's child is a subshell; ours is the only program in it.
		kill -KILL $(pgrep -P "$pid") "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		retry 20 no_loops || { loops_of_work; return 1; }
	done
	! grep -F "$work" /proc/mounts
}
check "a write that is killed leaves no mount and no loop device" killed
volume
check "… and can be repeated" write ext4 directory

# --- commands that are killed -------------------------------------------------------------------

group_has_ended() {
	! pgrep -r D,R,S,T -g "$1"
}

# In a process group of its own, so that the end of what the command has started can be waited for, too:
# until then, another one is told that somebody is at work.
import_killed() {
	local moment pid
	for moment in 0.02 0.05 0.1 0.2; do
		setsid "$wireroot" image import --images "$images" victim "$work/tree" \
			</dev/null >/dev/null 2>&1 &
		pid=$!
		sleep "$moment"
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		retry 20 group_has_ended "$pid" || return
		if [ -e "$images/victim" ]; then
			(cd "$work/tree" && find . | sort) | diff - <(cd "$images/victim" && find . | sort) ||
				return
			image remove -y victim || return
		fi
	done
	"$wireroot" image list --images "$images" --json | jq -e 'all(.name != "victim")'
}
check "an import that is killed leaves no image that looks whole" import_killed
check "the next one takes its place" image import victim "$work/tree"
check "… and removes what was left" nothing_left

at_once() {
	local pids=() name pid status=0
	for name in one two three four; do
		image import "at-once-$name" "$work/tree.tar" >"$work/at-once-$name" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || status=1
	done
	cat "$work"/at-once-*
	[ $status -eq 0 ] && same_facts "$images/at-once-three"
}
check "several are imported at once" at_once

# --- lists and removal --------------------------------------------------------------------------

cat >"$work/cluster.yaml" <<END
cluster: { name: demo }
networks: { boot: { subnet: 10.0.0.0/24 } }
servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }
images: { deb: { path: $images//directory } }
nodes:
  n[01-03]: { image: deb, mac: "52:54:00:00:00:[11-13]", address: "10.0.0.[11-13]" }
END

listed() {
	image list --cluster "$work/cluster.yaml" --state "$work/state" --json >"$work/list" &&
		jq -e '.[] | select(.name == "directory") | .nodes == "n[01-03]" and
			.kernel == "6.1.0-10-test" and (.kernels | length) == 3 and .bytes > 150000' "$work/list" &&
		jq -e '.[] | select(.name == "archive") | .nodes == "" and .running == ""' "$work/list"
}
check "images are listed with their kernels and nodes" listed
check "… as a table, too" says 0 '^directory .* 6\.1\.0-10-test +n\[01-03\]$' \
	image list --cluster "$work/cluster.yaml" --state "$work/state"

remove() {
	image remove --cluster "$work/cluster.yaml" --state "$work/state" "$@"
}
check "the image of a node is not removed" says 1 'image directory; it is the image of: n\[01-03\]' \
	remove -y directory
check "one that nobody uses is" remove -y archive
check "… and is gone" test ! -e "$images/archive"
check "one that is not there is told of" says 1 'image list' remove -y archive
check "without -y nobody is asked in a script" says 2 'give -y' remove gzip

# A definition that is in force exports an image, whatever the file says by now.
in_force() {
	local version tree
	read -r version tree < <(tests/fixtures/kernels.sh 6.1)
	cat >"$work/applied.yaml" <<-END
		cluster: { name: demo }
		networks: { boot: { subnet: 10.0.0.0/24 } }
		servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }
		images:
		  deb:
		    { path: $images/xz, kernel: $version, modules: $tree/lib/modules,
		      vmlinuz: $tree/boot/vmlinuz-$version }
		nodes:
		  n01: { image: deb, drivers: virtio_net, mac: "52:54:00:00:00:11", address: 10.0.0.11 }
	END
	# No wirerootd can be asked here, and that is to be found out at once.
	unshare -n "$wireroot" apply --cluster "$work/applied.yaml" --state "$work/state" --services none &&
		says 1 'image xz; it is exported by: generation 1' unshare -n "$wireroot" image remove -y \
			--images "$images" --cluster "$work/cluster.yaml" --state "$work/state" xz
}
check "the image of the generation in force is not removed" in_force

# The next one exports another image. Who booted from the first may run it, and wirerootd has noted it
# or, if it has begun anew since, does not know.
with_wirerootd() {
	# shellcheck disable=SC2016 # the inner shell's words
	work=$work unshare -n bash -c '. tests/fixtures/fake_wirerootd.sh
		ip link set lo up && ip address add 10.0.0.1/32 dev lo || exit
		fake_wirerootd 10.0.0.1:8017 "$1" "$2"
		"${@:3}"
		status=$?
		end_fake_wirerootd
		exit $status' with_wirerootd "$@"
}
next_generation() {
	sed -i "s,$images/xz,$images/zstd," "$work/applied.yaml"
	unshare -n "$wireroot" apply --cluster "$work/applied.yaml" --state "$work/state" --services none
}
remove_xz=("$wireroot" image remove -y --images "$images" --cluster "$work/cluster.yaml"
	--state "$work/state" xz)
now=$(date -u +%Y-%m-%dT%H:%M:%SZ -d '+1 minute')
check "another generation is in force" next_generation
check "what wirerootd's notes say is run is not removed" \
	says 1 'image xz; it is the root of: n01' with_wirerootd 2026-01-01T00:00:00Z 1 "${remove_xz[@]}"
check "when they are lost, what was made before is taken for run" \
	says 1 'image xz; it may be run by nodes of: generation 1: .*knows who booted since 20' \
	with_wirerootd "$now" 2 "${remove_xz[@]}"
check "what nobody has booted since they began is removed" \
	with_wirerootd 2026-01-01T00:00:00Z 2 "${remove_xz[@]}"
check "… and is gone" test ! -e "$images/xz"

mounted_inside() {
	unshare -m sh -c "mount --bind '$work/outside' '$images/gzip/srv' &&
		'$wireroot' image remove --images '$images' -y gzip"
}
check "what something is mounted in is not removed" says 1 'mounted at: .*/gzip/srv' mounted_inside
check "… nor is what is mounted" outside_untouched

finish
