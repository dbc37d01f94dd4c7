#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Swap as a volume of LVM, in use all the while: it begins on the local disk, moves to a neighbour's memory,
# back when that is wanted back, and there again; a disk with something on it is refused.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_lvm.sh
. "$TOP/tests/fixtures/memory_lvm.sh"

lvm_lab
truncate -s 64M "$WORK/foreign"
mkfs.ext4 -q "$WORK/foreign"
cp "$WORK/foreign" "$WORK/foreign.before"
lvm_node 128m,mode=lvm,disk=/dev/vda --lvm-disk=/dev/vda -- -drive "file=$WORK/foreign,format=raw,if=virtio"
expect_console m01 'take the local disk for swap: /dev/vda: .*there is something on it' 60 "a file system is no disk for swap"
lab power m01 off
check "nothing was written to it" cmp "$WORK/foreign" "$WORK/foreign.before"

lender_start first 3261 --limit 1G
# shellcheck disable=SC2046 # words
lvm_node 128m,mode=lvm,disk=/dev/vda '' $(lvm_disk "$WORK/disk" 192M)
expect_console m01 '^wireroot .* swap: mode lvm begins with wireroot-borrow' 60 "the init leaves it to wireroot-borrow"
expect_console m01 'wireroot-borrow: 124 MiB of swap on /dev/dm-1, by LVM' 60 "swap begins on the local disk" || finish
expect_console m01 'wireroot-borrow: moving swap: 100 %' 300 "it moves to a lender's memory" || finish
expect_console m01 'wireroot-borrow: .*: 128 MiB of first on /dev/dm-1' 60 "which is attached then"
await "the broker knows" 30 memory_is '.grants[] | select(.state == "attached") | .used_bytes > 1048576'
expect_passes "what is in use keeps what is written" || finish
grant=$(lvm_grant)
check "the lender wants it back" memory_call POST "/v1/memory/grants/$grant/return" '{ "deadline_s": 300 }'
expect_console m01 "wireroot-borrow: $grant: its lender wants its memory back" 20
expect_console m01 'wireroot-borrow: moving swap: 100 %' 300 "swap moves back to the disk"
expect_console m01 "wireroot-borrow: $grant: given back to first" 60 "the node gives it back" || finish
await "the lender has cleared it" 30 memory_is ".grants | map(.id) | index(\"$grant\") | not"
expect_passes "what is in use keeps what is written, on the disk" || finish
check "an administrator wishes that it borrow" \
	memory_call POST /v1/memory/requests '{ "borrower": "m01", "bytes": 134217728 }'
console_mark m01
expect_console m01 'wireroot-borrow: .*: 128 MiB of first on /dev/dm-1' 300 "swap moves to memory again"
expect_passes "and keeps what is written"
check_not "what is on the disk is ciphertext" grep -q 'quick brown fox swaps' "$WORK/disk"
lvm_end
finish
