# SPDX-License-Identifier: GPL-2.0-only
# generate.json → the table that people read. Raw text (jq -r).

include "lib";

def value($unit): if . == null then "–" elif $unit == "s" or $unit == "ratio" then fixed(3)
	else grouped end;

def cell($unit): if . == null then "–"
	elif .min == .max then .median | value($unit)
	else "\(.median | value($unit)) (\(.min | value($unit))–\(.max | value($unit)))" end;

def row($all; $name; $figure; $unit):
	($name | pad_right(36)) +
	($all.sizes | to_entries | sort_by(.key | tonumber) |
	 map(.value[$figure] | cell($unit) | pad(30)) | join(""));

. as $all |
"Benchmark of the definition: median (min–max)",
"machine   \(.machine.cpu), \(.machine.cores) cores, kernel \(.machine.kernel), \(.machine.filesystem); load before \(.machine.load_before), after \(.machine.load_after)",
"method    one profile, drivers of one NIC, no discovery image; services are not told. Cold: after",
"          the page cache was dropped. Times with other load on the machine say little.",
"",
("nodes" | pad_right(36)) +
	(.sizes | keys | sort_by(tonumber) | map(tonumber | grouped | pad(30)) | join("")),
row($all; "building base images, once, s"; "build_s"; "s"),
row($all; "check, s"; "check_s"; "s"),
row($all; "check, cold, s"; "check_cold_s"; "s"),
row($all; "first plan, s"; "plan_s"; "s"),
row($all; "first apply, s"; "apply_s"; "s"),
row($all; "apply after a change of one node, s"; "change_s"; "s"),
row($all; "the same, cold, s"; "change_cold_s"; "s"),
row($all; "rollback, s"; "rollback_s"; "s"),
row($all; "files written for the change"; "rewritten"; "files"),
row($all; "disk, bytes"; "disk_bytes"; "B"),
row($all; "disk with a range, bytes"; "disk_range_bytes"; "B"),
row($all; "disk with own words for each, bytes"; "disk_append_bytes"; "B"),
row($all; "of it kernel and base images"; "shared_bytes"; "B"),
row($all; "a second generation, bytes"; "generation_bytes"; "B"),
row($all; "peak memory, KiB"; "peak_kib"; "KiB"),
row($all; "peak of building base images, KiB"; "build_peak_kib"; "KiB"),
"",
verdicts,
(.goals[] | .unit as $unit |
	"  " + verdict +
	(.name | pad_right(50)) + (.value | value($unit) | pad(12)) + "  ≤ " +
	(.limit | if . >= 1000 then grouped else tostring end) +
	(if $unit == "ratio" then "" else " " + $unit end))
