/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of modules in an initrd, as `wireroot initrd build` wrote it.
 *
 * /etc/wireroot/modules: one module a line, five fields parted by one space, every module behind
 * all of its dependencies:
 *
 *	GROUP NAME PATH DEPENDENCIES OPTIONS
 *	net virtio_net kernel/drivers/net/virtio_net.ko virtio_ring,virtio,net_failover -
 *
 * GROUP says when the module is wanted: `net` at once, `root` (NFS) and `iscsi` (with its file
 * systems) unless the parameters rule such a root out, `overlay` and `vlan` when one asks for it,
 * `plug` when a device's modalias matches, `dep` only for another's sake.
 * NAME is spelled with '_'. PATH is relative to /lib/modules/VERSION/. DEPENDENCIES are direct and
 * soft (pre) ones, by NAME with commas, or `-`. OPTIONS are `-` or the rest of the line.
 *
 * /etc/wireroot/aliases (generic images only): `PATTERN NAME` a line, as in modules.alias, with '-'
 * outside brackets turned into '_'.
 *
 * Lines that begin with '#' and empty lines are passed over.
 */
#ifndef WIREROOT_MODULE_LIST_H
#define WIREROOT_MODULE_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define MODULE_LIST_PATH  "/etc/wireroot/modules"
#define MODULE_ALIAS_PATH "/etc/wireroot/aliases"

/* More lines than these are refused (-E2BIG). The largest image today has about 500 and 6000. */
#define MODULE_LIST_MAX	 4096
#define MODULE_ALIAS_MAX 65536

enum module_group {
	MODULE_NET,
	MODULE_ROOT,
	MODULE_OVERLAY,
	MODULE_VLAN,
	MODULE_ISCSI,
	MODULE_PLUG,
	MODULE_DEP,
	MODULE_GROUP_COUNT,
};

enum module_state {
	MODULE_UNWANTED,
	MODULE_WANTED,
	MODULE_LOADING, /* the loader's: taken from module_list_next() */
	MODULE_LOADED, /* the loader's */
	MODULE_FAILED, /* the loader's */
};

struct module {
	const char *name; /* with '_' */
	const char *path; /* relative to /lib/modules/VERSION/ */
	const char *options; /* "" when there are none */
	uint32_t first_dependency; /* in the list's dependencies */
	uint16_t dependency_count;
	uint8_t group; /* enum module_group */
	uint8_t state; /* enum module_state; written by the loader, too */
};

/* Strings point into the text that was parsed, which has to stay; the rest is one allocation. */
struct module_list {
	struct module *modules; /* in the order of the file */
	unsigned int count;
	uint16_t *dependencies; /* indices into modules, each smaller than its owner's */
	uint16_t *slots; /* hash table of names: index + 1, or 0 */
	unsigned int slot_count; /* a power of two */
};

struct module_alias {
	const char *pattern;
	uint16_t literal_length; /* what stands before the first of "*?[" */
	uint16_t module;
};

struct module_aliases {
	struct module_alias *aliases;
	unsigned int count;
};

/* The group's name as in the file: "net", … "dep". */
const char *module_group_name(enum module_group group);

/*
 * Parse @length bytes at @text, and text[length] must be a NUL. @text is changed and has to outlive
 * @list, which module_list_free() gives back. Returns 0, or -EINVAL, -E2BIG or -ENOMEM with @fault
 * filled in, which names the line; a dependency that does not stand before its owner is refused, so
 * that there can be no cycles. @list is then empty and needs no freeing.
 */
int module_list_parse(char *text, size_t length, struct module_list *list, struct fault *fault);
void module_list_free(struct module_list *list);

/* The same for the aliases; each NAME must be in @list. */
int module_aliases_parse(char *text, size_t length, const struct module_list *list,
			 struct module_aliases *aliases, struct fault *fault);
void module_aliases_free(struct module_aliases *aliases);

/* The index of the module called @name ('-' equals '_'), or -ENOENT. */
int module_list_find(const struct module_list *list, const char *name);

/*
 * Want one module, or a whole group, with everything that it depends on. What is loading, loaded or
 * failed keeps its state. Returns how many modules became wanted.
 */
unsigned int module_list_want(struct module_list *list, unsigned int index);
unsigned int module_list_want_group(struct module_list *list, enum module_group group);

/*
 * Want all modules with an alias that matches @modalias, a device's modalias from sysfs without its
 * newline. Returns how many became wanted.
 */
unsigned int module_list_want_modalias(struct module_list *list,
				       const struct module_aliases *aliases, const char *modalias);

/*
 * The first wanted module, looked for from index @first on and then from the beginning, none of
 * whose dependencies is wanted or loading any more, now MODULE_LOADING; NULL when there is none:
 * either all is done or something that is loading must end first. Several may be loading at once. A
 * failed dependency holds nothing back: it may be a soft one, and otherwise the kernel says best
 * what is missing.
 */
struct module *module_list_next(struct module_list *list, unsigned int first);

/*
 * Mark what @text, /proc/modules, calls "Live" as loaded; it is changed. Returns how many of the
 * list's modules these are.
 */
unsigned int module_list_note_live(struct module_list *list, char *text);

/* How many modules are wanted or loading. */
unsigned int module_list_pending(const struct module_list *list);

/*
 * Does @modalias match @pattern, with '*', '?' and '[…]' as in modules.alias and '-' equal to '_'?
 * Takes at most time of the product of both lengths and no stack.
 */
int module_alias_matches(const char *pattern, const char *modalias);

#endif
