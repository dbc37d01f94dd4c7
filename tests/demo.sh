#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The demo: from one file, examples/demo/cluster.yaml, three machines without disks, one of them with
# UEFI, find their way by PXE and run a Debian. The root file system of two comes over NFS; the third has
# a disk of its own by iSCSI, cloned from a golden volume. One swaps to memory of the host from its init on,
# and gives it back while it runs. Everything happens in a lab (`wireroot lab`), a private network on this
# machine. Run by `make demo`, as root.
#
# Succeeds when all nodes have reached multi-user, a command typed at their serial consoles was answered,
# they have powered off by themselves and their timelines were drawn. Whatever way this script ends, the
# lab ends with it. What it made is left in OUTPUT.
#
#   KERNEL_SERIES=6.1    or 6.12
#   OUTPUT=build/demo    PATIENCE=1, how many times as long it waits for a node
#   ACCEL=               as for qemu -accel; KVM where it works, else TCG
set -euo pipefail
cd "$(dirname "$0")/.."

KERNEL_SERIES=${KERNEL_SERIES:-6.1}
ACCEL=${ACCEL:-}
OUTPUT=$(realpath -m "${OUTPUT:-build/demo}")
PATIENCE=${PATIENCE:-1}
WIREROOT=$PWD/build/wireroot
LAB=$OUTPUT/lab
ROOT=$OUTPUT/root
CLUSTER=$OUTPUT/cluster.yaml
DISKS=$OUTPUT/disks
NODES=(n01 n02 n03)
BOOT_TIMEOUT_S=$((240 * PATIENCE))
COMMAND_TIMEOUT_S=$((60 * PATIENCE))
OFF_TIMEOUT_S=$((90 * PATIENCE))

BOLD='' DIM='' PLAIN='' CLEAR=''
if [ -t 1 ]; then
	CLEAR=$'\r\033[K'
	if [ -z "${NO_COLOR:-}" ]; then
		BOLD=$'\033[1m' DIM=$'\033[2m' PLAIN=$'\033[0m'
	fi
fi

children=()

end_children()
{
	local child

	for child in "${children[@]}"; do
		kill "$child" 2> /dev/null || true
	done
	children=()
}

# The lab is tied to this process and would end with it anyway; this is the orderly way.
clean_up()
{
	end_children
	if [ -d "$LAB/run" ]; then
		"$WIREROOT" lab down "$LAB" 2> /dev/null || true
	fi
	rm -rf "$DISKS"
}
trap clean_up EXIT
trap 'echo; exit 130' INT
trap 'exit 143' TERM HUP

# Runs a command as it would be run without this word, but a signal does not have to wait for its end.
attended()
{
	local status=0

	"$@" &
	children+=($!)
	wait $! || status=$?
	unset 'children[-1]'
	return "$status"
}

fail()
{
	printf '%s\n%sThe demo failed:%s %s\n' "$CLEAR" "$BOLD" "$PLAIN" "$1" >&2
	shift
	if [ $# -gt 0 ]; then
		printf '%s\n' "$@" >&2
	fi
	exit 1
}

# What a console says without what would disturb another terminal, line by line as it comes.
plain_text()
{
	LC_ALL=C stdbuf -oL tr -d '\r\0' |
		LC_ALL=C sed -u -E 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/\x1b([()][0-9A-Z]|[^[])//g' |
		LC_ALL=C stdbuf -oL tr -cd '[:print:]\n\t'
}

# With the console's last lines.
fail_on_node()
{
	local console=$LAB/$1.console why=$2 what_to_do=$3

	fail "$why" "The console of $1 ends:" \
		"$(tail -n 25 "$console" 2> /dev/null | plain_text | sed 's/^/    /')" \
		"What to do: $what_to_do" "The whole console is in $console, the servers' logs are beside it."
}

now_ms()
{
	local now=${EPOCHREALTIME/[^0-9]/}
	echo $((now / 1000))
}

# Milliseconds as seconds with one digit behind the point.
seconds()
{
	printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100))
}

megabytes()
{
	awk -v bytes="$1" 'BEGIN { printf "%.2f MB", bytes / 1000000 }'
}

# While something long runs: for how long, and the last line that it said.
show_progress()
{
	local what=$1 log=$2 start=$SECONDS last

	while read -r -t 1 _ || [ $? -gt 128 ]; do
		last=$(tail -n 1 "$log" | LC_ALL=C tr -cd '[:print:]' | cut -c 1-48)
		printf '%s  %s … %d s %s%s%s' "$CLEAR" "$what" $((SECONDS - start)) "$DIM" "$last" \
			"$PLAIN"
	done
}

# step WHAT HINT COMMAND...: runs it; what it prints on standard output is in $answer.
step()
{
	local what=$1 hint=$2 log=$OUTPUT/step.log start end status=0
	shift 2

	start=$(now_ms)
	: > "$log"
	if [ -t 1 ]; then
		# The progress ends when its end of this pipe closes, so the command must not have it.
		exec 8> >(show_progress "$what" "$log")
	fi
	attended "$@" > "$OUTPUT/answer" 2> "$log" 8>&- || status=$?
	if [ -t 1 ]; then
		exec 8>&-
		wait $! || true
	fi
	answer=$(cat "$OUTPUT/answer")
	end=$(now_ms)
	took_ms=$((end - start))
	if [ "$status" -ne 0 ]; then
		fail "$what" "$(tail -n 15 "$log")" "What to do: $hint"
	fi
	printf '%s  %s, %s s\n' "$CLEAR" "$what" "$(seconds "$took_ms")"
}

# The lines of a console that tell the story, each with the time since power-on before it.
tell_story()
{
	local node=$1 start=$2 line last=''

	while IFS= read -r line; do
		if [ "$line" != "$last" ]; then
			printf '  %s%6s s%s  %s%s%s  %s\n' "$DIM" "$(seconds $(($(now_ms) - start)))" "$PLAIN" \
				"$BOLD" "$node" "$PLAIN" "$line"
		fi
		last=$line
	done
}

interesting()
{
	plain_text |
		grep -a --line-buffered -E \
			'^iPXE initialising|NBP file downloaded|^Configuring|http://.*(ok|failed)$|^wireroot|^Welcome to|Reached target.*(Network|Multi-User|Login)|Debian GNU/Linux .* ttyS0|Kernel panic|^\[FAILED\]' |
		stdbuf -oL cut -c 1-110
}

watch_console()
{
	# In the lab, with which it ends, even when this script is killed.
	"$WIREROOT" lab exec "$LAB" -- tail -n +1 -s 0.2 -F "$LAB/$1.console" 2> /dev/null \
		> >(interesting | tell_story "$1" "$2") &
	children+=($!)
}

# A serial line takes a few characters at a time, so the connection stays until the node is off.
declare -A keyboards=()
attach_to_console()
{
	local keyboard

	exec {keyboard}> >(exec "$WIREROOT" lab console "$LAB" "$1" > /dev/null 2>&1)
	children+=($!)
	keyboards[$1]=$keyboard
}

type_at_console()
{
	printf '%s\n' "$2" >&"${keyboards[$1]}"
}

# ask NODE COMMAND: has a logged-in root's shell run it; the last line that begins with "answer: " is in $answer,
# without that. The command writes the word so that its echo does not look like the answer.
ask()
{
	local node=$1 console=$LAB/$1.console from

	from=$(stat -c %s "$console")
	type_at_console "$node" "$2"
	attended "$WIREROOT" lab wait "$LAB" "$node" 'answer: [a-z0-9]' "$COMMAND_TIMEOUT_S" "$from" ||
		fail_on_node "$node" "the node did not answer a command" "look at what the console says"
	answer=$(tail -c "+$((from + 1))" "$console" | plain_text | grep '^answer: [a-z0-9]' | tail -n 1)
	answer=${answer#answer: }
}

# What comes back proves that the node works.
check_node()
{
	local node=$1 command

	attended "$WIREROOT" lab wait "$LAB" "$node" 'root@[^ ]*:.*#' "$COMMAND_TIMEOUT_S" ||
		fail_on_node "$node" "no prompt came on the node's serial console" \
			"see why serial-getty@ttyS0 did not start"
	# For the node's shell. The answer's line does not look like this one's echo.
	command="echo \"answer: \$(systemctl is-system-running --wait), / is \$(findmnt -no FSTYPE /)"
	command+=" over \$(findmnt -nt nfs,nfs4 -o FSTYPE,SOURCE | tr -s ' ')"
	command+="\$(grep -hv :memory /sys/class/iscsi_session/*/targetname 2> /dev/null)\""
	attach_to_console "$node"
	ask "$node" "$command"
	printf '  %s says: %s\n' "$node" "$answer"
	case $answer in
	'running,'*' over nfs'* | 'running, / is ext4 over iqn.'*) ;;
	*) fail_on_node "$node" "the node is up, but not as it should be: $answer" \
		"boot it again by hand and look at systemctl --failed" ;;
	esac
}

# What `make install` and apt would put into the image: nodes look after lent memory in their second stage.
install_borrower()
{
	local library

	install -D -m 755 build/wireroot-borrow "$ROOT/usr/local/sbin/wireroot-borrow"
	install -D -m 755 build/wireroot-swap "$ROOT/usr/local/lib/wireroot/wireroot-swap"
	ldd build/wireroot-borrow | grep -o '/[^ ]*' | while read -r library; do
		[ -e "$ROOT$library" ] || install -D -m 755 "$library" "$ROOT$library"
	done
	install -D -m 644 userspace/memory/borrow/wireroot-borrow.service \
		"$ROOT/etc/systemd/system/wireroot-borrow.service"
	mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
	ln -sfn ../wireroot-borrow.service \
		"$ROOT/etc/systemd/system/multi-user.target.wants/wireroot-borrow.service"
}

memory()
{
	"$WIREROOT" memory "$@" --cluster "$CLUSTER" --state "$LAB/state" --services "lab:$LAB"
}

# Until status says so.
await_memory()
{
	local end=$((SECONDS + COMMAND_TIMEOUT_S))

	until memory status 2> /dev/null | grep -Eq "$1"; do
		[ "$SECONDS" -lt "$end" ] || fail "$2" "$(memory status 2>&1)" \
			"What to do: see $LAB/wirerootd.log and $OUTPUT/lend.log"
		attended sleep 0.5
	done
}

# This machine, in the lab's network, lends 512 MiB of what it can spare.
start_lender()
{
	printf '\n%s$ wireroot memory token server > memory.conf; wireroot-lend --limit 512M%s\n' "$BOLD" "$PLAIN"
	(umask 077 && memory token server > "$OUTPUT/memory.conf")
	"$WIREROOT" lab exec "$LAB" -- "$PWD/build/wireroot-lend" --configuration "$OUTPUT/memory.conf" \
		--limit 512M --reserve 64M --interval 1 > "$OUTPUT/lend.log" 2>&1 &
	children+=($!)
	await_memory '^server +lending ' "nobody lends memory"
	memory status | sed -n 's/^at most/  at most/p'
}

# The host wants its memory back while the node has pages in it.
show_memory()
{
	local swap="swapon --show=NAME,SIZE,USED --noheadings --bytes"

	printf '\n%sMemory of the host as swap of n01%s\n' "$BOLD" "$PLAIN"
	ask n01 "echo 32M > /sys/fs/cgroup/system.slice/memory.reclaim 2> /dev/null; echo \"answer: \$($swap | wc -l) swap: \$($swap)\""
	printf '  n01 says: %s\n' "$answer"
	[[ $answer == '1 swap: '* ]] || fail_on_node n01 "n01 has no swap" "see what its init says of it"
	attended sleep 2 # the lender's next report
	memory status | sed 's/^/  /' | cut -c 1-110
	printf '\n%s$ wireroot memory offer server 0; wireroot memory return server%s\n' "$BOLD" "$PLAIN"
	memory offer server 0 | sed 's/^/  /'
	memory return server | sed 's/^/  /'
	await_memory '^nothing is lent$' "n01 did not give the host's memory back"
	ask n01 "echo \"answer: \$($swap | wc -l) swap left, \$(systemctl is-system-running)\""
	printf '  n01 says: %s\n' "$answer"
	[[ $answer == '0 swap left, running' ]] ||
		fail_on_node n01 "n01 did not stay as it was" "see what wireroot-borrow says"
}

# The definition, with this machine's image in it and the kernel beside it.
write_cluster()
{
	mkdir -p "$OUTPUT/kernel"
	ln -sfn "$KERNEL_TREE/lib" "$OUTPUT/kernel/lib"
	ln -sfn "$KERNEL_TREE/boot/vmlinuz-$VERSION" "$OUTPUT/kernel/vmlinuz"
	rm -rf "$DISKS"
	mkdir -p "$DISKS"
	sed "s,/srv/wireroot/images/debian12 .*,$ROOT,; s,/srv/wireroot/disks .*,$DISKS," \
		examples/demo/cluster.yaml > "$CLUSTER"
}

# How large the base image is that a node loads.
initrd_of()
{
	local http=$LAB/state/current/http base

	base=$(grep -o -m 1 'base/[0-9a-f]*\.img' "$http/node/52:54:00:87:00:${1#n}.ipxe")
	megabytes "$(stat -c %s "$http/$base")"
}

# A command as somebody would type it, and what it says.
show()
{
	printf '\n%s$ wireroot %s%s\n' "$BOLD" "$*" "$PLAIN"
	attended "$WIREROOT" "$@" --cluster "$CLUSTER" | sed 's/^/  /' | cut -c 1-110 ||
		fail "wireroot $1 failed" "What to do: see its message"
}

prepare()
{
	[ "$(id -u)" -eq 0 ] || fail "this needs root: for namespaces, Debian trees and NFS" \
		"What to do: run sudo make demo"
	[ -x "$WIREROOT" ] || fail "there is no build/wireroot" "What to do: run make"
	mkdir -p "$OUTPUT"
	rm -rf "$LAB"

	step "Debian's kernel $KERNEL_SERIES" "see whether apt-get update works" \
		tests/fixtures/contained.sh tests/fixtures/kernels.sh "$KERNEL_SERIES"
	read -r VERSION KERNEL_TREE <<< "$answer"
	step "a Debian 12 root file system" "see whether apt-get update works" \
		tests/fixtures/contained.sh tests/fixtures/debian_root.sh "$ROOT"
	install_borrower
	write_cluster
}

boot()
{
	local accel=() start node

	if [ -n "$ACCEL" ]; then
		accel=(--accel "$ACCEL")
	fi
	printf '\n%sPower on:%s n01 with a BIOS and swap at the host, n02 with UEFI, n03 for a root by iSCSI; no disk\n' "$BOLD" "$PLAIN"
	start=$(now_ms)
	for node in "${NODES[@]}"; do
		watch_console "$node" "$start"
		"$WIREROOT" lab boot "$LAB" "$node" --no-reboot "${accel[@]}" ||
			fail_on_node "$node" "QEMU did not start" "read the message above"
	done
	for node in "${NODES[@]}"; do
		attended "$WIREROOT" lab wait "$LAB" "$node" '^wireroot-console: multi-user reached' \
			"$((BOOT_TIMEOUT_S - ($(now_ms) - start) / 1000))" ||
			fail_on_node "$node" "the node did not reach multi-user within $BOOT_TIMEOUT_S s" \
				"find the first line above that names a fault"
	done
	up_ms=$(($(now_ms) - start))
	for node in "${NODES[@]}"; do
		check_node "$node"
	done
}

power_off()
{
	local node

	for node in "${NODES[@]}"; do
		type_at_console "$node" 'systemctl poweroff'
	done
	for node in "${NODES[@]}"; do
		attended "$WIREROOT" lab wait "$LAB" "$node" --off "$OFF_TIMEOUT_S" ||
			fail_on_node "$node" "the node did not power off within $OFF_TIMEOUT_S s" \
				"see what systemd waits for"
	done
	end_children
	echo "  All have powered off."
}

show_timelines()
{
	local node

	printf '\n%sHow the time was spent between the kernel and Debian%s\n' "$BOLD" "$PLAIN"
	for node in "${NODES[@]}"; do
		"$WIREROOT" timeline "$node" --timelines "$LAB/timelines" ||
			fail "there is no timeline of $node" "What to do: see $LAB/wirerootd.log"
		"$WIREROOT" timeline "$node" --timelines "$LAB/timelines" --svg "$OUTPUT/$node.svg"
	done
}

# From the node's own line: "..., 12.34 seconds after the kernel's start".
kernel_to_multi_user()
{
	tr -d '\r\0' < "$LAB/$1.console" |
		sed -n 's/^wireroot-console: multi-user.* \([0-9.]*\) seconds after.*/\1/p' | tail -n 1
}

sum_up()
{
	local http=$LAB/state/current/http

	printf '\n%sIn figures%s\n' "$BOLD" "$PLAIN"
	printf '  %-34s %s\n' \
		"init" "$(megabytes "$(stat -c %s build/init)")" \
		"initrd (virtio, NFS, overlay)" "$(initrd_of n02), shared" \
		"initrd (the same, and swap)" "$(initrd_of n01)" \
		"initrd (virtio, iSCSI, ext4)" "$(initrd_of n03), shared" \
		"and of each node's own" "$(stat -c %s "$http/node/52:54:00:87:00:01.img") bytes" \
		"power-on to multi-user, all" "$(seconds "$up_ms") s" \
		"of that, from the kernel's start" "$(kernel_to_multi_user n01) s, $(kernel_to_multi_user n02) s, $(kernel_to_multi_user n03) s" \
		"the whole demo" "$SECONDS s" \
		"the timelines as pictures" "${OUTPUT#"$PWD/"}/n01.svg and the like"
}

printf '%sFrom one file to three Debians: two over NFS, one on a disk of its own by iSCSI%s\n' "$BOLD" "$PLAIN"
prepare
show check
show storage create --image debian12 --services none
show storage create n03 --services none
show plan --state "${LAB#"$PWD/"}/state"
show apply --state "${LAB#"$PWD/"}/state" --services none
echo
step "the lab: bridge, dnsmasq, wirerootd, NFS-Ganesha, tgtd" "look into the logs in $LAB" \
	"$WIREROOT" lab up "$LAB" --tie-to $$ --cluster "$CLUSTER"
start_lender
boot
show_memory
power_off
show_timelines
sum_up
