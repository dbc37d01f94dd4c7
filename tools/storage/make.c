// SPDX-License-Identifier: GPL-2.0-only
/* Making and removing volumes; see make.h. */
#include "tools/storage/make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/image/copy.h"
#include "tools/image/write.h"
#include "tools/storage/claim.h"
#include "tools/storage/grow.h"
#include "tools/storage/room.h"
#include "userspace/lib/size.h"

/* One volume while it is made. */
struct work {
	const struct storage *storage;
	const struct volume_order *order;
	const struct log *log;
	struct progress *progress;
	struct storage_status status;
	struct claim golden_claim; /* shared; nobody has it when it is being made or removed */
	const struct volume *golden; /* to clone from; NULL: the image is written */
	char *path; /* of the unfinished volume */
	bool by_uuid; /* see storage_backend's ->clone */
};

/* --- is it there, and is there room ---------------------------------------------------------- */

/*
 * The golden volume is claimed before, so that it stays until it is cloned. While somebody has it
 * for himself, it is most likely being made, and nothing to wait for; what is no whole volume is
 * left to whoever cleans up.
 */
static int look(struct work *work, struct fault *fault)
{
	const struct volume_order *order = work->order;
	const struct volume *golden;
	char name[VOLUME_NAME_BYTES];
	int error = storage_golden_name(order->image, name, fault);

	if (!error && order->host_name) {
		error = claim_share(&work->golden_claim, work->storage, name, fault);
		if (error == -EBUSY)
			error = 0;
	}
	if (!error)
		error = work->storage->backend->look(work->storage, &work->status, fault);
	golden = error ? NULL : storage_find(&work->status, name);
	if (!golden || golden->state != VOLUME_READY)
		claim_release(&work->golden_claim);
	return error;
}

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

static int remove_left(const struct work *work, const struct volume *left, bool *removed,
		       struct fault *fault)
{
	int error = work->storage->backend->remove(work->storage, left, fault);

	if (error)
		return error;
	*removed = true;
	log_line(work->log, LOG_LEVEL_NOTICE, "removed volume %s, which was unfinished",
		 left->name);
	return 0;
}

/* @left was unfinished a moment ago; its maker may have finished it since. */
static int clean_one(const struct work *work, const struct volume *left, bool *removed,
		     struct fault *fault)
{
	const struct storage *storage = work->storage;
	struct storage_status status = { 0 };
	const struct volume *volume = NULL;
	struct claim claim;
	int error = claim_take(&claim, storage, left->name, fault);

	if (error)
		return error == -EBUSY ? 0 : error;
	error = storage->backend->look(storage, &status, fault);
	while (!error && (volume = storage_next(&status, left->name, volume)))
		if (volume->state == VOLUME_UNFINISHED)
			error = remove_left(work, volume, removed, fault);
	claim_release(&claim);
	storage_status_free(&status);
	return error;
}

/*
 * Remove what an interrupted command left, of our volume and of all others that nobody has claimed.
 * Looking at LVM is a good part of what a clone costs, so this goes by what work->status says, and
 * looks once more only if something was removed.
 */
static int clean(struct work *work, struct fault *fault)
{
	bool removed = false;
	int error = 0;

	for (size_t i = 0; !error && i < work->status.count; i++) {
		const struct volume *volume = &work->status.volumes[i];

		if (volume->state != VOLUME_UNFINISHED)
			continue;
		if (strcmp(volume->name, work->order->name) == 0)
			error = remove_left(work, volume, &removed, fault);
		else
			error = clean_one(work, volume, &removed, fault);
	}
	if (error || !removed)
		return error;
	storage_status_free(&work->status);
	return work->storage->backend->look(work->storage, &work->status, fault);
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
	golden = storage_find(&work->status, name);
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
	return room_check(work->storage, &work->status.space, work->order->bytes, data.bytes,
			  fault);
}

/* --- from nothing to ready -------------------------------------------------------------------- */

static struct image_write_options options_of(const struct work *work)
{
	return (struct image_write_options){ .file_system = work->order->file_system,
					     .label = "root",
					     .host_name = work->order->host_name,
					     .blank = work->storage->backend->blank };
}

static int write_image(const struct work *work, struct fault *fault)
{
	struct image_source source = { .path = work->order->path };
	struct image_write_options options = options_of(work);
	int error = work->storage->backend->create(work->storage, work->order->name,
						   work->order->bytes, fault);

	return error ? error : image_write(&source, work->path, &options, work->progress, fault);
}

/*
 * What may not be the same on two nodes was never in the golden volume, or is made anew here. The
 * label is the golden volume's, and stays.
 */
static int clone_golden(struct work *work, struct fault *fault)
{
	const struct volume_order *order = work->order;
	struct image_write_options options = options_of(work);
	int error =
		work->storage->backend->clone(work->storage, order->name, work->golden,
					      order->bytes, work->progress, &work->by_uuid, fault);

	options.label = NULL;
	if (!error && work->storage->backend->clone_path) {
		free(work->path);
		error = work->storage->backend->clone_path(work->storage, order->name, &work->path,
							   fault);
	}
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
	struct storage_status status = { 0 };
	struct fault ignored;

	if (work->storage->backend->look(work->storage, &status, &ignored) == 0)
		(void)settle(work->storage, &status, work->order->name, &ignored);
	storage_status_free(&status);
}

static int fill(struct work *work, struct fault *fault)
{
	const struct volume_order *order = work->order;
	int error = work->golden ? clone_golden(work, fault) : write_image(work, fault);

	if (!error)
		error = work->storage->backend->finish(work->storage, order->name,
						       order->host_name ? NULL : order->file_system,
						       work->by_uuid, fault);
	if (error)
		take_back(work);
	return error;
}

static int make_claimed(struct work *work, enum volume_made *made, struct fault *fault)
{
	int error = look(work, fault);

	if (!error)
		error = clean(work, fault);
	if (!error)
		error = settle(work->storage, &work->status, work->order->name, fault);
	if (error > 0) {
		*made = VOLUME_WAS_THERE;
		return 0;
	}
	if (!error)
		error = find_golden(work, fault);
	if (!error)
		error = find_room(work, fault);
	if (!error)
		error = storage_path(work->storage, work->order->name, true, &work->path, fault);
	if (!error)
		error = fill(work, fault);
	*made = work->golden ? VOLUME_CLONED : VOLUME_WRITTEN;
	return error;
}

/* Somebody has claimed a golden volume: those who clone it? Then it is there, and ready. */
static bool is_cloned(const struct storage *storage, const struct volume_order *order)
{
	struct storage_status status = { 0 };
	const struct volume *volume;
	struct fault ignored;
	bool ready = false;

	if (!order->host_name && storage->backend->look(storage, &status, &ignored) == 0) {
		volume = storage_find(&status, order->name);
		ready = volume && volume->state == VOLUME_READY;
	}
	storage_status_free(&status);
	return ready;
}

int volume_make(const struct storage *storage, const struct volume_order *order,
		const struct log *log, struct progress *progress, enum volume_made *made,
		struct fault *fault)
{
	struct work work = { .storage = storage,
			     .order = order,
			     .log = log,
			     .progress = progress,
			     .golden_claim = { .fd = -1 } };
	struct claim claim;
	int error = claim_take(&claim, storage, order->name, fault);

	if (error == -EBUSY && is_cloned(storage, order)) {
		*made = VOLUME_WAS_THERE;
		return 0;
	}
	if (error)
		return error;
	error = make_claimed(&work, made, fault);
	progress_end(progress);
	claim_release(&work.golden_claim);
	claim_release(&claim);
	free(work.path);
	storage_status_free(&work.status);
	return error;
}

/* --- away ------------------------------------------------------------------------------------- */

static int remove_claimed(const struct storage *storage, const struct storage_status *status,
			  const char *name, bool *was_there, struct fault *fault)
{
	const struct volume *volume = NULL;
	int error = 0;

	while (!error && (volume = storage_next(status, name, volume))) {
		if (volume->state == VOLUME_FOREIGN)
			return fault_set(fault, EPERM, "remove volume", name,
					 "Wireroot did not make it");
		*was_there |= volume->state != VOLUME_UNFINISHED;
		error = storage->backend->remove(storage, volume, fault);
	}
	return error;
}

int volume_remove(const struct storage *storage, const char *volume, bool *was_there,
		  struct fault *fault)
{
	struct storage_status status = { 0 };
	struct claim claim;
	int error = claim_take(&claim, storage, volume, fault);

	*was_there = false;
	if (error)
		return error;
	error = storage->backend->look(storage, &status, fault);
	if (!error)
		error = remove_claimed(storage, &status, volume, was_there, fault);
	claim_release(&claim);
	storage_status_free(&status);
	return error;
}
