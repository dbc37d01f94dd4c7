/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a cluster to the files of a generation. Same cluster, same bytes: nothing depends on the
 * time, the machine, or the order of the definition.
 *
 *   http/boot.ipxe, http/autoexec.ipxe  the first script, the same for every machine
 *   http/boot/SERVER.ipxe               the same of each boot server where there are several
 *   http/node/MAC.ipxe                  a node's script; alike for alike nodes
 *   http/node/MAC.img                   its segment, 0600
 *   http/kernel/VERSION/vmlinuz-HASH    kernels, by their content
 *   http/base/HASH.img                  base images, by their content
 *   http/discover.ipxe, http/discover.img   for machines that are to become nodes
 *   http/ipxe/snponly.efi               for firmware that boots by HTTP
 *   tftp/…                              boot loaders, autoexec.ipxe, pxelinux.cfg/, grub/
 *   servers/NAME/dnsmasq.conf, dhcp-hosts, hosts, exports, ganesha.conf, tgt.conf, lio.json,
 *   servers/NAME/units/…                what runs on the server NAME
 *   memory.json                         who lends and borrows memory, 0600
 *   hosts, genders, nodes               for whoever wants them; `nodes` is wirerootd's index
 */
#ifndef WIREROOT_GENERATE_H
#define WIREROOT_GENERATE_H

#include "tools/cluster/cluster.h"
#include "tools/generate/file_set.h"
#include "userspace/lib/log.h"

struct secrets;
struct tokens;

struct generate_options {
	const char *state; /* the state directory; generated files name STATE/current/… */
	const char *init; /* NULL: the one that was built or installed with this program */
	/* Directory of built base images and of what files hashed to; NULL: none, which is slow. */
	const char *cache;
	/* Of the nodes with chap:; they must be there. What they come to stands in files of 0600.
	 */
	const struct secrets *secrets;
	const struct tokens *tokens; /* of those who lend and borrow memory, likewise */
	const struct log *log; /* notices of building */
};

/*
 * Everything of @cluster into @set, sorted. 0 or -errno with @fault filled in. file_set_free() must
 * be called in any case. Files that @set names as sources must stay until it is stored.
 */
int generate(const struct cluster *cluster, const struct generate_options *options,
	     struct file_set *set, struct fault *fault);

#endif
