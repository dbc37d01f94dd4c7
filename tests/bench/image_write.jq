# SPDX-License-Identifier: GPL-2.0-only
# The samples of writing images → image_write.json. Input: the list of all samples
# {file_system, figure (the way), value (seconds)}; $-variables say how they were taken.

include "lib";

# Speeds, so that more is better: how fast $way is, of how fast tar is.
def ratio($way): .tar.median / .[$way].median | rounded;

(group_by(.file_system) | map({(.[0].file_system):
	(group_by(.figure) | map({(.[0].figure): spread}) | add)}) | add) as $figures |
{
	machine: {cpu: $cpu, cores: $cores, kernel: $host_kernel,
		load_before: $load_before, load_after: $load_after},
	rounds: $rounds,
	image: {bytes: $bytes, files: $files},
	seconds: $figures,
	speed_of_tar: ($figures | map_values({write: ratio("write"), archive: ratio("archive"),
		cp: ratio("cp"), whole_tar: ratio("whole_tar")})),
	goals: ($figures | to_entries | map(goal("image write, \(.key), against the speed of tar -x";
		(.value | ratio("write")); 0.8; "ratio"; "higher")))
}
