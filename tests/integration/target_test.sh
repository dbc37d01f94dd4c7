#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Targets of a running tgtd: offered, used, withdrawn, and what is left when an offer is killed at each of
# its steps. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/integration/apart.sh
. tests/integration/apart.sh

PORT=77
IQN=iqn.2026-11.example.test
IN="$IQN:initiator:n01 Secret.of.node.1"
OUT="$IQN:n01 Secret.target.1"

tgt() {
	tgtadm -C $PORT --lld iscsi "$@"
}

target() {
	build/target-offer tgt:$PORT "$@"
}

# offer [ro|rw [ADDRESS|- [NAME]]]. The words of $IN and $OUT are several.
# shellcheck disable=SC2120 # mostly rw
offer() {
	# shellcheck disable=SC2086
	target offer $IQN:n01 $IQN:initiator:${3:-n01} "${2:-127.0.0.1}" "$work/n01.img" "${1:-rw}" $IN $OUT
}

list_is() {
	target list >"$work/said" && cat "$work/said" && grep -qx "$1" "$work/said"
}

nothing_is_left() {
	! target list | grep . && ! tgt --op show --mode account | grep "$IQN"
}

# log_in ACCOUNT: does the node read the disk's size?
log_in() {
	timeout 20 iscsi-readcapacity16 -i $IQN:initiator:n01 "iscsi://${1:+$1@}127.0.0.1/$IQN:n01/1" |
		grep -q 'Total size:'
}

admitted_are() {
	tgt --op show --mode target >"$work/said"
	cat "$work/said"
	[ "$(sed -n '/ACL information:/,$s/^        //p' "$work/said" | paste -sd' ')" = "$1" ]
}

# offered_to WHOM ADDRESS|- [NAME], read-only as before
offered_to() {
	offer ro "$2" "${3:-n01}" && admitted_are "$1"
}

# tgtd lets in whoever either has the address or the name.
changed_half() {
	tgt --op bind --mode target --tid 1 --initiator-address 127.0.0.1 &&
		admitted_are "127.0.0.1 $IQN:initiator:n02" && offered_to 127.0.0.1 127.0.0.1 &&
		log_in "$IQN:initiator:n01%Secret.of.node.1"
}

stays() {
	kill -0 "$client" && list_is "session $IQN:n01 $IQN:initiator:n01 127.0.0.1"
}

truncate -s 8M "$work/n01.img"
tgtd -f --iscsi portal=127.0.0.1:3260 -C $PORT >"$work/log" 2>&1 &
for _ in $(seq 300); do
	tgt --op show --mode system >/dev/null 2>&1 && break
	sleep 0.1
done

check "a disk is offered" offer
check "the offer is complete" list_is "$IQN:n01 open rw $work/n01.img 0"
check "offered again, it is there once" offer
check "… as before" list_is "$IQN:n01 open rw $work/n01.img 0"
check "read-only, it replaces the one before" offer ro
check "… and is read-only" list_is "$IQN:n01 open ro $work/n01.img 0"
check "a disk that is missing is refused by its name" says 1 'offer disk: /nowhere: no such file' \
	target offer $IQN:n02 $IQN:initiator:n02 - /nowhere rw

if command -v iscsi-readcapacity16 >/dev/null; then
	check "the node logs in with its secret" log_in "$IQN:initiator:n01%Secret.of.node.1"
	check "nobody logs in without it" says 1 . log_in ""
	# A client that stays.
	iscsi-perf -i $IQN:initiator:n01 \
		"iscsi://$IQN:initiator:n01%Secret.of.node.1@127.0.0.1/$IQN:n01/1" >/dev/null 2>&1 &
	client=$!
	for _ in $(seq 100); do
		target list | grep -q '^session' && break
		sleep 0.1
	done
	check "its session is listed" list_is "session $IQN:n01 $IQN:initiator:n01 127.0.0.1"
	check "a target in use is not withdrawn, and who uses it is said" \
		says 1 "busy .*initiator:n01 is logged in to it from 127.0.0.1" target withdraw $IQN:n01
	check "nor offered in another way" says 1 busy offer rw
	check "the same offer is no change" offer ro
	check "offered for another address, it is that one's alone" offered_to 127.0.0.2 127.0.0.2
	check "… and who is logged in stays" stays
	check "… and the other address is not let in any more" says 1 . \
		log_in "$IQN:initiator:n01%Secret.of.node.1"
	check "offered for another name, it is that one's alone" offered_to $IQN:initiator:n02 - n02
	check "… and who is logged in still stays" stays
	check "cut off in between, the next offer goes on" changed_half
	check "… and who is logged in stays, to the end" stays
	kill $client
	wait $client 2>/dev/null
	for _ in $(seq 100); do
		target list | grep -q '^session' || break
		sleep 0.1
	done
else
	skip "a node logs in" "there is no libiscsi-bin"
fi
check "it is withdrawn" target withdraw $IQN:n01
check "… with its accounts" nothing_is_left
check "what is not there is withdrawn without a word" target withdraw $IQN:n01

# --- killed ------------------------------------------------------------------------------------------

# A control socket that kills who asks for the Nth change.
tests/integration/tgt_relay.py "$work/relay.$PORT" /run/tgtd/socket.$PORT "$work/left" &
for _ in $(seq 300); do
	[ -S "$work/relay.$PORT" ] && break
	sleep 0.1
done

# killed_after N COMMAND...
killed_after() {
	echo "$1" >"$work/left"
	shift
	(TGT_IPC_SOCKET=$work/relay "$@") >/dev/null 2>&1
}

# Whatever is there of it, nobody can log in, and it can be offered and withdrawn.
offer_killed_everywhere() {
	local n
	for ((n = 0; n < 40; n++)); do
		killed_after $n offer && break
		if target list | grep -q ' open '; then
			echo "killed after $n steps, it can be logged in to"
			return 1
		fi
		offer && list_is "$IQN:n01 open rw $work/n01.img 0" && target withdraw $IQN:n01 || return 1
		killed_after $n offer
		target withdraw $IQN:n01 || return 1
		if target list | grep -q .; then
			echo "killed after $n steps, it could not be withdrawn"
			return 1
		fi
	done
	echo "$n steps"
	[ "$n" -gt 5 ] && [ "$n" -lt 40 ]
}

withdrawal_killed_everywhere() {
	local n
	for ((n = 0; n < 40; n++)); do
		offer || return 1
		killed_after $n target withdraw $IQN:n01 && break
		target withdraw $IQN:n01 || return 1
		! target list | grep . || return 1
	done
	[ "$n" -gt 0 ] && [ "$n" -lt 40 ]
}

check "an offer killed at any step lets nobody in, and can be repeated or withdrawn" \
	offer_killed_everywhere
target withdraw $IQN:n01
check "a withdrawal killed at any step can be repeated" withdrawal_killed_everywhere

# Each finds a number of its own.
offer_side_by_side() {
	local n
	for n in $(seq 20); do
		target offer $IQN:p"$n" $IQN:initiator:p"$n" - "$work/n01.img" ro &
	done
	for n in $(seq 20); do
		wait -n || return 1
	done
	[ "$(target list | grep -c "^$IQN:p.* open ro ")" -eq 20 ]
}
check "twenty offers side by side all succeed" offer_side_by_side

# --- portals -----------------------------------------------------------------------------------------

# The first tgtd of a host, as tgt.service runs it: everywhere, at port 3260.
kill -KILL %1
wait %1 2>/dev/null
tgtd -f -C 0 >"$work/log" 2>&1 &
for _ in $(seq 300); do
	tgtadm --lld iscsi --op show --mode system >/dev/null 2>&1 && break
	sleep 0.1
done

portals_are() {
	tgtadm --lld iscsi --op show --mode portal | sed -n 's/^Portal: \([0-9.:]*\),1$/\1/p' | sort >"$work/portals"
	cat "$work/portals"
	[ "$(paste -sd' ' "$work/portals")" = "$1" ]
}

listen() {
	printf '%s\n' "$@" >"$work/tgt-portals"
	build/wireroot target listen "$work/tgt-portals"
}

check "where tgtd listens by itself it need not be told to" listen 127.0.0.1:3260 127.0.0.2:3260
check "… and is not" portals_are 0.0.0.0:3260
check "it listens at another port, too" listen '# a comment' 127.0.0.1:3260 127.0.0.2:3261
check "… from then on" portals_are '0.0.0.0:3260 127.0.0.2:3261'
check "said again, it is no change" listen 127.0.0.2:3261
check "a portal that is not this server's is refused by its name" \
	says 1 'let tgtd listen at portal: 10\.9\.0\.1:3261: .*address of this server' \
	listen 127.0.0.1:3262 10.9.0.1:3261 127.0.0.1:3263
check "… and the others are there" \
	portals_are '0.0.0.0:3260 127.0.0.1:3262 127.0.0.1:3263 127.0.0.2:3261'
check "a list that is none is refused with its line" says 1 'line 2: a portal is' listen 127.0.0.1:3260 here
if command -v iscsi-readcapacity16 >/dev/null; then
	truncate -s 8M "$work/n09.img"
	build/target-offer tgt:0 offer $IQN:n09 $IQN:initiator:n09 127.0.0.1 "$work/n09.img" rw
	check "a disk is to be had there" timeout 20 iscsi-readcapacity16 -i $IQN:initiator:n09 \
		iscsi://127.0.0.2:3261/$IQN:n09/1
else
	skip "a disk is to be had there" "there is no libiscsi-bin"
fi

check_without_tgtd() {
	says 1 'tgt' build/target-offer tgt:78 list && says 1 'systemctl start tgt' build/target-offer tgt:78 list
}
check "a tgtd that does not run is called so" check_without_tgtd
finish
