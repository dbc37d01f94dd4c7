#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which thin clones `wireroot storage` removes as half made: LVM's report, the clone's file system and the
# note that it was begun are laid out here, and no LVM is needed. Prints TAP. Needs root.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
# Volumes and notes are at places of the whole host.
if [ -z "${STORAGE_TEST_INSIDE:-}" ]; then
	exec env STORAGE_TEST_INSIDE=1 unshare --mount "$0" "$@"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib && mount -t tmpfs tmpfs /dev && mkdir /dev/vg0 &&
	mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9 || exit 1

wireroot=$PWD/build/wireroot
golden=01234567-89ab-4cde-8f01-23456789abcd
own=11111111-2222-4333-8444-555555555555
notes=/var/lib/wireroot/begun/vg0

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

storage() {
	local verb=$1
	shift
	PATH=$work:$PATH LD_LIBRARY_PATH=$PWD/build/lvm-by-path "$wireroot" storage "$verb" --cluster "$work/cluster.yaml" --services none "$@"
}

define() {
	cat >"$work/cluster.yaml" <<-END
		cluster: { name: demo, iqn: iqn.2026-11.example.demo }
		networks: { boot: { subnet: 127.0.0.0/24, range: 127.0.0.100-127.0.0.199 } }
		servers: { s1: { address: 127.0.0.1, roles: [boot, nfs, iscsi] } }
		storage: { thin: { group: vg0, pool: pool0 } }
		images: { deb: { path: $work, kernel: newest } }
		nodes:
		  "n[1-6]": { root: iscsi, storage: thin, image: deb, volume-size: 64M }
	END
	cat >"$work/lvs" <<-END
		#!/bin/sh
		echo '{"report": [{"lv": ['
		for i in 1 2 3 4 5 6; do
			cat <<JSON
		{"lv_name":"wr-n\$i", "lv_size":"67108864", "lv_attr":"Vwi-a-tz--", "pool_lv":"pool0", "origin":"wr-image-deb",
		 "data_percent":"5.00", "metadata_percent":"", "lv_metadata_size":"",
		 "lv_tags":"wireroot.unfinished-with.$golden"},
		JSON
		done
		cat <<JSON
		{"lv_name":"pool0", "lv_size":"1073741824", "lv_attr":"twi-aotz--", "pool_lv":"", "origin":"",
		 "data_percent":"1.00", "metadata_percent":"1.00", "lv_metadata_size":"4194304", "lv_tags":""}
		]}]}
		JSON
	END
	printf '#!/bin/sh\necho "$*" >> %s/removed\n' "$work" >"$work/lvremove"
	# Whether the pool was told to make it, as LVM keeps that: "--file FILE vg0".
	cat >"$work/vgcfgbackup" <<-END
		#!/bin/sh
		[ ! -e $work/yet-to-be-made ] || echo 'create = "wr-n1"' > "\$2"
	END
	chmod 755 "$work/lvs" "$work/lvremove" "$work/vgcfgbackup"
}

# lay_out UUID|unreadable noted|unnoted
lay_out() {
	rm -rf "$notes" /dev/vg0/* "$work/removed" "$work/yet-to-be-made"
	mkdir -p "$notes"
	[ "$2" = unnoted ] || touch "$notes/n1"
	[ "$1" = unreadable ] || mkfs.ext4 -q -F -U "$1" /dev/vg0/wr-n1 8M
}

is_listed() {
	storage list n1 | grep -q " $1\$"
}

# By `create`, which cannot make it anew here, as there is no image.
is_kept() {
	storage create n1 >"$work/log" 2>&1
	cat "$work/log"
	[ ! -e "$work/removed" ]
}

half_made() {
	lay_out "$golden" noted && is_listed unfinished && ! is_kept && [ ! -e "$notes/n1" ]
}

golden_uuid_of_a_node() {
	lay_out "$golden" unnoted && is_listed unclear && is_kept && grep -q 'UUID of the golden volume' "$work/log"
}

unreadable_and_noted() {
	lay_out unreadable noted && is_listed unclear && is_kept && grep -q 'cannot be read' "$work/log"
}

unreadable_and_unnoted() {
	lay_out unreadable unnoted && is_listed ready && is_kept
}

yet_to_be_made() {
	lay_out unreadable noted && touch "$work/yet-to-be-made" && is_listed unfinished && ! is_kept
}

whole() {
	lay_out "$own" unnoted && is_listed ready && is_kept && grep -q 'is there already' "$work/log"
}

note_outlives() {
	lay_out "$own" noted && is_listed ready && [ ! -e "$notes/n1" ] && is_kept
}

# There is no place for its secrets. By then the next ones are there, too.
refused_offer() {
	lay_out "$own" unnoted && ! storage create "n[1-6]" --services systemd --state /dev/null/none >"$work/log" 2>&1 || return 1
	cat "$work/log"
	[ "$(grep -c 'is there already' "$work/log")" = 1 ] && grep -q '^n1: is there' "$work/log" &&
		grep -q '0 of 6 volumes are there' "$work/log"
}

named_to_remove() {
	lay_out "$golden" unnoted && storage remove n1 -y && grep -q vg0/wr-n1 "$work/removed"
}

define
check "a clone that is noted and has the golden UUID is removed" half_made
check "one whose node took the golden UUID is kept" golden_uuid_of_a_node
check "one that was begun and cannot be read is neither ready nor removed" unreadable_and_noted
check "one that LVM wrote down and never made is removed" yet_to_be_made
check "one that was not begun and cannot be read is kept" unreadable_and_unnoted
check "one with a UUID of its own is ready" whole
check "a note that outlived the making is removed" note_outlives
check "when one cannot be offered, no other one is" refused_offer
check "one that is unclear is removed when it is named" named_to_remove
finish
