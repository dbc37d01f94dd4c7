// SPDX-License-Identifier: GPL-2.0-only
/* Puts the broker together. See memory.h. */
#include "userspace/wirerootd/memory/memory.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "userspace/lib/fs.h"
#include "userspace/wirerootd/memory/memory_http.h"
#include "userspace/wirerootd/memory/message.h"

/* MESSAGE_MEMBERS_MAX of them, with long names. */
#define MEMBERS_FILE_BYTES ((size_t)64 << 20)

int64_t memory_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Asked of the system many at a time: a grant with its secrets takes half a hundred. */
static uint32_t random_word(struct memory_random *random)
{
	uint32_t word;

	if (!random->left) {
		randombytes_buf(random->words, sizeof(random->words));
		random->left = MEMORY_RANDOM_WORDS;
	}
	word = random->words[--random->left];
	sodium_memzero(&random->words[random->left], sizeof(word));
	return word;
}

/* Each number below @limit is as likely: what is left over of a last round is drawn again. */
static size_t draw(void *context, size_t limit)
{
	struct memory *memory = context;
	uint32_t bound = (uint32_t)limit, left_over = -bound % bound, word;

	do
		word = random_word(&memory->random);
	while (word < left_over);
	return word % bound;
}

/* --- what the brokerage tells ------------------------------------------------------------------
 */

static void note_grant(void *context, const struct grant *grant, const char *what,
		       const char *detail)
{
	struct memory *memory = context;
	char text[2 * BROKERAGE_DETAIL_BYTES];

	snprintf(text, sizeof(text), "%s%s%s", what, detail && *detail ? ": " : "",
		 detail ? detail : "");
	store_grant(&memory->store, grant);
	store_event(&memory->store, time(NULL), grant_state_name(grant->state), grant, NULL, text);
	if (grant->state == GRANT_LOST)
		log_line(memory->log, LOG_LEVEL_WARNING,
			 "grant %016llx of %llu MiB from %s to %s is lost: %s",
			 (unsigned long long)grant->id, (unsigned long long)grant->bytes >> 20,
			 grant->lender->rules.name, grant->borrower->rules.name, text);
	else
		log_line(memory->log, LOG_LEVEL_DEBUG, "grant %016llx: %s: %s",
			 (unsigned long long)grant->id, grant_state_name(grant->state), text);
	/* Once attached nobody waits for it any more, and before it is exported there is no news.
	 */
	if (grant->was_attached || grant->state == GRANT_OFFERED)
		return;
	memory_http_wake_asking(memory, grant->id);
	if (memory->grant_moved)
		memory->grant_moved(memory->line, grant->id);
}

static void note_lender(void *context, const struct member *member)
{
	struct memory *memory = context;

	store_lender(&memory->store, member);
}

static void note_event(void *context, const char *what, const struct member *member,
		       const struct grant *grant, const char *detail)
{
	struct memory *memory = context;

	store_event(&memory->store, time(NULL), what, grant, member, detail);
	log_line(memory->log, LOG_LEVEL_WARNING, "%s: grant %016llx is %s%s%s", member->rules.name,
		 grant ? (unsigned long long)grant->id : 0, what, detail && *detail ? ": " : "",
		 detail ? detail : "");
}

static void note_told(void *context, struct member *member)
{
	(void)context;
	memory_http_wake_member(member);
}

/* --- members ---------------------------------------------------------------------------------- */

static int use_members(struct memory *memory, const struct message_members *members)
{
	struct brokerage *brokerage = &memory->brokerage;
	int error = tokens_take(&memory->tokens, members);

	brokerage->lease_ms = (int64_t)members->lease_s * 1000;
	brokerage->deadline_s = members->deadline_s;
	brokerage->policy = members->policy;
	memory->line_port = members->line_port;
	if (!error)
		error = brokerage_set_members(brokerage, members->rules, members->count,
					      memory_now_ms());
	store_commit(&memory->store);
	return error;
}

/* 0 with what there is; with nobody when there is no file and there need be none. */
static int read_members(const struct memory *memory, bool may_lack, struct message_members *members,
			struct fault *fault)
{
	size_t length;
	char *text;
	int error;

	*members = (struct message_members){ .lease_s = 30, .deadline_s = 300 };
	if (!memory->file || (may_lack && !fs_is_file(memory->file)))
		return 0;
	error = fs_read_regular_file(memory->file, MEMBERS_FILE_BYTES, &text, &length, fault);
	if (error)
		return error;
	error = message_members(text, length, members, fault);
	sodium_memzero(text, length);
	free(text);
	if (error) {
		char where[sizeof(fault->peer)];

		snprintf(where, sizeof(where), "%.60s: %.30s", memory->file, fault->peer);
		snprintf(fault->peer, sizeof(fault->peer), "%s", where);
	}
	return error;
}

static int load_members(struct memory *memory, bool may_lack, struct fault *fault)
{
	struct message_members members;

	if (read_members(memory, may_lack, &members, fault))
		return -fault->error;
	memory->is_on = members.count > 0 || members.admin_token[0];
	if (use_members(memory, &members))
		fault_set(fault, ENOMEM, "take in the members who lend memory", memory->file, NULL);
	else
		fault->error = 0;
	sodium_memzero(members.admin_token, sizeof(members.admin_token));
	if (members.tokens)
		sodium_memzero(members.tokens, members.count * sizeof(*members.tokens));
	message_members_free(&members);
	return -fault->error;
}

void memory_reload(struct memory *memory, bool may_lack)
{
	struct fault fault = { 0 };

	if (load_members(memory, may_lack, &fault)) {
		log_fault(memory->log, &fault);
		log_line(memory->log, LOG_LEVEL_ERROR,
			 "the members who lend memory stay as they are");
	}
	/* Some may speak with tokens that are none any more. */
	memory_http_wake_all(memory);
}

/* --- begin and end ---------------------------------------------------------------------------- */

/* Larger in each life than anything of the one before. */
static uint64_t sequence_base(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int begin(struct memory *memory, bool may_lack, const char *directory, struct fault *fault)
{
	struct brokerage *brokerage = &memory->brokerage;

	if (sodium_init() < 0)
		return fault_set(fault, EIO, "begin to use libsodium", "", NULL);
	if (brokerage_init(brokerage))
		return fault_set(fault, ENOMEM, "begin to lend memory", "", NULL);
	if (store_open(&memory->store, directory, memory->log, fault))
		return -fault->error;
	/* Before the members: who has left since may have grants in the notes. */
	brokerage->lease_ms = 30000;
	if (store_load(&memory->store, brokerage, memory_now_ms(), fault))
		return -fault->error;
	if (load_members(memory, may_lack, fault))
		return -fault->error;
	memory->ticked_ms = memory_now_ms();
	return 0;
}

int memory_open(struct memory *memory, const char *file, bool may_lack, const char *directory,
		const struct log *log, struct fault *fault)
{
	*memory = (struct memory){ .file = file,
				   .log = log,
				   .brokerage = { .random = draw,
						  .source = memory,
						  .sequence_base = sequence_base(),
						  .watch = { .context = memory,
							     .grant = note_grant,
							     .lender = note_lender,
							     .event = note_event,
							     .told = note_told } } };
	TAILQ_INIT(&memory->held);
	TAILQ_INIT(&memory->asking);
	TAILQ_INIT(&memory->ready);
	if (begin(memory, may_lack, directory, fault)) {
		memory_close(memory);
		return -fault->error;
	}
	if (memory->is_on)
		log_line(log, LOG_LEVEL_NOTICE, "memory broker: %zu members, %zu grants, %s%s",
			 memory->brokerage.member_count, memory->brokerage.grant_count,
			 directory ? "notes in " : "without notes on disk (--memory)",
			 directory ? directory : "");
	return 0;
}

void memory_close(struct memory *memory)
{
	store_close(&memory->store);
	brokerage_free(&memory->brokerage);
	tokens_free(&memory->tokens);
}

void memory_run(struct memory *memory)
{
	int64_t now_ms = memory_now_ms();

	if (now_ms - memory->ticked_ms >= MEMORY_TICK_MS) {
		memory->ticked_ms = now_ms;
		brokerage_tick(&memory->brokerage, now_ms);
		store_commit(&memory->store);
	}
	memory_http_run(memory, now_ms);
}

int memory_timeout_ms(const struct memory *memory)
{
	int64_t now_ms = memory_now_ms();
	int64_t until_ms = memory->ticked_ms + MEMORY_TICK_MS - now_ms;
	int ready_ms = memory_http_timeout_ms(memory, now_ms);

	if (ready_ms >= 0)
		return ready_ms;
	/* Nothing in there changes by itself. */
	if (!memory->brokerage.grant_count && TAILQ_EMPTY(&memory->held))
		return -1;
	return until_ms < 0 ? 0 : (int)until_ms;
}
