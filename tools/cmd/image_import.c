// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot image import NAME FILE|DIR`: make an image of what there is. */
#include "tools/cmd/cmd.h"
#include "tools/cmd/image.h"
#include "tools/image/import.h"

int image_import_run(const struct image_arguments *arguments)
{
	const struct image_import import = { .store = arguments->images,
					     .name = arguments->words[0],
					     .source = arguments->words[1],
					     .reference = arguments->reference };
	struct progress progress;
	struct fault fault = { 0 };
	int error;

	if (!image_may(arguments))
		return CMD_FAILED;
	progress_begin(&progress, import.name);
	error = image_import(&import, &progress, &fault);
	progress_end(&progress);
	if (!error)
		return image_tell(arguments, import.name);
	log_fault(&arguments->log, &fault);
	return CMD_FAILED;
}
