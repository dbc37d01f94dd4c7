#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever way a lab ends, nothing of it is left but files, and other labs go on.
. "$(dirname "$0")/lib.sh"

# Processes of the lab in directory $1, as anybody sees them: those in its PID namespace.
processes_in()
{
	local namespace=$1 process
	for process in /proc/[0-9]*; do
		[ "$(readlink "$process/ns/pid" 2> /dev/null)" = "$namespace" ] && echo "$process"
	done
}

namespace_of()
{
	"$WIREROOT" lab exec "$1" -- readlink /proc/self/ns/pid
}

# Is nothing left of the lab in directory $1, whose PID namespace was $2?
is_gone()
{
	[ -z "$(processes_in "$2")" ] && ! grep -q "$1" /proc/mounts &&
		! "$WIREROOT" lab status "$1" 2> /dev/null
}

powered_on()
{
	"$WIREROOT" lab boot "$1" n01 --direct --kernel "$KERNEL" --memory 256 \
		--accel "${WIREROOT_ACCEL:-tcg}" --append "panic=0" --nic virtio --nic e1000e,off
}

# The pid of the process that holds the lock, which is the supervisor.
supervisor_of()
{
	local process
	for process in $(processes_in "$(namespace_of "$1")"); do
		grep -q '^NSpid:.*[[:space:]]1$' "$process/status" && basename "$process"
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
check "a lab in use is not started twice" eval '! up_here "$WORK/killed"'
check "a node runs in it" powered_on "$WORK/killed"
namespace=$(namespace_of "$WORK/killed")
supervisor=$(supervisor_of "$WORK/killed")
check "servers and node are in its namespace" \
	[ "$(processes_in "$namespace" | wc -l)" -ge 6 ]
kill -KILL "$supervisor"
wait_for_end_of "$supervisor"
check "a supervisor's death by SIGKILL ends everything" is_gone "$WORK/killed" "$namespace"
check "a lab comes up again in the same directory" up_here "$WORK/killed" --tie-to $$
namespace=$(namespace_of "$WORK/killed")
check "it is ended in order" "$WIREROOT" lab down "$WORK/killed"
check "and nothing is left" is_gone "$WORK/killed" "$namespace"

"$WIREROOT" lab up "$WORK/front" --foreground > "$WORK/front.log" 2>&1 &
front=$!
until grep -q 'is up' "$WORK/front.log"; do
	# No event to wait for in a shell: a line in a file of another process.
	read -rt 0.05 < <(:) || kill -0 "$front" || break
done
namespace=$(namespace_of "$WORK/front")
supervisor=$(supervisor_of "$WORK/front")
kill -KILL "$front"
wait_for_end_of "$supervisor"
check "a lab in the foreground ends when its command is killed" is_gone "$WORK/front" "$namespace"

sleep 3600 &
tied=$!
check "a lab tied to another process comes up" up_here "$WORK/tied" --tie-to "$tied"
namespace=$(namespace_of "$WORK/tied")
supervisor=$(supervisor_of "$WORK/tied")
kill -KILL "$tied"
wait_for_end_of "$supervisor"
check "it ends with that process" is_gone "$WORK/tied" "$namespace"

check "the machine has no link more than before" [ "$(ip -o link | wc -l)" -eq "$links_before" ]
check "the first lab's servers go on" eval '! lab status | grep off'
finish
