// SPDX-License-Identifier: GPL-2.0-only
/* What this node has borrowed, and what follows from what is wanted; see borrower.h. */
#include "userspace/memory/borrow/borrower.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "userspace/memory/borrow/pid1.h"
#include "userspace/memory/borrow/room.h"

/* What could not be given back is tried again so often; at its deadline, sooner. */
#define GIVE_BACK_AGAIN_MS 5000
#define OVERDUE_AGAIN_MS   1000
/* A process that has not ended after this long hangs. */
#define STOPPING_MS 60000
/* An administrator's request is tried for as long as the broker itself would repeat it. */
#define REQUEST_STANDS_MS 60000

int64_t borrower_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- loans ------------------------------------------------------------------------------------ */

struct loan *borrower_find(struct borrower *borrower, const char *id)
{
	for (unsigned int i = 0; i < borrower->count; i++)
		if (!strcmp(borrower->loans[i].grant.id, id))
			return &borrower->loans[i];
	return NULL;
}

struct loan *borrower_add(struct borrower *borrower, const struct grant *grant)
{
	struct loan *loan;

	if (borrower->count == LOANS_MAX)
		return NULL;
	loan = &borrower->loans[borrower->count++];
	*loan = (struct loan){ .grant = *grant, .state = LOAN_ATTACHING, .stopping = -1 };
	return loan;
}

/* Is @loan there for good, or about to be? */
static bool counts(const struct loan *loan)
{
	return (loan->state == LOAN_ATTACHING || loan->state == LOAN_ATTACHED) &&
	       !loan->wanted_back && !loan->broken;
}

static uint64_t sum_of(const struct borrower *borrower, bool on_demand_too)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < borrower->count; i++)
		if (counts(&borrower->loans[i]) &&
		    (on_demand_too || !borrower->loans[i].asked.on_demand))
			bytes += borrower->loans[i].grant.bytes;
	return bytes;
}

static struct loan *last_on_demand(struct borrower *borrower)
{
	for (unsigned int i = borrower->count; i > 0; i--)
		if (counts(&borrower->loans[i - 1]) && borrower->loans[i - 1].asked.on_demand &&
		    borrower->loans[i - 1].state == LOAN_ATTACHED)
			return &borrower->loans[i - 1];
	return NULL;
}

/* --- the broker's wishes ---------------------------------------------------------------------- */

/* What goes back for whatever reason is not to come back on demand for the pressure that it makes.
 */
static void rest_on_demand(struct borrower *borrower)
{
	borrower->demand.rest.until_ms = borrower_now_ms() + borrower->options->hold_off_s * 1000ll;
}

/*
 * Who wants it back would have gained nothing if it were asked for again at once, be it by what was
 * meant to make room for it, and was refused until now.
 */
static void rest(struct borrower *borrower)
{
	rest_on_demand(borrower);
	if (!borrower->wish.request[0])
		borrower->wish = (struct asking){ 0 };
	borrower->rest.until_ms = borrower->demand.rest.until_ms;
}

static void take_wanted(struct borrower *borrower, const struct wanted_grant *wanted)
{
	struct loan *loan = borrower_find(borrower, wanted->id);

	if (!loan || loan->state == LOAN_ATTACHING)
		return;
	loan->grant.generation = wanted->generation;
	if (wanted->want == WANT_KEEP || loan->state == LOAN_DETACHED)
		return;
	loan->stop_processes = wanted->stop_processes;
	if (wanted->want == WANT_RETURN && !loan->deadline_ms)
		loan->deadline_ms = borrower_now_ms() + wanted->deadline_s * 1000ll;
	if (loan->wanted_back)
		return;
	loan->wanted_back = true;
	borrower->report_due = true;
	if (wanted->want == WANT_RETURN)
		rest(borrower);
	log_line(borrower->log, LOG_LEVEL_NOTICE, "%s: %s", loan->grant.id,
		 wanted->want == WANT_GONE ? "the grant is over"
					   : "its lender wants its memory back");
}

static bool was_handled(const struct borrower *borrower, const char *id)
{
	for (unsigned int i = 0; i < ANSWER_REQUESTS_MAX; i++)
		if (!strcmp(borrower->handled[i], id))
			return true;
	return false;
}

/* One after the other: the next is taken from the next answer. */
static void take_request(struct borrower *borrower, const struct wanted_more *more)
{
	if (was_handled(borrower, more->id) || borrower->wish.bytes || borrower->asking.bytes)
		return;
	memcpy(borrower->handled[borrower->handled_next++ % ANSWER_REQUESTS_MAX], more->id,
	       GRANT_ID_BYTES);
	if (borrower->options->mirror != BORROW_MIRROR_NONE) {
		log_line(borrower->log, LOG_LEVEL_WARNING,
			 "asked to borrow %llu MiB more, and does not: what is kept twice has one "
			 "size",
			 (unsigned long long)more->bytes >> 20);
		return;
	}
	borrower->wish = (struct asking){ .bytes = more->bytes,
					  .until_ms = borrower_now_ms() + REQUEST_STANDS_MS };
	memcpy(borrower->wish.request, more->id, GRANT_ID_BYTES);
	borrower->ask_ms = 0;
	borrower->refusal[0] = '\0'; /* whoever asks is to be told */
	log_line(borrower->log, LOG_LEVEL_NOTICE, "asked to borrow %llu MiB",
		 (unsigned long long)more->bytes >> 20);
}

void borrower_take_answer(struct borrower *borrower, const struct borrow_answer *answer)
{
	borrower->sequence = answer->sequence;
	borrower->heard = true;
	for (unsigned int i = 0; i < answer->grant_count; i++)
		take_wanted(borrower, &answer->grants[i]);
	for (unsigned int i = 0; i < answer->request_count; i++)
		take_request(borrower, &answer->requests[i]);
}

/* Nothing but the administrator's request says that it is wanted; the rest is seen to be missing.
 */
static void attach_failed(struct borrower *borrower, struct loan *loan)
{
	int64_t now_ms = borrower_now_ms();

	loan->state = LOAN_DETACHED;
	borrower->ask_ms = now_ms + GIVE_BACK_AGAIN_MS;
	if (loan->asked.request[0] && now_ms < loan->asked.until_ms && !borrower->wish.bytes)
		borrower->wish = loan->asked;
}

void borrower_take_grant(struct borrower *borrower, const struct grant *grant)
{
	struct loan *loan = borrower_add(borrower, grant);
	struct fault fault;

	if (loan) {
		loan->asked = borrower->asking;
		if (job_attach(&loan->job, borrower->mode, borrower->options, grant, &fault) < 0) {
			log_fault(borrower->log, &fault);
			attach_failed(borrower, loan);
		}
	}
	borrower->asking.bytes = 0;
}

/* --- jobs ------------------------------------------------------------------------------------- */

static void attach_ended(struct borrower *borrower, struct loan *loan,
			 const struct job_result *result)
{
	if (result->fault.error) {
		log_fault(borrower->log, &result->fault);
		snprintf(loan->detail, sizeof(loan->detail), "%.159s", result->fault.hint);
		attach_failed(borrower, loan);
		return;
	}
	loan->grant = result->grant;
	loan->state = LOAN_ATTACHED;
	/* systemd may have set its limits anew since the last time. */
	(void)pid1_keep_in_memory();
	log_line(borrower->log, LOG_LEVEL_NOTICE, "%s: %llu MiB of %s on %s", loan->grant.id,
		 (unsigned long long)loan->grant.bytes >> 20, loan->grant.lender,
		 loan->grant.swap[0] ? loan->grant.swap : loan->grant.mapping);
}

static void forget_stopping(struct loan *loan)
{
	if (loan->stopping >= 0)
		close(loan->stopping);
	loan->stopping = -1;
}

/* How much room there is changes from one try to the next, and is no news. */
static bool is_same_but_for_numbers(const char *one, const char *other)
{
	do {
		while (isdigit((unsigned char)*one))
			one++;
		while (isdigit((unsigned char)*other))
			other++;
		if (*one != *other++)
			return false;
	} while (*one++);
	return true;
}

/* It was nobody's wish but this program's own, which thought that there was room. */
static void keep_on_demand(struct borrower *borrower, struct loan *loan)
{
	loan->wanted_back = loan->crowded = false;
	loan->state = LOAN_ATTACHED;
	borrower->demand.quiet_since_ms = 0;
}

static void give_back_ended(struct borrower *borrower, struct loan *loan,
			    const struct job_result *result)
{
	if (!result->fault.error) {
		log_line(borrower->log, LOG_LEVEL_NOTICE, "%s: given back to %s", loan->grant.id,
			 loan->grant.lender);
		loan->detail[0] = '\0';
		loan->grant.swap[0] = loan->grant.mapping[0] = '\0';
		loan->state = LOAN_DETACHED;
		forget_stopping(loan);
		if (loan->deadline_ms)
			rest(borrower);
		else if (loan->asked.on_demand)
			rest_on_demand(borrower);
		return;
	}
	loan->crowded = result->fault.error == ENOMEM;
	if (!is_same_but_for_numbers(loan->detail, result->fault.hint))
		log_fault(borrower->log, &result->fault);
	snprintf(loan->detail, sizeof(loan->detail), "%.159s", result->fault.hint);
	loan->retry_ms =
		borrower_now_ms() + (loan->overdue ? OVERDUE_AGAIN_MS : GIVE_BACK_AGAIN_MS);
	if (loan->crowded && !loan->deadline_ms && loan->asked.on_demand && !loan->broken)
		keep_on_demand(borrower, loan);
}

void borrower_job_ended(struct borrower *borrower, struct loan *loan)
{
	struct job_result result;

	job_finish(&loan->job, &result);
	borrower->report_due = true;
	if (loan->state == LOAN_ATTACHING)
		attach_ended(borrower, loan, &result);
	else
		give_back_ended(borrower, loan, &result);
	explicit_bzero(&result, sizeof(result));
}

/* --- giving back ------------------------------------------------------------------------------ */

/* Never the machine's own: what nobody may kill for want of memory, this does not either. */
static bool may_be_stopped(pid_t pid)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	return pid > 1 && pid != getpid() && stats_read_file(path, text, sizeof(text)) &&
	       strtol(text, NULL, 10) > -1000;
}

/* A process that is told to end has its memory for a while; then it is to be tried without that
 * before another one is ended. */
static bool is_stopping(struct loan *loan, int64_t now_ms)
{
	struct pollfd fd = { loan->stopping, POLLIN, 0 };

	if (loan->stopping < 0)
		return false;
	if (poll(&fd, 1, 0) != 0 || now_ms >= loan->stopping_until_ms)
		forget_stopping(loan);
	return true;
}

/* Which one it was can be seen from nothing but this, so that no later process of its number is
 * meant. */
static bool stop_process(struct loan *loan, pid_t pid, int64_t now_ms)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return false;
	if (!may_be_stopped(pid) || syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0) {
		close(fd);
		return false;
	}
	loan->stopping = fd;
	loan->stopping_until_ms = now_ms + STOPPING_MS;
	return true;
}

static bool is_in_group(pid_t pid, const char *group)
{
	char path[GROUP_PATH_BYTES];

	return group_room_path_of(pid, path) && group_room_is_in(path, group);
}

/* Where a control group's limit is in the way, the end of another one's process is of no help. */
static void stop_one_of(const struct borrower *borrower, struct loan *loan,
			const struct page_owner *owners, size_t count, int64_t now_ms)
{
	char group[GROUP_PATH_BYTES];
	bool limited = room_limiting_group(loan->grant.swap, owners, count, group);

	for (size_t i = 0; i < count; i++) {
		if (!owners[i].bytes || (limited && !is_in_group(owners[i].pid, group)) ||
		    !stop_process(loan, owners[i].pid, now_ms))
			continue;
		log_line(
			borrower->log, LOG_LEVEL_ERROR,
			"%s: ended %s (process %d), which had %llu MiB there: the deadline is over",
			loan->grant.id, owners[i].name, (int)owners[i].pid,
			(unsigned long long)owners[i].bytes >> 20);
		return;
	}
}

static void stop_largest(const struct borrower *borrower, struct loan *loan, int64_t now_ms)
{
	struct page_owner *owners = calloc(ROOM_OWNERS_MAX, sizeof(*owners));
	int type = swap_types_find(&borrower->types, loan->grant.swap);
	size_t count =
		owners && type >= 0 ? pages_find_owners(type, owners, ROOM_OWNERS_MAX, NULL) : 0;

	stop_one_of(borrower, loan, owners, count, now_ms);
	free(owners);
}

/* The deadline alone drops nothing. */
static void note_deadline(struct borrower *borrower, struct loan *loan, int64_t now_ms)
{
	/* What fails for another reason than want of room is not helped by that. */
	bool stops = loan->stop_processes && loan->crowded;

	if (!loan->deadline_ms || now_ms < loan->deadline_ms || loan->broken)
		return;
	if (!loan->overdue)
		log_line(borrower->log, LOG_LEVEL_ERROR, "%s: overdue: %s; %s", loan->grant.id,
			 loan->detail, stops ? "ending processes" : "trying on");
	loan->overdue = true;
	if (stops && !is_stopping(loan, now_ms))
		stop_largest(borrower, loan, now_ms);
}

static bool is_giving_back(const struct borrower *borrower)
{
	for (unsigned int i = 0; i < borrower->count; i++)
		if (borrower->loans[i].job.pid && borrower->loans[i].state == LOAN_DETACHING &&
		    !borrower->loans[i].broken)
			return true;
	return false;
}

static void give_back(struct borrower *borrower, struct loan *loan, int64_t now_ms)
{
	const struct give_back how = { swap_types_find(&borrower->types, loan->grant.swap),
				       loan->broken };
	struct fault fault;

	if (loan->job.pid || now_ms < loan->retry_ms)
		return;
	/* Each would take the room that the other's pages need, and the other for a place to go. */
	if (!loan->broken && is_giving_back(borrower))
		return;
	note_deadline(borrower, loan, now_ms);
	loan->state = LOAN_DETACHING;
	if (job_give_back(&loan->job, borrower->mode, borrower->options, &loan->grant, &how,
			  &fault) < 0) {
		log_fault(borrower->log, &fault);
		loan->retry_ms = now_ms + GIVE_BACK_AGAIN_MS;
	}
}

/* --- what is to be borrowed ------------------------------------------------------------------- */

/* Does what is wanted back wait for room, which another lender may have? */
static bool is_crowded(const struct borrower *borrower)
{
	for (unsigned int i = 0; i < borrower->count; i++)
		if (borrower->loans[i].state != LOAN_DETACHED && borrower->loans[i].crowded)
			return true;
	return false;
}

static struct demand_sample take_sample(const struct borrower *borrower, int64_t now_ms)
{
	struct swap_usage all = swap_usage_but(borrower->stats.swaps, "");

	return (struct demand_sample){ .now_ms = now_ms,
				       .total_bytes = borrower->stats.total_bytes,
				       .available_bytes = borrower->stats.available_bytes,
				       .swap_total_bytes = all.size_bytes,
				       .swap_free_bytes = all.size_bytes - all.used_bytes,
				       .pressure = borrower->stats.pressure,
				       .crowded = is_crowded(borrower) };
}

static void judge_demand(struct borrower *borrower, int64_t now_ms)
{
	const struct borrow_options *options = borrower->options;
	const struct demand_rule rule = { options->step_bytes, options->most_bytes,
					  options->pressure_max };
	const struct demand_sample sample = take_sample(borrower, now_ms);
	struct loan *last = last_on_demand(borrower);

	if (borrower->asking.bytes || borrower->wish.bytes)
		return;
	if (is_crowded(borrower))
		borrower->demand.rest.until_ms = 0;
	switch (demand_judge(&borrower->demand, &rule, &sample, sum_of(borrower, true),
			     last ? last->grant.bytes : 0)) {
	case DEMAND_MORE:
		borrower->wish = (struct asking){ .bytes = rule.step_bytes, .on_demand = true };
		log_line(borrower->log, LOG_LEVEL_NOTICE, "memory is short: borrowing %llu MiB",
			 (unsigned long long)rule.step_bytes >> 20);
		break;
	case DEMAND_LESS:
		if (!last)
			break;
		last->wanted_back = true;
		rest_on_demand(borrower);
		log_line(borrower->log, LOG_LEVEL_NOTICE,
			 "%s: memory is short no longer: giving it back", last->grant.id);
		break;
	case DEMAND_KEEP:
		break;
	}
}

/* Of what is kept at two lenders, each has all; the second one as much as the first one has. */
static struct asking missing_copy(const struct borrower *borrower)
{
	struct asking missing = { .bytes = borrower->options->size_bytes };
	unsigned int copies = 0;

	for (unsigned int i = 0; i < borrower->count; i++) {
		if (!counts(&borrower->loans[i]))
			continue;
		missing.bytes = borrower->loans[i].grant.bytes;
		missing.exactly = true;
		copies++;
	}
	return copies < 2 ? missing : (struct asking){ 0 };
}

static struct asking missing_of(const struct borrower *borrower)
{
	uint64_t there = sum_of(borrower, false), size = borrower->options->size_bytes;

	if (size && borrower->options->mirror == BORROW_MIRROR_LENDER)
		return missing_copy(borrower);
	return (struct asking){ .bytes = size > there ? size - there : 0 };
}

/* What is always to be there, and is not yet, or no longer. */
static void judge_size(struct borrower *borrower, int64_t now_ms)
{
	const struct demand_sample sample = take_sample(borrower, now_ms);
	const struct asking missing = missing_of(borrower);
	const struct demand_rule rule = { .step_bytes = missing.bytes,
					  .pressure_max = borrower->options->pressure_max };
	bool rests = demand_rests(&borrower->rest, &rule, &sample);

	if (borrower->asking.bytes || borrower->wish.bytes ||
	    (rests && !is_crowded(borrower) && !missing.exactly))
		return;
	borrower->wish = missing;
	/* A whole MiB at the least, which is the least that is granted. */
	if (borrower->wish.bytes < 1u << 20)
		borrower->wish.bytes = 0;
}

/* What somebody has detached by hand; its note goes last. */
static void look_for_notes(struct borrower *borrower)
{
	char path[MEMBER_PATH_BYTES + GRANT_ID_BYTES + 1];

	for (unsigned int i = 0; i < borrower->count; i++) {
		struct loan *loan = &borrower->loans[i];

		snprintf(path, sizeof(path), "%s/%s", borrower->options->directory, loan->grant.id);
		if (loan->job.pid || access(path, F_OK) == 0 || errno != ENOENT ||
		    (loan->state != LOAN_ATTACHED && loan->state != LOAN_DETACHING))
			continue;
		log_line(borrower->log, LOG_LEVEL_NOTICE, "%s: somebody has detached it",
			 loan->grant.id);
		loan->grant.swap[0] = loan->grant.mapping[0] = '\0';
		loan->state = LOAN_DETACHED;
		borrower->report_due = true;
		rest(borrower);
	}
}

void borrower_reconcile(struct borrower *borrower)
{
	int64_t now_ms = borrower_now_ms();

	stats_read(&borrower->stats);
	swap_types_update(&borrower->types, borrower->stats.swaps);
	look_for_notes(borrower);
	sessions_look(borrower);
	judge_size(borrower, now_ms);
	judge_demand(borrower, now_ms);
	for (unsigned int i = 0; i < borrower->count; i++) {
		struct loan *loan = &borrower->loans[i];

		if ((loan->state == LOAN_ATTACHED || loan->state == LOAN_DETACHING) &&
		    (loan->wanted_back || loan->broken))
			give_back(borrower, loan, now_ms);
	}
	talk_to_broker(borrower, now_ms);
}

/* --- beginning and end ------------------------------------------------------------------------ */

/* The boot's id stands for this life of the node, as in the initrd. */
static int read_instance(char instance[static INSTANCE_LENGTH + 1], struct fault *fault)
{
	char id[64];
	size_t length = 0;

	if (!stats_read_file("/proc/sys/kernel/random/boot_id", id, sizeof(id)))
		return fault_set(fault, errno, "read the boot's id", "/proc", NULL);
	for (const char *at = id; *at && length < INSTANCE_LENGTH; at++)
		if (isxdigit((unsigned char)*at))
			instance[length++] = *at;
	instance[length] = '\0';
	return 0;
}

/* Swap that was to be mirrored is not to be attached without. */
static int check_options(const struct borrower *borrower, struct fault *fault)
{
	const struct borrow_options *options = borrower->options;

	if (!borrower->mode)
		return fault_set(fault, EINVAL, "borrow memory", options->mode,
				 "this program has no such mode");
	if (options->mirror != BORROW_MIRROR_NONE && !borrower->mode->begin)
		return fault_set(fault, EINVAL, "borrow memory",
				 borrow_mirror_name(options->mirror), "a mirror needs --mode lvm");
	if (options->mirror != BORROW_MIRROR_NONE && options->step_bytes)
		return fault_set(fault, EINVAL, "borrow memory",
				 borrow_mirror_name(options->mirror),
				 "what is kept twice has one size: leave --step out");
	if (!strcmp(options->mode, "lvm") && !options->lvm_disk[0] &&
	    options->mirror != BORROW_MIRROR_LENDER)
		return fault_set(fault, EINVAL, "borrow memory", options->mode,
				 "say which disk swap moves to by --lvm-disk, or keep it at two "
				 "lenders by --mirror lender");
	return 0;
}

int borrower_open(struct borrower *borrower, const struct borrow_options *options,
		  const struct log *log, struct fault *fault)
{
	int error;

	*borrower = (struct borrower){ .options = options, .log = log };
	borrower->mode = mode_find(options->mode);
	error = check_options(borrower, fault);
	if (!error)
		error = read_instance(borrower->instance, fault);
	if (!error && borrower->mode->begin)
		error = borrower->mode->begin(options, fault);
	if (error)
		return error;
	stats_read(&borrower->stats);
	swap_types_update(&borrower->types, borrower->stats.swaps);
	error = adopt_all(borrower, fault);
	if (!error)
		error = broker_open(options->member.broker, options->member.token,
				    &borrower->broker, fault);
	return error;
}

void borrower_close(struct borrower *borrower)
{
	broker_close(borrower->broker);
	borrower->broker = NULL;
}
