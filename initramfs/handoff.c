// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tell the second stage what the init has set up, so that nothing is set up twice or torn down.
 *
 * Everything lies below /run, which moves into the root: the root itself may be read-only and
 * shared by every node.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handoff.h"
#include "handoff_text.h"
#include "report.h"
#include "sys.h"

#define RESOLV_CONF	   RUN_DIRECTORY "/resolv.conf"
#define HOST_NAME	   RUN_DIRECTORY "/hostname"
#define NETWORKD_DIRECTORY "/run/systemd/network"

static int write_text(const struct handoff_text *text, const char *path, struct fault *fault)
{
	int error = file_write(path, text->bytes);

	return error < 0 ? fault_set(fault, error, "write for the second stage", path, NULL) : 0;
}

static int write_lease(const struct handoff *handoff, struct fault *fault)
{
	struct handoff_text text = { .length = 0 };

	handoff_lease(handoff, &text);
	return write_text(&text, RUN_DIRECTORY "/lease", fault);
}

static int write_net_conf(const struct handoff *handoff, struct fault *fault)
{
	struct handoff_text text = { .length = 0 };
	char path[64];

	handoff_net_conf(handoff, monotonic_us(), &text);
	snprintf(path, sizeof(path), "/run/net-%s.conf", handoff->nic->link.name);
	return write_text(&text, path, fault);
}

static int write_resolv_conf(const struct handoff *handoff, struct fault *fault)
{
	struct handoff_text text = { .length = 0 };

	handoff_resolv_conf(&handoff->nic->lease, &text);
	return write_text(&text, RESOLV_CONF, fault);
}

/* Write 05-wireroot-IFACE.KIND for @link. */
static int write_networkd_file(const struct handoff_text *text, const struct link *link,
			       const char *kind, struct fault *fault)
{
	char path[80];

	snprintf(path, sizeof(path), NETWORKD_DIRECTORY "/05-wireroot-%s.%s", link->name, kind);
	return write_text(text, path, fault);
}

static int write_network_file(const struct handoff *handoff, struct fault *fault)
{
	struct handoff_text text = { .length = 0 };

	handoff_network_file(handoff, &text);
	return write_networkd_file(&text, &handoff->nic->link, "network", fault);
}

static int write_parent_file(const struct link *parent, struct fault *fault)
{
	struct handoff_text text = { .length = 0 };

	handoff_parent_file(parent, &text);
	return write_networkd_file(&text, parent, "network", fault);
}

/* udev does not rename VLANs. */
static int write_link_file(const struct link *link, struct fault *fault)
{
	struct handoff_text text = { .length = 0 };

	if (link->is_vlan)
		return 0;
	handoff_link_file(link, &text);
	return write_networkd_file(&text, link, "link", fault);
}

static int write_networkd(const struct handoff *handoff, struct fault *fault)
{
	int error = make_directories(NETWORKD_DIRECTORY, 0755);

	if (error < 0)
		return fault_set(fault, error, "make a directory", NETWORKD_DIRECTORY, NULL);
	error = write_network_file(handoff, fault);
	if (error == 0)
		error = write_link_file(&handoff->nic->link, fault);
	if (error == 0 && handoff->parent)
		error = write_parent_file(handoff->parent, fault);
	if (error == 0 && handoff->parent)
		error = write_link_file(handoff->parent, fault);
	return error;
}

/* Whether a resolv.conf names a server already. */
static bool names_server(const char *path)
{
	char content[4096];
	const char *line;

	if (file_read(path, content, sizeof(content)) <= 0)
		return false;
	/* The keyword begins its line (resolv.conf(5)); in comments the word often stands, too. */
	for (line = content; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, "nameserver", strlen("nameserver")) == 0)
			return true;
	return false;
}

/*
 * Lay @file over the root's @path, by a bind mount, since the root may be shared and read-only.
 * Only a regular file is covered: a symbolic link means that a service of the image looks after it.
 */
static int lay_over(const struct handoff *handoff, const char *file, const char *path,
		    struct fault *fault)
{
	char target[96];
	struct stat status;

	snprintf(target, sizeof(target), "%s%s", handoff->root_directory, path);
	if (lstat(target, &status) < 0 || !S_ISREG(status.st_mode))
		return 0;
	if (mount(file, target, NULL, MS_BIND, NULL) < 0)
		return fault_set(fault, errno, "lay our file over the root's", path, NULL);
	return 0;
}

static int hand_over_names(const struct handoff *handoff, struct fault *fault)
{
	const struct lease *lease = &handoff->nic->lease;
	char name[80], resolv_conf[96];
	int error;

	snprintf(name, sizeof(name), "%s\n", handoff->host_name);
	error = file_write(HOST_NAME, name);
	if (error < 0)
		return fault_set(fault, error, "write for the second stage", HOST_NAME, NULL);
	error = lay_over(handoff, HOST_NAME, "/etc/hostname", fault);
	if (error < 0)
		return error;
	snprintf(resolv_conf, sizeof(resolv_conf), "%s/etc/resolv.conf", handoff->root_directory);
	if (!lease->dns[0] || names_server(resolv_conf))
		return 0;
	return lay_over(handoff, RESOLV_CONF, "/etc/resolv.conf", fault);
}

int handoff_write(const struct handoff *handoff, struct fault *fault)
{
	struct fault later;
	int error = write_lease(handoff, fault);

	/* Each is of use without the others: the first failure is told, the rest is written. */
	if (write_net_conf(handoff, error ? &later : fault) < 0)
		error = -EIO;
	if (write_resolv_conf(handoff, error ? &later : fault) < 0)
		error = -EIO;
	if (write_networkd(handoff, error ? &later : fault) < 0)
		error = -EIO;
	if (hand_over_names(handoff, error ? &later : fault) < 0)
		error = -EIO;
	return error;
}
