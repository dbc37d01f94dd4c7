// SPDX-License-Identifier: GPL-2.0-only
/* The files of a definition: cluster.yaml, and nodes.d/ beside it. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/loader.h"
#include "userspace/lib/fs.h"

/* 100,000 nodes with a line each have 10 MB. */
#define SOURCE_BYTES_MAX ((size_t)256 << 20)

#define DROP_INS "nodes.d"

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "read the cluster's definition", "", NULL);
}

static const struct cluster_edit *find_edit(const struct loader *loader, const char *path)
{
	const struct cluster_options *options = loader->options;

	for (size_t i = 0; options && i < options->edit_count; i++)
		if (strcmp(options->edits[i].path, path) == 0)
			return &options->edits[i];
	return NULL;
}

static struct source *add_source(struct loader *loader)
{
	struct source *more =
		reallocarray(loader->sources, loader->source_count + 1, sizeof(*more));

	if (!more)
		return NULL;
	loader->sources = more;
	more[loader->source_count] = (struct source){ 0 };
	return &more[loader->source_count++];
}

static int read_text(const struct loader *loader, struct source *source, struct fault *fault)
{
	const struct cluster_edit *edit = find_edit(loader, source->path);

	if (!edit)
		return fs_read_regular_file(source->path, SOURCE_BYTES_MAX, &source->text,
					    &source->length, fault);
	if (!edit->text)
		return fault_set(fault, ENOENT, "read", source->path, NULL);
	source->text = strndup(edit->text, edit->length);
	source->length = edit->length;
	return source->text ? 0 : no_memory(fault);
}

/* @path belongs to the arena. Broken YAML is no failure here, but a finding. */
static int read_source(struct loader *loader, const char *path, struct fault *fault)
{
	struct source *source = add_source(loader);
	int error;

	if (!source)
		return no_memory(fault);
	source->path = path;
	error = read_text(loader, source, fault);
	if (error)
		return error;
	error = yaml_tree_parse(source->text, source->length, path, loader->arena, loader->findings,
				&source->root);
	return error == -ENOMEM ? no_memory(fault) : 0;
}

static bool is_drop_in(const char *name)
{
	size_t length = strlen(name);

	/* Editors' and our own unfinished files begin with a dot. */
	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

/* Names of drop-ins; grows by one. */
struct names {
	const char **list;
	size_t count, capacity;
};

static int add_name(struct loader *loader, struct names *names, const char *name)
{
	if (names->count == names->capacity) {
		size_t capacity = names->capacity ? names->capacity * 2 : 64;
		const char **more = reallocarray(names->list, capacity, sizeof(*more));

		if (!more)
			return -ENOMEM;
		names->list = more;
		names->capacity = capacity;
	}
	names->list[names->count] =
		loader_printf(loader, "%s/" DROP_INS "/%s", loader->directory, name);
	return names->list[names->count++] ? 0 : -ENOMEM;
}

/* Those on disk, without what is edited. */
static int list_directory(struct loader *loader, struct names *names, struct fault *fault)
{
	const char *path = loader_printf(loader, "%s/" DROP_INS, loader->directory);
	DIR *directory = path ? opendir(path) : NULL;
	struct dirent *entry;
	int error = 0;

	if (!path)
		return no_memory(fault);
	if (!directory)
		return errno == ENOENT ? 0
				       : fault_set(fault, errno, "list", path,
						   "drop-ins stand in a directory");
	while (!error && (entry = readdir(directory))) {
		if (!is_drop_in(entry->d_name))
			continue;
		error = add_name(loader, names, entry->d_name);
		if (!error && find_edit(loader, names->list[names->count - 1]))
			names->count--;
	}
	closedir(directory);
	return error ? no_memory(fault) : 0;
}

static int add_edited(struct loader *loader, struct names *names)
{
	const struct cluster_options *options = loader->options;
	size_t length = strlen(loader->directory);
	int error = 0;

	for (size_t i = 0; !error && options && i < options->edit_count; i++) {
		const char *path = options->edits[i].path;

		if (options->edits[i].text && strncmp(path, loader->directory, length) == 0 &&
		    strncmp(path + length, "/" DROP_INS "/", sizeof(DROP_INS) + 1) == 0)
			error = add_name(loader, names, path + length + sizeof(DROP_INS) + 1);
	}
	return error;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int read_sources(struct loader *loader, const char *path, struct fault *fault)
{
	const char *slash = strrchr(path, '/');
	struct names names = { 0 };
	char *own = arena_copy(loader->arena, path, strlen(path));
	int error;

	loader->directory = !slash ? "."
			    : slash == path
				    ? ""
				    : arena_copy(loader->arena, path, (size_t)(slash - path));
	if (!own || !loader->directory)
		return no_memory(fault);
	error = read_source(loader, own, fault);
	if (!error)
		error = list_directory(loader, &names, fault);
	if (!error && add_edited(loader, &names))
		error = no_memory(fault);
	if (names.count)
		qsort(names.list, names.count, sizeof(*names.list), compare);
	for (size_t i = 0; !error && i < names.count; i++)
		error = read_source(loader, names.list[i], fault);
	free(names.list);
	return error;
}

void free_sources(struct loader *loader)
{
	for (size_t i = 0; i < loader->source_count; i++)
		free(loader->sources[i].text);
	free(loader->sources);
	loader->sources = NULL;
	loader->source_count = 0;
}

const char *source_relative(struct loader *loader, const char *path)
{
	if (path[0] == '/')
		return path;
	return loader_printf(loader, "%s/%s", loader->directory, path);
}
