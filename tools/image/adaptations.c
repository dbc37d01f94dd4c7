// SPDX-License-Identifier: GPL-2.0-only
/* What is changed in an image's files when they become a volume; see adaptations.h. */
#include "tools/image/adaptations.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/image/tree.h"
#include "userspace/lib/text.h"

struct adaptation {
	const char *name; /* for messages */
	int (*apply)(const struct image_volume *volume, struct fault *fault);
};

/* fstab(5): by UUID, since the device's name depends on the order in which disks appear. */
static int write_fstab(const struct image_volume *volume, struct fault *fault)
{
	struct text text = { 0 };
	int error;

	text_printf(&text,
		    "# Written with the volume.\n"
		    "# what  where  type  options  dump  fsck\n"
		    "UUID=%s / %s defaults 0 %d\n",
		    volume->uuid, volume->file_system, volume->checked);
	error = text.error ? fault_set(fault, text.error, "write fstab", "", NULL)
			   : tree_write_file(volume->root, "etc/fstab", text_string(&text), 0644,
					     fault);
	text_free(&text);
	return error;
}

static int write_host_name(const struct image_volume *volume, struct fault *fault)
{
	char line[256];

	/* Without the file, systemd keeps the name that the init has set. */
	if (!volume->host_name)
		return tree_remove_file(volume->root, "etc/hostname", fault);
	snprintf(line, sizeof(line), "%s\n", volume->host_name);
	return tree_write_file(volume->root, "etc/hostname", line, 0644, fault);
}

/*
 * machine-id(5): an empty file is filled in at boot. Without the file, or with "uninitialized",
 * that would be a first boot, in which systemd undoes what the image has switched on and off
 * (presets) and may ask questions at the console.
 */
static int empty_machine_id(const struct image_volume *volume, struct fault *fault)
{
	int error = tree_write_file(volume->root, "etc/machine-id", "", 0444, fault);

	/* dbus takes systemd's where it has none of its own. */
	if (!error && tree_has(volume->root, "var/lib/dbus"))
		error = tree_write_link(volume->root, "var/lib/dbus/machine-id", "/etc/machine-id",
					fault);
	return error;
}

/* Two nodes with the same seed, or the same key for sealed secrets. */
static int remove_secrets(const struct image_volume *volume, struct fault *fault)
{
	int error = tree_remove_file(volume->root, "var/lib/systemd/random-seed", fault);

	return error ? error
		     : tree_remove_file(volume->root, "var/lib/systemd/credential.secret", fault);
}

/*
 * Two initiators of one name end each other's sessions. The init lays the node's own name over the
 * file (initramfs/iscsi/hand_over.h); for whoever boots the volume otherwise Debian's units make
 * one.
 */
static int renew_initiator_name(const struct image_volume *volume, struct fault *fault)
{
	static const char path[] = "etc/iscsi/initiatorname.iscsi";

	return tree_has(volume->root, path)
		       ? tree_write_file(volume->root, path, "GenerateName=yes\n", 0600, fault)
		       : 0;
}

/* --- SSH ----------------------------------------------------------------------------------------
 */

#define SSH_UNIT "etc/systemd/system/wireroot-ssh-keys.service"

/* Early, because ssh.socket is up before any service; so the default dependencies must go. */
static const char ssh_unit[] = "# Makes this node's own SSH host keys at its first boot.\n"
			       "[Unit]\n"
			       "Description=SSH host keys of this node\n"
			       "DefaultDependencies=no\n"
			       "ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key\n"
			       "ConditionPathIsReadWrite=/etc/ssh\n"
			       "After=systemd-remount-fs.service local-fs.target\n"
			       "Before=ssh.socket sshd.socket ssh.service sshd.service\n"
			       "Conflicts=shutdown.target\n"
			       "Before=shutdown.target\n"
			       "\n"
			       "[Service]\n"
			       "Type=oneshot\n"
			       "RemainAfterExit=yes\n"
			       "ExecStart=/usr/bin/ssh-keygen -A\n"
			       "\n"
			       "[Install]\n"
			       "WantedBy=sysinit.target\n";

static int remove_host_keys(int root, struct fault *fault)
{
	int fd = tree_open_file(root, "etc/ssh", O_RDONLY | O_DIRECTORY), error = 0;
	const struct dirent *entry;
	DIR *directory;

	if (fd < 0)
		return 0;
	directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return fault_set(fault, ENOMEM, "remove SSH host keys", "", NULL);
	}
	while (!error && (entry = readdir(directory)))
		if ((fnmatch("ssh_host_*_key", entry->d_name, 0) == 0 ||
		     fnmatch("ssh_host_*_key.pub", entry->d_name, 0) == 0) &&
		    unlinkat(fd, entry->d_name, 0) < 0)
			error = fault_set(fault, errno, "remove SSH host key", entry->d_name, NULL);
	closedir(directory);
	return error;
}

/* Host keys that many nodes have prove nothing; each makes its own, where sshd is installed. */
static int renew_host_keys(const struct image_volume *volume, struct fault *fault)
{
	int error = remove_host_keys(volume->root, fault);

	if (error || !tree_has(volume->root, "usr/sbin/sshd") ||
	    !tree_has(volume->root, "usr/lib/systemd"))
		return error;
	error = tree_write_file(volume->root, SSH_UNIT, ssh_unit, 0644, fault);
	if (!error)
		error = tree_write_link(
			volume->root,
			"etc/systemd/system/sysinit.target.wants/wireroot-ssh-keys.service",
			"/" SSH_UNIT, fault);
	return error;
}

/* --- all ----------------------------------------------------------------------------------------
 */

static const struct adaptation adaptations[] = {
	{ "fstab", write_fstab },
	{ "host name", write_host_name },
	{ "machine id", empty_machine_id },
	{ "secrets", remove_secrets },
	{ "iSCSI name", renew_initiator_name },
	{ "SSH host keys", renew_host_keys },
};

int adaptations_apply(const struct image_volume *volume, struct fault *fault)
{
	for (size_t i = 0; i < sizeof(adaptations) / sizeof(adaptations[0]); i++) {
		int error = adaptations[i].apply(volume, fault);
		char doing[sizeof(fault->doing)];

		if (!error)
			continue;
		snprintf(doing, sizeof(doing), "adapt image (%s): %.60s", adaptations[i].name,
			 fault->doing);
		memcpy(fault->doing, doing, sizeof(doing));
		return error;
	}
	return 0;
}
