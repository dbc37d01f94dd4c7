#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What nobody has room for just now is borrowed when somebody has. The broker is parted from a lender, and loses
# its notes meanwhile; then it is parted from the borrower, and from both at once, for longer than a lease, and
# healed. What is attached notices nothing of all that; who has what is known afterwards as it was before, and
# what is lent is lent once.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_three.sh
. "$TOP/tests/fixtures/memory_three.sh"

three_start
expect_console m01 'wireroot-borrow: taking over 96 MiB' 120 "wireroot-borrow takes it over" || finish

offer()
{
	local lender
	for lender in lend1 lend2; do
		memory_call PUT "/v1/memory/lenders/$lender/offer" "{ \"bytes\": $1 }" > "$WORK/offered"
	done
}

wish_in_vain()
{
	console_mark m01
	memory_call POST /v1/memory/requests "{ \"borrower\": \"m01\", \"bytes\": $((96 * MIB)) }" > "$WORK/wish"
	expect_console m01 "wireroot-borrow: .* no lender has $((96 * MIB)) bytes" 60 "$1"
}

offer 0
wish_in_vain "m01 is to borrow as much again, and is told that nobody has room"
offer null
await "… and borrows it when somebody has" 60 three_attached 2 || finish
three_load 14

who_has_what()
{
	jq -r '.grants[] | "\(.id) \(.lender) \(.borrower) \(.bytes)"' "$WORK/memory.now" | sort
}

same_as_before()
{
	three_attached 2 && who_has_what | diff "$WORK/before" -
}

memory_is true > "$WORK/is"
who_has_what > "$WORK/before"
silent='.lenders[] | select(.name == "lend1") | .state == "silent" or .state == "unheard"'

# Longer than a lease, by the broker's own word.
three_part lend1
await "parted from lend1, the broker calls it silent" 90 memory_is "$silent"
check "… and keeps its grant as it is" memory_is '.grants | length == 2 and all(.state == "attached")'
three_goes_on "m01 goes on with both"
three_kill_broker
rm -r "$WORK/broker"
mkdir "$WORK/broker"
broker_run
await "it loses its notes, and learns of the other grant alone" 60 memory_is \
	'(.grants | length == 1 and .[0].lender == "lend2" and .[0].state == "attached") and any(.borrowers[]; .age_s != null)'
wish_in_vain "nothing of what lend1 has lent is lent again"
three_goes_on "m01 goes on with both"
three_heal lend1
await "healed, all is as before" 90 same_as_before

three_part m01
await "parted from m01, its leases end at the broker" 90 memory_is 'all(.grants[]; .lease_over)'
check "… and nothing is taken from it" memory_is '.grants | length == 2 and all(.state == "attached" and .connected)'
three_goes_on "m01 goes on with both"
three_part lend1
await "parted from lend1, too, the broker calls it silent" 90 memory_is "$silent"
three_goes_on "m01 goes on with both"
three_heal lend1
await "lend1 is healed, and its grant is still m01's" 90 memory_is "($silent | not) and
	(.grants | length == 2 and all(.state == \"attached\" and .connected and .lease_over))"
three_heal m01
await "m01 is healed: the leases are renewed" 90 memory_is 'all(.grants[]; .lease_over | not)'
await "all is as before" 60 same_as_before
three_goes_on "m01 has noticed nothing"

three_call m01 'kill $(cat /run/load.pid)'
for lender in lend1 lend2; do
	three_return "$(three_id "$lender")"
	await "$lender has cleared it" 60 three_none "$lender"
done
lent=$(tr -d '\r\0' < "$LAB/lend1.console" | cat - <(tr -d '\r\0' < "$LAB/lend2.console") |
	grep -aoE 'grant [0-9a-f]{16}: lends .*' | sort)
check "each grant was lent once" [ "$lent" = "$(uniq <<< "$lent")" ]
tap_note "${lent//$'\n'/$'\n# '}"
three_end
