#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# wireroot-lend with a real tgtd and a broker that wants what the test says: exports, proofs, discards, taking
# back and clearing, and what is left when the lender, its tgtd or the broker dies. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/integration/apart.sh
. tests/integration/apart.sh

MIB=$((1 << 20))
TOKEN=a-token-of-this-test-alone
A=00000000000000aa
B=00000000000000bb
C=00000000000000cc
PAGES=/run/wireroot/lend/pages
echo $TOKEN >"$work/token"
echo '[]' >"$work/wanted.json"

# --- the parts ---------------------------------------------------------------------------------------

start_broker() {
	python3 tests/integration/memory_broker.py 8017 "$work" $TOKEN 2>>"$work/log" &
	broker=$!
}

# start_lender [OPTION...]
start_lender() {
	cat >"$work/memory.conf" <<END
# of this test
broker = 127.0.0.1
member = lender1
token-file = $work/token
lend-reserve = ${RESERVE:-64M}
lend-interval = 1
lend-leave-time = ${LEAVE:-60}
END
	build/wireroot-lend-asan --configuration "$work/memory.conf" "$@" 2>>"$work/log" &
	lender=$!
}

# grant ID WANT GENERATION [MIB]: prints an element of what the broker wants.
grant() {
	cat <<END
{ "id": "$1", "generation": $3, "want": "$2", "bytes": $((${4:-64} * MIB)), "borrower": "n01",
  "iqn": "$(iqn "$1")", "initiator": "iqn.2026-11.org.wireroot:n01", "initiator_address": "127.0.0.1",
  "username": "$1", "secret": "Secret.of.$1", "username_in": "$1-in", "secret_in": "Other.of.$1" }
END
}

iqn() {
	echo "iqn.2026-11.org.wireroot:memory.lender1.$1"
}

# want GRANT...
want() {
	local IFS=,
	echo "[$*]" >"$work/wanted.new" && mv "$work/wanted.new" "$work/wanted.json"
}

# reported JQ-EXPRESSION: is it true of the newest report?
reported() {
	jq -e "$1" "$work/report.json" >"$work/reported" 2>&1 || { cat "$work/report.json"; return 1; }
}

await_report() {
	retry 10 reported "$1"
}

# With the first report of those that come from now on.
await_new_report() {
	local before
	before=$(cat "$work/count")
	retry 10 more_than "$before" && await_report "$1"
}

more_than() {
	[ "$(cat "$work/count")" -gt "$(($1 + 1))" ]
}

# state ID: an expression for its state in the report.
state() {
	echo "(.grants[] | select(.id == \"$1\") | .state)"
}

# client ID [COMMAND...]: as the grant's own borrower. client_exec is for those that run in the background.
client() {
	(client_exec "$@")
}
client_exec() {
	local id=$1
	shift
	exec timeout 120 python3 tests/integration/iscsi_client.py 127.0.0.1:3261 iqn.2026-11.org.wireroot:n01 \
		"$(iqn "$id")" "$id%Secret.of.$id" "$id-in%Other.of.$id" "$@"
}

# has_pattern FILE: is the pattern somewhere in it?
has_pattern() {
	grep -qa NEIGHBOURS-SECRET "$1"
}

tgtd_pid() {
	cut -d' ' -f1 /run/wireroot/lend/tgtd.pid
}

# --- offering and lending ---------------------------------------------------------------------------

start_broker
mkdir "$work/bin"
cat >"$work/bin/tgtd" <<END
#!/bin/sh
[ ! -e "$work/broken" ] || exit 1
exec $(command -v tgtd) "\$@"
END
chmod +x "$work/bin/tgtd"
PATH=$work/bin:$PATH
start_lender
check "it reports what it can spare" await_report '.state == "lending" and .spare_bytes > 0 and
	.instance != "" and .address == "127.0.0.1" and .port == 3261 and .grants == []'
instance=$(jq -r .instance "$work/report.json")

one_grant_is_exported() {
	want "$(grant $A export 1)"
	await_report "$(state $A) == \"exported\"" && reported '.grants[0].bytes == 67108864 and
		.grants[0].allocated_bytes == 0 and (.grants[0].connected | not) and .grants[0].borrower == "n01"'
}
check "a grant is exported, and takes no memory" one_grant_is_exported
check "its memory, notes and secrets are root's alone" \
	says 0 '^700 700 700 600 600$' sh -c "echo \$(stat -c %a /run/wireroot/lend $PAGES \
		/run/wireroot/lend/grants /run/wireroot/lend/grants/$A $PAGES/$A)"
resident() {
	# Without noswap, a control group keeps it in memory.
	grep " $PAGES .*noswap" /proc/self/mountinfo || grep wireroot-lend "/proc/$(tgtd_pid)/cgroup"
}
if resident >/dev/null 2>&1 || ! unshare -m mount -t tmpfs -o noswap none /mnt 2>/dev/null; then
	check "its pages stay in memory" resident
fi

check "the borrower logs in by CHAP both ways, writes and reads" client $A \
	write 0 $((4 * MIB)) NEIGHBOURS-SECRET read 0 $((4 * MIB)) NEIGHBOURS-SECRET read $((8 * MIB)) 8192 -
check "what was written is counted" await_report ".grants[0].allocated_bytes == $((4 * MIB))"
check "the pattern is found where it should be" has_pattern $PAGES/$A
disk_is_memory() {
	# SBC-3 sections 6.6.2 and 6.6.4: rate 1 is no rotation; LBPU is UNMAP.
	client $A vpd 0xb1 | grep '^00b1.\{4\}0001' && client $A vpd 0xb2 | grep '^00b2.\{4\}..[89a-f]'
}
check "the disk says that it does not rotate and takes UNMAP" disk_is_memory
check "discards free pages" client $A unmap 0 $((2 * MIB)) read 0 $((2 * MIB)) - \
	read $((2 * MIB)) $((2 * MIB)) NEIGHBOURS-SECRET
check "… which is reported" await_report ".grants[0].allocated_bytes == $((2 * MIB))"

initiator() {
	timeout 60 python3 tests/integration/iscsi_client.py 127.0.0.1:3261 "$@" read 0 512 -
}
check "nobody gets in without a secret" says 1 'refused with status 0x0002' \
	initiator iqn.2026-11.org.wireroot:n01 "$(iqn $A)" - -
check "… or with a wrong one" says 1 'refused with status 0x0002' \
	initiator iqn.2026-11.org.wireroot:n01 "$(iqn $A)" $A%Secret.of.nobody.. $A-in%Other.of.$A
check "a target that cannot prove itself is noticed" says 1 'has not proved itself' \
	initiator iqn.2026-11.org.wireroot:n01 "$(iqn $A)" $A%Secret.of.$A $A-in%Other.of.nobody.
want "$(grant $A export 1)" "$(grant $B export 1)"
check "a second grant is exported" await_report "$(state $B) == \"exported\""
check "one grant's secret opens no other one" says 1 'refused with status 0x0002' \
	initiator iqn.2026-11.org.wireroot:n01 "$(iqn $B)" $A%Secret.of.$A $A-in%Other.of.$A
client_exec $A stay >"$work/stay" 2>&1 &
stay=$!
check "a session is reported" await_report '.grants[] | select(.id == "'$A'") | .connected'
kill $stay
wait $stay 2>/dev/null
check "… and its end" await_report '[.grants[] | select(.connected)] == []'
other_address() {
	want "$(grant $A export 1)" "$(grant $B export 1)" "$(grant $C export 1 | sed 's/127.0.0.1/127.0.0.2/')"
	await_report "$(state $C) == \"exported\"" || return 1
	says 1 'refused with status' client $C read 0 512 -
}
check "another machine is refused, though it has the secrets" other_address
want "$(grant $A export 1)" "$(grant $B export 1)" "$(grant $C withdraw 2)"
check "what nobody used is withdrawn" await_report "$(state $C) == \"cleared\""
want "$(grant $A export 1)" "$(grant $B export 1)" "$(grant $C forget 3)"
check "what is cleared is forgotten" await_report "[.grants[].id] | index(\"$C\") | not"
check "… with its note" test ! -e /run/wireroot/lend/grants/$C

# --- dying --------------------------------------------------------------------------------------------

lender_killed() {
	kill -9 $lender
	wait $lender 2>/dev/null
	client $A read $((2 * MIB)) $((2 * MIB)) NEIGHBOURS-SECRET || return 1
	rm "$work/report.json"
	start_lender
	await_report "$(state $A) == \"exported\" and $(state $B) == \"exported\"" &&
		reported ".instance == \"$instance\"" &&
		client $A read $((2 * MIB)) $((2 * MIB)) NEIGHBOURS-SECRET
}
check "the lender killed: nobody loses a page, and the next one is the same instance" lender_killed

tgtd_killed() {
	local before
	before=$(tgtd_pid)
	kill -9 "$before"
	retry 10 tgtd_is_not "$before" && retry 10 client $A read $((2 * MIB)) $((2 * MIB)) NEIGHBOURS-SECRET &&
		await_new_report "$(state $A) == \"exported\" and $(state $B) == \"exported\""
}
tgtd_is_not() {
	[ -e /run/wireroot/lend/tgtd.pid ] && [ "$(tgtd_pid)" != "$1" ]
}
check "tgtd killed: another one exports the same pages" tgtd_killed

both_killed() {
	local old
	old=$(tgtd_pid)
	kill -9 $lender "$old"
	wait $lender 2>/dev/null
	rm "$work/report.json"
	start_lender
	await_report "$(state $A) == \"exported\" and .instance == \"$instance\"" &&
		client $A read $((2 * MIB)) $((2 * MIB)) NEIGHBOURS-SECRET
}
check "both killed: the next ones export the same pages" both_killed

broker_killed() {
	kill -9 $broker
	wait $broker 2>/dev/null
	client $A read $((2 * MIB)) 8192 NEIGHBOURS-SECRET || return 1
	await_line 10 "$work/log" 'ask the broker' || return 1
	rm "$work/report.json"
	echo '[]' >"$work/wanted.json"
	start_broker
	await_report "$(state $A) == \"exported\" and .instance == \"$instance\"" && client $A read 0 512 -
}
check "the broker killed: its next life learns what is lent, and takes nothing away" broker_killed

# --- taking back --------------------------------------------------------------------------------------

hold_open() {
	exec 9<$PAGES/$A
}
hold_open
client_exec $A hammer >"$work/hammer" 2>&1 &
hammer=$!
await_line 10 "$work/hammer" hammering
want "$(grant $A withdraw 5)"
check "a grant is taken back while its borrower writes" await_report "$(state $A) == \"cleared\""
borrower_is_cut_off() {
	! wait $hammer && ! client $A read 0 512 -
}
check "… who is cut off, and does not get in again" borrower_is_cut_off
check "its memory holds no page and no pattern" says 0 '^0 0$' \
	sh -c "grep -ca 'NEIGHBOURS\|hammer' <&9; exec stat -L -c '%b %s' /proc/self/fd/9"
exec 9<&-
want "$(grant $A forget 6)" "$(grant $B export 1)" "$(grant $C export 7)"
the_next_finds_nothing() {
	await_report "$(state $C) == \"failed\" or $(state $C) == \"exported\"" || return 1
	reported "$(state $C) != \"exported\"" && return 0
	client $C read 0 $((4 * MIB)) -
}
check "who gets memory next finds nothing but zeros" the_next_finds_nothing
older_answer() {
	want "$(grant $C withdraw 9)" && await_report "$(state $C) == \"cleared\"" || return 1
	want "$(grant $C export 8)" && await_new_report "$(state $C) == \"cleared\"" || return 1
	want "$(grant $C export 10)" && await_new_report "$(state $C) == \"cleared\"" &&
		[ ! -e $PAGES/$C ]
}
check "what was taken back is not exported again, whatever an answer says" older_answer
want "$(grant $C forget 11)"
await_report "[.grants[].id] | index(\"$C\") | not" >/dev/null
cut_off_in_the_middle() {
	client $B write 0 $MIB NEIGHBOURS-SECRET || return 1
	kill -9 $lender
	wait $lender 2>/dev/null
	sed -i 's/"want":"export"/"want":"withdraw"/' /run/wireroot/lend/grants/$B
	want "$(grant $B export 1)"
	rm "$work/report.json"
	start_lender
	await_report "$(state $B) == \"cleared\"" && [ ! -e $PAGES/$B ] && ! client $B read 0 512 -
}
check "killed while it took back, it goes on with that, and exports nothing half cleared" \
	cut_off_in_the_middle
damaged_note() {
	want "$(grant $B forget 9)"
	await_report "[.grants[].id] | index(\"$B\") | not" || return 1
	want "$(grant $C export 20)"
	await_report "$(state $C) == \"exported\"" || return 1
	kill -9 $lender
	wait $lender 2>/dev/null
	echo '{ "id": ' >/run/wireroot/lend/grants/$C
	rm "$work/report.json"
	echo '[]' >"$work/wanted.json"
	start_lender
	await_report '[.grants[].id] | index("'$C'") | not' && [ ! -e $PAGES/$C ] && ! client $C read 0 512 -
}
check "a note that is damaged takes its grant with it, and nothing stays open" damaged_note

# --- short of memory ----------------------------------------------------------------------------------

set_key() {
	sed -i "s|^$1 = .*|$1 = $2|" "$work/memory.conf"
	kill -HUP $lender
}
D=00000000000000dd
E=00000000000000ee
want "$(grant $D export 1)"
check "memory is lent" await_report "$(state $D) == \"exported\""
short_of_memory() {
	set_key lend-reserve 1T
	await_report ".state == \"short\" and .spare_bytes == 0 and .wanted_back_bytes == $((64 * MIB))" ||
		return 1
	want "$(grant $D export 1)" "$(grant $E export 1)"
	await_report "$(state $E) == \"failed\" and (.grants[] | select(.id == \"$E\") | .detail |
		test(\"needs it itself\"))"
}
check "short of memory, it wants back what it has lent, and lends no more" short_of_memory
want "$(grant $D export 1)" "$(grant $E withdraw 2)"
check "what was refused is cleared" await_report "$(state $E) == \"cleared\""
want "$(grant $D export 1)" "$(grant $E forget 3)"
set_key lend-reserve 64M
check "while there was need a moment ago, nothing is offered, and nothing wanted" \
	await_report '.state == "short" and .spare_bytes == 0 and .wanted_back_bytes == 0'

mine_is_broken() {
	local old
	old=$(tgtd_pid)
	touch "$work/broken"
	kill -9 "$old"
	await_report "$(state $D) == \"failed\" and .spare_bytes == 0" || return 1
	want "$(grant $D withdraw 2)"
	await_report "$(state $D) == \"cleared\"" && [ ! -e $PAGES/$D ]
}
check "a tgtd that cannot be started again has lost its grants, which are told and cleared" mine_is_broken
rm "$work/broken"
want "$(grant $D forget 3)"
await_report '.grants == []' >/dev/null

leaves_at_once() {
	kill $lender
	wait $lender && ! mountpoint -q $PAGES && [ ! -e /run/wireroot/lend ] && reported '.state == "leaving"'
}
check "told to end with nothing lent, it leaves nothing behind" leaves_at_once

echo 'some avg10=55.25 avg60=0.00 avg300=0.00 total=0' >"$work/pressure"
start_lender --pressure-file "$work/pressure" --backing ramfs
await_report '.state != "leaving"' >/dev/null
echo 'some avg10=55.25 avg60=0.00 avg300=0.00 total=0' >"$work/pressure"
check "under pressure it is short, however much is available" \
	await_report '.state == "short" and .pressure == 55.25 and .spare_bytes == 0'
check "another life is another instance" reported ".instance != \"$instance\""
kill $lender
wait $lender 2>/dev/null

rm "$work/report.json"
want "$(grant $D export 1)"
start_lender --backing ramfs
on_ramfs() {
	await_report "$(state $D) == \"exported\"" && client $D write 0 $MIB NEIGHBOURS-SECRET \
		read 0 $MIB NEIGHBOURS-SECRET && await_report ".grants[0].allocated_bytes == $MIB" &&
		has_pattern $PAGES/$D
}
check "on ramfs, what was written is counted, too" on_ramfs
want_back_when_leaving() {
	kill $lender
	await_report ".state == \"leaving\" and .wanted_back_bytes == $((64 * MIB))" || return 1
	client $D read 0 $MIB NEIGHBOURS-SECRET || return 1
	want "$(grant $D withdraw 2)" && await_report "$(state $D) == \"cleared\"" || return 1
	want "$(grant $D forget 3)"
	wait $lender && [ ! -e /run/wireroot/lend ]
}
check "told to end, it waits for what it has lent" want_back_when_leaving

rm "$work/report.json"
want "$(grant $E export 1)"
start_lender
await_report "$(state $E) == \"exported\"" >/dev/null
left_behind() {
	client $E write 0 $MIB NEIGHBOURS-SECRET || return 1
	kill $lender
	await_report '.state == "leaving"' && kill $lender
	wait $lender || return 1
	grep "n01 still has 64 MiB" "$work/log" && client $E read 0 $MIB NEIGHBOURS-SECRET
}
check "told twice, it ends, and what it has lent stays" left_behind

# --- refusals -----------------------------------------------------------------------------------------

refuses() {
	local pattern=$1
	shift
	says 1 "$pattern" build/wireroot-lend-asan "$@"
}
check "who it is must be said" refuses 'find out who this member is: token: .*say it by' \
	--broker 127.0.0.1 --member lender1 --directory "$work/none"
printf 'member = lender1\nlend-reserve = much\n' >"$work/memory.wrong"
check "a key that is wrong is told with its line" refuses 'memory.wrong:2: .*it is a size' --configuration "$work/memory.wrong"
check "hugetlbfs is refused, with what there is instead" refuses 'backing: .*huge .*no target can write to hugetlbfs' \
	--backing hugetlbfs
# Whoever sees this fail has a kernel with which lenders could have hugetlbfs.
hugetlbfs_takes_no_writes() {
	mkdir "$work/huge" && mount -t hugetlbfs none "$work/huge" && truncate -s 2M "$work/huge/file" || return 1
	! dd if=/dev/zero of="$work/huge/file" bs=4k count=1 conv=notrunc
	local status=$?
	umount "$work/huge"
	return $status
}
if grep -q hugetlbfs /proc/filesystems; then
	check "and in truth nothing can be written there" hugetlbfs_takes_no_writes
fi
[ -e /sys/kernel/config/target ] || check "without LIO in the kernel, what to load is said" \
	refuses "find LIO, .*modprobe iscsi_target_mod" --broker 127.0.0.1 --member lender1 \
	--token-file "$work/token" --directory "$work/none" --target lio
check "an option that is none is a matter of usage" says 2 'unrecognized option' \
	build/wireroot-lend-asan --nonsense
check "a guest needs to know its host" refuses 'it needs --host' --guest
finish
