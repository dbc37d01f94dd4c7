# SPDX-License-Identifier: GPL-2.0-only
# The samples of the definition's benchmark → generate.json. Input: the list of all samples
# {nodes, figure, value}; $-variables say how they were taken.

include "lib";

# How much longer than ten times as long ten times as many nodes take.
def growth($small; $large; $figure):
	if $small and $large then ($large[$figure].median / ($small[$figure].median * 10)) | rounded
	else null end;

(group_by(.nodes) | map({(.[0].nodes | tostring): figures}) | add) as $sizes |
$sizes["10000"] as $small | $sizes["100000"] as $large |
{
	machine: {cpu: $cpu, cores: $cores, kernel: $host_kernel, filesystem: $filesystem,
		load_before: $load_before, load_after: $load_after},
	kernel: $kernel,
	rounds: $rounds,
	sizes: $sizes,
	growth: (["check_s", "plan_s", "apply_s", "change_s", "disk_bytes", "peak_kib"] |
		map({(.): growth($small; $large; .)}) | add),
	goals: [
		goal("check, 10,000 nodes"; $small.check_s.median; 1; "s"),
		goal("first plan and apply, 10,000 nodes";
			(if $small then $small.plan_s.median + $small.apply_s.median | rounded
			 else null end); 5; "s"),
		goal("apply after a change of one node"; $small.change_s.median; 0.5; "s"),
		goal("files written for it"; $small.rewritten.max; 1; "files"),
		goal("disk, 10,000 nodes"; $small.disk_bytes.median; 60000000; "B"),
		goal("peak memory, 10,000 nodes"; $small.peak_kib.max; 307200; "KiB"),
		goal("growth of check to 100,000 nodes, of ten times";
			growth($small; $large; "check_s"); 1.25; "ratio"),
		goal("growth of the first apply"; growth($small; $large; "apply_s"); 1.25; "ratio"),
		goal("growth of a change of one node"; growth($small; $large; "change_s"); 1.25;
			"ratio")
	]
}
