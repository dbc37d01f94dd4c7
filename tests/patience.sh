# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# How tests wait for what others do in their own time; sourced by tests/boot/lib.sh and
# tests/integration/tap.sh. A limit is there to end a test that hangs, not to judge: the machine may be
# doing ten other things.
#
#   limit SECONDS     prints how long to wait for what takes that long on a machine that does nothing
#                     else: WIREROOT_PATIENCE times (3), and five minutes at least
#   retry SECONDS COMMAND...        until the command succeeds. For states that can only be asked for, such
#                                   as wirerootd's; five times a second at most
#   await_line SECONDS FILE REGEX   until a line of the file matches, from its first one on

PATIENCE=${WIREROOT_PATIENCE:-3}
LEAST_SECONDS=300

limit()
{
	local seconds=$(($1 * PATIENCE))
	echo $((seconds > LEAST_SECONDS ? seconds : LEAST_SECONDS))
}

retry()
{
	local end=$((SECONDS + $(limit "$1")))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

await_line()
{
	timeout "$(limit "$1")" grep -qm1 -E -- "$3" <(exec tail -n +1 -F --pid=$$ "$2" 2> /dev/null)
}
