# SPDX-License-Identifier: GPL-2.0-only
# image_write.json → the table that people read. Raw text (jq -r).

include "lib";

def cell: "\(.median | fixed(2)) (\(.min | fixed(2))–\(.max | fixed(2)))";

"Benchmark of writing an image of \(.image.bytes / 1048576 | round) MiB, \(.image.files) files: seconds, median (min–max)",
"machine   \(.machine.cpu), \(.machine.cores) cores, kernel \(.machine.kernel); load before \(.machine.load_before), after \(.machine.load_after)",
"",
("" | pad_right(10)) + (["image write", "from archive", "tar -x", "whole tar", "cp -a"] | map(pad(24)) | join("")),
(.seconds | to_entries[] | (.key | pad_right(10)) +
	([.value.write, .value.archive, .value.tar, .value.whole_tar, .value.cp] | map(cell | pad(24)) | join(""))),
"",
verdicts,
(.goals[] | "  " + verdict + (.name | pad_right(50)) +
	(.value | fixed(3) | pad(12)) + "  ≥ \(.limit)")
