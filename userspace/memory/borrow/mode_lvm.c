// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap is a volume of LVM, which moves below it while everything goes on.
 *
 *	no mirror        the volume is on the local disk; a grant takes as much of it as it holds
 *	mirror at disk   the volume is on the local disk; a grant gets a copy of all of it (raid1)
 *	mirror at lender there is a volume when there are two grants, which hold a copy each
 *
 * To give a grant back, what is on it moves to where there is room, or, where there is another
 * copy, is dropped. Only when there is neither, the volume is taken out of use as a whole.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/lib/spawn.h"
#include "userspace/memory/borrow/local_disk.h"
#include "userspace/memory/borrow/lvm_group.h"
#include "userspace/memory/borrow/modes.h"
#include "userspace/memory/borrow/pages.h"
#include "userspace/memory/borrow/room.h"
#include "userspace/memory/borrow/stats.h"
#include "userspace/memory/borrow/swap_program.h"
#include "userspace/memory/borrow/swap_volume.h"

/* --- attaching -------------------------------------------------------------------------------- */

/* What of the volume has come to be there, stays there. */
static bool is_used(struct lvm_group *group)
{
	struct fault ignored;
	const struct lvm_device *device =
		group_look(group, &ignored) ? NULL : lvm_find_device(&group->layout, group->device);

	return device && device->allocated;
}

static int put_in(struct lvm_group *group, struct fault *fault)
{
	struct fault ignored;
	int error = group_add(group, group->device, fault);

	if (!error)
		error = group_use(group, group->device, fault);
	if (error && is_used(group)) {
		log_fault(&group->lvm.log, fault);
		return 0;
	}
	if (error)
		(void)group_remove(group, group->device, &ignored);
	return error;
}

static int attach(const struct borrow_options *options, struct grant *grant, struct fault *fault)
{
	struct lvm_group group;
	struct fault ignored;
	int error = swap_program_attach(options, grant, true, fault);

	if (error)
		return error;
	error = group_open(&group, options, grant->mapping, fault);
	if (!error)
		error = put_in(&group, fault);
	lvm_close(&group.lvm);
	if (error)
		(void)swap_program_detach(options, grant, NULL, NULL, &ignored);
	else if (!lvm_volume_device(grant->swap))
		grant->swap[0] = '\0';
	return error;
}

/* --- giving back ------------------------------------------------------------------------------ */

static int take_out_of_use(const struct grant *grant, int type, struct fault *fault)
{
	char device[GRANT_DEVICE_BYTES];
	int error;

	if (!lvm_volume_device(device))
		return 0;
	error = room_check(device, type, grant->id, fault);
	return error ? error : swap_volume_off(device, type, fault);
}

static int drop_copy(struct lvm_group *group, struct fault *fault)
{
	int error = lvm_run(&group->lvm, fault, "lvconvert", "--yes", "--mirrors", "0",
			    LVM_FULL_NAME, group->device);

	if (!error)
		log_line(&group->lvm.log, LOG_LEVEL_WARNING,
			 "swap is there only once, until there is another grant");
	return error ? error : group_look(group, fault);
}

/* Leave the grant's device, which still answers, without anything of the volume. */
static int clear(struct lvm_group *group, const struct grant *grant, int type, struct fault *fault)
{
	const struct lvm_device *device = lvm_find_device(&group->layout, group->device);
	int error;

	if (device && device->allocated && group->layout.mirrored) {
		error = drop_copy(group, fault);
		if (error)
			return error;
		device = lvm_find_device(&group->layout, group->device);
	}
	if (!device || !device->allocated)
		return 0;
	if (group_room(group, group->device) >= device->allocated)
		return group_move(group, group->device, device->allocated, NULL, fault);
	error = take_out_of_use(grant, type, fault);
	if (!error)
		error = lvm_run(&group->lvm, fault, "lvremove", "--yes", LVM_FULL_NAME);
	return error ? error : group_look(group, fault);
}

/* The volume has lost a part, and holds no pages any more: make all anew of what is left. */
static int make_anew(struct lvm_group *group, struct fault *fault)
{
	struct lvm_layout before = group->layout;
	int error = lvm_remove_volume(fault);

	group->layout = (struct lvm_layout){ 0 };
	/* The old group goes with the last device that knows of it; the new one has its name. */
	for (unsigned int i = 0; !error && i < before.device_count; i++)
		error = lvm_run(&group->lvm, fault, "pvcreate", "--yes", "-ff",
				before.devices[i].name);
	for (unsigned int i = 0; !error && i < before.device_count; i++)
		error = group_add(group, before.devices[i].name, fault);
	if (!error && group->disk[0])
		error = group_make_volume(group, fault);
	for (unsigned int i = 0; !error && group->disk[0] && i < before.device_count; i++)
		if (strcmp(before.devices[i].name, group->disk) != 0)
			error = group_use(group, before.devices[i].name, fault);
	return error;
}

static bool is_whole(const struct lvm_layout *layout)
{
	uint64_t there = 0;

	for (unsigned int i = 0; i < layout->device_count; i++)
		there += layout->devices[i].allocated;
	return !layout->moving && there >= layout->volume_extents;
}

/* The grant's device is dead, and LVM does not see it. */
static int bury(struct lvm_group *group, const struct grant *grant, int type, struct fault *fault)
{
	const struct lvm *lvm = &group->lvm;
	int error;

	if (!group->layout.missing && group->layout.group)
		return 0;
	if (is_whole(&group->layout) && group->layout.group) {
		error = lvm_run(lvm, fault, "vgreduce", "--yes", "--removemissing", "--force",
				LVM_GROUP);
		if (!error && group->layout.mirrored)
			error = lvm_run(lvm, fault, "lvconvert", "--yes", "--mirrors", "0",
					LVM_FULL_NAME);
		if (!error && group->layout.mirrored)
			log_line(&lvm->log, LOG_LEVEL_WARNING,
				 "nothing is lost; swap is there only once, until there is "
				 "another grant");
		return error;
	}
	error = take_out_of_use(grant, type, fault);
	return error ? error : make_anew(group, fault);
}

static int leave(struct lvm_group *group, const struct grant *grant, int type, struct fault *fault)
{
	bool dead = group->device[0] && lvm_device_is_dead(group->device);
	int error = 0;

	if (!group->device[0])
		return 0;
	if (group->layout.moving && !group->layout.missing) {
		error = lvm_end_move(&group->lvm, fault);
		error = error ? error : group_look(group, fault);
	}
	if (dead)
		return error ? error : bury(group, grant, type, fault);
	if (!error)
		error = clear(group, grant, type, fault);
	return error ? error : group_remove(group, group->device, fault);
}

/* Attached by an init, or by a borrower that had another mode. */
static bool is_plain(const struct grant *grant)
{
	char device[GRANT_DEVICE_BYTES];

	return grant->swap[0] && lvm_mapping_device(grant->mapping, device) &&
	       !strcmp(grant->swap, device);
}

static int give_back(const struct borrow_options *options, const struct grant *grant,
		     const struct give_back *how, struct fault *fault)
{
	struct grant mapping_only = *grant;
	struct lvm_group group;
	int error;

	if (is_plain(grant))
		return mode_plain.give_back(options, grant, how, fault);
	error = group_open(&group, options, grant->mapping, fault);
	if (!error)
		error = leave(&group, grant, how->type, fault);
	lvm_close(&group.lvm);
	/* The volume is not this grant's. */
	mapping_only.swap[0] = '\0';
	return error ? error : swap_program_detach(options, &mapping_only, NULL, NULL, fault);
}

/* --- beginning -------------------------------------------------------------------------------- */

/* LVM may be busy with what an earlier life has begun: the kernel knows, too. */
static bool adopt(const struct borrow_options *options, struct grant *grant)
{
	char device[GRANT_DEVICE_BYTES], path[96];
	DIR *holders;
	struct dirent *entry;
	bool used = false;

	if (grant->swap[0])
		return mode_plain.adopt(options, grant);
	if (!lvm_mapping_device(grant->mapping, device))
		return false;
	snprintf(path, sizeof(path), "/sys/block/%s/holders", device + strlen("/dev/"));
	holders = opendir(path);
	while (holders && (entry = readdir(holders)))
		used = used || entry->d_name[0] != '.';
	if (holders)
		closedir(holders);
	if (!lvm_volume_device(grant->swap))
		grant->swap[0] = '\0';
	return used;
}

static void load_modules(void)
{
	static const char *const argv[] = { "modprobe", "-qab",	 "dm_mod", "dm_mirror",
					    "dm_raid",	"raid1", NULL };
	struct fault ignored;

	(void)spawn_run(argv, &ignored);
}

/* Nobody waits for this process; whoever works with LVM next, does. */
static void end_move_beside(const struct borrow_options *options)
{
	struct lvm_group group;
	struct fault fault;
	pid_t pid = fork();

	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	if (pid != 0)
		return;
	if (fork() != 0)
		_exit(0);
	if (group_open(&group, options, LVM_DISK_MAPPING, &fault) < 0 ||
	    (group.layout.moving && lvm_end_move(&group.lvm, &fault) < 0))
		log_fault(&group.lvm.log, &fault);
	_exit(0);
}

static bool is_swap(void)
{
	char device[GRANT_DEVICE_BYTES];
	struct swap_usage usage;
	struct stats stats;

	stats_read(&stats);
	return lvm_volume_device(device) && swap_usage_of(stats.swaps, device, &usage);
}

static int make_group(struct lvm_group *group, struct fault *fault)
{
	int error = 0;

	if (!group->disk[0])
		error = local_disk_take(group->lvm.options->lvm_disk, LVM_DISK_MAPPING, group->disk,
					fault);
	if (error)
		return error;
	error = group_look(group, fault);
	if (!error && !group->layout.group)
		error = group_add(group, group->disk, fault);
	/* One that is there and no swap was not finished. */
	if (!error && group->layout.volume)
		error = lvm_run(&group->lvm, fault, "lvremove", "--yes", LVM_FULL_NAME);
	if (!error)
		error = group_look(group, fault);
	return error ? error : group_make_volume(group, fault);
}

static int begin(const struct borrow_options *options, struct fault *fault)
{
	struct lvm_group group;
	int error;

	load_modules();
	if (is_swap()) {
		end_move_beside(options);
		return 0;
	}
	if (options->mirror == BORROW_MIRROR_LENDER)
		return 0;
	error = group_open(&group, options, LVM_DISK_MAPPING, fault);
	if (!error)
		error = make_group(&group, fault);
	lvm_close(&group.lvm);
	return error;
}

const struct mode mode_lvm = { "lvm", begin, attach, give_back, adopt };
