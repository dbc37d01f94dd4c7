// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's NFS server exports, for /etc/exports.d/: each image to the networks of the
 * nodes that mount it. A fsid of the path's own keeps file handles valid whatever disk the image
 * moves to, and lets file systems without a UUID be exported.
 */
#include "tools/generate/output.h"

#include "initramfs/value.h"
#include "tools/generate/digest.h"

static int add_image(const struct generator *generator, struct text *text,
		     const struct cluster_image *image, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	char subnet[IPV4_TEXT_BYTES], uuid[DIGEST_UUID_BYTES];
	int error = output_check_path("path of an image", image->path, fault);

	if (error)
		return error;
	digest_uuid(image->path, uuid);
	text_add(text, image->path);
	for (size_t i = 0; i < cluster->network_count; i++) {
		const struct cluster_network *network = &cluster->networks[i];
		enum export_access access =
			generator_access(generator, image->server, image->path, network);

		if (access == EXPORT_NONE)
			continue;
		text_printf(text, " %s/%u(%s,sync,no_subtree_check,no_root_squash,fsid=%s)",
			    value_ipv4_text(network->subnet, subnet), network->prefix,
			    access == EXPORT_WRITE ? "rw" : "ro", uuid);
	}
	text_add(text, "\n");
	return 0;
}

static int add_server(const struct generator *generator, struct file_set *set,
		      const struct cluster_server *server, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct text text = { 0 };
	int error = output_check_name("server", server->name, fault);

	text_add(&text, OUTPUT_COMMENT);
	for (size_t i = 0; !error && i < cluster->image_count; i++) {
		const struct cluster_image *image = &cluster->images[i];

		if (image->server == server && generator_leads_export(generator, image))
			error = add_image(generator, &text, image, fault);
	}
	if (!error)
		return output_add(set, 0644, &text, fault, "servers/%s/exports", server->name);
	text_free(&text);
	return error;
}

int generate_exports(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->server_count; i++)
		if (cluster->servers[i].roles & SERVER_NFS && !cluster->servers[i].ganesha)
			error = add_server(generator, set, &cluster->servers[i], fault);
	return error;
}
