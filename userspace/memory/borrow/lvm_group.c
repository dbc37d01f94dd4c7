// SPDX-License-Identifier: GPL-2.0-only
/* The volume group of a node's memory; see lvm_group.h. */
#include "userspace/memory/borrow/lvm_group.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "userspace/memory/borrow/swap_volume.h"

#define ALIGNMENT "2m" /* LVM_EXTENT_BYTES */
/* A copy has an extent of raid1's own beside it. */
#define MIRROR_EXTENTS 1
/* Of a grant that is to hold the whole volume: the group's own, and raid1's. */
#define OVERHEAD_EXTENTS (1 + MIRROR_EXTENTS)
/* Less is not worth being swap. */
#define EXTENTS_MIN 4
/* A copy that is being made is looked at so often. */
#define SYNC_LOOK_MS 2000

int group_look(struct lvm_group *group, struct fault *fault)
{
	/* A device that has died meanwhile is not to be waited for. */
	lvm_refresh(&group->lvm);
	return lvm_look(&group->lvm, &group->layout, fault);
}

int group_open(struct lvm_group *group, const struct borrow_options *options, const char *mapping,
	       struct fault *fault)
{
	int error = lvm_open(&group->lvm, options, fault);

	if (!lvm_mapping_device(mapping, group->device))
		group->device[0] = '\0';
	if (!lvm_mapping_device(LVM_DISK_MAPPING, group->disk))
		group->disk[0] = '\0';
	return error ? error : group_look(group, fault);
}

static uint64_t free_of(const struct lvm_device *device)
{
	return device ? device->extents - device->allocated : 0;
}

/* --- the group and the volume ----------------------------------------------------------------- */

int group_add(struct lvm_group *group, const char *device, struct fault *fault)
{
	const struct lvm *lvm = &group->lvm;
	int error = lvm_run(lvm, fault, "pvcreate", "--yes", "-ff", "--dataalignment", ALIGNMENT,
			    device);

	if (!error && group->layout.group)
		error = lvm_run(lvm, fault, "vgextend", "--yes", LVM_GROUP, device);
	else if (!error)
		/* Nothing but this program is to activate it, udev least of all. */
		error = lvm_run(lvm, fault, "vgcreate", "--yes", "--setautoactivation", "n",
				"--physicalextentsize", ALIGNMENT, LVM_GROUP, device);
	return error ? error : group_look(group, fault);
}

/* A device that has nothing of the volume. */
int group_remove(struct lvm_group *group, const char *device, struct fault *fault)
{
	const struct lvm *lvm = &group->lvm;
	int error = 0;

	if (!lvm_find_device(&group->layout, device))
		return 0;
	if (group->layout.device_count == 1)
		error = lvm_run(lvm, fault, "vgremove", "--yes", LVM_GROUP);
	else
		error = lvm_run(lvm, fault, "vgreduce", "--yes", LVM_GROUP, device);
	return error ? error : lvm_run(lvm, fault, "pvremove", "--yes", device);
}

static int swap_on(struct lvm_group *group, struct fault *fault)
{
	char device[GRANT_DEVICE_BYTES];
	int error;

	if (!lvm_volume_device(device))
		return fault_set(fault, ENODEV, "make swap", LVM_FULL_NAME,
				 "LVM has not activated it");
	error = swap_volume_on(device, group->lvm.options->priority, fault);
	if (!error)
		log_line(
			&group->lvm.log, LOG_LEVEL_NOTICE, "%llu MiB of swap on %s, by LVM",
			(unsigned long long)(group->layout.volume_extents * LVM_EXTENT_BYTES >> 20),
			device);
	return error;
}

/* One that @extents are enough for, as swap. @type is LVM's, @device where it is to be, or NULL. */
static int make_volume(struct lvm_group *group, const char *type, uint64_t extents,
		       const char *device, struct fault *fault)
{
	char count[24];
	int error;

	if (extents < EXTENTS_MIN)
		return fault_set(fault, ENOSPC, "make swap", LVM_FULL_NAME,
				 "there is too little room");
	snprintf(count, sizeof(count), "%llu", (unsigned long long)extents);
	error = lvm_run(&group->lvm, fault, "lvcreate", "--yes", "--type", type, "--wipesignatures",
			"n", "--zero", "n", "--extents", count, "--name", LVM_VOLUME, LVM_GROUP,
			device);
	if (!error)
		error = group_look(group, fault);
	return error ? error : swap_on(group, fault);
}

/* As large as what is always to be borrowed, so that a grant holds all of it; or all of the disk.
 */
int group_make_volume(struct lvm_group *group, struct fault *fault)
{
	const struct borrow_options *options = group->lvm.options;
	uint64_t room = free_of(lvm_find_device(&group->layout, group->disk));
	uint64_t wanted = options->size_bytes / LVM_EXTENT_BYTES;

	room -= room > MIRROR_EXTENTS ? MIRROR_EXTENTS : room;
	wanted -= wanted > OVERHEAD_EXTENTS ? OVERHEAD_EXTENTS : wanted;
	if (!options->step_bytes && wanted && wanted < room)
		room = wanted;
	return make_volume(group, "linear", room, group->disk, fault);
}

/* --- copies ----------------------------------------------------------------------------------- */

/* Until then nothing may take the first copy away: LVM is kept from everybody else. */
static int await_copy(struct lvm_group *group, struct fault *fault)
{
	double told = 0;
	int error;

	while ((error = group_look(group, fault)) == 0) {
		const struct lvm_layout *layout = &group->layout;

		if (layout->missing || !layout->mirrored)
			return fault_set(fault, EIO, "copy swap", LVM_FULL_NAME,
					 "the device of a copy failed; there is the other one");
		if (layout->in_sync >= 100)
			break;
		if (layout->in_sync >= told + 25)
			log_line(&group->lvm.log, LOG_LEVEL_NOTICE, "copying swap: %.0f %%",
				 told = layout->in_sync);
		(void)poll(NULL, 0, SYNC_LOOK_MS);
	}
	if (!error)
		log_line(&group->lvm.log, LOG_LEVEL_NOTICE, "swap is there twice");
	return error;
}

static int add_copy(struct lvm_group *group, struct fault *fault)
{
	char disk[GRANT_DEVICE_BYTES + 2];
	struct fault unimportant;
	int error = lvm_run(&group->lvm, fault, "lvconvert", "--yes", "--type", "raid1",
			    "--mirrors", "1", LVM_FULL_NAME);

	if (error)
		return error;
	/* A disk is read only when there is nothing else. */
	snprintf(disk, sizeof(disk), "%s:y", group->disk);
	if (group->disk[0])
		(void)lvm_run(&group->lvm, &unimportant, "lvchange", "--yes", "--writemostly", disk,
			      LVM_FULL_NAME);
	return await_copy(group, fault);
}

/* Room on devices that have nothing of the volume. */
static uint64_t room_for_copy(const struct lvm_group *group)
{
	uint64_t room = 0;

	for (unsigned int i = 0; i < group->layout.device_count; i++)
		if (!group->layout.devices[i].allocated)
			room += group->layout.devices[i].extents;
	return room;
}

static int arrange_copies(struct lvm_group *group, struct fault *fault)
{
	const struct lvm_layout *layout = &group->layout;
	uint64_t least = UINT64_MAX;

	if (layout->volume && !layout->mirrored &&
	    room_for_copy(group) >= layout->volume_extents + MIRROR_EXTENTS)
		return add_copy(group, fault);
	if (layout->volume)
		return 0;
	for (unsigned int i = 0; i < layout->device_count; i++)
		if (free_of(&layout->devices[i]) < least)
			least = free_of(&layout->devices[i]);
	if (layout->device_count < 2)
		return 0;
	if (make_volume(group, "raid1", least > MIRROR_EXTENTS ? least - MIRROR_EXTENTS : 0, NULL,
			fault) < 0)
		return -fault->error;
	return await_copy(group, fault);
}

/* --- moving ----------------------------------------------------------------------------------- */

/* Move up to @extents from @from to @to, or to anywhere. A command takes so many ranges only. */
int group_move(struct lvm_group *group, const char *from, uint64_t extents, const char *to,
	       struct fault *fault)
{
	int error = 0;

	while (!error && extents) {
		const struct lvm_device *device = lvm_find_device(&group->layout, from);
		uint64_t before = device ? device->allocated : 0, after;

		error = lvm_move(&group->lvm, &group->layout, from, extents, to, fault);
		if (!error)
			error = group_look(group, fault);
		device = lvm_find_device(&group->layout, from);
		after = device ? device->allocated : 0;
		if (after >= before)
			break;
		extents -= before - after;
	}
	return error;
}

static int arrange_extents(struct lvm_group *group, const char *device, struct fault *fault)
{
	const struct lvm_device *disk = lvm_find_device(&group->layout, group->disk);
	uint64_t room = free_of(lvm_find_device(&group->layout, device));
	uint64_t there = disk ? disk->allocated : 0;

	return group_move(group, group->disk, there < room ? there : room, device, fault);
}

int group_use(struct lvm_group *group, const char *device, struct fault *fault)
{
	if (group->lvm.options->mirror == BORROW_MIRROR_NONE)
		return arrange_extents(group, device, fault);
	return arrange_copies(group, fault);
}

uint64_t group_room(const struct lvm_group *group, const char *except)
{
	uint64_t room = 0;

	for (unsigned int i = 0; i < group->layout.device_count; i++)
		if (strcmp(group->layout.devices[i].name, except) != 0)
			room += free_of(&group->layout.devices[i]);
	return room;
}
