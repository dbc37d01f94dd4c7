/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every order in which a broker, lenders and borrowers can speak past one another, tried out.
 *
 *	memory_model [--full] [--states N]
 *
 * The broker in here is the real one (userspace/wirerootd/memory/brokerage*.c, grant.c,
 * placement.c); lenders and borrowers are small models of what Documentation/memory.md asks of
 * them. Messages may be lost, come twice, late and in another order; every part may start anew, the
 * broker with its notes or without; sessions may be cut and come back. States are explored breadth
 * first, each once; what is checked in each of them is in check(), and from every
 *PROGRESS_STRIDE-th one a time without faults begins, in which all that is asked back has to end.
 *
 * One assumption about clocks: a borrower that has not logged in when its lease is over by its own
 * clock, which began before the broker's, does not log in any more.
 *
 * What is too much for that is also walked through at random, farther from the beginning.
 *
 * Prints TAP, with the number of states of each scenario.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/wirerootd/memory/brokerage.h"
#include "userspace/wirerootd/memory/brokerage_change.h"

#define MEMBERS_OF 2 /* lenders, and borrowers */
#define IDS	   3
#define FLIGHT	   2 /* messages of one kind and member under way */
#define UNIT	   ((uint64_t)1 << 20)
/* Sequences of this life of the broker begin here, those of the one before are below it. */
#define BASE		100
#define NOW		1000000
#define LONG_AGO	1
#define PROGRESS_STRIDE 16
#define WALK_STEPS	64
#define CALM_ROUNDS	24

enum held { H_NONE, H_EXPORTED, H_CLEARED, H_FAILED };
enum want { W_NONE, W_EXPORT, W_WITHDRAW, W_FORGET };
enum hand { B_NONE, B_KNOWS, B_HAS, B_GAVE_BACK, B_BROKEN };

struct lender_says {
	uint8_t used, instance, number, echo, held[IDS], connected, wants_back;
};
struct lender_hears {
	uint8_t used, sequence, want[IDS];
};
struct borrower_says {
	uint8_t used, instance, hand[IDS];
};

struct model_lender {
	uint8_t instance, number, echo, held[IDS], wants_back;
	struct lender_says says[FLIGHT];
	struct lender_hears hears[FLIGHT];
};

struct model_borrower {
	uint8_t instance, hand[IDS];
	struct borrower_says says[FLIGHT];
};

/* A grant as the broker has it; ->state GRANT_FORGOTTEN: not at all. */
struct model_grant {
	uint8_t state, lender, adopted, attached, until_over, over, told, named, connected, said;
};

/* All there is, without pointers: compared and hashed as bytes. */
struct state {
	struct model_lender lenders[MEMBERS_OF];
	struct model_borrower borrowers[MEMBERS_OF];
	struct model_grant grants[IDS];
	/* what the broker knows of lenders */
	uint8_t heard[MEMBERS_OF], known[MEMBERS_OF], former[MEMBERS_OF], report[MEMBERS_OF];
	uint8_t sequence[MEMBERS_OF], spare[MEMBERS_OF], wanted_back[MEMBERS_OF];
	uint8_t borrower_instance[MEMBERS_OF];
	uint8_t over; /* grants of which it knows that they are over */
	/* truths that nobody sees whole */
	uint8_t created; /* how many grants there were */
	uint8_t owner[IDS], at[IDS]; /* borrower, lender */
	uint8_t asking; /* whose request still waits */
	uint8_t window; /* who may still log in */
	uint8_t session; /* is there one */
	uint8_t was_cut; /* a session was cut off by the network, or is given up as broken */
	/* what may still go wrong */
	uint8_t lender_restarts, borrower_restarts, broker_restarts, broker_losses, fails, cuts,
		returns, silences, wants;
};

struct scenario {
	const char *name;
	uint8_t lenders, borrowers, ids, room, flight;
	uint8_t lender_restarts, borrower_restarts, broker_restarts, broker_losses, fails, cuts,
		returns, silences, wants;
};

struct model {
	const struct scenario *scenario;
	struct brokerage broker;
	struct member *lenders[MEMBERS_OF], *borrowers[MEMBERS_OF];
	unsigned int digits; /* of an id that is being drawn */
	const struct state *drawing; /* for whom */
	const char *broken; /* what does not hold */
};

static const char *const lender_names[MEMBERS_OF] = { "l0", "l1" };
static const char *const borrower_names[MEMBERS_OF] = { "b0", "b1" };

#define BIT(number) ((uint8_t)(1u << (number)))

/* --- the broker, from a state and back ----------------------------------------------------------
 */

static void ignore_grant(void *context, const struct grant *grant, const char *what,
			 const char *detail)
{
	(void)context, (void)grant, (void)what, (void)detail;
}

static void ignore_lender(void *context, const struct member *member)
{
	(void)context, (void)member;
}

static void ignore_event(void *context, const char *what, const struct member *member,
			 const struct grant *grant, const char *detail)
{
	(void)context, (void)what, (void)member, (void)grant, (void)detail;
}

static void ignore_told(void *context, struct member *member)
{
	(void)context, (void)member;
}

/* The digits of the next id; anything else is 0. */
static size_t draw(void *context, size_t limit)
{
	struct model *model = context;

	if (limit != 16)
		return 0;
	return ++model->digits % 16 ? 0 : model->drawing->created + 1u;
}

static void begin_model(struct model *model, const struct scenario *scenario)
{
	struct member_rules rules[2 * MEMBERS_OF] = { 0 };

	*model = (struct model){ .scenario = scenario };
	model->broker = (struct brokerage){ .random = draw,
					    .source = model,
					    .sequence_base = BASE,
					    .lease_ms = 1000,
					    .deadline_s = 1000000,
					    .watch = { .grant = ignore_grant,
						       .lender = ignore_lender,
						       .event = ignore_event,
						       .told = ignore_told } };
	for (int i = 0; i < MEMBERS_OF; i++) {
		snprintf(rules[i].name, sizeof(rules[i].name), "%s", lender_names[i]);
		rules[i].may_lend = true;
		snprintf(rules[MEMBERS_OF + i].name, sizeof(rules[0].name), "%s",
			 borrower_names[i]);
		rules[MEMBERS_OF + i].may_borrow = true;
	}
	if (brokerage_init(&model->broker) ||
	    brokerage_set_members(&model->broker, rules, 2 * (size_t)MEMBERS_OF, NOW))
		abort();
	for (int i = 0; i < MEMBERS_OF; i++) {
		model->lenders[i] = brokerage_find_member(&model->broker, lender_names[i]);
		model->borrowers[i] = brokerage_find_member(&model->broker, borrower_names[i]);
	}
}

static void thaw_grant(struct model *model, const struct state *state, int number)
{
	const struct model_grant *from = &state->grants[number];
	struct grant *grant;

	if (from->state == GRANT_FORGOTTEN)
		return;
	grant = change_new(&model->broker, (uint64_t)number + 1, model->lenders[from->lender],
			   model->borrowers[state->owner[number]], UNIT,
			   (enum grant_state)from->state, NOW);
	if (!grant)
		abort();
	grant->is_adopted = from->adopted;
	grant->was_attached = from->attached;
	grant->until_ms = from->until_over ? NOW : NOW + 1000;
	grant->over_sequence = from->over;
	grant->told_sequence = from->told;
	grant->is_connected = from->connected;
	grant->said = (enum borrowed_state)from->said;
	grant->deadline_ms = INT64_MAX;
	change_named(grant, from->named);
}

static void thaw(struct model *model, const struct state *state)
{
	model->drawing = state;
	for (int i = 0; i < MEMBERS_OF; i++) {
		struct lender *lender = &model->lenders[i]->lender;

		lender->was_heard = state->heard[i] != 0;
		lender->heard_ms = state->heard[i] == 2 ? LONG_AGO : NOW;
		lender->instance = state->known[i];
		memset(lender->former, 0, sizeof(lender->former));
		lender->former[0] = state->former[i];
		lender->report = state->report[i];
		lender->sequence = state->sequence[i];
		lender->spare_bytes = state->spare[i] * UNIT;
		lender->wanted_back_bytes = state->wanted_back[i] * UNIT;
		model->borrowers[i]->borrower.instance = state->borrower_instance[i];
	}
	for (int i = 0; i < IDS; i++)
		thaw_grant(model, state, i);
	for (int i = 0; i < IDS; i++)
		if (state->over & BIT(i) && id_set_add(&model->broker.over, (uint64_t)i + 1))
			abort();
}

static int lender_number(const struct model *model, const struct member *member)
{
	return member == model->lenders[0] ? 0 : 1;
}

static void freeze_grant(const struct model *model, struct state *state, int number)
{
	const struct grant *grant = brokerage_find_grant(&model->broker, (uint64_t)number + 1);
	struct model_grant *to = &state->grants[number];

	*to = (struct model_grant){ .state = GRANT_FORGOTTEN };
	if (brokerage_is_over(&model->broker, (uint64_t)number + 1))
		state->over |= BIT(number);
	if (!grant)
		return;
	*to = (struct model_grant){ .state = grant->state,
				    .lender = (uint8_t)lender_number(model, grant->lender),
				    .adopted = grant->is_adopted,
				    .attached = grant->was_attached,
				    .until_over = grant->until_ms <= NOW,
				    .over = (uint8_t)grant->over_sequence,
				    .told = (uint8_t)grant->told_sequence,
				    .named = grant->is_named,
				    .connected = grant->is_connected,
				    .said = grant->said };
}

static void check_sums(struct model *model)
{
	for (int i = 0; i < MEMBERS_OF; i++) {
		const struct lender *lender = &model->lenders[i]->lender;
		uint64_t lent = 0, unnamed = 0;
		const struct grant *grant;

		LIST_FOREACH(grant, &lender->grants, of_lender)
		{
			lent += grant->bytes;
			unnamed += grant->is_named ? 0 : grant->bytes;
		}
		if (lent != lender->lent_bytes || unnamed != lender->unnamed_bytes)
			model->broken = "a lender's room is not what its grants leave";
	}
}

/* Back into @state; the broker is empty afterwards. */
static void freeze(struct model *model, struct state *state)
{
	struct grant *grant, *next;

	check_sums(model);
	for (int i = 0; i < MEMBERS_OF; i++) {
		const struct lender *lender = &model->lenders[i]->lender;

		state->heard[i] = !lender->was_heard ? 0 : lender->heard_ms == NOW ? 1 : 2;
		state->known[i] = (uint8_t)lender->instance;
		state->former[i] = (uint8_t)lender->former[0];
		state->report[i] = (uint8_t)lender->report;
		state->sequence[i] = (uint8_t)lender->sequence;
		state->spare[i] = (uint8_t)(lender->spare_bytes / UNIT);
		state->wanted_back[i] = (uint8_t)(lender->wanted_back_bytes / UNIT);
		state->borrower_instance[i] = (uint8_t)model->borrowers[i]->borrower.instance;
	}
	for (int i = 0; i < IDS; i++)
		freeze_grant(model, state, i);
	for (grant = TAILQ_FIRST(&model->broker.grants); grant; grant = next) {
		next = TAILQ_NEXT(grant, next);
		if (grant->id > IDS)
			model->broken = "a grant has an id that was never given";
		/* Without a trace: this is no event of the grant's life. */
		LIST_REMOVE(grant, of_bucket);
		free(grant);
	}
	TAILQ_INIT(&model->broker.grants);
	model->broker.grant_count = 0;
	for (int i = 0; i < MEMBERS_OF; i++) {
		struct lender *lender = &model->lenders[i]->lender;
		struct borrower *borrower = &model->borrowers[i]->borrower;

		LIST_INIT(&lender->grants);
		LIST_INIT(&borrower->grants);
		lender->grant_count = borrower->grant_count = 0;
		lender->lent_bytes = lender->unnamed_bytes = borrower->bytes = 0;
	}
	id_set_free(&model->broker.over);
}

/* --- numbers that only grow ---------------------------------------------------------------------
 */

/* Bring @values into the numbers from @first on, in the same order. */
static void rank(uint8_t **values, size_t count, uint8_t first)
{
	bool used[256] = { false };
	uint8_t ranks[256], next = first;

	for (size_t i = 0; i < count; i++)
		used[*values[i]] = true;
	for (int value = 0; value < 256; value++)
		ranks[value] = used[value] ? next++ : 0;
	for (size_t i = 0; i < count; i++)
		*values[i] = ranks[*values[i]];
}

static void rank_sequences(struct state *state, int number)
{
	struct model_lender *lender = &state->lenders[number];
	uint8_t *all[2 + 2 * FLIGHT + 2 * IDS], *now[sizeof(all) / sizeof(*all)],
		*before[sizeof(all) / sizeof(*all)];
	size_t count = 0, now_count = 0, before_count = 0;

	all[count++] = &state->sequence[number];
	all[count++] = &lender->echo;
	for (int i = 0; i < FLIGHT; i++) {
		all[count++] = &lender->says[i].echo;
		all[count++] = &lender->hears[i].sequence;
	}
	for (int i = 0; i < IDS; i++) {
		if (state->grants[i].state == GRANT_FORGOTTEN || state->grants[i].lender != number)
			continue;
		all[count++] = &state->grants[i].told;
		all[count++] = &state->grants[i].over;
	}
	for (size_t i = 0; i < count; i++) {
		if (*all[i] >= BASE)
			now[now_count++] = all[i];
		else if (*all[i])
			before[before_count++] = all[i];
	}
	rank(now, now_count, BASE);
	rank(before, before_count, 1);
}

static void rank_reports(struct state *state, int number)
{
	struct model_lender *lender = &state->lenders[number];
	uint8_t *all[2 + FLIGHT];
	size_t count = 0;

	/* Of an instance that is over, numbers say nothing. */
	for (int i = 0; i < FLIGHT; i++) {
		if (lender->says[i].used && lender->says[i].instance == lender->instance)
			all[count++] = &lender->says[i].number;
		else if (lender->says[i].used)
			lender->says[i].number = 1;
	}
	if (state->known[number] == lender->instance)
		all[count++] = &state->report[number];
	else
		state->report[number] = 0;
	all[count++] = &lender->number;
	/* 0 is less than any that is sent. */
	rank(all, count,
	     state->known[number] == lender->instance && state->report[number] == 0 ? 0 : 1);
}

static void make_canonical(struct state *state)
{
	for (int i = 0; i < MEMBERS_OF; i++) {
		struct model_lender *lender = &state->lenders[i];
		struct model_borrower *borrower = &state->borrowers[i];

		rank_sequences(state, i);
		rank_reports(state, i);
		/* The order of what is under way means nothing: any may come first. */
		if (memcmp(&lender->says[0], &lender->says[1], sizeof(lender->says[0])) < 0) {
			struct lender_says first = lender->says[0];

			lender->says[0] = lender->says[1];
			lender->says[1] = first;
		}
		if (memcmp(&lender->hears[0], &lender->hears[1], sizeof(lender->hears[0])) < 0) {
			struct lender_hears first = lender->hears[0];

			lender->hears[0] = lender->hears[1];
			lender->hears[1] = first;
		}
		if (memcmp(&borrower->says[0], &borrower->says[1], sizeof(borrower->says[0])) < 0) {
			struct borrower_says first = borrower->says[0];

			borrower->says[0] = borrower->says[1];
			borrower->says[1] = first;
		}
	}
}

/* --- what lenders do ----------------------------------------------------------------------------
 */

static uint8_t units_held(const struct model_lender *lender)
{
	uint8_t units = 0;

	for (int i = 0; i < IDS; i++)
		units += lender->held[i] == H_EXPORTED || lender->held[i] == H_FAILED;
	return units;
}

/* A free place among the @flight first ones, or -1. */
#define FREE_PLACE(messages, flight)                                                               \
	(!(messages)[0].used ? 0 : (flight) > 1 && !(messages)[1].used ? 1 : -1)

static bool lender_reports(const struct model *model, struct state *state, int number)
{
	struct model_lender *lender = &state->lenders[number];
	int place = FREE_PLACE(lender->says, model->scenario->flight);
	struct lender_says *says;

	if (place < 0)
		return false;
	says = &lender->says[place];
	*says = (struct lender_says){ .used = 1,
				      .instance = lender->instance,
				      .number = ++lender->number,
				      .echo = lender->echo,
				      .wants_back = lender->wants_back };
	memcpy(says->held, lender->held, sizeof(says->held));
	for (int i = 0; i < IDS; i++)
		if (lender->held[i] == H_EXPORTED && state->session & BIT(i))
			says->connected |= BIT(i);
	return true;
}

/* What the broker would say to the lender now. */
static struct lender_hears wants_of(const struct model *model, int number,
				    const struct lender_says *says)
{
	const struct member *member = model->lenders[number];
	struct lender_hears hears = { .used = 1, .sequence = (uint8_t)member->lender.sequence };
	const struct grant *grant;

	LIST_FOREACH(grant, &member->lender.grants, of_lender)
	{
		enum lender_want want = brokerage_lender_want(grant);

		if (want != WANT_NOTHING)
			hears.want[grant->id - 1] = want == WANT_EXPORT ? W_EXPORT : W_WITHDRAW;
	}
	for (int i = 0; says && i < IDS; i++)
		if (says->held[i] == H_CLEARED &&
		    !brokerage_find_grant(&model->broker, (uint64_t)i + 1))
			hears.want[i] = W_FORGET;
	return hears;
}

static void answer_lender(const struct model *model, struct state *state, int number,
			  const struct lender_says *says)
{
	struct model_lender *lender = &state->lenders[number];
	int place = FREE_PLACE(lender->hears, model->scenario->flight);

	if (place >= 0)
		lender->hears[place] = wants_of(model, number, says);
}

/* Returns what the broker says of the report as a whole. */
static int take_report(struct model *model, const struct state *state, int number,
		       const struct lender_says *says)
{
	static const enum held_state states[] = {
		[H_EXPORTED] = HELD_EXPORTED, [H_CLEARED] = HELD_CLEARED, [H_FAILED] = HELD_FAILED
	};
	static struct lender_report report;
	uint8_t units = 0;

	report = (struct lender_report){ .instance = says->instance,
					 .report = says->number,
					 .sequence = says->echo,
					 .state = LENDER_LENDING,
					 .wanted_back_bytes = says->wants_back * UNIT };
	for (int i = 0; i < IDS; i++) {
		struct lender_held *held = &report.grants[report.grant_count];

		if (says->held[i] == H_NONE)
			continue;
		units += says->held[i] != H_CLEARED;
		*held = (struct lender_held){ .id = (uint64_t)i + 1,
					      .state = states[says->held[i]],
					      .bytes = UNIT,
					      .connected = says->connected & BIT(i) };
		snprintf(held->borrower, sizeof(held->borrower), "%s",
			 borrower_names[state->owner[i]]);
		report.grant_count++;
	}
	report.spare_bytes = (model->scenario->room - units) * UNIT;
	return brokerage_lender_report(&model->broker, model->lenders[number], &report, NOW);
}

/* It arrives; @keep: it is there once more; @silent: the answer is lost. */
static bool lender_report_comes(struct model *model, struct state *state, int number, int place,
				bool keep, bool silent)
{
	struct model_lender *lender = &state->lenders[number];
	struct lender_says says = lender->says[place];
	int error;

	if (!says.used)
		return false;
	if (!keep)
		lender->says[place] = (struct lender_says){ 0 };
	thaw(model, state);
	error = take_report(model, state, number, &says);
	/* An answer to a process that has ended reaches nobody. */
	if (!error && !silent && says.instance == lender->instance)
		answer_lender(model, state, number, &says);
	freeze(model, state);
	/* Its instance is taken for one that is over: it goes on under another number. */
	if (error && !silent && says.instance == lender->instance) {
		lender->instance++;
		lender->number = 0;
	}
	return true;
}

static bool lender_is_told(struct model *model, struct state *state, int number)
{
	/* It does not ask before its first report was answered: until then the broker may speak of
	 * an instance that is over. */
	if (!state->lenders[number].echo ||
	    FREE_PLACE(state->lenders[number].hears, model->scenario->flight) < 0)
		return false;
	thaw(model, state);
	answer_lender(model, state, number, NULL);
	freeze(model, state);
	return true;
}

/* The session ends and the memory is cleared: nobody may have pages in it. */
static void withdraw(struct model *model, struct state *state, int number, int id)
{
	bool has_pages = state->borrowers[state->owner[id]].hand[id] == B_HAS;
	uint8_t granted = state->grants[id].state;

	if (has_pages && !(state->was_cut & BIT(id)) &&
	    state->lenders[number].held[id] == H_EXPORTED)
		model->broken = "memory with a borrower's pages is withdrawn";
	if (has_pages && grant_is_lent((enum grant_state)granted))
		model->broken = "memory is withdrawn while its grant is lent";
	state->lenders[number].held[id] = H_CLEARED;
	state->session &= (uint8_t)~BIT(id);
}

static void lender_obeys(struct model *model, struct state *state, int number, int id, uint8_t want)
{
	struct model_lender *lender = &state->lenders[number];
	uint8_t *held = &lender->held[id];

	if (want == W_EXPORT && *held == H_NONE) {
		if (units_held(lender) < model->scenario->room)
			*held = H_EXPORTED;
		/* What cannot be exported is told. */
		else
			*held = H_FAILED;
	} else if (want == W_WITHDRAW && *held != H_CLEARED) {
		withdraw(model, state, number, id);
	} else if (want == W_FORGET && *held == H_CLEARED) {
		*held = H_NONE;
	}
}

static bool lender_hears_answer(struct model *model, struct state *state, int number, int place,
				bool keep)
{
	struct model_lender *lender = &state->lenders[number];
	struct lender_hears hears = lender->hears[place];

	if (!hears.used)
		return false;
	if (!keep)
		lender->hears[place] = (struct lender_hears){ 0 };
	/* An answer that is older than one it has had says nothing. */
	if (hears.sequence < lender->echo)
		return true;
	lender->echo = hears.sequence;
	for (int i = 0; i < IDS; i++)
		lender_obeys(model, state, number, i, hears.want[i]);
	return true;
}

static bool lender_restarts(struct state *state, int number)
{
	struct model_lender *lender = &state->lenders[number];

	if (!state->lender_restarts)
		return false;
	state->lender_restarts--;
	lender->instance++;
	lender->number = lender->echo = lender->wants_back = 0;
	for (int i = 0; i < IDS; i++) {
		if (lender->held[i] == H_EXPORTED)
			state->session &= (uint8_t)~BIT(i);
		lender->held[i] = H_NONE;
	}
	/* Answers to the old process do not reach the new one. */
	memset(lender->hears, 0, sizeof(lender->hears));
	return true;
}

static bool lender_fails(struct state *state, int number, int id)
{
	struct model_lender *lender = &state->lenders[number];

	if (!state->fails || lender->held[id] != H_EXPORTED)
		return false;
	state->fails--;
	lender->held[id] = H_FAILED;
	state->session &= (uint8_t)~BIT(id);
	return true;
}

static bool lender_wants_back(struct state *state, int number)
{
	if (!state->wants || state->lenders[number].wants_back)
		return false;
	state->wants--;
	state->lenders[number].wants_back = 1;
	return true;
}

/* --- what borrowers do --------------------------------------------------------------------------
 */

static bool borrower_asks(struct model *model, struct state *state, int number, int refused)
{
	struct brokerage_ask ask = { .bytes = UNIT };
	struct member *tried[1] = { refused < MEMBERS_OF ? model->lenders[refused] : NULL };
	struct grant *grant;
	uint64_t largest;
	int error;

	if (state->created == model->scenario->ids)
		return false;
	thaw(model, state);
	error = brokerage_offer(&model->broker, model->borrowers[number], &ask, tried,
				refused < MEMBERS_OF, NOW, &grant, &largest);
	if (!error) {
		int id = state->created++;

		if (grant->id != (uint64_t)id + 1)
			model->broken = "an id is given twice";
		state->owner[id] = (uint8_t)number;
		state->at[id] = (uint8_t)lender_number(model, grant->lender);
		state->asking |= BIT(id);
		state->window |= BIT(id);
	}
	freeze(model, state);
	return !error;
}

/* The request is answered, or its answer is lost. */
static bool borrower_gets(struct state *state, int id, bool is_lost)
{
	uint8_t granted = state->grants[id].state;
	struct model_borrower *borrower = &state->borrowers[state->owner[id]];

	if (!(state->asking & BIT(id)) || !grant_is_lent((enum grant_state)granted))
		return false;
	state->asking &= (uint8_t)~BIT(id);
	if (!is_lost && state->window & BIT(id) && borrower->hand[id] == B_NONE)
		borrower->hand[id] = B_KNOWS;
	return true;
}

/* Whoever asked has hung up. */
static bool borrower_hangs_up(struct model *model, struct state *state, int id)
{
	struct grant *grant;

	if (!(state->asking & BIT(id)))
		return false;
	state->asking &= (uint8_t)~BIT(id);
	state->window &= (uint8_t)~BIT(id);
	thaw(model, state);
	grant = brokerage_find_grant(&model->broker, (uint64_t)id + 1);
	if (grant)
		brokerage_give_up(&model->broker, grant, NOW);
	freeze(model, state);
	return true;
}

static bool borrower_logs_in(struct model *model, struct state *state, int id)
{
	struct model_borrower *borrower = &state->borrowers[state->owner[id]];
	const struct model_lender *lender = &state->lenders[state->at[id]];

	if (borrower->hand[id] != B_KNOWS || !(state->window & BIT(id)) ||
	    lender->held[id] != H_EXPORTED)
		return false;
	if (state->session & BIT(id))
		model->broken = "two sessions for one grant";
	borrower->hand[id] = B_HAS;
	state->session |= BIT(id);
	state->window &= (uint8_t)~BIT(id);
	return true;
}

static bool window_closes(struct state *state, int id)
{
	struct model_borrower *borrower = &state->borrowers[state->owner[id]];

	if (!(state->window & BIT(id)))
		return false;
	state->window &= (uint8_t)~BIT(id);
	if (borrower->hand[id] == B_KNOWS)
		borrower->hand[id] = B_NONE;
	return true;
}

static bool borrower_detaches(struct state *state, int id)
{
	struct model_borrower *borrower = &state->borrowers[state->owner[id]];

	if (borrower->hand[id] != B_HAS && borrower->hand[id] != B_BROKEN)
		return false;
	borrower->hand[id] = B_GAVE_BACK;
	state->session &= (uint8_t)~BIT(id);
	return true;
}

static bool borrower_reports(const struct model *model, struct state *state, int number)
{
	struct model_borrower *borrower = &state->borrowers[number];
	int place = FREE_PLACE(borrower->says, model->scenario->flight);

	if (place < 0)
		return false;
	borrower->says[place] = (struct borrower_says){ .used = 1, .instance = borrower->instance };
	memcpy(borrower->says[place].hand, borrower->hand, sizeof(borrower->hand));
	return true;
}

/* What the answer says of a grant that the borrower has. */
static void borrower_obeys(struct model *model, struct state *state, int number, int id)
{
	const struct grant *grant = brokerage_find_grant(&model->broker, (uint64_t)id + 1);
	enum borrower_want want = brokerage_borrower_want(&model->broker, grant, (uint64_t)id + 1);
	const struct model_lender *lender = &state->lenders[state->at[id]];

	if (want == WANT_GONE && state->borrowers[number].hand[id] == B_HAS &&
	    lender->held[id] == H_EXPORTED && !(state->was_cut & BIT(id)))
		model->broken = "a borrower is told that memory is gone which is there";
}

static bool borrower_report_comes(struct model *model, struct state *state, int number, int place,
				  bool keep)
{
	static const enum borrowed_state states[] = { [B_HAS] = BORROWED_ATTACHED,
						      [B_GAVE_BACK] = BORROWED_DETACHED,
						      [B_BROKEN] = BORROWED_BROKEN };
	struct borrower_says says = state->borrowers[number].says[place];
	static struct borrower_report report;

	if (!says.used)
		return false;
	if (!keep)
		state->borrowers[number].says[place] = (struct borrower_says){ 0 };
	report = (struct borrower_report){ .instance = says.instance };
	for (int i = 0; i < IDS; i++)
		if (says.hand[i] >= B_HAS)
			report.grants[report.grant_count++] =
				(struct borrowed){ .id = (uint64_t)i + 1,
						   .state = states[says.hand[i]] };
	thaw(model, state);
	if (brokerage_borrower_report(&model->broker, model->borrowers[number], &report, NOW))
		model->broken = "a borrower's own report is refused";
	for (int i = 0; i < IDS; i++)
		if (says.hand[i] >= B_HAS)
			borrower_obeys(model, state, number, i);
	freeze(model, state);
	return true;
}

static bool borrower_restarts(struct state *state, int number)
{
	struct model_borrower *borrower = &state->borrowers[number];

	if (!state->borrower_restarts)
		return false;
	state->borrower_restarts--;
	borrower->instance++;
	for (int i = 0; i < state->created; i++) {
		if (state->owner[i] != number)
			continue;
		borrower->hand[i] = B_NONE;
		state->session &= (uint8_t)~BIT(i);
		state->window &= (uint8_t)~BIT(i);
		state->asking &= (uint8_t)~BIT(i);
	}
	return true;
}

/* The network between borrower and lender; the pages are still there, and wanted. */
static bool session_breaks(struct state *state, int id)
{
	if (!state->cuts || !(state->session & BIT(id)))
		return false;
	state->cuts--;
	state->session &= (uint8_t)~BIT(id);
	state->was_cut |= BIT(id);
	return true;
}

static bool session_returns(struct state *state, int id)
{
	if (state->session & BIT(id) || state->borrowers[state->owner[id]].hand[id] != B_HAS ||
	    state->lenders[state->at[id]].held[id] != H_EXPORTED)
		return false;
	state->session |= BIT(id);
	return true;
}

/* Without its session for too long: the kernel has given errors to who wanted its pages. */
static bool session_is_given_up(struct state *state, int id)
{
	struct model_borrower *borrower = &state->borrowers[state->owner[id]];

	if (borrower->hand[id] != B_HAS || state->session & BIT(id))
		return false;
	borrower->hand[id] = B_BROKEN;
	state->was_cut |= BIT(id);
	return true;
}

/* --- what the broker does, and what becomes of it
 * ------------------------------------------------- */

/* Time runs out for an offer or a lease. */
static bool time_is_over(struct model *model, struct state *state, int id)
{
	struct model_grant *grant = &state->grants[id];

	if (grant->state == GRANT_FORGOTTEN || grant->until_over || grant->over)
		return false;
	/* The borrower's clock began earlier. */
	if (grant->state != GRANT_OFFERED && state->window & BIT(id))
		return false;
	grant->until_over = 1;
	thaw(model, state);
	brokerage_tick(&model->broker, NOW);
	freeze(model, state);
	return true;
}

static bool return_is_asked(struct model *model, struct state *state, int id)
{
	struct grant *grant;

	if (!state->returns || state->grants[id].state == GRANT_FORGOTTEN)
		return false;
	state->returns--;
	thaw(model, state);
	grant = brokerage_find_grant(&model->broker, (uint64_t)id + 1);
	brokerage_ask_back(&model->broker, grant, 1000000, "", NOW);
	freeze(model, state);
	return true;
}

static bool lender_is_silent(struct state *state, int number)
{
	if (!state->silences || state->heard[number] != 1)
		return false;
	state->silences--;
	state->heard[number] = 2;
	return true;
}

/* Sequences become those of the life before. */
static void age_sequences(struct state *state, int number)
{
	struct model_lender *lender = &state->lenders[number];

	lender->echo = (uint8_t)(lender->echo >= BASE ? lender->echo - BASE + 1 : 0);
	for (int i = 0; i < FLIGHT; i++)
		lender->hears[i].sequence = (uint8_t)(lender->hears[i].sequence >= BASE
							      ? lender->hears[i].sequence - BASE + 1
							      : 0);
	/* Requests under way end with the broker's connections. */
	memset(lender->says, 0, sizeof(lender->says));
	memset(state->borrowers[number].says, 0, sizeof(state->borrowers[number].says));
	state->heard[number] = 0;
	state->spare[number] = state->wanted_back[number] = state->report[number] = 0;
	state->sequence[number] = BASE;
	state->borrower_instance[number] = 0;
}

/* With what its notes hold, or with nothing. */
static bool broker_restarts(struct model *model, struct state *state, bool has_notes)
{
	uint8_t *left = has_notes ? &state->broker_restarts : &state->broker_losses;
	struct state notes = *state;

	if (!*left)
		return false;
	(*left)--;
	for (int i = 0; i < MEMBERS_OF; i++)
		age_sequences(state, i);
	state->asking = 0;
	for (int i = 0; i < IDS; i++)
		state->grants[i] = (struct model_grant){ .state = GRANT_FORGOTTEN };
	if (!has_notes) {
		state->over = 0;
		memset(state->known, 0, sizeof(state->known));
		memset(state->former, 0, sizeof(state->former));
		return true;
	}
	thaw(model, state);
	for (int i = 0; i < IDS; i++) {
		struct grant saved = { .id = (uint64_t)i + 1,
				       .state = (enum grant_state)notes.grants[i].state,
				       .bytes = UNIT,
				       .is_adopted = notes.grants[i].adopted,
				       .was_attached = notes.grants[i].attached };

		if (saved.state != GRANT_FORGOTTEN &&
		    brokerage_restore_grant(&model->broker, &saved,
					    lender_names[notes.grants[i].lender],
					    borrower_names[state->owner[i]], NOW))
			abort();
	}
	freeze(model, state);
	return true;
}

/* --- exploring -----------------------------------------------------------------------------------
 */

/* What must hold in every state, beside what the steps themselves check. */
static void check(struct model *model, const struct state *state)
{
	for (int i = 0; i < MEMBERS_OF; i++) {
		uint8_t lent = 0;

		if (units_held(&state->lenders[i]) > model->scenario->room + IDS)
			model->broken = "a lender holds more than it has";
		for (int id = 0; id < IDS; id++)
			lent += state->lenders[i].held[id] == H_EXPORTED;
		if (lent > model->scenario->room)
			model->broken = "a lender exports more than it has";
	}
	for (int id = 0; id < state->created; id++) {
		bool is_in_use = state->session & BIT(id) &&
				 state->borrowers[state->owner[id]].hand[id] == B_HAS;

		/* Its memory would be lent to somebody else. */
		if (is_in_use && state->over & BIT(id) && !(state->was_cut & BIT(id)))
			model->broken = "a grant is over for the broker while its borrower uses it";
		for (int other = 0; other < MEMBERS_OF; other++)
			if (other != state->owner[id] && state->borrowers[other].hand[id] != B_NONE)
				model->broken = "a grant is in two borrowers' hands";
	}
}

enum {
	LENDER_REPORTS,
	LENDER_REPORT_COMES,
	LENDER_REPORT_COMES_UNANSWERED,
	LENDER_REPORT_COMES_TWICE,
	LENDER_REPORT_IS_LOST,
	LENDER_IS_TOLD,
	LENDER_HEARS,
	LENDER_HEARS_TWICE,
	LENDER_ANSWER_IS_LOST,
	LENDER_RESTARTS,
	LENDER_FAILS,
	LENDER_WANTS_BACK,
	LENDER_IS_SILENT,
	BORROWER_ASKS,
	BORROWER_GETS,
	BORROWER_ANSWER_IS_LOST,
	BORROWER_HANGS_UP,
	BORROWER_LOGS_IN,
	WINDOW_CLOSES,
	BORROWER_DETACHES,
	BORROWER_REPORTS,
	BORROWER_REPORT_COMES,
	BORROWER_REPORT_COMES_TWICE,
	BORROWER_REPORT_IS_LOST,
	BORROWER_RESTARTS,
	SESSION_BREAKS,
	SESSION_RETURNS,
	SESSION_IS_GIVEN_UP,
	TIME_IS_OVER,
	RETURN_IS_ASKED,
	BROKER_RESTARTS,
	BROKER_LOSES_NOTES,
	STEPS
};

static const char *const step_names[STEPS] = {
	"lender reports",
	"its report comes",
	"its report comes, no answer",
	"its report comes, again to come",
	"its report is lost",
	"lender is told",
	"lender hears an answer",
	"lender hears an answer, again to come",
	"its answer is lost",
	"lender restarts",
	"target fails",
	"lender wants memory back",
	"lender is silent",
	"borrower asks",
	"borrower gets it",
	"the answer is lost",
	"borrower hangs up",
	"borrower logs in",
	"borrower's lease is over for itself",
	"borrower detaches",
	"borrower reports",
	"its report comes",
	"its report comes, again to come",
	"its report is lost",
	"borrower restarts",
	"session breaks",
	"session returns",
	"session is given up",
	"time is over",
	"return is asked",
	"broker restarts",
	"broker restarts without notes",
};

static bool lose(uint8_t *used, void *message, size_t size)
{
	if (!*used)
		return false;
	memset(message, 0, size);
	return true;
}

/* Which arguments a step has. */
static bool is_of_lender(int step)
{
	return step <= LENDER_IS_SILENT && step != LENDER_FAILS;
}

static bool take_lender_step(struct model *model, struct state *state, int step, int who, int what)
{
	struct model_lender *lender = &state->lenders[who];

	switch (step) {
	case LENDER_REPORTS:
		return !what && lender_reports(model, state, who);
	case LENDER_REPORT_COMES:
		return what < FLIGHT && lender_report_comes(model, state, who, what, false, false);
	case LENDER_REPORT_COMES_UNANSWERED:
		return what < FLIGHT && lender_report_comes(model, state, who, what, false, true);
	case LENDER_REPORT_COMES_TWICE:
		return what < FLIGHT && lender_report_comes(model, state, who, what, true, true);
	case LENDER_REPORT_IS_LOST:
		return what < FLIGHT && lose(&lender->says[what].used, &lender->says[what],
					     sizeof(lender->says[what]));
	case LENDER_IS_TOLD:
		return !what && lender_is_told(model, state, who);
	case LENDER_HEARS:
		return what < FLIGHT && lender_hears_answer(model, state, who, what, false);
	case LENDER_HEARS_TWICE:
		return what < FLIGHT && lender_hears_answer(model, state, who, what, true);
	case LENDER_ANSWER_IS_LOST:
		return what < FLIGHT && lose(&lender->hears[what].used, &lender->hears[what],
					     sizeof(lender->hears[what]));
	case LENDER_RESTARTS:
		return !what && lender_restarts(state, who);
	case LENDER_FAILS:
		return lender_fails(state, who, what);
	case LENDER_WANTS_BACK:
		return !what && lender_wants_back(state, who);
	default:
		return !what && lender_is_silent(state, who);
	}
}

static bool take_borrower_step(struct model *model, struct state *state, int step, int who,
			       int what)
{
	struct model_borrower *borrower = &state->borrowers[who];

	switch (step) {
	case BORROWER_ASKS:
		/* @what: the lender that it does not want, if there is a second one. */
		return (what == MEMBERS_OF || model->scenario->lenders > 1) &&
		       borrower_asks(model, state, who, what);
	case BORROWER_REPORTS:
		return !what && borrower_reports(model, state, who);
	case BORROWER_REPORT_COMES:
		return what < FLIGHT && borrower_report_comes(model, state, who, what, false);
	case BORROWER_REPORT_COMES_TWICE:
		return what < FLIGHT && borrower_report_comes(model, state, who, what, true);
	case BORROWER_REPORT_IS_LOST:
		return what < FLIGHT && lose(&borrower->says[what].used, &borrower->says[what],
					     sizeof(borrower->says[what]));
	default:
		return !what && borrower_restarts(state, who);
	}
}

static bool take_grant_step(struct model *model, struct state *state, int step, int id)
{
	if (id >= state->created)
		return false;
	switch (step) {
	case BORROWER_GETS:
		return borrower_gets(state, id, false);
	case BORROWER_ANSWER_IS_LOST:
		return borrower_gets(state, id, true);
	case BORROWER_HANGS_UP:
		return borrower_hangs_up(model, state, id);
	case BORROWER_LOGS_IN:
		return borrower_logs_in(model, state, id);
	case WINDOW_CLOSES:
		return window_closes(state, id);
	case BORROWER_DETACHES:
		return borrower_detaches(state, id);
	case SESSION_BREAKS:
		return session_breaks(state, id);
	case SESSION_RETURNS:
		return session_returns(state, id);
	case SESSION_IS_GIVEN_UP:
		return session_is_given_up(state, id);
	case TIME_IS_OVER:
		return time_is_over(model, state, id);
	default:
		return return_is_asked(model, state, id);
	}
}

/* One step; false when it cannot be taken. @who and @what go over all members and numbers. */
static bool take_step(struct model *model, struct state *state, int step, int who, int what)
{
	const struct scenario *scenario = model->scenario;

	if (step == BROKER_RESTARTS || step == BROKER_LOSES_NOTES)
		return !who && !what && broker_restarts(model, state, step == BROKER_RESTARTS);
	if (is_of_lender(step) || step == LENDER_FAILS)
		return who < scenario->lenders && take_lender_step(model, state, step, who, what);
	if (step == BORROWER_ASKS || step == BORROWER_RESTARTS ||
	    (step >= BORROWER_REPORTS && step <= BORROWER_REPORT_IS_LOST))
		return who < scenario->borrowers &&
		       take_borrower_step(model, state, step, who, what);
	return !who && take_grant_step(model, state, step, what);
}

/* --- progress ------------------------------------------------------------------------------------
 */

static void calm_lender(struct model *model, struct state *state, int number)
{
	lender_reports(model, state, number);
	for (int place = 0; place < FLIGHT; place++)
		lender_report_comes(model, state, number, place, false, false);
	for (int place = 0; place < FLIGHT; place++)
		lender_hears_answer(model, state, number, place, false);
}

/* What the broker wants back is given back. */
static void calm_borrower(struct model *model, struct state *state, int number)
{
	for (int id = 0; id < state->created; id++) {
		uint8_t granted = state->grants[id].state;

		if (state->owner[id] != number)
			continue;
		session_returns(state, id);
		if (granted != GRANT_ATTACHED && granted != GRANT_GRANTED)
			borrower_detaches(state, id);
	}
	borrower_reports(model, state, number);
	for (int place = 0; place < FLIGHT; place++)
		borrower_report_comes(model, state, number, place, false);
}

/* Leases of those that nobody has any more. */
static void calm_times(struct model *model, struct state *state)
{
	for (int id = 0; id < state->created; id++) {
		window_closes(state, id);
		if (state->grants[id].state == GRANT_OFFERED ||
		    state->borrowers[state->owner[id]].hand[id] != B_HAS)
			time_is_over(model, state, id);
	}
}

static bool has_ended(const struct state *state)
{
	for (int id = 0; id < IDS; id++) {
		uint8_t granted = state->grants[id].state;
		bool is_held = false;

		for (int i = 0; i < MEMBERS_OF; i++)
			is_held |= state->lenders[i].held[id] != H_NONE;
		if (granted != GRANT_FORGOTTEN && granted != GRANT_ATTACHED)
			return false;
		if (is_held != (granted == GRANT_ATTACHED))
			return false;
	}
	return true;
}

/* With nothing going wrong any more, all that is on its way arrives. */
static void check_progress(struct model *model, const struct state *from)
{
	struct state state = *from;

	for (int i = 0; i < MEMBERS_OF; i++)
		state.lenders[i].wants_back = 0;
	for (int round = 0; round < CALM_ROUNDS && !model->broken; round++) {
		for (int i = 0; i < model->scenario->lenders; i++)
			calm_lender(model, &state, i);
		for (int i = 0; i < model->scenario->borrowers; i++)
			calm_borrower(model, &state, i);
		calm_times(model, &state);
		make_canonical(&state);
		if (has_ended(&state))
			return;
	}
	if (!model->broken)
		model->broken = "what was asked back does not end";
}

/* --- the search ----------------------------------------------------------------------------------
 */

struct found {
	struct state state;
	uint32_t parent;
	uint8_t step, who, what;
};

struct search {
	struct found *states;
	size_t count, capacity, limit;
	uint32_t *table; /* numbers of states plus 1 */
	size_t table_size; /* a power of 2 */
	size_t steps;
};

static uint64_t hash(const struct state *state)
{
	const uint8_t *bytes = (const uint8_t *)state;
	uint64_t value = 1469598103934665603u;

	for (size_t i = 0; i < sizeof(*state); i++)
		value = (value ^ bytes[i]) * 1099511628211u;
	return value ^ value >> 29;
}

/* True when it is new. */
static bool add(struct search *search, const struct state *state, uint32_t parent, int step,
		int who, int what)
{
	size_t at = hash(state) & (search->table_size - 1);
	struct found *found;

	for (; search->table[at]; at = (at + 1) & (search->table_size - 1))
		if (!memcmp(&search->states[search->table[at] - 1].state, state, sizeof(*state)))
			return false;
	found = &search->states[search->count++];
	*found = (struct found){ .state = *state,
				 .parent = parent,
				 .step = (uint8_t)step,
				 .who = (uint8_t)who,
				 .what = (uint8_t)what };
	search->table[at] = (uint32_t)search->count;
	return true;
}

static void tell_way(const struct search *search, uint32_t number)
{
	const struct found *found = &search->states[number];

	if (number)
		tell_way(search, found->parent);
	else
		return;
	printf("# %s (%d, %d)\n", step_names[found->step], found->who, found->what);
}

static void expand(struct model *model, struct search *search, uint32_t number)
{
	for (int step = 0; step < STEPS; step++)
		for (int who = 0; who < MEMBERS_OF; who++)
			for (int what = 0; what < IDS && !model->broken; what++) {
				struct state state = search->states[number].state;

				if (!take_step(model, &state, step, who, what))
					continue;
				search->steps++;
				check(model, &state);
				make_canonical(&state);
				if (model->broken ||
				    (add(search, &state, number, step, who, what) &&
				     search->count % PROGRESS_STRIDE == 0))
					check_progress(model, &state);
				if (!model->broken)
					continue;
				tell_way(search, number);
				printf("# then %s (%d, %d): %s\n", step_names[step], who, what,
				       model->broken);
			}
}

/* --- at random -----------------------------------------------------------------------------------
 */

struct taken {
	uint8_t step, who, what;
};

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* One step that can be taken, any of them as likely as its likes. */
static struct taken take_any(struct model *model, struct state *state, uint64_t *seed)
{
	for (;;) {
		struct taken taken = { .step = (uint8_t)(next_random(seed) % STEPS),
				       .who = (uint8_t)(next_random(seed) % MEMBERS_OF),
				       .what = (uint8_t)(next_random(seed) % IDS) };
		struct state next = *state;

		if (!take_step(model, &next, taken.step, taken.who, taken.what))
			continue;
		*state = next;
		return taken;
	}
}

/* Far from the first state, where the search does not come. */
static bool walk(struct model *model, const struct state *first, uint64_t *seed)
{
	struct taken way[WALK_STEPS];
	struct state state = *first;

	for (int i = 0; i < WALK_STEPS; i++) {
		way[i] = take_any(model, &state, seed);
		check(model, &state);
		make_canonical(&state);
		if (!model->broken && i % PROGRESS_STRIDE == PROGRESS_STRIDE - 1)
			check_progress(model, &state);
		if (!model->broken)
			continue;
		for (int j = 0; j <= i; j++)
			printf("# %s (%d, %d)\n", step_names[way[j].step], way[j].who, way[j].what);
		printf("# %s\n", model->broken);
		return false;
	}
	return true;
}

static struct state first_state(const struct scenario *scenario)
{
	struct state state;

	/* Padding, too: states are compared as bytes. */
	memset(&state, 0, sizeof(state));
	for (int i = 0; i < MEMBERS_OF; i++) {
		state.lenders[i].instance = state.borrowers[i].instance = 1;
		state.sequence[i] = BASE;
	}
	for (int i = 0; i < IDS; i++)
		state.grants[i].state = GRANT_FORGOTTEN;
	state.lender_restarts = scenario->lender_restarts;
	state.borrower_restarts = scenario->borrower_restarts;
	state.broker_restarts = scenario->broker_restarts;
	state.broker_losses = scenario->broker_losses;
	state.fails = scenario->fails;
	state.cuts = scenario->cuts;
	state.returns = scenario->returns;
	state.silences = scenario->silences;
	state.wants = scenario->wants;
	return state;
}

static bool explore(const struct scenario *scenario, size_t limit, int number)
{
	struct search search = { .limit = limit, .table_size = 1 };
	struct state first = first_state(scenario);
	struct model model;
	uint64_t seed = 20261121;
	uint32_t next = 0;
	size_t walks = 0;

	/* One state's steps may lead beyond the limit. */
	search.capacity = limit + (size_t)STEPS * MEMBERS_OF * IDS;
	while (search.table_size < 2 * search.capacity)
		search.table_size *= 2;
	search.states = malloc(search.capacity * sizeof(*search.states));
	search.table = calloc(search.table_size, sizeof(*search.table));
	if (!search.states || !search.table)
		abort();
	begin_model(&model, scenario);
	add(&search, &first, 0, 0, 0, 0);
	while (next < search.count && search.count < search.limit && !model.broken)
		expand(&model, &search, next++);
	if (next < search.count)
		while (walks < limit / WALK_STEPS && !model.broken)
			walks += walk(&model, &first, &seed);
	printf("%s %d - %s: %zu states, %zu steps", model.broken ? "not ok" : "ok", number,
	       scenario->name, search.count, search.steps);
	if (next == search.count)
		printf(", all of them\n");
	else
		printf(", the first ones; %zu walks of %d steps\n", walks, WALK_STEPS);
	fflush(stdout);
	brokerage_free(&model.broker);
	free(search.states);
	free(search.table);
	return !model.broken;
}

static const struct scenario scenarios[] = {
	{ .name = "one lender, one borrower, messages lost and doubled",
	  .lenders = 1,
	  .borrowers = 1,
	  .ids = 1,
	  .room = 1,
	  .flight = 1,
	  .returns = 1 },
	{ .name = "the lender starts anew",
	  .lenders = 1,
	  .borrowers = 1,
	  .ids = 1,
	  .room = 1,
	  .flight = 1,
	  .lender_restarts = 1 },
	{ .name = "the borrower starts anew",
	  .lenders = 1,
	  .borrowers = 1,
	  .ids = 1,
	  .room = 1,
	  .flight = 1,
	  .borrower_restarts = 1,
	  .returns = 1 },
	{ .name = "the broker starts anew with its notes",
	  .lenders = 1,
	  .borrowers = 1,
	  .ids = 1,
	  .room = 1,
	  .flight = 1,
	  .broker_restarts = 1,
	  .returns = 1 },
	{ .name = "the broker starts anew without notes",
	  .lenders = 1,
	  .borrowers = 1,
	  .ids = 1,
	  .room = 1,
	  .flight = 1,
	  .broker_losses = 1,
	  .returns = 1 },
	{ .name = "the session is cut and comes back, the target fails, the lender is silent",
	  .lenders = 1,
	  .borrowers = 1,
	  .ids = 1,
	  .room = 1,
	  .flight = 1,
	  .cuts = 1,
	  .fails = 1,
	  .silences = 1,
	  .returns = 1 },
	{ .name = "two borrowers after the same room",
	  .lenders = 1,
	  .borrowers = 2,
	  .ids = 2,
	  .room = 1,
	  .flight = 1,
	  .returns = 1 },
	{ .name = "two lenders, one wants its memory back",
	  .lenders = 2,
	  .borrowers = 1,
	  .ids = 2,
	  .room = 1,
	  .flight = 1,
	  .wants = 1 },
	{ .name = "messages overtake one another",
	  .lenders = 1,
	  .borrowers = 1,
	  .ids = 1,
	  .room = 1,
	  .flight = 2,
	  .returns = 1 },
	{ .name = "two lenders, two borrowers, everything that can happen",
	  .lenders = 2,
	  .borrowers = 2,
	  .ids = 3,
	  .room = 1,
	  .flight = 2,
	  .lender_restarts = 1,
	  .borrower_restarts = 1,
	  .broker_restarts = 1,
	  .broker_losses = 0,
	  .fails = 1,
	  .cuts = 1,
	  .returns = 1,
	  .silences = 1,
	  .wants = 1 },
	{ .name = "the same, and the notes are lost",
	  .lenders = 2,
	  .borrowers = 2,
	  .ids = 3,
	  .room = 1,
	  .flight = 2,
	  .lender_restarts = 1,
	  .borrower_restarts = 1,
	  .broker_restarts = 0,
	  .broker_losses = 1,
	  .fails = 1,
	  .cuts = 1,
	  .returns = 1,
	  .silences = 1,
	  .wants = 1 },
};

int main(int argc, char **argv)
{
	size_t limit = 60000;
	int count = (int)(sizeof(scenarios) / sizeof(*scenarios));
	bool is_good = true;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--full")) {
			limit = 1000000;
		} else if (!strcmp(argv[i], "--states") && i + 1 < argc) {
			limit = strtoul(argv[++i], NULL, 10);
		} else {
			fprintf(stderr, "Usage: memory_model [--full] [--states N]\n");
			return 2;
		}
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++)
		is_good &= explore(&scenarios[i], limit, i + 1);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
