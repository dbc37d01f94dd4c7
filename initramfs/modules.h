/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load kernel modules side by side, while the init does other things.
 *
 * Worker processes, one for each processor, call finit_module(), which blocks; the init hands them
 * one module at a time in the order that module_list.h allows, and learns of each result in its
 * event loop.
 */
#ifndef WIREROOT_MODULES_H
#define WIREROOT_MODULES_H

#include <stdbool.h>
#include <sys/types.h>

#include "fault.h"
#include "module_list.h"
#include "params.h"
#include "words.h"

#define MODULE_WORKERS_MAX 8

struct module_worker {
	pid_t pid;
	int socket; /* the init's end; -1: gone */
	struct module *module; /* being loaded; NULL: idle */
	uint64_t began_us; /* when it was handed out */
};

struct module_loader {
	struct module_list list;
	struct module_aliases aliases;
	struct module_worker workers[MODULE_WORKERS_MAX];
	unsigned int worker_count;
	unsigned int behind_net; /* the index behind the last network driver of the list */
	const char *until; /* loading early: the file at which it ends; NULL: the init loads */
	int uevent_socket; /* -1: no cold-plug in this image */
	const struct params *params;
	const struct words *words; /* for module options */
	char directory[96]; /* /lib/modules/VERSION */
	unsigned int loaded, failed;
	unsigned int live; /* were loaded before */
};

/*
 * Read the lists, want the groups that the parameters ask for, look at the devices that are there,
 * and begin. An image without a list is fine: the kernel has everything built in. Returns 0, or a
 * negative errno with
 * @fault when no module can be loaded at all.
 */
int modules_start(struct module_loader *loader, const struct params *params,
		  const struct words *words, struct fault *fault);

/*
 * Make ready, wait until @go is readable, and load the groups that the parameters ask for until
 * @until exists: that says that modules_start() takes over, or soon will.
 */
void modules_load_early(struct module_loader *loader, const struct params *params,
			const struct words *words, int go, const char *until);

/*
 * A worker's socket is readable. Returns 0, or the negative errno of the module that failed, with
 * @fault; the loader goes on in both cases.
 */
int modules_result(struct module_loader *loader, struct module_worker *worker, struct fault *fault);

/* The uevent socket is readable: a device appeared. */
void modules_uevent(struct module_loader *loader);

/* Whether everything wanted so far has been tried. */
bool modules_settled(const struct module_loader *loader);

/* Whether every module of @group, with what it needs, has been tried. */
bool modules_group_settled(const struct module_loader *loader, enum module_group group);

/* Whether the module called @name has been tried; true when the image has none of this name. */
bool modules_named_settled(const struct module_loader *loader, const char *name);

/* End the workers and close everything. */
void modules_stop(struct module_loader *loader);

#endif
