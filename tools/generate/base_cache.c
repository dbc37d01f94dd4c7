// SPDX-License-Identifier: GPL-2.0-only
/*
 * Base images that were built before; see base_cache.h.
 *
 * CACHE/recipes/KEY, KEY being the digest of the wishes, begins with the image's digest and size on
 * a line; each other line is the stamp of a file or a directory, a blank, and its path. Directories
 * are there for what may turn up in them: firmware that was missing, say.
 */
#include "tools/generate/base_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/generate/stamp.h"
#include "tools/initrd/firmware.h"
#include "tools/initrd/own_program.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/text.h"

/* An image of every driver has a recipe of 100 KB. */
#define RECIPE_BYTES_MAX (16u << 20)

/* An image that no run has used for so long is removed. */
#define UNUSED_S (30L * 24 * 3600)
#define NOTED_S	 (24L * 3600)

struct base_cache {
	const struct build_request *request;
	const char *cache;
	const struct log *log;
	char *recipe; /* its path */
};

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "build base image", "", NULL);
}

static char *image_path(const char *cache, const char *digest)
{
	char *path;

	return asprintf(&path, "%s/base/%s.img", cache, digest) < 0 ? NULL : path;
}

/* All wishes; SOURCE_DATE_EPOCH is among what the bytes depend on (see archive.h). */
static char *recipe_path(const struct base_cache *cache)
{
	const struct build_request *request = cache->request;
	const char *date = getenv("SOURCE_DATE_EPOCH");
	char digest[DIGEST_TEXT_BYTES];
	struct text text = { 0 };

	text_printf(&text, "%s\n%s\n%s\n%s\n%s\n%s\n%d%d%d%d%d%d%d%d\n", request->version,
		    request->modules, request->drivers, request->firmware, request->init,
		    date ? date : "", request->overlay, request->vlan, request->rescue,
		    request->iscsi, request->ext4, request->xfs, request->btrfs, request->swap);
	digest_bytes(text_string(&text), text.length, digest);
	text_free(&text);
	text_printf(&text, "%s/recipes/%s", cache->cache, digest);
	return text_take(&text);
}

/* Is every file of @lines, which is changed, as it was? */
static bool inputs_are_the_same(char *lines)
{
	char stamp[STAMP_BYTES], *line;

	while ((line = strsep(&lines, "\n")) && *line) {
		char *path = strchr(line, ' ');

		if (!path)
			return false;
		*path++ = '\0';
		stamp_file(path, stamp);
		if (strcmp(stamp, line) != 0)
			return false;
	}
	return true;
}

/* Is the image of the first line, "DIGEST SIZE", there? */
static char *take_image(const struct base_cache *cache, const char *line,
			char digest[static DIGEST_TEXT_BYTES])
{
	unsigned long long size;
	struct stat status;
	char *path;

	if (strspn(line, "0123456789abcdef") != DIGEST_TEXT_BYTES - 1 ||
	    sscanf(line + DIGEST_TEXT_BYTES - 1, " %llu", &size) != 1)
		return NULL;
	memcpy(digest, line, DIGEST_TEXT_BYTES - 1);
	digest[DIGEST_TEXT_BYTES - 1] = '\0';
	path = image_path(cache->cache, digest);
	if (path && !stat(path, &status) && (unsigned long long)status.st_size == size)
		return path;
	free(path);
	return NULL;
}

/*
 * prune() lets it stay. Once a day is enough, and whoever knows the file by its times need not
 * read it again.
 */
static void note_use(const char *path)
{
	struct stat status;

	if (!stat(path, &status) && time(NULL) - status.st_mtime > NOTED_S)
		utimensat(AT_FDCWD, path, NULL, 0);
}

/* The image's path when it can be used again, else NULL. */
static char *recall(const struct base_cache *cache, char digest[static DIGEST_TEXT_BYTES])
{
	struct fault ignored;
	char *text, *lines, *path = NULL;
	size_t length;

	if (fs_read_file(cache->recipe, RECIPE_BYTES_MAX, &text, &length, &ignored))
		return NULL;
	lines = strchr(text, '\n');
	if (lines)
		*lines++ = '\0';
	if (lines && inputs_are_the_same(lines))
		path = take_image(cache, text, digest);
	if (path)
		note_use(path);
	free(text);
	return path;
}

static void add_input(struct text *recipe, const char *path)
{
	char stamp[STAMP_BYTES];

	stamp_file(path, stamp);
	text_printf(recipe, "%s %s\n", stamp, path);
}

static void add_program(struct text *recipe, const char *name)
{
	char path[PATH_MAX];

	own_program(name, path);
	add_input(recipe, path);
}

/* Every directory below @path, which need not be there. */
static void add_directories(struct text *recipe, const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	add_input(recipe, path);
	while (directory && (entry = readdir(directory))) {
		char below[PATH_MAX];
		struct stat status;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (!lstat(below, &status) && S_ISDIR(status.st_mode))
			add_directories(recipe, below);
	}
	if (directory)
		closedir(directory);
}

/* Where kernel_tree_config() looks, and what closure_begin() reads. */
static void add_tree(struct text *recipe, const struct build_request *request,
		     const struct kernel_tree *tree)
{
	static const char *const names[] = { "",
					     "/config",
					     "/modules.dep.bin",
					     "/modules.alias.bin",
					     "/modules.symbols.bin",
					     "/modules.builtin.bin",
					     "/modules.builtin.alias.bin",
					     "/modules.builtin.modinfo",
					     "/modules.softdep" };
	char path[PATH_MAX];

	/* @tree's names are without symbolic links, which may come to lead elsewhere. */
	snprintf(path, sizeof(path), "%s/%s", request->modules, request->version);
	add_input(recipe, path);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", tree->modules, names[i]);
		add_input(recipe, path);
	}
	snprintf(path, sizeof(path), "%s/../../../boot/config-%s", tree->modules, tree->version);
	add_input(recipe, path);
	snprintf(path, sizeof(path), "%s/../../../../boot/config-%s", tree->modules, tree->version);
	add_input(recipe, path);
	snprintf(path, sizeof(path), "/boot/config-%s", tree->version);
	add_input(recipe, path);
}

static void add_modules(struct text *recipe, const struct build_request *request,
			const struct build_result *result, const struct closure *closure)
{
	char path[FIRMWARE_PATH_BYTES];
	const char *suffix;

	for (unsigned int i = 0; i < closure->count; i++) {
		const struct closure_module *module = &closure->modules[i];

		add_input(recipe, module->source);
		for (unsigned int j = 0; j < module->firmware_count; j++)
			if (firmware_find(request->firmware, result->tree.version,
					  module->firmware[j], path, &suffix))
				add_input(recipe, path);
	}
}

/* A recipe that cannot be written only makes the next run slow. */
static void write_recipe(const struct base_cache *cache, const struct build_result *result,
			 const char *digest)
{
	char *directory = fs_join(cache->cache, "recipes");
	struct text recipe = { 0 };
	struct fault ignored;

	text_printf(&recipe, "%s %zu\n", digest, result->packed_length);
	add_input(&recipe, "/proc/self/exe");
	add_input(&recipe, cache->request->init);
	if (cache->request->rescue)
		add_input(&recipe, "/bin/busybox");
	if (cache->request->iscsi)
		add_program(&recipe, "wireroot-iscsi");
	if (cache->request->swap)
		add_program(&recipe, "wireroot-swap");
	add_tree(&recipe, cache->request, &result->tree);
	add_directories(&recipe, cache->request->firmware);
	add_modules(&recipe, cache->request, result, &result->closure);
	add_modules(&recipe, cache->request, result, &result->swap_closure);
	if (directory && !recipe.error && !fs_make_dirs(directory, 0755, &ignored))
		fs_write_file(cache->recipe, recipe.data, recipe.length, 0644, &ignored);
	text_free(&recipe);
	free(directory);
}

static void prune(const char *directory)
{
	time_t oldest = time(NULL) - UNUSED_S;
	DIR *stream = directory ? opendir(directory) : NULL;
	struct dirent *entry;
	struct stat status;

	while (stream && (entry = readdir(stream)))
		if (!fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(status.st_mode) && status.st_mtime < oldest)
			unlinkat(dirfd(stream), entry->d_name, 0);
	if (stream)
		closedir(stream);
}

/* Give the image at @built its name. */
static int name_image(const struct base_cache *cache, const char *built, char **path,
		      char digest[static DIGEST_TEXT_BYTES], struct fault *fault)
{
	int error = digest_file(built, digest, fault);

	if (error)
		return error;
	*path = image_path(cache->cache, digest);
	if (!*path)
		return no_memory(fault);
	if (rename(built, *path) < 0) {
		error = fault_set(fault, errno, "build base image", *path, NULL);
		free(*path);
		*path = NULL;
	}
	return error;
}

/* Build it at @built and give it its name. */
static int build(const struct base_cache *cache, const char *built, char **path,
		 char digest[static DIGEST_TEXT_BYTES], struct fault *fault)
{
	struct build_request request = *cache->request;
	struct build_result result;
	int error;

	request.cache = cache->cache;
	request.output = built;
	error = build_initrd(&request, &result, cache->log, fault);
	if (!error)
		error = name_image(cache, built, path, digest, fault);
	/* Indexes of a temporary directory say nothing of the next run. */
	if (!error && !result.tree.temporary)
		write_recipe(cache, &result, digest);
	build_free(&result);
	return error;
}

static int build_anew(const struct base_cache *cache, char **path,
		      char digest[static DIGEST_TEXT_BYTES], struct fault *fault)
{
	char *directory = fs_join(cache->cache, "base"), *built;
	int error;

	if (!directory || asprintf(&built, "%s/building.%ld", directory, (long)getpid()) < 0) {
		free(directory);
		return no_memory(fault);
	}
	error = fs_make_dirs(directory, 0755, fault);
	if (!error) {
		log_line(cache->log, LOG_LEVEL_NOTICE, "building a base image for kernel %s",
			 cache->request->version);
		prune(directory);
		error = build(cache, built, path, digest, fault);
	}
	if (error)
		unlink(built);
	free(built);
	free(directory);
	return error;
}

int base_cache_get(const struct build_request *request, const char *cache, const struct log *log,
		   char **path, char digest[static DIGEST_TEXT_BYTES], struct fault *fault)
{
	struct base_cache base_cache = { .request = request, .cache = cache, .log = log };
	int error = 0;

	*path = NULL;
	base_cache.recipe = recipe_path(&base_cache);
	if (!base_cache.recipe)
		return no_memory(fault);
	*path = recall(&base_cache, digest);
	if (!*path)
		error = build_anew(&base_cache, path, digest, fault);
	free(base_cache.recipe);
	return error;
}
