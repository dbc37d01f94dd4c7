# SPDX-License-Identifier: GPL-2.0-only
# The samples of storage.sh → storage.json. Input: the list of all samples {back_end, size, what,
# seconds}; $-variables say how they were taken.

def median: sort | if length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def spread: map(.seconds) | {min: min, median: median, max: max, samples: length};

def rounded: . * 1000 | round / 1000;

# The most that the median differs between sizes, as a ratio. A tenth of a second is no difference.
def growth: [.clone[].median] | if length > 1 then max / min | rounded else 1 end;

def goal($name; $value; $limit; $unit): {name: $name, value: ($value | rounded), limit: $limit,
	unit: $unit, met: ($value <= $limit)};

(group_by(.back_end) | map({(.[0].back_end): {
	clone: (map(select(.what == "clone")) | group_by(.size) | map({(.[0].size): spread}) | add),
	golden: (map(select(.what == "golden")) | map({(.size): .seconds}) | add),
	parallel: (map(select(.what == "parallel")) | .[0].seconds),
	one_command: (map(select(.what == "one-command")) | .[0].seconds)}}) | add) as $figures |
{
	machine: {cpu: $cpu, cores: $cores, kernel: $host_kernel,
		load_before: $load_before, load_after: $load_after},
	rounds: $rounds, many: $many,
	seconds: $figures,
	goals: [$figures | to_entries[] | .key as $key | .value |
		([.clone[].median] | max - min) as $spread |
		(if .clone["2G"] then goal("clone of a 2 GB golden volume, \($key)";
			.clone["2G"].median; 1; "s") else empty end),
		(goal("clone, slowest against fastest size, \($key)"; growth; 1.5; "ratio") |
			.met = (.met or $spread <= 0.1)),
		(if .parallel then goal("\($many) clones in parallel, \($key)"; .parallel; 30; "s")
			else empty end)]
}
