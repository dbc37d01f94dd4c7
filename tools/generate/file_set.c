// SPDX-License-Identifier: GPL-2.0-only
/* The files of a generation, in memory; see file_set.h. */
#include "tools/generate/file_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct generated_file *add(struct file_set *set, const char *path, mode_t mode)
{
	struct generated_file *file;

	if (set->count == set->capacity) {
		size_t capacity = set->capacity ? 2 * set->capacity : 64;
		struct generated_file *files = reallocarray(set->files, capacity, sizeof(*files));

		if (!files)
			return NULL;
		set->files = files;
		set->capacity = capacity;
	}
	file = &set->files[set->count];
	*file = (struct generated_file){ .path = strdup(path), .mode = mode };
	if (!file->path)
		return NULL;
	set->count++;
	return file;
}

int file_set_add(struct file_set *set, const char *path, mode_t mode, char *data, size_t length,
		 struct fault *fault)
{
	struct generated_file *file = data ? add(set, path, mode) : NULL;

	if (!file) {
		free(data);
		return fault_set(fault, ENOMEM, "generate", path, NULL);
	}
	file->data = data;
	file->length = length;
	return 0;
}

int file_set_share(struct file_set *set, char *data, struct fault *fault)
{
	if (data && set->shared_count == set->shared_capacity) {
		size_t capacity = set->shared_capacity ? 2 * set->shared_capacity : 16;
		char **shared = reallocarray(set->shared, capacity, sizeof(*shared));

		if (shared) {
			set->shared = shared;
			set->shared_capacity = capacity;
		}
	}
	if (!data || set->shared_count == set->shared_capacity) {
		free(data);
		return fault_set(fault, ENOMEM, "generate", "contents of several files", NULL);
	}
	set->shared[set->shared_count++] = data;
	return 0;
}

int file_set_add_shared(struct file_set *set, const char *path, mode_t mode, char *data,
			size_t length, struct fault *fault)
{
	struct generated_file *file = add(set, path, mode);

	if (!file)
		return fault_set(fault, ENOMEM, "generate", path, NULL);
	file->data = data;
	file->length = length;
	file->shared = true;
	return 0;
}

int file_set_add_source(struct file_set *set, const char *path, mode_t mode, const char *source,
			struct fault *fault)
{
	char *copy = strdup(source);
	struct generated_file *file = copy ? add(set, path, mode) : NULL;

	if (!file) {
		free(copy);
		return fault_set(fault, ENOMEM, "generate", path, NULL);
	}
	file->source = copy;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct generated_file *one = a, *other = b;

	return strcmp(one->path, other->path);
}

int file_set_sort(struct file_set *set, struct fault *fault)
{
	if (set->count)
		qsort(set->files, set->count, sizeof(*set->files), compare);
	for (size_t i = 1; i < set->count; i++)
		if (!strcmp(set->files[i - 1].path, set->files[i].path))
			return fault_set(fault, EEXIST, "generate", set->files[i].path,
					 "two values of the definition lead to one file");
	return 0;
}

const struct generated_file *file_set_find(const struct file_set *set, const char *path)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(path, set->files[middle].path);

		if (!order)
			return &set->files[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void file_set_free(struct file_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->files[i].path);
		if (!set->files[i].shared)
			free(set->files[i].data);
		free(set->files[i].source);
	}
	for (size_t i = 0; i < set->shared_count; i++)
		free(set->shared[i]);
	free(set->shared);
	free(set->files);
	*set = (struct file_set){ 0 };
}
