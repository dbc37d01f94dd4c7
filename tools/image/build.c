// SPDX-License-Identifier: GPL-2.0-only
/* Making an image of Debian's packages; see build.h. */
#include "tools/image/build.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/image/store.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/spawn.h"

/* What a node needs to run by itself: an init, devices, its network, a login, and a kernel. */
#define NODE_PACKAGES                                                                              \
	"systemd-sysv,udev,dbus,systemd-resolved,libnss-myhostname,iproute2,kmod,login,"           \
	"linux-image-" NODE_ARCHITECTURE
#ifdef __aarch64__
#define NODE_ARCHITECTURE "arm64"
#else
#define NODE_ARCHITECTURE "amd64"
#endif

#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

#define TARGETS_FORMAT "$(ORIGIN)|$(CREATED_BY)|$(REPO_URI)|$(CODENAME)|$(COMPONENT)"
#define TARGETS_FIELDS 5

/*
 * This machine's apt may need its own options to get at packages, the image must not have them. Nor
 * this machine's name and resolv.conf, which mmdebstrap copies, nor an identity that all nodes
 * would share. What networkd and resolved are for is the node's network.
 */
static const char finish[] = "--customize-hook="
			     "rm -f \"$1/etc/apt/apt.conf.d/99mmdebstrap\" \"$1/etc/hostname\" && "
			     ": > \"$1/etc/machine-id\" && rm -f \"$1/var/lib/dbus/machine-id\"";
static const char finish_node[] =
	"--customize-hook="
	"ln -sf ../run/systemd/resolve/stub-resolv.conf \"$1/etc/resolv.conf\" && "
	"chroot \"$1\" systemctl -q enable systemd-networkd systemd-resolved";

#define HOOKS_MAX      40
#define WORDS_MAX      80
#define OS_RELEASE_MAX (64u << 10)
/* Of what mmdebstrap says, this much is kept for the case that it fails. */
#define LAST_LINES 20

struct building {
	const struct image_build *build;
	struct image_partial partial;
	char suite[64];
	char *sources, *options; /* files, or NULL */
	char *hooks[HOOKS_MAX];
	char include[4096];
	struct progress *progress;
	char *lines[LAST_LINES]; /* a ring */
	size_t line_count;
	struct fault *fault;
};

/* --- what this machine uses ---------------------------------------------------------------------
 */

static bool is_suite(const char *codename, const char *suite)
{
	size_t length = strlen(suite);

	/* "bookworm", "bookworm-security", "bookworm-updates" */
	return strncmp(codename, suite, length) == 0 &&
	       (!codename[length] || codename[length] == '-' || codename[length] == '/');
}

static void add_source(const char *line, size_t length, const char *suite, struct text *sources)
{
	char copy[1024], source[1100], *rest = copy, *fields[TARGETS_FIELDS];
	size_t count = 0;

	if (length >= sizeof(copy))
		return;
	snprintf(copy, sizeof(copy), "%.*s", (int)length, line);
	while (count < TARGETS_FIELDS && (fields[count] = strsep(&rest, "|")))
		count++;
	if (count < TARGETS_FIELDS || rest || strcmp(fields[0], "Debian") != 0 ||
	    strcmp(fields[1], "Packages") != 0 || !is_suite(fields[3], suite))
		return;
	snprintf(source, sizeof(source), "deb %s %s %s\n", fields[2], fields[3], fields[4]);
	/* One for each architecture and language. */
	if (!strstr(text_string(sources), source))
		text_add(sources, source);
}

void build_sources(const char *targets, const char *suite, struct text *sources)
{
	while (*targets) {
		size_t length = strcspn(targets, "\n");

		add_source(targets, length, suite, sources);
		targets += length + (targets[length] == '\n');
	}
}

/* "Acquire::http::Proxy …", "Acquire::https::Proxy::HOST …", "Acquire::Check-Valid-Until …" */
static bool is_access_option(const char *line)
{
	static const char *const known[] = { "acquire::http::proxy", "acquire::https::proxy",
					     "acquire::ftp::proxy", "acquire::check-valid-until",
					     "acquire::check-date" };
	const char *value = strchr(line, ' ');

	if (!value || value[1] != '"' || value[2] == '"')
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t length = strlen(known[i]);

		if (strncasecmp(line, known[i], length) == 0 &&
		    (line[length] == ' ' || line[length] == ':'))
			return true;
	}
	return false;
}

void build_apt_options(const char *dump, struct text *options)
{
	while (*dump) {
		size_t length = strcspn(dump, "\n");
		char line[1024];

		if (length < sizeof(line)) {
			snprintf(line, sizeof(line), "%.*s", (int)length, dump);
			if (is_access_option(line))
				text_printf(options, "%s\n", line);
		}
		dump += length + (dump[length] == '\n');
	}
}

static int find_suite(struct building *building)
{
	static const char key[] = "VERSION_CODENAME=";
	char *text = NULL, *found = NULL;
	size_t length;
	int error = 0;

	if (building->build->suite) {
		snprintf(building->suite, sizeof(building->suite), "%s", building->build->suite);
	} else {
		error = fs_read_file("/etc/os-release", OS_RELEASE_MAX, &text, &length,
				     building->fault);
		found = text ? strstr(text, key) : NULL;
		if (found)
			snprintf(building->suite, sizeof(building->suite), "%.*s",
				 (int)strcspn(found + strlen(key), "\"\n"), found + strlen(key));
		free(text);
	}
	if (error)
		return error;
	if (*building->suite && strspn(building->suite, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
					strlen(building->suite))
		return 0;
	return fault_set(building->fault, EINVAL, "build image of suite", building->suite,
			 "state --suite, such as bookworm");
}

/*
 * Write what @argv prints, but for what is no matter of the image's, to the file @name; *@file
 * stays NULL if nothing is left. Proxies and mirrors may have passwords in them: it is root's
 * alone.
 */
static int write_filtered(struct building *building, const char *const argv[], const char *name,
			  char **file, bool sources)
{
	struct text output = { 0 }, kept = { 0 };
	int error = spawn_capture(argv, &output, building->fault);

	if (!error && sources)
		build_sources(text_string(&output), building->suite, &kept);
	else if (!error)
		build_apt_options(text_string(&output), &kept);
	if (!error && (output.error || kept.error))
		error = fault_set(building->fault, ENOMEM, "build image", name, NULL);
	if (!error && kept.length) {
		*file = fs_join(building->partial.work, name);
		error = *file ? fs_write_file(*file, kept.data, kept.length, 0600, building->fault)
			      : fault_set(building->fault, ENOMEM, "build image", name, NULL);
	}
	text_free(&output);
	text_free(&kept);
	return error;
}

static int ask_apt(struct building *building)
{
	static const char *const dump[] = { "apt-config", "dump", "Acquire", NULL };
	static const char *const targets[] = { "apt-get", "indextargets", "--format",
					       TARGETS_FORMAT, NULL };
	int error = write_filtered(building, dump, "apt.conf", &building->options, false);

	if (error || building->build->mirror)
		return error;
	error = write_filtered(building, targets, "sources.list", &building->sources, true);
	if (error || building->sources)
		return error;
	return fault_set(building->fault, ENOENT, "find packages of Debian", building->suite,
			 "this machine's apt has none of it: run apt-get update, or state "
			 "--mirror");
}

/* --- mmdebstrap ---------------------------------------------------------------------------------
 */

static int check_hooks(struct building *building)
{
	if (building->build->hook_count > HOOKS_MAX)
		return fault_set(building->fault, E2BIG, "run hooks", "", NULL);
	for (size_t i = 0; i < building->build->hook_count; i++) {
		const char *hook = building->build->hooks[i];
		char *real = realpath(hook, NULL);
		struct stat status;
		int error = 0;

		if (!real || stat(real, &status) < 0)
			error = errno;
		else if (!S_ISREG(status.st_mode) || access(real, X_OK) < 0)
			error = EACCES;
		if (!error && asprintf(&building->hooks[i], "--customize-hook=%s", real) < 0)
			error = ENOMEM;
		free(real);
		if (error)
			return fault_set(building->fault, error, "run hook", hook,
					 "it has to be a program: mind its #! line and chmod +x");
	}
	return 0;
}

static int choose_packages(struct building *building)
{
	const char *more = building->build->packages ? building->build->packages : "";
	const char *node = building->build->bare ? "" : NODE_PACKAGES;
	int length = snprintf(building->include, sizeof(building->include), "--include=%s%s%s",
			      node, *node && *more ? "," : "", more);

	if (length < (int)sizeof(building->include))
		return 0;
	return fault_set(building->fault, E2BIG, "build image", "--packages", NULL);
}

static void take_line(void *context, const char *text)
{
	struct building *building = context;
	char **line = &building->lines[building->line_count++ % LAST_LINES];

	free(*line);
	*line = strdup(text);
	if (strncmp(text, "I: ", 3) == 0)
		progress_step(building->progress, text + 3, 0);
}

static void add(const char *words[static WORDS_MAX], size_t *count, const char *word)
{
	if (word && *count < WORDS_MAX - 1)
		words[(*count)++] = word;
	words[*count] = NULL;
}

/* In namespaces of its own: whatever ends us ends all of it, and mounts go with it. */
static int run(struct building *building)
{
	static const char *const first[] = { "setpriv",
					     "--pdeathsig",
					     "KILL",
					     "unshare",
					     "--mount",
					     "--pid",
					     "--fork",
					     "--kill-child",
					     "--mount-proc",
					     "mmdebstrap",
					     "--mode=root",
					     "--variant=minbase",
					     "--format=directory",
					     "--aptopt=Acquire::Languages \"none\"",
					     finish };
	const struct image_build *build = building->build;
	char option[PATH_MAX + 16];
	const char *words[WORDS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		add(words, &count, first[i]);
	if (!build->bare)
		add(words, &count, finish_node);
	if (building->options) {
		snprintf(option, sizeof(option), "--aptopt=%s", building->options);
		add(words, &count, option);
	}
	if (access(KEYRING, R_OK) == 0)
		add(words, &count, "--keyring=" KEYRING);
	if (strcmp(building->include, "--include=") != 0)
		add(words, &count, building->include);
	for (size_t i = 0; i < build->hook_count; i++)
		add(words, &count, building->hooks[i]);
	add(words, &count, building->suite);
	add(words, &count, building->partial.root);
	add(words, &count, build->mirror ? build->mirror : building->sources);
	return spawn_watch(words, take_line, building, building->fault);
}

static void tell_last(const struct building *building, struct text *last)
{
	size_t first = building->line_count > LAST_LINES ? building->line_count - LAST_LINES : 0;

	for (size_t i = first; i < building->line_count; i++)
		if (building->lines[i % LAST_LINES])
			text_printf(last, "%s\n", building->lines[i % LAST_LINES]);
}

static int build_root(struct building *building, struct text *last)
{
	int error = ask_apt(building);

	if (error)
		return error;
	progress_step(building->progress, "starting mmdebstrap", 0);
	error = run(building);
	if (error)
		tell_last(building, last);
	return error;
}

static void building_free(struct building *building)
{
	image_partial_end(&building->partial);
	for (size_t i = 0; i < building->build->hook_count; i++)
		free(building->hooks[i]);
	for (size_t i = 0; i < LAST_LINES; i++)
		free(building->lines[i]);
	free(building->sources);
	free(building->options);
}

int image_build(const struct image_build *build, struct progress *progress, struct text *last,
		struct fault *fault)
{
	struct building building = {
		.build = build, .partial = { .lock = -1 }, .progress = progress, .fault = fault
	};
	int error = find_suite(&building);

	if (!error)
		error = check_hooks(&building);
	if (!error)
		error = choose_packages(&building);
	if (!error)
		error = image_partial_begin(&building.partial, build->store, build->name, fault);
	if (!error)
		error = build_root(&building, last);
	if (!error) {
		progress_step(progress, "writing down to the disk", 0);
		error = image_partial_finish(&building.partial, fault);
	}
	building_free(&building);
	return error;
}
