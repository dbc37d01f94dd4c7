// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot image build NAME`: make an image of Debian's packages. */
#include <stdio.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/image.h"
#include "tools/image/build.h"

int image_build_run(const struct image_arguments *arguments)
{
	const struct image_build build = { .store = arguments->images,
					   .name = arguments->words[0],
					   .suite = arguments->suite,
					   .mirror = arguments->mirror,
					   .packages = arguments->packages,
					   .bare = arguments->bare,
					   .hooks = arguments->hooks,
					   .hook_count = arguments->hook_count };
	struct progress progress;
	struct text last = { 0 };
	struct fault fault = { 0 };
	int error;

	if (!image_may(arguments))
		return CMD_FAILED;
	progress_begin(&progress, build.name);
	error = image_build(&build, &progress, &last, &fault);
	progress_end(&progress);
	if (error) {
		fputs(text_string(&last), stderr);
		log_fault(&arguments->log, &fault);
	}
	text_free(&last);
	return error ? CMD_FAILED : image_tell(arguments, build.name);
}
