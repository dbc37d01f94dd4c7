# SPDX-License-Identifier: GPL-2.0-only
# image_write.json → the table that people read. Raw text (jq -r).

def pad($width): tostring | " " * ([$width - length, 0] | max) + .;
def pad_right($width): tostring | . + " " * ([$width - length, 0] | max);

# A number with @digits digits behind the point.
def fixed($digits): pow(10; $digits) as $unit |
	(. * $unit | round) as $all |
	($all / $unit | floor | tostring) + "." +
		($all % $unit | tostring | "0" * ($digits - length) + .);

def cell: "\(.median | fixed(2)) (\(.min | fixed(2))–\(.max | fixed(2)))";

"Benchmark of writing an image of \(.image.bytes / 1048576 | round) MiB, \(.image.files) files: seconds, median (min–max)",
"machine   \(.machine.cpu), \(.machine.cores) cores, kernel \(.machine.kernel); load before \(.machine.load_before), after \(.machine.load_after)",
"",
("" | pad_right(10)) + (["image write", "from archive", "tar -x", "whole tar", "cp -a"] | map(pad(24)) | join("")),
(.seconds | to_entries[] | (.key | pad_right(10)) +
	([.value.write, .value.archive, .value.tar, .value.whole_tar, .value.cp] | map(cell | pad(24)) | join(""))),
"",
"Goals: \(.goals | map(select(.met)) | length) of \(.goals | length) met",
(.goals[] | "  " + (if .met then "met     " else "NOT MET " end) + (.name | pad_right(50)) +
	(.value | fixed(3) | pad(12)) + "  ≥ \(.limit)")
