/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the outputs of a generation have in common: one file in this folder for each kind of
 * output, each of which adds its files to a set.
 *
 * Everything here but generate_kernels(), generate_base_images(), generate_loaders() and
 * generate_discovery(), which look at files, is a pure function of the cluster. Values that would
 * mean something else to a file's reader are refused here once more, although the definition's
 * checks do not let them pass: a path with a quote in it must never become another directive.
 */
#ifndef WIREROOT_OUTPUT_H
#define WIREROOT_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/cluster/arena.h"
#include "tools/cluster/cluster.h"
#include "tools/cluster/table.h"
#include "tools/generate/file_set.h"
#include "tools/generate/generate.h"
#include "userspace/lib/text.h"

#define OUTPUT_URL_BYTES 32 /* "http://255.255.255.255:65535" and its NUL */

/* The first line of files in which '#' begins a comment. */
#define OUTPUT_COMMENT "# Written by Wireroot from the cluster's definition; edits here get lost.\n"

struct generator {
	const struct cluster *cluster;
	const struct generate_options *options;
	struct arena arena; /* of what is named below */
	/* "kernel/VERSION/vmlinuz-HASH" by image; NULL: no node boots it. */
	const char **kernels;
	/* "base/HASH.img" by node; NULL: a node without a MAC address. */
	const char **bases;
	/* Machines that are to become nodes boot from this server and with this image's kernel;
	 * NULL: unknown machines get no address, or there is no image. */
	const struct cluster_server *discovery_server;
	const struct cluster_image *discovery_image;
	const char *discovery_base; /* as in ->bases */
	/* Which of the networks (second index) matter to an image or a boot server (first one). */
	bool *image_networks; /* has nodes that mount the image by NFS */
	bool *server_networks; /* the server answers DHCP there */
	struct table artefacts; /* names that output_add_artefact() has seen */
	unsigned int loaders; /* bit N: some node has the enum node_loader N */
};

/* Find out who uses what. generator_free() must be called in any case. */
int generator_begin(struct generator *generator, const struct cluster *cluster,
		    const struct generate_options *options, struct fault *fault);
void generator_free(struct generator *generator);

bool generator_image_on(const struct generator *generator, const struct cluster_image *image,
			const struct cluster_network *network);
bool generator_server_on(const struct generator *generator, const struct cluster_server *server,
			 const struct cluster_network *network);

/* What nodes on @network may do with the directory @path of @server: the most that an image of
 * theirs there allows. */
enum export_access { EXPORT_NONE, EXPORT_READ, EXPORT_WRITE };
enum export_access generator_access(const struct generator *generator,
				    const struct cluster_server *server, const char *path,
				    const struct cluster_network *network);

/* Is @image, of all with its directory on its server that some node mounts, the first by name? */
bool generator_leads_export(const struct generator *generator, const struct cluster_image *image);

/* The first boot server by name, or NULL; and whether there are others. */
const struct cluster_server *generator_first_boot_server(const struct generator *generator,
							 bool *several);

/* The domain of @network, or NULL. */
const char *generator_domain(const struct generator *generator,
			     const struct cluster_network *network);

char *output_url(const struct cluster_server *server, char text[static OUTPUT_URL_BYTES]);
uint32_t output_netmask(const struct cluster_network *network);
void output_words(struct text *text, const struct word_list *words, char separator);

/* Add the file at the path of @format with the contents @text, which is taken over. */
int output_add(struct file_set *set, mode_t mode, struct text *text, struct fault *fault,
	       const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Where the bytes of a kernel or a base image are: in a file, or in memory that the set has. */
struct artefact {
	const char *source; /* NULL: */
	char *data;
	size_t length;
};

/*
 * Add @artefact as http/NAME, and as tftp/NAME when some node's loader has only TFTP. A @name that
 * is there already stands for the same content.
 */
int output_add_artefact(struct generator *generator, struct file_set *set, const char *name,
			struct artefact artefact, struct fault *fault);

/*
 * Refuse (-EINVAL with @fault) what is no plain absolute path: letters, digits, "/._+=@~-" and
 * bytes above 127, no "..", in any file of ours unquoted or between quotes.
 */
int output_check_path(const char *what, const char *path, struct fault *fault);
/* Likewise a name: letters, digits, '.', '_', '-', the first none of the last three. */
int output_check_name(const char *what, const char *name, struct fault *fault);
/* Likewise a Debian version, as kernels have them in their names: that may also have '+' and '~'.
 */
int output_check_version(const char *what, const char *version, struct fault *fault);
/* Likewise an iSCSI name: a name that may also have ':'. */
int output_check_iscsi_name(const char *what, const char *name, struct fault *fault);

/* Files with contents from elsewhere; fill in what @generator says of them. */
int generate_kernels(struct generator *generator, struct file_set *set, struct fault *fault);
int generate_base_images(struct generator *generator, struct file_set *set, struct fault *fault);
int generate_loaders(const struct generator *generator, struct file_set *set, struct fault *fault);

int generate_discovery(const struct generator *generator, struct file_set *set,
		       struct fault *fault);
int generate_dnsmasq(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_exports(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_ganesha(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_tgt(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_lio(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_ipxe(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_pxelinux(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_grub(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_hosts(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_genders(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_segments(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_index(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_memory(const struct generator *generator, struct file_set *set, struct fault *fault);
int generate_units(const struct generator *generator, struct file_set *set, struct fault *fault);

#endif
