# SPDX-License-Identifier: GPL-2.0-only
# The samples of the boot benchmark → boot.json. Input: the list of all samples
# {initrd, figure, value}, or {initrd, nfs} for the version of NFS; $-variables say how they were taken.

include "lib";

# Ours divided by the peer's; null where one of them was not measured.
def ratio($initrds; $peer; $figure):
	$initrds.wireroot[$figure].median as $ours | $initrds[$peer][$figure].median as $theirs |
	if $ours and $theirs then $ours / $theirs | rounded else null end;

(map(select(.nfs) | {(.initrd): .nfs}) | add) as $nfs |
(map(select(.figure)) | group_by(.initrd) | map({(.[0].initrd): figures}) | add) as $initrds |
($initrds | keys_unsorted - ["wireroot"]) as $peers |
($peers | map(. as $peer | {($peer):
	(["initrd_bytes", "unpacked_bytes", "build_s", "init_s", "initrd_s", "second_stage_s"] |
	 map({(.): ratio($initrds; $peer; .)}) | add)}) | add) as $ratios |
{
	machine: {cpu: $cpu, cores: $cores, kernel: $host_kernel, accel: $accel,
		load_before: $load_before, load_after: $load_after},
	node: {kernel: $kernel, cpus: $cpus, memory_mib: $memory_mib, nic: "virtio",
		arguments: $arguments},
	nfs: $nfs,
	rounds: $rounds,
	build_rounds: $build_rounds,
	initrds: $initrds,
	ratios: $ratios,
	goals: [
		goal("initrd for a virtio node with NFS";
			$initrds.wireroot.initrd_bytes.median; 1000000; "B"),
		goal("initrd with all wired NIC drivers and NFS";
			$initrds.wireroot.wired_initrd_bytes.median; 8000000; "B"),
		goal("init binary"; $initrds.wireroot.init_bytes.median; 100000; "B"),
		goal("build of an initrd, warm"; $initrds.wireroot.build_s.median; 1; "s"),
		goal("kernel start to second stage, of initramfs-tools\u0027";
			$ratios["initramfs-tools"].second_stage_s; 0.33; "ratio"),
		goal("kernel start to second stage, of dracut\u0027s";
			$ratios.dracut.second_stage_s; 0.11; "ratio")
	]
}
