// SPDX-License-Identifier: GPL-2.0-only
/* Taking generations away: finished ones, refused ones, and what was left unfinished. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/generation/difference.h"
#include "tools/generation/store_private.h"

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* Remove what is in the directory @name, but not itself. */
static int empty_tree(int parent, const char *name)
{
	DIR *directory = store_read_directory(parent, name);
	const struct dirent *entry;
	int error = 0;

	if (!directory)
		return -errno;
	while (!error && (entry = readdir(directory)))
		if (!is_dots(entry->d_name))
			error = store_remove_tree(dirfd(directory), entry->d_name);
	closedir(directory);
	return error;
}

int store_remove_tree(int parent, const char *name)
{
	int error;

	/* Nearly all are files, and asking first would cost as much again. */
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	error = empty_tree(parent, name);
	if (!error && unlinkat(parent, name, AT_REMOVEDIR) < 0)
		error = -errno;
	return error;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length > tail && !strcmp(name + length - tail, suffix);
}

/* Does the directory entry @name mean that objects may have been left? */
static bool is_left_tree(const char *name)
{
	return ends_with(name, STORE_NEW) || ends_with(name, STORE_OLD) ||
	       !strcmp(name, STORE_REFUSED);
}

/* A manifest whose tree has not got, or has lost, its name. */
static bool is_left_manifest(const struct store *store, const char *name)
{
	char tree[STORE_NAME_BYTES];
	unsigned int generation;

	if (!ends_with(name, STORE_MANIFEST))
		return false;
	generation = store_number(name, strlen(name) - strlen(STORE_MANIFEST));
	store_name(generation, "", tree);
	return generation && faccessat(store->generations, tree, F_OK, 0) < 0 && errno == ENOENT;
}

static int collect_left(const struct store *store, char ***names, size_t *count)
{
	DIR *directory = store_read_directory(store->generations, ".");
	const struct dirent *entry;
	int error = directory ? 0 : -errno;

	while (!error && directory && (entry = readdir(directory))) {
		char **more;

		if (!is_left_tree(entry->d_name) && !is_left_manifest(store, entry->d_name))
			continue;
		more = reallocarray(*names, *count + 1, sizeof(*more));
		if (more)
			*names = more;
		if (more && (more[*count] = strdup(entry->d_name)))
			++*count;
		else
			error = -ENOMEM;
	}
	if (directory)
		closedir(directory);
	return error;
}

/*
 * Manifests before trees, and the objects before the last tree: while there is a tree with such a
 * name, the next one to clean knows that there is something to do.
 */
static int remove_left(const struct store *store, char *const *names, size_t count, bool trees)
{
	int error = 0;

	for (size_t i = 0; !error && i < count; i++)
		if (is_left_tree(names[i]) == trees)
			error = store_remove_tree(store->generations, names[i]);
	return error;
}

/* The directories stay, as the sign that objects are still to be swept. */
static int empty_left(const struct store *store, char *const *names, size_t count, bool *any)
{
	int error = 0;

	*any = false;
	for (size_t i = 0; !error && i < count; i++) {
		if (!is_left_tree(names[i]))
			continue;
		*any = true;
		error = empty_tree(store->generations, names[i]);
	}
	return error;
}

int store_clean(struct store *store, struct fault *fault)
{
	char **names = NULL;
	size_t count = 0;
	bool trees = false;
	int error = collect_left(store, &names, &count);

	if (!error)
		error = remove_left(store, names, count, false);
	if (!error)
		error = empty_left(store, names, count, &trees);
	if (error)
		fault_set(fault, error, "remove what was left in", store->path, NULL);
	if (!error && trees)
		error = objects_sweep(store, fault);
	if (!error && (error = remove_left(store, names, count, true)))
		fault_set(fault, error, "remove what was left in", store->path, NULL);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	store_clean_links(store);
	return error;
}

static void remove_manifest(const struct store *store, unsigned int generation)
{
	char name[STORE_NAME_BYTES];

	store_name(generation, STORE_MANIFEST, name);
	unlinkat(store->generations, name, 0);
}

int store_refuse(struct store *store, unsigned int generation, char **path, struct fault *fault)
{
	char name[STORE_NAME_BYTES];
	int error = store_remove_tree(store->generations, STORE_REFUSED);

	*path = NULL;
	store_name(generation, STORE_NEW, name);
	if (faccessat(store->generations, name, F_OK, 0) < 0)
		store_name(generation, "", name);
	if (!error && renameat(store->generations, name, store->generations, STORE_REFUSED) < 0)
		error = -errno;
	if (error)
		return fault_set(fault, error, "set aside generation", name, NULL);
	remove_manifest(store, generation);
	*path = store_refused_path(store);
	return 0;
}

/*
 * The objects of @removed that the generation in force does not use, if nobody else does. What is
 * in force only spares asking for each; it need not be readable.
 */
static int drop_objects(const struct store *store, const struct manifest *removed,
			struct fault *fault)
{
	struct difference difference = { 0 };
	struct manifest current = { 0 };
	unsigned int number;
	struct fault ignored;
	int error;

	if (!store_current(store, &number, &ignored) && number)
		store_read_manifest(store, number, &current, &ignored);
	error = difference_find(&difference, removed, &current, fault);
	for (size_t i = 0; !error && i < difference.count; i++)
		if (difference.changes[i].old)
			object_drop(store, difference.changes[i].old);
	difference_free(&difference);
	manifest_free(&current);
	return error;
}

int store_remove(struct store *store, unsigned int generation, struct fault *fault)
{
	char name[STORE_NAME_BYTES], old[STORE_NAME_BYTES];
	struct manifest manifest;
	int error = store_read_manifest(store, generation, &manifest, fault);
	bool damaged = store_is_damaged(error);

	if (error && !damaged)
		return error;
	error = 0;
	store_name(generation, "", name);
	store_name(generation, STORE_OLD, old);
	if (renameat(store->generations, name, store->generations, old) < 0)
		error = -errno;
	if (!error) {
		remove_manifest(store, generation);
		/* Its directory stays until the objects are gone, too; see store_clean(). */
		error = empty_tree(store->generations, old);
	}
	if (error)
		fault_set(fault, error, "remove generation", name, NULL);
	else
		error = damaged ? objects_sweep(store, fault)
				: drop_objects(store, &manifest, fault);
	if (!error && unlinkat(store->generations, old, AT_REMOVEDIR) < 0)
		error = fault_set(fault, errno, "remove generation", name, NULL);
	manifest_free(&manifest);
	return error;
}
