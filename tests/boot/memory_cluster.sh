#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From the definition to memory that is lent: a cluster's nodes get their tokens and their broker with
# their segments, the lab's host lends by wireroot-lend, a node attaches what the definition says in its
# init, wireroot memory shows it, and what the node lets go of is cleared and forgotten. A node that is to
# lend is left what its second stage needs for that, and attaches nothing.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
memory_root "$WORK/root"
cat > "$WORK/root/use.sh" << 'END'
echo "TEST swap $(grep -c /dev/dm- /proc/swaps)"
sleep 5
wireroot-swap detach "$(ls /run/wireroot/memory | grep -vE 'member|only')" || echo "TEST detach failed"
echo "TEST role $(ls /run/wireroot/memory | grep only)"
echo "TEST left $(grep -c /dev/ /proc/swaps)"
END
cat > "$WORK/root/member.sh" << 'END'
echo "TEST member $(cut -d= -f1 /run/wireroot/memory/member | xargs), mode $(stat -c %a /run/wireroot/memory/member)"
echo "TEST role $(ls /run/wireroot/memory | grep only)"
echo "TEST $(grep lend-reserve= /run/wireroot/memory/member)"
echo "TEST swap $(grep -c /dev/ /proc/swaps)"
END
cat > "$CLUSTER" << END
cluster: { name: test }
networks: { boot: { subnet: 10.87.0.0/24 } }
servers: { server: { address: 10.87.0.1, roles: [boot, nfs] } }
images:
  busybox:
    path: $WORK/root
    kernel: $KERNEL_VERSION
    modules: $KERNEL_TREE/lib/modules
    vmlinuz: $KERNEL
memory: { lease: 10s, hosts: { server: { address: 10.87.0.1 } } }
profiles:
  base:
    image: busybox
    drivers: virtio_net
    append: [console=ttyS0, quiet]
    lab: { memory: 256, cpus: 1 }
nodes:
  n1: { profiles: base, address: 10.87.0.11, mac: 52:54:00:87:00:01, swap: remote:96M, append: "test.do=run:/use.sh,poweroff" }
  n2: { profiles: base, address: 10.87.0.12, mac: 52:54:00:87:00:02, lend: yes, lend-reserve: 100M, append: "test.do=run:/member.sh,poweroff" }
END

memory()
{
	local verb=$1
	shift
	"$WIREROOT" memory "$verb" "$@" --cluster "$CLUSTER" --state "$LAB/state" --services "lab:$LAB"
}

# Does status (or another verb) say that now?
memory_says()
{
	local verb=$1
	memory "$verb" > "$WORK/said" 2>&1 && cat "$WORK/said" && grep -Eq -- "$2" "$WORK/said"
}

cluster_up
check "nobody is heard of at first" memory_says status '^server +unheard'
memory token server > "$WORK/memory.conf"
chmod 600 "$WORK/memory.conf"
"$WIREROOT" lab exec "$LAB" -- "$TOP/build/wireroot-lend" --configuration "$WORK/memory.conf" --limit 256M \
	--reserve 64M --interval 1 > "$WORK/lend.log" 2>&1 &
await "the lab's host lends" 30 memory_says status '^server +lending +256M'
check "status says what can be had" memory_says status '^at most 256M can be had at once, from server$'

node_power n1
expect_console n1 '^wireroot .* swap: 96 MiB of server on /dev/dm-0, encrypted' 120 \
	"a node attaches what its definition says" || finish
expect_second_stage n1
await "status shows the grant" 30 memory_says status '^[0-9a-f]{16} +attached +96M .* server +n1 '
check "history tells of it" memory_says history ' attached +[0-9a-f]{16} +server +n1 +96M'
expect_console n1 '^TEST left 0$' 60 "the node lets go of it"
await "its lender clears it at once, since the broker was told" 60 memory_says history ' returned .* by wireroot-swap'
check "… and it is lent to nobody" memory_says status '^nothing is lent$'
check "that it does not lend is left, too" console_has n1 '^TEST role borrows-only$'
expect_off n1 30
await "all of it can be lent again" 30 memory_says status '^server +lending +256M +0 '

node_power n2
expect_second_stage n2
expect_console n2 '^TEST member ' 30 "a node that is to lend is left who it is"
check "… with the broker and its token, for root alone" \
	console_has n2 '^TEST member broker member token lend-reserve, mode 600'
expect_console n2 '^TEST lend-reserve=100M$' 30 "… and what it keeps for itself"
check "… and that it does not borrow" console_has n2 '^TEST role lends-only$'
expect_console n2 '^TEST swap 0$' 30 "… and attaches nothing"
expect_off n2 30
finish
