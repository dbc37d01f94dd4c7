#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node runs on while the cluster's kernel and base image change; nothing that it runs from is taken away,
# and after a rollback the next node boots what the first one did.
# shellcheck disable=SC2317  # the checks are called by name
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

# Write the definition: kernel series, drivers, words for the command line.
define()
{
	use_kernel "$1"
	cluster_file << END
profiles:
  diskless:
    image: busybox
    drivers: [$2]
    append: [quiet, console=ttyS0, no_timer_check, $3]
    lab: { memory: 256, cpus: 1 }
nodes:
  n[01-03]:
    profiles: diskless
    address: 10.87.0.[11-13]
  n01: { mac: 52:54:00:77:00:01 }
  n02: { mac: 52:54:00:77:00:02 }
  n03: { mac: 52:54:00:77:00:03 }
END
}

# The generation that wirerootd says a node runs.
generation_of()
{
	lab exec -- curl -fs http://10.87.0.1:8017/v1/nodes |
		jq -r ".[] | select(.node == \"$1\") | .generation"
}

runs_generation()
{
	[ "$(generation_of "$1")" = "$2" ]
}

files_of()
{
	(cd "$LAB/state/generations/$1" && find . -type f -exec sha256sum {} + | sort)
}

make_root "$WORK/root"
define 6.1 virtio_net test.do=stay,edition=one
old_kernel=$KERNEL_VERSION
cluster_up
files_of 1 > "$WORK/first"

node_power n01
expect_second_stage n01
check_fact n01 "kernel $old_kernel\$" "it runs the first generation's kernel"
await "the server knows which generation it runs" 20 runs_generation n01 1

define 6.1 virtio_net,e1000e test.do=poweroff,edition=two
check "a generation with another base image is applied" cluster apply
define 6.12 virtio_net test.do=poweroff,edition=three
check "and one with another kernel" cluster apply
check "the first one's files are as they were" diff "$WORK/first" <(files_of 1)
node_power n02
expect_second_stage n02
check_fact n02 "kernel ${KERNEL_VERSION//[.+]/.}\$" "another node boots the new kernel"
check_fact n02 'command-line .*edition=three' "with the new command line"
expect_off n02 20

check "pruning what is not needed succeeds" cluster prune --keep 1
check "what a running node booted from is kept" test -d "$LAB/state/generations/1"
check "what nobody runs is gone" test ! -e "$LAB/state/generations/2"
check "the running node's files are as they were" diff "$WORK/first" <(files_of 1)

check "the first generation is put in force again" cluster rollback 1
check "its files are as they were" diff "$WORK/first" <(cd "$LAB/state/current/" &&
	find . -type f -exec sha256sum {} + | sort)
node_power n03
expect_second_stage n03
check_fact n03 "kernel $old_kernel\$" "the next node boots the old kernel"
check_fact n03 'command-line .*edition=one' "with the old command line"
await "the first node runs on" 20 lab exec -- busybox ping -c 1 -W 5 10.87.0.11
finish
