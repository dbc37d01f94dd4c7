# SPDX-License-Identifier: GPL-2.0-only
# storage.json → the table that people read. Raw text (jq -r).

include "lib";

def cell: "\(.median | fixed(2)) (\(.min | fixed(2))–\(.max | fixed(2)))";
def seconds: if . then fixed(1) else "-" end;

"Benchmark of clones of golden volumes: seconds, median (min–max)",
"machine   \(.machine.cpu), \(.machine.cores) cores, kernel \(.machine.kernel); load before \(.machine.load_before), after \(.machine.load_after)",
"",
. as $all |
(.seconds | to_entries[] | .key as $key | .value |
	"\($key): " + (.clone | to_entries | map("\(.key) \(.value | cell)") | join(", ")) + ", of \(.rounds)",
	(if .bare then "  in a virtual machine; a plain lvcreate --snapshot there: " +
		(.bare | to_entries | map("\(.key) \(.value | cell)") | join(", ")),
		"  a clone of 2G takes \($all.of_bare[$key] | fixed(2)) times as long, and \(.commands) commands of LVM"
	 else empty end),
	"  \(.processes) by as many processes at once: \(.parallel | seconds) s; \(.many) by one command: \(.one_command | seconds) s; golden volumes took " +
		(.golden | to_entries | map("\(.key) \(.value | fixed(1)) s") | join(", "))),
"",
verdicts,
(.goals[] | "  " + verdict +
	(.name | pad_right(56)) + (.value | if . == null then "–" else fixed(3) end | pad(10)) + " \(.unit)  ≤ \(.limit)")
