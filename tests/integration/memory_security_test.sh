#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who gets at lent memory: wireroot-lend with a real tgtd and wirerootd's own broker, one borrower who uses a
# grant, and others who try to get at it, or at more than theirs: without the secret, with their own, with
# another's token, from another machine, and too late. Each is refused and told why, and nothing changes.
# Prints TAP.
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
{ "admin_token": "token-of-the-admin-0", "line_port": 0, "lease_s": 4, "deadline_s": 300, "policy": "wait",
  "members": [
    { "name": "host1", "token": "token-of-the-host-01", "address": null, "mac": null, "rack": null,
      "lend": true, "borrow": false, "borrow_bytes_max": 0 },
    { "name": "n01", "token": "token-of-the-node-01", "address": null, "mac": null, "rack": null,
      "lend": false, "borrow": true, "borrow_bytes_max": 0 },
    { "name": "n02", "token": "token-of-the-node-02", "address": null, "mac": null, "rack": null,
      "lend": false, "borrow": true, "borrow_bytes_max": 0 } ] }
END
echo token-of-the-host-01 >"$work/token"

# call TOKEN METHOD PATH [BODY]: the answer in $work/answer; prints its status and what it says.
call() {
	curl -sS -o "$work/answer" -w '%{http_code} ' -X "$2" ${1:+-H "Authorization: Bearer token-of-the-$1"} \
		-H 'Content-Type: application/json' ${4:+-d "$4"} "$URL$3" && cat "$work/answer"
}

# question BORROWER ADDRESS: what asks for 64 MiB
question() {
	echo "{ \"borrower\": \"$1\", \"bytes\": $((64 * MIB)), \"address\": \"$2\",
		\"initiator\": \"iqn.2026-11.org.wireroot:node.$1\" }"
}

# borrow NAME BORROWER TOKEN [ADDRESS]: the grant in $work/NAME
borrow() {
	says 0 '^201 ' call "$3" POST /grants "$(question "$2" "${4:-127.0.0.1}")" && mv "$work/answer" "$work/$1"
}

of() {
	jq -r ".$2" "$work/$1"
}

# report GRANT STATE: the body of a borrower's report
report() {
	echo "{ \"instance\": \"00000000000000b1\", \"address\": \"127.0.0.1\", \"interval_s\": 5, \"mode\": \"plain\",
		\"mirror\": \"none\", \"total_bytes\": 1, \"available_bytes\": 1, \"pressure\": 0.0, \"grants\": [ {
		\"id\": \"$(of "$1" id)\", \"generation\": $(of "$1" generation), \"state\": \"$2\",
		\"bytes\": $(of "$1" bytes), \"used_bytes\": 0, \"device\": \"dm-0\", \"detail\": \"\" } ] }"
}

# initiator GRANT NAME OWN THEIRS COMMAND...: somebody at that grant's target, with accounts of their choice
initiator() {
	(initiator_exec "$@")
}
initiator_exec() {
	local grant=$1 name=$2 own=$3 theirs=$4
	shift 4
	exec timeout 120 python3 tests/integration/iscsi_client.py "$(of "$grant" address):$(of "$grant" port)" \
		"iqn.2026-11.org.wireroot:node.$name" "$(of "$grant" iqn)" "$own" "$theirs" "$@"
}

own() {
	echo "$(of "$1" username)%$(of "$1" secret)"
}
theirs() {
	echo "$(of "$1" username_in)%$(of "$1" secret_in)"
}

grant_is() {
	curl -sS "$URL/grants/$(of "$1" id)" >"$work/grant"
	jq -e "$2" "$work/grant" && return
	cat "$work/grant"
	return 1
}

lender_is() {
	curl -sS $URL/lenders | jq -e "(if type == \"array\" then . else .lenders end)[] | $1"
}

# What must be as before, whatever the others tried: n01's grant at the broker, and its memory.
picture() {
	curl -sS "$URL/grants/$(of first id)" | jq -c '[.id, .generation, .state, .bytes, .borrower, .connected]'
	md5sum <"$PAGES/$(of first id)"
	stat -c '%b %s' "$PAGES/$(of first id)"
}
nothing_has_changed() {
	picture >"$work/after"
	diff "$work/before" "$work/after"
}

build/wirerootd --root "$work/root" --memory-members "$work/memory.json" --memory "$work/notes" >>"$work/log" 2>&1 &
build/wireroot-lend-asan --broker 127.0.0.1 --member host1 --token-file "$work/token" --reserve 64M \
	--interval 1 --leave-time 0 2>>"$work/log" &
check "a lender lends" retry 30 lender_is '.spare_bytes > 0'
check "a borrower borrows" borrow first n01 node-01
initiator_exec first n01 "$(own first)" "$(theirs first)" write 0 $MIB NEIGHBOURS-SECRET stay >"$work/stay" 2>&1 &
stay=$!
check "… and logs in" await_line 30 "$work/stay" 'logged in'
check "… and says so" says 0 '^200 ' call node-01 PUT /borrowers/n01 "$(report first attached)"
check "the lender sees its session" retry 30 grant_is first '.state == "attached" and .connected'
picture >"$work/before"

# --- at the target -------------------------------------------------------------------------------------

check "another node borrows, too" borrow second n02 node-02
initiator_exec second n02 "$(own second)" "$(theirs second)" read 0 512 - stay >"$work/other" 2>&1 &
other=$!
check "… and logs in" await_line 30 "$work/other" 'logged in'
# RFC 7143 section 11.13.5: the initiator could not be authenticated.
refused='refused with status 0x000201'
check "without a proof nobody gets in" says 1 "$refused" initiator first n01 - - read 0 512 -
check "… nor under another name without one" says 1 "$refused" initiator first n02 - - read 0 512 -
check "with a wrong secret nobody does" says 1 "$refused" \
	initiator first n01 "$(of first username)%Secret.of.nobody" "$(theirs first)" read 0 512 -
check "one's own secret opens no other grant" says 1 "$refused" \
	initiator first n02 "$(own second)" "$(theirs second)" read 0 512 -
check "… nor does what the target proves itself with" says 1 "$refused" \
	initiator first n01 "$(theirs first)" "$(own first)" read 0 512 -
check "a grant for another address" borrow third n02 node-02 127.0.0.2
check "… is for that address alone, whoever has its secrets" says 1 'refused with status' \
	initiator third n02 "$(own third)" "$(theirs third)" read 0 512 -

# --- at the broker -------------------------------------------------------------------------------------

# forbidden STATUS TOKEN METHOD PATH [BODY]
forbidden() {
	local status=$1
	shift
	says 0 "^$status " call "$@" && grep '"detail": "the .*\(token\|grant\)' "$work/answer" && ! grep -q "$(of first secret)\|$(of first secret_in)" "$work/answer"
}
id=$(of first id)
check "without a token nothing is borrowed" forbidden 401 '' POST /grants "$(question n01 127.0.0.1)"
check "nor with a wrong one" forbidden 403 node-03 POST /grants "$(question n01 127.0.0.1)"
check "another's token borrows nothing in one's name" forbidden 403 node-02 POST /grants "$(question n01 127.0.0.1)"
check "… nor reports for one" forbidden 403 node-02 PUT /borrowers/n01 "$(report first detached)"
check "… nor of one's grant as its own" forbidden 403 node-02 PUT /borrowers/n02 "$(report first detached)"
check "… nor gives it back" forbidden 403 node-02 POST "/grants/$id/return" '{ "deadline_s": 1 }'
check "… nor reads what one is told" forbidden 403 node-02 GET '/borrowers/n01/wanted?after=0'
check "… nor what the lender is, with all secrets" forbidden 403 node-02 GET '/lenders/host1/wanted?after=1'
check "… nor lends in the lender's name" forbidden 403 node-02 PUT /lenders/host1 '{}'
check "… nor has it offer less" forbidden 403 node-02 PUT /lenders/host1/offer '{ "bytes": 0 }'
check "… nor has others borrow" forbidden 403 node-02 POST /requests \
	"{ \"borrower\": \"n01\", \"bytes\": $((64 * MIB)) }"
shows_no_secret() {
	says 0 '^200 ' call '' GET "$1" && ! grep -qi 'secret\|username\|token' "$work/answer"
}
check "who reads a grant sees no secret" shows_no_secret "/grants/$id"
check "… nor who reads all there is" shows_no_secret ''
check "… nor who reads the history" shows_no_secret '/history?limit=1000'
check "nothing of all that has changed the grant or its memory" nothing_has_changed

# --- too late ------------------------------------------------------------------------------------------

gone() {
	says 0 '^404 ' call '' GET "/grants/$(of "$1" id)" || grant_is "$1" '.state == "returned" or .state == "lost"'
}
expired() {
	borrow late n02 node-02 && retry 30 gone late && retry 30 test ! -e "$PAGES/$(of late id)"
}
check "a grant that nobody logs in to in time is over, and cleared" expired
check "who logs in then is refused" says 1 'refused with status' \
	initiator late n02 "$(own late)" "$(theirs late)" read 0 512 -
too_late() {
	says 0 '^200 ' call node-02 PUT /borrowers/n02 "$(report late attached)" &&
		jq -e ".grants[] | select(.id == \"$(of late id)\") | .want == \"gone\"" "$work/answer"
}
check "who says that he has it is told that it is over" too_late
check "… and has nothing of it" retry 30 gone late
check "whose session stays keeps what he has, though his lease is over" \
	grant_is first '.state == "attached" and .connected'
check "and all of it is as it was" nothing_has_changed
kill $stay $other
finish
