// SPDX-License-Identifier: GPL-2.0-only
/*
 * Logging in again for a session of the kernel's; relogin.h has the contract.
 *
 * Two who mend the same session would bind two sockets to it, of which the kernel then never lets
 * one go. iscsid has a name, the abstract address of its socket, from before it looks at any
 * session until it ends: who has that name may touch sessions. So it is taken here for the moment
 * in which a session is, and an iscsid that starts in just that moment fails and has to be started
 * again, as its unit is.
 */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../sys.h"
#include "../value.h"
#include "chap.h"
#include "record.h"
#include "relogin.h"
#include "sysfs.h"

#define ISCSIDS_NAME "ISCSIADM_ABSTRACT_NAMESPACE"
/* As for the first login. */
#define LOGIN_US 15000000ull

/* --- iscsid's name ------------------------------------------------------------------------------
 */

/* A descriptor that has the name until it is closed, or a negative errno: -EADDRINUSE. */
static int take_name(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(ISCSIDS_NAME);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path + 1, ISCSIDS_NAME, length);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address,
			    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd < 0 ? -errno : fd;
}

bool relogin_is_iscsids(void)
{
	int name = take_name();

	if (name >= 0)
		close(name);
	return name == -EADDRINUSE;
}

/* --- what the kernel knows ----------------------------------------------------------------------
 */

/*
 * A time of the session's: somebody may have set another than the first login did. "off" is a
 * number below 0 for the kernel.
 */
static void read_time(const char *directory, const char *name, uint32_t *seconds)
{
	char value[16];

	if (sysfs_value(directory, name, value, sizeof(value)))
		*seconds =
			strcmp(value, "off") == 0 ? UINT32_MAX : (uint32_t)strtoul(value, NULL, 10);
}

static void read_accounts(struct relogin *relogin)
{
	struct iscsi_login_config *config = &relogin->config;
	const struct {
		const char *name;
		char *value;
		const char **to;
	} texts[] = {
		{ "username", relogin->own.user, &config->user },
		{ "password", relogin->own.secret, &config->secret },
		{ "username_in", relogin->theirs.user, &config->target_user },
		{ "password_in", relogin->theirs.secret, &config->target_secret },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!sysfs_value(relogin->directory, texts[i].name, texts[i].value,
				 ISCSI_SECRET_BYTES))
			texts[i].value[0] = '\0';
		*texts[i].to = texts[i].value;
	}
}

static bool read_names(struct relogin *relogin)
{
	struct iscsi_target *target = &relogin->target;

	memset(target, 0, sizeof(*target));
	target->port = (uint16_t)sysfs_number(relogin->connection, "persistent_port");
	return sysfs_value(relogin->directory, "targetname", target->name, sizeof(target->name)) &&
	       sysfs_value(relogin->directory, "initiatorname", relogin->initiator,
			   sizeof(relogin->initiator)) &&
	       sysfs_value(relogin->connection, "persistent_address", target->server,
			   sizeof(target->server));
}

static int prepare(struct relogin *relogin, struct fault *fault)
{
	const struct relogin_settings *settings = &relogin->settings;
	struct iscsi_login_config *config = &relogin->config;
	struct iscsi_kernel *kernel = &relogin->kernel;

	snprintf(relogin->directory, sizeof(relogin->directory), RELOGIN_SESSION, relogin->session);
	snprintf(relogin->connection, sizeof(relogin->connection), RELOGIN_CONNECTION,
		 relogin->session);
	memset(config, 0, sizeof(*config));
	if (!read_names(relogin))
		return fault_set(fault, ENOENT, "read of the iSCSI session", relogin->directory,
				 NULL);
	read_accounts(relogin);
	config->initiator = relogin->initiator;
	config->target = relogin->target.name;
	config->header_digest = settings->header_digest;
	config->data_digest = settings->data_digest;
	config->algorithms = settings->algorithms;
	memcpy(config->order, settings->order, sizeof(config->order));
	config->digest = chap_kernel_digest;
	if (relogin->isid)
		memcpy(config->isid, relogin->isid, sizeof(config->isid));
	else
		iscsi_session_isid(relogin->session, config->isid);
	read_time(relogin->directory, "recovery_tmo", &kernel->replacement_timeout_s);
	read_time(relogin->connection, "ping_tmo", &kernel->ping_timeout_s);
	read_time(relogin->connection, "recv_tmo", &kernel->ping_interval_s);
	/* A challenge that nobody can foresee: all that makes the target's answer a proof. */
	if (read(relogin->random, config->challenge, sizeof(config->challenge)) !=
		    sizeof(config->challenge) ||
	    read(relogin->random, &config->chap_id, 1) != 1)
		return fault_set(fault, EIO, "draw a random challenge", "/dev/urandom", NULL);
	return 0;
}

static bool is_there(const struct portals *portals, const struct iscsi_target *target)
{
	for (unsigned int i = 0; i < portals->count; i++)
		if (portals->portal[i].target.port == target->port &&
		    strcmp(portals->portal[i].target.server, target->server) == 0)
			return true;
	return false;
}

/* The one that the session has first: the others' servers may have to be resolved. */
static void add_portals(struct relogin *relogin)
{
	const struct relogin_settings *settings = &relogin->settings;

	portals_init(&relogin->portals, &settings->lease, monotonic_us() + relogin->try_us);
	portals_add(&relogin->portals, &relogin->target, &relogin->config);
	for (unsigned int i = 0; i < settings->portal_count; i++)
		if (strcmp(settings->portals[i].name, relogin->target.name) == 0 &&
		    relogin->portals.count < ISCSI_TARGETS_MAX &&
		    !is_there(&relogin->portals, &settings->portals[i]))
			portals_add(&relogin->portals, &settings->portals[i], &relogin->config);
}

/* --- the login ----------------------------------------------------------------------------------
 */

/* Wait for the answer to what was sent. What other sessions' events tell, sysfs shows, too. */
static int await_answer(struct relogin *relogin, uint64_t deadline_us)
{
	struct pollfd fd = { relogin->events, POLLIN, 0 };
	uint64_t now_us;

	while ((now_us = monotonic_us()) < deadline_us) {
		int got;

		(void)poll(&fd, 1, (int)((deadline_us - now_us + 999) / 1000));
		got = iscsi_kernel_event(relogin->events, &relogin->event);
		if (got < 0)
			return got;
		if (!got || relogin->event.session != relogin->session)
			continue;
		if (relogin->event.type == ISCSI_EVENT_PDU)
			return 0;
		if (relogin->event.type == ISCSI_EVENT_BROKEN)
			return -ECONNRESET;
	}
	return -ETIMEDOUT;
}

/* What has been told so far is of the connection before this one. */
static void drop_events(struct relogin *relogin)
{
	int got;

	do {
		got = iscsi_kernel_event(relogin->events, &relogin->event);
	} while (got > 0 || got == -ENOBUFS);
}

static int converse(struct relogin *relogin, const char *peer, struct fault *fault)
{
	const uint64_t deadline_us = monotonic_us() + LOGIN_US;
	struct iscsi_login *login = &relogin->login;
	int state = ISCSI_LOGIN_SEND;

	while (state == ISCSI_LOGIN_SEND) {
		int error = iscsi_kernel_send(&relogin->kernel, relogin->session, login);

		if (!error)
			error = await_answer(relogin, deadline_us);
		if (error)
			return fault_set(fault, error, "log in to iSCSI target", peer,
					 error == -ECONNRESET ? "the target closed the connection"
							      : NULL);
		state = iscsi_login_received_pdu(login, relogin->event.pdu,
						 relogin->event.pdu_length, fault);
	}
	return state;
}

/* Nobody else must be at it. Returns as iscsi_login_received_pdu(). */
static int log_in(struct relogin *relogin, struct portal *portal, struct fault *fault)
{
	const struct iscsi_kernel *kernel = &relogin->kernel;
	struct iscsi_login *login = &relogin->login;
	int state, error = iscsi_kernel_stop(kernel, relogin->session);

	if (!error) {
		drop_events(relogin);
		error = iscsi_kernel_bind(kernel, relogin->session, portal->socket);
	}
	if (error)
		return fault_set(fault, error, "give another connection to the kernel",
				 portal->peer, NULL);
	iscsi_login_start(login, &portal->config);
	state = converse(relogin, portal->peer, fault);
	if (state == ISCSI_LOGIN_DONE) {
		/* iscsid looks its record up by the group and the port of the first login. */
		login->portal_group = (uint16_t)sysfs_number(relogin->directory, "tpgt");
		error = iscsi_kernel_go_on(kernel, relogin->session, login, relogin->target.port);
		if (error)
			state = fault_set(fault, error, "go on with another connection",
					  portal->peer, NULL);
	}
	if (state != ISCSI_LOGIN_DONE)
		(void)iscsi_kernel_stop(kernel, relogin->session);
	return state;
}

/* Returns 0 when it is done there, 1 when another portal is to be asked for, or -EBUSY. */
static int try_portal(struct relogin *relogin, struct portal *portal)
{
	struct fault fault = { 0 };
	/* A session with an ISID of its own is none that iscsid would look after. */
	const bool is_iscsids = !relogin->isid;
	int state, name = is_iscsids ? take_name() : -1;

	if (is_iscsids && name == -EADDRINUSE)
		return -EBUSY;
	state = is_iscsids && name < 0
			? fault_set(&fault, name, "keep iscsid away from the session",
				    relogin->directory, NULL)
			: log_in(relogin, portal, &fault);
	if (name >= 0)
		close(name);
	if (state == ISCSI_LOGIN_DONE)
		return 0;
	if (state == ISCSI_LOGIN_MOVED)
		portals_moved(&relogin->portals, portal, &relogin->login);
	else
		portals_refused(portal, &fault);
	return 1;
}

static void wipe(struct relogin *relogin)
{
	memset(&relogin->own, 0, sizeof(relogin->own));
	memset(&relogin->theirs, 0, sizeof(relogin->theirs));
	memset(&relogin->config, 0, sizeof(relogin->config));
	memset(&relogin->login, 0, sizeof(relogin->login));
	memset(&relogin->event, 0, sizeof(relogin->event));
}

int relogin(struct relogin *relogin, uint32_t session, char portal[static 24], struct fault *fault)
{
	struct portal *connected;
	int result;

	relogin->session = session;
	result = prepare(relogin, fault);
	if (!result) {
		add_portals(relogin);
		do {
			connected = portals_connect(&relogin->portals, fault);
			result = connected ? try_portal(relogin, connected) : -fault->error;
		} while (result > 0);
		if (!result)
			strcpy(portal, connected->text);
		portals_close(&relogin->portals);
	}
	wipe(relogin);
	return result;
}
