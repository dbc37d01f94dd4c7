#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# wirerootd with a cluster: who gets a node's segment and when, and how unknown machines become
# nodes. The boot server and every machine have a network namespace of their own. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wirerootd=${WIREROOTD:-$PWD/build/wirerootd-asan}
wireroot=$PWD/build/wireroot
discover=$PWD/build/wireroot-discover

# Mounts, processes and networks of this test are nobody else's, and end with it.
if [ -z "${CLUSTER_TEST_INSIDE:-}" ]; then
	kernel=$(tests/fixtures/kernels.sh 6.1) || exit 1
	export CLUSTER_TEST_INSIDE=$kernel
	exec tests/fixtures/contained.sh unshare --net "$0" "$@"
fi
version=${CLUSTER_TEST_INSIDE%% *} tree=${CLUSTER_TEST_INSIDE#* }

work=$(mktemp -d)
chmod 755 "$work"
state=$work/state
control=$work/control
url=http://10.87.0.1:8017
pid=
declare -A machines=() # name → process whose namespaces are the machine's
trap 'cd /; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

# await FILE REGEX: until a line of it matches.
await() {
	: >>"$1"
	await_line 30 "$1" "$2" || {
		echo "no such line in $1: $2"
		return 1
	}
}

# --- the wire ------------------------------------------------------------------------------------

# machine NAME MAC ADDRESS...: a network namespace on the bridge.
machine() {
	local name=$1 mac=$2 address
	shift 2
	unshare --net --mount sh -c 'mount -t sysfs sysfs /sys && echo up && exec sleep infinity' \
		>>"$work/$name.up" 2>&1 &
	machines[$name]=$!
	await "$work/$name.up" up || exit 1
	ip link add "to-$name" type veth peer name eth0 netns "${machines[$name]}"
	ip link set "to-$name" master lab up
	at "$name" ip link set eth0 address "$mac"
	at "$name" ip link set eth0 up
	for address; do
		at "$name" ip address add "$address/24" dev eth0
	done
}

at() {
	local name=$1
	shift
	nsenter -t "${machines[$name]}" --net --mount "$@"
}

ip link set lo up
ip link add lab type bridge
ip address add 10.87.0.1/24 dev lab
ip link set lab up

# --- wirerootd -----------------------------------------------------------------------------------

start() {
	started=$SECONDS
	: >"$work/log"
	"$wirerootd" --generation "$state/current" --listen 10.87.0.1 --control "$control" \
		--timelines "$work/timelines" "$@" 2>>"$work/log" &
	pid=$!
	await "$work/log" ' serving '
}

# stop: by SIGTERM; fails when it did not end well, a leak included.
stop() {
	kill -TERM "$pid"
	wait "$pid"
}

# reload NUMBER: the generation that is in force now.
reload() {
	kill -HUP "$pid"
	await "$work/log" ": serving generation $1,"
}

# get MACHINE FILE [CURL OPTION]...
get() {
	local name=$1 file=$2
	shift 2
	at "$name" curl -s -m "$(limit 30)" "$@" "$url/$file"
}

# is STATUS MACHINE FILE [CURL OPTION]...
is() {
	local expected=$1 name=$2 file=$3 got
	shift 3
	got=$(get "$name" "$file" -o /dev/null -w '%{http_code}' "$@")
	echo "$name, $file $*: got $got instead of $expected"
	[ "$got" = "$expected" ]
}

# timeline MACHINE MAC BOOT SEQUENCE [LINE]...: send one; a single write is a single datagram.
timeline() {
	local name=$1 mac=$2 boot=$3 sequence=$4
	shift 4
	{
		printf 'wireroot-timeline 1\nnode n01\nmac %s\n' "$mac"
		printf 'boot 00000000-0000-4000-8000-00000000000%s\nsequence %s\n' "$boot" "$sequence"
		[ $# = 0 ] || printf '%s\n' "$@"
		echo end
	} >"$work/datagram"
	at "$name" bash -c "cat '$work/datagram' >/dev/udp/10.87.0.1/8017"
}

# of_node MAC FILTER: by jq, of what wirerootd knows about it.
of_node() {
	curl -s -m "$(limit 20)" "$url/v1/nodes/$1" | jq -r "$2"
}

is_node() {
	[ "$(of_node "$1" "$2")" = "$3" ]
}

until_node() {
	retry 20 is_node "$@" || {
		of_node "$1" .
		return 1
	}
}

# --- a generation made by hand -------------------------------------------------------------------

mac1=52:54:00:87:00:01
mac2=52:54:00:87:00:02
foreign=52:54:00:87:00:66

# generation NUMBER INDEX: n01 and n02 and their files, in force.
generation() {
	local http=$state/generations/$1/http mac
	mkdir -p "$http/node" "$http/base"
	printf '%b' "$2" >"$state/generations/$1/nodes"
	for mac in $mac1 $mac2; do
		echo "#!ipxe $1" >"$http/node/$mac.ipxe"
		echo "SEGMENT $1 $mac" >"$http/node/$mac.img"
		chmod 600 "$http/node/$mac.img"
	done
	echo "#!ipxe discover $1" >"$http/discover.ipxe"
	head -c 40000000 /dev/zero >"$http/base/large.img"
	echo SECRET >"$http/secret"
	chmod 600 "$http/secret"
	chown -R nobody "$http"
	ln -sfn "generations/$1" "$state/current"
}

index="# written by hand\n$mac1 n01 10.87.0.11 ipxe\n$mac2 n02 - ipxe\n"

segment_is_refused_before_the_script() {
	is 403 n01 node/$mac1.img && get n01 node/$mac1.img | grep -q 'n01 is not booting'
}

segment_is_the_booting_nodes() {
	is 200 n01 node/$mac1.ipxe &&
		[ "$(get n01 node/$mac1.img)" = "SEGMENT 1 $mac1" ] &&
		[ "$(get n01 node/$mac1.img)" = "SEGMENT 1 $mac1" ]
}

# Another machine; the node's machine by an address of another; another node's segment.
segment_is_refused_to_others() {
	is 403 other node/$mac1.img &&
		is 403 n01 node/$mac2.img &&
		get other node/$mac1.img | grep -q 'only the node n01 itself' &&
		! get other node/$mac1.img | grep -q SEGMENT
}

encoded_and_doubled_paths_are_the_same_file() {
	is 403 other "node%2f${mac1//:/%3a}.img" && is 403 other "node//$mac1.img" &&
		is 403 other "node/$mac1.img" -r 0-4 && is 403 other "node/$mac1.img" -I
}

script_fetched_by_another_begins_no_boot() {
	is 200 other node/$mac2.ipxe && is 403 n02 node/$mac2.img && is 403 other node/$mac2.img
}

head_of_the_script_begins_no_boot() {
	get n02 node/$mac2.ipxe -I -o /dev/null && is 403 n02 node/$mac2.img
}

node_without_address_is_known_by_the_kernels_neighbours() {
	is 200 n02 node/$mac2.ipxe && is 200 n02 node/$mac2.img
}

# n01 is switched off, and n02 takes its address: its script anybody may have, its segment not.
node_with_anothers_address_is_not_the_other() {
	local status=0
	at n01 ip link set eth0 down
	at n02 ip address add 10.87.0.11/24 dev eth0
	ip neighbour flush dev lab
	is 200 n02 node/$mac1.ipxe --interface 10.87.0.11 &&
		is 403 n02 node/$mac1.img --interface 10.87.0.11 || status=1
	at n02 ip address del 10.87.0.11/24 dev eth0
	at n01 ip link set eth0 up
	ip neighbour flush dev lab
	return $status
}

private_files_are_nobodys() {
	is 403 n01 secret && is 403 other secret && ! get n01 secret | grep -q ^SECRET
}

refusals_are_logged_once_a_minute() {
	for _ in 1 2 3 4 5; do
		is 403 other node/$mac1.img || return 1
	done
	[ "$(grep -c "10.87.0.66 may not have" "$work/log")" -le $((1 + (SECONDS - started) / 60)) ]
}

state_of_nodes_is_told() {
	until_node $mac1 '[.name, .address, .state, .generation] | join(" ")' \
		'n01 10.87.0.11 booting 1' &&
		curl -s "$url/v1/nodes" | jq -e 'length == 2 and .[0].mac < .[1].mac'
}

forged_hand_over_ends_no_boot() {
	timeline other $mac1 1 1 'stage switch_root 2000000 2100000 done'
	until_node $mac1 .sequence 1 && is 200 n01 node/$mac1.img
}

boots_outlive_a_restart() {
	stop || return 1
	start --user nobody
	is 200 n01 node/$mac1.img && until_node $mac1 .generation 1
}

hand_over_ends_the_boot() {
	timeline n01 $mac1 2 1 'stage switch_root 2000000 2100000 done'
	until_node $mac1 .state running && is 403 n01 node/$mac1.img
}

failure_is_a_state() {
	timeline n02 $mac2 3 1 'stage root 1400000 0 running' \
		'fault root 1500000 13 mount NFS 4.2 root: 10.87.0.1:/srv: permission denied'
	until_node $mac2 .state failed
}

# The download goes on while the generation changes, and gets the old file to its end.
reload_serves_the_next_generation() {
	local got old
	old=$(sha256sum <"$state/current/http/base/large.img")
	at n01 curl -s -m "$(limit 60)" --limit-rate 20M "$url/base/large.img" >"$work/download" &
	got=$!
	generation 2 "$index"
	head -c 1000 /dev/zero >"$state/current/http/base/large.img"
	reload 2 && rm -rf "$state/generations/1" && wait "$got" &&
		[ "$(sha256sum <"$work/download")" = "$old" ] &&
		[ "$(get n01 node/$mac1.ipxe)" = '#!ipxe 2' ] &&
		until_node $mac1 .generation 2 && until_node $mac2 .generation 1
}

broken_index_keeps_the_old_generation() {
	generation 3 "$mac2 n02 -\n$mac1 n01 -\n"
	kill -HUP "$pid"
	await "$work/log" 'nodes line 2: .*MAC addresses are to rise' &&
		await "$work/log" 'still serving generation 2' &&
		[ "$(get n01 node/$mac1.ipxe)" = '#!ipxe 2' ] || return 1
	printf '%b' "$index" >"$state/current/nodes"
	reload 3 && [ "$(get n01 node/$mac1.ipxe)" = '#!ipxe 3' ]
}

control_socket_is_roots() {
	[ "$(stat -c '%a %U' "$control")" = '600 root' ] || return 1
	"$wirerootd" --generation "$state/current" --listen 10.87.0.1 --port 8018 \
		--control "$control" 2>&1 | grep -q 'another wirerootd listens there'
}

# --- discovery -----------------------------------------------------------------------------------

# report MAC [OTHER MAC]: what a machine would send.
report() {
	jq -nc --arg mac "$1" --arg other "${2:-$1}" '{ mac: $mac, macs: [$mac, $other], cpu: "x",
		cpus: 1, memory_kib: 1, vendor: "", product: "", serial: "", uuid: "",
		modaliases: [], shown: "" }'
}

unknown_machine_has_no_script_without_a_window() {
	is 404 new1 "node/${new[1]}.ipxe" && is 403 new1 v1/discover -d "$(report "${new[1]}")" &&
		get new1 v1/discover -d "$(report "${new[1]}")" | grep -q 'no discovery window'
}

# What the tests of discovery have in common.
adoption=(--cluster "$work/cluster.yaml" --state "$state" --control "$control"
	--apply-command "$wireroot apply --cluster $work/cluster.yaml --state $state \
		--services none >>$work/apply.log 2>&1 && kill -HUP \$(cat $work/pid)")

discovery_begins() {
	"$wireroot" discover --window 1h --profile compute --name 'compute-0-[0-]' \
		--address-from 10.87.0.20- "${adoption[@]}" >>"$work/discover.log" 2>&1 &
	discovery=$!
	await "$work/discover.log" 'the window is open'
}

unknown_machine_is_sent_to_discovery() {
	get new1 "node/${new[1]}.ipxe" | grep -q discover.img && is 200 n01 node/$mac1.ipxe
}

second_window_is_refused() {
	! "$wireroot" discover --list-only "${adoption[@]}" 2>"$work/said" &&
		grep -q 'a window is open already' "$work/said"
}

forged_reports_are_refused() {
	is 403 other v1/discover -d "$(report "${new[1]}")" &&
		is 403 other v1/discover -d "$(report $mac1)" &&
		is 403 other v1/discover -d "$(report $foreign $mac1)" &&
		is 400 other v1/discover -d '{}' &&
		is 400 other v1/discover -d "$(report $foreign | sed 's/"x"/"\\u001b[2J"/')" &&
		is 413 other v1/discover --data-binary "@$work/zeros" &&
		is 405 other v1/discover && is 405 other v1/discover -X PUT &&
		! grep -q 'has arrived' "$work/log"
}

# Over one connection, so that they come within ten seconds on a busy machine, too.
many_reports_are_refused() {
	local more=() i
	for ((i = 0; i < 30; i++)); do
		more+=("$url/v1/discover")
	done
	get other v1/discover -d '{}' -i "${more[@]}" | grep '^HTTP/1.1 429'
}

# machine_reports NAME: as in its initrd. It may not restart this machine.
machine_reports() {
	at "$1" setpriv --bounding-set -sys_boot "$discover" "$url/v1/discover" \
		>>"$work/$1.screen" 2>&1 &
}

machines_are_adopted_in_their_order() {
	machine_reports new1
	await "$work/discover.log" "${new[1]} is compute-0-0, 10.87.0.20" || return 1
	machine_reports new2
	await "$work/discover.log" "${new[2]} is compute-0-1, 10.87.0.21"
}

machines_are_told() {
	await "$work/new1.screen" "MAC address  ${new[1]}" &&
		await "$work/new1.screen" 'is waiting to be adopted$' &&
		await "$work/new1.screen" 'was adopted as compute-0-0; restarting' &&
		await "$work/new2.screen" 'was adopted as compute-0-1; restarting'
}

definition_has_them() {
	cat "$work/nodes.d/compute-0-0.yaml"
	grep -q '^# Adopted by Wireroot' "$work/nodes.d/compute-0-0.yaml" &&
		"$wireroot" node show --cluster "$work/cluster.yaml" compute-0-0 --json |
		jq -e '.values // . | tostring | contains("10.87.0.20")' &&
		grep -q "^${new[2]} compute-0-1 10.87.0.21" "$state/current/nodes" &&
		[ -e "$state/current/http/node/${new[2]}.img" ]
}

adopted_machines_boot_as_nodes() {
	is 200 new1 "node/${new[1]}.ipxe" && is 200 new1 "node/${new[1]}.img" &&
		is 403 new2 "node/${new[1]}.img" && until_node "${new[1]}" .name compute-0-0
}

window_closes_with_its_command() {
	kill -TERM "$discovery"
	wait "$discovery" && grep -q '2 arrived, 2 adopted, 0 failed' "$work/discover.log" &&
		await "$work/log" 'discovery: the window was closed' &&
		is 404 new3 "node/${new[3]}.ipxe"
}

window_closes_by_itself() {
	"$wireroot" discover --window 1s --list-only --json "${adoption[@]}" >"$work/said" &&
		jq -es 'map(.event) == ["open", "closed"] and .[1].arrived == 0' "$work/said" && is 404 new3 "node/${new[3]}.ipxe"
}

machine_is_adopted_by_hand() {
	: >"$work/discover.log"
	"$wireroot" discover --window 1h --list-only "${adoption[@]}" >>"$work/discover.log" 2>&1 &
	discovery=$!
	await "$work/discover.log" 'the window is open' || return 1
	machine_reports new3
	await "$work/discover.log" "${new[3]} has arrived" &&
		await "$work/new3.screen" 'is waiting to be adopted$' || return 1
	kill -INT "$discovery"
	wait "$discovery"
}

known_name_is_not_given_away() {
	! "$wireroot" node adopt "${new[3]}" --name n01 --profile compute "${adoption[@]}" \
		2>"$work/said" && grep -q 'another machine is this node' "$work/said" &&
		[ ! -e "$work/nodes.d/n01.yaml" ]
}

mistakes_change_nothing() {
	! "$wireroot" node adopt "${new[3]}" --name n09 --profile computer "${adoption[@]}" \
		2>"$work/said" && grep -q 'computer' "$work/said" &&
		[ ! -e "$work/nodes.d/n09.yaml" ]
}

failed_apply_is_taken_back() {
	! "$wireroot" node adopt "${new[3]}" --name n09 --profile compute "${adoption[@]}" \
		--apply-command 'echo cannot apply >&2; exit 1' 2>"$work/said" &&
		grep -q 'cannot apply' "$work/said" && [ ! -e "$work/nodes.d/n09.yaml" ] ||
		return 1
	"$wireroot" node adopt "${new[3]}" --name n09 --profile compute "${adoption[@]}" &&
		await "$work/new3.screen" 'was adopted as n09' &&
		"$wireroot" check --cluster "$work/cluster.yaml"
}

# A network card, a wireless one, a disk, a USB controller without anything wired on it.
drivers_are_found_by_modaliases() {
	local modaliases='["pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00",
		"virtio:d00000001v00001AF4", "pci:v00008086d00002723sv00008086sd00000084bc02sc80i00",
		"pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02", "e1000",
		"pci:v00001B36d0000000Dsv00001AF4sd00001100bc0Csc03i30"]'
	: >"$work/discover.log"
	"$wireroot" discover --window 1h --list-only "${adoption[@]}" >>"$work/discover.log" 2>&1 &
	discovery=$!
	await "$work/discover.log" 'the window is open' || return 1
	get new4 v1/discover -d "$(report "${new[4]}" | jq -c ".modaliases = $modaliases")" |
		grep -qx waiting &&
		"$wireroot" node adopt "${new[4]}" --name n66 --profile compute "${adoption[@]}" |
		grep "n66, 10.87.0.23, drivers e1000e,virtio_net$" || return 1
	kill -INT "$discovery"
	wait "$discovery" && "$wireroot" node show --cluster "$work/cluster.yaml" n66 |
		grep -E 'detected +e1000e,virtio_net'
}

# Of five reports without news, four wait; they are answered when their time is over.
few_reports_of_a_machine_are_held() {
	local i waiting=() again
	: >"$work/discover.log"
	"$wireroot" discover --window 1h --list-only "${adoption[@]}" >>"$work/discover.log" 2>&1 &
	discovery=$!
	await "$work/discover.log" 'the window is open' || return 1
	get new4 v1/discover -d "$(report "${new[4]}")" | grep -qx waiting || return 1
	again=$(report "${new[4]}" | jq -c '.shown = "waiting"')
	for i in 1 2 3 4 5; do
		get new4 v1/discover -d "$again" -i >"$work/held.$i" &
		waiting+=($!)
	done
	wait "${waiting[@]}"
	kill -INT "$discovery"
	wait "$discovery" && [ "$(cat "$work"/held.* | grep -c '^HTTP/1.1 503')" = 1 ] &&
		[ "$(cat "$work"/held.* | grep -c '^HTTP/1.1 200')" = 4 ] &&
		grep -qi '^Retry-After: 20' "$work"/held.*
}

# --- in order ------------------------------------------------------------------------------------

mkdir -p "$state" "$work/image/boot" "$work/timelines"
chown nobody "$work/timelines"
generation 1 "$index"
machine n01 $mac1 10.87.0.11
machine n02 $mac2 10.87.0.12
machine other $foreign 10.87.0.66
new=([1]=52:54:00:87:01:01 [2]=52:54:00:87:01:02 [3]=52:54:00:87:01:03
	[4]=52:54:00:87:01:04)
machine new1 "${new[1]}" 10.87.0.101 10.87.0.20
machine new2 "${new[2]}" 10.87.0.102
machine new3 "${new[3]}" 10.87.0.103
machine new4 "${new[4]}" 10.87.0.104

# A definition with the same two nodes, in force from the tests of discovery on.
use_cluster() {
	cat >"$work/cluster.yaml" <<-YAML
	cluster: { name: test }
	networks:
	  boot: { subnet: 10.87.0.0/24, range: 10.87.0.100-10.87.0.199 }
	servers:
	  boot1: { address: 10.87.0.1, roles: [boot, nfs] }
	images:
	  debian12:
	    path: $work/image
	    kernel: $version
	    modules: $tree/lib/modules
	    vmlinuz: $tree/boot/vmlinuz-$version
	profiles:
	  compute: { image: debian12, drivers: detected }
	nodes:
	  n01: { profiles: compute, mac: "$mac1", address: 10.87.0.11 }
	  n02: { profiles: compute, mac: "$mac2", address: 10.87.0.12 }
	YAML
	stop || return 1
	rm -rf "$state"
	"$wireroot" apply --cluster "$work/cluster.yaml" --state "$state" --services none \
		&& start && echo "$pid" >"$work/pid"
	head -c 70000 /dev/zero >"$work/zeros"
}

tests="segment_is_refused_before_the_script segment_is_the_booting_nodes
	segment_is_refused_to_others encoded_and_doubled_paths_are_the_same_file
	script_fetched_by_another_begins_no_boot head_of_the_script_begins_no_boot
	node_without_address_is_known_by_the_kernels_neighbours
	node_with_anothers_address_is_not_the_other private_files_are_nobodys
	refusals_are_logged_once_a_minute state_of_nodes_is_told forged_hand_over_ends_no_boot
	boots_outlive_a_restart hand_over_ends_the_boot failure_is_a_state
	reload_serves_the_next_generation broken_index_keeps_the_old_generation
	control_socket_is_roots use_cluster unknown_machine_has_no_script_without_a_window
	discovery_begins unknown_machine_is_sent_to_discovery second_window_is_refused
	forged_reports_are_refused many_reports_are_refused machines_are_adopted_in_their_order
	machines_are_told definition_has_them adopted_machines_boot_as_nodes
	window_closes_with_its_command window_closes_by_itself machine_is_adopted_by_hand
	known_name_is_not_given_away mistakes_change_nothing failed_apply_is_taken_back
	few_reports_of_a_machine_are_held
	drivers_are_found_by_modaliases stop"

# shellcheck disable=SC2086  # they are words
set -- $tests
start --user nobody
for test; do
	check "$test" "$test"
done
finish
