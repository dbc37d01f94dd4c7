# SPDX-License-Identifier: GPL-2.0-only
# The samples of storage.sh → storage.json. Input: the list of all samples {back_end, size, what,
# value: seconds}, and {back_end, what: "commands", value}; $-variables say how they were taken.

include "lib";

# The most that the median differs between sizes, as a ratio. A tenth of a second is no difference.
def growth: [.clone[].median] | if length > 1 then max / min | rounded else 1 end;

def by_size($what): map(select(.what == $what)) | group_by(.size) | map({(.[0].size): spread}) | add;

def emulated: . == "lvm-thin";

(group_by(.back_end) | map({(.[0].back_end): {
	rounds: (if .[0].back_end | emulated then $guest_rounds else $rounds end),
	many: $many,
	processes: (if .[0].back_end | emulated then $guest_processes else $processes end),
	clone: by_size("clone"),
	bare: by_size("bare"),
	commands: (map(select(.what == "commands")) | .[0].value),
	golden: (map(select(.what == "golden")) | map({(.size): .value}) | add),
	parallel: (map(select(.what == "parallel")) | .[0].value),
	one_command: (map(select(.what == "one-command")) | .[0].value)}}) | add) as $figures |
{
	machine: {cpu: $cpu, cores: $cores, kernel: $host_kernel,
		load_before: $load_before, load_after: $load_after},
	seconds: $figures,
	# A clone of 2 GB against the snapshot that is in it.
	of_bare: ($figures | map_values(if .bare then .clone["2G"].median / .bare["2G"].median | rounded
		else null end)),
	goals: [$figures | to_entries[] |
		(.key + if .key | emulated then ", emulated" else "" end) as $key | .value |
		([.clone[].median] | max - min) as $spread |
		(if .clone["2G"] then goal("clone of a 2 GB golden volume, \($key)";
			.clone["2G"].median | rounded; 1; "s") else empty end),
		(goal("clone, slowest against fastest size, \($key)"; growth; 1.5; "ratio") |
			.met = (.met or $spread <= 0.1)),
		(if .parallel and .processes == 100 then goal("100 clones by 100 processes, \($key)";
			.parallel; 30; "s") else empty end),
		(if .one_command then goal("100 clones by one command, \($key)";
			if .many == 100 then .one_command else null end; 30; "s") else empty end)]
}
