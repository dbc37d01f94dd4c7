// SPDX-License-Identifier: GPL-2.0-only
/* The links by which services find the generation in force; see dropins.h. */
#include "tools/generation/dropins.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/generation/actions.h"
#include "tools/generation/store.h"
#include "userspace/lib/fs.h"

struct place {
	const char *pattern; /* below servers/NAME/ */
	const char *directory; /* below /etc */
	const char *name; /* NULL: the file's own */
};

static const struct place places[] = {
	{ "dnsmasq.conf", "dnsmasq.d", "wireroot.conf" },
	{ "exports", "exports.d", "wireroot.exports" },
	{ "tgt.conf", "tgt/conf.d", "wireroot.conf" },
	{ "tgt-service.conf", "systemd/system/tgt.service.d", "wireroot.conf" },
	{ "units/*", "systemd/system", NULL },
};

struct link {
	char directory[PATH_MAX], path[PATH_MAX], target[PATH_MAX];
};

static const struct place *find_place(const char *path)
{
	for (size_t i = 0; path && i < sizeof(places) / sizeof(places[0]); i++)
		if (fnmatch(places[i].pattern, path, FNM_PATHNAME) == 0)
			return &places[i];
	return NULL;
}

/* The link for the file @path of a generation. 0: there is none for it; 1; or -ENAMETOOLONG. */
static int find_link(const struct dropins *dropins, const char *server, const char *path,
		     struct link *link)
{
	const struct place *place = find_place(actions_server_path(path, server));
	int directory, whole, target;

	if (!place)
		return 0;
	directory = snprintf(link->directory, PATH_MAX, "%s/%s", dropins->etc, place->directory);
	whole = snprintf(link->path, PATH_MAX, "%s/%s/%s", dropins->etc, place->directory,
			 place->name ? place->name : strrchr(path, '/') + 1);
	target = snprintf(link->target, PATH_MAX, "%s/" STORE_CURRENT "/%s", dropins->state, path);
	return directory < PATH_MAX && whole < PATH_MAX && target < PATH_MAX ? 1 : -ENAMETOOLONG;
}

/* Does a link to @target lead into the generation in force? */
static bool is_ours(const struct dropins *dropins, const char *target)
{
	size_t length = strlen(dropins->state);

	return !strncmp(target, dropins->state, length) &&
	       !strncmp(target + length, "/" STORE_CURRENT "/", sizeof("/" STORE_CURRENT "/") - 1);
}

/* 0: nothing is there; 1: our link; 2: ours, to another file; or -EEXIST and the like, with @fault.
 */
static int look(const struct dropins *dropins, const struct link *link, struct fault *fault)
{
	char target[PATH_MAX];
	ssize_t length = readlink(link->path, target, sizeof(target) - 1);

	if (length < 0 && errno == ENOENT)
		return 0;
	if (length < 0 && errno != EINVAL)
		return fault_set(fault, errno, "look for our link", link->path, NULL);
	target[length > 0 ? length : 0] = '\0';
	if (length > 0 && is_ours(dropins, target))
		return strcmp(target, link->target) ? 2 : 1;
	return fault_set(fault, EEXIST, "make our link", link->path,
			 "it is no link of ours; move it away if nobody needs it");
}

static int make(const struct dropins *dropins, const struct link *link, struct fault *fault)
{
	int error = look(dropins, link, fault);

	if (error == 1 || error < 0)
		return error < 0 ? error : 0;
	if (error == 2 && unlink(link->path) < 0)
		return fault_set(fault, errno, "remove our link", link->path, NULL);
	error = fs_make_dirs(link->directory, 0755, fault);
	if (!error && symlink(link->target, link->path) < 0)
		error = fault_set(fault, errno, "make our link", link->path, NULL);
	return error;
}

static int drop(const struct dropins *dropins, const struct link *link, struct fault *fault)
{
	struct fault ignored;

	/* Somebody else's by now: let it be. */
	if (look(dropins, link, &ignored) != 1 || unlink(link->path) == 0)
		return 0;
	return fault_set(fault, errno, "remove our link", link->path, NULL);
}

/* Do @what with the link of each file of @manifest that has one and is not in @except. */
static int each_link(const struct dropins *dropins, const struct manifest *manifest,
		     const struct manifest *except,
		     int (*what)(const struct dropins *dropins, const struct link *link,
				 struct fault *fault),
		     struct fault *fault)
{
	struct link *link;
	int error = 0;

	if (!dropins->etc || !manifest->server)
		return 0;
	link = malloc(sizeof(*link));
	if (!link)
		return fault_set(fault, ENOMEM, "make our links", dropins->etc, NULL);
	for (size_t i = 0; error >= 0 && i < manifest->count; i++) {
		const char *path = manifest->entries[i].path;

		error = find_link(dropins, manifest->server, path, link);
		if (error < 0)
			fault_set(fault, error, "make our link", path, NULL);
		else if (error > 0 && !(except && manifest_find(except, path)))
			error = what(dropins, link, fault);
	}
	free(link);
	return error < 0 ? error : 0;
}

static int must_be_there(const struct dropins *dropins, const struct link *link,
			 struct fault *fault)
{
	return look(dropins, link, fault) == 1 ? 0 : -ENOENT;
}

bool dropins_complete(const struct dropins *dropins, const struct manifest *manifest)
{
	struct fault ignored;

	return !each_link(dropins, manifest, NULL, must_be_there, &ignored);
}

int dropins_check(const struct dropins *dropins, const struct manifest *manifest,
		  struct fault *fault)
{
	return each_link(dropins, manifest, NULL, look, fault);
}

int dropins_update(const struct dropins *dropins, const struct manifest *old,
		   const struct manifest *new, struct fault *fault)
{
	int error = each_link(dropins, old, new, drop, fault);

	return error ? error : each_link(dropins, new, NULL, make, fault);
}
