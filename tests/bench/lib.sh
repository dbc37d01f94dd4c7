# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the benchmarks share. For scripts that `set -euo pipefail`.
#
#   say WORDS          what is being done: one line on a terminal, lines elsewhere
#   end_line           ends that line
#   fail LINE...       says why there is no result, and ends
#   attended COMMAND   runs it so that a signal need not wait for its end; its number is in $child
#   seconds_between FROM TO
#   need_root WHY      fails, saying WHY, unless root runs it and $WIREROOT is built
#   sample WHO FIGURE VALUE   adds a sample to $SAMPLES; $SAMPLE_OF says what WHO is: an initrd, a client
#   report NAME WORDS  makes $OUTPUT/NAME.json of $SAMPLES by NAME.jq, which gets the jq(1) WORDS and the
#                      machine, and prints it by NAME_table.jq
#   clean_up_at_end    whatever ends the script, ends what is attended, and the lab in $LAB

WIREROOT=$PWD/build/wireroot
LOAD_BEFORE=$(cut -d ' ' -f 1-3 /proc/loadavg)
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

need_root()
{
	[ "$(id -u)" -eq 0 ] || fail "this needs root: $1"
	[ -x "$WIREROOT" ] || fail "there is no build/wireroot; run make first"
}

sample()
{
	printf '{"%s":"%s","figure":"%s","value":%s}\n' "$SAMPLE_OF" "$1" "$2" "$3" >> "$SAMPLES"
}

report()
{
	local name=$1
	shift
	jq -s --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		--argjson cores "$(nproc)" --arg host_kernel "$(uname -r)" \
		--arg load_before "$LOAD_BEFORE" --arg load_after "$(cut -d ' ' -f 1-3 /proc/loadavg)" \
		-L tests/bench "$@" -f "tests/bench/$name.jq" "$SAMPLES" > "$OUTPUT/$name.json.new"
	mv "$OUTPUT/$name.json.new" "$OUTPUT/$name.json"
	jq -r -L tests/bench -f "tests/bench/${name}_table.jq" "$OUTPUT/$name.json"
	echo
	echo "All of it: $OUTPUT/$name.json"
}

# A lab ends with the script in any case; this is the quick and orderly way.
clean_up()
{
	if [ -n "$child" ]; then
		kill "$child" 2> /dev/null || true
	fi
	if [ -d "$LAB/run" ]; then
		"$WIREROOT" lab down "$LAB" 2> /dev/null || true
	fi
}

clean_up_at_end()
{
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}
