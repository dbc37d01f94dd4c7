// SPDX-License-Identifier: GPL-2.0-only
/* Which modules belong in an initrd; see closure.h. */
#include "tools/initrd/closure.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libkmod.h>

#include "tools/initrd/firmware.h"
#include "tools/initrd/wired.h"
#include "userspace/lib/nearest.h"

/* Dependencies are at most about ten deep; more would be a mistake of ours. */
#define DEPTH_MAX 64

struct closure_search {
	struct kmod_ctx *kmod;
	const struct kernel_tree *tree;
	unsigned int capacity;
	/* Modules whose dependencies are being followed: soft ones may form a circle. */
	const char *path[DEPTH_MAX];
	unsigned int depth;
};

/* What one module says in its .modinfo section. */
struct modinfo {
	struct kmod_list *list;
};

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "find modules", "", NULL);
}

int closure_begin(struct closure *closure, const struct kernel_tree *tree, struct fault *fault)
{
	struct closure_search *search = calloc(1, sizeof(*search));

	*closure = (struct closure){ .search = search };
	if (!search)
		return no_memory(fault);
	search->tree = tree;
	return kernel_tree_kmod(tree, &search->kmod, fault);
}

static void free_strings(char **strings, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

static void free_module(struct closure_module *module)
{
	free(module->name);
	free(module->source);
	free(module->path);
	free(module->dependencies);
	free_strings(module->aliases, module->alias_count);
	free_strings(module->firmware, module->firmware_count);
	*module = (struct closure_module){ 0 };
}

void closure_free(struct closure *closure)
{
	for (unsigned int i = 0; i < closure->count; i++)
		free_module(&closure->modules[i]);
	free(closure->modules);
	free_strings(closure->left_out, closure->left_out_count);
	if (closure->search)
		kmod_unref(closure->search->kmod);
	free(closure->search);
	*closure = (struct closure){ 0 };
}

static int find_module(const struct closure *closure, const char *name)
{
	for (unsigned int i = 0; i < closure->count; i++)
		if (strcmp(closure->modules[i].name, name) == 0)
			return (int)i;
	return -ENOENT;
}

/* 0 or -errno. */
static int add_string(char ***strings, unsigned int *count, const char *string)
{
	char **more = reallocarray(*strings, *count + 1, sizeof(**strings));

	if (!more)
		return -ENOMEM;
	*strings = more;
	more[*count] = strdup(string);
	if (!more[*count])
		return -ENOMEM;
	(*count)++;
	return 0;
}

/* 0 or -errno. */
static int add_dependency(struct closure_module *module, unsigned int index)
{
	uint16_t *more;

	for (unsigned int i = 0; i < module->dependency_count; i++)
		if (module->dependencies[i] == index)
			return 0;
	more = reallocarray(module->dependencies, module->dependency_count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	module->dependencies = more;
	more[module->dependency_count++] = (uint16_t)index;
	return 0;
}

static const char *modinfo_value(const struct modinfo *info, const char *key)
{
	struct kmod_list *item;

	kmod_list_foreach(item, info->list) if (strcmp(kmod_module_info_get_key(item), key) ==
						0) return kmod_module_info_get_value(item);
	return "";
}

/* "kernel/…/NAME.ko" without what tells of compression; NULL when it is outside of the tree. */
static char *archive_path(const struct closure_search *search, const char *source)
{
	const char *directory = kmod_get_dirname(search->kmod);
	size_t length = strlen(directory);
	char *path, *end;

	if (strncmp(source, directory, length) != 0 || source[length] != '/')
		return NULL;
	path = strdup(source + length + 1);
	end = path ? strstr(path, ".ko") : NULL;
	if (end)
		end[3] = '\0';
	return path;
}

static int visit(struct closure *closure, struct kmod_module *kmod, enum module_group group,
		 enum module_group wanted_for, struct fault *fault);

/*
 * Everything that @name stands for: a module, or those with such an alias. Returns -ENOENT when
 * there is nothing, else 0 or another -errno. With @module the modules' indices become its
 * dependencies.
 */
static int visit_name(struct closure *closure, const char *name, enum module_group group,
		      enum module_group wanted_for, struct closure_module *module,
		      struct fault *fault)
{
	struct kmod_list *found = NULL, *item;
	int error = kmod_module_new_from_lookup(closure->search->kmod, name, &found);

	if (error == 0 && !found)
		error = -ENOENT;
	kmod_list_foreach(item, found)
	{
		struct kmod_module *kmod = kmod_module_get_module(item);
		int index = error ? error : visit(closure, kmod, group, wanted_for, fault);

		kmod_module_unref(kmod);
		if (index == -ELOOP || index == -EEXIST)
			continue; /* a circle of soft ones, or built in */
		if (index < 0)
			error = index;
		else if (module)
			error = add_dependency(module, (unsigned int)index);
	}
	kmod_module_unref_list(found);
	return error;
}

/* The words of @text, parted by any of @separators, one after the other. */
static char *next_of(char **text, const char *separators)
{
	char *word;

	do
		word = strsep(text, separators);
	while (word && !*word);
	return word;
}

static int follow_hard(struct closure *closure, struct closure_module *module,
		       const struct modinfo *info, enum module_group wanted_for,
		       struct fault *fault)
{
	char *names = strdup(modinfo_value(info, "depends"));
	char *rest = names, *name;
	int error = names ? 0 : no_memory(fault);

	while (!error && (name = next_of(&rest, ","))) {
		error = visit_name(closure, name, MODULE_DEP, wanted_for, module, fault);
		if (error == -ENOENT)
			fault_set(fault, ENOENT, "find what a module depends on", name,
				  "the tree of modules is not complete, or depmod was not run");
	}
	free(names);
	return error;
}

/*
 * One softdep line, "pre: NAME… post: NAME…". Those before the module become its dependencies,
 * those behind it are wanted with it; what is not there was not needed. @behind picks one of the
 * two.
 */
static int follow_soft_line(struct closure *closure, struct closure_module *module,
			    const char *line, bool behind, enum module_group wanted_for,
			    struct fault *fault)
{
	char *words = strdup(line);
	char *rest = words, *word;
	bool in_post = false;
	int error = words ? 0 : no_memory(fault);

	while (!error && (word = next_of(&rest, " \t"))) {
		if (strcmp(word, "pre:") == 0 || strcmp(word, "post:") == 0) {
			in_post = word[1] == 'o';
			continue;
		}
		if (in_post != behind)
			continue;
		error = visit_name(closure, word, behind ? wanted_for : MODULE_DEP, wanted_for,
				   behind ? NULL : module, fault);
		if (error == -ENOENT)
			error = 0;
	}
	free(words);
	return error;
}

static int follow_soft(struct closure *closure, struct closure_module *module,
		       const struct modinfo *info, bool behind, enum module_group wanted_for,
		       struct fault *fault)
{
	struct kmod_list *item;
	int error = 0;

	kmod_list_foreach(item, info->list) if (!error && strcmp(kmod_module_info_get_key(item),
								 "softdep") == 0) error =
		follow_soft_line(closure, module, kmod_module_info_get_value(item), behind,
				 wanted_for, fault);
	return error;
}

static bool is_companion_of(const struct companion *companion, const char *name,
			    const struct modinfo *info)
{
	size_t length = strcspn(companion->name, "*");

	if (companion->architecture &&
	    !strstr(modinfo_value(info, "vermagic"), companion->architecture))
		return false;
	return strncmp(companion->name, name, length) == 0 &&
	       (companion->name[length] == '*' || !name[length]);
}

static int follow_companions(struct closure *closure, struct closure_module *module,
			     const struct modinfo *info, enum companion_kind kind,
			     enum module_group wanted_for, struct fault *fault)
{
	const struct companion *companion;
	bool dependency = kind == COMPANION_DEPENDENCY;
	int error = 0;

	for (companion = wired_companions; !error && *companion->name; companion++) {
		if (companion->kind != kind || !is_companion_of(companion, module->name, info))
			continue;
		error = visit_name(closure, companion->needs, dependency ? MODULE_DEP : wanted_for,
				   wanted_for, dependency ? module : NULL, fault);
		if (error == -ENOENT)
			error = 0;
	}
	return error;
}

/* All that has to stand before @module, or may. */
static int follow_before(struct closure *closure, struct closure_module *module,
			 const struct modinfo *info, enum module_group wanted_for,
			 struct fault *fault)
{
	int error = follow_hard(closure, module, info, wanted_for, fault);

	if (!error)
		error = follow_soft(closure, module, info, false, wanted_for, fault);
	if (!error)
		error = follow_companions(closure, module, info, COMPANION_DEPENDENCY, wanted_for,
					  fault);
	if (!error && module->group != MODULE_DEP)
		error = follow_companions(closure, module, info, COMPANION_BESIDE, wanted_for,
					  fault);
	return error;
}

static int take_strings(struct closure_module *module, const struct modinfo *info)
{
	struct kmod_list *item;
	int error = 0;

	kmod_list_foreach(item, info->list)
	{
		const char *key = kmod_module_info_get_key(item);
		const char *value = kmod_module_info_get_value(item);

		if (!error && strcmp(key, "alias") == 0 && wired_is_device_alias(value) &&
		    !strchr(value, ' '))
			error = add_string(&module->aliases, &module->alias_count, value);
		if (!error && strcmp(key, "firmware") == 0)
			error = add_string(&module->firmware, &module->firmware_count, value);
	}
	return error;
}

/* Put @module behind the others. Returns its index or -errno; on success it is the list's. */
static int append(struct closure *closure, struct closure_module *module, struct fault *fault)
{
	struct closure_search *search = closure->search;

	if (closure->count == search->capacity) {
		unsigned int capacity = search->capacity ? 2 * search->capacity : 64;
		struct closure_module *modules;

		if (capacity > MODULE_LIST_MAX)
			return fault_set(fault, E2BIG, "collect modules", module->name, NULL);
		modules = reallocarray(closure->modules, capacity, sizeof(*modules));
		if (!modules)
			return no_memory(fault);
		closure->modules = modules;
		search->capacity = capacity;
	}
	closure->modules[closure->count] = *module;
	*module = (struct closure_module){ 0 };
	return (int)closure->count++;
}

/* What is plugged by the owner's devices, too: the owner has no other way to bring it in. */
static int inherit_aliases(struct closure *closure, unsigned int owner, unsigned int first)
{
	int error = 0;

	for (unsigned int i = first; i < closure->count; i++) {
		struct closure_module *heir = &closure->modules[i];
		const struct closure_module *from = &closure->modules[owner];

		if (heir->group != MODULE_PLUG)
			continue;
		for (unsigned int a = 0; !error && a < from->alias_count; a++)
			error = add_string(&heir->aliases, &heir->alias_count, from->aliases[a]);
	}
	return error;
}

static int follow_behind(struct closure *closure, unsigned int owner, const struct modinfo *info,
			 enum module_group wanted_for, struct fault *fault)
{
	/* The array may move while modules are added. */
	struct closure_module named = { .name = closure->modules[owner].name };
	unsigned int first = closure->count;
	int error = follow_soft(closure, &named, info, true, wanted_for, fault);

	if (!error)
		error = follow_companions(closure, &named, info, COMPANION_BEHIND, wanted_for,
					  fault);
	if (!error && inherit_aliases(closure, owner, first))
		error = no_memory(fault);
	return error;
}

static int fill_in(struct closure *closure, struct closure_module *module,
		   const struct modinfo *info, enum module_group wanted_for, struct fault *fault)
{
	struct closure_search *search = closure->search;
	int error;

	module->path = archive_path(search, module->source);
	if (!module->path)
		return fault_set(fault, EINVAL, "use module", module->source,
				 "it is not below lib/modules/VERSION");
	if (take_strings(module, info))
		return no_memory(fault);
	search->path[search->depth++] = module->name;
	error = follow_before(closure, module, info, wanted_for, fault);
	search->depth--;
	return error;
}

static int add_module(struct closure *closure, struct kmod_module *kmod, enum module_group group,
		      enum module_group wanted_for, struct fault *fault)
{
	struct closure_module module = { .name = strdup(kmod_module_get_name(kmod)),
					 .source = strdup(kmod_module_get_path(kmod)),
					 .group = group };
	struct modinfo info = { NULL };
	int index;

	if (!module.name || !module.source) {
		free_module(&module);
		return no_memory(fault);
	}
	index = kmod_module_get_info(kmod, &info.list);
	if (index < 0)
		fault_set(fault, index, "read module", module.source, NULL);
	else
		index = fill_in(closure, &module, &info, wanted_for, fault);
	if (index >= 0)
		index = append(closure, &module, fault);
	free_module(&module);
	if (index >= 0) {
		int error = follow_behind(closure, (unsigned int)index, &info, wanted_for, fault);

		index = error ? error : index;
	}
	kmod_module_info_free_list(info.list);
	return index;
}

/*
 * Have @kmod and all that it needs in the closure. Returns its index; -EEXIST when it is built into
 * the kernel, -ELOOP when it is being visited, or another -errno with @fault filled in.
 */
static int visit(struct closure *closure, struct kmod_module *kmod, enum module_group group,
		 enum module_group wanted_for, struct fault *fault)
{
	struct closure_search *search = closure->search;
	const char *name = kmod_module_get_name(kmod);
	int index = find_module(closure, name);

	if (index >= 0) {
		if (closure->modules[index].group == MODULE_DEP)
			closure->modules[index].group = group;
		return index;
	}
	for (unsigned int i = 0; i < search->depth; i++)
		if (strcmp(search->path[i], name) == 0)
			return -ELOOP;
	if (search->depth == DEPTH_MAX)
		return fault_set(fault, ELOOP, "follow what modules depend on", name, NULL);
	if (!kmod_module_get_path(kmod)) /* known, but without a file */
		return -EEXIST;
	return add_module(closure, kmod, group, wanted_for, fault);
}

/* A walk through the files of modules below @directory of the tree, in the order of their names. */
struct walk {
	FTS *files;
	size_t prefix_length;
};

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool walk_begin(struct walk *walk, const struct kernel_tree *tree, const char *directory)
{
	char *path;
	char *paths[2] = { NULL, NULL };

	if (asprintf(&path, "%s/%s", tree->modules, directory) < 0)
		return false;
	paths[0] = path;
	walk->prefix_length = strlen(tree->modules) + 1;
	walk->files = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, by_name);
	free(path);
	return walk->files != NULL;
}

/* The next module's path relative to the tree, and its name spelled with '_'; false at the end. */
static bool walk_next(struct walk *walk, const char **path, char name[static 64])
{
	FTSENT *entry;

	while ((entry = fts_read(walk->files))) {
		const char *end = strstr(entry->fts_name, ".ko");

		if (!end || entry->fts_info == FTS_D || entry->fts_info == FTS_DP ||
		    (end[3] && end[3] != '.') || end - entry->fts_name > 63)
			continue;
		*path = entry->fts_path + walk->prefix_length;
		snprintf(name, 64, "%.*s", (int)(end - entry->fts_name), entry->fts_name);
		for (char *c = name; *c; c++)
			if (*c == '-')
				*c = '_';
		return true;
	}
	fts_close(walk->files);
	return false;
}

static int unknown_name(const struct closure *closure, const char *name, struct fault *fault)
{
	char wanted[64], candidate[64], kept[64], hint[128];
	struct nearest nearest;
	const char *path;
	struct walk walk;

	snprintf(wanted, sizeof(wanted), "%s", name);
	for (char *c = wanted; *c; c++)
		if (*c == '-')
			*c = '_';
	nearest = nearest_begin(wanted);
	if (walk_begin(&walk, closure->search->tree, "")) {
		while (walk_next(&walk, &path, candidate)) {
			nearest_offer(&nearest, candidate);
			/* The walk writes over it. */
			if (nearest.name == candidate)
				nearest.name = memcpy(kept, candidate, sizeof(kept));
		}
	}
	snprintf(hint, sizeof(hint), "did you mean %s?", nearest.name ? nearest.name : "");
	return fault_set(fault, ENOENT, "find module", name, nearest.name ? hint : NULL);
}

int closure_want(struct closure *closure, const char *name, enum module_group group,
		 struct fault *fault)
{
	int error;

	fault->error = 0;
	error = visit_name(closure, name, group, group, NULL, fault);
	/* -ENOENT without a story: it is this name that is not known. */
	return error == -ENOENT && !fault->error ? unknown_name(closure, name, fault) : error;
}

/* A module without devices is a library: it comes when a driver depends on it. */
static bool has_devices(const struct modinfo *info)
{
	struct kmod_list *item;

	kmod_list_foreach(item,
			  info->list) if (strcmp(kmod_module_info_get_key(item), "alias") == 0 &&
					  wired_is_device_alias(
						  kmod_module_info_get_value(item))) return true;
	return false;
}

/* Is any of the firmware there that @info names? */
static bool has_firmware(const struct closure *closure, const struct modinfo *info,
			 const char *directory)
{
	char path[FIRMWARE_PATH_BYTES];
	const char *suffix;
	struct kmod_list *item;

	kmod_list_foreach(item,
			  info->list) if (strcmp(kmod_module_info_get_key(item), "firmware") == 0 &&
					  firmware_find(directory, closure->search->tree->version,
							kmod_module_info_get_value(item), path,
							&suffix)) return true;
	return false;
}

/* Read the module called @name; the caller frees the list, which is empty when there is none. */
static struct modinfo read_modinfo(const struct closure *closure, const char *name)
{
	struct kmod_module *kmod = NULL;
	struct modinfo info = { NULL };

	if (kmod_module_new_from_name(closure->search->kmod, name, &kmod) == 0 &&
	    kmod_module_get_path(kmod) && kmod_module_get_info(kmod, &info.list) < 0)
		info.list = NULL;
	kmod_module_unref(kmod);
	return info;
}

static bool lacks_firmware(const struct closure *closure, const char *name, const char *directory)
{
	const struct firmware_need *need = wired_firmware_needs;
	struct modinfo info;
	bool lacks;

	while (*need->name && strcmp(need->name, name) != 0)
		need++;
	if (!*need->name)
		return false;
	info = read_modinfo(closure, need->firmware_of);
	lacks = !has_firmware(closure, &info, directory);
	kmod_module_info_free_list(info.list);
	return lacks;
}

static int want_driver(struct closure *closure, const char *name, const char *firmware,
		       struct fault *fault)
{
	struct modinfo info = read_modinfo(closure, name);
	bool driver = has_devices(&info);

	kmod_module_info_free_list(info.list);
	if (!driver)
		return 0;
	if (!lacks_firmware(closure, name, firmware))
		return closure_want(closure, name, MODULE_PLUG, fault);
	if (add_string(&closure->left_out, &closure->left_out_count, name))
		return no_memory(fault);
	return 0;
}

int closure_want_wired(struct closure *closure, const char *firmware, struct fault *fault)
{
	const char *const *known;
	const char *path;
	char name[64];
	struct walk walk;
	int error = 0;

	for (known = wired_names; !error && *known; known++)
		error = want_driver(closure, *known, firmware, fault);
	if (error || !walk_begin(&walk, closure->search->tree, "kernel/drivers/net/ethernet"))
		return error;
	while (walk_next(&walk, &path, name))
		if (!error && wired_is_driver(path))
			error = want_driver(closure, name, firmware, fault);
	return error;
}

void closure_write_modules(const struct closure *closure, struct text *text)
{
	for (unsigned int i = 0; i < closure->count; i++) {
		const struct closure_module *module = &closure->modules[i];

		text_printf(text, "%s %s %s ", module_group_name(module->group), module->name,
			    module->path);
		for (unsigned int d = 0; d < module->dependency_count; d++)
			text_printf(text, "%s%s", d ? "," : "",
				    closure->modules[module->dependencies[d]].name);
		text_add(text, module->dependency_count ? " -\n" : "- -\n");
	}
}

/* '-' becomes '_', as the init compares, but not between brackets, where it tells of a range. */
static void write_pattern(struct text *text, const char *pattern)
{
	bool bracket = false;

	for (; *pattern; pattern++) {
		bracket = *pattern == '[' || (bracket && *pattern != ']');
		text_add_bytes(text, *pattern == '-' && !bracket ? "_" : pattern, 1);
	}
}

void closure_write_aliases(const struct closure *closure, struct text *text)
{
	for (unsigned int i = 0; i < closure->count; i++) {
		const struct closure_module *module = &closure->modules[i];

		for (unsigned int a = 0; module->group == MODULE_PLUG && a < module->alias_count;
		     a++) {
			write_pattern(text, module->aliases[a]);
			text_printf(text, " %s\n", module->name);
		}
	}
}
