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
				loader, name, "server: with the one that exports it",
				"image %s has no server, and several servers have the role nfs",
				image->name);
		return;
	}
	image->server = find_named(loader, &loader->servers, "server", value, value->text);
	if (image->server && !(image->server->roles & SERVER_NFS))
		loader_report(loader, value, "add nfs to its roles, or name another server",
			      "server %s does not have the role nfs", image->server->name);
}

/* Is @path, whose slashes may be more than one, @directory or below it? */
static bool is_within(const char *path, const char *directory, bool *is_itself)
{
	while (*directory) {
		if (*path != *directory)
			return false;
		path++;
		directory++;
		if (path[-1] == '/')
			path += strspn(path, "/");
	}
	if (*path && *path != '/')
		return false;
	*is_itself = path[strspn(path, "/")] == '\0';
	return true;
}

/*
 * Nodes read all of an image, as root: what belongs to the server itself must not be in one. The
 * server's root has everything in it; the others may be meant, on a server that has nothing else.
 */
static void check_place(struct loader *loader, const struct cluster_image *image,
			const struct yaml_node *value)
{
	static const char *const below[] = { "/boot", "/dev",  "/etc", "/proc",
					     "/root", "/run",  "/sys", "/usr",
					     "/bin",  "/sbin", "/lib", "/var/lib/wireroot" };
	static const char *const itself[] = {
		"/home", "/media", "/mnt",     "/opt",	   "/srv",
		"/tmp",	 "/var",   "/var/lib", "/var/log", "/var/tmp"
	};
	bool is_itself = false, risky = false;

	if (!image->path[strspn(image->path, "/")]) {
		loader_report(loader, value,
			      "give an image a directory of its own, such as /srv/images/NAME",
			      "image %s is the server's own root: nodes would read all of it, its "
			      "secrets too",
			      image->name);
		return;
	}
	for (size_t i = 0; !risky && i < sizeof(below) / sizeof(below[0]); i++)
		risky = is_within(image->path, below[i], &is_itself);
	for (size_t i = 0; !risky && i < sizeof(itself) / sizeof(itself[0]); i++)
		risky = is_within(image->path, itself[i], &is_itself) && is_itself;
	if (risky)
		findings_add(
			loader->findings, value->place, (unsigned int)strlen(value->text), true,
			"give an image a directory of its own, such as /srv/images/NAME",
			"image %s is a directory of the server's own, %s: nodes would read all "
			"of it as root",
			image->name, image->path);
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
	if (image->path && fields[IMAGE_PATH].value)
		check_place(loader, image, fields[IMAGE_PATH].value);
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
