// SPDX-License-Identifier: GPL-2.0-only
/* Mounting a file system that is on an iSCSI disk; see volume_mount.h. */
#include "volume_mount.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "../mount_flags.h"
#include "../sys.h"

#define OPTIONS_BYTES 256

/* The options of rootflags= that are not flags, parted by commas. */
static int split_flags(const char *list, unsigned long *flags, char *options)
{
	size_t used = 0;

	while (*list) {
		size_t length = strcspn(list, ",");

		if (length && !mount_flag_apply(list, length, flags)) {
			if (used + length + 2 > OPTIONS_BYTES)
				return -E2BIG;
			if (used)
				options[used++] = ',';
			memcpy(options + used, list, length);
			used += length;
		}
		list += length;
		list += *list == ',';
	}
	options[used] = '\0';
	return 0;
}

/* Does the target, or the kernel, let nobody write to it? */
static bool is_write_protected(const struct volume *volume)
{
	char path[DISK_NAME_BYTES + 32], text[4];

	snprintf(path, sizeof(path), "/sys/class/block/%s/ro", volume->name);
	return file_read(path, text, sizeof(text)) > 0 && text[0] == '1';
}

/*
 * Even a read-only mount has to replay a journal that was left open, which a protected disk does
 * not let it. Without that, files may be half of one state and half of another: it is not done
 * unless somebody asks for it.
 */
static const char *protected_hint(bool read_write)
{
	return read_write
		       ? "the LUN is read-only: give ro, or an overlay with wireroot.overlay="
		       : "the LUN is read-only and its journal open: unmount or check (fsck) it on "
			 "its server; or rootflags=noload (ext4), norecovery (xfs)";
}

static const char *mount_hint(int error)
{
	switch (error) {
	case ENODEV:
		return "the kernel has no such file system: build the initrd --with it";
	case EINVAL:
	case EUCLEAN:
		return "the file system is damaged, or refuses its options: see the kernel's messages";
	default:
		return "see the kernel's messages";
	}
}

const char *volume_type(const struct volume *volume, const struct volume_mount *how)
{
	if (how->type[0] && strcmp(how->type, "auto") != 0)
		return how->type;
	return volume->known ? volume->superblock.type : "ext4";
}

int volume_mount(const struct volume *volume, const struct volume_mount *how, struct fault *fault)
{
	unsigned long flags = how->read_write ? 0 : MS_RDONLY;
	char options[OPTIONS_BYTES], device[DISK_NAME_BYTES + 8], doing[sizeof(fault->doing)];
	const char *type = volume_type(volume, how), *hint;
	int error = split_flags(how->options, &flags, options);

	snprintf(device, sizeof(device), "/dev/%s", volume->name);
	if (!error && mount(device, how->directory, type, flags, options) < 0)
		error = -errno;
	if (!error)
		return 0;
	hint = (error == -EROFS || error == -EACCES) && is_write_protected(volume)
		       ? protected_hint(!(flags & MS_RDONLY))
		       : mount_hint(-error);
	snprintf(doing, sizeof(doing), "mount the %s as %s", how->what, type);
	return fault_set(fault, error, doing, device, hint);
}
