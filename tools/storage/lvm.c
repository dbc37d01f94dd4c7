// SPDX-License-Identifier: GPL-2.0-only
/*
 * Volumes of LVM: thin ones, whose clones are snapshots, and plain ones, whose clones are copies.
 *
 * Whether a volume is whole is told by its tags, which LVM writes in the same step in which it
 * makes the volume. To change them takes LVM half as long as to make a snapshot; so the tag of a
 * clone names the UUID with which its file system is unfinished, which is the golden one's, and
 * what finishes it is the UUID of its own, written last of all. As a node, too, can write a UUID,
 * such a clone is removed only if it is also noted as begun. Thin snapshots would not be activated
 * at the next boot of the server (they are flagged so); ours are, for they are somebody's disks. A
 * golden volume is read-only, and needs to be active only while it is copied.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initramfs/iscsi/superblock.h"
#include "tools/image/volume.h"
#include "tools/storage/begun.h"
#include "tools/storage/copy.h"
#include "tools/storage/lvm_device.h"
#include "tools/storage/lvm_report.h"
#include "tools/storage/lvm_run.h"
#include "userspace/lib/fs.h"

/* "GROUP/wr-VOLUME"; a group's name has 127 characters at most. */
#define FULL_NAME_BYTES (128 + 1 + VOLUME_NAME_BYTES + 4)

#define RUN_DIRECTORY "/run/wireroot"
/* Of the metadata of a group, as text: some hundred bytes for each volume. */
#define BACKUP_BYTES_MAX (64u << 20)

struct names {
	char full[FULL_NAME_BYTES]; /* "vg0/wr-n01" */
	char own[VOLUME_NAME_BYTES + 4]; /* "wr-n01" */
	char size[32]; /* "1073741824b" */
};

static struct names names_of(const struct storage *storage, const char *volume, uint64_t bytes)
{
	struct names names;

	snprintf(names.own, sizeof(names.own), LVM_PREFIX "%s", volume);
	snprintf(names.full, sizeof(names.full), "%.127s/%s", storage->definition->group,
		 names.own);
	snprintf(names.size, sizeof(names.size), "%" PRIu64 "b", bytes);
	return names;
}

#define RUN(fault, ...) lvm_run((const char *const[]){ __VA_ARGS__, NULL }, NULL, fault)

static int report(const char *program, const char *columns, const char *group, struct text *text,
		  struct fault *fault)
{
	const char *const argv[] = {
		program, "--reportformat", "json", "--units", "b", "--nosuffix",
		"-o",	 columns,	   group,  NULL
	};

	return lvm_run(argv, text, fault);
}

static int look_at_group(const struct storage *storage, struct storage_status *status,
			 struct fault *fault)
{
	struct text text = { 0 };
	int error = report("vgs", LVM_GROUP_COLUMNS, storage->definition->group, &text, fault);

	if (!error)
		error = lvm_read_group(text_string(&text), text.length, &status->space, fault);
	text_free(&text);
	return error;
}

/* By its name, or else the kernel's: udev may not have named a clone yet that is taken back. */
static int open_volume(const struct storage *storage, const char *volume)
{
	struct names names = names_of(storage, volume, 0);
	struct fault ignored;
	char *path = NULL;
	int fd = -1;

	if (storage_path(storage, volume, false, &path, &ignored) == 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	path = NULL;
	if (fd < 0 && lvm_device_path(storage->definition->group, names.own, &path, &ignored) == 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	return fd;
}

/* The UUID of an ext4 or XFS file system; false where there is none, or no device. */
static bool read_uuid(const struct storage *storage, const char *volume,
		      char uuid[static VOLUME_UUID_BYTES])
{
	uint8_t start[SUPERBLOCK_START_BYTES];
	struct superblock superblock;
	int fd = open_volume(storage, volume);
	ssize_t length = -1;

	if (fd >= 0) {
		length = pread(fd, start, sizeof(start), 0);
		close(fd);
	}
	if (length < 0 || !superblock_parse(start, (size_t)length, NULL, 0, &superblock))
		return false;
	memcpy(uuid, superblock.uuid, VOLUME_UUID_BYTES);
	return true;
}

/*
 * An lvcreate that was killed may have written down a volume that the pool was never told of. LVM
 * tells it with the next volume that it makes; until then the volume is but a name.
 */
static bool is_yet_to_be_made(const struct storage *storage, const char *volume)
{
	char path[] = RUN_DIRECTORY "/lvm.XXXXXX";
	struct fault ignored;
	char *backup = NULL;
	bool is_only_name;
	size_t length;
	int fd;

	fd = fs_make_dirs(RUN_DIRECTORY, 0700, &ignored) == 0 ? mkstemp(path) : -1;
	if (fd < 0)
		return false;
	close(fd);
	is_only_name =
		RUN(&ignored, "vgcfgbackup", "--file", path, storage->definition->group) == 0 &&
		fs_read_file(path, BACKUP_BYTES_MAX, &backup, &length, &ignored) == 0 &&
		lvm_is_yet_to_be_made(backup, names_of(storage, volume, 0).own);
	unlink(path);
	free(backup);
	return is_only_name;
}

/*
 * An lvcreate that was killed may have left a clone that is not active, as ours are otherwise. One
 * that cannot be read then, and is more than a name, is unclear if it is noted, and else ready:
 * rather that than to remove somebody's disk. The note is looked for first, for it goes after the
 * UUID has changed: what is finished meanwhile is not unclear. A note that outlived its clone's
 * making, as that was killed, goes here, before a node writes another UUID.
 */
static void judge_clone(const struct storage *storage, struct volume *volume)
{
	struct names names = names_of(storage, volume->name, 0);
	bool noted = begun_is_noted(storage, volume->name);
	char uuid[VOLUME_UUID_BYTES];
	struct fault ignored;

	if (!volume->active)
		(void)RUN(&ignored, "lvchange", "--activate", "y", names.full);
	if (!read_uuid(storage, volume->name, uuid))
		volume->state = is_yet_to_be_made(storage, volume->name) ? VOLUME_UNFINISHED
				: noted					 ? VOLUME_UNCLEAR
									 : VOLUME_READY;
	else if (strcmp(uuid, volume->unfinished_uuid) == 0)
		volume->state = noted ? VOLUME_UNFINISHED : VOLUME_UNCLEAR;
	else if (noted)
		(void)begun_forget(storage, volume->name, &ignored);
}

static void judge_clones(const struct storage *storage, struct storage_status *status)
{
	for (size_t i = 0; i < status->count; i++)
		if (status->volumes[i].unfinished_uuid[0] &&
		    status->volumes[i].state == VOLUME_READY)
			judge_clone(storage, &status->volumes[i]);
}

static int look(const struct storage *storage, struct storage_status *status, struct fault *fault)
{
	const struct cluster_storage *definition = storage->definition;
	struct text text = { 0 };
	int error = report("lvs", LVM_VOLUME_COLUMNS, definition->group, &text, fault);

	if (!error)
		error = lvm_read_volumes(text_string(&text), text.length, definition->pool, status,
					 fault);
	text_free(&text);
	if (!error)
		judge_clones(storage, status);
	if (!error && definition->type == STORAGE_LVM)
		error = look_at_group(storage, status, fault);
	return error;
}

static int create_thin(const struct storage *storage, const char *volume, uint64_t bytes,
		       struct fault *fault)
{
	struct names names = names_of(storage, volume, bytes);
	const struct cluster_storage *definition = storage->definition;

	return RUN(fault, "lvcreate", "--yes", "--type", "thin", "--virtualsize", names.size,
		   "--thinpool", definition->pool, "--name", names.own, "--addtag",
		   LVM_TAG_UNFINISHED, "--setactivationskip", "n", definition->group);
}

/* What is left of signatures of another volume's file system goes. */
static int create_plain(const struct storage *storage, const char *volume, uint64_t bytes,
			struct fault *fault)
{
	struct names names = names_of(storage, volume, bytes);

	return RUN(fault, "lvcreate", "--yes", "--type", "linear", "--size", names.size, "--name",
		   names.own, "--addtag", LVM_TAG_UNFINISHED, "--wipesignatures", "y",
		   storage->definition->group);
}

/* What is to grow is not finished by its UUID. */
static bool is_finished_by_uuid(const struct volume *golden, uint64_t bytes)
{
	const struct volume_kind *kind = volume_kind_find(golden->file_system);

	return golden->uuid[0] && bytes == golden->bytes && kind && volume_kind_uuid_is_last(kind);
}

/* LVM would wait until udev is through with all that it does for a new disk, which takes as long as
 * all the rest; we wait for the name alone, and have work to do until then. */
static int begin_clone_thin(const struct storage *storage, const char *volume,
			    const struct volume *golden, uint64_t bytes, struct fault *fault)
{
	struct names names = names_of(storage, volume, bytes);
	struct names from = names_of(storage, golden->name, golden->bytes);
	char tag[sizeof(LVM_TAG_CLONE) + VOLUME_UUID_BYTES] = LVM_TAG_UNFINISHED;
	int error = 0;

	if (is_finished_by_uuid(golden, bytes)) {
		snprintf(tag, sizeof(tag), LVM_TAG_CLONE "%s", golden->uuid);
		error = begun_note(storage, volume, fault);
	}
	if (error)
		return error;
	return lvm_begin((const char *const[]){ "lvcreate", "--yes", "--snapshot", "--name",
						names.own, "--addtag", tag, "--setactivationskip",
						"n", "--permission", "rw", "--noudevsync",
						from.full, NULL },
			 fault);
}

static int clone_thin(const struct storage *storage, const char *volume,
		      const struct volume *golden, uint64_t bytes, struct progress *progress,
		      bool *by_uuid, struct fault *fault)
{
	struct names names = names_of(storage, volume, bytes);
	int error = lvm_end(fault);

	(void)progress;
	*by_uuid = is_finished_by_uuid(golden, bytes);
	if (!error && bytes > golden->bytes)
		error = RUN(fault, "lvextend", "--yes", "--size", names.size, names.full);
	return error;
}

static int clone_path(const struct storage *storage, const char *volume, char **path,
		      struct fault *fault)
{
	struct names names = names_of(storage, volume, 0);

	return lvm_device_path(storage->definition->group, names.own, path, fault);
}

static int copy_devices(const struct storage *storage, const char *volume,
			const struct volume *golden, struct progress *progress, struct fault *fault)
{
	char *from = NULL, *to = NULL;
	int error = storage_path(storage, golden->name, false, &from, fault);

	if (!error)
		error = storage_path(storage, volume, true, &to, fault);
	if (!error)
		error = copy_device(from, to, golden->bytes, progress, fault);
	free(from);
	free(to);
	return error;
}

static int clone_plain(const struct storage *storage, const char *volume,
		       const struct volume *golden, uint64_t bytes, struct progress *progress,
		       bool *by_uuid, struct fault *fault)
{
	struct names from = names_of(storage, golden->name, golden->bytes);
	int error = create_plain(storage, volume, bytes, fault);

	*by_uuid = false;
	if (!error)
		error = RUN(fault, "lvchange", "--activate", "y", "--ignoreactivationskip",
			    from.full);
	return error ? error : copy_devices(storage, volume, golden, progress, fault);
}

static int finish_golden(const struct storage *storage, const char *volume, const char *file_system,
			 struct fault *fault)
{
	struct names names = names_of(storage, volume, 0);
	char tag[sizeof(LVM_TAG_FILE_SYSTEM) + 16], uuid[VOLUME_UUID_BYTES];
	char uuid_tag[sizeof(LVM_TAG_UUID) + VOLUME_UUID_BYTES] = "";
	int error;

	snprintf(tag, sizeof(tag), LVM_TAG_FILE_SYSTEM "%.15s", file_system);
	if (read_uuid(storage, volume, uuid))
		snprintf(uuid_tag, sizeof(uuid_tag), LVM_TAG_UUID "%s", uuid);
	error = RUN(fault, "lvchange", "--yes", "--permission", "r", names.full);
	if (!error)
		error = RUN(fault, "lvchange", "--yes", "--setactivationskip", "y", names.full,
			    "--addtag", tag, *uuid_tag ? "--addtag" : NULL, uuid_tag);
	return error;
}

static int finish(const struct storage *storage, const char *volume, const char *file_system,
		  bool by_uuid, struct fault *fault)
{
	struct names names = names_of(storage, volume, 0);
	int error;

	if (by_uuid)
		return begun_forget(storage, volume, fault);
	error = file_system ? finish_golden(storage, volume, file_system, fault) : 0;
	if (!error)
		error = RUN(fault, "lvchange", "--yes", "--deltag", LVM_TAG_UNFINISHED, "--addtag",
			    LVM_TAG_READY, names.full);
	/* Snapshots of what is not active are made in half the steps. */
	if (!error && file_system && storage->definition->type == STORAGE_LVM_THIN)
		error = RUN(fault, "lvchange", "--activate", "n", names.full);
	return error;
}

/* Of the name, which udev makes. */
static int await_name(const struct storage *storage, const char *volume, struct fault *fault)
{
	struct names names = names_of(storage, volume, 0);

	return lvm_await_name(storage->definition->group, names.own, fault);
}

static int remove_volume(const struct storage *storage, const struct volume *volume,
			 struct fault *fault)
{
	struct names names = names_of(storage, volume->name, 0);
	struct fault ignored;
	int error;

	/* One whose lvcreate was killed may be half active, which lvremove takes for used. */
	if (volume->state == VOLUME_UNFINISHED && !volume->active)
		(void)RUN(&ignored, "lvchange", "--activate", "y", names.full);
	error = RUN(fault, "lvremove", "--yes", names.full);
	if (error && (strstr(fault->hint, "in use") || strstr(fault->hint, "is used by")))
		return fault_set(fault, EBUSY, "remove volume", names.full,
				 "something on this server has it open, or mounted");
	return error ? error : begun_forget(storage, volume->name, fault);
}

const struct storage_backend storage_lvm_thin = {
	.look = look,
	.create = create_thin,
	.clone = clone_thin,
	.begin_clone = begin_clone_thin,
	.clone_path = clone_path,
	.finish = finish,
	.await_path = await_name,
	.remove = remove_volume,
	.blank = true,
};

const struct storage_backend storage_lvm = {
	.look = look,
	.create = create_plain,
	.clone = clone_plain,
	.finish = finish,
	.remove = remove_volume,
};
