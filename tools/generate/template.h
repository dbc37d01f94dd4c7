/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text with variables: "@NAME@" becomes the value called NAME, "@@" a single '@'.
 *
 * Pure and strict, so that a slip of the pen is found where files are made and not where a node
 * boots: a variable that nobody defined, a value that the text never uses and an '@' that begins no
 * name are faults, with LINE:COLUMN where there is one. Values go in as they are; who fills them in
 * judges them.
 */
#ifndef WIREROOT_TEMPLATE_H
#define WIREROOT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

struct template_variable {
	const char *name; /* capitals, digits and '_', a capital first */
	const char *value;
	bool optional; /* a text need not use it */
};

/*
 * Add @text, @length bytes, to @output with @variables put in. @source is its name for faults.
 * 0 or -errno with @fault filled in: -EINVAL for the text, -ENOMEM.
 */
int template_render(const char *text, size_t length, const char *source,
		    const struct template_variable *variables, size_t count, struct text *output,
		    struct fault *fault);

#endif
