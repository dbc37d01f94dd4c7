# SPDX-License-Identifier: GPL-2.0-only
# memory.json → the table that people read. Raw text (jq -r).

include "lib";

def mega: . / 1e6 | fixed(2);

def patterns: ["sequential-read", "random-read", "sequential-write", "random-write"];

def cell: if . then "\(.disk.median | mega) → \(.remote.median | mega) (\(.ratio))" else "–" end;

def rows($x): .[] | . as $point | (.[$x] | pad(12)) +
	(patterns | map($point[.] | cell | pad(28)) | join(""));

def head($what): ($what | pad(12)) + (patterns | map(pad(28)) | join(""));

"Benchmark of lent memory: MB/s, local disk → remote memory (ratio), medians of \(.rounds) rounds",
"machine   \(.machine.cpu), \(.machine.cores) cores, kernel \(.machine.kernel); load before \(.machine.load_before), after \(.machine.load_after)",
"node      kernel \(.node.kernel), \(.node.memory_bytes / 1048576 | round) MiB of memory",
"counted   \(.counted_clock.instructions_per_ns) instructions in a nanosecond; this machine: " +
	(.counted_clock.machine | map("\(.instructions_per_ns) (\(.what))") | join(", ")) +
	"; an answer to ping: \(.counted.others.answer_ms.median // "–") ms; a read of 4 KiB: " +
	"\(.counted.others.request_4096_us.median // "–") µs, of 128 KiB: \(.counted.others.request_131072_us.median // "–") µs",
"",
(("counted", "plain") as $clock | .[$clock] |
	"by the \($clock) clock", "",
	head("data"), (.by_data | rows("data")),
	"",
	(if .by_block == [] or $clock == "plain" then empty else head("block"), (.by_block | rows("block")), "" end),
	"a disk that takes no time (bound of the emulated processor), of the local disk's speed: " +
		([.by_data[] | select(.["random-read"].bound) | .["sequential-read", "random-read"].bound | tostring] |
			join(", ") | if . == "" then "–" else . end) + " (sequential, random read)",
	(if .others.attach_ms then "attach: \(.others.attach_ms.median) ms" else empty end),
	"back at the lender: \(.others.returned_ratio.median // "–") of what was freed",
	(.give_back[] | "giving back, processors: \(.processors): \(.speed_of_swapoff // "–") of the speed of swapoff alone" +
		(if .lender_s_per_gib then "; \(.lender_s_per_gib) s of the lender's processors for each GiB that comes back"
			else "" end)),
	(.crypt_speed_of_plain // empty | "dm-crypt: reads at \(.) of the speed without"),
	""),
verdicts,
(.goals[] | "  " + verdict + (.name | pad_right(92)) + (.value // "–" | tostring | pad(12)) + " " + .unit +
	(if .better == "lower" then "  ≤ " else "  ≥ " end) + (.limit | tostring))
