#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The borrower loses its power. Its leases end, the lenders find that its sessions are dead, clear what it had
# and have it back; it is lent anew with nothing in it.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_three.sh
. "$TOP/tests/fixtures/memory_three.sh"

three_begin
three_load 14

old=$(three_id lend1)
allocated()
{
	memory_is ".grants[] | select(.id == \"$1\") | .allocated_bytes $2"
}

await "lend1 has much of it" 60 allocated "$old" "> $MIB"
lab power m01 off
await "m01 loses its power: its leases end" 90 memory_is 'all(.grants[]; .lease_over)'
for lender in lend1 lend2; do
	await "$lender has cleared what m01 had" 180 three_none "$lender"
done
three_borrower 96M
await "m01 is there again, and borrows" 120 three_attached 1
check_not "another grant" [ "$(three_id lend1)$(three_id lend2)" = "$old" ]
check "which has nothing in it" memory_is '.grants[0].allocated_bytes < 262144'
three_load 14
three_end
