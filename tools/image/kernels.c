// SPDX-License-Identifier: GPL-2.0-only
/* The kernels in an image; see kernels.h. */
#include "tools/image/kernels.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cluster/names.h"
#include "tools/image/tree.h"

#define VMLINUZ "vmlinuz-"

static int add(struct image_kernels *kernels, const char *version, bool vmlinuz)
{
	struct image_kernel *kernel;
	size_t i;

	for (i = 0; i < kernels->count; i++)
		if (strcmp(kernels->list[i].version, version) == 0)
			break;
	if (i == kernels->count) {
		kernel = reallocarray(kernels->list, i + 1, sizeof(*kernel));
		if (!kernel)
			return -ENOMEM;
		kernels->list = kernel;
		kernel[i] = (struct image_kernel){ .version = strdup(version) };
		if (!kernel[i].version)
			return -ENOMEM;
		kernels->count++;
	}
	kernel = &kernels->list[i];
	if (vmlinuz)
		kernel->vmlinuz = true;
	else
		kernel->modules = true;
	return 0;
}

/* Is @path, links followed within the image, of the type @type? */
static bool is(int root, const char *directory, const char *name, mode_t type)
{
	char path[TREE_PATH_BYTES];
	struct stat status;
	int fd;
	bool yes;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return false;
	fd = tree_open_file(root, path, O_PATH);
	yes = fd >= 0 && fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == type;
	if (fd >= 0)
		close(fd);
	return yes;
}

/* Versions that the entry @name of @directory stands for. */
static int take_entry(int root, const char *directory, const char *name, bool vmlinuz,
		      struct image_kernels *kernels)
{
	if (name[0] == '.')
		return 0;
	if (!vmlinuz)
		return is(root, directory, name, S_IFDIR) ? add(kernels, name, false) : 0;
	if (strncmp(name, VMLINUZ, strlen(VMLINUZ)) != 0 || !name[strlen(VMLINUZ)] ||
	    !is(root, directory, name, S_IFREG))
		return 0;
	return add(kernels, name + strlen(VMLINUZ), true);
}

static int find_in(int root, const char *path, bool vmlinuz, struct image_kernels *kernels)
{
	int fd = tree_open_file(root, path, O_RDONLY | O_DIRECTORY), error = 0;
	const struct dirent *entry;
	DIR *directory;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
	directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return -ENOMEM;
	}
	while (!error && (entry = readdir(directory)))
		error = take_entry(root, path, entry->d_name, vmlinuz, kernels);
	closedir(directory);
	return error;
}

static int compare_kernels(const void *a, const void *b)
{
	const struct image_kernel *one = a, *other = b;

	return compare_versions(other->version, one->version);
}

int image_kernels_find(const char *path, struct image_kernels *kernels, struct fault *fault)
{
	int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

	*kernels = (struct image_kernels){ 0 };
	if (root < 0)
		return fault_set(fault, errno, "open image", path, NULL);
	error = find_in(root, "boot", true, kernels);
	if (!error)
		error = find_in(root, "usr/lib/modules", false, kernels);
	if (!error)
		error = find_in(root, "lib/modules", false, kernels);
	close(root);
	if (error)
		return fault_set(fault, error, "find kernels of image", path, NULL);
	if (kernels->count)
		qsort(kernels->list, kernels->count, sizeof(*kernels->list), compare_kernels);
	return 0;
}

void image_kernels_free(struct image_kernels *kernels)
{
	for (size_t i = 0; i < kernels->count; i++)
		free(kernels->list[i].version);
	free(kernels->list);
	*kernels = (struct image_kernels){ 0 };
}

const struct image_kernel *image_kernels_newest(const struct image_kernels *kernels)
{
	for (size_t i = 0; i < kernels->count; i++)
		if (kernels->list[i].vmlinuz && kernels->list[i].modules)
			return &kernels->list[i];
	return NULL;
}

void image_kernels_problems(const struct image_kernels *kernels, struct text *text)
{
	for (size_t i = 0; i < kernels->count; i++) {
		const struct image_kernel *kernel = &kernels->list[i];

		if (kernel->vmlinuz && !kernel->modules)
			text_printf(text, "%skernel %s has no modules in usr/lib/modules/%s",
				    text->length ? "\n" : "", kernel->version, kernel->version);
		if (!kernel->vmlinuz && kernel->modules)
			text_printf(text, "%smodules of kernel %s have no kernel boot/vmlinuz-%s",
				    text->length ? "\n" : "", kernel->version, kernel->version);
	}
	if (!image_kernels_newest(kernels))
		text_printf(text,
			    "%sthere is no kernel with its modules: install one, or state "
			    "vmlinuz: and modules: in cluster.yaml",
			    text->length ? "\n" : "");
}
