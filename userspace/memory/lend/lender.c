// SPDX-License-Identifier: GPL-2.0-only
/* A lender that runs; see lender.h. */
#include "userspace/memory/lend/lender.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "initramfs/backoff.h"
#include "userspace/lib/fs.h"
#include "userspace/memory/lend/guest.h"
#include "userspace/memory/lend/rules.h"
#include "userspace/memory/lib/own_address.h"
#include "userspace/memory/lib/vitals.h"

#define LIO_DIRECTORY "/sys/kernel/config/target"

/* A stall counts for so long: PSI's own average needs some seconds to show it. */
#define STALL_MS 5000

/* A tgtd that ran for so long has come to something. */
#define TGTD_GOOD_MS 60000
/* So many failed starts in a row: what was at it is lost. */
#define TGTD_FAILURES_MAX 3

int64_t lender_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- beginning -------------------------------------------------------------------------------- */

/* Unless it was said. */
static int find_address(struct lender *lender, struct fault *fault)
{
	int error = 0;

	if (!lender->options.address)
		error = own_address(lender->options.member.broker, &lender->options.address, fault);
	value_ipv4_text(lender->options.address, lender->address);
	return error;
}

static int make_directory(struct lender *lender, struct fault *fault)
{
	const char *directory = lender->options.directory;
	char above[MEMBER_PATH_BYTES];
	int error;

	snprintf(above, sizeof(above), "%s", directory);
	*strrchr(above, '/') = '\0';
	error = *above ? fs_make_dirs(above, 0755, fault) : 0;
	if (!error)
		error = fs_make_dirs(directory, 0700, fault);
	if (!error && chmod(directory, 0700) < 0)
		error = fault_set(fault, errno, "keep others out of", directory, NULL);
	snprintf(lender->notes, sizeof(lender->notes), "%s/grants", directory);
	snprintf(lender->pages, sizeof(lender->pages), "%s/pages", directory);
	snprintf(lender->instance_file, sizeof(lender->instance_file), "%s/instance", directory);
	snprintf(lender->pid_file, sizeof(lender->pid_file), "%s/tgtd.pid", directory);
	return error ? error : fs_make_dirs(lender->notes, 0700, fault);
}

static int name_instance(struct lender *lender, struct fault *fault)
{
	unsigned char bytes[8];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return fault_set(fault, errno, "name this lender's instance", "", NULL);
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(lender->instance + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/*
 * The instance is that of the memory: a lender that finds what another one left goes on under its
 * name, and nobody has lost anything.
 */
static int find_instance(struct lender *lender, struct fault *fault)
{
	size_t length;
	char *text;

	if (!fs_read_regular_file(lender->instance_file, 64, &text, &length, fault)) {
		text[strcspn(text, "\n")] = '\0';
		if (grant_is_id(text))
			memcpy(lender->instance, text, INSTANCE_BYTES);
		free(text);
	}
	return *lender->instance ? 0 : name_instance(lender, fault);
}

static int write_instance(const struct lender *lender, struct fault *fault)
{
	return fs_write_file(lender->instance_file, lender->instance, strlen(lender->instance),
			     0600, fault);
}

/* Pages that can be swapped out are lent by nobody; see lender_tick(). */
static bool is_resident(const struct lender *lender)
{
	return lender->backing.resident ||
	       (lender->options.target == LEND_TARGET_TGT && lender->tgtd.resident);
}

static void start_tgtd(struct lender *lender)
{
	struct fault fault = { 0 };
	char line[FAULT_LINE_BYTES];
	int64_t now = lender_now_ms();

	lender->tgtd_started_ms = now;
	if (!tgtd_start(&lender->tgtd, &fault)) {
		lender->grants.serving = true;
		lender->tgtd_failures = 0;
		return;
	}
	log_fault(&lender->log, &fault);
	lender->tgtd_again_ms = lender_now_ms() + backoff_delay_ms(lender->tgtd_failures, 0);
	if (++lender->tgtd_failures >= TGTD_FAILURES_MAX)
		lender->dirty |= grants_fail(&lender->grants, fault_line(&fault, line));
}

/* LIO is asked for nothing before the first grant: who begins without it has to be told. */
static int open_lio(struct lender *lender, struct fault *fault)
{
	if (access(LIO_DIRECTORY, R_OK | W_OK) < 0)
		return fault_set(fault, errno, "find LIO, the kernel's target, at", LIO_DIRECTORY,
				 errno == ENOENT ? "`modprobe iscsi_target_mod target_core_file`, "
						   "with configfs mounted; or --target tgt"
						 : NULL);
	lender->grants.server = (struct target_server){ .operations = &target_lio };
	lender->grants.serving = true;
	return 0;
}

/* Only the first start has to succeed: who begins without tgt has to be told. */
static int open_server(struct lender *lender, struct fault *fault)
{
	int error = 0;

	if (lender->options.target == LEND_TARGET_LIO)
		return open_lio(lender, fault);
	lender->grants.server = (struct target_server){ .operations = &target_tgt,
							.control_port = TGTD_CONTROL_PORT };
	lender->tgtd = (struct tgtd){ .pid_file = lender->pid_file,
				      .address = lender->options.address,
				      .port = lender->options.port,
				      .control_port = TGTD_CONTROL_PORT,
				      .log = &lender->log,
				      .pidfd = -1 };
	tgtd_find(&lender->tgtd);
	lender->tgtd_started_ms = lender_now_ms();
	if (lender->tgtd.pidfd < 0)
		error = tgtd_start(&lender->tgtd, fault);
	lender->grants.serving = !error;
	return error;
}

static int open_grants(struct lender *lender, struct fault *fault)
{
	int error;

	lender->grants.lender = lender->options.member.name;
	lender->grants.notes = lender->notes;
	lender->grants.backing = &lender->backing;
	lender->grants.log = &lender->log;
	lender->grants.portal =
		(struct iscsi_portal){ lender->options.address, lender->options.port };
	error = grants_load(&lender->grants, fault);
	if (!error)
		error = grants_sweep(&lender->grants, fault);
	if (!error)
		error = grants_look(&lender->grants, fault);
	if (!error && lender->grants.count)
		log_line(&lender->log, LOG_LEVEL_NOTICE, "found %zu grants of an earlier life",
			 lender->grants.count);
	return error;
}

/* After those that may refuse: whoever is told of may begin to report. */
static int open_ears(struct lender *lender, struct fault *fault)
{
	const struct lend_options *options = &lender->options;
	int error;

	lender->pressure_fd = vitals_watch(options->pressure_file);
	if (lender->pressure_fd < 0)
		log_line(
			&lender->log, LOG_LEVEL_WARNING,
			"%s cannot be watched (%s): only the count of pages tells when memory is short",
			options->pressure_file, strerror(-lender->pressure_fd));
	if (!options->guest_port)
		return 0;
	error = guest_read_token(options->guest_token_file, lender->guest_token, fault);
	if (error)
		return error;
	lender->guest_fd = guest_listen(options->guest_port, fault);
	return lender->guest_fd < 0 ? lender->guest_fd : 0;
}

/* What is lent lies in there: no more than the whole memory, whatever happens. */
static uint64_t size_of_pages(const struct lender *lender, uint64_t total_bytes)
{
	uint64_t limit = lender->options.limit_bytes;

	return limit && limit < total_bytes ? limit : total_bytes;
}

static int open_pages(struct lender *lender, struct fault *fault)
{
	struct vitals vitals;
	int error = vitals_sample(lender->options.pressure_file, &vitals, fault);

	if (!error)
		error = backing_open(&lender->backing, lender->options.backing, lender->pages,
				     size_of_pages(lender, vitals.total_bytes), fault);
	return error;
}

int lender_open(struct lender *lender, struct fault *fault)
{
	const struct member *member = &lender->options.member;
	int error;

	error = make_directory(lender, fault);
	if (!error)
		error = find_address(lender, fault);
	if (!error)
		error = open_pages(lender, fault);
	if (!error)
		error = find_instance(lender, fault);
	if (!error)
		error = open_server(lender, fault);
	if (!error)
		error = open_grants(lender, fault);
	if (!error)
		error = write_instance(lender, fault);
	if (!error)
		error = open_ears(lender, fault);
	return error ? error : broker_open(member->broker, member->token, &lender->broker, fault);
}

/* --- going on --------------------------------------------------------------------------------- */

int lender_begin_anew(struct lender *lender, struct fault *fault)
{
	int error = name_instance(lender, fault);

	if (!error)
		error = write_instance(lender, fault);
	if (!error)
		log_line(&lender->log, LOG_LEVEL_WARNING,
			 "the broker takes this instance for one that is over; now it is %s",
			 lender->instance);
	return error;
}

static void look(struct lender *lender)
{
	struct fault fault = { 0 };
	struct vitals vitals;
	int64_t now = lender_now_ms();

	if (grants_look(&lender->grants, &fault))
		log_fault(&lender->log, &fault);
	if (vitals_sample(lender->options.pressure_file, &vitals, &fault)) {
		log_fault(&lender->log, &fault);
		return;
	}
	lender->machine = (struct spare_machine){
		.total_bytes = vitals.total_bytes,
		.available_bytes = vitals.available_bytes,
		.pressure = vitals.pressure,
		.stalled = now < lender->stalled_until_ms,
		.borrowing = vitals.borrows,
		.exposed = vitals.swaps && !is_resident(lender),
		.leaving = lender->leaving,
	};
	guests_age(&lender->guests, now);
	if (lender->options.guests == LEND_GUESTS_RETURNING)
		lender->machine.held_bytes = guests_held(&lender->guests, now);
}

static void tell_change(const struct lender *lender, enum spare_state before)
{
	if (lender->spare.state == before)
		return;
	log_line(&lender->log, LOG_LEVEL_NOTICE,
		 "%s: %llu MiB of %llu MiB available, pressure %.1f %%, %llu MiB lent%s",
		 spare_state_name(lender->spare.state),
		 (unsigned long long)(lender->machine.available_bytes >> 20),
		 (unsigned long long)(lender->machine.total_bytes >> 20), lender->machine.pressure,
		 (unsigned long long)(lender->machine.lent_bytes >> 20),
		 lender->machine.exposed
			 ? "; there is swap, and this kernel could put lent memory on it"
			 : "");
}

static void judge(struct lender *lender)
{
	struct spare_rules rules = rules_of(&lender->options, lender->machine.total_bytes);
	struct spare before = lender->spare;

	grants_sum(&lender->grants, &lender->machine.lent_bytes, &lender->machine.allocated_bytes);
	lender->spare = spare_judge(&rules, &lender->machine, lender_now_ms(), &lender->past);
	if (!lender->grants.serving)
		lender->spare.spare_bytes = lender->spare.grantable_bytes = 0;
	tell_change(lender, before.state);
	/* What is available changes all the time, and goes with the next report. */
	lender->dirty |= lender->spare.state != before.state ||
			 lender->spare.wanted_back_bytes > before.wanted_back_bytes;
}

static void work(struct lender *lender)
{
	uint64_t grantable = lender->spare.grantable_bytes;

	if (!lender->grants.serving && lender_now_ms() >= lender->tgtd_again_ms)
		start_tgtd(lender);
	if (grants_have_work(&lender->grants))
		lender->dirty |= grants_work(&lender->grants, &grantable);
}

void lender_tick(struct lender *lender)
{
	look(lender);
	judge(lender);
	work(lender);
	/* What was just granted is not to be offered once more. */
	judge(lender);
}

void lender_stalled(struct lender *lender)
{
	lender->stalled_until_ms = lender_now_ms() + STALL_MS;
}

void lender_tgtd_ended(struct lender *lender)
{
	int64_t now = lender_now_ms();

	tgtd_ended(&lender->tgtd);
	lender->grants.serving = false;
	if (now - lender->tgtd_started_ms >= TGTD_GOOD_MS)
		lender->tgtd_deaths = 0;
	/* At once, unless it makes a habit of it: borrowers wait. */
	lender->tgtd_again_ms =
		lender->tgtd_deaths ? now + backoff_delay_ms(lender->tgtd_deaths - 1, 0) : now;
	lender->tgtd_deaths++;
}

void lender_reload(struct lender *lender, int argc, char **argv)
{
	struct lend_options fresh, *options = &lender->options;
	struct fault fault = { 0 };
	int status;

	if (lend_options_read(&fresh, argc, argv, &status, &fault)) {
		log_fault(&lender->log, &fault);
		return;
	}
	options->reserve_bytes = fresh.reserve_bytes;
	options->reserve_per_cent = fresh.reserve_per_cent;
	options->limit_bytes = fresh.limit_bytes;
	options->pressure_max = fresh.pressure_max;
	options->interval_s = fresh.interval_s;
	options->leave_s = fresh.leave_s;
	options->guests = fresh.guests;
	lender->dirty = true;
	log_line(&lender->log, LOG_LEVEL_NOTICE, "settings read again");
}

/* --- ending ----------------------------------------------------------------------------------- */

void lender_leave(struct lender *lender)
{
	int64_t now = lender_now_ms();

	lender->leave_at_ms = lender->leaving ? now : now + (int64_t)lender->options.leave_s * 1000;
	lender->leaving = lender->dirty = true;
}

bool lender_may_end(const struct lender *lender)
{
	return lender->leaving && (!lender->grants.count || lender_now_ms() >= lender->leave_at_ms);
}

static void close_pages(struct lender *lender)
{
	struct fault fault = { 0 };

	if (lender->options.target == LEND_TARGET_TGT)
		tgtd_stop(&lender->tgtd);
	if (backing_close(&lender->backing, &fault) ||
	    fs_remove_tree(lender->options.directory, &fault))
		log_fault(&lender->log, &fault);
}

void lender_close(struct lender *lender)
{
	for (size_t i = 0; i < lender->grants.count; i++)
		log_line(&lender->log, LOG_LEVEL_WARNING,
			 "grant %s: %s still has %llu MiB; its target stays without a lender",
			 lender->grants.list[i].wanted.id, lender->grants.list[i].wanted.borrower,
			 (unsigned long long)(lender->grants.list[i].wanted.bytes >> 20));
	if (lender->leaving && !lender->grants.count)
		close_pages(lender);
	tgtd_leave(&lender->tgtd);
	broker_close(lender->broker);
	grants_free(&lender->grants);
	if (lender->guest_fd >= 0)
		close(lender->guest_fd);
	if (lender->pressure_fd >= 0)
		close(lender->pressure_fd);
}
