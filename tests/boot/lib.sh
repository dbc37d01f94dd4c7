# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What boot tests share. A test tests/boot/NAME.sh sources this file, prints TAP, and has a lab and a
# directory of its own, so that it runs alone and beside others. Whatever way it ends, even by
# SIGKILL, the lab ends with it.
#
#   use_kernel 6.1            sets KERNEL (file), KERNEL_VERSION, KERNEL_TREE
#   make_root DIR             a busybox second stage (fixtures/busybox_root.sh)
#   make_initrd FILE [WORDS]  `wireroot initrd build` for that kernel and virtio_net, with our init
#   lab_up [WORDS]            `wireroot lab up`; the directory is $LAB
#   lab VERB [WORDS]          `wireroot lab VERB $LAB WORDS`
#   node_boot NODE [WORDS]    `wireroot lab boot`; its console is looked through from the beginning
#   node_direct NODE WORDS [LAB BOOT'S WORDS]  a small node, its kernel and $INITRD (base.img in WORK)
#                             loaded by QEMU, WORDS its command line; a reboot powers it off
#   expect_console NODE REGEX SECONDS [WHAT]   one TAP line: does such a line come on the console?
#   expect_off NODE SECONDS [WHAT]             one TAP line: does the node power off?
#   console_mark NODE         look only at what NODE's console says from now on
#   console_has NODE REGEX    is such a line on the console by now? No TAP line
#   expect_rarer NODE REGEX WHAT   one TAP line: do lines of the init's that tell of tries in vain come less and
#                             less often? By the node's own clock
#   expect_second_stage NODE [WHAT]            one TAP line: does the busybox second stage run?
#   check_fact NODE REGEX WHAT                 one TAP line: has it said a fact that begins so?
#   cluster_file              writes standard input to $CLUSTER (cluster.yaml in WORK) behind a cluster, a
#                             server and an image "busybox", which is $WORK/root with the kernel of
#                             use_kernel; CLUSTER_NETWORK says the network's lines and CLUSTER_ADDRESS the
#                             server's address, if not as a lab has them
#   cluster_images            prints those lines about the image, for definitions of other kinds
#   cluster_up                lab_up with that definition
#   cluster VERB [WORDS]      `wireroot VERB` with that definition and the lab's state and servers
#   node_power NODE [WORDS]   node_boot of a defined node, as its definition says; a reboot powers it off
#   neighbour ROLE [WORDS]    somebody else on the wire, neighbour.py; writes $WORK/ROLE.log
#   await_neighbour ROLE REGEX, end_neighbour ROLE
#   check WHAT COMMAND...     one TAP line: does the command succeed?
#   check_not WHAT COMMAND... one TAP line: does the command fail?
#   await WHAT SECONDS COMMAND...   one TAP line: does the command succeed in time? For what others write
#                             of their own accord, as wirerootd its records; see tests/patience.sh for
#                             what SECONDS means, here and elsewhere
#   not COMMAND...            for check: the command fails
#   tap_ok WHAT, tap_not_ok WHAT, tap_note LINE..., skip_all WHY
#   finish                    the plan and the exit status; the last line of every test
#
# WORK is the test's directory; it is kept when WIREROOT_KEEP is set. WIREROOT_ACCEL is what
# `lab boot --accel` gets, WIREROOT the command to test.
set -uo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WIREROOT=${WIREROOT:-$TOP/build/wireroot}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/wireroot-test.XXXXXX")
LAB=$WORK/lab
CLUSTER=$WORK/cluster.yaml

# shellcheck source=tests/patience.sh
. "$TOP/tests/patience.sh"

tap_count=0
tap_failures=0
declare -A console_from=() neighbours=()

tap_ok()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

tap_not_ok()
{
	tap_count=$((tap_count + 1))
	tap_failures=$((tap_failures + 1))
	echo "not ok $tap_count - $1"
}

tap_note()
{
	printf '# %s\n' "$@"
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

finish()
{
	echo "1..$tap_count"
	[ "$tap_failures" -eq 0 ]
	exit
}

# A test that cannot go on: what was to come would only fail for the same reason.
give_up()
{
	tap_not_ok "$1"
	finish
}

clean_up()
{
	if [ -d "$LAB/run" ]; then
		"$WIREROOT" lab down "$LAB" 2> /dev/null
	fi
	if [ -n "${WIREROOT_KEEP:-}" ]; then
		tap_note "kept $WORK"
	else
		rm -rf "$WORK"
	fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

check()
{
	local what=$1
	shift
	if "$@" > "$WORK/check.log" 2>&1; then
		tap_ok "$what"
	else
		tap_not_ok "$what"
		tap_note "$* failed"
		sed 's/^/#   /' "$WORK/check.log"
		return 1
	fi
}

check_not()
{
	local what=$1
	shift
	if "$@" > "$WORK/check.log" 2>&1; then
		tap_not_ok "$what"
		tap_note "$* succeeded"
		sed 's/^/#   /' "$WORK/check.log"
		return 1
	fi
	tap_ok "$what"
}

await()
{
	local what=$1 seconds=$2
	shift 2
	if retry "$seconds" "$@" > "$WORK/check.log" 2>&1; then
		tap_ok "$what"
	else
		check "$what" "$@"
	fi
}

# For check: does the command fail?
not()
{
	! "$@"
}

use_kernel()
{
	local line
	line=$("$TOP/tests/fixtures/kernels.sh" "$1") || give_up "kernel $1 is there"
	KERNEL_VERSION=${line%% *}
	KERNEL_TREE=${line#* }
	# shellcheck disable=SC2034 # for the tests
	KERNEL=$KERNEL_TREE/boot/vmlinuz-$KERNEL_VERSION
}

make_root()
{
	"$TOP/tests/fixtures/busybox_root.sh" "$1" || give_up "a root file system is made"
}

make_initrd()
{
	local file=$1
	shift
	"$WIREROOT" initrd build --kernel "$KERNEL_VERSION" --modules "$KERNEL_TREE" \
		--drivers virtio_net -o "$file" "$@" > "$WORK/initrd.log" 2>&1 && return
	sed 's/^/# /' "$WORK/initrd.log"
	give_up "an initrd is built"
}

lab()
{
	local verb=$1
	shift
	"$WIREROOT" lab "$verb" "$LAB" "$@"
}

lab_up()
{
	lab up --tie-to $$ "$@" && return
	tail -n 5 "$LAB"/*.log 2> /dev/null | sed 's/^/# /'
	give_up "the lab comes up"
}

node_boot()
{
	local node=$1
	shift
	console_from[$node]=0
	lab boot "$node" ${WIREROOT_ACCEL:+--accel "$WIREROOT_ACCEL"} "$@" || give_up "$node powers on"
}

node_direct()
{
	local node=$1 words=$2
	shift 2
	node_boot "$node" --direct --no-reboot --memory 256 --cpus 1 --kernel "$KERNEL" \
		--initrd "${INITRD:-$WORK/base.img}" --append "quiet $words" "$@"
}

cluster_images()
{
	cat << END
images:
  busybox:
    path: $WORK/root
    kernel: $KERNEL_VERSION
    modules: $KERNEL_TREE/lib/modules
    vmlinuz: $KERNEL
END
}

cluster_file()
{
	{
		cat << END
cluster: { name: test }
networks:
  boot:
${CLUSTER_NETWORK:-    subnet: 10.87.0.0/24}
servers:
  server: { address: ${CLUSTER_ADDRESS:-10.87.0.1}, roles: [boot, nfs] }
$(cluster_images)
END
		cat
	} > "$CLUSTER"
}

cluster_up()
{
	lab_up --cluster "$CLUSTER"
}

cluster()
{
	local verb=$1 arguments=(--state "$LAB/state")
	shift
	case $verb in
	apply) arguments+=(--cluster "$CLUSTER" --services "lab:$LAB") ;;
	rollback | prune) arguments+=(--services "lab:$LAB") ;;
	check) arguments=(--cluster "$CLUSTER") ;;
	plan | diff) arguments+=(--cluster "$CLUSTER") ;;
	esac
	"$WIREROOT" "$verb" "${arguments[@]}" "$@"
}

node_power()
{
	local node=$1
	shift
	node_boot "$node" --no-reboot "$@"
}

console_mark()
{
	console_from[$1]=$(stat -c %s "$LAB/$1.console" 2> /dev/null || echo 0)
}

console_has()
{
	# Not grep -q, which ends the pipe in the middle: with pipefail that is a failure.
	[ "$(tail -c "+$((${console_from[$1]:-0} + 1))" "$LAB/$1.console" | tr -d '\r\0' |
		grep -aEc -- "$2")" -gt 0 ]
}

# For whoever has to find out why: the last lines, without what would disturb a terminal.
show_console()
{
	tail -n 25 "$LAB/$1.console" 2> /dev/null | tr -d '\r\0' | tr -c '[:print:]\n\t' '?' |
		awk '{ print "#   " $0 }' # with a newline in any case
}

expect_console()
{
	local node=$1 pattern=$2 seconds=$3 what=${4:-"$1 says: $2"}
	if lab wait "$node" "$pattern" "$(limit "$seconds")" "${console_from[$node]:-0}" 2> "$WORK/wait.log"; then
		tap_ok "$what"
	else
		tap_not_ok "$what"
		sed 's/^/# /' "$WORK/wait.log"
		show_console "$node"
		return 1
	fi
}

expect_off()
{
	local node=$1 seconds=$2 what=${3:-"$1 powers off"}
	if lab wait "$node" --off "$(limit "$seconds")" 2> "$WORK/wait.log"; then
		tap_ok "$what"
	else
		tap_not_ok "$what"
		show_console "$node"
		return 1
	fi
}

# The first four such lines span five seconds: tries that came once a second would take three, ours take
# 0.75 + 1.5 + 3 at least. Status 2: there are not four yet.
four_lines_span()
{
	tr -d '\r\0' < "$LAB/$1.console" | grep -aE -- "$2" |
		sed -n 's/^wireroot \[ *\([0-9]*\)\..*/\1/p' |
		awk 'NR == 1 { first = $1 } NR == 4 { fourth = $1 }
			END { exit NR < 4 ? 2 : fourth - first < 5 }'
}

four_lines_are_there()
{
	four_lines_span "$@"
	[ $? -ne 2 ]
}

expect_rarer()
{
	retry 60 four_lines_are_there "$1" "$2"
	check "$3" four_lines_span "$1" "$2" || show_console "$1"
}

expect_second_stage()
{
	expect_console "$1" '^SECOND-STAGE ready' 40 "${2:-$1 reaches the second stage}"
}

check_fact()
{
	check "$3" console_has "$1" "^SECOND-STAGE $2" || console_facts "$1"
}

# What the second stage said, files aside, for whoever has to find out why.
console_facts()
{
	grep -a '^SECOND-STAGE' "$LAB/$1.console" | grep -av '^SECOND-STAGE file' | tr -d '\r' |
		sed 's/^SECOND-STAGE/#  /'
}

neighbour()
{
	: > "$WORK/$1.log"
	"$WIREROOT" lab exec "$LAB" -- python3 "$TOP/tests/boot/neighbour.py" lab "$@" \
		>> "$WORK/$1.log" 2>&1 &
	neighbours[$1]=$!
	await_neighbour "$1" '^ready$'
}

await_neighbour()
{
	await_line 30 "$WORK/$1.log" "$2" && return
	sed 's/^/# /' "$WORK/$1.log"
	give_up "the neighbour $1 sees: $2"
}

end_neighbour()
{
	kill "${neighbours[$1]}"
	wait "${neighbours[$1]}" 2> /dev/null
}
