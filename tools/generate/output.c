// SPDX-License-Identifier: GPL-2.0-only
/* What the outputs of a generation have in common; see output.h. */
#include "tools/generate/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "generate", "", NULL);
}

static bool *image_cell(const struct generator *generator, const struct cluster_image *image,
			const struct cluster_network *network)
{
	const struct cluster *cluster = generator->cluster;

	return &generator->image_networks[(size_t)(image - cluster->images) *
						  cluster->network_count +
					  (size_t)(network - cluster->networks)];
}

static bool *server_cell(const struct generator *generator, const struct cluster_server *server,
			 const struct cluster_network *network)
{
	const struct cluster *cluster = generator->cluster;

	return &generator->server_networks[(size_t)(server - cluster->servers) *
						   cluster->network_count +
					   (size_t)(network - cluster->networks)];
}

bool generator_image_on(const struct generator *generator, const struct cluster_image *image,
			const struct cluster_network *network)
{
	return *image_cell(generator, image, network);
}

enum export_access generator_access(const struct generator *generator,
				    const struct cluster_server *server, const char *path,
				    const struct cluster_network *network)
{
	const struct cluster *cluster = generator->cluster;
	enum export_access access = EXPORT_NONE;

	for (size_t i = 0; i < cluster->image_count; i++) {
		const struct cluster_image *image = &cluster->images[i];

		if (image->server != server || strcmp(image->path, path) != 0 ||
		    !generator_image_on(generator, image, network))
			continue;
		if (image->writable)
			return EXPORT_WRITE;
		access = EXPORT_READ;
	}
	return access;
}

static bool is_mounted(const struct generator *generator, const struct cluster_image *image)
{
	for (size_t i = 0; i < generator->cluster->network_count; i++)
		if (generator_image_on(generator, image, &generator->cluster->networks[i]))
			return true;
	return false;
}

bool generator_leads_export(const struct generator *generator, const struct cluster_image *image)
{
	const struct cluster_image *other = generator->cluster->images;

	if (!is_mounted(generator, image))
		return false;
	for (; other < image; other++)
		if (other->server == image->server && !strcmp(other->path, image->path) &&
		    is_mounted(generator, other))
			return false;
	return true;
}

bool generator_server_on(const struct generator *generator, const struct cluster_server *server,
			 const struct cluster_network *network)
{
	return *server_cell(generator, server, network);
}

/* A boot server answers on its own network, and on others (by relays) for its nodes there. */
static void note_uses(struct generator *generator)
{
	const struct cluster *cluster = generator->cluster;

	for (size_t i = 0; i < cluster->server_count; i++) {
		const struct cluster_server *server = &cluster->servers[i];

		if (server->roles & SERVER_BOOT && server->network->dhcp != DHCP_NONE)
			*server_cell(generator, server, server->network) = true;
	}
	for (size_t i = 0; i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (node->root == ROOT_NFS)
			*image_cell(generator, node->image, node->network) = true;
		if (!node->has_mac)
			continue;
		generator->loaders |= 1u << node->loader;
		if (node->network->dhcp != DHCP_NONE)
			*server_cell(generator, node->server, node->network) = true;
	}
}

/* Does @server answer machines that nobody knows? */
static bool answers_unknown(const struct generator *generator, const struct cluster_server *server)
{
	const struct cluster *cluster = generator->cluster;

	for (size_t i = 0; i < cluster->network_count; i++)
		if (cluster->networks[i].range_first &&
		    generator_server_on(generator, server, &cluster->networks[i]))
			return true;
	return false;
}

/* The newest kernel knows the most hardware. */
static void choose_discovery(struct generator *generator)
{
	const struct cluster *cluster = generator->cluster;

	for (size_t i = 0; !generator->discovery_server && i < cluster->server_count; i++)
		if (answers_unknown(generator, &cluster->servers[i]))
			generator->discovery_server = &cluster->servers[i];
	for (size_t i = 0; generator->discovery_server && i < cluster->image_count; i++) {
		const struct cluster_image *image = &cluster->images[i];

		if (!generator->discovery_image ||
		    strverscmp(generator->discovery_image->kernel, image->kernel) < 0)
			generator->discovery_image = image;
	}
}

int generator_begin(struct generator *generator, const struct cluster *cluster,
		    const struct generate_options *options, struct fault *fault)
{
	struct arena *arena = &generator->arena;
	size_t networks = cluster->network_count;

	*generator = (struct generator){ .cluster = cluster, .options = options };
	/* One more than needed, as there may be none. */
	generator->kernels = arena_alloc(arena, (cluster->image_count + 1) * sizeof(char *));
	generator->bases = arena_alloc(arena, (cluster->node_count + 1) * sizeof(char *));
	generator->image_networks = arena_alloc(arena, cluster->image_count * networks + 1);
	generator->server_networks = arena_alloc(arena, cluster->server_count * networks + 1);
	if (!generator->kernels || !generator->bases || !generator->image_networks ||
	    !generator->server_networks)
		return no_memory(fault);
	note_uses(generator);
	choose_discovery(generator);
	return 0;
}

void generator_free(struct generator *generator)
{
	table_free(&generator->artefacts);
	arena_free(&generator->arena);
	*generator = (struct generator){ 0 };
}

const struct cluster_server *generator_first_boot_server(const struct generator *generator,
							 bool *several)
{
	const struct cluster *cluster = generator->cluster;
	const struct cluster_server *first = NULL;

	*several = false;
	for (size_t i = 0; i < cluster->server_count; i++) {
		if (!(cluster->servers[i].roles & SERVER_BOOT))
			continue;
		*several = first;
		if (!first)
			first = &cluster->servers[i];
	}
	return first;
}

const char *generator_domain(const struct generator *generator,
			     const struct cluster_network *network)
{
	return network->domain ? network->domain : generator->cluster->domain;
}

char *output_url(const struct cluster_server *server, char text[static OUTPUT_URL_BYTES])
{
	char address[IPV4_TEXT_BYTES];

	snprintf(text, OUTPUT_URL_BYTES, "http://%s:%u", value_ipv4_text(server->address, address),
		 server->http_port);
	return text;
}

uint32_t output_netmask(const struct cluster_network *network)
{
	return network->prefix ? UINT32_MAX << (32 - network->prefix) : 0;
}

void output_words(struct text *text, const struct word_list *words, char separator)
{
	text_add(text, "");
	for (size_t i = 0; i < words->count; i++) {
		if (i)
			text_add_bytes(text, &separator, 1);
		text_add(text, words->words[i]);
	}
}

int output_add(struct file_set *set, mode_t mode, struct text *text, struct fault *fault,
	       const char *format, ...)
{
	size_t length = text->length;
	va_list values;
	char *path;
	int error;

	va_start(values, format);
	if (vasprintf(&path, format, values) < 0)
		path = NULL;
	va_end(values);
	if (!path) {
		text_free(text);
		return no_memory(fault);
	}
	error = file_set_add(set, path, mode, text_take(text), length, fault);
	free(path);
	return error;
}

static int add_below(struct file_set *set, const char *directory, const char *name,
		     struct artefact artefact, struct fault *fault)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (artefact.source)
		return file_set_add_source(set, path, 0644, artefact.source, fault);
	return file_set_add_shared(set, path, 0644, artefact.data, artefact.length, fault);
}

int output_add_artefact(struct generator *generator, struct file_set *set, const char *name,
			struct artefact artefact, struct fault *fault)
{
	int error;

	if (table_find(&generator->artefacts, name, strlen(name)))
		return 0;
	if (table_put(&generator->artefacts, name, strlen(name), generator))
		return no_memory(fault);
	error = add_below(set, "http", name, artefact, fault);
	if (!error && generator->loaders & ~(1u << LOADER_IPXE))
		error = add_below(set, "tftp", name, artefact, fault);
	return error;
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Is every byte of @text a letter, a digit or among @others, or above 127 where @high? */
static bool consists_of(const char *text, const char *others, bool high)
{
	for (; *text; text++)
		if (!is_letter_or_digit(*text) && !strchr(others, *text) &&
		    !(high && (unsigned char)*text > 127))
			return false;
	return true;
}

static int refuse(const char *what, const char *value, const char *hint, struct fault *fault)
{
	char doing[sizeof(fault->doing)];

	snprintf(doing, sizeof(doing), "generate: %s", what);
	return fault_set(fault, EINVAL, doing, value, hint);
}

/* Does a part of @path climb up? */
static bool has_dots(const char *path)
{
	while ((path = strstr(path, "/.."))) {
		path += 3;
		if (*path == '/' || *path == '\0')
			return true;
	}
	return false;
}

int output_check_path(const char *what, const char *path, struct fault *fault)
{
	if (path[0] == '/' && consists_of(path, "/._+=@~-", true) && !has_dots(path))
		return 0;
	return refuse(what, path,
		      "use an absolute path of letters, digits and /._+=@~- without \"..\"", fault);
}

int output_check_name(const char *what, const char *name, struct fault *fault)
{
	if (is_letter_or_digit(*name) && consists_of(name, "._-", false))
		return 0;
	return refuse(what, name, "use letters, digits, '.', '_' and '-'", fault);
}

int output_check_version(const char *what, const char *version, struct fault *fault)
{
	if (is_letter_or_digit(*version) && consists_of(version, "._+~-", false))
		return 0;
	return refuse(what, version, "use letters, digits, '.', '_', '+', '~' and '-'", fault);
}

int output_check_iscsi_name(const char *what, const char *name, struct fault *fault)
{
	if (is_letter_or_digit(*name) && consists_of(name, "._-:", false))
		return 0;
	return refuse(what, name, "use letters, digits, '.', '_', '-' and ':'", fault);
}
