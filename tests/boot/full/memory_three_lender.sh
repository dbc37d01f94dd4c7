#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A lender dies in its parts: wireroot-lend, tgtd, the whole node. Of the first nothing that is attached notices
# anything; what is lost with the others is told, cleared away, and cleared at the lender before it is lent
# again; what the other lender has goes on.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_three.sh
. "$TOP/tests/fixtures/memory_three.sh"

three_begin
three_load 14

first=$(three_id lend1) second=$(three_id lend2)
three_call lend1 'kill -KILL $(cat /run/lend.pid)'
three_goes_on "wireroot-lend is killed: m01 goes on with what is there"
three_start_lend lend1
await "it begins again, with the grant that it had" 60 three_attached 2
check "… and no other" [ "$(three_id lend1)" = "$first" ]
three_goes_on "m01 has noticed nothing"

console_mark m01
three_call lend1 'kill -KILL $(cut -d " " -f 1 /run/wireroot/lend/tgtd.pid)'
expect_console m01 "wireroot-borrow: $first: lender lend1 does not answer" 30 "lend1's tgtd is killed: m01 tells of it"
expect_console m01 "wireroot-borrow: $first: (lender lend1 is back|given back to lend1)" 60 \
	"… and has it back, or clears it away"
if console_has m01 "wireroot-borrow: $first: lender lend1 is back"; then
	three_goes_on "m01 has its pages"
fi
await "what is lent is what is attached" 90 three_settled

console_mark m01
lab power lend2 off
expect_console m01 "wireroot-borrow: $second: lender lend2 is gone" 60 "lend2 loses its power: m01 tells of it"
expect_console m01 "wireroot-borrow: $second: given back to lend2" 60 "… and clears its device away" || three_end
await "the broker takes the grant for over" 90 three_is_lost "$second"
three_lender lend2
await "lend2 is there again, and has nothing of it" 90 three_none lend2
three_borrow 64
three_load 14
three_end
