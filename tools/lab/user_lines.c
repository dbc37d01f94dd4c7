// SPDX-License-Identifier: GPL-2.0-only
/* The lines that the user wants to have in a server's configuration; see user_lines.h. */
#include "tools/lab/user_lines.h"

#include <stdlib.h>

#include "userspace/lib/fs.h"

/* Whoever has more lines than this has named the wrong file. */
#define USER_LINES_BYTES_MAX (1 << 20)

int user_lines_add(struct text *text, const char *path, struct fault *fault)
{
	size_t length;
	char *data;
	int error;

	if (!path)
		return 0;
	error = fs_read_file(path, USER_LINES_BYTES_MAX, &data, &length, fault);
	if (error)
		return error;
	text_printf(text, "# From %s:\n", path);
	text_add_bytes(text, data, length);
	text_add(text, "\n");
	free(data);
	return 0;
}
