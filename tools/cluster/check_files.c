// SPDX-License-Identifier: GPL-2.0-only
/* The files that a definition names: kernels, modules, firmware, templates. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cluster/loader.h"
#include "tools/generate/ipxe.h"
#include "tools/initrd/closure.h"
#include "tools/initrd/kernel_tree.h"
#include "userspace/lib/fs.h"

#define TEMPLATE_BYTES_MAX (64u << 10)

static bool skips_files(const struct loader *loader)
{
	return loader->options && loader->options->skip_files;
}

static char *given_path(struct loader *loader, const struct field *field)
{
	return field->value ? (char *)source_relative(loader, field->value->text) : NULL;
}

/* --- versions --------------------------------------------------------------------------------- */

/* Is there a kernel for the modules of @version? */
static bool is_bootable(const struct cluster_image *image, const char *version)
{
	char path[512];

	if (image->vmlinuz)
		return true;
	snprintf(path, sizeof(path), "%s/boot/vmlinuz-%s", image->path, version);
	return fs_is_file(path);
}

/*
 * The newest version among the directory's entries that can be booted.
 */
static const char *newest_version(struct loader *loader, const struct cluster_image *image)
{
	DIR *directory = opendir(image->modules);
	const char *newest = NULL;
	struct dirent *entry;

	if (!directory)
		return NULL;
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.' && is_bootable(image, entry->d_name) &&
		    (!newest || compare_versions(entry->d_name, newest) > 0))
			newest = loader_printf(loader, "%s", entry->d_name);
	closedir(directory);
	return newest;
}

/* --- images ----------------------------------------------------------------------------------- */

/* What to point at when @key is wrong: its value, else the image's name. */
static const struct yaml_node *at(const struct field *fields, int key, const struct yaml_node *name)
{
	return fields[key].value	  ? fields[key].value
	       : fields[IMAGE_PATH].value ? fields[IMAGE_PATH].value
					  : name;
}

static void tell_half(struct loader *loader, const struct cluster_image *image,
		      const struct yaml_node *value, const char *version, bool has_modules)
{
	const char *suggestion = loader_printf(loader, "kernel: %s", image->kernel);

	findings_add(
		loader->findings, value->place, (unsigned int)strlen(value->text), true, suggestion,
		has_modules ? "image %s: kernel %s is not taken: it has modules, but there is no "
			      "boot/vmlinuz-%s"
			    : "image %s: kernel %s is not taken: it has no modules in "
			      "lib/modules/%s",
		image->name, version, version);
}

/* Tell of newer kernels than the one that is taken, of which something is missing: a package that
 * is half installed, or half removed. */
static void tell_halves_in(struct loader *loader, const struct cluster_image *image,
			   const struct yaml_node *value, const char *path, bool modules)
{
	static const char prefix[] = "vmlinuz-";
	size_t skip = modules ? 0 : sizeof(prefix) - 1;
	DIR *directory = opendir(path);
	const struct dirent *entry;
	struct stat status;

	while (directory && (entry = readdir(directory))) {
		const char *version = entry->d_name + skip, *lib;

		if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, skip) != 0 ||
		    compare_versions(version, image->kernel) <= 0 ||
		    fstatat(dirfd(directory), entry->d_name, &status, 0) < 0 ||
		    !S_ISDIR(status.st_mode) != !modules)
			continue;
		lib = loader_printf(loader, "%s/%s", image->modules, version);
		if (modules ? !is_bootable(image, version) : lib && !fs_is_directory(lib))
			tell_half(loader, image, value, version, modules);
	}
	if (directory)
		closedir(directory);
}

static void tell_halves(struct loader *loader, const struct cluster_image *image,
			const struct yaml_node *value)
{
	const char *boot = loader_printf(loader, "%s/boot", image->path);

	if (image->vmlinuz) /* one for all versions, by whoever knows better */
		return;
	tell_halves_in(loader, image, value, image->modules, true);
	if (boot)
		tell_halves_in(loader, image, value, boot, false);
}

/* Returns false with a report when there is none. */
static bool find_kernel(struct loader *loader, struct cluster_image *image,
			const struct field *fields, const struct yaml_node *name)
{
	const char *modules;

	if (strcmp(image->kernel, "newest") == 0) {
		const char *newest = newest_version(loader, image);

		if (newest) {
			image->kernel = newest;
			tell_halves(loader, image, at(fields, IMAGE_KERNEL, name));
		} else {
			loader_report(loader, at(fields, IMAGE_KERNEL, name),
				      "install a kernel in the image, or give modules:",
				      "image %s: there is no kernel with modules in %s",
				      image->name, image->modules);
		}
		return newest != NULL;
	}
	modules = loader_printf(loader, "%s/%s", image->modules, image->kernel);
	if (modules && fs_is_directory(modules))
		return true;
	loader_report(loader, at(fields, IMAGE_KERNEL, name), newest_version(loader, image),
		      "image %s: there are no modules of kernel %s in %s", image->name,
		      image->kernel, image->modules);
	return false;
}

/* Nodes get the kernel from us: a link in an image must not choose one of the server's own files.
 */
static bool leads_out(const struct cluster_image *image, const char *path)
{
	char *root = realpath(image->path, NULL), *real = realpath(path, NULL);
	size_t length = root ? strlen(root) : 0;
	bool out = root && real && (strncmp(real, root, length) != 0 || real[length] != '/');

	free(root);
	free(real);
	return out;
}

static void find_vmlinuz(struct loader *loader, struct cluster_image *image,
			 const struct field *fields, const struct yaml_node *name)
{
	if (!image->vmlinuz)
		image->vmlinuz =
			loader_printf(loader, "%s/boot/vmlinuz-%s", image->path, image->kernel);
	if (image->vmlinuz && !fs_is_file(image->vmlinuz))
		loader_report(loader, at(fields, IMAGE_VMLINUZ, name),
			      fields[IMAGE_VMLINUZ].value ? "a kernel that is there"
							  : "give vmlinuz:",
			      "image %s: there is no kernel %s", image->name, image->vmlinuz);
	else if (image->vmlinuz && !fields[IMAGE_VMLINUZ].value && leads_out(image, image->vmlinuz))
		loader_report(loader, at(fields, IMAGE_VMLINUZ, name),
			      "give vmlinuz: if that is meant",
			      "image %s: %s leads out of the image", image->name, image->vmlinuz);
}

static void find_firmware(struct loader *loader, struct cluster_image *image,
			  const struct field *fields)
{
	static const char *const places[] = { "lib/firmware", "usr/lib/firmware" };

	if (image->firmware) {
		if (!fs_is_directory(image->firmware))
			loader_report(loader, fields[IMAGE_FIRMWARE].value,
				      "a directory that is there, or leave it out",
				      "image %s: there is no directory %s", image->name,
				      image->firmware);
		return;
	}
	for (size_t i = 0; !image->firmware && i < sizeof(places) / sizeof(places[0]); i++) {
		char *path = loader_printf(loader, "%s/%s", image->path, places[i]);

		if (path && fs_is_directory(path))
			image->firmware = path;
	}
}

/* The image's own directory may be on another server when kernel and modules are here. */
static bool has_directory(struct loader *loader, const struct cluster_image *image,
			  const struct field *fields)
{
	if (fs_is_directory(image->path) ||
	    (fields[IMAGE_MODULES].value && fields[IMAGE_VMLINUZ].value))
		return true;
	loader_report(loader, fields[IMAGE_PATH].value,
		      "give modules: and vmlinuz: when the image is on another machine",
		      "image %s: there is no directory %s", image->name, image->path);
	return false;
}

/* lib/ may be one with usr/lib/, or not be there at all. */
static const char *find_modules(struct loader *loader, const struct cluster_image *image)
{
	const char *first = loader_printf(loader, "%s/lib/modules", image->path);
	const char *second = loader_printf(loader, "%s/usr/lib/modules", image->path);

	if (!first || !second || skips_files(loader) || fs_is_directory(first))
		return first;
	return fs_is_directory(second) ? second : first;
}

void find_image_files(struct loader *loader, struct cluster_image *image,
		      const struct field *fields, const struct yaml_node *name)
{
	image->vmlinuz = given_path(loader, &fields[IMAGE_VMLINUZ]);
	image->firmware = given_path(loader, &fields[IMAGE_FIRMWARE]);
	image->modules = given_path(loader, &fields[IMAGE_MODULES]);
	if (!image->modules)
		image->modules = find_modules(loader, image);
	if (!image->modules || skips_files(loader) || !has_directory(loader, image, fields))
		return;
	if (!fs_is_directory(image->modules)) {
		loader_report(loader, at(fields, IMAGE_MODULES, name),
			      fields[IMAGE_MODULES].value ? "a directory that is there"
							  : "install a kernel in the image",
			      "image %s: there is no directory %s", image->name, image->modules);
		return;
	}
	if (find_kernel(loader, image, fields, name))
		find_vmlinuz(loader, image, fields, name);
	find_firmware(loader, image, fields);
}

/* --- drivers ---------------------------------------------------------------------------------- */

/* The modules of one image, opened when a node first names one. */
struct image_modules {
	const struct cluster_image *image;
	struct kernel_tree tree;
	struct closure closure;
	bool opened, usable;
	struct table known; /* names that were looked for: a text, "" when all is well */
};

static void open_modules(struct image_modules *modules)
{
	const struct cluster_image *image = modules->image;
	struct log quiet = { .program = "wireroot", .level = LOG_LEVEL_ERROR };
	struct fault fault;

	modules->opened = true;
	modules->usable = kernel_tree_open(&modules->tree, image->kernel, image->modules, &quiet,
					   &fault) == 0;
	if (!modules->usable) {
		char path[512];

		/* The directory holds versions itself, as /lib/modules does. */
		kernel_tree_close(&modules->tree);
		snprintf(path, sizeof(path), "%s/%s", image->modules, image->kernel);
		modules->usable =
			kernel_tree_open(&modules->tree, image->kernel, path, &quiet, &fault) == 0;
	}
	modules->usable =
		modules->usable && closure_begin(&modules->closure, &modules->tree, &fault) == 0;
}

/* "" when the module is there, else what is wrong with it. */
static const char *module_problem(struct loader *loader, struct image_modules *modules,
				  const char *name)
{
	const char *problem = table_find(&modules->known, name, strlen(name));
	struct fault fault = { 0 };

	if (problem)
		return problem;
	problem = "";
	if (closure_want(&modules->closure, name, MODULE_NET, &fault))
		problem =
			loader_printf(loader, "%s", fault.hint[0] ? fault.hint : "it is not there");
	if (!problem)
		return "";
	loader->no_memory |= table_put(&modules->known, name, strlen(name), (void *)problem) != 0;
	return problem;
}

static void check_module(struct loader *loader, struct image_modules *modules,
			 const struct cluster_node *node, const struct placed_word *word)
{
	static const char did_you_mean[] = "did you mean ";
	const char *problem = module_problem(loader, modules, word->text), *suggestion = NULL;

	if (!*problem)
		return;
	if (strncmp(problem, did_you_mean, sizeof(did_you_mean) - 1) == 0) {
		const char *name = problem + sizeof(did_you_mean) - 1;

		suggestion = loader_printf(loader, "%.*s", (int)strcspn(name, "?"), name);
	}
	gather_add(&loader->gather, word->place, word->length, false, suggestion, node->name,
		   "kernel %s of image %s has no module '%s'", modules->image->kernel,
		   modules->image->name, word->text);
}

static void check_node_drivers(struct loader *loader, struct image_modules *modules,
			       const struct cluster_node *node)
{
	const struct setting *list = loader->driver_lists[node - loader->cluster->nodes];
	struct image_modules *own;

	if (node->drivers_auto || !list || !node->image || !node->image->kernel ||
	    strcmp(node->image->kernel, "newest") == 0)
		return;
	own = &modules[node->image - loader->cluster->images];
	if (!own->opened)
		open_modules(own);
	for (size_t i = 0; own->usable && i < list->word_count; i++)
		check_module(loader, own, node, &list->words[i]);
}

void check_drivers(struct loader *loader)
{
	const struct cluster *cluster = loader->cluster;
	struct image_modules *modules;

	if (skips_files(loader))
		return;
	modules = loader_alloc(loader, cluster->image_count * sizeof(*modules));
	for (size_t i = 0; modules && i < cluster->image_count; i++)
		modules[i].image = &cluster->images[i];
	for (size_t i = 0; modules && i < cluster->node_count; i++)
		check_node_drivers(loader, modules, &cluster->nodes[i]);
	for (size_t i = 0; modules && i < cluster->image_count; i++) {
		if (modules[i].opened) {
			closure_free(&modules[i].closure);
			kernel_tree_close(&modules[i].tree);
		}
		table_free(&modules[i].known);
	}
}

/* --- templates -------------------------------------------------------------------------------- */

/* Would a script come of the template? The values are any that are well-formed. */
static int try_template(const char *text, size_t length, const char *path, int key,
			struct fault *fault)
{
	static const char *const initrds[] = { "http://10.0.0.1/base.img" };
	const struct ipxe_node_script script = { .kernel = "http://10.0.0.1/vmlinuz",
						 .initrds = initrds,
						 .initrd_count = 1,
						 .append = "" };
	struct ipxe_template template = { text, length, path };
	struct text output = { 0 };
	int error;

	if (key == TEMPLATE_NODE)
		error = ipxe_node_script(&template, &script, &output, fault);
	else
		error = ipxe_boot_script(&template, "http://10.0.0.1", &output, fault);
	text_free(&output);
	return error;
}

static const char *read_template(struct loader *loader, const struct field *field, int key)
{
	const char *path = given_path(loader, field);
	char line[FAULT_LINE_BYTES];
	struct fault fault;
	char *text = NULL;
	const char *kept;
	size_t length;
	int error;

	if (!path || skips_files(loader))
		return NULL;
	error = fs_read_regular_file(path, TEMPLATE_BYTES_MAX, &text, &length, &fault);
	if (!error)
		error = try_template(text, length, path, key, &fault);
	if (error)
		loader_report(loader, field->value, NULL, "%s", fault_line(&fault, line));
	kept = error ? NULL : loader_printf(loader, "%s", text);
	free(text);
	return kept;
}

void read_templates(struct loader *loader, const struct field *field)
{
	struct field fields[TEMPLATE_KEY_COUNT];
	struct cluster *cluster = loader->cluster;

	if (!field->value)
		return;
	fields_read(loader, field->name, field->value, SECTION_TEMPLATES, "templates", fields);
	cluster->node_template = read_template(loader, &fields[TEMPLATE_NODE], TEMPLATE_NODE);
	cluster->boot_template = read_template(loader, &fields[TEMPLATE_BOOT], TEMPLATE_BOOT);
}
