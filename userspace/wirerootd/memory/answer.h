/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the broker says, as JSON (Documentation/memory.md has the forms). Functions return a new
 * reference, or NULL when memory ran out. Secrets are in answer_lender() and answer_grant() alone.
 */
#ifndef WIREROOT_MEMORY_ANSWER_H
#define WIREROOT_MEMORY_ANSWER_H

#include <jansson.h>

#include "userspace/lib/text.h"
#include "userspace/wirerootd/memory/brokerage.h"

/* What the broker wants of @lender; with the `forget`s for what @report, if not NULL, says. */
json_t *answer_lender(const struct brokerage *brokerage, const struct member *lender,
		      const struct lender_report *report);

/* What it wants of @borrower, of grants that @report names and of others. */
json_t *answer_borrower(const struct brokerage *brokerage, const struct member *borrower,
			const struct borrower_report *report);

/* A grant for its borrower, as JSON or as lines of key=value. */
json_t *answer_grant(const struct brokerage *brokerage, const struct grant *grant);
void answer_grant_lines(const struct brokerage *brokerage, const struct grant *grant,
			struct text *text);

/* For readers. */
json_t *answer_all(const struct brokerage *brokerage, int64_t now_ms);
json_t *answer_lenders(const struct brokerage *brokerage, int64_t now_ms);
json_t *answer_borrowers(const struct brokerage *brokerage, int64_t now_ms);
json_t *answer_grants(const struct brokerage *brokerage, int64_t now_ms);
json_t *answer_one_grant(const struct grant *grant, int64_t now_ms);

#endif
