# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the benchmarks share. For scripts that `set -euo pipefail`.
#
#   say WORDS          what is being done: one line on a terminal, lines elsewhere
#   end_line           ends that line
#   fail LINE...       says why there is no result, and ends
#   attended COMMAND   runs it so that a signal need not wait for its end; its number is in $child
#   seconds_between FROM TO

child=

say()
{
	if [ -t 2 ]; then
		printf '\r\033[K%s' "$*" >&2
	else
		printf '%s\n' "$*" >&2
	fi
}

end_line()
{
	if [ -t 2 ]; then
		echo >&2
	fi
}

fail()
{
	end_line
	printf 'bench: %s\n' "$@" >&2
	exit 1
}

attended()
{
	"$@" &
	child=$!
	wait "$child"
}

seconds_between()
{
	awk -v from="$1" -v to="$2" 'BEGIN { printf "%.3f\n", to - from }'
}
