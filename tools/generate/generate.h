/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a cluster to the files of a generation. One file in this folder for each kind of output;
 * each adds its files to the set. Same cluster, same bytes: nothing depends on the time, the
 * machine, or the order of the definition.
 *
 *   http/boot.ipxe, http/autoexec.ipxe  the first script, the same for every machine
 *   http/node/MAC.ipxe                  a node's script; alike for alike nodes
 *   http/node/MAC.img                   its segment, 0600
 *   http/kernel/VERSION/vmlinuz-HASH    kernels, by their content
 *   http/base/HASH.img                  base images, by what they were built from
 *   http/discover.ipxe, http/discover.img   for machines that are to become nodes
 *   tftp/…                              boot loaders, pxelinux.cfg/, grub/
 *   servers/NAME/dnsmasq.conf, dhcp-hosts, hosts, exports, ganesha.conf, tgt.conf, lio.json,
 *   servers/NAME/units/…                what runs on the server NAME
 *   hosts, genders, nodes               for whoever wants them; `nodes` is wirerootd's index
 */
#ifndef WIREROOT_GENERATE_H
#define WIREROOT_GENERATE_H

#include "tools/cluster/cluster.h"
#include "tools/generate/file_set.h"
#include "userspace/lib/log.h"

struct generate_options {
	const char *state; /* the state directory; generated files name STATE/current/… */
	const char *init; /* NULL: the one that was built or installed with this program */
	const char *cache; /* of built base images' segments; NULL: none */
	const struct log *log; /* notices of building */
};

/*
 * Everything of @cluster into @set, sorted. 0 or -errno with @fault filled in. file_set_free() must
 * be called in any case.
 */
int generate(const struct cluster *cluster, const struct generate_options *options,
	     struct file_set *set, struct fault *fault);

/* The parts. */
int generate_base_images(const struct cluster *cluster, const struct generate_options *options,
			 struct file_set *set, struct fault *fault);
int generate_dnsmasq(const struct cluster *cluster, const struct generate_options *options,
		     struct file_set *set, struct fault *fault);
int generate_exports(const struct cluster *cluster, const struct generate_options *options,
		     struct file_set *set, struct fault *fault);
int generate_ganesha(const struct cluster *cluster, const struct generate_options *options,
		     struct file_set *set, struct fault *fault);
int generate_tgt(const struct cluster *cluster, const struct generate_options *options,
		 struct file_set *set, struct fault *fault);
int generate_lio(const struct cluster *cluster, const struct generate_options *options,
		 struct file_set *set, struct fault *fault);
int generate_ipxe(const struct cluster *cluster, const struct generate_options *options,
		  struct file_set *set, struct fault *fault);
int generate_pxelinux(const struct cluster *cluster, const struct generate_options *options,
		      struct file_set *set, struct fault *fault);
int generate_grub(const struct cluster *cluster, const struct generate_options *options,
		  struct file_set *set, struct fault *fault);
int generate_hosts(const struct cluster *cluster, const struct generate_options *options,
		   struct file_set *set, struct fault *fault);
int generate_genders(const struct cluster *cluster, const struct generate_options *options,
		     struct file_set *set, struct fault *fault);
int generate_segments(const struct cluster *cluster, const struct generate_options *options,
		      struct file_set *set, struct fault *fault);
int generate_index(const struct cluster *cluster, const struct generate_options *options,
		   struct file_set *set, struct fault *fault);
int generate_units(const struct cluster *cluster, const struct generate_options *options,
		   struct file_set *set, struct fault *fault);

/* "http/base/HASH.img" of @node's base image: by kernel, drivers and what else is in it. */
int base_image_name(const struct cluster_node *node, const struct generate_options *options,
		    char name[static 96], struct fault *fault);
/* "http/kernel/VERSION/vmlinuz-HASH" of @image's kernel. */
int kernel_name(const struct cluster_image *image, char name[static 320], struct fault *fault);

#endif
