// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of a generation: made from a set of files, brought to its place.
 *
 * Nearly all of a new generation is in the one before it, under the same name. Those files cost one
 * link(2) each, relative to two open directories. What has been damaged there does not count as
 * alike; see verify_quickly().
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/generation/manifest_file.h"
#include "tools/generation/store_private.h"

struct builder {
	struct store *store;
	const struct file_set *set;
	const struct manifest *new, *old;
	bool owner_changed; /* of secret files, since the old generation */
	int tree, old_tree; /* -1: there is none */
	/* The directory that the files are in at the moment, in both trees. */
	char directory[PATH_MAX];
	int fd, old_fd;
};

static void close_directory(struct builder *builder)
{
	if (builder->fd >= 0)
		close(builder->fd);
	if (builder->old_fd >= 0)
		close(builder->old_fd);
	builder->fd = builder->old_fd = -1;
}

/* Make every directory on the way to @path, which is changed and restored. */
static int make_directories(int tree, char *path)
{
	char *slash = path;

	while (slash) {
		int error = 0;

		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdirat(tree, path, 0755) < 0 && errno != EEXIST)
			error = -errno;
		if (slash)
			*slash = '/';
		if (error)
			return error;
	}
	return 0;
}

/* Go to the directory of the first @length bytes of @path; 0: the tree's own. */
static int enter_directory(struct builder *builder, const char *path, size_t length)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int error = 0;

	if (builder->fd >= 0 && strlen(builder->directory) == length &&
	    !memcmp(builder->directory, path, length))
		return 0;
	close_directory(builder);
	memcpy(builder->directory, path, length);
	builder->directory[length] = '\0';
	if (length)
		error = make_directories(builder->tree, builder->directory);
	if (error)
		return error;
	builder->fd = openat(builder->tree, length ? builder->directory : ".", flags);
	if (builder->fd < 0)
		return -errno;
	if (builder->old_tree >= 0)
		builder->old_fd =
			openat(builder->old_tree, length ? builder->directory : ".", flags);
	return 0;
}

/* From the old generation, where this is possible; it need not be. */
static bool link_from_old(const struct builder *builder, const char *base)
{
	return builder->old_fd >= 0 && linkat(builder->old_fd, base, builder->fd, base, 0) == 0;
}

/* @same: the old generation has it, too. */
static int add_file(struct builder *builder, size_t index, bool same, struct fault *fault)
{
	const struct manifest_entry *entry = &builder->new->entries[index];
	const char *slash = strrchr(entry->path, '/');
	const char *base = slash ? slash + 1 : entry->path;
	int error =
		enter_directory(builder, entry->path, slash ? (size_t)(slash - entry->path) : 0);

	if (error)
		return fault_set(fault, error, "make directory for", entry->path, NULL);
	if (!same || !link_from_old(builder, base))
		error = object_link(builder->store, entry, &builder->set->files[index], builder->fd,
				    base, fault);
	if (error || !builder->owner_changed || entry->mode != STORE_SECRET_MODE)
		return error;
	if (fchownat(builder->fd, base, builder->store->owner, (gid_t)-1, AT_SYMLINK_NOFOLLOW) < 0)
		return fault_set(fault, errno, "give to wirerootd's user", entry->path, NULL);
	return 0;
}

static int add_files(struct builder *builder, struct fault *fault)
{
	const struct manifest *old = builder->old;
	size_t o = 0;
	int error = 0;

	for (size_t n = 0; !error && n < builder->new->count; n++) {
		const struct manifest_entry *entry = &builder->new->entries[n];
		int order = -1;

		while (o < old->count && (order = strcmp(old->entries[o].path, entry->path)) < 0)
			o++;
		error = add_file(builder, n, !order && manifest_same(&old->entries[o], entry),
				 fault);
	}
	return error;
}

static int open_trees(struct builder *builder, struct fault *fault)
{
	int generations = builder->store->generations;
	char name[STORE_NAME_BYTES];

	if (builder->old->generation) {
		store_name(builder->old->generation, "", name);
		builder->old_tree = openat(generations, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	store_name(builder->new->generation, STORE_NEW, name);
	if (mkdirat(generations, name, 0755) < 0)
		return fault_set(fault, errno, "make directory of generation", name, NULL);
	builder->tree = openat(generations, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (builder->tree < 0)
		return fault_set(fault, errno, "open directory of generation", name, NULL);
	return 0;
}

static bool owner_differs(const struct manifest *old, const struct manifest *new)
{
	return old->owner && new->owner &&strcmp(old->owner, new->owner) != 0;
}

int store_build(struct store *store, const struct file_set *set, const struct manifest *new,
		const struct manifest *old, struct fault *fault)
{
	struct builder builder = { .store = store,
				   .set = set,
				   .new = new,
				   .old = old,
				   .owner_changed = owner_differs(old, new),
				   .tree = -1,
				   .old_tree = -1,
				   .fd = -1,
				   .old_fd = -1 };
	int error = open_trees(&builder, fault);
	struct fault ignored;

	if (!error)
		error = add_files(&builder, fault);
	close_directory(&builder);
	if (builder.tree >= 0)
		close(builder.tree);
	if (builder.old_tree >= 0)
		close(builder.old_tree);
	if (error)
		store_clean(store, &ignored);
	return error;
}

static int write_manifest(const struct store *store, const struct manifest *manifest)
{
	char name[STORE_NAME_BYTES];
	int fd, error;

	store_name(manifest->generation, STORE_MANIFEST, name);
	/* It tells hashes of secrets that may be short enough to guess. */
	fd = openat(store->generations, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    STORE_SECRET_MODE);
	if (fd < 0)
		return -errno;
	error = manifest_file_write(manifest, fd);
	if (close(fd) < 0 && !error)
		error = -errno;
	return error;
}

int store_finish(struct store *store, const struct manifest *manifest, struct fault *fault)
{
	char unfinished[STORE_NAME_BYTES], name[STORE_NAME_BYTES];
	int error = write_manifest(store, manifest);

	store_name(manifest->generation, STORE_NEW, unfinished);
	store_name(manifest->generation, "", name);
	/* One for all files; it also tells of what could not be written since they were made. */
	if (!error && syncfs(store->fd) < 0)
		error = -errno;
	if (!error && renameat(store->generations, unfinished, store->generations, name) < 0)
		error = -errno;
	if (!error && fsync(store->generations) < 0)
		error = -errno;
	if (error) {
		struct fault ignored;

		store_clean(store, &ignored);
		return fault_set(fault, error, "write to disk generation", name, NULL);
	}
	return 0;
}
