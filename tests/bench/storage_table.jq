# SPDX-License-Identifier: GPL-2.0-only
# storage.json → the table that people read. Raw text (jq -r).

def pad($width): tostring | " " * ([$width - length, 0] | max) + .;
def pad_right($width): tostring | . + " " * ([$width - length, 0] | max);

# A number with @digits digits behind the point.
def fixed($digits): pow(10; $digits) as $unit |
	(. * $unit | round) as $all |
	($all / $unit | floor | tostring) + "." +
		($all % $unit | tostring | "0" * ($digits - length) + .);

def cell: "\(.median | fixed(2)) (\(.min | fixed(2))–\(.max | fixed(2)))";
def seconds: if . then fixed(1) else "-" end;

"Benchmark of clones of golden volumes: seconds, median (min–max) of \(.rounds)",
"machine   \(.machine.cpu), \(.machine.cores) cores, kernel \(.machine.kernel); load before \(.machine.load_before), after \(.machine.load_after)",
"",
(.seconds | to_entries[] | .key as $key | .value |
	"\($key): " + (.clone | to_entries | map("\(.key) \(.value | cell)") | join(", ")),
	"  many at once: \(.parallel | seconds) s by as many processes, \(.one_command | seconds) s by one command; golden volumes took " +
		(.golden | to_entries | map("\(.key) \(.value | fixed(1)) s") | join(", "))),
"",
"Goals: \(.goals | map(select(.met)) | length) of \(.goals | length) met",
(.goals[] | "  " + (if .met then "met     " else "NOT MET " end) + (.name | pad_right(56)) +
	(.value | fixed(3) | pad(10)) + " \(.unit)  ≤ \(.limit)")
