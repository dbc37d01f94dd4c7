// SPDX-License-Identifier: GPL-2.0-only
/* A distribution's program with its libraries; see program.h. */
#include "tools/initrd/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "tools/initrd/elf_needs.h"
#include "userspace/lib/fs.h"

#define PROGRAM_BYTES_MAX (64u << 20)

/* One program while its libraries are gathered. */
struct gathering {
	struct archive_tree *tree;
	char root[PATH_MAX]; /* where it comes from, without a '/' at the end; empty: this machine
			      */
	char linker[NAME_MAX + 1]; /* the interpreter's own name: a library of libraries */
	unsigned int machine;
	struct fault *fault;
};

/* The tree that @source stands in as [usr/][s]bin/NAME, or this machine's. */
static void find_root(const char *source, char root[static PATH_MAX])
{
	static const char *const places[] = { "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/" };
	const char *slash = strrchr(source, '/');

	root[0] = '\0';
	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		size_t length = strlen(places[i]), before = (size_t)(slash + 1 - source);

		if (before < length || memcmp(slash + 1 - length, places[i], length) != 0)
			continue;
		snprintf(root, PATH_MAX, "%.*s", (int)(before - length), source);
		return;
	}
}

/*
 * Read @path within @root, whose links, absolute ones too, stay within it as they will on the node.
 * Without that call of the kernel (5.6) they are followed as usual.
 */
static int read_within(const char *root, const char *path, char **data, size_t *length)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	int directory = open(*root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC), error;
	char name[2 * PATH_MAX];
	struct fault ignored;
	long fd;

	if (directory < 0)
		return -errno;
	fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
	error = fd < 0 ? -errno : 0;
	close(directory);
	if (error == -ENOSYS || error == -EPERM)
		snprintf(name, sizeof(name), "%s%s", root, path);
	else if (error)
		return error;
	else
		snprintf(name, sizeof(name), "/proc/self/fd/%ld", fd);
	error = fs_read_regular_file(name, PROGRAM_BYTES_MAX, data, length, &ignored);
	if (fd >= 0)
		close((int)fd);
	return error;
}

/* As read_within(), in the program's tree, else on this machine. */
static int read_either(const struct gathering *gathering, const char *path, char **data,
		       size_t *length)
{
	int error = read_within(gathering->root, path, data, length);

	if (error == -ENOENT && gathering->root[0])
		error = read_within("", path, data, length);
	return error;
}

/* In the directories that a dynamic linker looks into by itself, on Debian and elsewhere. */
static int read_library(const struct gathering *gathering, const char *root, const char *name,
			char path[static PATH_MAX], char **data, size_t *length)
{
	static const struct {
		const char *directory;
		bool of_machine; /* below it, one for each architecture */
	} places[] = { { "/lib", true },	{ "/usr/lib", true }, { "/lib64", false },
		       { "/usr/lib64", false }, { "/lib", false },    { "/usr/lib", false } };
	const char *machine =
		gathering->machine == EM_AARCH64 ? "/aarch64-linux-gnu" : "/x86_64-linux-gnu";
	int error = -ENOENT;

	for (size_t i = 0; error == -ENOENT && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, PATH_MAX, "%s%s/%s", places[i].directory,
			 places[i].of_machine ? machine : "", name);
		error = read_within(root, path, data, length);
	}
	return error;
}

static int add_needs(struct gathering *gathering, const struct elf_needs *needs);

/* Takes @data over. */
static int add_one(struct gathering *gathering, const char *path, mode_t permissions, char *data,
		   size_t length)
{
	struct elf_needs needs;
	int error = elf_needs_parse(data, length, &needs);

	/* The tree owns the data from here on, and the texts of @needs with it. */
	if (error) {
		free(data);
		return fault_set(gathering->fault, error, "find the libraries of", path,
				 "it is damaged, or not for this machine");
	}
	error = archive_tree_add_file(gathering->tree, path, permissions, data, length,
				      gathering->fault);
	return error ? error : add_needs(gathering, &needs);
}

static bool has_library(const struct archive_tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->count; i++) {
		const char *slash = strrchr(tree->files[i].path, '/');

		if (slash && strcmp(slash + 1, name) == 0 &&
		    strncmp(tree->files[i].path, "lib/modules/", 12) != 0)
			return true;
	}
	return false;
}

static int add_library(struct gathering *gathering, const char *name)
{
	char path[PATH_MAX], *data = NULL;
	size_t length = 0;
	int error;

	if (strcmp(name, gathering->linker) == 0 || has_library(gathering->tree, name))
		return 0;
	error = read_library(gathering, gathering->root, name, path, &data, &length);
	if (error == -ENOENT && gathering->root[0])
		error = read_library(gathering, "", name, path, &data, &length);
	if (error)
		return fault_set(gathering->fault, error, "find the library", name,
				 "the package that the program comes from needs it");
	return add_one(gathering, path + 1, 0644, data, length);
}

static int add_interpreter(struct gathering *gathering, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *data = NULL;
	size_t length = 0;
	int error;

	snprintf(gathering->linker, sizeof(gathering->linker), "%s", slash + 1);
	if (has_library(gathering->tree, gathering->linker))
		return 0;
	error = read_either(gathering, path, &data, &length);
	if (error)
		return fault_set(gathering->fault, error, "find the dynamic linker", path, NULL);
	return archive_tree_add_file(gathering->tree, path + 1, 0755, data, length,
				     gathering->fault);
}

/* Libraries are at most some ten deep, and none is read twice. */
static int add_needs(struct gathering *gathering, const struct elf_needs *needs)
{
	int error = 0;

	for (unsigned int i = 0; !error && i < needs->count; i++)
		error = add_library(gathering, needs->library[i]);
	return error;
}

int program_add(struct archive_tree *tree, const char *path, const char *source,
		struct fault *fault)
{
	struct gathering gathering = { .tree = tree, .fault = fault };
	struct elf_needs needs;
	char *data = NULL;
	size_t length = 0;
	int error = fs_read_regular_file(source, PROGRAM_BYTES_MAX, &data, &length, fault);

	if (error)
		return error;
	find_root(source, gathering.root);
	if (elf_needs_parse(data, length, &needs) == 0) {
		gathering.machine = needs.machine;
		if (needs.interpreter)
			error = add_interpreter(&gathering, needs.interpreter);
	}
	if (error) {
		free(data);
		return error;
	}
	return add_one(&gathering, path, 0755, data, length);
}
