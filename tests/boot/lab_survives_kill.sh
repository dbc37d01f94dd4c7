#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever way a lab ends, nothing of it is left but files, and other labs go on.
# shellcheck disable=SC2086,SC2317 # lists of processes are to be split; check calls functions

# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

# A process is known by its pid and the time of its start, "PID/TIME", since pids come again.
identify()
{
	local stat
	stat=$(cat "/proc/$1/stat" 2> /dev/null) && echo "$1/$(cut -d ' ' -f 20 <<< "${stat##*) }")"
}

# The processes of the lab in directory $1: those in its PID namespace.
processes_of()
{
	local namespace process
	namespace=$("$WIREROOT" lab exec "$1" -- readlink /proc/self/ns/pid) || return
	for process in /proc/[0-9]*; do
		if [ "$(readlink "$process/ns/pid" 2> /dev/null)" = "$namespace" ]; then
			identify "${process#/proc/}"
		fi
	done
}

# Is nothing left of the lab in directory $1, which had the processes behind it?
is_gone()
{
	local directory=$1 process
	shift
	for process in "$@"; do
		if [ "$(identify "${process%/*}")" = "$process" ] &&
			! grep -q '^State:.Z' "/proc/${process%/*}/status"; then
			echo "process ${process%/*} lives: $(tr '\0' ' ' < "/proc/${process%/*}/cmdline")"
			return 1
		fi
	done
	! grep "$directory" /proc/mounts && ! "$WIREROOT" lab status "$directory"
}

powered_on()
{
	"$WIREROOT" lab boot "$1" n01 --direct --kernel "$KERNEL" --memory 256 \
		--accel "${WIREROOT_ACCEL:-tcg}" --append "panic=0" --nic virtio --nic e1000e,off
}

# QEMU ends while it reads its command line.
powered_on_wrongly()
{
	"$WIREROOT" lab boot "$1" n01 --direct --kernel "$KERNEL" --accel tcg -- -device nonsense \
		2> "$WORK/wrongly.log"
}

# The supervisor among processes: PID 1 of the lab.
supervisor_among()
{
	local process
	for process in "$@"; do
		grep -q '^NSpid:.*[[:space:]]1$' "/proc/${process%/*}/status" && echo "${process%/*}"
	done
}

wait_for_end_of()
{
	tail --pid="$1" -f /dev/null
}

use_kernel 6.1
mkdir -p "$WORK/root"
lab_up --root "$WORK/root"
links_before=$(ip -o link | wc -l)

up_here()
{
	"$WIREROOT" lab up "$@" --root "$WORK/root" > "$WORK/up.log" 2>&1
}

check "a second lab comes up beside the first" up_here "$WORK/killed" --tie-to $$
check_not "a lab in use is not started twice" up_here "$WORK/killed"
check_not "a node that QEMU cannot make does not run" powered_on_wrongly "$WORK/killed"
check "and what QEMU said is told" grep -q "ended at once.*'nonsense'" "$WORK/wrongly.log"
check "a node runs in it" powered_on "$WORK/killed"
processes=$(processes_of "$WORK/killed")
mkfifo "$WORK/keys"
exec 7<> "$WORK/keys"
mkfifo "$WORK/shown"
"$WIREROOT" lab console "$WORK/killed" n01 < "$WORK/keys" > "$WORK/shown" 2>&1 &
attached=$!
exec 8< "$WORK/shown"
check "somebody attaches to the node's console" read -r -t 60 -n 1 _ <&8
cat <&8 > /dev/null &
attach_again()
{
	timeout 60 "$WIREROOT" lab console "$WORK/killed" n01 < /dev/null 2> "$WORK/again.log"
}
check_not "nobody else can" attach_again
check "and is told why" grep -q 'somebody is attached' "$WORK/again.log"
printf '\035' >&7
check "the first one leaves by Ctrl-]" wait "$attached"
exec 7>&- 8<&-
attach_and_leave()
{
	printf '\035' | timeout 60 "$WIREROOT" lab console "$WORK/killed" n01 > /dev/null
}
check "then another one can attach" attach_and_leave
supervisor=$(supervisor_among $processes)
check "servers, node and supervisor are in its namespace" \
	[ "$(wc -w <<< "$processes")" -ge 6 ]
kill -KILL "$supervisor"
wait_for_end_of "$supervisor"
check "a supervisor's death by SIGKILL ends everything" is_gone "$WORK/killed" $processes
check "a lab comes up again in the same directory" up_here "$WORK/killed" --tie-to $$
processes=$(processes_of "$WORK/killed")
check "it is ended in order" "$WIREROOT" lab down "$WORK/killed"
check "and nothing is left" is_gone "$WORK/killed" $processes

# Both at once: one of them makes the lab, the other leaves it alone.
for turn in 1 2; do
	"$WIREROOT" lab up "$WORK/both" --tie-to $$ > "$WORK/both.$turn" 2>&1 && echo up > "$WORK/won.$turn" &
	both[turn]=$!
done
wait "${both[@]}"
check "of two that make a lab in one place, one does" \
	[ "$(cat "$WORK"/won.* | wc -l)" -eq 1 ]
check "the other one says why not" \
	grep -Eqh 'at work there|one runs there' "$WORK/both.1" "$WORK/both.2"
check "the lab's servers run" not grep -w off <("$WIREROOT" lab status "$WORK/both")
check "and it ends" "$WIREROOT" lab down "$WORK/both"

mkfifo "$WORK/front.fifo"
"$WIREROOT" lab up "$WORK/front" --foreground > "$WORK/front.fifo" &
front=$!
disown
read -r line < "$WORK/front.fifo"
check "a lab in the foreground says that it is up" grep -q ' is up' <<< "$line"
processes=$(processes_of "$WORK/front")
supervisor=$(supervisor_among $processes)
kill -KILL "$front"
wait_for_end_of "$supervisor"
check "a lab in the foreground ends when its command is killed" is_gone "$WORK/front" $processes

# While it starts: dnsmasq never gets ready.
mkdir "$WORK/bin"
mkfifo "$WORK/started.fifo"
printf '#!/bin/sh\necho started > %s\nexec sleep 3600\n' "$WORK/started.fifo" > "$WORK/bin/dnsmasq"
chmod 755 "$WORK/bin/dnsmasq"
PATH=$WORK/bin:$PATH "$WIREROOT" lab up "$WORK/started" 2> "$WORK/started.log" &
starting=$!
disown
read -r line < "$WORK/started.fifo"
processes=$(processes_of "$WORK/started")
supervisor=$(supervisor_among $processes)
kill -KILL "$starting"
wait_for_end_of "$supervisor"
check "a lab whose start is killed leaves nothing" is_gone "$WORK/started" $processes

sleep 3600 &
tied=$!
disown
check "a lab tied to another process comes up" up_here "$WORK/tied" --tie-to "$tied"
processes=$(processes_of "$WORK/tied")
supervisor=$(supervisor_among $processes)
kill -KILL "$tied"
wait_for_end_of "$supervisor"
check "it ends with that process" is_gone "$WORK/tied" $processes

check "the machine has no link more than before" [ "$(ip -o link | wc -l)" -eq "$links_before" ]
check_not "the first lab's servers go on" grep -w off <(lab status)
finish
