// SPDX-License-Identifier: GPL-2.0-only
/* The images of a definition. */
#include <string.h>

#include "tools/cluster/loader.h"

/* The only server with @role; NULL with *@several when there are more. */
static const struct cluster_server *only_server(const struct cluster *cluster,
						enum server_role role, bool *several)
{
	const struct cluster_server *found = NULL;

	*several = false;
	for (size_t i = 0; i < cluster->server_count; i++) {
		if (!(cluster->servers[i].roles & role))
			continue;
		*several |= found != NULL;
		found = &cluster->servers[i];
	}
	return *several ? NULL : found;
}

static void choose_server(struct loader *loader, const struct field *fields,
			  const struct yaml_node *name, struct cluster_image *image)
{
	const struct yaml_node *value = fields[IMAGE_SERVER].value;
	bool several;

	if (!value) {
		image->server = only_server(loader->cluster, SERVER_NFS, &several);
		if (several)
			loader_report(
				loader, name, NULL,
				"image %s has no server, and several servers have the role nfs",
				image->name);
		return;
	}
	image->server = find_named(loader, &loader->servers, "server", value, value->text);
	if (image->server && !(image->server->roles & SERVER_NFS))
		loader_report(loader, value, NULL, "server %s does not have the role nfs",
			      image->server->name);
}

static void read_image(struct loader *loader, const struct yaml_pair *pair,
		       struct cluster_image *image)
{
	struct field fields[IMAGE_KEY_COUNT];
	const char *what = loader_printf(loader, "image %s", pair->key->text);

	image->name = pair->key->text;
	image->place = pair->key->place;
	expect_map(loader, pair->key, pair->value, "what an image has");
	fields_read(loader, pair->key, pair->value, SECTION_IMAGE, what ? what : "", fields);
	image->path = field_text(fields, SECTION_IMAGE, IMAGE_PATH);
	image->kernel = field_text(fields, SECTION_IMAGE, IMAGE_KERNEL);
	image->writable = key_switch(field_text(fields, SECTION_IMAGE, IMAGE_WRITABLE));
	choose_server(loader, fields, pair->key, image);
	if (image->path)
		find_image_files(loader, image, fields, pair->key);
}

void read_images(struct loader *loader, const struct field *field)
{
	struct cluster *cluster = loader->cluster;
	size_t count;
	const struct yaml_pair **pairs = sorted_pairs(loader, field, "an image", &count);

	cluster->images = loader_alloc(loader, count * sizeof(*cluster->images));
	if (!cluster->images)
		return;
	cluster->image_count = count;
	for (size_t i = 0; i < count; i++) {
		read_image(loader, pairs[i], &cluster->images[i]);
		loader_put(loader, &loader->images, cluster->images[i].name, &cluster->images[i]);
	}
}
