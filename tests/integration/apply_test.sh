#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot apply` and what belongs to it: that a change is whole or not at all, whatever happens
# to it on its way, and that going back gives the old bytes. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
wireroot=$PWD/build/wireroot

# Mounts and networks of this test are nobody else's, and end with it.
if [ -z "${APPLY_TEST_INSIDE:-}" ]; then
	kernel=$(tests/fixtures/kernels.sh 6.1) || exit 1
	export APPLY_TEST_INSIDE=$kernel
	exec tests/fixtures/contained.sh unshare --net "$0" "$@"
fi
version=${APPLY_TEST_INSIDE%% *} tree=${APPLY_TEST_INSIDE#* }
ip link set lo up

work=$(mktemp -d)
# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh
trap 'cd /; umount "$work/small" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# --- a cluster of three nodes --------------------------------------------------------------------

state=$work/state
image=$work/image
mkdir -p "$image" "$work/bin" "$work/etc"
# Nobody boots it, and it is hashed some hundred times.
head -c 65536 /dev/urandom >"$work/vmlinuz"

# define [APPEND [LINE...]]: cluster.yaml, with words for n02 and lines for its end.
define() {
	local words=${1:-quiet}
	shift
	cat >"$work/cluster.yaml" <<-EOF
	cluster: { name: test }
	networks:
	  boot: { subnet: 10.87.0.0/24 }
	servers:
	  boot1: { address: 10.87.0.1, roles: [boot, nfs] }
	images:
	  debian12:
	    path: $image
	    kernel: $version
	    modules: $tree/lib/modules
	    vmlinuz: $work/vmlinuz
	profiles:
	  compute: { image: debian12, drivers: [virtio_net], append: [quiet] }
	nodes:
	  n01: { profiles: compute, mac: 52:54:00:12:00:01, address: 10.87.0.11 }
	  n02: { profiles: compute, mac: 52:54:00:12:00:02, address: 10.87.0.12, append: [$words] }
	  n03: { profiles: compute, mac: 52:54:00:12:00:03, address: 10.87.0.13 }
	EOF
	printf '%s\n' "$@" >>"$work/cluster.yaml"
}

apply() {
	"$wireroot" apply --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache" \
		--services none "$@"
}

rollback() {
	"$wireroot" rollback --state "$state" --services none "$@"
}

# Every file of the generation in force, with its hash.
bytes() {
	(cd "$state/current/" && find . -type f -exec sha256sum {} + | sort)
}

# force N: generation N is in force, and is what its manifest says.
in_force() {
	local link
	link=$(readlink "$state/current")
	if [ "$link" != "generations/$1" ]; then
		echo "in force is $link, not $1"
		return 1
	fi
	zstd -qdc "$state/generations/$1.manifest.zst" | sed '1,/^$/d' |
		sed -E 's/^[0-7]{4} ([0-9a-f]{64}) [0-9]+ /\1  /' >"$work/sums"
	(cd "$state/current/" && sha256sum --quiet --strict -c "$work/sums" &&
		find . -type f | wc -l | grep -qx "$(wc -l <"$work/sums")")
}

# Nothing of an unfinished change is left: neither trees nor objects that nobody uses.
nothing_left() {
	local left
	left=$(find "$state" -name '*.new' -o -name '*.old' -o -name refused -o -name switching
		find "$state/objects" -type f -links 1
		for manifest in "$state"/generations/*.manifest.zst; do
			[ ! -e "$manifest" ] || [ -d "${manifest%.manifest.zst}" ] || echo "$manifest"
		done)
	[ -z "$left" ] || { echo "left over:" "$left"; return 1; }
}

# --- a change of one node ------------------------------------------------------------------------

inodes() {
	(cd "$state/current/" && find . -type f -printf '%p %i %T@\n' | sort)
}

only_these_files_are_new() {
	diff "$work/inodes" <(inodes) | sed -n 's/^> \([^ ]*\).*/\1/p' >"$work/new-files"
	diff "$work/new-files" - <<-EOF
	./http/node/52:54:00:12:00:02.ipxe
	EOF
}

define
check "a plan before the first apply makes nothing" says 0 'the first generation: [0-9]+ files added' \
	"$wireroot" plan --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache"
check "… indeed" test ! -e "$state"
check "there is nothing to go back to" says 1 'state directory: .*no such file.*apply. makes it' rollback
check "… nor to prune" says 1 'state directory: .*no such file' \
	"$wireroot" prune --state "$state" --services none
check "… and neither makes a state" test ! -e "$state"
check "the first apply" says 0 'generation 1 is in force' apply
check "is in force, with the bytes of its manifest" in_force 1
check "leaves nothing behind" nothing_left
check "segments are for their owner alone" \
	test "$(stat -c %a "$state/current/http/node/52:54:00:12:00:01.img")" = 600
check "… and so is the list of their hashes" \
	test "$(stat -c %a "$state/generations/1.manifest.zst")" = 600
check "a second one has nothing to do" says 0 'nothing to do: generation 1' apply
check "… nor has a plan" says 0 'nothing to do: generation 1' \
	"$wireroot" plan --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache"

check "a state that files could not name is refused" says 1 'state directory: .*/a b' \
	"$wireroot" apply --cluster "$work/cluster.yaml" --state "$work/a b" --cache "$work/cache" \
	--services none
check "… before anything is made there" test ! -e "$work/a b"

bytes >"$work/bytes1"
inodes >"$work/inodes"
define one=1
check "a plan names the node and the service" says 0 'node scripts +1 changed: n02' \
	"$wireroot" plan --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache"
check "… as JSON, too" sh -c "'$wireroot' plan --json --cluster '$work/cluster.yaml' \
	--state '$state' --cache '$work/cache' |
	jq -e '.nodes == \"n02\" and .services == [{service: \"wirerootd.service\", action: \"reload\",
		path: \"http/node/52:54:00:12:00:02.ipxe\"}]'"
check "a diff shows the line" says 0 '^\+kernel .* one=1 ' \
	"$wireroot" diff --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache"
check "… and whose it is" says 0 '^n02, node scripts:$' \
	"$wireroot" diff --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache"
check "nothing of that was written" in_force 1
check "a change of one node" says 0 'generation 2 is in force: 0 files added, 1 changed, 0 removed' \
	apply
check "writes its file and no other" only_these_files_are_new
check "a diff of two generations shows the other way, too" says 0 '^-kernel .* one=1 ' \
	"$wireroot" diff --state "$state" 2 1
check "history knows both" says 0 '^\*   2 ' "$wireroot" history --state "$state"
bytes >"$work/bytes2"
check "rollback goes to the one before" says 0 'generation 1 is in force, 2 was' rollback
check "… with its bytes" diff "$work/bytes1" <(bytes)
check "rollback to a number goes forth" rollback 2
check "… with those bytes" diff "$work/bytes2" <(bytes)
check "a generation that there is not" says 1 'find generation: 9' rollback 9
check "… changes nothing" in_force 2

tamper() {
	local file=$state/generations/1/http/boot.ipxe
	cp -p "$file" "$work/kept" && echo "# edited" >>"$file"
}
mend() {
	cat "$work/kept" >"$state/generations/1/http/boot.ipxe"
}
check "a file of a generation is edited" tamper
check "rollback to it is refused" says 1 'verify file of the generation: http/boot.ipxe' rollback 1
check "… and changes nothing" test "$(readlink "$state/current")" = generations/2
check "mended, it is taken" sh -c true
mend
check "… indeed" rollback 1
rollback 2 >/dev/null 2>&1

# Generations share their files; so 1 and 2 are both damaged.
damage() {
	echo "# edited" >>"$state/current/http/boot.ipxe"
}
check "a file in force is damaged" damage
check "a plan says so" says 0 'http/boot.ipxe' \
	"$wireroot" plan --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache"
check "apply writes it anew, though nothing else changed" \
	says 0 'generation 3 is in force: 0 files added, 1 changed' apply
check "… with the bytes of its manifest" in_force 3
check "… which are those from before" diff "$work/bytes2" <(bytes)
check "then there is nothing to do" says 0 'nothing to do: generation 3' apply
damage
define one=2
check "what is damaged is not linked into the next generation" says 0 'generation 4' apply
check "… indeed" in_force 4
# An object that nothing in force has, damaged and then wanted again.
echo "# edited" >>"$state/generations/3/http/node/52:54:00:12:00:02.ipxe"
define one=1
check "nor is an object that has been damaged" says 0 'generation 5' apply
check "… indeed" in_force 5
check "… with the bytes from before" diff "$work/bytes2" <(bytes)
alike_once() {
	sed 's/drivers: \[virtio_net\]/&, onfail: retry/' "$work/cluster.yaml" >"$work/retry.yaml"
	"$wireroot" diff --cluster "$work/retry.yaml" --state "$state" --cache "$work/cache" \
		>"$work/diff" 2>/dev/null || return
	cat "$work/diff"
	[ "$(grep -c '^[+-][^+-]' "$work/diff")" = 1 ] &&
		grep -qx 'n\[01-03\], node segments, 3 changes alike; shown is n01:' "$work/diff"
}
define
apply >/dev/null 2>&1
check "a diff shows once what changes alike" alike_once

rm -rf "$state"
define
apply >/dev/null 2>&1
define one=1
apply >/dev/null 2>&1

# --- damaged states ------------------------------------------------------------------------------

break_manifest() {
	echo damaged >"$state/generations/$1.manifest.zst"
}
break_manifest 2
check "a plan does without a list that is damaged" says 0 'the first generation|added' \
	"$wireroot" plan --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache"
check "rollback to a number does without what is in force" \
	says 0 'generation 2, in force, cannot be read' rollback 1
check "… indeed" in_force 1
ln -sfn generations/7 "$state/current"
check "without a number it does not" says 1 'go back' rollback
check "rollback from a generation that is gone" says 0 'generation 1 is in force' rollback 1
ln -sfn generations/7 "$state/current"
check "apply does without it, too" says 0 'generation 8 is in force' apply
check "… indeed" in_force 8
rm "$state/current"
mkdir "$state/current"
check "a directory in the place of \`current\` is named" says 1 'current.*move it away' apply
check "… and stays" rmdir "$state/current"
ln -s /etc "$state/current"
check "so is a link to elsewhere" says 1 'leads to: /etc.*move it away' rollback 1
rm "$state/current"
check "when it is away, rollback works" rollback 1
rm -rf "$state"
define
apply >/dev/null 2>&1
define one=1
apply >/dev/null 2>&1

define 'one=1' '  n04: { profiles: compute, mac: 52:54:00:12:00:01, address: 10.87.0.14 }'
check "a definition with a mistake is not applied" says 1 'cluster.yaml:[0-9]+:[0-9]+: error' apply
check "… and changes nothing" in_force 2

# --- drop-ins and services -----------------------------------------------------------------------

# Stands in for systemctl and its like: notes what it is told, refuses what is in `refuse`.
fake_systemctl() {
	cat >"$work/bin/systemctl" <<-EOF
	#!/bin/sh
	echo "\${0##*/} \$*" >>"$work/told"
	echo "\$(readlink "$state/current") \$*" >>"$work/told-when"
	if [ -e "$work/refuse" ] && echo "\$*" | grep -q "\$(cat "$work/refuse")"; then
		echo "Job for that failed." >&2
		exit 1
	fi
	EOF
	chmod 755 "$work/bin/systemctl"
}
fake_systemctl
# As a service's command; the checker, whose /etc/exports is ours, is not noted.
fake_exportfs() {
	{ echo '#!/bin/sh'; echo 'grep -q Wireroot /etc/exports && exit'
		tail -n +2 "$work/bin/systemctl"; } >"$work/bin/exportfs"
	chmod 755 "$work/bin/exportfs"
}
fake_exportfs
printf '#!/bin/sh\necho "bind: address in use"\n' >"$work/bin/journalctl"
# What the units of this test name is not installed; the checker is asked in a check of its own.
printf '#!/bin/sh\nexit 0\n' >"$work/bin/systemd-analyze"
chmod 755 "$work/bin/journalctl" "$work/bin/systemd-analyze"

with_services() {
	: >"$work/told"
	: >"$work/told-when"
	PATH=$work/bin:$PATH "$wireroot" "$1" "${@:2}" --state "$state" --services systemd \
		--prefix-etc "$work/etc"
}
apply_with_services() {
	with_services apply --cluster "$work/cluster.yaml" --cache "$work/cache"
}
told() {
	diff "$work/told" -
}

rm -rf "$state"
define
mkdir -p "$work/etc/dnsmasq.d"
echo "# mine" >"$work/etc/dnsmasq.d/wireroot.conf"
check "a foreign file in the place of a drop-in is refused" \
	says 1 'dnsmasq.d/wireroot.conf: exists already' apply_with_services
check "… and left as it is" grep -qx "# mine" "$work/etc/dnsmasq.d/wireroot.conf"
check "… and nothing is in force" test ! -e "$state/current"
rm "$work/etc/dnsmasq.d/wireroot.conf"
check "without it, the first apply starts everything" apply_with_services
check "… in order" told <<EOF
systemctl daemon-reload
systemctl start nfs-kernel-server.service
exportfs -ra
systemctl enable --now wirerootd.service
systemctl restart --quiet dnsmasq
EOF
check "the drop-ins lead into the generation in force" \
	cmp "$work/etc/dnsmasq.d/wireroot.conf" "$state/current/servers/boot1/dnsmasq.conf"
check "… all of them" cmp "$work/etc/exports.d/wireroot.exports" \
	"$state/current/servers/boot1/exports"
check "… and units" cmp "$work/etc/systemd/system/wirerootd.service" \
	"$state/current/servers/boot1/units/wirerootd.service"

rm "$work/etc/dnsmasq.d/wireroot.conf"
check "a drop-in that is missing is made again" apply_with_services
check "… and services are told" grep -qx 'systemctl restart --quiet dnsmasq' "$work/told"
check "… indeed" test -L "$work/etc/dnsmasq.d/wireroot.conf"

define one=1
check "a node's words concern wirerootd alone" apply_with_services
check "… which is told once" told <<EOF
systemctl reload-or-restart --quiet wirerootd.service
EOF
define one=1 '  n04: { profiles: compute, mac: 52:54:00:12:00:04, address: 10.87.0.14 }'
check "a new node concerns dnsmasq, too" apply_with_services
check "… which reads its lists again" told <<EOF
systemctl reload-or-restart --quiet dnsmasq
systemctl reload-or-restart --quiet wirerootd.service
EOF

bytes >"$work/bytes3"
define two=2
echo 'wirerootd' >"$work/refuse"
check "a service that refuses makes apply fail, with what it said" \
	says 1 'wirerootd.service|systemctl.*bind: address in use' apply_with_services
check "… the old generation is in force" in_force 3
check "… with its bytes" diff "$work/bytes3" <(bytes)
check "… services were told of both" told <<EOF
systemctl reload-or-restart --quiet dnsmasq
systemctl reload-or-restart --quiet wirerootd.service
systemctl reload-or-restart --quiet dnsmasq
systemctl reload-or-restart --quiet wirerootd.service
EOF
check "… the last time of the old one" sh -c "tail -n 2 '$work/told-when' | grep -c generations/3 | grep -qx 2"
check "… the history does not have it" \
	sh -c "! '$wireroot' history --state '$state' | grep -q '^.   4 '"
check "… and what was refused can be looked at" test -e "$state/generations/refused/nodes"
rm "$work/refuse"
check "when it does not refuse any more, apply works" says 0 'generation 4' apply_with_services
check "… and clears what was refused" nothing_left

rollback_with_services() {
	with_services rollback "$@"
}
echo 'dnsmasq' >"$work/refuse"
check "rollback that a service refuses" says 1 dnsmasq rollback_with_services 3
check "… leaves what was in force" in_force 4
check "… and the generation that it did not get to" test -d "$state/generations/3"
rm "$work/refuse"

define two=2
sed -i 's/roles: \[boot, nfs\]/roles: [boot, nfs], nfs: ganesha/' "$work/cluster.yaml"
check "another kind of NFS server" apply_with_services
check "… is started, and the drop-in of the other is gone" told <<EOF
systemctl daemon-reload
systemctl start nfs-kernel-server.service
exportfs -ra
systemctl enable --now wireroot-ganesha.service
systemctl reload-or-restart --quiet wirerootd.service
EOF
check "… indeed" test ! -e "$work/etc/exports.d/wireroot.exports"
check "going back ends it" rollback_with_services 4
check "… before systemd forgets it" sh -c "head -n 1 '$work/told' |
	grep -qx 'systemctl disable --now wireroot-ganesha.service'"
check "… and its unit is gone" test ! -L "$work/etc/systemd/system/wireroot-ganesha.service"

# --- checkers ------------------------------------------------------------------------------------

refused_by() {
	cat >"$work/bin/$1" <<-EOF
	#!/bin/sh
	echo "$1: no good at line 1 of it" >&2
	exit 1
	EOF
	chmod 755 "$work/bin/$1"
}
define three=3 '  n05: { profiles: compute, mac: 52:54:00:12:00:05, address: 10.87.0.15 }'
refused_by dnsmasq
check "what dnsmasq refuses is not put in force" says 1 'check: .*dhcp-hosts.*no good' \
	apply_with_services
check "… and names the line at fault" says 1 '52:54:00:12:00:05,10.87.0.15,n05' apply_with_services
check "… and the old generation is" in_force 4
rm "$work/bin/dnsmasq"
mv "$image" "$image.away"
rm "$work/bin/exportfs"
check "the real exportfs misses a directory" says 1 'exports.*stat .*image|error' \
	sh -c "cd / && PATH=$work/bin:\$PATH '$wireroot' apply --cluster '$work/cluster.yaml' \
	--cache '$work/cache' --state '$work/state2' --services systemd --prefix-etc '$work/etc2'"
mv "$image.away" "$image"
fake_exportfs
check "the real exportfs left no trace on this machine" sh -c "! exportfs -v | grep -q '$image'"

# --- two at once ---------------------------------------------------------------------------------

# The first is held while it tells wirerootd.
two_at_once() {
	mkfifo "$work/gate"
	cat >"$work/bin/systemctl" <<-EOF
	#!/bin/sh
	case "\$*" in *wirerootd*) [ -p "$work/gate" ] && read -r _ <"$work/gate" ;; esac
	exit 0
	EOF
	define four=4
	apply_with_services >"$work/first" 2>&1 &
	first=$!
	until [ "$(readlink "$state/current")" = "generations/$1" ]; do
		inotifywait -qq -t 1 -e moved_to "$state"
	done
	define five=5
	apply >"$work/second" 2>&1 &
	second=$!
	until grep -q "waiting for" "$work/second"; do
		inotifywait -qq -t 1 -e modify "$work/second"
	done
	cat "$work/second"
	grep -q "waiting for process [0-9]* (apply " "$work/second" || return
	echo go >"$work/gate"
	wait "$first" && wait "$second" || return
	rm "$work/gate"
}
check "of two at once, one waits and says for whom" two_at_once 6
check "… and then works with the newest definition" grep -q five=5 \
	"$state/current/http/node/52:54:00:12:00:02.ipxe"
check "both are in the history" sh -c "'$wireroot' history --state '$state' --json |
	jq -e 'map(.generation) | index(6) and index(7)'"

# --- kept generations ----------------------------------------------------------------------------

# shellcheck source=tests/fixtures/fake_wirerootd.sh
. tests/fixtures/fake_wirerootd.sh

rm -rf "$state"
for words in a=1 b=2 c=3 d=4 e=5; do
	define "$words"
	apply >/dev/null 2>&1
done
kept() {
	local found
	found=$(cd "$state/generations" && find . -maxdepth 1 -type d -name '[0-9]*' | sort | tr -d './' | xargs)
	[ "$found" = "$*" ] || { echo "kept are $found"; return 1; }
}
prune() {
	"$wireroot" prune --state "$state" --services none "$@"
}
check "when wirerootd cannot be asked, nothing goes, and a line says so" \
	says 0 'no generation of the last 30 days is removed' prune --keep 2
check "… indeed" kept 1 2 3 4 5
# A list that cannot be read.
cp -a "$state" "$work/five"
echo damaged >"$state/generations/2.manifest.zst"
check "history tells a damaged generation, and the others" \
	sh -c "'$wireroot' history --state '$state' | grep -c -e '^    2  damaged' -e '^\\*   5 ' | grep -qx 2"
check "… as JSON, too" sh -c "'$wireroot' history --state '$state' --json |
	jq -e 'length == 5 and .[1].damaged'"
check "prune lets it stay while a node may run it" prune --keep 2
check "… indeed" kept 1 2 3 4 5
touch -d '40 days ago' "$state/generations/2.manifest.zst"
check "prune takes it away when it is old" says 0 'generation 2 removed' prune --keep 2
check "… and says as JSON what stays" sh -c "'$wireroot' prune --state '$state' --services none \
	--keep 2 --json | jq -e '.removed == [] and .asked == false and
		[.kept[].generation] == [1, 3, 4]'"
check "… alone" kept 1 3 4 5
check "… with its objects" nothing_left
rm -rf "$state"
mv "$work/five" "$state"

ip addr add 10.87.0.1/32 dev lo
fake_wirerootd 10.87.0.1:8017 "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
check "what was made before wirerootd kept boots stays, whoever else it knows" \
	says 0 'knows who booted since 20.*: what was made before stays' prune --keep 2
check "… indeed" kept 1 2 3 4 5
end_fake_wirerootd
fake_wirerootd 10.87.0.1:8017 2026-01-01T00:00:00Z
check "history says who runs what" sh -c "'$wireroot' history --state '$state' --json |
	jq -e '.[0].nodes == \"n01\" and .[1].nodes == \"\"'"
rollback 3 >/dev/null 2>&1
check "prune" says 0 'generation 1 stays: n01 booted from it' prune --keep 2
check "… and as JSON, who runs what stays" sh -c "'$wireroot' prune --state '$state' \
	--services none --keep 1 --json | jq -e '.removed == [] and .asked and
		.kept == [{generation: 1, nodes: \"n01\"}]'"
check "keeps what is in force and what a node runs" kept 1 3
check "… with all of their bytes" in_force 3
check "… and no objects of the others" nothing_left
define f=6
check "apply prunes, too" apply --keep 2
check "… indeed" kept 1 4
end_fake_wirerootd
ip addr del 10.87.0.1/32 dev lo

# --- killed at every step ------------------------------------------------------------------------

# The system calls that change something on disk, or tell that it is there; a file that was only
# made is found before its write. Of many calls alike one in KILL_STRIDE is tried; with
# KILL_STRIDE=1 (five minutes) each is, and each of those between which something may have changed.
KILL_STRIDE=${KILL_STRIDE:-6}
calls="mkdir mkdirat linkat write rename renameat symlinkat unlinkat fsync syncfs"
[ "$KILL_STRIDE" -gt 1 ] ||
	calls+=" openat close fchmod utimensat ftruncate pwrite64 flock clone3 wait4 poll"

# killed CALL N COMMAND...: kill it at the Nth call. 1: there was none such, and it succeeded.
killed() {
	local call=$1 when=$2
	shift 2
	# The shell would tell of each death.
	(
		strace -qq -o /dev/null -e trace="$call" \
			-e inject="$call:signal=KILL:when=$when" "$@"
		exit $?
	) >"$work/killed" 2>&1
	case $? in
	137) return 0 ;;
	0) return 1 ;;
	*) return 2 ;;
	esac
}

# What the killed command is told of services, and what is run behind it.
services=(--services none)
again=apply

restore() {
	rm -rf "$state" "${work:?}/etc"
	[ ! -d "$work/before" ] || cp -a "$work/before" "$state"
	[ ! -d "$work/before-etc" ] || cp -a "$work/before-etc" "$work/etc"
	: >"$work/told-when"
}

# After a kill: OLD (0: none) or NEW is in force, whole; OLD's bytes are as they were; and the next
# apply finishes.
judge_kill() {
	local old=$1 new=$2
	if [ -L "$state/current" ] || [ "$old" -ne 0 ]; then
		in_force "$new" >/dev/null || in_force "$old" || return
	fi
	"$wireroot" history --state "$state" >/dev/null || return
	"$again" >"$work/after" 2>&1 || { cat "$work/after"; return 1; }
	in_force "$(readlink "$state/current" | sed 's/.*\///')" && nothing_left || return
	diff "$work/wanted" <(bytes) || return
	[ "$old" -eq 0 ] || diff -r "$work/before/generations/$old" "$state/generations/$old"
}

# kill_everywhere OLD NEW WORD...: `wireroot WORD...` is killed at each of its calls.
kill_everywhere() {
	local old=$1 new=$2 call n steps=0 status
	shift 2
	for call in $calls; do
		for ((n = 1; ; n += n < 5 ? 1 : KILL_STRIDE)); do
			restore
			killed "$call" "$n" "$wireroot" "$@" --state "$state" "${services[@]}"
			status=$?
			[ "$status" -ne 1 ] || break
			[ "$status" -eq 0 ] || { cat "$work/killed"; return 1; }
			steps=$((steps + 1))
			if ! judge_kill "$old" "$new"; then
				echo "killed at call $n of $call"
				return 1
			fi
		done
	done
	echo "$steps steps"
	[ "$steps" -gt 10 ]
}

definition=(--cluster "$work/cluster.yaml" --cache "$work/cache")
rm -rf "$state" "$work/before"
define
apply >/dev/null 2>&1
bytes >"$work/wanted"
check "the first apply, killed at every step" kill_everywhere 0 1 apply "${definition[@]}"

rm -rf "$state"
apply >/dev/null 2>&1
cp -a "$state" "$work/before"
define six=6 '  n06: { profiles: compute, mac: 52:54:00:12:00:06, address: 10.87.0.16 }'
apply >/dev/null 2>&1
bytes >"$work/wanted"
check "a second one, killed at every step" kill_everywhere 1 2 apply "${definition[@]}"

rm -rf "$work/before"
cp -a "$state" "$work/before"
check "rollback, killed at every step" kill_everywhere 2 1 rollback 1

prune_setup() {
	local words
	restore
	for words in g=1 h=2 i=3; do
		define "$words"
		apply --keep 99 >/dev/null 2>&1
	done
	bytes >"$work/wanted"
	rm -rf "$work/before"
	# Older than what is kept for nodes that cannot be asked about.
	for manifest in "$state"/generations/*.manifest.zst; do
		zstd -qdc "$manifest" | sed 's/^time 20../time 2001/' >"$work/manifest"
		zstd -qf "$work/manifest" -o "$manifest"
	done
	cp -a "$state" "$work/before"
}
prune_setup
check "old generations are pruned without asking" prune --keep 2
check "… indeed" kept 4 5
check "prune, killed at every step" kill_everywhere 4 5 prune --keep 2

# The same with services, which hear of what is in force at the end.
rm -rf "$work/before" "$work/before-etc" "$work/refuse"
services=(--services systemd --prefix-etc "$work/etc")
again=settle
fake_systemctl
fake_exportfs
settle() {
	local now line
	"$wireroot" apply "${definition[@]}" --state "$state" "${services[@]}" || return
	now=$(readlink "$state/current")
	cmp "$work/etc/dnsmasq.d/wireroot.conf" "$state/current/servers/boot1/dnsmasq.conf" || return
	for line in "${heard[@]}"; do
		grep -qx "$now $line" "$work/told-when" ||
			{ echo "nobody said: $line"; cat "$work/told-when"; return 1; }
	done
}
heard=(daemon-reload "start nfs-kernel-server.service" -ra "enable --now wirerootd.service"
	"restart --quiet dnsmasq")
define
rm -rf "$state" "${work:?}/etc"
PATH=$work/bin:$PATH settle >/dev/null 2>&1
bytes >"$work/wanted"
PATH=$work/bin:$PATH check "the first apply with services, killed at every step" \
	kill_everywhere 0 1 apply "${definition[@]}"

heard=("reload-or-restart --quiet dnsmasq" "reload-or-restart --quiet wirerootd.service")
rm -rf "$state" "${work:?}/etc"
PATH=$work/bin:$PATH apply_with_services >/dev/null 2>&1
cp -a "$state" "$work/before"
cp -a "$work/etc" "$work/before-etc"
define six=6 '  n06: { profiles: compute, mac: 52:54:00:12:00:06, address: 10.87.0.16 }'
PATH=$work/bin:$PATH settle >/dev/null 2>&1
bytes >"$work/wanted"
PATH=$work/bin:$PATH check "a second one" kill_everywhere 1 2 apply "${definition[@]}"
services=(--services none)
again=apply
rm -rf "$work/before" "$work/before-etc"

# --- a switch that was cut off -------------------------------------------------------------------

cut_off_switch_is_told_again() {
	rm -rf "$state" "${work:?}/etc" "$work/gate"
	cat >"$work/bin/systemctl" <<-EOF
	#!/bin/sh
	echo "\$*" >>"$work/told"
	EOF
	define
	apply_with_services || return
	define seven=7 '  n07: { profiles: compute, mac: 52:54:00:12:00:07, address: 10.87.0.17 }'
	: >"$work/told"
	PATH=$work/bin:$PATH strace -qq -o /dev/null -e trace=fsync \
		-e inject=fsync:signal=KILL:when=2 "$wireroot" apply "${definition[@]}" \
		--state "$state" --services systemd --prefix-etc "$work/etc"
	[ "$(readlink "$state/current")" = generations/2 ] || { readlink "$state/current"; return 1; }
	[ ! -s "$work/told" ] || return
	apply_with_services || return
	told <<-EOF
	reload-or-restart --quiet dnsmasq
	reload-or-restart --quiet wirerootd.service
	EOF
}
check "services hear of a switch that was cut off" cut_off_switch_is_told_again
check "… and then it is over" nothing_left

# --- a full disk ---------------------------------------------------------------------------------

mkdir "$work/small"
state=$work/small/state

# A file system with LEFT pages of 4 KiB that are free behind the state in $work/before.
fill_to() {
	local left=$1 free
	rm -rf "$state" "$work/small/filler"
	[ ! -d "$work/before" ] || cp -a "$work/before" "$state"
	free=$(stat -f -c %a "$work/small")
	[ "$free" -gt "$left" ] || return
	head -c $(((free - left) * 4096)) /dev/zero >"$work/small/filler"
}

# full_everywhere OLD LEFT...: apply with each number of pages left.
full_everywhere() {
	local old=$1 left refused=0 done=0
	shift
	for left; do
		fill_to "$left" || return
		if apply >"$work/said" 2>&1; then
			done=$((done + 1))
		else
			refused=$((refused + 1))
			grep -q "no space left" "$work/said" || { cat "$work/said"; return 1; }
			if [ "$old" -eq 0 ]; then
				[ ! -e "$state/current" ] || return
			else
				in_force "$old" || return
			fi
			# The note of who holds the lock may be all that is left of it.
			nothing_left || return
		fi
		rm -f "$work/small/filler"
		apply >"$work/said" 2>&1 || { cat "$work/said"; return 1; }
		if ! diff "$work/wanted" <(bytes) || ! nothing_left; then
			echo "with $left pages left"
			return 1
		fi
	done
	echo "$refused refused, $done done"
	[ "$refused" -gt 0 ] && [ "$done" -gt 0 ]
}

mount -t tmpfs -o size=40m tmpfs "$work/small"
rm -rf "$work/before"
define
apply >/dev/null 2>&1
bytes >"$work/wanted"
# shellcheck disable=SC2046  # numbers
check "a first apply on a disk that is full at many levels" full_everywhere 0 \
	$(seq 0 3 20) $(seq 30 40 270) $(seq 290 4 340) 600

rm -rf "$state"
apply >/dev/null 2>&1
cp -a "$state" "$work/before"
define eight=8 '  n08: { profiles: compute, mac: 52:54:00:12:00:08, address: 10.87.0.18 }'
apply >/dev/null 2>&1
bytes >"$work/wanted"
# shellcheck disable=SC2046
check "a second one" full_everywhere 1 $(seq 0 2 30)
umount "$work/small"

# Without any room for names.
no_inodes() {
	local left used refused=0
	for left in $(seq 0 4 60); do
		umount "$work/small" 2>/dev/null
		mount -t tmpfs -o "size=40m,nr_inodes=100000" tmpfs "$work/small"
		cp -a "$work/before" "$state"
		used=$(($(stat -f -c '%c - %d' "$work/small")))
		mount -o "remount,nr_inodes=$((used + left))" "$work/small" || return
		if ! apply >"$work/said" 2>&1; then
			refused=$((refused + 1))
			in_force 1 && nothing_left || return
		fi
		mount -o remount,nr_inodes=100000 "$work/small"
		apply >"$work/said" 2>&1 || { cat "$work/said"; return 1; }
		diff "$work/wanted" <(bytes) && nothing_left || return
	done
	[ "$refused" -gt 0 ]
}
check "… and on one without inodes" no_inodes
umount "$work/small"
cd "$top" || exit 1

finish
