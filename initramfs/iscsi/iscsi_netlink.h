/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Giving a connection that has logged in to the kernel's iSCSI initiator.
 *
 * Over the netlink family of scsi_transport_iscsi: create a session and its connection, bind the
 * socket to it, set what was negotiated, start. From then on the kernel holds the socket.
 *
 * A session whose connection broke gets another one so: stop, bind, log in through the kernel, go
 * on. The login has to go through the kernel, since it alone knows which command is the session's
 * next (CmdSN), and what is sent on a connection that is bound. Two who do that to one session at
 * the same time would do harm; see keeper.c.
 */
#ifndef WIREROOT_ISCSI_NETLINK_H
#define WIREROOT_ISCSI_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "../fault.h"
#include "iscsi_login.h"
#include "iscsi_spec.h"

struct iscsi_kernel {
	int netlink;
	uint64_t transport; /* the kernel's handle for iscsi_tcp */
	/* Of the sessions to come, see iscsi_kernel_open(). 0 pings: none. */
	uint32_t replacement_timeout_s, ping_timeout_s, ping_interval_s;
	uint16_t queue_depth; /* commands that a disk may have at once */
	bool is_not_iscsids; /* it leaves them to whoever made them, as it does drivers' own */
};

/* Targets of neighbours' memory are called so; wireroot-swap looks after their sessions. */
#define ISCSI_MEMORY_PREFIX "iqn.2026-11.org.wireroot:memory."

struct iscsi_session {
	uint32_t id;
	uint32_t host; /* of the SCSI layer */
};

/* What the kernel tells of its own accord. */
enum iscsi_event_type {
	ISCSI_EVENT_OTHER,
	ISCSI_EVENT_PDU = 101, /* an answer to what was sent by iscsi_kernel_send() */
	ISCSI_EVENT_BROKEN = 102, /* the session's connection */
};

struct iscsi_event {
	enum iscsi_event_type type;
	uint32_t session;
	uint8_t pdu[ISCSI_BHS_BYTES + ISCSI_LOGIN_DATA_BYTES];
	size_t pdu_length;
};

/*
 * Needs the module iscsi_tcp. The times are a root's: it waits a day for its server; and iscsid may
 * take over what is made. Returns 0 or a negative errno with @fault.
 */
int iscsi_kernel_open(struct iscsi_kernel *kernel, struct fault *fault);
void iscsi_kernel_close(struct iscsi_kernel *kernel);

/*
 * Hand @socket over, on which @login is done; @address (text) and @port are those of the portal
 * where whoever has to log in again is to ask. Returns 0 and *@session, or a negative errno with
 * @fault, and then the kernel has no such session.
 */
int iscsi_kernel_start(struct iscsi_kernel *kernel, int socket, const struct iscsi_login *login,
		       const struct iscsi_target *target, const char *address, uint16_t port,
		       struct iscsi_session *session, struct fault *fault);

/* End @session without a word to the target, which sees the connection close. */
void iscsi_kernel_destroy(struct iscsi_kernel *kernel, const struct iscsi_session *session);

/* End every session that an attempt before this one may have left; not those of memory. */
void iscsi_kernel_destroy_all(struct iscsi_kernel *kernel);

/*
 * Find the session with the target called @name: *@session, its portal's *@address (host byte
 * order), and as text with the port, "10.0.0.1:3260". A session whose connection broke has no such
 * portal; with NULL for both, it is found all the same. Returns false when there is none.
 */
bool iscsi_kernel_find(const char *name, struct iscsi_session *session, uint32_t *address,
		       char portal[24]);

/*
 * From now on events of all sessions come to the descriptor that this returns, or a negative errno;
 * they no longer do to @kernel, which may then be left alone for any time.
 */
int iscsi_kernel_listen(const struct iscsi_kernel *kernel);

/*
 * Take the next event of @events. Returns 1 and *@event, 0 when there is none now, -ENOBUFS when
 * some were lost, or another negative errno.
 */
int iscsi_kernel_event(int events, struct iscsi_event *event);

/* These steps return 0 or a negative errno. Stopping blocks I/O, and lets go of the old socket. */
int iscsi_kernel_stop(const struct iscsi_kernel *kernel, uint32_t session);
int iscsi_kernel_bind(const struct iscsi_kernel *kernel, uint32_t session, int socket);
int iscsi_kernel_send(const struct iscsi_kernel *kernel, uint32_t session,
		      const struct iscsi_login *login);
/* @login is done: set what was negotiated and the times of @kernel, and let I/O go on. */
int iscsi_kernel_go_on(const struct iscsi_kernel *kernel, uint32_t session,
		       const struct iscsi_login *login, uint16_t port);

#endif
