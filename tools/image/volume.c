// SPDX-License-Identifier: GPL-2.0-only
/* A volume with a file system on all of it; see volume.h. */
#include "tools/image/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/spawn.h"

/* The longest command has fewer words. */
#define WORDS_MAX 24
/* "uuid=" and a UUID, or a label; no file system takes longer ones. */
#define VALUE_BYTES 300
/* Another process may be quicker with the free loop device that we were told of. */
#define LOOP_TRIES 64

#define UUID_BYTES 16

/* Of the kernel's include/uapi/linux/ext4.h, since 6.0; the UUID stands behind what it measures. */
struct ext4_new_uuid {
	struct ext4_uuid_head {
		uint32_t length, flags;
	} head;
	uint8_t uuid[UUID_BYTES];
};

#define EXT4_SET_UUID _IOW('f', 44, struct ext4_uuid_head)

/* In a command: the volume's path, and the label or UUID. */
static const char path_word[] = "PATH", value_word[] = "VALUE";

struct volume_kind {
	const char *name;
	/* Commands, ended by NULL. The volume's path comes behind the first three, and before it
	 * label and UUID behind their options. */
	const char *const *format, *const *format_blank, *const *verify;
	const char *label_option, *uuid_option, *uuid_prefix;
	const char *const *set_label, *const *set_uuid; /* with path_word and value_word */
	const char *mount_flag; /* or NULL */
	bool checked;
	bool uuid_is_last; /* see volume_kind_uuid_is_last() */
	uint64_t early_bytes; /* see volume_kind_early_bytes() */
};

/* Where the disk and the copying gain the most from each other, as measured. */
#define EARLY_BYTES (256u << 10)

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/*
 * ext4: with metadata_csum_seed another UUID does not mean another checksum for all that was
 * written. What is blank is not written full of zeros once more by the kernel of each node that has
 * a clone, which would take room from a thin pool.
 * xfs: two copies with the same UUID must not be in each other's way while one gets a new one.
 * btrfs: each file with contents that are still to be written holds a reservation of metadata that
 * is many times as large as the file. A few thousand of them are all that a small file system has,
 * and then every new file waits for a thread that writes old ones; so nothing is put off.
 */
static const struct volume_kind kinds[] = {
	{
		.name = "ext4",
		.format = WORDS("mkfs.ext4", "-q", "-F", "-O", "metadata_csum_seed"),
		.format_blank = WORDS("mkfs.ext4", "-q", "-F", "-O", "metadata_csum_seed", "-E",
				      "assume_storage_prezeroed=1,nodiscard"),
		.verify = WORDS("fsck.ext4", "-n", "-f"),
		.label_option = "-L",
		.uuid_option = "-U",
		.uuid_prefix = "",
		.set_label = WORDS("tune2fs", "-L", value_word, path_word),
		.set_uuid = WORDS("tune2fs", "-U", value_word, path_word),
		.checked = true,
		.uuid_is_last = true,
		.early_bytes = EARLY_BYTES,
	},
	{
		.name = "xfs",
		.format = WORDS("mkfs.xfs", "-q", "-f"),
		.format_blank = WORDS("mkfs.xfs", "-q", "-f", "-K"),
		.verify = WORDS("xfs_repair", "-n"),
		.label_option = "-L",
		.uuid_option = "-m",
		.uuid_prefix = "uuid=",
		.set_label = WORDS("xfs_admin", "-L", value_word, path_word),
		.set_uuid = WORDS("xfs_admin", "-U", value_word, path_word),
		.mount_flag = "nouuid",
		.early_bytes = EARLY_BYTES,
	},
	{
		.name = "btrfs",
		.format = WORDS("mkfs.btrfs", "-q", "-f"),
		.format_blank = WORDS("mkfs.btrfs", "-q", "-f", "-K"),
		.verify = WORDS("btrfs", "check", "--readonly"),
		.label_option = "-L",
		.uuid_option = "-U",
		.uuid_prefix = "",
		.set_label = WORDS("btrfs", "filesystem", "label", path_word, value_word),
		.set_uuid = WORDS("btrfstune", "-M", value_word, path_word),
		.early_bytes = 1,
	},
};

const struct volume_kind *volume_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

uint64_t volume_kind_early_bytes(const struct volume_kind *kind)
{
	return kind->early_bytes;
}

bool volume_kind_is_checked(const struct volume_kind *kind)
{
	return kind->checked;
}

bool volume_kind_uuid_is_last(const struct volume_kind *kind)
{
	return kind->uuid_is_last;
}

/* --- whose it is --------------------------------------------------------------------------------
 */

/* A device that is mounted, or a part of another one, cannot be opened so. */
static int check_unused(const char *path)
{
	int fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* udev, too, locks devices, for the moment that it looks at them. */
static int lock(int fd, const struct stat *status)
{
	return flock(fd, S_ISBLK(status->st_mode) ? LOCK_EX : LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

static int claim(int fd, const char *path, uint64_t *bytes)
{
	struct stat status;
	off_t end;
	int error = fstat(fd, &status) < 0 ? -errno : 0;

	if (!error && !S_ISBLK(status.st_mode) && !S_ISREG(status.st_mode))
		error = -EINVAL;
	if (!error && S_ISBLK(status.st_mode))
		error = check_unused(path);
	if (!error)
		error = lock(fd, &status);
	if (error)
		return error;
	end = lseek(fd, 0, SEEK_END);
	*bytes = end < 0 ? 0 : (uint64_t)end;
	return end < 0 ? -errno : 0;
}

int volume_claim(const char *path, int *fd, uint64_t *bytes, struct fault *fault)
{
	int error;

	*fd = open(path, O_RDWR | O_CLOEXEC);
	error = *fd < 0 ? -errno : claim(*fd, path, bytes);
	if (!error)
		return 0;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return fault_set(fault, error, "take volume", path,
			 error == -EBUSY || error == -EWOULDBLOCK ? "it is in use"
			 : error == -EINVAL ? "it is neither a block device nor a file"
					    : NULL);
}

bool volume_is_blank(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && lseek(fd, 0, SEEK_DATA) < 0 &&
	       errno == ENXIO;
}

/* --- programs -----------------------------------------------------------------------------------
 */

/* Behind the words that are there. */
static size_t add_words(const char *words[static WORDS_MAX], size_t count, const char *const *more)
{
	while (*more && count < WORDS_MAX - 1)
		words[count++] = *more++;
	words[count] = NULL;
	return count;
}

int volume_format(const char *path, const struct volume_kind *kind, const char *label,
		  const char *uuid, bool blank, struct fault *fault)
{
	const char *words[WORDS_MAX];
	char value[VALUE_BYTES];
	size_t count = add_words(words, 0, blank ? kind->format_blank : kind->format);

	if (label)
		count = add_words(words, count, WORDS(kind->label_option, label));
	snprintf(value, sizeof(value), "%s%s", kind->uuid_prefix, uuid);
	count = add_words(words, count, WORDS(kind->uuid_option, value));
	add_words(words, count, WORDS(path));
	return spawn_quietly(words, fault);
}

/* @command with the volume's path and @value in their places. */
static int set(const char *const *command, const char *path, const char *value, struct fault *fault)
{
	const char *words[WORDS_MAX];
	size_t count = add_words(words, 0, command);

	for (size_t i = 0; i < count; i++)
		words[i] = words[i] == path_word ? path : words[i] == value_word ? value : words[i];
	return spawn_quietly(words, fault);
}

int volume_rename(const char *path, const struct volume_kind *kind, const char *label,
		  const char *uuid, struct fault *fault)
{
	int error = label ? set(kind->set_label, path, label, fault) : 0;

	return error || !uuid ? error : set(kind->set_uuid, path, uuid, fault);
}

int volume_verify(const char *path, const struct volume_kind *kind, struct fault *fault)
{
	const char *words[WORDS_MAX];
	size_t count = add_words(words, 0, kind->verify);

	add_words(words, count, WORDS(path));
	return spawn_quietly(words, fault);
}

/* --- mounting -----------------------------------------------------------------------------------
 */

/* Let the loop device @number show the file @file; -EBUSY when somebody was quicker. */
static int configure_loop(int number, int file, char path[static VOLUME_DEVICE_BYTES], int *loop)
{
	struct loop_config config = { .fd = (uint32_t)file,
				      .info = { .lo_flags =
							LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO } };
	int error = 0;

	snprintf(path, VOLUME_DEVICE_BYTES, "/dev/loop%d", number);
	*loop = open(path, O_RDWR | O_CLOEXEC);
	if (*loop < 0)
		return -errno;
	if (ioctl(*loop, LOOP_CONFIGURE, &config) < 0)
		error = -errno;
	if (error) {
		close(*loop);
		*loop = -1;
	}
	return error;
}

static int open_loop(const char *path, char device[static VOLUME_DEVICE_BYTES], int *loop)
{
	int file = open(path, O_RDWR | O_CLOEXEC), error = -EBUSY;
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	if (file < 0 || control < 0)
		error = -errno;
	for (int i = 0; error == -EBUSY && i < LOOP_TRIES; i++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE);

		error = number < 0 ? -errno : configure_loop(number, file, device, loop);
	}
	if (file >= 0)
		close(file);
	if (control >= 0)
		close(control);
	return error;
}

/* What the kernel says of why @context failed: lines of "e TEXT". */
static int context_fault(int context, int error, const char *device, const char *name,
			 struct fault *fault)
{
	char doing[64], line[160];
	ssize_t length = context >= 0 ? read(context, line, sizeof(line) - 1) : -1;

	snprintf(doing, sizeof(doing), "mount %s file system", name);
	if (length > 2) {
		line[length] = '\0';
		line[strcspn(line, "\n")] = '\0';
		return fault_set(fault, error, doing, device, line + 2);
	}
	return fault_set(fault, error, doing, device,
			 error == ENODEV ? "this host's kernel has no such file system" : NULL);
}

/* A mount that hangs nowhere. */
static int mount_detached(const char *device, const struct volume_kind *kind, int *root,
			  struct fault *fault)
{
	int context = fsopen(kind->name, FSOPEN_CLOEXEC), error = 0;

	if (context < 0 || fsconfig(context, FSCONFIG_SET_STRING, "source", device, 0) < 0 ||
	    (kind->mount_flag &&
	     fsconfig(context, FSCONFIG_SET_FLAG, kind->mount_flag, NULL, 0) < 0) ||
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
	    (*root = fsmount(context, FSMOUNT_CLOEXEC,
			     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC |
				     MOUNT_ATTR_NOATIME)) < 0)
		error = context_fault(context, errno, device, kind->name, fault);
	if (context >= 0)
		close(context);
	return error;
}

int volume_open(struct volume_mount *mount, const char *path, const struct volume_kind *kind,
		struct fault *fault)
{
	char device[VOLUME_DEVICE_BYTES];
	struct stat status;

	*mount = (struct volume_mount){ .loop = -1, .root = -1 };
	if (stat(path, &status) < 0)
		return fault_set(fault, errno, "mount volume", path, NULL);
	if (S_ISREG(status.st_mode)) {
		int error = open_loop(path, device, &mount->loop);

		if (error)
			return fault_set(fault, error, "attach loop device to file", path,
					 error == -ENOENT ? "load the kernel module loop" : NULL);
		path = device;
	}
	return mount_detached(path, kind, &mount->root, fault);
}

/* What fsmount(2) gives is for paths only (O_PATH). */
static int sync_root(int root)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return -errno;
	if (syncfs(fd) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* The digits of a good UUID. */
static void uuid_bytes(const char *uuid, uint8_t bytes[static UUID_BYTES])
{
	for (size_t i = 0; i < UUID_BYTES; i++, uuid += 2) {
		const char pair[] = { *uuid == '-' ? *++uuid : *uuid, uuid[1], '\0' };

		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

int volume_rename_mounted(const struct volume_mount *mount, const char *uuid, struct fault *fault)
{
	struct ext4_new_uuid request = { .head = { .length = UUID_BYTES } };
	int fd = openat(mount->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 || syncfs(fd) < 0 ? errno : 0;

	uuid_bytes(uuid, request.uuid);
	if (!error && ioctl(fd, EXT4_SET_UUID, &request) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error == ENOTTY || error == EOPNOTSUPP)
		return 1;
	return error ? fault_set(fault, error, "change the UUID of a file system", uuid, NULL) : 0;
}

int volume_close(struct volume_mount *mount, bool sync, struct fault *fault)
{
	int error = mount->root >= 0 && sync ? sync_root(mount->root) : 0;

	if (error)
		fault_set(fault, error, "write volume down to the disk", "", NULL);
	if (mount->root >= 0)
		close(mount->root);
	if (mount->loop >= 0)
		close(mount->loop);
	*mount = (struct volume_mount){ .loop = -1, .root = -1 };
	return error;
}
