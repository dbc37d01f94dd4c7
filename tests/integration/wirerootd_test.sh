#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# wirerootd from outside, on the loopback interface: HTTP with curl and by hand, timelines by UDP.
# Prints TAP. WIREROOTD names the program; the default is the one built with sanitizers.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wirerootd=${WIREROOTD:-build/wirerootd-asan}
work=$(mktemp -d)
root=$work/root
timelines=$work/timelines
pid=

cleanup() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	exec 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh
patience=$(limit 20)

# await_log REGEX: until a line of the log matches.
await_log() {
	await_line 20 "$work/log" "$1"
}

# start [OPTION]...: on a port that nobody uses.
start() {
	for _ in 1 2 3 4 5 6 7 8; do
		port=$((20000 + RANDOM % 10000))
		: >"$work/log"
		"$wirerootd" --root "$root" --listen 127.0.0.1 --port $port \
			--timelines "$timelines" "$@" 2>"$work/log" &
		pid=$!
		await_log '^wirerootd: ' && grep -q ' serving ' "$work/log" && break
		wait "$pid"
	done
	url=http://127.0.0.1:$port
}

# stop: by SIGTERM; fails when it did not end well, a leak included.
stop() {
	kill -TERM "$pid"
	wait "$pid"
	local status=$?
	pid=
	return $status
}

# status [CURL OPTION]... URL
status() {
	curl -s -m "$patience" -o /dev/null --path-as-is -w '%{http_code}' "$@"
}

is_status() {
	local expected=$1 got
	shift
	got=$(status "$@")
	echo "$*: got $got instead of $expected"
	[ "$got" = "$expected" ]
}

header() {
	local name=$1
	shift
	curl -s -m "$patience" -o /dev/null -D - "$@" | tr -d '\r' | sed -n "s/^$name: //Ip"
}

serves_file_whole() {
	curl -s -m "$patience" "$url/base.img" | cmp - "$root/base.img"
}

serves_empty_file() {
	[ "$(header Content-Length "$url/empty")" = 0 ] && is_status 200 "$url/empty"
}

serves_encoded_name() {
	[ "$(curl -s -m "$patience" "$url/node/52%3a54:00%3A00:00:01.ipxe")" = '#!ipxe' ]
}

names_types() {
	[ "$(header Content-Type "$url/base.img")" = application/octet-stream ] &&
		header Content-Type "$url/node/52:54:00:00:00:01.ipxe" | grep -q '^text/plain'
}

head_has_length_without_body() {
	[ "$(curl -s -m "$patience" -I "$url/base.img" | tr -d '\r' |
		sed -n 's/^Content-Length: //p')" = 3000000 ]
}

range_gives_part() {
	cmp <(curl -s -m "$patience" -r 1000-1999 "$url/base.img") \
		<(tail -c +1001 "$root/base.img" | head -c 1000) &&
		is_status 206 -r 1000-1999 "$url/base.img" &&
		[ "$(header Content-Range -r 1000-1999 "$url/base.img")" = \
			'bytes 1000-1999/3000000' ]
}

suffix_range_gives_end() {
	cmp <(curl -s -m "$patience" -r -7 "$url/base.img") <(tail -c 7 "$root/base.img")
}

range_behind_end_is_416() {
	is_status 416 -r 3000000- "$url/base.img" &&
		[ "$(header Content-Range -r 3000000- "$url/base.img")" = 'bytes */3000000' ]
}

if_range_of_other_content_gives_whole() {
	local etag
	etag=$(header ETag "$url/base.img")
	is_status 206 -H "If-Range: $etag" -r 0-9 "$url/base.img" &&
		is_status 200 -H 'If-Range: "other"' -r 0-9 "$url/base.img"
}

conditions_are_answered() {
	local etag date
	etag=$(header ETag "$url/base.img")
	date=$(header Last-Modified "$url/base.img")
	is_status 304 -H "If-None-Match: \"x\", $etag" "$url/base.img" &&
		is_status 200 -H 'If-None-Match: "x"' "$url/base.img" &&
		is_status 304 -H "If-Modified-Since: $date" "$url/base.img" &&
		is_status 200 -H 'If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT' "$url/base.img"
}

missing_file_is_named() {
	is_status 404 "$url/missing.img" &&
		curl -s -m "$patience" "$url/missing.img" | grep -q '/missing.img'
}

no_listing() {
	is_status 404 "$url/" && is_status 404 "$url/node" && is_status 404 "$url/node/"
}

dot_files_are_hidden() {
	is_status 404 "$url/.secret" && is_status 404 "$url/%2esecret"
}

# What would leave the directory, plain and encoded, must never give the secret.
escapes_are_refused() {
	local path
	for path in ../secret node/../../secret %2e%2e/secret ..%2fsecret %2e%2e%2fsecret \
		'..\secret' '..%5csecret' /../secret node/%00 base.img%00 %zz %4 \
		link-out link-absolute link-directory/secret; do
		case $(status "$url/$path") in
		400 | 404) ;;
		*)
			echo "$path: $(status "$url/$path")"
			return 1
			;;
		esac
		curl -s -m "$patience" --path-as-is "$url/$path" | grep -q TOP-SECRET && return 1
	done
	return 0
}

link_inside_is_followed() {
	cmp <(curl -s -m "$patience" "$url/link-inside") "$root/base.img"
}

only_regular_files() {
	is_status 404 "$url/fifo"
}

other_methods_are_refused() {
	is_status 405 -X DELETE "$url/base.img" && is_status 405 -d x "$url/base.img" &&
		[ "$(header Allow -d x "$url/base.img")" = 'GET, HEAD' ]
}

long_path_is_414() {
	is_status 414 "$url/$(printf 'a%.0s' {1..2000})"
}

# One client has sent half a request, another takes nothing of its file. wirerootd would drop them after a
# minute.
slow_clients_keep_nobody_waiting() {
	exec 8<>"/dev/tcp/127.0.0.1/$port" 9<>"/dev/tcp/127.0.0.1/$port"
	printf 'GET /base.img HTTP/1.1\r\nHos' >&8
	printf 'GET /large.img HTTP/1.1\r\nHost: x\r\n\r\n' >&9
	for _ in 1 2 3 4 5; do
		curl -s -m 40 "$url/base.img" | cmp - "$root/base.img" || return 1
	done
}

# The client of descriptor 9 is still where it was; its file is replaced, then it goes on.
replaced_file_is_served_to_its_end() {
	local old line
	old=$(sha256sum <"$root/large.img")
	head -c 1000 /dev/urandom >"$work/new" && mv "$work/new" "$root/large.img"
	while read -r -t "$patience" line <&9 && [ "$line" != $'\r' ]; do
		:
	done
	[ "$(timeout "$patience" head -c 40000000 <&9 | sha256sum)" = "$old" ] || return 1
	exec 8>&- 9>&-
	[ "$(header Content-Length "$url/large.img")" = 1000 ]
}

# timeline MAC BOOT SEQUENCE [LINE]...: send one; a single write is a single datagram.
timeline() {
	local mac=$1 boot=$2 sequence=$3
	shift 3
	{
		printf 'wireroot-timeline 1\nnode n01\nmac %s\n' "$mac"
		printf 'boot 00000000-0000-4000-8000-00000000000%s\nsequence %s\n' "$boot" "$sequence"
		[ $# = 0 ] || printf '%s\n' "$@"
		echo end
	} >"$work/datagram"
	cat "$work/datagram" >"/dev/udp/127.0.0.1/$port"
}

sequence_of() {
	curl -s -m "$patience" "$url/v1/nodes/$1" | sed -n 's/.*"sequence": \([0-9]*\).*/\1/p'
}

is_sequence() {
	[ "$(sequence_of $mac)" = "$1" ]
}

# Whatever was sent before that edition was read before it.
until_sequence_is() {
	retry 20 is_sequence "$1"
}

mac=52:54:00:00:00:01
lease='stage lease 1000000 1400000 done'

# One datagram could be anybody's: files are for nodes that have sent two.
timeline_is_taken_in() {
	timeline $mac 1 2 "$lease" &&
		await_log "n01 \($mac, 127.0.0.1\): new boot .*lease 0.40 s" &&
		[ ! -e "$timelines/$mac.timeline" ] &&
		timeline $mac 1 3 "$lease" &&
		until_sequence_is 3 &&
		cmp "$work/datagram" "$timelines/$mac.timeline" &&
		[ "$(sequence_of $mac)" = 3 ] &&
		[ "$(sequence_of ${mac^^})" = 3 ]
}

older_edition_changes_nothing() {
	timeline $mac 1 2
	timeline $mac 1 3
	timeline $mac 1 4 "$lease" 'stage root 1400000 0 running' \
		'fault root 1500000 13 mount NFS 4.2 root: 10.0.0.1:/srv: permission denied'
	timeline $mac 1 1
	await_log "n01 \($mac, 127.0.0.1\): lease 0.40 s, root FAILED: mount NFS 4.2 root" &&
		[ "$(sequence_of $mac)" = 4 ] && grep -q '^sequence 4$' "$timelines/$mac.timeline"
}

new_boot_keeps_previous() {
	timeline $mac 2 1
	await_log "n01 \($mac, 127.0.0.1\): new boot 00000000-0000-4000-8000-000000000002" &&
		grep -q '^sequence 4$' "$timelines/$mac.previous" &&
		grep -q '^sequence 1$' "$timelines/$mac.timeline"
}

late_datagram_of_previous_boot_changes_nothing() {
	timeline $mac 1 9
	timeline $mac 2 2 'stage switch_root 2000000 0 running'
	await_log "n01 \($mac, 127.0.0.1\): switch_root under way" &&
		[ "$(sequence_of $mac)" = 2 ]
}

hostile_datagrams_are_refused() {
	local before
	before=$(ls "$timelines")
	timeline ../../x 1 1
	timeline 01:00:5e:00:00:01 1 1
	timeline 00:00:00:00:00:00 1 1
	timeline - 1 1
	timeline $mac 2 99999999999
	timeline $mac 2 7 "$lease" "$lease"
	printf 'wireroot-timeline 1\n' >"/dev/udp/127.0.0.1/$port"
	head -c 1400 /dev/urandom >"/dev/udp/127.0.0.1/$port"
	head -c 9000 /dev/zero >"/dev/udp/127.0.0.1/$port"
	await_log 'datagrams* refused, the last from 127.0.0.1' || return 1
	timeline $mac 2 3
	until_sequence_is 3 && [ "$(ls "$timelines")" = "$before" ] &&
		[ "$(grep -c refused "$work/log")" -le 3 ]
}

unknown_node_is_404() {
	is_status 404 "$url/v1/nodes/52:54:00:00:00:99" && is_status 404 "$url/v1/other" &&
		is_status 400 "$url/v1/nodes/..%2f..%2fx"
}

nodes_are_known_after_restart() {
	stop || return 1
	start
	[ "$(sequence_of $mac)" = 3 ] || return 1
	timeline $mac 1 10
	timeline $mac 2 4
	until_sequence_is 4
}

port_in_use_is_named() {
	local line
	line=$("$wirerootd" --root "$root" --listen 127.0.0.1 --port "$port" 2>&1)
	[ $? = 1 ] && [[ $line == *"127.0.0.1 port $port: address in use"* ]]
}

missing_root_is_named() {
	"$wirerootd" --root "$work/nowhere" --port "$port" 2>&1 | grep -q "$work/nowhere.*--root"
}

misuse_exits_2() {
	"$wirerootd" --port 70000 --root /
	[ $? = 2 ] || return 1
	"$wirerootd"
	[ $? = 2 ]
}

gives_up_root() {
	[ "$(id -u)" = 0 ] || return 0
	chmod 755 "$work"
	stop || return 1
	chown -R nobody "$timelines"
	start --user nobody
	[ "$(stat -c %U "/proc/$pid")" = nobody ] && serves_file_whole
}

mkdir -p "$root/node" "$timelines"
echo TOP-SECRET >"$work/secret"
echo TOP-SECRET >"$root/.secret"
head -c 3000000 /dev/urandom >"$root/base.img"
head -c 40000000 /dev/zero >"$root/large.img"
: >"$root/empty"
echo '#!ipxe' >"$root/node/52:54:00:00:00:01.ipxe"
ln -s ../secret "$root/link-out"
ln -s "$work/secret" "$root/link-absolute"
ln -s .. "$root/link-directory"
ln -s base.img "$root/link-inside"
mkfifo "$root/fifo"

tests="serves_file_whole serves_empty_file serves_encoded_name names_types
	head_has_length_without_body range_gives_part suffix_range_gives_end
	range_behind_end_is_416 if_range_of_other_content_gives_whole conditions_are_answered
	missing_file_is_named no_listing dot_files_are_hidden escapes_are_refused
	link_inside_is_followed only_regular_files other_methods_are_refused long_path_is_414
	slow_clients_keep_nobody_waiting replaced_file_is_served_to_its_end
	timeline_is_taken_in older_edition_changes_nothing new_boot_keeps_previous
	late_datagram_of_previous_boot_changes_nothing hostile_datagrams_are_refused
	unknown_node_is_404 nodes_are_known_after_restart port_in_use_is_named
	missing_root_is_named misuse_exits_2 gives_up_root stop"

# shellcheck disable=SC2086  # they are words
set -- $tests
start
for test; do
	check "$test" "$test"
done
finish
