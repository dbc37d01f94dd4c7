// SPDX-License-Identifier: GPL-2.0-only
/*
 * Base images: one for each different kernel, set of drivers and further wishes, named by its
 * content and shared by all nodes for which these are the same.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/generate/base_cache.h"
#include "tools/generate/digest.h"
#include "tools/initrd/build.h"
#include "tools/initrd/own_program.h"
#include "tools/memory/tokens.h"
#include "userspace/lib/fs.h"

/* No machine boots from a larger one. */
#define BASE_BYTES_MAX ((size_t)2 << 30)

/* A directory that Debian promises not to have: an image without firmware. */
#define NO_FIRMWARE "/nonexistent"

/* What a base image is made of. */
struct wish {
	const struct cluster_image *image;
	bool drivers_auto;
	struct word_list drivers;
	bool overlay, vlan, rescue, iscsi, swap;
	const char *file_system; /* of the disk, with ->iscsi */
};

struct bases {
	struct generator *generator;
	struct file_set *set;
	struct table known; /* wishes as text, to names */
	char init[PATH_MAX];
	struct fault *fault;
};

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "build base image", "", NULL);
}

/* The drivers as `wireroot initrd build --drivers` has them. */
static void add_drivers(struct text *text, const struct wish *wish)
{
	if (wish->drivers_auto)
		text_add(text, "auto");
	else
		output_words(text, &wish->drivers, ',');
}

static bool is_on(const struct wish *wish, const char *file_system)
{
	return wish->file_system && strcmp(wish->file_system, file_system) == 0;
}

static struct build_request request_for(const struct bases *bases, const struct wish *wish,
					const char *drivers)
{
	const struct cluster_image *image = wish->image;

	return (struct build_request){
		.version = image->kernel,
		.modules = image->modules,
		.drivers = drivers,
		.overlay = wish->overlay,
		.vlan = wish->vlan,
		.rescue = wish->rescue,
		.iscsi = wish->iscsi,
		.swap = wish->swap,
		.ext4 = is_on(wish, "ext4"),
		.xfs = is_on(wish, "xfs"),
		.btrfs = is_on(wish, "btrfs"),
		.firmware = image->firmware ? image->firmware : NO_FIRMWARE,
		.init = bases->init,
	};
}

/* Give the set what build_initrd() writes to a file that is gone afterwards. */
static int build_uncached(const struct bases *bases, struct build_request request,
			  struct artefact *artefact, char digest[static DIGEST_TEXT_BYTES])
{
	char path[] = "/tmp/wireroot-base.XXXXXX";
	struct fault *fault = bases->fault;
	struct build_result result;
	int fd = mkstemp(path), error;

	if (fd < 0)
		return fault_set(fault, errno, "build base image", path, NULL);
	close(fd);
	request.output = path;
	error = build_initrd(&request, &result, bases->generator->options->log, fault);
	build_free(&result);
	if (!error)
		error = fs_read_file(path, BASE_BYTES_MAX, &artefact->data, &artefact->length,
				     fault);
	unlink(path);
	if (error)
		return error;
	digest_bytes(artefact->data, artefact->length, digest);
	return file_set_share(bases->set, artefact->data, fault);
}

static int get_artefact(const struct bases *bases, const struct wish *wish, const char *drivers,
			struct artefact *artefact, char **source,
			char digest[static DIGEST_TEXT_BYTES])
{
	const struct generate_options *options = bases->generator->options;
	struct build_request request = request_for(bases, wish, drivers);
	int error;

	if (!options->cache)
		return build_uncached(bases, request, artefact, digest);
	error = base_cache_get(&request, options->cache, options->log, source, digest,
			       bases->fault);
	artefact->source = *source;
	return error;
}

/* Build the image of @wish or find it built, add it to the set; *@name is it. */
static int add_base(struct bases *bases, const struct wish *wish, const char **name)
{
	struct generator *generator = bases->generator;
	char digest[DIGEST_TEXT_BYTES], *source = NULL;
	struct artefact artefact = { 0 };
	struct text drivers = { 0 };
	int error;

	add_drivers(&drivers, wish);
	if (drivers.error)
		error = no_memory(bases->fault);
	else
		error = get_artefact(bases, wish, drivers.data, &artefact, &source, digest);
	if (!error) {
		*name = arena_printf(&generator->arena, "base/%s.img", digest);
		error = *name ? output_add_artefact(generator, bases->set, *name, artefact,
						    bases->fault)
			      : no_memory(bases->fault);
	}
	text_free(&drivers);
	free(source);
	return error;
}

/* Images may differ and yet have one kernel. */
static void add_key(struct text *key, const struct wish *wish)
{
	const struct cluster_image *image = wish->image;

	key->length = 0;
	text_printf(key, "%s\n%s\n%s\n%d%d%d%d%d%s\n", image->kernel, image->modules,
		    image->firmware ? image->firmware : "", wish->overlay, wish->vlan, wish->rescue,
		    wish->iscsi, wish->swap, wish->file_system ? wish->file_system : "");
	add_drivers(key, wish);
}

/* *@name is that of @wish's image; @key is scratch. */
static int find_base(struct bases *bases, const struct wish *wish, struct text *key,
		     const char **name)
{
	struct arena *arena = &bases->generator->arena;
	const char *kept;
	int error;

	add_key(key, wish);
	if (key->error)
		return no_memory(bases->fault);
	*name = table_find(&bases->known, key->data, key->length);
	if (*name)
		return 0;
	error = add_base(bases, wish, name);
	if (error)
		return error;
	kept = arena_copy(arena, key->data, key->length);
	if (!kept || table_put(&bases->known, kept, key->length, (char *)*name))
		return no_memory(bases->fault);
	return 0;
}

static struct wish wish_of(const struct cluster_node *node)
{
	return (struct wish){ .image = node->image,
			      .drivers_auto = node->drivers_auto,
			      .drivers = node->drivers,
			      .overlay = node->overlay,
			      .vlan = node->network->vlan,
			      .rescue = node->rescue,
			      .iscsi = node->root == ROOT_ISCSI,
			      .swap = tokens_needed_by(node),
			      .file_system = node->file_system };
}

/*
 * All drivers, and that of some node if it has them: another base image would take time and room.
 * One with the iSCSI client would want a target.
 */
static struct wish wish_of_discovery(const struct generator *generator)
{
	const struct cluster *cluster = generator->cluster;

	for (size_t i = 0; i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (node->has_mac && node->image == generator->discovery_image &&
		    node->drivers_auto && !node->rescue && node->root == ROOT_NFS &&
		    !tokens_needed_by(node))
			return wish_of(node);
	}
	return (struct wish){ .image = generator->discovery_image, .drivers_auto = true };
}

static int find_bases(struct bases *bases, struct text *key)
{
	struct generator *generator = bases->generator;
	const struct cluster *cluster = generator->cluster;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		struct wish wish = wish_of(&cluster->nodes[i]);

		if (cluster->nodes[i].has_mac)
			error = find_base(bases, &wish, key, &generator->bases[i]);
	}
	if (!error && generator->discovery_image) {
		struct wish wish = wish_of_discovery(generator);

		error = find_base(bases, &wish, key, &generator->discovery_base);
	}
	return error;
}

int generate_base_images(struct generator *generator, struct file_set *set, struct fault *fault)
{
	struct bases bases = { .generator = generator, .set = set, .fault = fault };
	struct text key = { 0 };
	int error;

	if (generator->options->init)
		snprintf(bases.init, sizeof(bases.init), "%s", generator->options->init);
	else
		own_program("init", bases.init);
	error = find_bases(&bases, &key);
	table_free(&bases.known);
	text_free(&key);
	return error;
}
