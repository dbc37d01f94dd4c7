#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest lends its memory by LIO, the kernel's own target, and a node borrows it: what is written is kept,
# the lender sees nothing of it, freed pages go back, so does the whole when it is given back, and the
# lender's program may die meanwhile.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
WIREROOT_TARGET=lio
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

MIB=$((1 << 20))
LIO=/sys/kernel/config/target

# The guest has no libraries of its own.
lend_begin()
{
	lio "cd $WORK/lend && (setsid ./sbin/loader --library-path $WORK/lend/lib ./sbin/wireroot-lend \
		--configuration $WORK/lend/none --broker 10.87.0.1:$BROKER_PORT --member lender \
		--token-file $WORK/lend/token --address $TARGET --target lio --reserve 48M --interval 1 \
		--directory /run/lend >> ./log 2>&1 & echo \$! > /run/lend.pid)" || give_up "a guest lends"
}

# shellcheck disable=SC2317 # by await
spares()
{
	memory_is ".lenders[0].spare_bytes >= $1 * $MIB"
}

# shellcheck disable=SC2317 # by check and await
{
	is_offered()
	{
		lio "target-offer lio list" > "$WORK/said.log"
		cat "$WORK/said.log"
		grep -q "^iqn.2026-11.org.wireroot:memory.lender.$1 open rw /run/lend/pages/$1 $2\$" "$WORK/said.log"
	}
	is_thin()
	{
		[ "$(lio "cat $LIO/core/fileio_0/wireroot-*/attrib/emulate_tpu $LIO/core/fileio_0/wireroot-*/attrib/is_nonrot" |
			xargs)" = "1 1" ]
	}
	# One may log in, and each side has to prove itself.
	is_guarded()
	{
		local group=$LIO/iscsi/iqn.2026-11.org.wireroot:memory.lender.$1/tpgt_1
		lio "ls $group/acls; cat $group/attrib/authentication $group/attrib/generate_node_acls \
			$group/acls/*/auth/userid $group/acls/*/auth/userid_mutual" > "$WORK/said.log"
		cat "$WORK/said.log"
		[ "$(xargs < "$WORK/said.log")" = "iqn.2026-11.org.wireroot:node.m01 1 0 $1 $1-in" ]
	}
	sees_pattern()
	{
		lio "head -c $((8 * MIB)) /run/lend/pages/$1 | strings -n 20 | grep -q 'The quick brown fox'"
	}
	pages_are_back()
	{
		memory_is ".grants[0].allocated_bytes <= $1"
	}
	nothing_is_left()
	{
		memory_is '.grants == []' && [ -z "$(lio "target-offer lio list")" ] &&
			[ -z "$(lio "ls /run/lend/pages /run/lend/grants | grep -v : ; ls -d $LIO/core/fileio_0/wireroot-* 2> /dev/null")" ]
	}
	# Nobody there waits for it, so that it stays as a process without a command line.
	lender_dies()
	{
		lio "kill -KILL \$(cat /run/lend.pid) && while grep -q . /proc/\$(cat /run/lend.pid)/cmdline; do sleep 0.1; done"
	}
}

id()
{
	memory_call GET /v1/memory | jq -r '.grants[0].id'
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
borrow_root "$WORK/root"
make_initrd "$WORK/base.img" --with swap
lab_up --root "$WORK/root"
broker_start lender=lend m01=borrow
lio_server -m 512
mkdir -p "$WORK/lend/sbin" "$WORK/lend/lib"
put_program "$WORK/lend" "$TOP/build/wireroot-lend"
find "$WORK/lend" -name '*.so*' -exec cp {} "$WORK/lend/lib/" \;
cp "$WORK/lend/lib/"ld-linux* "$WORK/lend/sbin/loader"
echo "the-token-of-lender" > "$WORK/lend/token"
: > "$WORK/lend/none"
lio "ip route add default via 10.87.0.1; mkdir -p /run" || give_up "the lender's guest is prepared"
lend_begin
await "a guest with LIO has memory to spare" 60 spares 128 || {
	sed 's/^/# /' "$WORK/lend/log"
	finish
}

# As much as 6.12, which drops more of the page cache first, swaps some of, too.
cat > "$WORK/root/use.sh" << 'END'
echo 1 > /proc/sys/kernel/hung_task_panic
wireroot-borrow --program /sbin/wireroot-swap --configuration /none &
memory-use 190 1 10
echo "TEST freed"
wait $!
END
node_direct m01 "root=nfs:10.87.0.1:/srv/root wireroot.hostname=m01 $(memory_words m01 128m) test.do=run:/use.sh"
expect_console m01 '^wireroot .* swap: 128 MiB of lender on /dev/dm-0, encrypted' 60 "the init attaches swap" || {
	sed 's/^/# /' "$WORK/lend/log"
	finish
}
first=$(id)
check "it is offered, and the node is logged in" is_offered "$first" 1
check "it is thin, and does not rotate" is_thin
check "one initiator may log in, and has to prove itself, as has the target" is_guarded "$first"
expect_console m01 "wireroot-borrow: taking over 128 MiB of lender on /dev/dm-0" 60 "wireroot-borrow takes it over"
expect_console m01 '^memory-use: ok' 300 "what does not fit the node's memory keeps what is written" || finish
await "the lender counts what it holds" 20 memory_is ".grants[0].allocated_bytes > 20 * $MIB"
used=$(memory_call GET /v1/memory | jq '.grants[0].allocated_bytes')
check_not "which it does not see" sees_pattern "$first"
check "the lender's program is killed" lender_dies
expect_console m01 '^memory-use: in the end ok' 200 "and nothing is lost" || finish
lend_begin
await "its next life knows what is lent" 30 memory_is ".grants[0] | .state == \"attached\" and .id == \"$first\""
expect_console m01 '^TEST freed' 20 "the memory is freed"
# Swap discards whole clusters of 2 MiB, and others than memory-use have pages there.
await "most pages go back to the lender" 30 pages_are_back $((16 * MIB))
tap_note "$((used / MIB)) MiB before, $(($(memory_call GET /v1/memory | jq '.grants[0].allocated_bytes') / MIB)) MiB after"
check "the administrator wants it returned" \
	memory_call POST "/v1/memory/grants/$first/return" '{ "deadline_s": 300 }'
expect_console m01 "wireroot-borrow: $first: given back to lender" 100 "the node gives it back" || finish
await "nothing of it is left at the lender" 60 nothing_is_left
check_not "the lender's kernel has nothing to complain of" \
	console_has lio 'blocked for more than|BUG:|Oops|Call Trace'
finish
