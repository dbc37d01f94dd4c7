// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernels that nodes boot, named by their content: a new one never takes the place of one that
 * a node is about to load.
 *
 * What a kernel hashed to is remembered in the cache by the file's path and times.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/generate/digest.h"
#include "tools/generate/stamp.h"
#include "userspace/lib/fs.h"

/* Where the cache keeps the digest of the file that @path was at @stamp; NULL: no memory. */
static char *remembered_path(const char *cache, const char *path, const char *stamp)
{
	char key[DIGEST_TEXT_BYTES];
	struct text text = { 0 };

	text_printf(&text, "%s %s", stamp, path);
	digest_bytes(text_string(&text), text.length, key);
	text_free(&text);
	text_printf(&text, "%s/digests/%s", cache, key);
	return text_take(&text);
}

static bool recall(const char *path, char digest[static DIGEST_TEXT_BYTES])
{
	struct fault ignored;
	size_t length;
	char *text;
	bool good;

	if (fs_read_file(path, DIGEST_TEXT_BYTES, &text, &length, &ignored))
		return false;
	good = length == DIGEST_TEXT_BYTES - 1 && strspn(text, "0123456789abcdef") == length;
	if (good)
		memcpy(digest, text, DIGEST_TEXT_BYTES);
	free(text);
	return good;
}

/* A cache that cannot be written only makes the next run slow. */
static void remember(const char *cache, const char *path, const char *digest)
{
	char *directory = fs_join(cache, "digests");
	struct fault ignored;

	if (directory && !fs_make_dirs(directory, 0755, &ignored))
		fs_write_file(path, digest, strlen(digest), 0644, &ignored);
	free(directory);
}

/* digest_file(), with the cache in between. */
static int digest_cached(const char *cache, const char *path, char digest[static DIGEST_TEXT_BYTES],
			 struct fault *fault)
{
	char stamp[STAMP_BYTES];
	char *file;
	int error = 0;

	if (!cache)
		return digest_file(path, digest, fault);
	stamp_file(path, stamp);
	file = remembered_path(cache, path, stamp);
	if (!file)
		return fault_set(fault, ENOMEM, "generate", path, NULL);
	if (!recall(file, digest)) {
		error = digest_file(path, digest, fault);
		if (!error)
			remember(cache, file, digest);
	}
	free(file);
	return error;
}

static int add_kernel(struct generator *generator, struct file_set *set, size_t index,
		      struct fault *fault)
{
	const struct cluster_image *image = &generator->cluster->images[index];
	char digest[DIGEST_TEXT_BYTES];
	int error = output_check_version("version of a kernel", image->kernel, fault);

	if (!error)
		error = digest_cached(generator->options->cache, image->vmlinuz, digest, fault);
	if (error == -ENOENT)
		fault_set(fault, ENOENT, "read kernel", image->vmlinuz,
			  "install a kernel in the image, or state vmlinuz");
	if (error)
		return error;
	generator->kernels[index] =
		arena_printf(&generator->arena, "kernel/%s/vmlinuz-%s", image->kernel, digest);
	if (!generator->kernels[index])
		return fault_set(fault, ENOMEM, "generate", image->vmlinuz, NULL);
	return output_add_artefact(generator, set, generator->kernels[index],
				   (struct artefact){ .source = image->vmlinuz }, fault);
}

int generate_kernels(struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];
		size_t image = (size_t)(node->image - cluster->images);

		if (node->has_mac && !generator->kernels[image])
			error = add_kernel(generator, set, image, fault);
	}
	if (!error && generator->discovery_image) {
		size_t image = (size_t)(generator->discovery_image - cluster->images);

		if (!generator->kernels[image])
			error = add_kernel(generator, set, image, fault);
	}
	return error;
}
