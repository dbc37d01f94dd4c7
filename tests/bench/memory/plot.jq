# SPDX-License-Identifier: GPL-2.0-only
# memory.json → the lines that plot.gp draws, of what the counted clock measured, by $x (data or block); jq -r.

def size: if . >= 1048576 then "\(. / 1048576 | floor)Mi" elif . >= 1024 then "\(. / 1024 | floor)Ki"
	else tostring end;

(.counted | if $x == "data" then .by_data else .by_block end)[] | . as $point |
([.[$x]] + (["sequential-read", "random-read", "sequential-write", "random-write"] |
	map($point[.] | .disk.median, .remote.median)) + [.[$x] | size]) | map(tostring) | join(" ")
