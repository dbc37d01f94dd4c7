#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Swap that is kept at two lenders, in use all the while: one of them dies, then one wants its memory back;
# each time another takes its place, and nothing is lost.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_lvm.sh
. "$TOP/tests/fixtures/memory_lvm.sh"

lvm_lab
lender_start first 3261 --limit 1G
lender_start second 3262 --limit 1G
lvm_node 128m,mode=lvm,mirror=lender ''
expect_console m01 'wireroot-borrow: 124 MiB of swap on /dev/dm-[0-9]+, by LVM' 120 "swap begins with two lenders" || finish
expect_console m01 'wireroot-borrow: swap is there twice' 300 "which both have a copy" || finish
await "the broker knows of both" 30 memory_is '[.grants[] | select(.state == "attached") | .lender] | unique | length == 2'
expect_passes "what is in use keeps what is written" || finish

lender_start third 3263 --limit 1G
dead=$(lvm_grant first)
kill_lender first
expect_console m01 "wireroot-borrow: $dead: lender first is gone; there is another copy" 90 "a lender's death is told"
expect_console m01 'wireroot-borrow: nothing is lost; swap is there only once' 120 "its copy is dropped" || finish
expect_console m01 "wireroot-borrow: $dead: given back to first" 60 "what is left of it is cleared away"
expect_console m01 'wireroot-borrow: swap is there twice' 300 "a third lender has the copy then" || finish
expect_passes "what is in use keeps what is written" || finish

back=$(lvm_grant second)
memory_call PUT /v1/memory/lenders/second/offer '{ "bytes": 0 }' > "$WORK/offer"
check "a lender wants its memory back" memory_call POST "/v1/memory/grants/$back/return" '{ "deadline_s": 300 }'
expect_console m01 "wireroot-borrow: $back: given back to second" 200 "the node gives it back"
await "the lender has cleared it" 30 memory_is ".grants | map(.id) | index(\"$back\") | not"
expect_passes "what is in use keeps what is written"
lvm_end
finish
