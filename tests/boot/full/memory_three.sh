#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two nodes lend, a third borrows from both: its init, and then wireroot-borrow while it runs. What the lenders
# have of it is ciphertext. A broker that has lost its notes learns from them who has what. One grant is given
# back while it is in use, and cleared; then the other lender loses its power, and the node lives on.
# memory_three_borrower.sh has what comes when the borrower loses its power.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_three.sh
. "$TOP/tests/fixtures/memory_three.sh"

three_begin
check "PID 1 is kept out of swap" three_spares_init
three_load 14
three_ciphers

three_kill_broker
rm -r "$WORK/broker"
mkdir "$WORK/broker"
broker_run
await "a broker without its notes learns who has what" 60 three_attached 2
three_goes_on "m01 notices nothing"

three_return "$(three_id lend1)"
await "lend1 has cleared it" 60 three_none lend1
three_goes_on "m01 goes on with the other one"

console_mark m01
lost=$(three_id lend2)
lab power lend2 off
expect_console m01 "wireroot-borrow: $lost: lender lend2 is gone" 60 "the other lender loses its power: m01 tells of it"
expect_console m01 "wireroot-borrow: $lost: given back to lend2" 60 "… and clears its device away" || finish
await "the broker takes the grant for over" 60 three_is_lost "$lost"
# There is no swap now: what fits without.
three_load 6
three_end
