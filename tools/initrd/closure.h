/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which modules belong in an initrd, in an order in which they can be loaded.
 *
 * Wanted modules bring their dependencies, their soft ones, what the kernel would have modprobe
 * load at run time (there is none in an initrd), and the names of their firmware. What is built
 * into the kernel is passed over. Names may be aliases. Everything comes from the modules
 * themselves and from depmod's indexes; the configuration of the machine that builds (modprobe.d)
 * plays no part.
 */
#ifndef WIREROOT_CLOSURE_H
#define WIREROOT_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "initramfs/module_list.h"
#include "tools/initrd/kernel_tree.h"
#include "userspace/lib/text.h"

struct closure_module {
	char *name; /* with '_' */
	char *source; /* where the file is */
	char *path; /* relative to lib/modules/VERSION/, without .xz and the like */
	enum module_group group;
	uint16_t *dependencies; /* indices of direct and soft ones */
	unsigned int dependency_count;
	char **aliases; /* patterns of devices */
	unsigned int alias_count;
	char **firmware; /* names below lib/firmware/ */
	unsigned int firmware_count;
};

struct closure {
	struct closure_module *modules; /* each behind its dependencies */
	unsigned int count;
	char **left_out; /* drivers without the firmware that they cannot do without */
	unsigned int left_out_count;
	struct closure_search *search; /* private */
};

/* Begin with the modules of @tree, which must stay. closure_free() must be called in any case. */
int closure_begin(struct closure *closure, const struct kernel_tree *tree, struct fault *fault);
void closure_free(struct closure *closure);

/*
 * Want the module, or the modules with the alias, @name for @group. Group `dep` never overrides
 * another, and a group that is there already stays. Not knowing @name is -ENOENT, and the hint in
 * @fault is the name most like it.
 */
int closure_want(struct closure *closure, const char *name, enum module_group group,
		 struct fault *fault);

/*
 * Want every driver of a wired network interface, in group `plug`, but those that need firmware of
 * which @firmware, the directory, has none.
 */
int closure_want_wired(struct closure *closure, const char *firmware, struct fault *fault);

/* Write the files that module_list.h describes. */
void closure_write_modules(const struct closure *closure, struct text *text);
void closure_write_aliases(const struct closure *closure, struct text *text);

#endif
