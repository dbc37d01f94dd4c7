#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of lent memory. Run by `make bench`, or by itself, as root.
#
# The experiment: a program's data do not fit into its node's memory (access.c), and are swapped, once to
# a local disk, once to a neighbour's memory, by dm-crypt and iSCSI. Throughput of sequential and random
# reading and writing by data size, at blocks of 1 KiB, and by block size, at data of twice the node's
# memory. The local disk has the times of a drive of 7200 turns a minute (memory/disk.c: 80 MB/s, a seek
# of 1 ms and a part of 16 ms more that grows with the root of the distance, 4.2 ms for half a turn); the
# lender is this machine, whose bridge and emulated network card are as fast as they are: below 10 Gbit/s.
# Disk and memory take turns, ROUNDS times.
#
# Also measured, with remote memory:
#   attach     from the request to swapon, by the node's clock (hundredths of a second)
#   returned   of what is freed in the borrower, how much is back at the lender within ten seconds
#   crypt      reading the iSCSI disk past the page cache, through dm-crypt and below it, in turn
#
# Result: a table, build/bench/memory.json, and the experiment's two figures, memory-data.svg and
# memory-block.svg beside it. No time makes this script fail: it succeeds when everything could be
# measured. tests/bench/memory_broker.sh, where its result is there, gives its goals to this one.
#
#   ROUNDS=2  SECONDS_EACH=2  MEMORY_MIB=256  SIZES=128,256,512,768,1024 (MiB)
#   BLOCKS=16,256,1024,4096,65536,1048576  ATTACHES=7  KERNEL_SERIES=6.1  OUTPUT=build/bench
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh
# shellcheck source=tests/patience.sh
. tests/patience.sh

ROUNDS=${ROUNDS:-2}
SECONDS_EACH=${SECONDS_EACH:-2}
MEMORY_MIB=${MEMORY_MIB:-256}
SIZES=${SIZES:-$((MEMORY_MIB / 2)),$MEMORY_MIB,$((MEMORY_MIB * 2)),$((MEMORY_MIB * 3)),$((MEMORY_MIB * 4))}
BLOCKS=${BLOCKS:-16,256,1024,4096,65536,1048576}
ATTACHES=${ATTACHES:-7}
ACCEL=${ACCEL:-tcg,thread=multi}
KERNEL_SERIES=${KERNEL_SERIES:-6.1}
OUTPUT=${OUTPUT:-build/bench}

SERVER=10.87.0.1
BROKER=$SERVER:8117
# An emulated processor as nodes have it, with instructions for AES.
NODE_CPU=Westmere,+rdrand
SWAP_MIB=$((MEMORY_MIB * 4 + 128))
LAB=$PWD/$OUTPUT/memory-lab
WORK=$PWD/$OUTPUT/memory
SAMPLES=$OUTPUT/memory-samples.jsonl
TOKEN=bench-borrower-token-0123456789
LENDER_TOKEN=bench-lender-token-0123456789

# sample SWAP FIGURE DATA BLOCK VALUE
sample_access()
{
	printf '{"swap":"%s","figure":"%s","data":%s,"block":%s,"value":%s}\n' "$@" >> "$SAMPLES"
}

build_guest()
{
	local module parts=$WORK/parts

	say "the kernel"
	attended tests/fixtures/contained.sh tests/fixtures/kernels.sh "$KERNEL_SERIES" \
		> "$OUTPUT/kernel" || fail "no kernel $KERNEL_SERIES could be had"
	read -r VERSION KERNEL_TREE < "$OUTPUT/kernel"
	say "the guest"
	"$WIREROOT" initrd build --kernel "$VERSION" --modules "$KERNEL_TREE" --drivers virtio_net \
		--without nfs --with swap,rescue -o "$WORK/guest.img" > "$WORK/guest.log" 2>&1 ||
		fail "the initrd could not be built:" "$(cat "$WORK/guest.log")"
	mkdir -p "$parts"
	${CC:-gcc} -std=gnu11 -O2 -D_GNU_SOURCE -static -o "$parts/access" tests/bench/memory/access.c
	module=$(find "$KERNEL_TREE" -name 'virtio_blk.ko*' | head -n 1)
	cp "$module" "$parts/virtio_blk.ko"
	install -m 755 tests/bench/memory/guest.sh "$parts/memory.sh"
	(cd "$parts" && printf '%s\n' access memory.sh virtio_blk.ko | cpio --quiet -o -H newc) \
		>> "$WORK/guest.img"
	${CC:-gcc} -std=gnu11 -O2 -D_GNU_SOURCE -fPIC -shared -o "$WORK/disk.so" \
		tests/bench/memory/disk.c -lm
}

in_lab()
{
	"$WIREROOT" lab exec "$LAB" -- "$@"
}

# Everything here ends with the lab. The lender has room for the grants of all attaches: what the node only
# detaches is taken back when its lease is over.
start_servers()
{
	local members

	"$WIREROOT" lab up "$LAB" > "$WORK/lab.log" 2>&1 ||
		fail "the lab did not come up:" "$(cat "$WORK/lab.log")"
	members=$(jq -n --arg token "$TOKEN" --arg lender "$LENDER_TOKEN" '{admin_token:
		"bench-admin-token-0123456789", line_port: 0, lease_s: 30, deadline_s: 300, policy: "wait",
		members: [{name: "lender", token: $lender, address: null, mac: null, rack: null, lend: true,
		borrow: false, borrow_bytes_max: 0}, {name: "node", token: $token, address: null, mac: null,
		rack: null, lend: false, borrow: true, borrow_bytes_max: 0}]}')
	(umask 077 && echo "$members" > "$WORK/members.json" && echo "$LENDER_TOKEN" > "$WORK/token")
	mkdir -p "$WORK/served"
	in_lab "$PWD/build/wirerootd" --root "$WORK/served" --listen "$SERVER" --port "${BROKER#*:}" \
		--memory-members "$WORK/members.json" > "$WORK/broker.log" 2>&1 &
	in_lab "$PWD/build/wireroot-lend" --broker "http://$BROKER" --member lender \
		--token-file "$WORK/token" --address "$SERVER" --reserve 10% --interval 1 \
		--limit "$((SWAP_MIB * (ATTACHES + 3)))M" --directory "$WORK/lend" > "$WORK/lend.log" 2>&1 &
	retry 60 lender_is_there ||
		fail "no lender came forward:" "$(tail -n 3 "$WORK/broker.log" "$WORK/lend.log")"
}

memory()
{
	in_lab curl -sf "http://$BROKER/v1/memory$1"
}

lender_is_there()
{
	[ "$(memory /lenders | jq '[.. | objects | select(.spare_bytes? > 0)] | length')" -gt 0 ]
}

# What grants take up at the lender, in bytes.
held()
{
	memory /grants | jq '[.. | objects | .allocated_bytes? // 0] | add // 0'
}

start_disk()
{
	rm -f "$WORK/disk.raw"
	truncate -s "${SWAP_MIB}M" "$WORK/disk.raw"
	nbdkit --exit-with-parent -U "$WORK/disk.socket" --foreground "$WORK/disk.so" \
		file="$WORK/disk.raw" > "$WORK/disk.log" 2>&1 &
	retry 60 test -S "$WORK/disk.socket" || fail "nbdkit did not start:" "$(cat "$WORK/disk.log")"
}

# boot SWAP REGEX WORDS: until such a line comes
boot()
{
	local swap=$1 pattern=$2 more=(-- -cpu "$NODE_CPU")
	shift 2
	if [ "$swap" = disk ]; then
		more+=(-drive "file=nbd:unix:$WORK/disk.socket,format=raw,if=virtio")
	fi
	attended "$WIREROOT" lab boot "$LAB" node --direct --accel "$ACCEL" --cpus 2 \
		--memory "$MEMORY_MIB" --nic virtio --no-reboot --kernel "$KERNEL_TREE/boot/vmlinuz-$VERSION" \
		--initrd "$WORK/guest.img" --wait "$pattern" --timeout 3600 --append "quiet panic=-1 \
rdinit=/memory.sh bench.swap=$swap bench.address=10.87.0.60 wireroot.swap=remote:${SWAP_MIB}M \
wireroot.swap.broker=$BROKER wireroot.swap.member=node wireroot.swap.token=$TOKEN $*" "${more[@]}" ||
		fail "the node did not come so far; its console ends:" \
			"$(tail -n 20 "$LAB/node.console" | tr -d '\r\0')"
	look_at_console
}

# What the node has said so far is in $lines.
look_at_console()
{
	lines=$(tr -d '\r\0' < "$LAB/node.console" | grep -a '^BENCH ')
	case $lines in
	*'BENCH failed'*) fail "the node failed:" "$lines" ;;
	esac
}

end_boot()
{
	attended "$WIREROOT" lab wait "$LAB" node --off 120 || "$WIREROOT" lab power "$LAB" node off
	look_at_console
}

take_lines()
{
	local swap=$1 what pattern data block bytes seconds number

	while read -r _ what pattern number; do
		case $what in
		access)
			read -r _ data _ block _ bytes _ seconds _ <<< "$number"
			sample_access "$swap" "$pattern" "$data" "$block" \
				"$(awk -v b="$bytes" -v s="$seconds" 'BEGIN { printf "%.0f", b / s }')"
			;;
		attach) sample_access "$swap" attach_ms 0 0 "$((number * 10))" ;;
		crypt)
			read -r _ bytes _ seconds <<< "$number"
			sample_access "$swap" "crypt_$pattern" 0 0 "$((bytes * 100 / seconds))"
			;;
		memory) NODE_BYTES=$pattern ;;
		esac
	done <<< "$lines"
}

measure_returned()
{
	local before filled freed after

	say "memory that is freed"
	boot remote '^BENCH (filled|failed)' "bench.fill=$((MEMORY_MIB * 2)) bench.crypt=5 bench.attach=$ATTACHES"
	filled=$(console_number filled)
	sleep 5 # two reports of the lender
	before=$(held)
	attended "$WIREROOT" lab wait "$LAB" node '^BENCH (freed|failed)' 600
	look_at_console
	sleep 10
	after=$(held)
	freed=$((filled - $(console_number freed)))
	sample_access remote returned_ratio 0 0 \
		"$(awk -v was="$before" -v is="$after" -v freed="$freed" 'BEGIN { printf "%.4f", (was - is) / freed }')"
	attended "$WIREROOT" lab wait "$LAB" node '^BENCH (done|failed)' 600
	end_boot
	take_lines remote
}

console_number()
{
	tr -d '\r\0' < "$LAB/node.console" | sed -n "s/^BENCH $1 //p" | tail -n 1
}

# figure NAME X LABEL: the samples as a plot, by X (data or block)
figure()
{
	local name=$1 x=$2
	jq -r --arg x "$x" -f tests/bench/memory/plot.jq "$OUTPUT/memory.json" > "$WORK/$name.table"
	gnuplot -e "data='$WORK/$name.table'; out='$OUTPUT/$name.svg'; what='$3'" tests/bench/memory/plot.gp
}

need_root "for namespaces and targets"
clean_up_at_end
rm -rf "$WORK" "$LAB"
mkdir -p "$WORK"
: > "$SAMPLES"
build_guest
start_servers
start_disk
measure_returned
for ((round = 1; round <= ROUNDS; round++)); do
	for swap in disk remote; do
		say "round $round of $ROUNDS: $swap"
		boot "$swap" '^BENCH (done|failed)' \
			"bench.seconds=$SECONDS_EACH bench.sizes=$SIZES bench.blocks=$BLOCKS bench.fixed=$((MEMORY_MIB * 2))"
		end_boot
		take_lines "$swap"
	done
done
say "done"
end_line
broker=null
if [ -f "$OUTPUT/memory_broker.json" ]; then
	broker=$(cat "$OUTPUT/memory_broker.json")
fi
report memory --argjson rounds "$ROUNDS" --argjson seconds "$SECONDS_EACH" --arg kernel "$VERSION" \
	--argjson memory_bytes "$NODE_BYTES" --argjson fixed "$((MEMORY_MIB * 2 * 1048576))" \
	--argjson broker "$broker"
figure memory-data data "data, at blocks of 1 KiB"
figure memory-block block "block, at data of $((MEMORY_MIB * 2)) MiB"
