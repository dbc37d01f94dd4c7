#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Swap at a lender with a copy on the local disk, in use all the while: the lender dies, another takes its
# place, and wants its memory back; nothing is lost.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_lvm.sh
. "$TOP/tests/fixtures/memory_lvm.sh"

lvm_lab
lender_start first 3261 --limit 1G
# shellcheck disable=SC2046 # words
lvm_node 128m,mode=lvm,mirror=disk,disk=/dev/vda '' $(lvm_disk "$WORK/disk" 192M)
expect_console m01 'wireroot-borrow: 124 MiB of swap on /dev/dm-1, by LVM' 60 "swap begins on the local disk" || finish
expect_console m01 'wireroot-borrow: swap is there twice' 300 "a lender has a copy" || finish
expect_console m01 'wireroot-borrow: .*: 128 MiB of first on /dev/dm-1' 60
expect_passes "what is in use keeps what is written" || finish

lender_start second 3262 --limit 1G
dead=$(lvm_grant first)
kill_lender first
expect_console m01 "wireroot-borrow: $dead: lender first is gone; there is another copy" 90 "the lender's death is told"
expect_console m01 'wireroot-borrow: nothing is lost; swap is there only once' 120 "its copy is dropped" || finish
expect_console m01 "wireroot-borrow: $dead: given back to first" 60 "what is left of it is cleared away"
expect_console m01 'wireroot-borrow: swap is there twice' 300 "another lender has the copy then" || finish
expect_passes "what is in use keeps what is written" || finish

back=$(lvm_grant second)
check "it wants its memory back" memory_call POST "/v1/memory/grants/$back/return" '{ "deadline_s": 300 }'
expect_console m01 "wireroot-borrow: $back: given back to second" 200 "the node gives it back"
await "the lender has cleared it" 30 memory_is ".grants | map(.id) | index(\"$back\") | not"
expect_passes "what is in use keeps what is written"
lvm_end
finish
