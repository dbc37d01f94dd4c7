// SPDX-License-Identifier: GPL-2.0-only
/* Where one kernel's modules, configuration and firmware are; see kernel_tree.h. */
#include "tools/initrd/kernel_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/spawn.h"

/* A kernel's configuration is about 300 KB. */
#define CONFIG_BYTES_MAX (8u << 20)

static bool has(const char *directory, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return access(path, F_OK) == 0;
}

/* Is @directory one that belongs in lib/modules/? */
static bool is_version_directory(const char *directory)
{
	return has(directory, "kernel") || has(directory, "modules.builtin") ||
	       has(directory, "modules.dep");
}

/*
 * Is @directory named after @version? Modules of another kernel would build well and fail to load.
 */
static bool is_named(const char *directory, const char *version)
{
	char *path = realpath(directory, NULL);
	bool same = path && strcmp(strrchr(path, '/') + 1, version) == 0;

	free(path);
	return same;
}

/* A version is one name: it becomes a part of paths. */
static bool is_version(const char *version)
{
	return *version && *version != '.' && !strchr(version, '/');
}

static int take_directory(struct kernel_tree *tree, const char *version, const char *directory)
{
	tree->modules = realpath(directory, NULL);
	if (!tree->modules)
		return -errno;
	if (!version)
		version = strrchr(tree->modules, '/') + 1;
	tree->version = strdup(version);
	return tree->version ? 0 : -ENOMEM;
}

static int find_modules(struct kernel_tree *tree, const char *version, const char *directory)
{
	static const char *const below[] = { "lib/modules", "usr/lib/modules", "." };
	char path[PATH_MAX];
	struct utsname running;

	if (directory && is_version_directory(directory) &&
	    (!version || is_named(directory, version)))
		return take_directory(tree, version, directory);
	if (!version) {
		uname(&running);
		version = running.release;
	}
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", directory ? directory : "/", below[i],
			 version);
		if (is_version_directory(path))
			return take_directory(tree, version, path);
	}
	tree->version = strdup(version);
	return -ENOENT;
}

/* Let @indexes have what depmod reads besides the modules. */
static int link_tree(const struct kernel_tree *tree)
{
	static const char *const names[] = { "kernel",		"extra",
					     "updates",		"modules.order",
					     "modules.builtin", "modules.builtin.modinfo" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char from[PATH_MAX], to[PATH_MAX];

		snprintf(from, sizeof(from), "%s/%s", tree->modules, names[i]);
		snprintf(to, sizeof(to), "%s/%s", tree->indexes, names[i]);
		if (access(from, F_OK) == 0 && symlink(from, to) < 0)
			return -errno;
	}
	return 0;
}

static int make_indexes(struct kernel_tree *tree, const struct log *log, struct fault *fault)
{
	const char *parent = getenv("TMPDIR");
	const char *argv[] = { "depmod", "-b", NULL, tree->version, NULL };
	int error;

	log_line(log, LOG_LEVEL_NOTICE,
		 "%s has no modules.dep.bin; running depmod in a temporary directory",
		 tree->modules);
	if (asprintf(&tree->temporary, "%s/wireroot.XXXXXX", parent ? parent : "/tmp") < 0)
		tree->temporary = NULL;
	if (!tree->temporary || !mkdtemp(tree->temporary)) {
		error = tree->temporary ? errno : ENOMEM;
		free(tree->temporary);
		tree->temporary = NULL;
		return fault_set(fault, error, "make temporary directory", parent ? parent : "/tmp",
				 NULL);
	}
	if (asprintf(&tree->indexes, "%s/lib/modules/%s", tree->temporary, tree->version) < 0)
		return fault_set(fault, ENOMEM, "make indexes of modules", "", NULL);
	error = fs_make_dirs(tree->indexes, 0755, fault);
	if (error)
		return error;
	error = link_tree(tree);
	if (error)
		return fault_set(fault, error, "make indexes of modules", tree->indexes, NULL);
	argv[2] = tree->temporary;
	/* kmod may be found only by root's PATH. */
	if (access("/sbin/depmod", X_OK) == 0)
		argv[0] = "/sbin/depmod";
	return spawn_run(argv, fault);
}

int kernel_tree_open(struct kernel_tree *tree, const char *version, const char *directory,
		     const struct log *log, struct fault *fault)
{
	int error;

	*tree = (struct kernel_tree){ 0 };
	if (version && !is_version(version))
		return fault_set(fault, EINVAL, "find kernel", version, "see uname -r");
	error = find_modules(tree, version, directory);
	if (error)
		return fault_set(
			fault, error, "find modules of kernel", tree->version ? tree->version : "",
			"give --kernel VERSION and --modules DIR, which holds lib/modules/VERSION");
	if (!has(tree->modules, "modules.dep.bin") || !has(tree->modules, "modules.alias.bin"))
		return make_indexes(tree, log, fault);
	tree->indexes = strdup(tree->modules);
	return tree->indexes ? 0 : fault_set(fault, ENOMEM, "find kernel", tree->version, NULL);
}

void kernel_tree_close(struct kernel_tree *tree)
{
	struct fault fault;

	if (tree->temporary)
		fs_remove_tree(tree->temporary, &fault); /* what stays is in /tmp */
	free(tree->version);
	free(tree->modules);
	free(tree->indexes);
	free(tree->temporary);
	*tree = (struct kernel_tree){ 0 };
}

int kernel_tree_config(const struct kernel_tree *tree, const char *file, char **config,
		       struct fault *fault)
{
	/* Beside the modules, then in the boot/ of the tree with lib/ or usr/lib/, then ours. */
	static const char *const above[] = { "../../..", "../../../.." };
	char path[PATH_MAX];
	size_t length;

	*config = NULL;
	if (file)
		return fs_read_file(file, CONFIG_BYTES_MAX, config, &length, fault);
	snprintf(path, sizeof(path), "%s/config", tree->modules);
	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]) && !fs_is_file(path); i++)
		snprintf(path, sizeof(path), "%s/%s/boot/config-%s", tree->modules, above[i],
			 tree->version);
	if (!fs_is_file(path))
		snprintf(path, sizeof(path), "/boot/config-%s", tree->version);
	if (!fs_is_file(path))
		return 0;
	return fs_read_file(path, CONFIG_BYTES_MAX, config, &length, fault);
}

/* What fails comes back to the caller; libkmod's own lines would only double it. */
static void ignore_message(void *data, int priority, const char *file, int line,
			   const char *function, const char *format, va_list values)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)values;
}

int kernel_tree_kmod(const struct kernel_tree *tree, struct kmod_ctx **kmod, struct fault *fault)
{
	static const char *const no_configuration[] = { NULL };

	*kmod = kmod_new(tree->indexes, no_configuration);
	if (!*kmod)
		return fault_set(fault, errno ? errno : ENOMEM, "read indexes of modules",
				 tree->indexes, NULL);
	kmod_set_log_fn(*kmod, ignore_message, NULL);
	kmod_load_resources(*kmod);
	return 0;
}
