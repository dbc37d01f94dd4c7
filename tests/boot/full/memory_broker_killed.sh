#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The broker is killed, and begins again with its notes and without: what is attached notices nothing of it, and
# afterwards there is the same grant as before, and no other.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_three.sh
. "$TOP/tests/fixtures/memory_three.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
three_up
three_lender lend2
await "lend2 lends" 60 three_lends lend2
three_borrower 64M
await "m01's init borrows" 60 memory_is \
	'.grants | length == 1 and .[0].state == "attached" and .[0].connected' || finish
before=$(three_id lend2)
three_load 14

same_as_before()
{
	memory_is ".grants | length == 1 and .[0].state == \"attached\" and .[0].connected and .[0].id == \"$before\""
}

three_kill_broker
three_goes_on "the broker is killed: m01 goes on"
broker_run
await "with its notes it knows who has what" 60 same_as_before
three_kill_broker
rm -r "$WORK/broker"
mkdir "$WORK/broker"
broker_run
await "without its notes it learns who has what" 60 same_as_before
three_goes_on "m01 goes on"
lab power m01 off
finish
