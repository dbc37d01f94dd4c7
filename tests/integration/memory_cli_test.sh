#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot memory` with the broker that `wireroot apply` sets up: tokens from the definition to the
# broker, who lends, who borrows, requests, returns, offers, and what is said when something is wrong.
# Lender and borrower are the test itself. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wireroot=$PWD/build/wireroot
wirerootd=${WIREROOTD:-$PWD/build/wirerootd-asan}

# Mounts, processes and networks of this test are nobody else's, and end with it.
if [ -z "${MEMORY_TEST_INSIDE:-}" ]; then
	kernel=$(tests/fixtures/kernels.sh 6.1) || exit 1
	export MEMORY_TEST_INSIDE=$kernel
	exec tests/fixtures/contained.sh unshare --net "$0" "$@"
fi
version=${MEMORY_TEST_INSIDE%% *} tree=${MEMORY_TEST_INSIDE#* }
ip link set lo up
ip address add 10.87.0.1/24 dev lo

work=$(mktemp -d)
chmod 755 "$work"
state=$work/state
url=http://10.87.0.1:8017
pid=
trap 'cd /; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

mkdir -p "$work/image"
head -c 65536 /dev/urandom >"$work/vmlinuz"

# define: cluster.yaml with two hosts that lend and two nodes that borrow.
define() {
	cat >"$work/cluster.yaml" <<-EOF
	cluster: { name: test }
	networks: { boot: { subnet: 10.87.0.0/24 } }
	servers: { boot1: { address: 10.87.0.1, roles: [boot, nfs] } }
	images:
	  deb: { path: $work/image, kernel: $version, modules: $tree/lib/modules, vmlinuz: $work/vmlinuz }
	memory:
	  racks: [r1, r2]
	  hosts:
	    vm1: { address: 10.87.0.5, rack: r1, reserve: 1536M }
	    vm2: { address: 10.87.0.6, rack: r2 }
	profiles: { base: { image: deb, drivers: [virtio_net] } }
	nodes:
	  n01: { profiles: base, mac: 52:54:00:12:00:01, address: 10.87.0.11, borrow: yes, borrow-limit: 4G }
	  n02: { profiles: base, mac: 52:54:00:12:00:02, address: 10.87.0.12, borrow: yes }
	  n03: { profiles: base, mac: 52:54:00:12:00:03, address: 10.87.0.13 }
	EOF
}

apply() {
	"$wireroot" apply --cluster "$work/cluster.yaml" --state "$state" --cache "$work/cache" \
		--services none "$@"
}

memory() {
	"$wireroot" memory "$@" --cluster "$work/cluster.yaml" --state "$state"
}

start() {
	"$wirerootd" --generation "$state/current" --control "$work/control" --listen 10.87.0.1 \
		--memory "$work/notes" >>"$work/log" 2>&1 &
	pid=$!
	retry 30 curl -fs "$url/v1/memory" -o "$work/none"
}

stop() {
	kill "$pid" && wait "$pid"
}

token() {
	memory token "$1" | sed -n 's/^token = //p'
}

# as MEMBER METHOD PATH [BODY]: what the broker answers to a member, in $work/answer.MEMBER.
as() {
	curl --fail-with-body -sS -X "$2" -H "Authorization: Bearer $(token "$1")" -H 'Content-Type: application/json' \
		${4:+-d "$4"} "$url/v1/memory/$3" -o "$work/answer.$1" || {
		cat "$work/answer.$1" 2>/dev/null
		return 1
	}
}

# lends NAME ADDRESS SPARE GRANTS: a report of a lender that could lend SPARE bytes.
reports=0
lends() {
	reports=$((reports + 1))
	as "$1" PUT "lenders/$1" "{ \"instance\": \"00000000000000a${2##*.}\", \"report\": $reports,
		\"sequence\": ${sequence:-0}, \"address\": \"$2\", \"port\": 3261, \"interval_s\": 5,
		\"state\": \"lending\", \"spare_bytes\": $3, \"total_bytes\": 17179869184,
		\"available_bytes\": 8589934592, \"pressure\": 0.0, \"wanted_back_bytes\": 0,
		\"guests\": [], \"grants\": [ $4 ] }" &&
		sequence=$(jq .sequence "$work/answer.$1")
}

# borrows NAME GRANTS
borrows() {
	as "$1" PUT "borrowers/$1" "{ \"instance\": \"00000000000000b1\", \"address\": \"10.87.0.11\",
		\"interval_s\": 5, \"mode\": \"plain\", \"mirror\": \"none\", \"total_bytes\": 1073741824,
		\"available_bytes\": 104857600, \"pressure\": 1.5, \"grants\": [ $2 ] }"
}

held() {
	echo "{ \"id\": \"$id\", \"generation\": $generation, \"state\": \"$1\", \"bytes\": 1073741824,
		\"allocated_bytes\": 1048576, \"connected\": ${2:-true}, \"borrower\": \"n01\",
		\"iqn\": \"iqn.2026-11.org.wireroot:memory.vm1.$id\", \"detail\": \"\" }"
}

used() {
	echo "{ \"id\": \"$id\", \"generation\": $generation, \"state\": \"$1\", \"bytes\": 1073741824,
		\"used_bytes\": 4096, \"device\": \"/dev/dm-0\", \"detail\": \"\" }"
}

# A grant of 1 GiB by vm1 to n01, as far as both have it.
grant() {
	as n01 POST grants '{ "borrower": "n01", "bytes": 1073741824, "address": "10.87.0.11",
		"initiator": "iqn.2026-11.org.wireroot:n01", "apart_from": [] }' &
	asking=$!
	retry 30 offered || return 1
	lends vm1 10.87.0.5 2147483648 "$(held exported false)" && wait "$asking" &&
		generation=$(curl -fs "$url/v1/memory/grants/$id" | jq .generation) &&
		borrows n01 "$(used attached)" &&
		generation=$(curl -fs "$url/v1/memory/grants/$id" | jq .generation) &&
		lends vm1 10.87.0.5 2147483648 "$(held exported)"
}

offered() {
	read -r id generation < <(curl -fs "$url/v1/memory/grants" |
		jq -r '.[] | select(.state == "offered") | "\(.id) \(.generation)"')
	[ -n "${id:-}" ]
}

# wants MEMBER FILTER: of what the broker wanted of it last.
wants() {
	jq -e "$2" "$work/answer.$1"
}

# --- from the definition to the broker -----------------------------------------------------------

define
check "a cluster in which memory is lent is put in force" apply
check "nobody else may read the tokens" \
	says 0 '^600$' stat -c %a "$state/current/memory.json" "$state/secrets/vm1.token"
check "a node that neither lends nor borrows has none" says 1 'n03: no such file or name' memory token n03
host_configuration() {
	memory token vm1 >"$work/said" && diff - "$work/said" <<-EOF
	# /etc/wireroot/memory.conf of vm1, mode 0600: it holds a secret.
	broker = $url
	member = vm1
	token = $(cat "$state/secrets/vm1.token")
	lend-reserve = 1536M
	EOF
}
check "a host's configuration is printed" host_configuration
segment_says() {
	cpio -i --to-stdout --quiet 'etc/wireroot/node.conf' <"$state/current/http/node/$1.img" >"$work/said" &&
		grep -qx "$2" "$work/said"
}
check "the segment of a node has its token" \
	segment_says 52:54:00:12:00:01 "wireroot.swap.token=$(cat "$state/secrets/n01.token")"
check "… and where the broker is" segment_says 52:54:00:12:00:01 wireroot.swap.broker=10.87.0.1

# --- the broker ------------------------------------------------------------------------------------

check "without a broker, that is said" says 1 "who lends memory: $url: connection refused.*start wirerootd" \
	memory status
check "the broker starts with these members" start
check "nobody has been heard of" says 0 '^vm1 +unheard' memory status
check "… and nothing can be had" says 0 '^nothing can be had$' memory status
check "a lender reports" lends vm1 10.87.0.5 2147483648 ""
check "status shows it" says 0 '^vm1 +lending +2G +0 +0 +r1 +' memory status
check "… and what can be had" says 0 '^at most 2G can be had at once, from vm1$' memory status
check "a borrower reports" borrows n01 ""
check "status shows it, with its limit" says 0 '^n01 +0 +4G +plain +none +1\.5 ' memory status
check "a grant is made" grant
check "status shows it" says 0 "^$id +attached +1G +1M +vm1 +n01 " memory status
check "… as JSON, too" says 0 "\"id\": \"$id\"" memory status --json
no_secrets() {
	memory status --json >"$work/said" && ! grep -E 'secret|token' "$work/said"
}
check "… without secrets" no_secrets
check "history tells of it" says 0 "attached +$id +vm1 +n01 +1G" memory history
check "… so much of it as is asked for" says 0 '^1$' \
	sh -c "'$wireroot' memory history --limit 1 --cluster '$work/cluster.yaml' | wc -l"

# --- changes -------------------------------------------------------------------------------------

check "a node is to borrow more" says 0 '^n01 is to borrow 512M' memory request n01 512M
borrower_is_asked() {
	borrows n01 "$(used attached)" && wants n01 '.requests | length == 1 and .[0].bytes == 536870912'
}
check "… and is told so" borrower_is_asked
check "a node that is no member cannot" says 1 'have n03 borrow 1G: .*n03' memory request n03 1G
check "a lender is held to a ceiling" says 0 '^vm1 lends no more than 1G' memory offer vm1 1G
check "status shows the ceiling" says 0 '^vm1 .* lends at most 1G$' memory status
check "the ceiling is taken away" says 0 '^vm1 lends what it can spare$' memory offer vm1 all
check "a lender that is none cannot have one" says 1 'let n09 lend 0: ' memory offer n09 0
check "a grant is to be given back" says 0 "^$id is to be given back$" memory return "$id" --deadline 60
borrower_gives_back() {
	generation=$(curl -fs "$url/v1/memory/grants/$id" | jq .generation)
	borrows n01 "$(used detaching)" && wants n01 '.grants[0].want == "return" and .grants[0].deadline_s <= 60'
}
check "… which its borrower is told" borrower_gives_back
check "status shows when it is due" says 0 "^$id +revoking .* due in [0-9]+ s" memory status
given_back() {
	borrows n01 "$(used detached)" &&
		generation=$(curl -fs "$url/v1/memory/grants/$id" | jq .generation) &&
		lends vm1 10.87.0.5 2147483648 "$(held exported false)" &&
		wants vm1 '.grants[0].want == "withdraw"' &&
		lends vm1 10.87.0.5 2147483648 "$(held cleared false)" &&
		lends vm1 10.87.0.5 2147483648 ""
}
check "it comes back, and is cleared" given_back
check "nothing is lent then" says 0 '^nothing is lent$' memory status
check "what is no grant cannot be given back" says 1 'given back: .*0123456789abcdef' \
	memory return 0123456789abcdef
check "another grant is made" grant
check "all that a host lends is to be given back" says 0 "^$id is to be given back$" memory return vm1
check "a host that lends nothing has nothing to get" says 0 '^vm2 neither lends nor borrows anything$' \
	memory return vm2

# --- who may ---------------------------------------------------------------------------------------

printf '%s\n' wrong-token-wrong-token >"$work/wrong"
check "a wrong token is refused" says 1 'permission denied' \
	memory request n01 1G --token-file "$work/wrong"
check "a member's is, too" says 1 'permission denied' \
	memory request n01 1G --token-file "$state/secrets/n01.token"
check "without tokens it is said where they come from" says 1 'admin-token: no such file.*wireroot apply makes it' \
	"$wireroot" memory request n01 1G --broker $url --state "$work/nowhere"
check "what is no size is refused" says 2 'wants a size as 8G, not 8' memory request n01 8
check "without a definition, that is said once" says 1 '^wireroot memory: open file: /nowhere' \
	"$wireroot" memory status --cluster /nowhere

# --- changes of the definition -----------------------------------------------------------------------

old=$(cat "$state/secrets/n02.token")
rm "$state/secrets/n02.token"
check "a token is replaced" apply
check "… by another one" says 1 differ cmp "$state/secrets/n02.token" <(echo "$old")
only_files_with_it_are_new() {
	diff -rq "$state/generations/1" "$state/generations/2" | grep -o '[^/ ]* differ' >"$work/new-files"
	diff "$work/new-files" - <<-EOF
	52:54:00:12:00:02.img differ
	memory.json differ
	EOF
}
check "only the node's segment and the list of members are new" only_files_with_it_are_new
no_token_shows() {
	"$wireroot" diff --state "$state" 1 2 >"$work/said" && cat "$work/said" &&
		grep -q '"token": "(another secret)"' "$work/said" &&
		! grep -q -e "$(token n02)" -e "$old" "$work/said"
}
check "what is shown of it has no token in it" no_token_shows
kill -HUP "$pid"
borrows_by() {
	curl -s -o "$work/none" -w '%{http_code}\n' -X PUT -H "Authorization: Bearer $1" \
		-d '{ "instance": "00000000000000b2", "interval_s": 5, "grants": [] }' \
		"$url/v1/memory/borrowers/n02"
}
old_is_refused() {
	[ "$(borrows_by "$old")" = 401 ] || [ "$(borrows_by "$old")" = 403 ]
}
check "the old one is refused after the reload" retry 30 old_is_refused
check "the broker stops in order" stop
finish
