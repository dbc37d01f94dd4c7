/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts that go to the broker and come from it. Pure; an answer may come from anyone.
 */
#ifndef WIREROOT_BROKER_TEXT_H
#define WIREROOT_BROKER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grant.h"
#include "swap_spec.h"

#define BROKER_REQUEST_BYTES 4096
#define BROKER_ANSWER_BYTES  16384
#define BROKER_LINE_BYTES    160

/* What a borrower says of a grant. */
struct broker_report {
	const char *state; /* "attached", "detached" */
	const char *detail;
};

/*
 * Each writes a whole request of HTTP/1.0 to @text, and returns its length, or -EMSGSIZE.
 *
 * Ask for @bytes from a lender, as @initiator at @address (host byte order); ID's as in @apart_from
 * are not needed here: what the init attaches is no copy of anything.
 */
int broker_ask_text(const struct swap_spec *spec, uint64_t bytes, const char *initiator,
		    uint32_t address, char text[static BROKER_REQUEST_BYTES]);

/* Say what has become of @grant; @instance names this boot. */
int broker_report_text(const struct swap_spec *spec, const char *instance, uint32_t address,
		       const struct grant *grant, const struct broker_report *report,
		       char text[static BROKER_REQUEST_BYTES]);

struct broker_answer {
	unsigned int status;
	const char *body; /* points into the answer */
	size_t length;
	char line[BROKER_LINE_BYTES]; /* the body's first line, printable ASCII, '?' for the rest */
};

/* Read a whole answer. False when it is none of HTTP/1. */
bool broker_answer_parse(const char *text, size_t length, struct broker_answer *answer);

/* "… the most that could be had is NUMBER" of a refusal; 0 when it does not say. */
uint64_t broker_largest(const struct broker_answer *answer);

#endif
