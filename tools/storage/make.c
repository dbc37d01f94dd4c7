// SPDX-License-Identifier: GPL-2.0-only
/* Making and removing volumes; see make.h. */
#include "tools/storage/make.h"

#include <errno.h>
#include <time.h>

#include "tools/storage/claim.h"
#include "tools/storage/work.h"

/* For so many volumes the storage is looked at once: each, and its golden volume, is claimed. */
#define TOGETHER_MAX 32
/* So many clones are made while the system is at work on a new disk. */
#define LAG 4
_Static_assert(2 * TOGETHER_MAX < CLAIMS_MAX, "a volume made at a time wants two claims");

/* --- from nothing to ready -------------------------------------------------------------------- */

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

/* Claim them, up to the first that cannot be. Returns how many; 0 with @fault. */
static size_t claim_all(struct work *works, size_t count, int *error, struct fault *fault)
{
	struct fault ignored;
	size_t i = 0;

	for (; i < count; i++) {
		*error = claim_take(&works[i].claim, works[i].workshop->storage,
				    works[i].order->name, i ? &ignored : fault);
		if (*error)
			break;
	}
	return i;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Not when it is delivered: then several are made. */
static void note_time(struct work *work)
{
	double now = now_s();

	work->took_s = now - work->workshop->since_s;
	work->workshop->since_s = now;
}

static int deliver(const struct work *work, const struct volume_customer *customer,
		   struct fault *fault)
{
	const struct storage *storage = work->workshop->storage;
	int error = 0;

	if (work->made == VOLUME_CLONED && storage->backend->await_path)
		error = storage->backend->await_path(storage, work->order->name, fault);
	return error ? error
		     : customer->take(customer->context, work->order, work->made, work->took_s,
				      fault);
}

/* What one took is room that the next one does not have, unless it is a clone of the cheap kind. */
static bool is_to_look_again(const struct work *work)
{
	return work->made == VOLUME_WRITTEN ||
	       (work->made == VOLUME_CLONED && !work->workshop->storage->backend->begin_clone);
}

/* The clone of the next is begun while one is adapted, and one is delivered when LAG more are made:
 * by then the system is through with all that it does for a new disk. */
static int make_each(struct work *works, size_t count, const struct volume_customer *customer,
		     struct fault *fault)
{
	size_t lag = works->workshop->storage->backend->begin_clone ? LAG : 0;
	size_t made = 0, delivered = 0;
	int error = 0, undelivered = 0;
	struct fault why;

	while (!error && made < count) {
		struct work *work = &works[made];

		error = work_make(work, made + 1 < count ? work + 1 : NULL, fault);
		made += !error;
		note_time(work);
		if (!error && made > lag)
			error = undelivered = deliver(&works[delivered++], customer, fault);
		if (!error && made < count && is_to_look_again(work))
			error = work_look(work + 1, count - made, fault);
	}
	while (!undelivered && delivered < made)
		undelivered = deliver(&works[delivered++], customer, &why);
	if (error || !undelivered)
		return error;
	*fault = why;
	return undelivered;
}

/* As many of @count as are made together; *@done: so many. */
static int make_some(struct workshop *workshop, const struct volume_order *orders, size_t count,
		     const struct volume_customer *customer, size_t *done, struct fault *fault)
{
	struct work works[TOGETHER_MAX];
	int error = 0;

	if (count > TOGETHER_MAX)
		count = TOGETHER_MAX;
	for (size_t i = 0; i < count; i++)
		works[i] = (struct work){ .workshop = workshop,
					  .order = &orders[i],
					  .claim = { .fd = -1 },
					  .golden_claim = { .fd = -1 } };
	*done = claim_all(works, count, &error, fault);
	if (*done > 0) {
		error = work_look(works, *done, fault);
		if (!error)
			error = work_clean(works, *done, fault);
		if (!error)
			error = make_each(works, *done, customer, fault);
	} else if (error == -EBUSY && is_cloned(workshop->storage, orders)) {
		*done = 1;
		error = customer->take(customer->context, orders, VOLUME_WAS_THERE,
				       now_s() - workshop->since_s, fault);
	}
	for (size_t i = 0; i < count; i++)
		work_end(&works[i]);
	return error;
}

int volumes_make(const struct storage *storage, const struct volume_order *orders, size_t count,
		 const struct log *log, const struct volume_customer *customer, struct fault *fault)
{
	struct workshop workshop = { .storage = storage, .log = log, .since_s = now_s() };
	size_t done;
	int error = 0;

	for (; !error && count > 0; orders += done, count -= done)
		error = make_some(&workshop, orders, count, customer, &done, fault);
	storage_status_free(&workshop.status);
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
