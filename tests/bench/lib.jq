# SPDX-License-Identifier: GPL-2.0-only
# What the benchmarks' NAME.jq and NAME_table.jq share.

# --- of samples {figure, value} ---

def median: sort | if length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def spread: map(.value) | {min: min, median: median, max: max, samples: length};

def figures: group_by(.figure) | map({(.[0].figure): spread}) | add;

# Three digits behind the point are more than the measurement has.
def rounded: . * 1000 | round / 1000;

# met is null where the value was not measured; better is "lower" or "higher".
def goal($name; $value; $limit; $unit; $better):
	{name: $name, value: $value, limit: $limit, unit: $unit, better: $better,
	 met: (if $value == null then null
		elif $better == "lower" then $value <= $limit else $value >= $limit end)};
def goal($name; $value; $limit; $unit): goal($name; $value; $limit; $unit; "lower");

# --- of tables ---

def pad($width): tostring | " " * ([$width - length, 0] | max) + .;
def pad_right($width): tostring | . + " " * ([$width - length, 0] | max);

# A number with @digits digits behind the point.
def fixed($digits): pow(10; $digits) as $unit |
	(. * $unit | round) as $all |
	if $digits == 0 then $all | tostring
	else ($all / $unit | floor | tostring) + "." +
		($all % $unit | tostring | "0" * ($digits - length) + .) end;

def grouped: fixed(0) | [while(length > 0; .[:-3])] | map(.[-3:]) | reverse | join(" ");

# Of a goal.
def verdict: if .met == null then "unknown " elif .met then "met     " else "NOT MET " end;
def verdicts: "Goals: \(.goals | map(select(.met == true)) | length) of \(.goals | length) met";
