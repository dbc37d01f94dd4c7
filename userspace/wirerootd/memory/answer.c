// SPDX-License-Identifier: GPL-2.0-only
/* Writes JSON. See answer.h. */
#include "userspace/wirerootd/memory/answer.h"

#include <stdio.h>

#define ID_BYTES 17

static const char *const policy_names[POLICIES] = { "wait", "stop-processes" };
static const char *const lender_states[LENDER_STATES] = { "lending", "short", "borrowing",
							  "leaving" };
static const char *const borrowed_states[BORROWED_STATES] = { "unheard", "attached", "detaching",
							      "detached", "broken" };
static const char *const mode_names[SWAP_MODES] = { "plain", "lvm", "dm" };
static const char *const mirror_names[MIRRORS] = { "none", "lender", "disk" };

static char *id_text(uint64_t id, char text[static ID_BYTES])
{
	snprintf(text, ID_BYTES, "%016llx", (unsigned long long)id);
	return text;
}

/* What the texts hold was checked to be plain when it came in, but need not be UTF-8. */
static void set_text(json_t *object, const char *key, const char *text)
{
	json_t *value = *text ? json_string(text) : json_null();

	json_object_set_new(object, key, value ? value : json_null());
}

static void set_bytes(json_t *object, const char *key, uint64_t bytes)
{
	json_object_set_new(object, key, json_integer((json_int_t)bytes));
}

/* --- lenders ---------------------------------------------------------------------------------- */

static json_t *lender_grant(const struct grant *grant)
{
	char id[ID_BYTES], iqn[BROKERAGE_IQN_BYTES];
	bool exports = brokerage_lender_want(grant) == WANT_EXPORT;
	json_t *object = json_pack("{s:s, s:I, s:s, s:I, s:s, s:s}", "id", id_text(grant->id, id),
				   "generation", (json_int_t)grant->generation, "want",
				   exports ? "export" : "withdraw", "bytes",
				   (json_int_t)grant->bytes, "borrower",
				   grant->borrower->rules.name, "iqn", brokerage_iqn(grant, iqn));

	if (!object || !exports)
		return object;
	set_text(object, "initiator", grant->initiator);
	set_text(object, "initiator_address", grant->address);
	set_text(object, "username", grant->username);
	set_text(object, "secret", grant->secret);
	set_text(object, "username_in", grant->username_in);
	set_text(object, "secret_in", grant->secret_in);
	return object;
}

static void add_forgotten(const struct brokerage *brokerage, const struct lender_report *report,
			  json_t *grants)
{
	for (size_t i = 0; report && i < report->grant_count; i++) {
		const struct lender_held *held = &report->grants[i];
		char id[ID_BYTES];

		if (held->state != HELD_CLEARED || brokerage_find_grant(brokerage, held->id))
			continue;
		json_array_append_new(grants,
				      json_pack("{s:s, s:I, s:s}", "id", id_text(held->id, id),
						"generation", (json_int_t)held->generation, "want",
						"forget"));
	}
}

json_t *answer_lender(const struct brokerage *brokerage, const struct member *lender,
		      const struct lender_report *report)
{
	json_t *grants = json_array();
	const struct grant *grant;

	LIST_FOREACH(grant, &lender->lender.grants, of_lender)
	if (brokerage_lender_want(grant) != WANT_NOTHING)
		json_array_append_new(grants, lender_grant(grant));
	add_forgotten(brokerage, report, grants);
	return json_pack("{s:I, s:I, s:o}", "lease_s", (json_int_t)(brokerage->lease_ms / 1000),
			 "sequence", (json_int_t)lender->lender.sequence, "grants", grants);
}

/* --- borrowers -------------------------------------------------------------------------------- */

static json_t *borrower_grant(const struct brokerage *brokerage, const struct grant *grant,
			      uint64_t id, uint64_t generation)
{
	static const char *const wants[] = {
		[WANT_KEEP] = "keep", [WANT_RETURN] = "return", [WANT_GONE] = "gone"
	};
	enum borrower_want want = brokerage_borrower_want(brokerage, grant, id);
	char digits[ID_BYTES];
	json_t *object = json_pack("{s:s, s:I, s:s}", "id", id_text(id, digits), "generation",
				   (json_int_t)generation, "want", wants[want]);

	if (object && grant && want == WANT_RETURN) {
		set_bytes(object, "deadline_s", grant->deadline_s);
		set_text(object, "policy", policy_names[brokerage->policy]);
		json_object_set_new(object, "overdue", json_boolean(grant->is_overdue));
	}
	return object;
}

static json_t *wishes(const struct brokerage *brokerage, const struct member *borrower)
{
	json_t *requests = json_array();
	char id[ID_BYTES];

	for (size_t i = 0; i < BROKERAGE_REQUESTS_MAX; i++) {
		const struct wish *wish = &brokerage->wishes[i];

		if (wish->id && wish->borrower == borrower)
			json_array_append_new(requests,
					      json_pack("{s:s, s:I}", "id", id_text(wish->id, id),
							"bytes", (json_int_t)wish->bytes));
	}
	return requests;
}

json_t *answer_borrower(const struct brokerage *brokerage, const struct member *borrower,
			const struct borrower_report *report)
{
	json_t *grants = json_array();
	const struct grant *grant;

	LIST_FOREACH(grant, &borrower->borrower.grants, of_borrower)
	if (grant->state != GRANT_OFFERED && !grant->by_line)
		json_array_append_new(
			grants, borrower_grant(brokerage, grant, grant->id, grant->generation));
	for (size_t i = 0; report && i < report->grant_count; i++)
		if (!brokerage_find_grant(brokerage, report->grants[i].id))
			json_array_append_new(grants,
					      borrower_grant(brokerage, NULL, report->grants[i].id,
							     report->grants[i].generation));
	return json_pack("{s:I, s:I, s:o, s:o}", "lease_s",
			 (json_int_t)(brokerage->lease_ms / 1000), "sequence",
			 (json_int_t)borrower->borrower.sequence, "grants", grants, "requests",
			 wishes(brokerage, borrower));
}

json_t *answer_grant(const struct brokerage *brokerage, const struct grant *grant)
{
	char id[ID_BYTES], iqn[BROKERAGE_IQN_BYTES];

	return json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:I}",
			 "id", id_text(grant->id, id), "generation", (json_int_t)grant->generation,
			 "state", grant_state_name(grant->state), "bytes", (json_int_t)grant->bytes,
			 "lender", grant->lender->rules.name, "address",
			 grant->lender->lender.address, "port", (int)grant->lender->lender.port,
			 "iqn", brokerage_iqn(grant, iqn), "initiator", grant->initiator,
			 "username", grant->username, "secret", grant->secret, "username_in",
			 grant->username_in, "secret_in", grant->secret_in, "lease_s",
			 (json_int_t)(brokerage->lease_ms / 1000));
}

void answer_grant_lines(const struct brokerage *brokerage, const struct grant *grant,
			struct text *text)
{
	char id[ID_BYTES], iqn[BROKERAGE_IQN_BYTES];

	text_printf(text, "id=%s\ngeneration=%llu\nstate=%s\nbytes=%llu\n", id_text(grant->id, id),
		    (unsigned long long)grant->generation, grant_state_name(grant->state),
		    (unsigned long long)grant->bytes);
	text_printf(text, "lender=%s\naddress=%s\nport=%u\niqn=%s\ninitiator=%s\n",
		    grant->lender->rules.name, grant->lender->lender.address,
		    grant->lender->lender.port, brokerage_iqn(grant, iqn), grant->initiator);
	text_printf(text, "username=%s\nsecret=%s\nusername_in=%s\nsecret_in=%s\nlease_s=%lld\n",
		    grant->username, grant->secret, grant->username_in, grant->secret_in,
		    (long long)(brokerage->lease_ms / 1000));
}

/* --- readers ---------------------------------------------------------------------------------- */

static json_t *age(bool was_heard, int64_t heard_ms, int64_t now_ms)
{
	return was_heard ? json_integer((now_ms - heard_ms) / 1000) : json_null();
}

static json_t *guests(const struct lender *lender)
{
	json_t *array = json_array();

	for (size_t i = 0; i < lender->guest_count; i++)
		json_array_append_new(array,
				      json_pack("{s:s, s:I, s:I}", "name", lender->guests[i].name,
						"available_bytes",
						(json_int_t)lender->guests[i].available_bytes,
						"age_s", (json_int_t)lender->guests[i].age_s));
	return array;
}

static json_t *one_lender(const struct brokerage *brokerage, const struct member *member,
			  int64_t now_ms)
{
	const struct lender *lender = &member->lender;
	bool is_silent = brokerage_is_silent(brokerage, member, now_ms);
	json_t *object = json_pack(
		"{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:i, s:i}", "name",
		member->rules.name, "state",
		!lender->was_heard ? "unheard"
		: is_silent	   ? "silent"
				   : lender_states[lender->state],
		"room_bytes", (json_int_t)brokerage_room(brokerage, member, now_ms), "lent_bytes",
		(json_int_t)lender->lent_bytes, "spare_bytes", (json_int_t)lender->spare_bytes,
		"total_bytes", (json_int_t)lender->total_bytes, "available_bytes",
		(json_int_t)lender->available_bytes, "wanted_back_bytes",
		(json_int_t)lender->wanted_back_bytes, "pressure", lender->pressure, "grants",
		(int)lender->grant_count, "interval_s", (int)lender->interval_s);

	if (!object)
		return NULL;
	set_text(object, "address", lender->address);
	json_object_set_new(object, "port", json_integer(lender->port));
	set_text(object, "rack", member->rules.rack);
	json_object_set_new(object, "ceiling_bytes",
			    lender->has_ceiling ? json_integer((json_int_t)lender->ceiling_bytes)
						: json_null());
	json_object_set_new(object, "guests", guests(lender));
	json_object_set_new(object, "is_member", json_boolean(member->is_member));
	json_object_set_new(object, "age_s", age(lender->was_heard, lender->heard_ms, now_ms));
	return object;
}

static json_t *one_borrower(const struct member *member, int64_t now_ms)
{
	const struct borrower *borrower = &member->borrower;
	json_t *object = json_pack(
		"{s:s, s:I, s:I, s:I, s:I, s:f, s:i, s:i}", "name", member->rules.name,
		"borrowed_bytes", (json_int_t)borrower->bytes, "borrow_bytes_max",
		(json_int_t)member->rules.borrow_bytes_max, "total_bytes",
		(json_int_t)borrower->total_bytes, "available_bytes",
		(json_int_t)borrower->available_bytes, "pressure", borrower->pressure, "grants",
		(int)borrower->grant_count, "interval_s", (int)borrower->interval_s);

	if (!object)
		return NULL;
	set_text(object, "address", borrower->address);
	set_text(object, "mode", borrower->was_heard ? mode_names[borrower->mode] : "");
	set_text(object, "mirror", borrower->was_heard ? mirror_names[borrower->mirror] : "");
	json_object_set_new(object, "is_member", json_boolean(member->is_member));
	json_object_set_new(object, "age_s", age(borrower->was_heard, borrower->heard_ms, now_ms));
	return object;
}

json_t *answer_one_grant(const struct grant *grant, int64_t now_ms)
{
	char id[ID_BYTES], iqn[BROKERAGE_IQN_BYTES];
	json_t *object = json_pack(
		"{s:s, s:I, s:s, s:I, s:s, s:s, s:s, s:I, s:I, s:b, s:s, s:b, s:I}", "id",
		id_text(grant->id, id), "generation", (json_int_t)grant->generation, "state",
		grant_state_name(grant->state), "bytes", (json_int_t)grant->bytes, "lender",
		grant->lender->rules.name, "borrower", grant->borrower->rules.name, "iqn",
		brokerage_iqn(grant, iqn), "allocated_bytes", (json_int_t)grant->allocated_bytes,
		"used_bytes", (json_int_t)grant->used_bytes, "connected", (int)grant->is_connected,
		"borrower_says", borrowed_states[grant->said], "adopted", (int)grant->is_adopted,
		"age_s", (json_int_t)((now_ms - grant->since_ms) / 1000));

	if (!object)
		return NULL;
	set_text(object, "device", grant->device);
	set_text(object, "detail", grant->detail);
	json_object_set_new(object, "by_line", json_boolean(grant->by_line));
	/* Nobody has renewed it. */
	json_object_set_new(object, "lease_over",
			    json_boolean(grant_is_lent(grant->state) && grant->over_sequence));
	json_object_set_new(object, "overdue", json_boolean(grant->is_overdue));
	if (grant->state == GRANT_REVOKING)
		json_object_set_new(object, "deadline_s",
				    json_integer((grant->deadline_ms - now_ms) / 1000));
	return object;
}

json_t *answer_lenders(const struct brokerage *brokerage, int64_t now_ms)
{
	json_t *array = json_array();

	for (size_t i = 0; i < brokerage->member_count; i++) {
		const struct member *member = brokerage->members[i];

		if (member->rules.may_lend || member->lender.was_heard ||
		    member->lender.grant_count)
			json_array_append_new(array, one_lender(brokerage, member, now_ms));
	}
	return array;
}

json_t *answer_borrowers(const struct brokerage *brokerage, int64_t now_ms)
{
	json_t *array = json_array();

	for (size_t i = 0; i < brokerage->member_count; i++) {
		const struct member *member = brokerage->members[i];

		if (member->rules.may_borrow || member->borrower.was_heard ||
		    member->borrower.grant_count)
			json_array_append_new(array, one_borrower(member, now_ms));
	}
	return array;
}

json_t *answer_grants(const struct brokerage *brokerage, int64_t now_ms)
{
	json_t *array = json_array();
	const struct grant *grant;

	TAILQ_FOREACH(grant, &brokerage->grants, next)
	json_array_append_new(array, answer_one_grant(grant, now_ms));
	return array;
}

json_t *answer_all(const struct brokerage *brokerage, int64_t now_ms)
{
	return json_pack(
		"{s:I, s:I, s:s, s:o, s:o, s:o}", "lease_s",
		(json_int_t)(brokerage->lease_ms / 1000), "deadline_s",
		(json_int_t)brokerage->deadline_s, "policy", policy_names[brokerage->policy],
		"lenders", answer_lenders(brokerage, now_ms), "borrowers",
		answer_borrowers(brokerage, now_ms), "grants", answer_grants(brokerage, now_ms));
}
