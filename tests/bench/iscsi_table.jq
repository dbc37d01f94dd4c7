# SPDX-License-Identifier: GPL-2.0-only
# iscsi.json → the table that people read. Raw text (jq -r).

include "lib";

def value($unit): if . == null then "–" elif $unit == "B" then grouped else fixed(3) end;

def cell($unit): if . == null then "–"
	elif .min == .max then .median | value($unit)
	else "\(.median | value($unit)) (\(.min | value($unit))–\(.max | value($unit)))" end;

def clients: ["wireroot", "iscsistart", "open-iscsi"];

def row($all; $name; $figure; $unit):
	(clients | map($all.clients[.][$figure] | cell($unit))) as $cells |
	($name | pad_right(31)) + ($cells | map(pad(25)) | join(""));

def ratio_row($all; $name; $figure):
	(clients[1:] | map($all.ratios[.][$figure] // null |
		if . == null then "–" else fixed(3) end)) as $cells |
	($name | pad_right(31)) + ("" | pad(25)) + ($cells | map(pad(25)) | join(""));

. as $all |
"Benchmark of iSCSI roots: median (min–max) of \(.rounds) boots and \(.logins) logins each, in turn",
"node      \(.node.cpus) processors, \(.node.memory_mib) MiB, one virtio NIC, kernel \(.node.kernel), QEMU -accel \(.machine.accel)",
"machine   \(.machine.cpu), \(.machine.cores) cores, kernel \(.machine.kernel); load before \(.machine.load_before), after \(.machine.load_after)",
"arguments \(.node.arguments)",
"clients   wireroot: our own; iscsistart: our initrd with it; open-iscsi: initramfs-tools with its hook",
"method    logins in one guest, in turn, from the program\u0027s start until the kernel has the session and",
"          its first SCSI device, its disk, and the root mounted; boots by the kernel\u0027s log in the guest.",
"",
("" | pad_right(31)) + (clients | map(pad(25)) | join("")),
row($all; "initrd, bytes"; "initrd_bytes"; "B"),
row($all; "unpacked, bytes"; "unpacked_bytes"; "B"),
row($all; "login, s"; "login_s"; "s"),
row($all; "login and disk, s"; "login_disk_s"; "s"),
row($all; "login, disk and mount, s"; "login_mounted_s"; "s"),
row($all; "kernel start → /init, s"; "init_s"; "s"),
row($all; "/init → second stage, s"; "initrd_s"; "s"),
row($all; "kernel start → second stage, s"; "second_stage_s"; "s"),
"",
"wireroot\u0027s figure divided by theirs",
ratio_row($all; "initrd, bytes"; "initrd_bytes"),
ratio_row($all; "unpacked, bytes"; "unpacked_bytes"),
ratio_row($all; "login, s"; "login_s"),
ratio_row($all; "login and disk, s"; "login_disk_s"),
ratio_row($all; "login, disk and mount, s"; "login_mounted_s"),
ratio_row($all; "kernel start → /init, s"; "init_s"),
ratio_row($all; "/init → second stage, s"; "initrd_s"),
ratio_row($all; "kernel start → second stage, s"; "second_stage_s"),
"",
verdicts,
(.goals[] | .unit as $unit |
	"  " + verdict +
	(.name | pad_right(58)) + (.value | value($unit) | pad(12)) +
	(if .better == "higher" then "  ≥ " else "  ≤ " end) +
	(.limit | if . >= 1000 then grouped else tostring end) +
	(if $unit == "ratio" then "" else " " + $unit end))
