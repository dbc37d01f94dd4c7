# SPDX-License-Identifier: GPL-2.0-only
# The samples of memory.sh → memory.json. Input: the list of all samples {swap, figure, data, block,
# value, clock, processors}; $-variables say how they were taken, $broker is the broker's own benchmark's result or null.

include "lib";

def patterns: ["sequential-read", "random-read", "sequential-write", "random-write"];

# Bytes per second of every pattern by disk and remote memory, and how much faster the second is.
def point: (group_by(.figure) | map({(.[0].figure): (group_by(.swap) |
		map({(.[0].swap): spread}) | add)}) | add) |
	with_entries(select(.value.disk and .value.remote) |
		.value.ratio = (.value.remote.median / .value.disk.median | rounded) |
		if .value.instant then
			.value.bound = (.value.instant.median / .value.disk.median | rounded) else . end);

def curve($x): group_by(.[$x]) | map({($x): .[0][$x]} + point);

def ratio_of($figures; $above; $below):
	if $figures[$above] and $figures[$below]
	then ($figures[$above].median / $figures[$below].median | rounded) else null end;

# What was measured by one clock. Input: its samples.
def result: map(select(.data > 0 and (.figure | IN(patterns[])))) as $accesses |
	($accesses | map(select(.block == 1024)) | curve("data")) as $by_data |
	($accesses | map(select(.data == $fixed)) | curve("block")) as $by_block |
	map(select(.data == 0)) as $others |
	($others | map(select(.processors == 1)) | figures) as $figures |
	{
		by_data: $by_data, by_block: $by_block, others: $figures,
		crypt_speed_of_plain: ratio_of($figures; "crypt_mapping"; "crypt_below"),
		give_back: ($others | map(select(.figure | startswith("give_back"))) |
			group_by(.processors) | map({processors: .[0].processors} + (figures | . +
			{speed_of_swapoff: ratio_of(.; "give_back_bare_s"; "give_back_prefetch_s"),
			lender_s_per_gib: (if .give_back_lender_s then (.give_back_lender_s.median * 1073741824 /
				.give_back_bytes.median | rounded) else null end)})))
	};

# The least ratio where the data do not fit, at blocks of 1 KiB.
def least($pattern): .by_data | map(select(.data > $memory_bytes) | .[$pattern].ratio) | min;

# How many instructions of the node's this machine does in a nanosecond, by pace.c: nanoseconds by the
# counted clock, each of which is one, against the machine's.
def pace: [.[] | select(.figure | startswith("pace_"))] | group_by(.figure) | map(
	{what: .[0].figure[5:], node: map(select(.clock == "counted")), machine: map(select(.clock == "machine"))} |
	select((.node | length > 0) and (.machine | length > 0)) |
	{what, instructions: (.node | spread.median), machine_ns: (.machine | spread.median)} |
	.instructions_per_ns = (.instructions / .machine_ns | rounded));

pace as $pace |
(map(select(.clock == "counted")) | result) as $counted |
(map(select(.clock == "plain")) | result) as $plain |
[{clock: "counted", result: $counted}, {clock: "plain", result: $plain}] as $clocks |
{
	machine: {cpu: $cpu, cores: $cores, kernel: $host_kernel,
		load_before: $load_before, load_after: $load_after},
	node: {kernel: $kernel, memory_bytes: $memory_bytes},
	counted_clock: {instructions_per_ns: $rate, held_up_us_at_most: $answer_us, machine: $pace},
	rounds: $rounds, seconds_each_undivided: $seconds,
	disk: {rate: 80000000, seek_ms: 1, full_seek_ms: 17, capacity: 160000000000, rpm: 7200},
	give_back: {data_mib: $give_back_mib, live_per_cent: $live},
	counted: $counted, plain: $plain,
	broker: $broker,
	goals: ([
		($clocks[] |
			goal("\(.clock) clock: sequential read, remote memory against disk, least of all sizes at 1 KiB";
				(.result | least("sequential-read")); 3; "ratio"; "higher"),
			goal("\(.clock) clock: random read, remote memory against disk, least of all sizes at 1 KiB";
				(.result | least("random-read")); 15; "ratio"; "higher")),
		goal("attach, from request to swapon, plain clock"; $plain.others.attach_ms.median; 300; "ms"; "lower"),
		goal("memory back at the lender within 10 s, of what was freed, plain clock";
			$plain.others.returned_ratio.median; 0.95; "ratio"; "higher"),
		($clocks[] | .clock as $clock | .result.give_back[] |
			goal("giving back against swapoff alone, \($clock) clock, processors: \(.processors)";
			.speed_of_swapoff; 5; "ratio"; "higher"))
	] + ($broker.goals // []))
}
