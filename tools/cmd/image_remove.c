// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot image remove NAME`: take an image away that nobody uses. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/image.h"
#include "tools/image/store.h"
#include "tools/image/uses.h"
#include "userspace/lib/fs.h"

static int refuse(const char *name, const char *what, const char *nodes, const char *hint,
		  struct fault *fault)
{
	char doing[sizeof(fault->doing)];

	snprintf(doing, sizeof(doing), "remove image %.50s; %s", name, what);
	return fault_set(fault, EBUSY, doing, nodes, hint);
}

static int check_running(const struct image_uses *uses, const char *name, const char *path,
			 struct fault *fault)
{
	char number[32], hint[sizeof(fault->hint)], since[REMAINS_TIME_BYTES];
	struct text nodes = { 0 };
	unsigned int generation;
	int error = image_uses_running(uses, path, &nodes, &generation, fault);

	snprintf(number, sizeof(number), "generation %u", generation);
	snprintf(
		hint, sizeof(hint),
		"wirerootd knows who booted since %s only: the generation counts as run for 30 days",
		remains_since_text(&uses->remains, since));
	if (!error && nodes.length)
		error = refuse(name, "it is the root of", text_string(&nodes),
			       "these nodes run; shut them down or boot them from another image",
			       fault);
	else if (!error && generation && generation == uses->current)
		error = refuse(name, "it is exported by", number,
			       "it is in force; apply a definition without the image first", fault);
	else if (!error && generation)
		error = refuse(name, "it may be run by nodes of", number,
			       uses->asked ? hint : "wirerootd could not be asked; start it",
			       fault);
	text_free(&nodes);
	return error;
}

static int check_unused(const struct image_arguments *arguments, const char *path,
			struct fault *fault)
{
	const char *name = arguments->words[0];
	struct text nodes = { 0 };
	struct image_uses uses;
	int error = image_uses_open(&uses, arguments->cluster, arguments->cluster_given,
				    arguments->state, fault);

	if (!error)
		error = image_uses_defined(&uses, path, &nodes, fault);
	if (!error && nodes.length)
		error = refuse(name, "it is the image of", text_string(&nodes),
			       "give these nodes another image in the definition first", fault);
	if (!error)
		error = check_running(&uses, name, path, fault);
	text_free(&nodes);
	image_uses_close(&uses);
	return error;
}

static int remove_at(const struct image_arguments *arguments, const char *path)
{
	struct fault fault = { 0 };
	int error = check_unused(arguments, path, &fault), status;

	if (!error) {
		status = cmd_confirm("image", arguments->yes, "Remove %s?", path);
		if (status != CMD_DONE)
			return status;
		error = image_store_remove(arguments->images, arguments->words[0], &fault);
	}
	if (error)
		log_fault(&arguments->log, &fault);
	return error ? CMD_FAILED : CMD_DONE;
}

int image_remove_run(const struct image_arguments *arguments)
{
	const char *name = arguments->words[0];
	struct fault fault = { 0 };
	char *path;
	int status;

	if (!image_may(arguments))
		return CMD_FAILED;
	if (image_name_check(name, &fault)) {
		log_fault(&arguments->log, &fault);
		return CMD_FAILED;
	}
	path = fs_join(arguments->images, name);
	if (path && !fs_is_directory(path)) {
		fault_set(&fault, ENOENT, "remove image", path,
			  "wireroot image list shows what there is");
		log_fault(&arguments->log, &fault);
		free(path);
		return CMD_FAILED;
	}
	status = path ? remove_at(arguments, path) : CMD_FAILED;
	free(path);
	return status;
}
