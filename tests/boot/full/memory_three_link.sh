#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A lender's cable is pulled: for a moment, which what is attached outlives; and until m01 has lost the lender,
# which it tells of. When the cable is in again, the lender clears what it still has before it lends it anew.
# Then m01 and the lender alone are parted, while both have the broker: the same, and what is asked for from
# there meanwhile comes to nothing, and leaves nothing. No grant is used twice.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_three.sh
. "$TOP/tests/fixtures/memory_three.sh"

# Of what m01's init borrowed, m01 would make up for the loss by itself.
lost_and_told()
{
	expect_console m01 "wireroot-borrow: $lost: lender $far does not answer" 60 "$1: m01 tells of it"
	expect_console m01 "wireroot-borrow: $lost: lender $far is gone" 60 "… and when the lender is lost"
	expect_console m01 "wireroot-borrow: $lost: given back to $far" 60 "its device is cleared away" || three_end
	await "the broker takes the grant for over" 90 three_is_lost "$lost"
}

# What it had is gone from its memory: of a new grant, no more is there than swap's first page.
lent_anew()
{
	three_borrow 64
	check_not "what $far lends then is another grant" [ "$(three_id "$far")" = "$lost" ]
	bytes=$(three_bytes "$far" "$(three_id "$far")")
	check "… with nothing of what it had before ($bytes bytes that are not zero)" [ "$bytes" -lt 262144 ]
	three_load 14
}

three_begin
three_load 14
far=$(three_lender_of 64)
lost=$(three_id "$far")
bytes=$(three_bytes "$far" "$lost")
check "$far has much of it ($bytes bytes that are not zero)" [ "$bytes" -gt "$MIB" ]

lab link "$far" down
sleep 2
lab link "$far" up
three_goes_on "a cable that is out for a moment: m01 goes on"
await "both grants are attached" 60 three_attached 2
check "… and are those that were there before" [ "$(three_id "$far")" = "$lost" ]

console_mark m01
lab link "$far" down
lost_and_told "a cable that stays out"
check "its room counts as taken, as nobody has cleared it" memory_is \
	".lenders[] | select(.name == \"$far\") | .lent_bytes == $((64 * MIB)) and .room_bytes <= $((32 * MIB))"
lab link "$far" up
await "the cable is in again: $far clears what it had" 120 three_none "$far"
lent_anew

lost=$(three_id "$far")
console_mark m01
three_cut m01 "$far"
lost_and_told "m01 and the lender are parted"
await "the lender is told by the broker, and clears what it had" 120 three_none "$far"
console_mark m01
memory_call POST /v1/memory/requests "{ \"borrower\": \"m01\", \"bytes\": $((64 * MIB)) }" > "$WORK/wish"
expect_console m01 "wireroot-borrow: .*${THREE_ADDRESS[$far]}" 120 "what m01 gets from there it cannot attach"
await "… and gives it up: $far has nothing lent" 120 three_none "$far"
three_join m01 "$far"
lent_anew

memory_call GET '/v1/memory/history?limit=1000' > "$WORK/history"
check "no grant was offered or attached twice" jq -e \
	'[.[] | select(.event == "offered" or .event == "attached")] | group_by([.id, .event]) | length >= 9 and all(length == 1)' \
	"$WORK/history"
three_end
