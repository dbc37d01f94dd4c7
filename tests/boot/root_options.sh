#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ro by default, rootflags=, init= and what stands behind "--" have their effect.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
ln -s init "$WORK/root/sbin/other-init"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root"

root=root=nfs:10.87.0.1:/srv/root
node_direct flags "$root rootflags=rsize=65536,noatime test.do=write,poweroff"
node_direct words "$root rw init=/sbin/other-init test.do=poweroff -- one two=2 -3"
expect_second_stage flags
check_fact flags 'mount / nfs4 10\.87\.0\.1:/srv/root ro,' "a root is read-only by default"
check_fact flags 'mount / nfs4 [^ ]+ ro,([^ ]*,)?noatime,' "rootflags= gives noatime to mount(2)"
check_fact flags 'mount / nfs4 [^ ]+ ([^ ]*,)?rsize=65536,' "and rsize= to NFS"
expect_console flags '^SECOND-STAGE wrote no' 10 "a read-only root is not written to"
check_not "and nothing came to the server's directory" compgen -G "$WORK/root/written-by-*"
expect_off flags 20
expect_second_stage words
check_fact words 'init /sbin/other-init$' "init= names the second stage's init"
check_fact words 'arguments one two=2 -3$' "it gets what stands behind --, and only that"
expect_off words 20
finish
