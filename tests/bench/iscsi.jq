# SPDX-License-Identifier: GPL-2.0-only
# The samples of the benchmark of iSCSI roots → iscsi.json. Input: the list of all samples
# {client, figure, value}; $-variables say how they were taken, and $parts has the results of the
# benchmarks that belong to it, by their names.

include "lib";

# Ours divided by the other's; null where one of them was not measured.
def ratio($clients; $other; $figure):
	$clients.wireroot[$figure].median as $ours | $clients[$other][$figure].median as $theirs |
	if $ours and $theirs then $ours / $theirs | rounded else null end;

(group_by(.client) | map({(.[0].client): figures}) | add) as $clients |
(["iscsistart", "open-iscsi"] | map(. as $other | {($other):
	(["initrd_bytes", "unpacked_bytes", "login_s", "login_disk_s", "login_mounted_s", "init_s",
	  "initrd_s", "second_stage_s"] |
	 map({(.): ratio($clients; $other; .)}) | add)}) | add) as $ratios |
{
	machine: {cpu: $cpu, cores: $cores, kernel: $host_kernel, accel: $accel,
		load_before: $load_before, load_after: $load_after},
	node: {kernel: $kernel, cpus: $cpus, memory_mib: $memory_mib, nic: "virtio",
		arguments: $arguments},
	rounds: $rounds,
	logins: $logins,
	clients: $clients,
	ratios: $ratios,
	parts: $parts[0],
	goals: ([
		goal("login, of iscsistart\u0027s"; $ratios.iscsistart.login_s; 0.2; "ratio"),
		goal("initrd for a virtio node with iSCSI and ext4";
			$clients.wireroot.initrd_bytes.median; 1600000; "B"),
		goal("kernel start to second stage, of open-iscsi\u0027s hook\u0027s";
			$ratios["open-iscsi"].second_stage_s; 0.35; "ratio")
	] + ($parts[0] | map(.goals // []) | add // []))
}
