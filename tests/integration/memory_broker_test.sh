#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The memory broker of wirerootd from outside: lenders and borrowers played by curl, on the loopback
# interface. Prints TAP. WIREROOTD names the program; the default is the one with sanitizers.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wirerootd=${WIREROOTD:-build/wirerootd-asan}
work=$(mktemp -d)
pid=
held=

cleanup() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	exec 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh
patience=$(limit 30)

admin='admin-0123456789'
mib=1048576

# define [MORE]: memory.json of two lenders and two borrowers; MORE are further members of it.
define() {
	cat >"$work/memory.json" <<-EOF
	{ "admin_token": "$admin", "line_port": ${line_port:-0}, "lease_s": ${lease:-30}, "members": [
	  { "name": "l0", "token": "token-of-l0-01234", "lend": true, "borrow": true, "rack": "r0" },
	  { "name": "l1", "token": "token-of-l1-01234", "lend": true, "borrow": true, "rack": "r1" },
	  { "name": "b0", "token": "token-of-b0-01234", "borrow": true, "address": "127.0.0.1" }
	  $* ] }
	EOF
}
b1=', { "name": "b1", "token": "token-of-b1-01234", "borrow": true, "borrow_bytes_max": 67108864 }'

# start [OPTION]...: on a port that nobody uses.
start() {
	for _ in 1 2 3 4 5 6 7 8; do
		port=$((20000 + RANDOM % 10000))
		: >"$work/log"
		"$wirerootd" --root "$work/root" --listen 127.0.0.1 --port "$port" \
			--memory-members "$work/memory.json" "$@" 2>"$work/log" &
		pid=$!
		await_line 20 "$work/log" '^wirerootd: (serving|listen)' &&
			grep -q ' serving ' "$work/log" && break
		wait "$pid"
	done
	url=http://127.0.0.1:$port/v1/memory
}

stop() {
	kill -TERM "$pid"
	wait "$pid"
	local status=$?
	pid=
	return $status
}

crash() {
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	pid=
}

# call MEMBER METHOD PATH [CURL OPTION]...: the body goes to $work/answer, the status to standard
# output.
call() {
	local who=$1 method=$2 path=$3 token=token-of-$1-01234
	shift 3
	[ "$who" != admin ] || token=$admin
	curl -s -m "$patience" -o "$work/answer" -w '%{http_code}\n' -X "$method" \
		-H "Authorization: Bearer $token" "$@" "$url$path"
}

# answers STATUS MEMBER METHOD PATH [CURL OPTION]...
answers() {
	local expected=$1 got
	shift
	got=$(call "$@")
	echo "$*: got $got instead of $expected: $(cat "$work/answer")"
	[ "$got" = "$expected" ]
}

answer() {
	jq -r "$@" "$work/answer"
}

declare -A reports instances=([l0]=00000000000000a0 [l1]=00000000000000a1)

# reports LENDER SPARE [GRANT]...: says what it has, and that it knows what it was told last.
lender_body() {
	local who=$1 spare=$2 grants
	shift 2
	grants=$(printf '%s\n' "$@" | jq -cs .)
	reports[$who]=$((${reports[$who]:-0} + 1))
	cat >"$work/body" <<-EOF
	{ "instance": "${instances[$who]}", "report": ${reports[$who]},
	  "sequence": $(cat "$work/sequence-$who" 2>/dev/null || echo 0),
	  "address": "10.0.0.${who#l}", "port": 3260, "interval_s": 5, "state": "lending",
	  "spare_bytes": $spare, "total_bytes": 4294967296, "available_bytes": 2147483648,
	  "pressure": 0.5, "wanted_back_bytes": ${wanted_back:-0}, "guests": [], "grants": $grants }
	EOF
}

lender() {
	local who=$1
	lender_body "$@"
	answers 200 "$who" PUT "/lenders/$who" --data-binary "@$work/body" || return
	answer .sequence >"$work/sequence-$who"
}

# held_by ID STATE CONNECTED [BORROWER]
held_by() {
	printf '{"id":"%s","generation":1,"state":"%s","bytes":%s,"allocated_bytes":0,"connected":%s,"borrower":"%s","iqn":"x","detail":""}\n' \
		"$1" "$2" $((64 * mib)) "$3" "${4:-b0}"
}

# borrower_body INSTANCE [ID STATE]
borrower_body() {
	local grants='[]'
	[ $# -lt 3 ] || grants="[{\"id\":\"$2\",\"generation\":2,\"state\":\"$3\",\"bytes\":1,\"used_bytes\":0,\"device\":\"/dev/sda\",\"detail\":\"\"}]"
	cat >"$work/body" <<-EOF
	{ "instance": "$1", "address": "10.0.0.9", "interval_s": 5, "mode": "plain",
	  "mirror": "none", "total_bytes": 1, "available_bytes": 1, "pressure": 0, "grants": $grants }
	EOF
}

# borrower STATUS MEMBER [ID STATE]
borrower() {
	local status=$1 who=$2
	shift 2
	borrower_body 00000000000000b0 "$@"
	answers "$status" "$who" PUT "/borrowers/$who" --data-binary "@$work/body"
}

ask_body() {
	printf '{"borrower":"%s","bytes":%s,"initiator":"iqn.2026-11.org.example:%s","address":"10.0.0.9"%s}' \
		"$1" "${2:-$((64 * mib))}" "$1" "${3:-}"
}

# asks MEMBER [CURL OPTION]...: in the background; its answer goes to $work/granted.
asks() {
	local who=$1 body
	shift
	body=$(ask_body "$who")
	[ "${1:-}" != -d ] || { body=$2 && shift 2; }
	rm -f "$work/granted" "$work/granted-status"
	(curl -s -m "$patience" -o "$work/granted" -w '%{http_code}\n' \
		-H "Authorization: Bearer token-of-$who-01234" "$@" -d "$body" \
		"$url/grants" >"$work/granted-status.new"
		mv "$work/granted-status.new" "$work/granted-status") &
	held=$!
}

# is_offered LENDER: it is to export something; the id is in $work/id.
is_offered() {
	lender "$1" $((1024 * mib)) >/dev/null &&
		answer '.grants[] | select(.want == "export").id' >"$work/id" && [ -s "$work/id" ]
}

# grants STATE: of the one grant in $work/id
is_state() {
	answers 200 admin GET "/grants/$(cat "$work/id")" && [ "$(answer .state)" = "$1" ]
}

# lend_one: a grant of l0 for b0, attached.
lend_one() {
	lender l0 $((1024 * mib)) || return
	asks b0
	retry 20 is_offered l0 || return
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported false)" || return
	wait $held
	[ "$(cat "$work/granted-status")" = 201 ] || return
	borrower 200 b0 "$(cat "$work/id")" attached && is_state attached
}

# end_one [LENDER]
end_one() {
	local from=${1:-l0}
	borrower 200 b0 "$(cat "$work/id")" detached &&
		lender "$from" $((960 * mib)) "$(held_by "$(cat "$work/id")" cleared false)" &&
		[ "$(answer '.grants[0].want')" = forget ] &&
		answers 404 admin GET "/grants/$(cat "$work/id")"
}

# --- checks -----------------------------------------------------------------------------------

nothing_is_lent_without_members() {
	curl -s -m "$patience" "$url" | grep -q 'no memory is lent here' &&
		curl -s -m "$patience" "${url%/v1/memory}/metrics" | grep -q '^wireroot_nodes{'
}

grant_goes_its_way() {
	lend_one && jq -e '.secret | length == 16' "$work/granted" &&
		jq -e '.iqn == "iqn.2026-11.org.wireroot:memory.l0." + .id' "$work/granted" &&
		jq -e '.address == "10.0.0.0" and .port == 3260' "$work/granted" && end_one &&
		answers 200 b0 GET '/history?limit=4' &&
		[ "$(answer '[.[].event] | join(" ")')" = 'forgotten returned attached granted' ]
}

lender_and_borrower_get_the_same_secrets() {
	lender l0 $((1024 * mib))
	asks b0
	retry 20 is_offered l0
	answer '.grants[0] | .username, .secret, .username_in, .secret_in' >"$work/at-lender"
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported false)"
	wait $held
	jq -r '.username, .secret, .username_in, .secret_in' "$work/granted" |
		cmp - "$work/at-lender" && ! grep -q null "$work/at-lender" || return
	# Nobody else is told.
	curl -s -m "$patience" "$url" "$url/grants" "$url/history" |
		grep -F -f <(sed -n 2p "$work/at-lender"; sed -n 4p "$work/at-lender") && return 1
	borrower 200 b0 "$(cat "$work/id")" detached
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" cleared false)"
}

small_clients_get_lines() {
	lender l0 $((1024 * mib))
	asks b0 -H 'Accept: text/plain'
	retry 20 is_offered l0
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported false)"
	wait $held
	grep -qx "id=$(cat "$work/id")" "$work/granted" && grep -qE '^secret=.{16}$' "$work/granted" &&
		grep -qx 'lease_s=30' "$work/granted" || return
	borrower 200 b0 "$(cat "$work/id")" detached
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" cleared false)"
	call b0 POST /grants -H 'Accept: text/plain' -d "$(ask_body b0 $((4096 * mib)))"
	[ "$(wc -l <"$work/answer")" -eq 1 ] && grep -q '^no lender has' "$work/answer"
}

refusals_are_problems() {
	call b0 POST /grants -d "$(ask_body b0 $((4096 * mib)))" -D "$work/headers"
	grep -qi '^content-type: application/problem+json' "$work/headers" &&
		[ "$(answer .status)" = 503 ] && [ "$(answer .largest_bytes)" = $((960 * mib)) ] &&
		[ "$(answer .type)" = about:blank ] && answer -e '.title and .detail'
}

nobody_speaks_for_another() {
	ask_body b0 >"$work/ask"
	answers 403 b1 POST /grants --data-binary "@$work/ask" &&
		answers 403 l1 PUT /lenders/l0 -d '{}' &&
		answers 403 b1 GET '/borrowers/b0/wanted?after=1' &&
		answers 403 b0 POST /requests -d "{\"borrower\":\"b0\",\"bytes\":$mib}" &&
		answers 403 b0 PUT /lenders/l0/offer -d '{"bytes":null}' &&
		answers 403 b0 PUT /lenders/b0 -d '{}' && grep -q 'may not lend' "$work/answer" &&
		answers 403 b1 PUT /borrowers/nobody -d '{}' &&
		answers 404 admin PUT /borrowers/nobody -d '{}'
}

token_is_needed() {
	local got
	got=$(curl -s -m "$patience" -o "$work/answer" -w '%{http_code}' -D "$work/headers" \
		-X PUT -d '{}' "$url/lenders/l0")
	[ "$got" = 401 ] && grep -qi '^www-authenticate: Bearer' "$work/headers" || return
	got=$(curl -s -m "$patience" -o /dev/null -w '%{http_code}' -X PUT -d '{}' \
		-H 'Authorization: Basic dG9rZW4=' "$url/lenders/l0")
	[ "$got" = 401 ] && ! grep -q 'token-of' "$work/log"
}

grant_of_another_is_not_touched() {
	lend_one || return
	borrower 403 b1 "$(cat "$work/id")" detached &&
		answers 403 b1 POST "/grants/$(cat "$work/id")/return" -d '{}' &&
		is_state attached && end_one
}

nonsense_is_refused() {
	head -c 70000 /dev/zero | tr '\0' x >"$work/large"
	answers 400 l0 PUT /lenders/l0 -d '{' && grep -q 'no JSON' "$work/answer" &&
		answers 400 l0 PUT /lenders/l0 -d '{}' && grep -q instance "$work/answer" &&
		answers 400 b0 POST /grants -d "$(ask_body b0 5)" &&
		answers 400 b0 POST /grants --data-binary $'\xff\xfe' &&
		answers 413 b0 POST /grants --data-binary "@$work/large" &&
		answers 404 admin GET /nothing && answers 404 admin GET /grants/xyz &&
		answers 404 admin GET //lenders && answers 400 admin GET '/history?limit=x' &&
		answers 405 admin DELETE /grants && answers 405 admin POST /lenders/l0 -d '{}' &&
		answers 400 l0 GET /lenders/l0/wanted && answers 400 l0 GET '/lenders/l0/wanted?after=0'
}

held_call_is_answered_with_news() {
	lender l0 $((1024 * mib))
	curl -s -m "$patience" -H 'Authorization: Bearer token-of-l0-01234' -o "$work/news" \
		"$url/lenders/l0/wanted?after=$(cat "$work/sequence-l0")" &
	local news=$!
	asks b0
	wait $news || return
	[ "$(jq '.grants | length' "$work/news")" = 1 ] &&
		[ "$(jq -r '.grants[0].want' "$work/news")" = export ] || return
	jq -r '.grants[0].id' "$work/news" >"$work/id"
	jq -r .sequence "$work/news" >"$work/sequence-l0"
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported false)"
	wait $held
	curl -s -m "$patience" -H 'Authorization: Bearer token-of-b0-01234' -o "$work/news" \
		"$url/borrowers/b0/wanted?after=1"
	[ "$(jq -r '.grants[0].want' "$work/news")" = keep ] || return
	curl -s -m "$patience" -H 'Authorization: Bearer token-of-b0-01234' -o "$work/later" \
		"$url/borrowers/b0/wanted?after=$(jq .sequence "$work/news")" &
	news=$!
	answers 202 admin POST "/grants/$(cat "$work/id")/return" -d '{"deadline_s":77}' || return
	wait $news
	jq -e '.grants[0] | .want == "return" and .deadline_s == 77 and .policy == "wait"' \
		"$work/later" && end_one
}

failing_lender_is_replaced_by_another() {
	lender l0 $((1024 * mib))
	lender l1 $((1024 * mib))
	asks b0
	local first=l0 second=l1
	retry 20 eval 'is_offered l0 || is_offered l1' || return
	lender l0 $((1024 * mib))
	answer -e '.grants | length == 0' >/dev/null && first=l1 second=l0
	lender $first $((1024 * mib)) "$(held_by "$(cat "$work/id")" failed false)"
	[ "$(answer '.grants[0].want')" = withdraw ] || return
	lender $first 0 "$(held_by "$(cat "$work/id")" cleared false)"
	retry 20 is_offered $second || return
	lender $second $((960 * mib)) "$(held_by "$(cat "$work/id")" exported false)"
	wait $held
	[ "$(jq -r .lender "$work/granted")" = $second ] || return
	end_one $second
	lender l1 0
	lender l0 $((1024 * mib))
}

failure_that_is_nobodys_makes_no_member() {
	lender l0 $((1024 * mib)) "$(held_by 00000000000000aa failed false | jq -c '.borrower = null')" ||
		return
	answers 200 nobody GET /borrowers && [ "$(answer 'map(select(.name == "")) | length')" = 0 ] || return
	lender l0 $((1024 * mib))
}

limits_and_roles_hold() {
	lend_one || return
	answers 409 l0 POST /grants -d "$(ask_body l0)" && grep -q 'lends memory itself' "$work/answer" &&
		answers 409 b1 POST /grants -d "$(ask_body b1 $((128 * mib)))" &&
		answers 200 admin PUT /lenders/l0/offer -d "{\"bytes\":$((64 * mib))}" &&
		answers 503 b0 POST /grants -d "$(ask_body b0)" &&
		answers 200 l0 PUT /lenders/l0/offer -d '{"bytes":null}' && end_one
}

lender_gets_its_memory_back() {
	lend_one || return
	wanted_back=1 lender l0 0 "$(held_by "$(cat "$work/id")" exported true)"
	is_state revoking && borrower 200 b0 "$(cat "$work/id")" detaching &&
		[ "$(answer '.grants[0].want')" = return ] && end_one
}

wish_reaches_its_node() {
	answers 202 admin POST /requests -d "{\"borrower\":\"b0\",\"bytes\":$((64 * mib))}" || return
	local wish
	wish=$(answer .id)
	borrower 200 b0 && [ "$(answer '.requests[0].id')" = "$wish" ] || return
	lender l0 $((1024 * mib))
	asks b0 -d "$(ask_body b0 $((64 * mib)) ",\"request\":\"$wish\"")"
	retry 20 is_offered l0 && borrower 200 b0 && [ "$(answer '.requests | length')" = 0 ] || return
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" failed false)"
	lender l0 $((1024 * mib)) "$(held_by "$(cat "$work/id")" cleared false)"
	wait $held
	[ "$(cat "$work/granted-status")" = 503 ]
}

figures_are_told() {
	curl -s -m "$patience" "${url%/v1/memory}/metrics" >"$work/metrics"
	grep -q '^wireroot_memory_grants{state="attached"} 0$' "$work/metrics" &&
		grep -q '^wireroot_memory_decision_seconds_count [1-9]' "$work/metrics" &&
		grep -q '^wireroot_memory_refused_total{reason="token"} [1-9]' "$work/metrics" &&
		grep -q '^wireroot_memory_lenders{state="heard"} [12]$' "$work/metrics" &&
		! grep -q token-of "$work/metrics"
}

restart_with_notes_changes_nothing() {
	lend_one || return
	crash
	start --memory "$work/notes"
	is_state attached && [ "$(answer .adopted)" = false ] &&
		lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported true)" &&
		[ "$(answer '.grants[0].secret')" = "$(jq -r .secret "$work/granted")" ] &&
		borrower 200 b0 "$(cat "$work/id")" attached && [ "$(answer '.grants[0].want')" = keep ] &&
		end_one
}

notes_are_private() {
	[ "$(stat -c %a "$work/notes")" = 700 ] && [ "$(stat -c %a "$work/notes/memory.sqlite")" = 600 ]
}

restart_without_notes_learns_from_reports() {
	lend_one || return
	crash
	rm -rf "$work/notes"
	start --memory "$work/notes"
	answers 404 admin GET "/grants/$(cat "$work/id")" &&
		borrower 200 b0 "$(cat "$work/id")" attached && [ "$(answer '.grants[0].want')" = keep ] &&
		lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported true)" &&
		[ "$(answer '.grants | length')" = 0 ] && is_state attached &&
		[ "$(answer .adopted)" = true ] && borrower 200 b0 "$(cat "$work/id")" detached &&
		lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported false)" &&
		[ "$(answer '.grants[0].want')" = withdraw ] &&
		lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" cleared false)"
}

damaged_notes_are_moved_aside() {
	stop
	head -c 8192 /dev/urandom >"$work/notes/memory.sqlite"
	rm -f "$work/notes"/memory.sqlite-*
	start --memory "$work/notes"
	[ -f "$work/notes/memory.sqlite.damaged" ] && grep -q 'was damaged' "$work/log" &&
		lender l0 $((1024 * mib))
}

reload_keeps_who_stays_and_takes_back_from_who_leaves() {
	lend_one || return
	sed 's/"l0"/"l9"/' "$work/memory.json" >"$work/memory.new"
	mv "$work/memory.new" "$work/memory.json"
	kill -HUP "$pid"
	retry 20 is_state revoking || return
	answers 403 l0 PUT /lenders/l0 -d '{}' && borrower 200 b0 "$(cat "$work/id")" detached || return
	define "$b1"
	kill -HUP "$pid"
	retry 20 eval 'lender l0 $((1024 * mib)) "$(held_by "$(cat "$work/id")" exported false)"' &&
		lender l0 $((1024 * mib)) "$(held_by "$(cat "$work/id")" cleared false)"
}

wrong_members_leave_the_old_ones() {
	echo '{' >"$work/memory.json"
	kill -HUP "$pid"
	await_line 20 "$work/log" 'stay as they are' && lender l0 $((1024 * mib)) || return
	define "$b1"
	kill -HUP "$pid"
	retry 20 answers 200 b1 GET '/borrowers/b1/wanted?after=1'
}

lease_ends_only_behind_a_look() {
	lend_one || return
	# Nobody reports for b0 any more.
	retry 40 eval 'answers 200 admin GET /grants/$(cat "$work/id") && answer -e .lease_over' || return
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported true)"
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported true)"
	is_state attached || return
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported false)"
	is_state lost && borrower 200 b0 "$(cat "$work/id")" attached &&
		[ "$(answer '.grants[0].want')" = gone ] &&
		lender l0 $((1024 * mib)) "$(held_by "$(cat "$work/id")" cleared false)"
}

instance_that_is_over_is_refused() {
	instances[l0]=00000000000000f0
	lender l0 $((1024 * mib)) || return
	instances[l0]=00000000000000a0
	lender_body l0 $((1024 * mib))
	answers 409 l0 PUT /lenders/l0 --data-binary "@$work/body" || return
	instances[l0]=00000000000000f0
	lender l0 $((1024 * mib))
}

# line_call TEXT: until the broker closes.
line_call() {
	exec 9<>"/dev/tcp/127.0.0.1/$line_port" || return
	printf '%s\n' "$1" >&9
	timeout "$patience" cat <&9
	exec 9>&-
}

# The secrets as the forerunner's node would make them of its token.
derived() {
	printf %s "$1" | openssl dgst -sha256 -hmac token-of-b0-01234 -binary | base64 |
		tr '+/' '-_' | head -c 16
}

line_protocol_lends() {
	lender l0 $((1024 * mib))
	line_call "want.iscsi $((64 * mib))" >"$work/line" &
	local line=$!
	retry 20 is_offered l0 || return
	[ "$(answer '.grants[0].secret')" = "$(derived line)" ] &&
		[ "$(answer '.grants[0].secret_in')" = "$(derived line-in)" ] &&
		[ "$(answer '.grants[0].username')" = "$(cat "$work/id")" ] &&
		[ "$(answer '.grants[0].initiator')" = iqn.2026-11.org.wireroot:line.b0 ] || return
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported false)"
	wait $line
	grep -qx "ok,10.0.0.0,iqn.2026-11.org.wireroot:memory.l0.$(cat "$work/id")" "$work/line" || return
	lender l0 $((960 * mib)) "$(held_by "$(cat "$work/id")" exported true)"
	is_state attached &&
		line_call "gives.iscsi iqn.2026-11.org.wireroot:memory.l0.$(cat "$work/id")" |
			grep -q '^ok,' && is_state returned &&
		lender l0 $((1024 * mib)) "$(held_by "$(cat "$work/id")" cleared false)"
}

line_protocol_refuses() {
	line_call 'want.iscsi 5' | grep -q '^no,' &&
		line_call "want.iscsi $((4096 * mib))" | grep -q '^no,no lender' &&
		line_call 'gives.iscsi iqn.2026-11.org.wireroot:memory.l0.00000000000000ff' |
			grep -q '^no,this is no grant of yours' &&
		line_call "$(head -c 2000 /dev/zero | tr '\0' x)" | grep -q '^no,'
}

line_port_opens() {
	for _ in 1 2 3 4 5 6 7 8; do
		line_port=$((30000 + RANDOM % 2000))
		define "$b1"
		: >"$work/log"
		kill -HUP "$pid"
		await_line 20 "$work/log" "line protocol" &&
			grep -q 'line protocol is on' "$work/log" && return
	done
	return 1
}

mkdir "$work/root"
echo '{ "admin_token": "", "members": [] }' >"$work/memory.json"
check wrong_members_keep_it_from_starting says 1 'admin_token' "$wirerootd" --root "$work/root" \
	--port 29999 --memory-members "$work/memory.json"
check members_are_for_root_only says 2 'memory-members' "$wirerootd" --generation "$work" \
	--memory-members "$work/memory.json"

define "$b1"
start --memory "$work/notes"
check grant_goes_its_way grant_goes_its_way
check lender_and_borrower_get_the_same_secrets lender_and_borrower_get_the_same_secrets
check small_clients_get_lines small_clients_get_lines
check refusals_are_problems refusals_are_problems
check nobody_speaks_for_another nobody_speaks_for_another
check token_is_needed token_is_needed
check grant_of_another_is_not_touched grant_of_another_is_not_touched
check nonsense_is_refused nonsense_is_refused
check held_call_is_answered_with_news held_call_is_answered_with_news
check failing_lender_is_replaced_by_another failing_lender_is_replaced_by_another
check failure_that_is_nobodys_makes_no_member failure_that_is_nobodys_makes_no_member
check limits_and_roles_hold limits_and_roles_hold
check lender_gets_its_memory_back lender_gets_its_memory_back
check wish_reaches_its_node wish_reaches_its_node
check figures_are_told figures_are_told
check notes_of_another_are_left_alone says 1 'another wirerootd keeps its notes there' \
	"$wirerootd" --root "$work/root" --listen 127.0.0.1 --port $((port + 10001)) \
	--memory-members "$work/memory.json" --memory "$work/notes"
check restart_with_notes_changes_nothing restart_with_notes_changes_nothing
check notes_are_private notes_are_private
check restart_without_notes_learns_from_reports restart_without_notes_learns_from_reports
check damaged_notes_are_moved_aside damaged_notes_are_moved_aside
check reload_keeps_who_stays_and_takes_back_from_who_leaves \
	reload_keeps_who_stays_and_takes_back_from_who_leaves
check wrong_members_leave_the_old_ones wrong_members_leave_the_old_ones
check instance_that_is_over_is_refused instance_that_is_over_is_refused
check line_port_opens line_port_opens
check line_protocol_lends line_protocol_lends
check line_protocol_refuses line_protocol_refuses
check stops_without_leaks stop

line_port=0 lease=1
define "$b1"
start
check lease_ends_only_behind_a_look lease_ends_only_behind_a_look
check stops_again_without_leaks stop

rm "$work/memory.json"
check missing_members_are_a_fault says 1 'memory.json' "$wirerootd" --root "$work/root" \
	--port 29999 --memory-members "$work/memory.json"
"$wirerootd" --root "$work/root" --listen 127.0.0.1 --port "$port" 2>"$work/log" &
pid=$!
await_line 20 "$work/log" ' serving '
check nothing_is_lent_without_members nothing_is_lent_without_members
check stops_for_good stop
finish
