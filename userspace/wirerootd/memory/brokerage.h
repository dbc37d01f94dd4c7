/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who lends memory to whom: members, their last reports, and the grants between them.
 *
 * All that the broker decides is decided here, with the table of grant.h: which event a report
 * stands for, where a grant is placed, whose lease is over, what is taken back. Nothing in here
 * knows of HTTP, JSON, files or clocks: times are the caller's, in milliseconds of a clock that
 * never goes back, and random numbers come from it. What changes is told to ->watch, in the order
 * in which it happens; nothing may be changed from within.
 *
 * What a lender is to do is counted by its sequence, what a borrower is to do by its own: both
 * begin at ->sequence_base, which has to be another, larger one in each life of the broker.
 */
#ifndef WIREROOT_BROKERAGE_H
#define WIREROOT_BROKERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "initramfs/value.h"
#include "userspace/wirerootd/memory/grant.h"
#include "userspace/wirerootd/memory/id_set.h"
#include "userspace/wirerootd/memory/placement.h"

#define BROKERAGE_NAME_BYTES	  (HOST_NAME_LENGTH + 1)
#define BROKERAGE_RACK_BYTES	  65
#define BROKERAGE_ADDRESS_BYTES	  46 /* INET6_ADDRSTRLEN */
#define BROKERAGE_INITIATOR_BYTES 224 /* RFC 7143: 223 */
#define BROKERAGE_SECRET_BYTES	  17 /* 16 characters: see storage's secrets */
#define BROKERAGE_USER_BYTES	  20
#define BROKERAGE_DETAIL_BYTES	  160 /* as much as members say; more is cut */
#define BROKERAGE_DEVICE_BYTES	  64
#define BROKERAGE_IQN_BYTES	  (sizeof("iqn.2026-11.org.wireroot:memory.") + HOST_NAME_LENGTH + 17)

/* So that a lender's report stays well below 64 KiB. */
#define BROKERAGE_GRANTS_MAX   128 /* of one lender */
#define BROKERAGE_GUESTS_MAX   32
#define BROKERAGE_APART_MAX    8
#define BROKERAGE_REQUESTS_MAX 64

#define BROKERAGE_OFFER_MS   20000 /* to export it */
#define BROKERAGE_REQUEST_MS 60000 /* an administrator's wish */

/* A link is mended within minutes, or late; to try it again costs a borrower seconds. */
#define BROKERAGE_OUT_OF_REACH_MS  300000
#define BROKERAGE_OUT_OF_REACH_MAX 4

enum lender_state { LENDER_LENDING, LENDER_SHORT, LENDER_BORROWING, LENDER_LEAVING, LENDER_STATES };
enum held_state { HELD_EXPORTED, HELD_CLEARED, HELD_FAILED, HELD_STATES };
enum borrowed_state {
	BORROWED_NONE, /* nothing was said of it */
	BORROWED_ATTACHED,
	BORROWED_DETACHING,
	BORROWED_DETACHED,
	BORROWED_BROKEN,
	BORROWED_STATES
};
enum swap_mode { SWAP_PLAIN, SWAP_LVM, SWAP_DM, SWAP_MODES };
enum swap_mirror { MIRROR_NONE, MIRROR_LENDER, MIRROR_DISK, MIRRORS };
enum overdue_policy { POLICY_WAIT, POLICY_STOP_PROCESSES, POLICIES };

/* --- what comes in ---------------------------------------------------------------------------- */

struct lender_guest {
	char name[BROKERAGE_NAME_BYTES];
	uint64_t available_bytes;
	uint64_t age_s;
};

struct lender_held {
	uint64_t id, generation;
	enum held_state state;
	uint64_t bytes, allocated_bytes;
	bool connected;
	char borrower[BROKERAGE_NAME_BYTES]; /* may be empty */
	char detail[BROKERAGE_DETAIL_BYTES];
};

struct lender_report {
	uint64_t instance;
	uint64_t report; /* counts this instance's */
	uint64_t sequence; /* of the last answer it had; 0: none */
	char address[BROKERAGE_ADDRESS_BYTES];
	uint16_t port;
	unsigned int interval_s;
	enum lender_state state;
	uint64_t spare_bytes, total_bytes, available_bytes, wanted_back_bytes;
	double pressure;
	struct lender_guest guests[BROKERAGE_GUESTS_MAX];
	size_t guest_count;
	struct lender_held grants[2 * BROKERAGE_GRANTS_MAX];
	size_t grant_count;
};

struct borrowed {
	uint64_t id, generation;
	enum borrowed_state state;
	uint64_t bytes, used_bytes;
	char device[BROKERAGE_DEVICE_BYTES];
	char detail[BROKERAGE_DETAIL_BYTES];
};

struct borrower_report {
	uint64_t instance;
	char address[BROKERAGE_ADDRESS_BYTES];
	unsigned int interval_s;
	enum swap_mode mode;
	enum swap_mirror mirror;
	uint64_t total_bytes, available_bytes;
	double pressure;
	struct borrowed grants[2 * BROKERAGE_GRANTS_MAX];
	size_t grant_count;
};

struct brokerage_ask {
	uint64_t bytes;
	char initiator[BROKERAGE_INITIATOR_BYTES];
	char address[BROKERAGE_ADDRESS_BYTES];
	uint64_t apart_from[BROKERAGE_APART_MAX];
	size_t apart_count;
	uint64_t request; /* 0: nobody's */
	/* By the line protocol: no reports will come, and the secrets are known already. */
	bool by_line;
	char secret[BROKERAGE_SECRET_BYTES], secret_in[BROKERAGE_SECRET_BYTES];
};

/* --- what is known ---------------------------------------------------------------------------- */

struct member;
struct memory_call;
LIST_HEAD(member_calls, memory_call);

struct grant {
	uint64_t id, generation;
	enum grant_state state;
	uint64_t bytes;
	struct member *lender, *borrower;
	char initiator[BROKERAGE_INITIATOR_BYTES]; /* who may log in */
	char address[BROKERAGE_ADDRESS_BYTES]; /* from where */
	char username[BROKERAGE_USER_BYTES], username_in[BROKERAGE_USER_BYTES];
	char secret[BROKERAGE_SECRET_BYTES], secret_in[BROKERAGE_SECRET_BYTES];
	bool is_adopted; /* known by its lender's report alone: there are no secrets */
	bool by_line;
	bool was_attached;
	int64_t since_ms; /* in this state */
	int64_t until_ms; /* the end of the offer or of the borrower's lease */
	uint64_t over_sequence; /* its lender's, when the lease was over; 0: it is not */
	uint64_t told_sequence; /* its lender's, when what the lender is to do last changed */
	unsigned int deadline_s; /* for moving the pages, while revoking */
	int64_t deadline_ms;
	bool is_overdue;
	/* as the lender sees it */
	bool is_named; /* by its last report */
	bool is_connected;
	uint64_t allocated_bytes;
	/* as the borrower sees it */
	enum borrowed_state said;
	uint64_t used_bytes;
	char device[BROKERAGE_DEVICE_BYTES];
	char detail[BROKERAGE_DETAIL_BYTES]; /* of whoever spoke last */
	LIST_ENTRY(grant) of_lender, of_borrower, of_bucket;
	TAILQ_ENTRY(grant) next;
};

LIST_HEAD(grant_list, grant);
TAILQ_HEAD(grant_queue, grant);

#define FORMER_INSTANCES 4

struct lender {
	bool was_heard; /* in this life of the broker */
	int64_t heard_ms;
	uint64_t instance; /* 0: none yet */
	uint64_t former[FORMER_INSTANCES]; /* instances that are over */
	uint64_t report; /* the last one that was taken */
	uint64_t sequence; /* of what it is to do */
	char address[BROKERAGE_ADDRESS_BYTES];
	uint16_t port;
	unsigned int interval_s;
	enum lender_state state;
	uint64_t spare_bytes, total_bytes, available_bytes, wanted_back_bytes;
	double pressure;
	struct lender_guest *guests;
	size_t guest_count;
	bool has_ceiling; /* on what it lends */
	uint64_t ceiling_bytes;
	struct grant_list grants;
	unsigned int grant_count;
	uint64_t lent_bytes; /* of all grants that are not cleared */
	uint64_t unnamed_bytes; /* of those its last report, and so its spare_bytes, knew nothing of
				 */
};

/* A lender from which a borrower could not attach, or which it lost; by name, as it may leave. */
struct out_of_reach {
	char lender[BROKERAGE_NAME_BYTES];
	int64_t until_ms;
};

struct borrower {
	bool was_heard;
	int64_t heard_ms;
	uint64_t instance;
	uint64_t sequence;
	char address[BROKERAGE_ADDRESS_BYTES];
	unsigned int interval_s;
	enum swap_mode mode;
	enum swap_mirror mirror;
	uint64_t total_bytes, available_bytes;
	double pressure;
	struct grant_list grants;
	unsigned int grant_count;
	uint64_t bytes; /* of all of them */
	struct out_of_reach out_of_reach[BROKERAGE_OUT_OF_REACH_MAX]; /* the latest first */
};

/* What memory.json says of one. */
struct member_rules {
	char name[BROKERAGE_NAME_BYTES];
	char address[BROKERAGE_ADDRESS_BYTES]; /* may be empty */
	char rack[BROKERAGE_RACK_BYTES]; /* may be empty */
	bool may_lend, may_borrow;
	uint64_t borrow_bytes_max; /* 0: no limit */
};

struct member {
	struct member_rules rules;
	bool is_member; /* false: it has left, or only a grant names it */
	struct lender lender;
	struct borrower borrower;
	struct member_calls waiting; /* the watcher's: calls that wait for news for it */
};

/* An administrator's wish that a node borrow. */
struct wish {
	uint64_t id; /* 0: none */
	struct member *borrower;
	uint64_t bytes;
	int64_t until_ms;
};

struct brokerage_watch {
	void *context;
	/* A new grant, or one that has changed; with GRANT_FORGOTTEN for the last time. @what is
	 * for the history. */
	void (*grant)(void *context, const struct grant *grant, const char *what,
		      const char *detail);
	/* Its instance or its ceiling has changed. */
	void (*lender)(void *context, const struct member *member);
	/* Something else for the history. @grant may be NULL. */
	void (*event)(void *context, const char *what, const struct member *member,
		      const struct grant *grant, const char *detail);
	/* A member's sequence has changed. */
	void (*told)(void *context, struct member *member);
};

struct brokerage {
	struct brokerage_watch watch;
	placement_random random;
	void *source;
	uint64_t sequence_base;
	/* rules that hold for all */
	int64_t lease_ms;
	unsigned int deadline_s;
	enum overdue_policy policy;
	struct member **members; /* by name */
	size_t member_count, member_capacity;
	struct grant_queue grants; /* in the order of their begin */
	struct grant_list *buckets; /* by id */
	size_t bucket_count; /* a power of 2 */
	size_t grant_count;
	size_t state_counts[GRANT_STATES];
	uint64_t bytes_lent; /* of grants that are lent */
	struct id_set over; /* grants that are forgotten */
	struct wish wishes[BROKERAGE_REQUESTS_MAX];
};

/* ->watch, ->random, ->source and ->sequence_base are set already, the rest is 0. */
int brokerage_init(struct brokerage *brokerage);
void brokerage_free(struct brokerage *brokerage);

/*
 * From now on the members are those of @rules. Who stays keeps what is known of it; grants of who
 * has left are taken back. -ENOMEM, and then some may not be members yet.
 */
int brokerage_set_members(struct brokerage *brokerage, const struct member_rules *rules,
			  size_t count, int64_t now_ms);

struct member *brokerage_find_member(const struct brokerage *brokerage, const char *name);
struct grant *brokerage_find_grant(const struct brokerage *brokerage, uint64_t id);

/* Is the grant with @id over? */
bool brokerage_is_over(const struct brokerage *brokerage, uint64_t id);

/*
 * Take a report in. 0, also when it came late and says nothing new; -EPERM: it names another's
 * grant; -ESTALE: a lender's instance that is over; -ENOMEM. Unless 0, nothing has changed.
 */
int brokerage_lender_report(struct brokerage *brokerage, struct member *member,
			    const struct lender_report *report, int64_t now_ms);
int brokerage_borrower_report(struct brokerage *brokerage, struct member *member,
			      const struct borrower_report *report, int64_t now_ms);

/*
 * Offer a grant to @borrower by a lender that is not among the @tried_count ones of @tried.
 * 0 and *@offered; -EBUSY: the borrower lends; -EDQUOT: it has its limit; -ENOSPC with *@largest:
 * no lender has room; -ENOMEM.
 */
int brokerage_offer(struct brokerage *brokerage, struct member *borrower,
		    const struct brokerage_ask *ask, struct member *const *tried,
		    size_t tried_count, int64_t now_ms, struct grant **offered, uint64_t *largest);

/* The borrower gives it up; or it is asked back. @grant may be over afterwards. */
void brokerage_give_up(struct brokerage *brokerage, struct grant *grant, int64_t now_ms);
void brokerage_ask_back(struct brokerage *brokerage, struct grant *grant, unsigned int deadline_s,
			const char *why, int64_t now_ms);

/* NULL: the lender decides itself. */
void brokerage_set_ceiling(struct brokerage *brokerage, struct member *lender,
			   const uint64_t *bytes);

/* Wish that @borrower borrow: the wish's id, or 0 when there are too many. */
uint64_t brokerage_wish(struct brokerage *brokerage, struct member *borrower, uint64_t bytes,
			int64_t now_ms);

/* What time brings; about once a second. */
void brokerage_tick(struct brokerage *brokerage, int64_t now_ms);

/* What the notes say of a lender, and of a grant that is not forgotten: before anything else. */
int brokerage_restore_lender(struct brokerage *brokerage, const char *name, uint64_t instance,
			     const uint64_t former[static FORMER_INSTANCES],
			     const uint64_t *ceiling);
int brokerage_restore_grant(struct brokerage *brokerage, const struct grant *saved,
			    const char *lender, const char *borrower, int64_t now_ms);

/* --- what is told ----------------------------------------------------------------------------- */

/* What a lender is to do about a grant of its own. */
enum lender_want { WANT_NOTHING, WANT_EXPORT, WANT_WITHDRAW };
enum lender_want brokerage_lender_want(const struct grant *grant);

/* What a borrower is to do about a grant of its own; @grant NULL: @id is none of its own. */
enum borrower_want { WANT_KEEP, WANT_RETURN, WANT_GONE };
enum borrower_want brokerage_borrower_want(const struct brokerage *brokerage,
					   const struct grant *grant, uint64_t id);

/* How much @lender could be asked for. */
uint64_t brokerage_room(const struct brokerage *brokerage, const struct member *lender,
			int64_t now_ms);

/* Nothing was heard of the lender for as long as a lease. */
bool brokerage_is_silent(const struct brokerage *brokerage, const struct member *lender,
			 int64_t now_ms);

/* "iqn.2026-11.org.wireroot:memory.LENDER.ID". Returns @text. */
char *brokerage_iqn(const struct grant *grant, char text[static BROKERAGE_IQN_BYTES]);

#endif
