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
# Disk and memory take turns, ROUNDS times. In the same turn, at one size: a disk of the emulator's whose
# bytes are in this machine's memory, without network, target and cipher. What that does not reach, no
# swap of this guest's can: it is the bound that the emulated processor sets.
#
# An emulated processor is tens of times slower than one that nodes have, the disk and the network are
# not. So there are two clocks:
#   counted    the node's clock goes on by a nanosecond with each instruction, and, while the node has none
#              to do, as the machine's does. RATE instructions are taken for a nanosecond: what the node
#              measures is divided by that. What it waits for has to take RATE times as long, then. So does
#              the disk (slow=). The network's answers are held up by the node's own clock, by three of
#              QEMU's filter-buffers one behind the other, which let go of what they have periodically:
#              by ANSWER_US at the most and half of it in the mean, divided. The lender is as fast as it is;
#              requests of two sizes are measured one by one, so that it can be seen what that comes to.
#              While the emulator works, disk and lender go on: what overlaps with work is not counted.
#   plain      it is the machine's clock, by which that processor does a fraction of that
# The whole experiment is by the counted one, and data of twice the node's memory in blocks of 1 KiB by
# the plain one, too. How fast this machine's processors are by the same measure is taken as well (pace.c).
#
# Also measured, with remote memory, by both clocks (attach and crypt by the plain one):
#   attach     from the request to swapon, by the node's clock (hundredths of a second)
#   returned   of what is freed in the borrower, how much is back at the lender within ten seconds
#   crypt      reading the iSCSI disk past the page cache, through dm-crypt and below it, in turn
#   give back  a swap device that was filled, and of which LIVE_PER_CENT is live: by swapoff alone, and as
#              wireroot-borrow does it (memory/give_back.c), in turn; and meanwhile the lender's cost, its
#              programs' processor time (plain clock). By the plain clock with two processors, too
#
# Result: a table, build/bench/memory.json, and the experiment's two figures, memory-data.svg and
# memory-block.svg beside it. No time makes this script fail: it succeeds when everything could be
# measured. tests/bench/memory_broker.sh, where its result is there, gives its goals to this one.
#
#   ROUNDS=2  SECONDS_EACH=2 (by the node's clock, undivided)  MEMORY_MIB=128  SIZES=64,128,256,512 (MiB)
#   BLOCKS=16,4096,65536,1048576 (beside 1024)  RATE=3  ANSWER_US=200  ATTACHES=7  GIVE_BACKS=2  GIVE_BACK_MIB=1024  LIVE_PER_CENT=10
#   CRYPTS=5  KERNEL_SERIES=6.1  OUTPUT=build/bench
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh
# shellcheck source=tests/patience.sh
. tests/patience.sh

ROUNDS=${ROUNDS:-2}
SECONDS_EACH=${SECONDS_EACH:-2}
MEMORY_MIB=${MEMORY_MIB:-128}
SIZES=${SIZES:-$((MEMORY_MIB / 2)),$MEMORY_MIB,$((MEMORY_MIB * 2)),$((MEMORY_MIB * 4))}
FIXED_MIB=$((MEMORY_MIB * 2))
BLOCKS=${BLOCKS:-16,4096,65536,1048576}
RATE=${RATE:-3}
ANSWER_US=${ANSWER_US:-200}
[[ $RATE =~ ^[1-9]$ && $ANSWER_US =~ ^[1-9][0-9]+$ ]] ||
	fail "RATE=$RATE: give 1 to 9; ANSWER_US=$ANSWER_US: give 10 or more"
ATTACHES=${ATTACHES:-7}
GIVE_BACKS=${GIVE_BACKS:-2}
GIVE_BACK_MIB=${GIVE_BACK_MIB:-1024}
LIVE_PER_CENT=${LIVE_PER_CENT:-10}
CRYPTS=${CRYPTS:-5}
KERNEL_SERIES=${KERNEL_SERIES:-6.1}
OUTPUT=${OUTPUT:-build/bench}

SERVER=10.87.0.1
BROKER=$SERVER:8117
# An emulated processor as nodes have it, with instructions for AES.
NODE_CPU=Westmere,+rdrand
# More than twice the data: from half full on, Linux takes a page's place in the swap back when it is read,
# and it has to be written again.
SWAP_MIB=$((MEMORY_MIB * 8 + 256))
declare -A ACCEL=([plain]="tcg,thread=multi" [counted]="tcg,thread=single")
LAB=$PWD/$OUTPUT/memory-lab
WORK=$PWD/$OUTPUT/memory
INSTANT=/dev/shm/wireroot-bench.$$
SAMPLES=$OUTPUT/memory-samples.jsonl
TOKEN=bench-borrower-token-0123456789
LENDER_TOKEN=bench-lender-token-0123456789

# By which clock, and with how many processors.
clock=plain
processors=1

# sample SWAP FIGURE DATA BLOCK VALUE
sample_access()
{
	printf '{"clock":"%s","processors":%s,"swap":"%s","figure":"%s","data":%s,"block":%s,"value":%s}\n' \
		"$clock" "$processors" "$@" >> "$SAMPLES"
}

build_guest()
{
	local module program parts=$WORK/parts

	say "the kernel"
	attended tests/fixtures/contained.sh tests/fixtures/kernels.sh "$KERNEL_SERIES" \
		> "$OUTPUT/kernel" || fail "no kernel $KERNEL_SERIES could be had"
	read -r VERSION KERNEL_TREE < "$OUTPUT/kernel"
	say "the guest"
	"$WIREROOT" initrd build --kernel "$VERSION" --modules "$KERNEL_TREE" --drivers virtio_net \
		--without nfs --with swap,rescue -o "$WORK/guest.img" > "$WORK/guest.log" 2>&1 ||
		fail "the initrd could not be built:" "$(cat "$WORK/guest.log")"
	mkdir -p "$parts"
	for program in access pace; do
		${CC:-gcc} -std=gnu11 -O2 -D_GNU_SOURCE -static -o "$parts/$program" \
			"tests/bench/memory/$program.c"
	done
	${CC:-gcc} -std=gnu11 -O2 -D_GNU_SOURCE -static -I. -o "$parts/give_back" \
		tests/bench/memory/give_back.c \
		userspace/memory/borrow/pages.c userspace/memory/borrow/shared.c -pthread
	module=$(find "$KERNEL_TREE" -name 'virtio_blk.ko*' | head -n 1)
	cp "$module" "$parts/virtio_blk.ko"
	install -m 755 tests/bench/memory/guest.sh "$parts/memory.sh"
	(cd "$parts" && printf '%s\n' access pace give_back memory.sh virtio_blk.ko | cpio --quiet -o -H newc) \
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

# One for each clock, which are used in turn: disk-CLOCK.socket.
start_disk()
{
	local slow clock

	rm -f "$WORK/disk.raw"
	truncate -s "${SWAP_MIB}M" "$WORK/disk.raw"
	for clock in plain counted; do
		[ "$clock" = counted ] && slow=$RATE || slow=1
		nbdkit --exit-with-parent -U "$WORK/disk-$clock.socket" --foreground "$WORK/disk.so" \
			file="$WORK/disk.raw" slow="$slow" > "$WORK/disk-$clock.log" 2>&1 &
		retry 60 test -S "$WORK/disk-$clock.socket" ||
			fail "nbdkit did not start:" "$(cat "$WORK/disk-$clock.log")"
	done
	truncate -s "${SWAP_MIB}M" "$INSTANT"
}

end_disk()
{
	rm -f "$INSTANT"
	clean_up
}

# boot SWAP MIB REGEX WORDS: a node with so much memory, until such a line comes. Mostly it has one processor:
# two would wait for each other to be emulated, with each page whose mapping both have to forget.
boot()
{
	local swap=$1 mib=$2 pattern=$3 share more=(-- -cpu "$NODE_CPU")
	shift 3
	case $swap in
	disk) more+=(-drive "file=nbd:unix:$WORK/disk-$clock.socket,format=raw,if=virtio") ;;
	instant) more+=(-drive "file=$INSTANT,format=raw,if=virtio") ;;
	esac
	if [ "$clock" = counted ]; then
		more+=(-icount "shift=0,sleep=on")
	fi
	# No period is a multiple of another's, so that what asks again at once does not go in step. Not beside a
	# disk: whenever such a timer runs, the clock of an idle node stands for a moment.
	if [ "$clock/$swap" = counted/remote ]; then
		for share in 26 33 41; do
			more+=(-object "filter-buffer,id=way$share,netdev=net0,queue=tx,interval=$((ANSWER_US *
				RATE * share / 100))")
		done
	fi
	attended "$WIREROOT" lab boot "$LAB" node --direct --accel "${ACCEL[$clock]}" --cpus "$processors" \
		--memory "$mib" --nic virtio --no-reboot --kernel "$KERNEL_TREE/boot/vmlinuz-$VERSION" \
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

divided()
{
	awk -v what="$1" -v by="$2" 'BEGIN { print what / by }'
}

# What the node has said; its times as if it did RATE instructions in a nanosecond.
take_lines()
{
	local swap=$1 what pattern data block bytes count seconds number rate=1

	[ "$clock" = counted ] && rate=$RATE
	while read -r _ what pattern number; do
		case $what in
		access)
			read -r _ data _ block _ bytes _ seconds _ <<< "$number"
			sample_access "$swap" "$pattern" "$data" "$block" \
				"$(awk -v b="$bytes" -v s="$seconds" -v r="$rate" 'BEGIN { printf "%.0f", b * r / s }')"
			;;
		attach) sample_access "$swap" attach_ms 0 0 "$(divided "$((number * 10))" "$rate")" ;;
		answer) sample_access "$swap" answer_ms 0 0 "$(divided "$pattern" "$rate")" ;;
		request)
			read -r _ count _ seconds <<< "$number"
			sample_access "$swap" "request_${pattern}_us" 0 0 \
				"$(divided "$((seconds * 10000))" "$((count * rate))")"
			;;
		pace) sample_access "$swap" "pace_$pattern" 0 0 "$number" ;;
		crypt)
			read -r _ bytes _ seconds <<< "$number"
			sample_access "$swap" "crypt_$pattern" 0 0 "$((bytes * 100 / seconds))"
			;;
		give_back)
			read -r _ bytes _ seconds <<< "$number"
			sample_access "$swap" "give_back_${pattern}_s" 0 0 "$(divided "$seconds" "$rate")"
			sample_access "$swap" give_back_bytes 0 0 "$bytes"
			;;
		memory) NODE_BYTES=$pattern ;;
		esac
	done <<< "$lines"
}

# Of 2 MiB that the kernel frees together, all stay at the lender while somebody has a page among them: 12
# to 16 MB, by what others have in the swap and not by what is freed. So as much is freed as the experiment's
# largest data.
measure_returned()
{
	local before filled freed after

	local crypts=$CRYPTS attaches=$ATTACHES
	# Times of hundredths of a second are too coarse for the counted clock, and the broker is too fast.
	if [ "$clock" = counted ]; then
		crypts=0 attaches=0
	fi
	say "$clock clock: memory that is freed"
	boot remote "$MEMORY_MIB" '^BENCH (filled|failed)' "bench.fill=$((MEMORY_MIB * 4)) bench.crypt=$crypts bench.attach=$attaches \
bench.server=$SERVER"
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

# Processor time of the lender's programs until now, in seconds: tgtd and the one that has started it. Their
# numbers are those of the lab.
lender_time()
{
	# shellcheck disable=SC2016 # the inner shell's words
	in_lab sh -c 'tgtd=$(cut -d " " -f 1 "$1")
		lender=$(sed "s/.*) //" "/proc/$tgtd/stat" | cut -d " " -f 2)
		sed "s/.*) //" "/proc/$tgtd/stat" "/proc/$lender/stat"' sh "$WORK/lend/tgtd.pid" |
		awk -v hertz="$(getconf CLK_TCK)" '{ ticks += $12 + $13 } END { print ticks / hertz }'
}

# Beside the node: what giving back costs the lender.
watch_lender()
{
	local mark what before=0

	while read -r mark what _; do
		case ${mark#BENCH}$what in
		live) before=$(lender_time) ;;
		give_back)
			[ "$clock" = counted ] || sample_access remote give_back_lender_s 0 0 \
				"$(awk -v from="$before" -v to="$(lender_time)" 'BEGIN { print to - from }')"
			;;
		done* | failed*) break ;;
		esac
	done < <(exec tail -n +1 -s 0.05 -F --pid=$$ "$LAB/node.console" 2> /dev/null)
}

# In a node that has room for what is live.
measure_giving_back()
{
	local watcher

	say "$clock clock, $processors processors: memory that is given back"
	rm -f "$LAB/node.console"
	watch_lender &
	watcher=$!
	boot remote "$((GIVE_BACK_MIB * LIVE_PER_CENT / 100 + 256))" '^BENCH (done|failed)' \
		"bench.give_back=$GIVE_BACKS bench.data=$GIVE_BACK_MIB bench.live=$LIVE_PER_CENT"
	end_boot
	wait "$watcher"
	take_lines remote
}

# measure_access SWAP WORDS
measure_access()
{
	local swap=$1
	shift

	boot "$swap" "$MEMORY_MIB" '^BENCH (done|failed)' "bench.seconds=$SECONDS_EACH" "$@"
	end_boot
	take_lines "$swap"
}

# measure_swap SWAP: as much as there is to be measured by this clock.
measure_swap()
{
	case $clock in
	counted) measure_access "$1" "bench.sizes=$SIZES" "bench.blocks=$BLOCKS" "bench.fixed=$FIXED_MIB" ;;
	plain) measure_access "$1" "bench.sizes=$FIXED_MIB" ;;
	esac
}

console_number()
{
	tr -d '\r\0' < "$LAB/node.console" | sed -n "s/^BENCH $1 //p" | tail -n 1
}

# How fast this machine's processors are by pace.c, for comparison with the node's.
measure_machine()
{
	lines=$("$WORK/parts/pace")
	clock=machine take_lines none
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
trap end_disk EXIT
rm -rf "$WORK" "$LAB"
mkdir -p "$WORK"
: > "$SAMPLES"
build_guest
start_servers
start_disk
measure_machine
for clock in plain counted; do
	measure_returned
	measure_giving_back
done
clock=plain processors=2
measure_giving_back
processors=1
for ((round = 1; round <= ROUNDS; round++)); do
	for clock in counted plain; do
		for swap in disk remote; do
			say "round $round of $ROUNDS, $clock clock: $swap"
			measure_swap "$swap"
		done
		say "round $round of $ROUNDS, $clock clock: a disk that takes no time"
		measure_access instant "bench.sizes=$FIXED_MIB"
	done
done
say "done"
end_line
broker=null
if [ -f "$OUTPUT/memory_broker.json" ]; then
	broker=$(cat "$OUTPUT/memory_broker.json")
fi
report memory --argjson rounds "$ROUNDS" --argjson seconds "$SECONDS_EACH" --arg kernel "$VERSION" \
	--argjson rate "$RATE" --argjson answer_us "$ANSWER_US" \
	--argjson memory_bytes "$NODE_BYTES" --argjson fixed "$((FIXED_MIB * 1048576))" \
	--argjson broker "$broker" --argjson give_back_mib "$GIVE_BACK_MIB" --argjson live "$LIVE_PER_CENT"
figure memory-data data "data, at blocks of 1 KiB (counted clock)"
figure memory-block block "block, at data of $FIXED_MIB MiB (counted clock)"
