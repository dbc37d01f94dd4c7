/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Logging in to one target by whichever of its portals answers first.
 *
 * All portals are connected to at once; logins go one after the other, unless one is slow. Blocks.
 */
#ifndef WIREROOT_PORTALS_H
#define WIREROOT_PORTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "../fault.h"
#include "../lease.h"
#include "iscsi_login.h"
#include "iscsi_spec.h"

enum portal_state {
	PORTAL_CONNECTING,
	PORTAL_CONNECTED, /* waits for its turn to log in */
	PORTAL_LOGGING_IN,
	PORTAL_OPEN, /* the login is done */
	PORTAL_FAILED,
};

struct portal {
	struct iscsi_target target; /* its server and port change when the target has moved */
	uint32_t address; /* host byte order */
	char text[24]; /* "10.0.0.1:3260" */
	char peer[96]; /* for messages: the text and the target's name */
	int socket;
	enum portal_state state;
	uint64_t since_us; /* when the state began */
	unsigned int moves;
	/*
	 * Where to ask the next time: not where the target has moved to for the time being only
	 * (RFC 7143 section 11.13.5). Host byte order.
	 */
	uint32_t home_address;
	uint16_t home_port;
	bool away;
	struct iscsi_login_config config;
	struct iscsi_login *login; /* NULL until it is this portal's turn */
	struct fault fault;
};

struct portals {
	struct portal portal[ISCSI_TARGETS_MAX];
	unsigned int count;
	const struct lease *lease; /* for names of servers */
	uint64_t deadline_us; /* of monotonic_us(), beside those that each portal has */
};

/* Begin with no portal. */
void portals_init(struct portals *portals, const struct lease *lease, uint64_t deadline_us);

/*
 * Add a portal and connect to it. @config is the login's, but for ->peer, and for the ISID when
 * another login is under way: two with the same ISID would end each other.
 */
void portals_add(struct portals *portals, const struct iscsi_target *target,
		 const struct iscsi_login_config *config);

/*
 * Log in by one of them, and close the others. Returns that portal, or NULL with @fault, which is
 * that of the most telling failure.
 */
struct portal *portals_log_in(struct portals *portals, struct fault *fault);

/*
 * For who logs in through the kernel: wait until one of them takes a connection, and return it, or
 * NULL with @fault as above when there is none left. Then either the caller logs in there, or says
 * by portals_refused() why it cannot, or by portals_moved() that @login sent us elsewhere, and asks
 * again.
 */
struct portal *portals_connect(struct portals *portals, struct fault *fault);
void portals_refused(struct portal *portal, const struct fault *fault);
void portals_moved(const struct portals *portals, struct portal *portal,
		   const struct iscsi_login *login);

/* Does @fault tell more of what is wrong than @other? A target's word does, more than its silence.
 */
bool portals_tells_more(const struct fault *fault, const struct fault *other);

/* Close what is open and give back what was allocated. */
void portals_close(struct portals *portals);

#endif
