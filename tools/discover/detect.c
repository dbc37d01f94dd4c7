// SPDX-License-Identifier: GPL-2.0-only
/* Finds the drivers that a machine needs; see detect.h. */
#include "tools/discover/detect.h"

#include <errno.h>
#include <libkmod.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/initrd/kernel_tree.h"
#include "tools/initrd/wired.h"

/* No machine has so many different interfaces. */
#define DRIVERS_MAX 64

struct detection {
	struct kmod_ctx *kmod;
	char *drivers[DRIVERS_MAX];
	size_t count;
	bool has_usb_interface;
};

static bool is_usb_host(const char *name)
{
	static const char *const names[] = { "xhci_pci", "ehci_pci", "ohci_pci", "uhci_hcd" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* Is @module the driver of a wired interface, or of what one may hang on? */
static bool is_wanted(const struct detection *detection, const struct kmod_module *module)
{
	const char *path = kmod_module_get_path(module), *name = kmod_module_get_name(module);
	size_t prefix = strlen(kmod_get_dirname(detection->kmod)) + 1;

	if (!path || strlen(path) <= prefix) /* built into the kernel */
		return false;
	for (const char *const *known = wired_names; *known; known++)
		if (!strcmp(name, *known))
			return true;
	return wired_is_driver(path + prefix);
}

static int add_driver(struct detection *detection, const char *name)
{
	for (size_t i = 0; i < detection->count; i++)
		if (!strcmp(detection->drivers[i], name))
			return 0;
	if (detection->count == DRIVERS_MAX)
		return 0;
	detection->drivers[detection->count] = strdup(name);
	return detection->drivers[detection->count] ? (detection->count++, 0) : -ENOMEM;
}

static int look_up(struct detection *detection, const char *modalias)
{
	struct kmod_list *found = NULL, *item;
	int error = kmod_module_new_from_lookup(detection->kmod, modalias, &found);

	kmod_list_foreach(item, found)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		if (!error && is_wanted(detection, module)) {
			const char *name = kmod_module_get_name(module);

			detection->has_usb_interface |=
				!is_usb_host(name) && !strncmp(modalias, "usb:", 4);
			error = add_driver(detection, name);
		}
		kmod_module_unref(module);
	}
	kmod_module_unref_list(found);
	return error;
}

static int look_all_up(struct detection *detection, const char *modaliases)
{
	char modalias[512];
	int error = 0;

	while (!error && *modaliases) {
		size_t length = strcspn(modaliases, "\n");

		if (length < sizeof(modalias)) {
			memcpy(modalias, modaliases, length);
			modalias[length] = '\0';
			/* A name would be a module's, not a device's. */
			if (strchr(modalias, ':'))
				error = look_up(detection, modalias);
		}
		modaliases += length + (modaliases[length] == '\n');
	}
	return error;
}

static int compare(const void *first, const void *second)
{
	return strcmp(*(char *const *)first, *(char *const *)second);
}

static void write_drivers(struct detection *detection, struct text *drivers)
{
	bool is_first = true;

	qsort(detection->drivers, detection->count, sizeof(detection->drivers[0]), compare);
	for (size_t i = 0; i < detection->count; i++) {
		if (is_usb_host(detection->drivers[i]) && !detection->has_usb_interface)
			continue;
		text_printf(drivers, "%s%s", is_first ? "" : ",", detection->drivers[i]);
		is_first = false;
	}
}

static int detect(const struct kernel_tree *tree, const char *modaliases, struct text *drivers,
		  struct fault *fault)
{
	struct detection detection = { 0 };
	int error = kernel_tree_kmod(tree, &detection.kmod, fault);

	if (error)
		return error;
	error = look_all_up(&detection, modaliases);
	if (!error)
		write_drivers(&detection, drivers);
	else
		fault_set(fault, error, "find the drivers of a machine", tree->version, NULL);
	for (size_t i = 0; i < detection.count; i++)
		free(detection.drivers[i]);
	kmod_unref(detection.kmod);
	return error;
}

/* The image's modules are in the directory of their version or, as in /lib/modules, below it. */
static int open_tree(struct kernel_tree *tree, const struct cluster_image *image,
		     const struct log *log, struct fault *fault)
{
	char *directory;
	int error = kernel_tree_open(tree, image->kernel, image->modules, log, fault);

	if (!error)
		return 0;
	kernel_tree_close(tree);
	if (asprintf(&directory, "%s/%s", image->modules, image->kernel) < 0)
		return fault_set(fault, ENOMEM, "find the drivers of a machine", image->name, NULL);
	error = kernel_tree_open(tree, image->kernel, directory, log, fault);
	free(directory);
	return error;
}

int detect_drivers(const struct cluster_image *image, const char *modaliases, struct text *drivers,
		   const struct log *log, struct fault *fault)
{
	struct kernel_tree tree;
	int error = open_tree(&tree, image, log, fault);

	if (!error)
		error = detect(&tree, modaliases, drivers, fault);
	kernel_tree_close(&tree);
	return error;
}
