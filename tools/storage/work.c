// SPDX-License-Identifier: GPL-2.0-only
/* One volume while it is made; see work.h. */
#include "tools/storage/work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/image/copy.h"
#include "tools/image/write.h"
#include "tools/storage/grow.h"
#include "tools/storage/room.h"
#include "userspace/lib/size.h"

/* --- looking, and what others left ------------------------------------------------------------ */

/* While somebody has it for himself, it is most likely being made, and nothing to wait for. */
static int claim_golden(struct work *work, struct fault *fault)
{
	const struct volume_order *order = work->order;
	char name[VOLUME_NAME_BYTES];
	int error = storage_golden_name(order->image, name, fault);

	if (error || !order->host_name || work->golden_claim.fd >= 0)
		return error;
	error = claim_share(&work->golden_claim, work->workshop->storage, name, fault);
	return error == -EBUSY ? 0 : error;
}

/* What is no whole volume is left to whoever cleans up. */
static void keep_ready_golden(struct work *work)
{
	const struct volume *golden = NULL;
	char name[VOLUME_NAME_BYTES];
	struct fault ignored;

	if (storage_golden_name(work->order->image, name, &ignored) == 0)
		golden = storage_find(&work->workshop->status, name);
	if (!golden || golden->state != VOLUME_READY)
		claim_release(&work->golden_claim);
}

static int look(struct workshop *workshop, struct fault *fault)
{
	storage_status_free(&workshop->status);
	return workshop->storage->backend->look(workshop->storage, &workshop->status, fault);
}

int work_look(struct work *works, size_t count, struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < count; i++)
		error = claim_golden(&works[i], fault);
	if (!error)
		error = look(works->workshop, fault);
	for (size_t i = 0; !error && i < count; i++) {
		keep_ready_golden(&works[i]);
		works[i].golden = NULL;
		works[i].prepared = false;
	}
	return error;
}

static int remove_left(const struct workshop *workshop, const struct volume *left, bool *removed,
		       struct fault *fault)
{
	int error = workshop->storage->backend->remove(workshop->storage, left, fault);

	if (error)
		return error;
	*removed = true;
	log_line(workshop->log, LOG_LEVEL_NOTICE, "removed volume %s, which was unfinished",
		 left->name);
	return 0;
}

/* @left was unfinished a moment ago; its maker may have finished it since. */
static int clean_one(const struct workshop *workshop, const struct volume *left, bool *removed,
		     struct fault *fault)
{
	const struct storage *storage = workshop->storage;
	struct storage_status status = { 0 };
	const struct volume *volume = NULL;
	struct claim claim;
	int error = claim_take(&claim, storage, left->name, fault);

	if (error)
		return error == -EBUSY ? 0 : error;
	error = storage->backend->look(storage, &status, fault);
	while (!error && (volume = storage_next(&status, left->name, volume)))
		if (volume->state == VOLUME_UNFINISHED)
			error = remove_left(workshop, volume, removed, fault);
	claim_release(&claim);
	storage_status_free(&status);
	return error;
}

static bool is_ours(const struct work *works, size_t count, const struct volume *volume)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(volume->name, works[i].order->name) == 0)
			return true;
	return false;
}

int work_clean(struct work *works, size_t count, struct fault *fault)
{
	struct workshop *workshop = works->workshop;
	bool removed = false;
	int error = 0;

	for (size_t i = 0; !error && i < workshop->status.count; i++) {
		const struct volume *volume = &workshop->status.volumes[i];

		if (volume->state != VOLUME_UNFINISHED)
			continue;
		if (is_ours(works, count, volume))
			error = remove_left(workshop, volume, &removed, fault);
		else
			error = clean_one(workshop, volume, &removed, fault);
	}
	return error || !removed ? error : work_look(works, count, fault);
}

/* --- is it there, and is there room ---------------------------------------------------------- */

static int refuse_foreign(const struct volume *volume, struct fault *fault)
{
	return fault_set(fault, EEXIST, "make volume", volume->name,
			 "there is one of this name that Wireroot did not make; remove or rename "
			 "it");
}

static int refuse_unclear(const struct volume *volume, struct fault *fault)
{
	return fault_set(fault, EEXIST, "make volume", volume->name,
			 "it cannot be read, or has the UUID of the golden volume, and may be in "
			 "use; have its node set another (tune2fs -U random), or remove it");
}

/*
 * What there is of the volume: 1 when it is ready, else 0 with nothing of it left. It is claimed,
 * so that what is unfinished is left over.
 */
static int settle(const struct storage *storage, const struct storage_status *status,
		  const char *name, struct fault *fault)
{
	const struct volume *volume = NULL;
	int error = 0;

	while (!error && (volume = storage_next(status, name, volume))) {
		if (volume->state == VOLUME_READY)
			return 1;
		if (volume->state == VOLUME_FOREIGN)
			return refuse_foreign(volume, fault);
		if (volume->state == VOLUME_UNCLEAR)
			return refuse_unclear(volume, fault);
		error = storage->backend->remove(storage, volume, fault);
	}
	return error;
}

static int refuse_size(const struct work *work, struct fault *fault)
{
	char hint[sizeof(fault->hint)], wanted[SIZE_TEXT_BYTES], golden[SIZE_TEXT_BYTES];

	snprintf(hint, sizeof(hint),
		 "the golden volume has %s, the node's volume-size is %s; make the golden one "
		 "anew with --size",
		 size_text(work->golden->bytes, golden), size_text(work->order->bytes, wanted));
	return fault_set(fault, EINVAL, "clone a volume for", work->order->name, hint);
}

/* The golden volume, if there is one and its file system is what is wanted. */
static int find_golden(struct work *work, struct fault *fault)
{
	const struct volume_order *order = work->order;
	const struct volume *golden;
	char name[VOLUME_NAME_BYTES];
	int error = storage_golden_name(order->image, name, fault);

	if (error || !order->host_name)
		return error;
	golden = storage_find(&work->workshop->status, name);
	if (golden && golden->state == VOLUME_READY &&
	    strcmp(golden->file_system, order->file_system) == 0)
		work->golden = golden;
	if (!work->golden)
		claim_release(&work->golden_claim);
	else if (work->golden_claim.fd < 0)
		return fault_set(fault, EBUSY, "clone golden volume", name,
				 "another command is at work on it; try again");
	if (work->golden && work->golden->bytes > order->bytes)
		return refuse_size(work, fault);
	if (work->golden || !order->only_clone)
		return 0;
	if (golden && golden->state == VOLUME_READY)
		return fault_set(fault, EINVAL, "clone a volume for", order->name,
				 "the golden volume has another file-system than the node wants");
	return fault_set(fault, ENOENT, "find the golden volume of image", order->image,
			 "wireroot storage create --image NAME makes it");
}

static int find_room(const struct work *work, struct fault *fault)
{
	struct tree_size data = { 0 };
	int error = 0;

	if (!work->golden)
		error = copy_measure(work->order->path, &data, fault);
	if (error)
		return error;
	return room_check(work->workshop->storage, &work->workshop->status.space,
			  work->order->bytes, data.bytes, fault);
}

/* By what was seen; done again, it does nothing. */
static int prepare(struct work *work, struct fault *fault)
{
	struct workshop *workshop = work->workshop;
	int error;

	if (work->prepared)
		return 0;
	error = settle(workshop->storage, &workshop->status, work->order->name, fault);
	work->made = VOLUME_WAS_THERE;
	if (!error) {
		error = find_golden(work, fault);
		work->made = work->golden ? VOLUME_CLONED : VOLUME_WRITTEN;
		if (!error)
			error = find_room(work, fault);
	}
	work->prepared = error >= 0;
	return error < 0 ? error : 0;
}

/* --- from nothing to ready -------------------------------------------------------------------- */

static struct image_write_options options_of(const struct work *work)
{
	return (struct image_write_options){ .file_system = work->order->file_system,
					     .label = "root",
					     .host_name = work->order->host_name,
					     .blank = work->workshop->storage->backend->blank };
}

static int write_image(struct work *work, struct fault *fault)
{
	const struct storage *storage = work->workshop->storage;
	const struct volume_order *order = work->order;
	struct image_source source = { .path = order->path };
	struct image_write_options options = options_of(work);
	int error = storage->backend->create(storage, order->name, order->bytes, fault);

	return error ? error : image_write(&source, work->path, &options, &work->progress, fault);
}

static int begin_clone(struct work *work, struct fault *fault)
{
	const struct storage *storage = work->workshop->storage;

	return storage->backend->begin_clone(storage, work->order->name, work->golden,
					     work->order->bytes, fault);
}

/* To its end, if it was begun ahead. */
static int clone(struct work *work, struct fault *fault)
{
	const struct storage *storage = work->workshop->storage;
	const struct volume_order *order = work->order;
	int error = 0;

	if (storage->backend->begin_clone && !work->is_ahead)
		error = begin_clone(work, fault);
	work->is_ahead = false;
	if (!error)
		error = storage->backend->clone(storage, order->name, work->golden, order->bytes,
						&work->progress, &work->by_uuid, fault);
	if (error || !storage->backend->clone_path)
		return error;
	free(work->path);
	return storage->backend->clone_path(storage, order->name, &work->path, fault);
}

/* What is wrong with it is told when it is its turn. */
static void clone_ahead(struct work *work)
{
	struct fault ignored;

	if (work->workshop->storage->backend->begin_clone && prepare(work, &ignored) == 0 &&
	    work->made == VOLUME_CLONED)
		work->is_ahead = begin_clone(work, &ignored) == 0;
}

/*
 * What may not be the same on two nodes was never in the golden volume, or is made anew here. The
 * label is the golden volume's, and stays.
 */
static int clone_golden(struct work *work, struct work *next, struct fault *fault)
{
	const struct volume_order *order = work->order;
	struct image_write_options options = options_of(work);
	int error = clone(work, fault);

	if (!error && next)
		clone_ahead(next);
	options.label = NULL;
	if (!error)
		error = image_identify(work->path, &options, fault);
	if (!error && order->bytes > work->golden->bytes)
		error = grow_file_system(work->path, order->file_system, order->bytes, fault);
	return error;
}

/*
 * What the failure left; if that fails, too, the next command does it. It may have failed because
 * somebody else has just made a volume of this name, which is not ours to remove.
 */
static void take_back(const struct work *work)
{
	const struct storage *storage = work->workshop->storage;
	struct storage_status status = { 0 };
	struct fault ignored;

	if (storage->backend->look(storage, &status, &ignored) == 0)
		(void)settle(storage, &status, work->order->name, &ignored);
	storage_status_free(&status);
}

static int fill(struct work *work, struct work *next, struct fault *fault)
{
	const struct storage *storage = work->workshop->storage;
	const struct volume_order *order = work->order;
	int error = work->golden ? clone_golden(work, next, fault) : write_image(work, fault);

	if (!error)
		error = storage->backend->finish(storage, order->name,
						 order->host_name ? NULL : order->file_system,
						 work->by_uuid, fault);
	if (error)
		take_back(work);
	return error;
}

int work_make(struct work *work, struct work *next, struct fault *fault)
{
	int error = prepare(work, fault);

	if (error || work->made == VOLUME_WAS_THERE)
		return error;
	if (!work->path)
		error = storage_path(work->workshop->storage, work->order->name, true, &work->path,
				     fault);
	if (error)
		return error;
	progress_begin(&work->progress, work->order->name);
	error = fill(work, next, fault);
	progress_end(&work->progress);
	return error;
}

void work_end(struct work *work)
{
	struct fault ignored;

	if (work->is_ahead) {
		(void)clone(work, &ignored);
		take_back(work);
	}
	claim_release(&work->golden_claim);
	claim_release(&work->claim);
	free(work->path);
	work->path = NULL;
}
