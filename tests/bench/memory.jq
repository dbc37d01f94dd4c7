# SPDX-License-Identifier: GPL-2.0-only
# The samples of memory.sh → memory.json. Input: the list of all samples {swap, figure, data, block,
# value}; $-variables say how they were taken, $broker is the broker's own benchmark's result or null.

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

map(select(.data > 0 and (.figure | IN(patterns[])))) as $accesses |
($accesses | map(select(.block == 1024)) | curve("data")) as $by_data |
($accesses | map(select(.data == $fixed)) | curve("block")) as $by_block |
(map(select(.data == 0)) | group_by(.figure) | map({(.[0].figure): spread}) | add) as $others |
# Where the data do not fit, at blocks of 1 KiB.
($by_data | map(select(.data > $memory_bytes))) as $swapping |
($others | if .crypt_below and .crypt_mapping
	then (.crypt_mapping.median / .crypt_below.median | rounded) else null end) as $crypt |
($others | if .give_back_bare_s and .give_back_prefetch_s
	then (.give_back_bare_s.median / .give_back_prefetch_s.median | rounded) else null end) as $give_back |
{
	machine: {cpu: $cpu, cores: $cores, kernel: $host_kernel,
		load_before: $load_before, load_after: $load_after},
	node: {kernel: $kernel, memory_bytes: $memory_bytes},
	rounds: $rounds, seconds_each: $seconds,
	disk: {rate: 80000000, seek_ms: 1, full_seek_ms: 17, capacity: 160000000000, rpm: 7200},
	by_data: $by_data, by_block: $by_block,
	others: $others,
	crypt_speed_of_plain: $crypt,
	give_back: {data_mib: $give_back_mib, live_per_cent: $live, speed_of_swapoff: $give_back,
		lender_s_per_gib: ($others | if .give_back_lender_s and .give_back_bytes
			then (.give_back_lender_s.median * 1073741824 / .give_back_bytes.median | rounded)
			else null end)},
	broker: $broker,
	goals: ([
		goal("sequential read, remote memory against disk, least of all sizes";
			($swapping | map(.["sequential-read"].ratio) | min); 3; "ratio"; "higher"),
		goal("random read, remote memory against disk, least of all sizes";
			($swapping | map(.["random-read"].ratio) | min); 15; "ratio"; "higher"),
		goal("attach, from request to swapon"; $others.attach_ms.median; 300; "ms"; "lower"),
		goal("memory back at the lender within 10 s, of what was freed";
			$others.returned_ratio.median; 0.95; "ratio"; "higher"),
		goal("giving back what is partly live, against swapoff alone"; $give_back; 5; "ratio"; "higher")
	] + ($broker.goals // []))
}
