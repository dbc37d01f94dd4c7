#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# wireroot-lend with a real tgtd and wirerootd's own broker: a borrower asks, logs in, gives back; the lender, the
# broker and tgtd are killed in between; guests report to their host. The lender has a name that no iSCSI name can
# hold as it is. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/integration/apart.sh
. tests/integration/apart.sh

MIB=$((1 << 20))
URL=http://127.0.0.1:8017/v1/memory
PAGES=/run/wireroot/lend/pages
mkdir "$work/root"
cat >"$work/memory.json" <<'END'
{ "admin_token": "token-of-the-admin-0", "line_port": 0, "lease_s": 30, "deadline_s": 300, "policy": "wait",
  "members": [
    { "name": "Host_1", "token": "token-of-the-host-01", "address": null, "mac": null, "rack": null,
      "lend": true, "borrow": false, "borrow_bytes_max": 0 },
    { "name": "n01", "token": "token-of-the-node-01", "address": null, "mac": null, "rack": null,
      "lend": false, "borrow": true, "borrow_bytes_max": 0 } ] }
END
echo token-of-the-host-01 >"$work/token"
echo a-token-that-guests-share >"$work/guests"

start_broker() {
	build/wirerootd --root "$work/root" --memory-members "$work/memory.json" --memory "$work/notes" \
		>>"$work/log" 2>&1 &
	broker=$!
}

start_lender() {
	build/wireroot-lend-asan --broker 127.0.0.1 --member Host_1 --token-file "$work/token" --reserve 64M \
		--interval 1 --guests returning --guest-port 8018 --guest-token-file "$work/guests" 2>>"$work/log" &
	lender=$!
}

judge() {
	jq -e "$1" "$work/answer" >"$work/judged" || {
		cat "$work/answer"
		return 1
	}
}

# The lender as the broker sees it, and a grant.
lender_is() {
	curl -sS $URL/lenders >"$work/answer"
	judge "(if type == \"array\" then . else .lenders end)[] | select(.name == \"Host_1\") | $1"
}

grant_is() {
	curl -sS $URL/grants/"$1" >"$work/answer"
	judge "$2"
}

# borrow NAME MIB: the answer in $work/NAME
borrow() {
	curl -sS --fail-with-body -H 'Authorization: Bearer token-of-the-node-01' -o "$work/$1" -d "{
		\"borrower\": \"n01\", \"bytes\": $(($2 * MIB)), \"address\": \"127.0.0.1\",
		\"initiator\": \"iqn.2026-11.org.wireroot:n01\" }" $URL/grants || { cat "$work/$1"; return 1; }
}

of() {
	jq -r ".$2" "$work/$1"
}

# report NAME STATE: n01 says that its grant is attached, detached …
report() {
	curl -sS --fail-with-body -X PUT -H 'Authorization: Bearer token-of-the-node-01' -d "{
		\"instance\": \"00000000000000b1\", \"report\": $(date +%s%3N), \"sequence\": 0,
		\"address\": \"127.0.0.1\", \"interval_s\": 5, \"mode\": \"plain\",
		\"mirror\": \"none\", \"total_bytes\": 1, \"available_bytes\": 1, \"pressure\": 0.0, \"grants\": [ {
		\"id\": \"$(of "$1" id)\", \"generation\": $(of "$1" generation), \"state\": \"$2\",
		\"bytes\": $(of "$1" bytes), \"used_bytes\": 0, \"device\": \"dm-0\", \"detail\": \"\" } ] }" \
		$URL/borrowers/n01
}

client() {
	local name=$1
	shift
	timeout 120 python3 tests/integration/iscsi_client.py "$(of "$name" address):$(of "$name" port)" \
		"$(of "$name" initiator)" "$(of "$name" iqn)" "$(of "$name" username)%$(of "$name" secret)" \
		"$(of "$name" username_in)%$(of "$name" secret_in)" "$@"
}

start_broker
start_lender
check "the broker knows the lender" retry 10 lender_is '.state == "lending" and .spare_bytes > 0'
check "a borrower gets a grant" borrow first 64
check "… and logs in with what the answer says" client first write 0 $MIB NEIGHBOUR read 0 $MIB NEIGHBOUR
check "the borrower reports it" report first attached
check "it is attached" retry 10 grant_is "$(of first id)" '.state == "attached"'
check "what is written is known" retry 10 grant_is "$(of first id)" ".allocated_bytes == $MIB"
check "more than there is, is refused" says 1 largest_bytes borrow much 100000000

lender_and_tgtd_killed() {
	kill -9 $lender "$(cut -d' ' -f1 /run/wireroot/lend/tgtd.pid)"
	wait $lender 2>/dev/null
	start_lender
	retry 10 client first read 0 $MIB NEIGHBOUR && retry 10 lender_is '.age_s <= 1' &&
		grant_is "$(of first id)" '.state == "attached"'
}
check "lender and tgtd killed: the grant stays attached, with what was in it" lender_and_tgtd_killed
broker_loses_all() {
	kill -9 $broker
	wait $broker 2>/dev/null
	rm -r "$work/notes"
	client first read 0 $MIB NEIGHBOUR || return 1
	start_broker
	retry 10 lender_is '.spare_bytes > 0' && retry 10 report first attached &&
		retry 10 grant_is "$(of first id)" '.state == "attached"' && client first read 0 $MIB NEIGHBOUR
}
check "a broker that has lost everything learns of the grant again" broker_loses_all

check "told that it is detached, the broker has it taken back" report first detached
cleared() {
	[ ! -e "$PAGES/$(of first id)" ] && [ ! -e "/run/wireroot/lend/grants/$(of first id)" ]
}
check "… cleared and forgotten" retry 10 cleared
check "nobody gets in any more" says 1 . client first read 0 512 -
check "the next one finds zeros" borrow second 64
check "… only" client second read 0 $((4 * MIB)) -
# Whoever is too slow to export is told to withdraw what it never had.
offer_runs_out() {
	kill -STOP $lender
	borrow third 1
	kill -CONT $lender
	grep -q '"status": *504' "$work/third" && retry 10 lender_is '.grants <= 1 and .age_s <= 1'
}
check "a lender that comes too late for an offer goes on" offer_runs_out

# --- guests -------------------------------------------------------------------------------------------

build/wireroot-lend-asan --guest --host 127.0.0.1 --guest-token-file "$work/guests" --member vm1 --interval 1 \
	2>>"$work/log" &
guest=$!
check "a guest's report goes through its host to the broker" \
	retry 10 lender_is '[.guests[] | select(.name == "vm1" and .available_bytes > 0)] | length == 1'
echo some-other-token-of-others >"$work/others"
build/wireroot-lend-asan --guest --host 127.0.0.1 --guest-token-file "$work/others" --member vm2 --interval 1 \
	2>>"$work/log" &
other=$!
check "one with another token is refused" await_line 10 "$work/log" "read a guest's report: 127.0.0.1: permission denied"
check "… and not told of" lender_is '[.guests[] | select(.name == "vm2")] == []'
guests_end() {
	kill $guest $other
	wait $guest && wait $other
}
check "guests end when told to" guests_end

leaves() {
	kill $lender
	retry 10 lender_is '.state == "leaving"' || return 1
	report second detached >/dev/null
	wait $lender && [ ! -e /run/wireroot/lend ]
}
report second attached >/dev/null
check "told to end, the lender waits until all is back" leaves
finish
