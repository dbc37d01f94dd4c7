// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot image write NAME|DIR|FILE VOLUME`: fill a disk that no storage of the definition has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/image.h"
#include "tools/image/store.h"
#include "tools/target/offered.h"
#include "userspace/lib/fs.h"

/* A word without a slash is an image's name if there is such an image. */
static char *find_source(const struct image_arguments *arguments)
{
	const char *word = arguments->words[0];
	char *path = image_name_is_good(word) ? fs_join(arguments->images, word) : NULL;

	if (path && fs_is_directory(path))
		return path;
	free(path);
	return strdup(word);
}

/* Everything on the volume is lost. */
static bool agreed(const struct image_arguments *arguments)
{
	if (arguments->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		log_line(&arguments->log, LOG_LEVEL_ERROR,
			 "all that is on %s would be lost: say -y if that is meant",
			 arguments->words[1]);
		return false;
	}
	return cmd_ask(stderr, "All that is on %s will be lost. Go on?", arguments->words[1]);
}

int image_write_run(const struct image_arguments *arguments)
{
	struct image_source source = { 0 };
	struct progress progress;
	struct fault fault = { 0 };
	char *path;
	int error;

	if (!image_may(arguments))
		return CMD_FAILED;
	/* A target opens its disk as anybody may, so that nothing else would tell of it. */
	if (offered_refuse(arguments->words[1], &fault)) {
		log_fault(&arguments->log, &fault);
		return CMD_FAILED;
	}
	path = agreed(arguments) ? find_source(arguments) : NULL;
	if (!path)
		return CMD_FAILED;
	source.path = path;
	progress_begin(&progress, arguments->words[1]);
	error = image_write(&source, arguments->words[1], &arguments->write, &progress, &fault);
	progress_end(&progress);
	free(path);
	if (!error)
		return CMD_DONE;
	log_fault(&arguments->log, &fault);
	return CMD_FAILED;
}
