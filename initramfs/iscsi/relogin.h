/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Logging in again for a session of the kernel's whose connection broke.
 *
 *	connect to a portal ▸ have iscsid's name ▸ stop, bind ▸ log in through the kernel ▸ go on
 *
 * The name is for sessions that iscsid looks after when it is there.
 *
 * Names, accounts and the portal that was used are read from the session in sysfs, so that no
 *secret is kept anywhere else; they are wiped when the login is over. The working directory is
 *sysfs itself, since the second stage moves its mount.
 */
#ifndef WIREROOT_ISCSI_RELOGIN_H
#define WIREROOT_ISCSI_RELOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "../fault.h"
#include "../lease.h"
#include "iscsi_login.h"
#include "iscsi_netlink.h"
#include "iscsi_spec.h"
#include "portals.h"

/* Below sysfs. */
#define RELOGIN_SESSION	   "class/iscsi_session/session%u"
#define RELOGIN_CONNECTION "class/iscsi_connection/connection%u:0"

/* What is the same for all sessions, and the kernel does not know. */
struct relogin_settings {
	struct lease lease; /* for names of servers */
	struct iscsi_target portals[ISCSI_TARGETS_MAX]; /* without accounts */
	unsigned int portal_count;
	bool header_digest, data_digest;
	unsigned int algorithms; /* as in struct iscsi_login_config */
	enum chap_algorithm order[CHAP_ALGORITHMS];
};

struct relogin {
	struct relogin_settings settings;
	struct iscsi_kernel kernel;
	int events; /* of iscsi_kernel_listen() */
	int random; /* a descriptor of /dev/urandom */
	uint64_t try_us; /* how long a try may take with all portals */
	/* Of the first login, 6 bytes; NULL: iscsid's, which looks after the session when there. */
	const uint8_t *isid;
	/* The rest is private: of the login that is under way. */
	uint32_t session;
	char directory[48], connection[48]; /* the session's, below sysfs */
	char initiator[ISCSI_NAME_BYTES];
	struct iscsi_target target;
	struct iscsi_account own, theirs;
	struct iscsi_login_config config;
	struct portals portals;
	struct iscsi_login login;
	struct iscsi_event event;
};

/*
 * Try all portals of the kernel's session @session once. Blocks, for the time that the slowest of
 * them has. Returns 0 and in @portal (24 bytes) where it is logged in now: "10.0.0.1:3260";
 * -EBUSY when the session is iscsid's, and it is there, or came meanwhile: then nothing was done;
 * or another negative errno with @fault, and the session's I/O waits on.
 */
int relogin(struct relogin *relogin, uint32_t session, char portal[static 24], struct fault *fault);

/* Is iscsid there, or has somebody else its name? */
bool relogin_is_iscsids(void);

#endif
