// SPDX-License-Identifier: GPL-2.0-only
/* Logging in to one target by whichever of its portals answers first; see portals.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../resolve.h"
#include "../sys.h"
#include "../value.h"
#include "portals.h"

/* Three SYNs (sent at 0, 1 and 3 s) fit; a portal that answers none is not there. */
#define CONNECT_US 5000000ull
/* RFC 7143 has no such time; open-iscsi waits as long for a login. */
#define LOGIN_US 15000000ull
/* A login that takes longer than this no longer keeps the other portals waiting. */
#define SLOW_US	  2000000ull
#define MOVES_MAX 4

void portals_init(struct portals *portals, const struct lease *lease, uint64_t deadline_us)
{
	portals->count = 0;
	portals->lease = lease;
	portals->deadline_us = deadline_us;
}

static void enter(struct portal *portal, enum portal_state state)
{
	portal->state = state;
	portal->since_us = monotonic_us();
}

static void fail(struct portal *portal)
{
	if (portal->socket >= 0)
		close(portal->socket);
	portal->socket = -1;
	free(portal->login);
	portal->login = NULL;
	enter(portal, PORTAL_FAILED);
}

static void fail_to_connect(struct portal *portal, int error)
{
	fault_set(&portal->fault, error,
		  portal->moves ? "reach the portal that the iSCSI target has moved to"
				: "reach the iSCSI portal",
		  portal->peer,
		  error == ECONNREFUSED ? "the machine is there, but no iSCSI target listens there"
		  : error == ETIMEDOUT	? "no answer: machine down, wrong address or firewall"
					: "check address, netmask and gateway");
	fail(portal);
}

/* Find the portal's address, and begin to connect to it. */
static void begin_connecting(struct portal *portal, const struct lease *lease)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(portal->target.port) };
	char address[IPV4_TEXT_BYTES];
	int one = 1;

	if (portal->target.ipv6) {
		fault_set(&portal->fault, EAFNOSUPPORT, "reach the iSCSI portal",
			  portal->target.server, "give its IPv4 address or its name");
		fail(portal);
		return;
	}
	if (resolve(portal->target.server, lease, &portal->address, &portal->fault) < 0) {
		fail(portal);
		return;
	}
	if (!portal->away) {
		portal->home_address = portal->address;
		portal->home_port = portal->target.port;
	}
	snprintf(portal->text, sizeof(portal->text), "%s:%u",
		 value_ipv4_text(portal->address, address), portal->target.port);
	snprintf(portal->peer, sizeof(portal->peer), "%s %s", portal->text, portal->target.name);
	to.sin_addr.s_addr = htonl(portal->address);
	portal->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (portal->socket < 0) {
		fail_to_connect(portal, errno);
		return;
	}
	/* Many small requests that wait for their answers. */
	(void)setsockopt(portal->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	enter(portal, PORTAL_CONNECTING);
	if (connect(portal->socket, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
		fail_to_connect(portal, errno);
}

void portals_add(struct portals *portals, const struct iscsi_target *target,
		 const struct iscsi_login_config *config)
{
	struct portal *portal = &portals->portal[portals->count++];

	memset(portal, 0, sizeof(*portal));
	portal->socket = -1;
	portal->target = *target;
	portal->config = *config;
	portal->config.peer = portal->peer;
	begin_connecting(portal, portals->lease);
}

/* LIO says no word to who offers no CHAP where it wants that. */
static void closed_by_target(struct portal *portal, int error)
{
	const char *user = portal->config.user;

	fault_set(&portal->fault, error, "log in to iSCSI target", portal->peer,
		  user && *user ? "the target closed the connection; see its log"
				: "the target closed the connection: it may want CHAP "
				  "(rd.iscsi.username=, .password=); see its log");
	fail(portal);
}

static void send_request(struct portal *portal)
{
	/* It is short, and what was sent before has been answered: the socket has room for it. */
	ssize_t sent =
		send(portal->socket, portal->login->out, portal->login->out_length, MSG_NOSIGNAL);

	if (sent == (ssize_t)portal->login->out_length)
		return;
	closed_by_target(portal, sent < 0 ? errno : EIO);
}

/* A byte that is 0 in every ISID of open-iscsi's, unless there are 65536 sessions. */
static uint8_t tell_apart(const struct portals *portals, const struct portal *portal)
{
	for (unsigned int i = 0; i < portals->count; i++)
		if (portals->portal[i].state == PORTAL_LOGGING_IN)
			return (uint8_t)(portal - portals->portal + 1);
	return 0;
}

static void begin_login(const struct portals *portals, struct portal *portal)
{
	portal->login = malloc(sizeof(*portal->login));
	if (!portal->login) {
		fault_set(&portal->fault, ENOMEM, "log in to iSCSI target", portal->peer, NULL);
		fail(portal);
		return;
	}
	portal->config.isid[3] = tell_apart(portals, portal);
	enter(portal, PORTAL_LOGGING_IN);
	iscsi_login_start(portal->login, &portal->config);
	send_request(portal);
}

static void follow(struct portal *portal, const struct iscsi_login *login,
		   const struct lease *lease)
{
	char address[ISCSI_ADDRESS_BYTES];

	strcpy(address, login->moved_to);
	portal->away |= !login->moved_for_good;
	fault_set(&portal->fault, ELOOP, "follow the iSCSI target to where it has moved",
		  portal->peer, "the targets send us from one to the other, or nowhere");
	fail(portal);
	if (++portal->moves > MOVES_MAX || !iscsi_target_move(&portal->target, address))
		return;
	begin_connecting(portal, lease);
}

/* The socket is readable: take what the login wants, and not a byte more. */
static void read_answer(struct portal *portal, const struct lease *lease)
{
	void *where;
	size_t wanted = iscsi_login_wanted(portal->login, &where);
	ssize_t got = recv(portal->socket, where, wanted, MSG_DONTWAIT);
	int state;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		closed_by_target(portal, got < 0 ? errno : ECONNRESET);
		return;
	}
	state = iscsi_login_received(portal->login, (size_t)got, &portal->fault);
	if (state < 0)
		fail(portal);
	else if (state == ISCSI_LOGIN_SEND)
		send_request(portal);
	else if (state == ISCSI_LOGIN_MOVED)
		follow(portal, portal->login, lease);
	else if (state == ISCSI_LOGIN_DONE)
		enter(portal, PORTAL_OPEN);
}

static void finish_connecting(struct portal *portal)
{
	socklen_t length = sizeof(int);
	int error = 0;

	if (getsockopt(portal->socket, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error)
		fail_to_connect(portal, error);
	else
		enter(portal, PORTAL_CONNECTED);
}

static uint64_t deadline_of(const struct portals *portals, const struct portal *portal)
{
	uint64_t own_us;

	if (portal->state == PORTAL_CONNECTING)
		own_us = portal->since_us + CONNECT_US;
	else if (portal->state == PORTAL_LOGGING_IN)
		own_us = portal->since_us + LOGIN_US;
	else
		return UINT64_MAX;
	return own_us < portals->deadline_us ? own_us : portals->deadline_us;
}

static void enforce_deadline(const struct portals *portals, struct portal *portal, uint64_t now_us)
{
	if (now_us < deadline_of(portals, portal))
		return;
	if (portal->state == PORTAL_CONNECTING) {
		fail_to_connect(portal, ETIMEDOUT);
		return;
	}
	fault_set(&portal->fault, ETIMEDOUT, "log in to iSCSI target", portal->peer,
		  "it takes connections, but does not answer; see its log");
	fail(portal);
}

/* The one whose turn it is to log in: none while one is about it that is not slow. */
static struct portal *find_next(struct portals *portals, uint64_t now_us)
{
	struct portal *next = NULL;

	for (unsigned int i = 0; i < portals->count; i++) {
		struct portal *portal = &portals->portal[i];

		if (portal->state == PORTAL_LOGGING_IN && now_us < portal->since_us + SLOW_US)
			return NULL;
		if (portal->state == PORTAL_CONNECTED && !next)
			next = portal;
	}
	return next;
}

static void take_turns(struct portals *portals)
{
	struct portal *next;

	/* One that fails at once leaves the turn to the next. */
	while ((next = find_next(portals, monotonic_us())))
		begin_login(portals, next);
}

static uint64_t next_deadline(const struct portals *portals, uint64_t now_us)
{
	uint64_t deadline_us = UINT64_MAX;

	for (unsigned int i = 0; i < portals->count; i++) {
		const struct portal *portal = &portals->portal[i];
		uint64_t until_us = deadline_of(portals, portal);

		/* Others may be waiting for it to become slow. */
		if (portal->state == PORTAL_LOGGING_IN && now_us < portal->since_us + SLOW_US &&
		    portal->since_us + SLOW_US < until_us)
			until_us = portal->since_us + SLOW_US;
		if (until_us < deadline_us)
			deadline_us = until_us;
	}
	return deadline_us;
}

/* Wait for something to happen, and handle it. Returns false when there is nothing left to wait
 * for. */
static bool handle_events(struct portals *portals)
{
	struct pollfd fds[ISCSI_TARGETS_MAX];
	uint64_t now_us = monotonic_us(), until_us = next_deadline(portals, now_us);
	uint64_t wait_ms = until_us > now_us ? (until_us - now_us + 999) / 1000 : 0;

	if (until_us == UINT64_MAX)
		return false;
	for (unsigned int i = 0; i < portals->count; i++) {
		const struct portal *portal = &portals->portal[i];
		bool waits = deadline_of(portals, portal) != UINT64_MAX;

		fds[i] =
			(struct pollfd){ waits ? portal->socket : -1,
					 portal->state == PORTAL_CONNECTING ? POLLOUT : POLLIN, 0 };
	}
	if (poll(fds, portals->count, (int)wait_ms) < 0)
		return errno == EINTR;
	for (unsigned int i = 0; i < portals->count; i++) {
		struct portal *portal = &portals->portal[i];

		if (fds[i].revents && portal->state == PORTAL_CONNECTING)
			finish_connecting(portal);
		else if (fds[i].revents && portal->state == PORTAL_LOGGING_IN)
			read_answer(portal, portals->lease);
		enforce_deadline(portals, portal, monotonic_us());
	}
	return true;
}

static struct portal *find_in(struct portals *portals, enum portal_state state)
{
	for (unsigned int i = 0; i < portals->count; i++)
		if (portals->portal[i].state == state)
			return &portals->portal[i];
	return NULL;
}

/* How much a failure tells: what a target says more than that a machine does not answer. */
static int rank(int error)
{
	switch (error) {
	case EACCES:
		return 4;
	case ENOENT:
		return 3;
	case EPROTO:
	case EAGAIN:
	case ELOOP:
		return 2;
	default:
		return 1;
	}
}

bool portals_tells_more(const struct fault *fault, const struct fault *other)
{
	return rank(fault->error) > rank(other->error);
}

static void choose_fault(const struct portals *portals, struct fault *fault)
{
	const struct fault *best = &portals->portal[0].fault;

	for (unsigned int i = 1; i < portals->count; i++)
		if (portals_tells_more(&portals->portal[i].fault, best))
			best = &portals->portal[i].fault;
	*fault = *best;
}

struct portal *portals_log_in(struct portals *portals, struct fault *fault)
{
	struct portal *open;

	do {
		take_turns(portals);
		open = find_in(portals, PORTAL_OPEN);
	} while (!open && handle_events(portals));
	if (!open) {
		choose_fault(portals, fault);
		return NULL;
	}
	for (unsigned int i = 0; i < portals->count; i++)
		if (&portals->portal[i] != open && portals->portal[i].state != PORTAL_FAILED)
			fail(&portals->portal[i]);
	/* The kernel does not look at it, but whoever takes the socket over may. */
	(void)fcntl(open->socket, F_SETFL, 0);
	return open;
}

struct portal *portals_connect(struct portals *portals, struct fault *fault)
{
	struct portal *portal;

	while (!(portal = find_in(portals, PORTAL_CONNECTED)))
		if (!handle_events(portals))
			break;
	if (!portal)
		choose_fault(portals, fault);
	return portal;
}

void portals_refused(struct portal *portal, const struct fault *fault)
{
	portal->fault = *fault;
	fail(portal);
}

void portals_moved(const struct portals *portals, struct portal *portal,
		   const struct iscsi_login *login)
{
	follow(portal, login, portals->lease);
}

void portals_close(struct portals *portals)
{
	for (unsigned int i = 0; i < portals->count; i++)
		if (portals->portal[i].state != PORTAL_FAILED)
			fail(&portals->portal[i]);
	portals->count = 0;
}
