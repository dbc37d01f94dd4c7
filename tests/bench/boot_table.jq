# SPDX-License-Identifier: GPL-2.0-only
# boot.json → the table that people read. Raw text (jq -r).

include "lib";

def value($unit): if . == null then "–" elif $unit == "B" then grouped else fixed(2) end;

def cell($unit): if . == null then "–"
	elif .min == .max then .median | value($unit)
	else "\(.median | value($unit)) (\(.min | value($unit))–\(.max | value($unit)))" end;

def row($all; $name; $figure; $unit):
	["wireroot", "initramfs-tools", "dracut"] | map($all.initrds[.][$figure] | cell($unit)) |
	($name | pad_right(31)) + (map(pad(24)) | join(""));

def ratio_row($all; $name; $figure):
	["initramfs-tools", "dracut"] | map($all.ratios[.][$figure] // null |
		if . == null then "–" else fixed(3) end) |
	($name | pad_right(31)) + ("" | pad(24)) + (map(pad(24)) | join(""));

. as $all |
"Boot benchmark: median (min–max) of \(.rounds) boots and \(.build_rounds) builds each, in turn",
"node      \(.node.cpus) processors, \(.node.memory_mib) MiB, one virtio NIC, kernel \(.node.kernel), QEMU -accel \(.machine.accel)",
"machine   \(.machine.cpu), \(.machine.cores) cores, kernel \(.machine.kernel); load before \(.machine.load_before), after \(.machine.load_after)",
"arguments \(.node.arguments)",
"method    times by the kernel\u0027s log in the guest: its line about running /init, and a line logged by",
"          the second stage, a tiny static program, before anything else; loading is not in them.",
"          Warm builds: ours reuses modules that it has compressed before; \u0027uncached\u0027 is without that.",
"          initramfs-tools cannot mount NFSv4; the others took what they found.",
"",
("" | pad_right(31)) + (["wireroot", "initramfs-tools", "dracut"] | map(pad(24)) | join("")),
("NFS" | pad_right(31)) + (["wireroot", "initramfs-tools", "dracut"] |
	map($all.nfs[.] // "–" | pad(24)) | join("")),
row($all; "initrd, bytes"; "initrd_bytes"; "B"),
row($all; "unpacked, bytes"; "unpacked_bytes"; "B"),
row($all; "all wired NICs, bytes"; "wired_initrd_bytes"; "B"),
row($all; "build, s"; "build_s"; "s"),
row($all; "build uncached, s"; "build_uncached_s"; "s"),
row($all; "kernel start → /init, s"; "init_s"; "s"),
row($all; "/init → second stage, s"; "initrd_s"; "s"),
row($all; "kernel start → second stage, s"; "second_stage_s"; "s"),
"",
"wireroot\u0027s figure divided by theirs",
ratio_row($all; "initrd, bytes"; "initrd_bytes"),
ratio_row($all; "unpacked, bytes"; "unpacked_bytes"),
ratio_row($all; "build, s"; "build_s"),
ratio_row($all; "kernel start → /init, s"; "init_s"),
ratio_row($all; "/init → second stage, s"; "initrd_s"),
ratio_row($all; "kernel start → second stage, s"; "second_stage_s"),
"",
verdicts,
(.goals[] | .unit as $unit |
	"  " + verdict + (.name | pad_right(52)) +
	(if $unit == "ratio" then (.value | if . == null then "–" else fixed(3) end)
	 else .value | value($unit) end | pad(10)) + "  ≤ " +
	(.limit | if . >= 1000 then grouped else tostring end) +
	(if $unit == "ratio" then "" else " " + $unit end))
