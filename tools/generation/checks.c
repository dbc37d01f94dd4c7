// SPDX-License-Identifier: GPL-2.0-only
/* Generated files before the eyes of those who will read them; see checks.h. */
#include "tools/generation/checks.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/generation/actions.h"
#include "tools/target/lio_file.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/iscsi_portal.h"
#include "userspace/lib/spawn.h"
#include "userspace/lib/text.h"

#define FILE_BYTES_MAX ((size_t)256 << 20)

/*
 * dnsmasq compares each host with all before it: at a thousand a time, even 100,000 are checked in
 * seconds.
 */
#define HOSTS_AT_ONCE 1000

struct checker {
	const char *pattern; /* below servers/NAME/ */
	int (*check)(const struct checks *checks, const char *path, const char *old_path,
		     struct fault *fault);
};

/* The last words of a program that refuses @path; it not being there is only worth a line. */
static int judge(const struct checks *checks, int error, const char *program, const char *path,
		 struct fault *fault)
{
	char hint[sizeof(fault->hint)];

	if (!error)
		return 0;
	if (error == -ENOENT || error == -EPERM) {
		log_line(checks->log, LOG_LEVEL_NOTICE, "%s was not checked: there is no %s%s",
			 path, program, error == -EPERM ? " for who is not root" : "");
		return 0;
	}
	snprintf(hint, sizeof(hint), "%s", fault->hint);
	return fault_set(fault, EINVAL, "check", path, hint);
}

static int run_dnsmasq(const char *path, struct fault *fault)
{
	char option[4096 + 16];
	const char *const argv[] = { "dnsmasq", "--test", option, NULL };

	if (snprintf(option, sizeof(option), "--conf-file=%s", path) >= (int)sizeof(option))
		return fault_set(fault, ENAMETOOLONG, "check", path, NULL);
	return spawn_quietly(argv, fault);
}

static int check_dnsmasq(const struct checks *checks, const char *path, const char *old_path,
			 struct fault *fault)
{
	(void)old_path;
	return judge(checks, run_dnsmasq(path, fault), "dnsmasq", path, fault);
}

/* The lines of a file, sorted. */
struct lines {
	char *text;
	char **list;
	size_t count;
};

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_lines(const char *path, struct lines *lines, struct fault *fault)
{
	size_t length, capacity = 1;
	int error = fs_read_file(path, FILE_BYTES_MAX, &lines->text, &length, fault);
	char *rest = lines->text, *line;

	if (error)
		return error;
	for (size_t i = 0; i < length; i++)
		capacity += lines->text[i] == '\n';
	lines->list = calloc(capacity, sizeof(*lines->list));
	if (!lines->list)
		return fault_set(fault, ENOMEM, "check", path, NULL);
	while ((line = strsep(&rest, "\n")))
		if (*line && *line != '#')
			lines->list[lines->count++] = line;
	if (lines->count)
		qsort(lines->list, lines->count, sizeof(*lines->list), compare_lines);
	return 0;
}

static void free_lines(struct lines *lines)
{
	free(lines->list);
	free(lines->text);
}

/* Let dnsmasq read @configuration, without a file for it. */
static int test_configuration(const struct text *configuration, struct fault *fault)
{
	int fd = memfd_create("dhcp-hosts", MFD_CLOEXEC);
	char path[64];
	int error;

	if (fd < 0)
		return fault_set(fault, errno, "check", "dhcp-hosts", NULL);
	error = configuration->error
			? -configuration->error
			: fs_write_all(fd, text_string(configuration), configuration->length);
	if (error)
		fault_set(fault, error, "check", "dhcp-hosts", NULL);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
	if (!error)
		error = run_dnsmasq(path, fault);
	close(fd);
	return error;
}

/* "… at line 7 of /proc/…" is of no use to anybody; the line itself is. */
static void name_line(char *const *lines, size_t count, struct fault *fault)
{
	char *place = strstr(fault->hint, " at line ");
	size_t number = place ? strtoul(place + strlen(" at line "), NULL, 10) : 0;

	if (number < 1 || number > count)
		return;
	snprintf(place, sizeof(fault->hint) - (size_t)(place - fault->hint), ": %s",
		 lines[number - 1]);
}

/* As lines of a configuration, which dnsmasq can be asked to test. */
static int test_hosts(char *const *lines, size_t count, struct fault *fault)
{
	struct text configuration = { 0 };
	int error;

	for (size_t i = 0; i < count; i++) {
		text_add(&configuration, "dhcp-host=");
		text_add(&configuration, lines[i]);
		text_add(&configuration, "\n");
	}
	error = test_configuration(&configuration, fault);
	if (error)
		name_line(lines, count, fault);
	text_free(&configuration);
	return error;
}

/* Drop the lines of @new that @old has, too: dnsmasq has read them before. */
static void keep_new(struct lines *new, const struct lines *old)
{
	size_t kept = 0, o = 0;

	for (size_t n = 0; n < new->count; n++) {
		while (o < old->count && strcmp(old->list[o], new->list[n]) < 0)
			o++;
		if (o == old->count || strcmp(old->list[o], new->list[n]) != 0)
			new->list[kept++] = new->list[n];
	}
	new->count = kept;
}

static int check_hosts(const struct checks *checks, const char *path, const char *old_path,
		       struct fault *fault)
{
	struct lines new = { 0 }, old = { 0 };
	int error = read_lines(path, &new, fault);
	size_t done = 0;

	if (!error && old_path && fs_is_file(old_path))
		error = read_lines(old_path, &old, fault);
	if (!error)
		keep_new(&new, &old);
	while (!error && done < new.count) {
		size_t count = new.count - done;

		if (count > HOSTS_AT_ONCE)
			count = HOSTS_AT_ONCE;
		error = test_hosts(new.list + done, count, fault);
		done += count;
	}
	free_lines(&new);
	free_lines(&old);
	return judge(checks, error, "dnsmasq", path, fault);
}

static int check_exports_file(const struct checks *checks, const char *path, const char *old_path,
			      struct fault *fault)
{
	(void)old_path;
	if (checks->foreign)
		return 0;
	return judge(checks, check_exports(path, fault), "exportfs", path, fault);
}

/* @target is the name of the node's behind the cluster's, and a colon. */
static int check_disk(const char *disk, const char *target, struct fault *fault)
{
	const char *node = strrchr(target, ':');
	char hint[sizeof(fault->hint)];
	int error;

	if (access(disk, R_OK) == 0)
		return 0;
	error = errno;
	snprintf(hint, sizeof(hint), "of a node's volume: `wireroot storage create %.80s`",
		 node ? node + 1 : target);
	return fault_set(fault, error, "find disk", disk, error == ENOENT ? hint : NULL);
}

/* tgt-admin passes over disks that are not there. @text is cut up. */
static int check_disks(char *text, struct fault *fault)
{
	static const char open[] = "<target ", key[] = "backing-store ";
	const char *target = "";
	char *line;
	int error = 0;

	while (!error && (line = strsep(&text, "\n"))) {
		line += strspn(line, " \t");
		if (!strncmp(line, open, sizeof(open) - 1)) {
			target = line + sizeof(open) - 1;
			line[strcspn(line, ">")] = '\0';
		} else if (!strncmp(line, key, sizeof(key) - 1)) {
			error = check_disk(line + sizeof(key) - 1, target, fault);
		}
	}
	return error;
}

static int check_tgt(const struct checks *checks, const char *path, const char *old_path,
		     struct fault *fault)
{
	size_t length;
	char *text;
	int error = fs_read_file(path, FILE_BYTES_MAX, &text, &length, fault);

	(void)old_path;
	if (!error)
		error = check_tgt_text(text, length, path, fault);
	if (!error && !checks->foreign)
		error = check_disks(text, fault);
	free(text);
	return error;
}

/* Its reader is `wireroot target restore`, on that server. */
static int check_lio(const struct checks *checks, const char *path, const char *old_path,
		     struct fault *fault)
{
	struct lio_file file = { 0 };
	size_t length;
	char *text;
	int error = fs_read_file(path, FILE_BYTES_MAX, &text, &length, fault);

	(void)old_path;
	if (!error)
		error = lio_file_parse(text, length, path, &file, fault);
	for (size_t i = 0; !error && !checks->foreign && i < file.count; i++)
		error = check_disk(file.offers[i].disk, file.offers[i].name, fault);
	lio_file_free(&file);
	free(text);
	return error;
}

/* Its reader is `wireroot target listen`, on that server. */
static int check_portals(const struct checks *checks, const char *path, const char *old_path,
			 struct fault *fault)
{
	struct iscsi_portals portals = { 0 };
	size_t length;
	char *text;
	int error = fs_read_file(path, FILE_BYTES_MAX, &text, &length, fault);

	(void)checks;
	(void)old_path;
	if (!error)
		error = iscsi_portals_parse(text, length, path, &portals, fault);
	free(text);
	return error;
}

static int check_unit(const struct checks *checks, const char *path, const char *old_path,
		      struct fault *fault)
{
	const char *const argv[] = { "systemd-analyze", "verify", "--man=no", path, NULL };

	(void)old_path;
	if (checks->foreign)
		return 0;
	return judge(checks, spawn_quietly(argv, fault), "systemd-analyze", path, fault);
}

static int cannot_check(const struct checks *checks, const char *path, const char *old_path,
			struct fault *fault)
{
	(void)old_path;
	(void)fault;
	log_line(checks->log, LOG_LEVEL_INFO, "%s was not checked: NFS-Ganesha has no way to",
		 path);
	return 0;
}

static const struct checker checkers[] = {
	{ "dnsmasq.conf", check_dnsmasq }, { "dhcp-hosts", check_hosts },
	{ "exports", check_exports_file }, { "tgt.conf", check_tgt },
	{ "tgt-portals", check_portals },  { "lio.json", check_lio },
	{ "units/*", check_unit },	   { "ganesha.conf", cannot_check },
};

static int check_file(const struct checks *checks, const struct checker *checker,
		      const struct change *change, struct fault *fault)
{
	char *path = fs_join(checks->tree, change_path(change));
	char *old_path = checks->old_tree ? fs_join(checks->old_tree, change_path(change)) : NULL;
	int error;

	if (!path || (checks->old_tree && !old_path))
		error = fault_set(fault, ENOMEM, "check", change_path(change), NULL);
	else
		error = checker->check(checks, path, old_path, fault);
	free(path);
	free(old_path);
	return error;
}

int checks_run(const struct checks *checks, const struct difference *difference,
	       struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < difference->count; i++) {
		const struct change *change = &difference->changes[i];
		const char *path = actions_server_path(change_path(change), checks->server);

		if (!path || !change->new)
			continue;
		for (size_t c = 0; !error && c < sizeof(checkers) / sizeof(checkers[0]); c++)
			if (fnmatch(checkers[c].pattern, path, FNM_PATHNAME) == 0)
				error = check_file(checks, &checkers[c], change, fault);
	}
	return error;
}
