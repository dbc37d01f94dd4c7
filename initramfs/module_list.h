/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of modules in an initrd, as `wireroot initrd build` wrote it.
 *
 * /etc/wireroot/modules: one module a line, five fields parted by one space, every module behind
 * all of its dependencies:
 *
 *	GROUP NAME PATH DEPENDENCIES OPTIONS
 *	net virtio_net kernel/drivers/net/virtio_net.ko virtio_ring,virtio,net_failover -
 *
 * GROUP says when the module is wanted: `net` and `root` at once, `overlay` and `vlan` when a parameter
 * asks for it, `plug` when a device's modalias matches, `dep` only for the sake of another one.
 * NAME is spelled with '_'. PATH is relative to /lib/modules/VERSION/. DEPENDENCIES are direct and
 * soft (pre) ones, by NAME with commas, or `-`. OPTIONS are `-` or the rest of the line.
 *
 * /etc/wireroot/aliases (generic images only): `PATTERN NAME` a line, as in modules.alias, with '-'
 * outside brackets turned into '_'.
 *
 * Lines that begin with '#' and empty lines are passed over.
 */
#ifndef WIREROOT_MODULE_LIST_H
#define WIREROOT_MODULE_LIST_H

#define MODULE_LIST_PATH  "/etc/wireroot/modules"
#define MODULE_ALIAS_PATH "/etc/wireroot/aliases"

#endif
