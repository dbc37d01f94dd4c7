// SPDX-License-Identifier: GPL-2.0-only
/*
 * Giving a connection that has logged in to the kernel's iSCSI initiator.
 *
 * The interface has no header among the kernel's exported ones: messages and numbers are those of
 * include/scsi/iscsi_if.h, the same in 6.1 and 6.12. A message is a netlink header and a struct
 * iscsi_uevent; the kernel answers with the same struct, a result at its end, and its own events
 * may come between.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "../sys.h"
#include "../value.h"
#include "iscsi_netlink.h"

#define TRANSPORT_HANDLE "/sys/class/iscsi_transport/tcp/handle"
#define SESSIONS	 "/sys/class/iscsi_session"
#define CONNECTIONS	 "/sys/class/iscsi_connection"

#define CONNECTION_ID 0u
/* As open-iscsi's defaults: node.session.cmds_max and queue_depth. */
#define COMMANDS_MAX 128
#define QUEUE_DEPTH  32
/* A day: a root waits for its server's return rather than fail I/O after two minutes. */
#define REPLACEMENT_TIMEOUT_S 86400
/* No NOP-Outs, which would end a connection because a busy server is slow to answer. */
#define NO_PING 0
/* The kernel answers in the system call itself; this only ends a wait for an answer that got lost.
 */
#define ANSWER_MS 10000

enum uevent_type {
	CREATE_SESSION = 11,
	DESTROY_SESSION = 12,
	CREATE_CONNECTION = 13,
	DESTROY_CONNECTION = 14,
	BIND_CONNECTION = 15,
	SET_PARAM = 16,
	START_CONNECTION = 17,
	STOP_CONNECTION = 18,
	SEND_PDU = 19,
};

/*
 * As a session's creator the kernel notes the netlink address of who asked for it, or -1 when it
 * was a driver. iscsid takes over, as it starts, whatever has not -1.
 */
#define DRIVERS_ADDRESS UINT32_MAX
/* Whoever else creates a session so has that address for a moment. */
#define ADDRESS_TRIES	1000
#define ADDRESS_STEP_MS 10

#define INTERFACE_ERROR 103 /* what an event becomes that the kernel refuses */

#define STOP_FOR_GOOD	 1 /* STOP_CONN_TERM */
#define STOP_FOR_ANOTHER 3 /* STOP_CONN_RECOVER */

#define EVENTS_GROUP 1 /* ISCSI_NL_GRP_ISCSID */

#ifndef SOL_NETLINK
#define SOL_NETLINK 270 /* include/linux/socket.h; klibc's list is older */
#endif

enum param {
	PARAM_MAX_RECEIVE = 0,
	PARAM_MAX_SEND = 1,
	PARAM_HEADER_DIGEST = 2,
	PARAM_DATA_DIGEST = 3,
	PARAM_INITIAL_R2T = 4,
	PARAM_MAX_R2T = 5,
	PARAM_IMMEDIATE_DATA = 6,
	PARAM_FIRST_BURST = 7,
	PARAM_MAX_BURST = 8,
	PARAM_PDU_IN_ORDER = 9,
	PARAM_SEQUENCE_IN_ORDER = 10,
	PARAM_ERROR_RECOVERY = 11,
	PARAM_EXP_STAT_SN = 14,
	PARAM_TARGET_NAME = 15,
	PARAM_PORTAL_GROUP = 16,
	PARAM_PORTAL_ADDRESS = 17,
	PARAM_PORTAL_PORT = 18,
	PARAM_REPLACEMENT_TIMEOUT = 19,
	PARAM_USER = 22,
	PARAM_TARGET_USER = 23,
	PARAM_SECRET = 24,
	PARAM_TARGET_SECRET = 25,
	PARAM_PING_TIMEOUT = 30,
	PARAM_PING_INTERVAL = 31,
	PARAM_INTERFACE_NAME = 32,
	PARAM_ISID = 33,
	PARAM_INITIATOR_NAME = 34,
};

struct uevent {
	uint32_t type;
	int32_t error; /* with INTERFACE_ERROR: a negative errno */
	uint64_t transport;
	union {
		struct {
			uint32_t initial_cmd_sn;
			uint16_t commands_max, queue_depth;
		} create_session;
		/* For create, destroy, start; destroy session has the first field alone. */
		struct {
			uint32_t session, connection;
		} connection;
		struct {
			uint32_t session, connection;
			uint64_t socket; /* this process's descriptor */
			uint32_t is_leading;
		} bind;
		struct {
			uint32_t session, connection;
			uint32_t param;
			uint32_t length; /* of the text behind the struct, with its NUL */
		} set;
		struct {
			uint32_t session, connection;
			uint64_t handle;
			uint32_t flag;
		} stop;
		struct {
			uint32_t session, connection;
			uint32_t header_length, data_length; /* of what is behind the struct */
		} send;
		uint64_t room[3];
	} u;
	union {
		int32_t result; /* 0 or a negative errno */
		struct {
			uint32_t session, host;
		} created;
		struct {
			uint32_t session, connection;
		} told; /* by an event */
		uint64_t room[2];
	} r;
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct uevent) == 56, "the size of the kernel's struct iscsi_uevent");

struct message {
	struct nlmsghdr header;
	struct uevent event;
	char text[512]; /* of a parameter: secrets and names have 255 bytes at most */
};

/* The kernel complains on the console about each of its own events that nobody listens to. */
static int open_netlink(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = EVENTS_GROUP };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ISCSI);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd < 0 ? -errno : fd;
}

int iscsi_kernel_open(struct iscsi_kernel *kernel, struct fault *fault)
{
	char handle[32];

	kernel->netlink = -1;
	kernel->replacement_timeout_s = REPLACEMENT_TIMEOUT_S;
	kernel->ping_timeout_s = kernel->ping_interval_s = NO_PING;
	kernel->queue_depth = QUEUE_DEPTH;
	kernel->is_not_iscsids = false;
	if (file_read(TRANSPORT_HANDLE, handle, sizeof(handle)) > 0) {
		kernel->transport = strtoull(handle, NULL, 10);
		kernel->netlink = open_netlink();
		if (kernel->netlink >= 0)
			return 0;
	}
	return fault_set(fault, kernel->netlink < -1 ? kernel->netlink : -ENODEV,
			 "reach the kernel's iSCSI initiator", "iscsi_tcp",
			 "its modules are missing or failed to load: build the initrd --with iscsi "
			 "for this kernel");
}

void iscsi_kernel_close(struct iscsi_kernel *kernel)
{
	if (kernel->netlink >= 0)
		close(kernel->netlink);
	kernel->netlink = -1;
}

/* Wait for the answer to @type, which takes the message's place. */
static int receive(const struct iscsi_kernel *kernel, uint32_t type, struct message *message)
{
	struct pollfd fd = { kernel->netlink, POLLIN, 0 };

	while (poll(&fd, 1, ANSWER_MS) > 0) {
		ssize_t got = recv(kernel->netlink, message, sizeof(*message), 0);

		if (got < 0)
			return -errno;
		if ((size_t)got < sizeof(message->header))
			return -EBADMSG;
		if (message->header.nlmsg_type == NLMSG_ERROR)
			return -EOPNOTSUPP;
		if ((size_t)got < sizeof(message->header) + sizeof(message->event) ||
		    message->header.nlmsg_type != type)
			continue;
		if (message->event.type == INTERFACE_ERROR)
			return message->event.error < 0 ? message->event.error : -EIO;
		return 0;
	}
	return -ETIMEDOUT;
}

/* Send @message, with @text_bytes behind the event, and take the answer in its place. */
static int call(const struct iscsi_kernel *kernel, struct message *message, uint32_t type,
		size_t text_bytes)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	size_t length = sizeof(message->header) + sizeof(message->event) + text_bytes;

	message->header = (struct nlmsghdr){ .nlmsg_len = (uint32_t)length,
					     .nlmsg_type = (uint16_t)type,
					     .nlmsg_flags = NLM_F_REQUEST };
	message->event.type = type;
	message->event.transport = kernel->transport;
	if (sendto(kernel->netlink, message, length, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return receive(kernel, type, message);
}

/* A call whose answer is nothing but a result. */
static int call_for_result(const struct iscsi_kernel *kernel, struct message *message,
			   uint32_t type, size_t text_bytes)
{
	int error = call(kernel, message, type, text_bytes);

	return error ? error : message->event.r.result;
}

/* Events are for the other socket. */
static int open_at_drivers_address(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_pid = DRIVERS_ADDRESS };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ISCSI);

	for (int tries = 0; fd >= 0; tries++) {
		int error;

		if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
			return fd;
		error = -errno;
		if (error != -EADDRINUSE || tries == ADDRESS_TRIES) {
			close(fd);
			return error;
		}
		(void)poll(NULL, 0, ADDRESS_STEP_MS);
	}
	return -errno;
}

static int create_session(const struct iscsi_kernel *kernel, uint32_t cmd_sn,
			  struct iscsi_session *session)
{
	struct message message = { 0 };
	struct iscsi_kernel asking = *kernel;
	int error;

	if (kernel->is_not_iscsids)
		asking.netlink = open_at_drivers_address();
	if (asking.netlink < 0)
		return asking.netlink;
	message.event.u.create_session.initial_cmd_sn = cmd_sn;
	message.event.u.create_session.commands_max = COMMANDS_MAX;
	message.event.u.create_session.queue_depth = kernel->queue_depth;
	error = call(&asking, &message, CREATE_SESSION, 0);
	if (kernel->is_not_iscsids)
		close(asking.netlink);
	session->id = message.event.r.created.session;
	session->host = message.event.r.created.host;
	return error;
}

static int call_connection(const struct iscsi_kernel *kernel, uint32_t session, uint32_t type)
{
	struct message message = { 0 };

	message.event.u.connection.session = session;
	message.event.u.connection.connection = CONNECTION_ID;
	/* Its answer is the connection's identity, not a result. */
	return type == CREATE_CONNECTION ? call(kernel, &message, type, 0)
					 : call_for_result(kernel, &message, type, 0);
}

static int bind_socket(const struct iscsi_kernel *kernel, uint32_t session, int socket)
{
	struct message message = { 0 };

	message.event.u.bind.session = session;
	message.event.u.bind.connection = CONNECTION_ID;
	message.event.u.bind.socket = (uint64_t)socket;
	message.event.u.bind.is_leading = 1;
	return call_for_result(kernel, &message, BIND_CONNECTION, 0);
}

static int set_text(const struct iscsi_kernel *kernel, uint32_t session, enum param param,
		    const char *text)
{
	struct message message = { 0 };
	size_t length = strlen(text) + 1;

	if (length > sizeof(message.text))
		return -E2BIG;
	message.event.u.set.session = session;
	message.event.u.set.connection = CONNECTION_ID;
	message.event.u.set.param = param;
	message.event.u.set.length = (uint32_t)length;
	memcpy(message.text, text, length);
	return call_for_result(kernel, &message, SET_PARAM, length);
}

static int set_number(const struct iscsi_kernel *kernel, uint32_t session, enum param param,
		      uint32_t value)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", value);
	return set_text(kernel, session, param, text);
}

static int set_numbers(const struct iscsi_kernel *kernel, uint32_t session,
		       const struct iscsi_login *login, uint16_t port)
{
	const struct {
		enum param param;
		uint32_t value;
	} numbers[] = {
		{ PARAM_MAX_RECEIVE, ISCSI_OUR_MAX_RECEIVE },
		{ PARAM_MAX_SEND, login->value[ISCSI_MAX_RECEIVE] },
		{ PARAM_HEADER_DIGEST, login->value[ISCSI_HEADER_DIGEST] },
		{ PARAM_DATA_DIGEST, login->value[ISCSI_DATA_DIGEST] },
		{ PARAM_INITIAL_R2T, login->value[ISCSI_INITIAL_R2T] },
		{ PARAM_MAX_R2T, login->value[ISCSI_MAX_R2T] },
		{ PARAM_IMMEDIATE_DATA, login->value[ISCSI_IMMEDIATE_DATA] },
		{ PARAM_FIRST_BURST, login->value[ISCSI_FIRST_BURST] },
		{ PARAM_MAX_BURST, login->value[ISCSI_MAX_BURST] },
		{ PARAM_PDU_IN_ORDER, login->value[ISCSI_PDU_IN_ORDER] },
		{ PARAM_SEQUENCE_IN_ORDER, login->value[ISCSI_SEQUENCE_IN_ORDER] },
		{ PARAM_ERROR_RECOVERY, login->value[ISCSI_ERROR_RECOVERY] },
		{ PARAM_EXP_STAT_SN, login->exp_stat_sn },
		{ PARAM_PORTAL_GROUP, login->portal_group },
		{ PARAM_PORTAL_PORT, port },
		{ PARAM_REPLACEMENT_TIMEOUT, kernel->replacement_timeout_s },
		{ PARAM_PING_TIMEOUT, kernel->ping_timeout_s },
		{ PARAM_PING_INTERVAL, kernel->ping_interval_s },
	};
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		error = set_number(kernel, session, numbers[i].param, numbers[i].value);
	return error;
}

/* The kernel needs none of these; iscsid finds them in sysfs when it takes the session over. */
static int set_texts(const struct iscsi_kernel *kernel, uint32_t session,
		     const struct iscsi_login *login, const struct iscsi_target *target,
		     const char *address)
{
	const uint8_t *isid = login->config->isid;
	char isid_text[13];
	const struct {
		enum param param;
		const char *text;
	} texts[] = {
		{ PARAM_TARGET_NAME, target->name },
		{ PARAM_PORTAL_ADDRESS, address },
		{ PARAM_INITIATOR_NAME, login->config->initiator },
		{ PARAM_INTERFACE_NAME, "default" }, /* open-iscsi's, that binds to none */
		{ PARAM_ISID, isid_text },
		{ PARAM_USER, target->initiator.user },
		{ PARAM_SECRET, target->initiator.secret },
		{ PARAM_TARGET_USER, target->target.user },
		{ PARAM_TARGET_SECRET, target->target.secret },
	};
	int error = 0;

	snprintf(isid_text, sizeof(isid_text), "%02x%02x%02x%02x%02x%02x", isid[0], isid[1],
		 isid[2], isid[3], isid[4], isid[5]);
	for (size_t i = 0; !error && i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].text[0])
			error = set_text(kernel, session, texts[i].param, texts[i].text);
		if (error == -ENOSYS) /* this kernel does not keep it */
			error = 0;
	}
	return error;
}

static int refuse(const struct iscsi_login *login, int error, const char *step, struct fault *fault)
{
	char doing[sizeof(fault->doing)];

	snprintf(doing, sizeof(doing), "give the iSCSI connection to the kernel (%s)", step);
	return fault_set(fault, error, doing, login->config->peer, NULL);
}

int iscsi_kernel_start(struct iscsi_kernel *kernel, int socket, const struct iscsi_login *login,
		       const struct iscsi_target *target, const char *address, uint16_t port,
		       struct iscsi_session *session, struct fault *fault)
{
	const char *step = "create the session";
	int error = create_session(kernel, login->cmd_sn, session);

	if (error)
		return refuse(login, error, step, fault);
	step = "create the connection";
	error = call_connection(kernel, session->id, CREATE_CONNECTION);
	if (!error) {
		step = "bind the socket";
		error = bind_socket(kernel, session->id, socket);
	}
	if (!error) {
		step = "set what was negotiated";
		error = set_numbers(kernel, session->id, login, port);
	}
	if (!error)
		error = set_texts(kernel, session->id, login, target, address);
	if (!error) {
		step = "start";
		error = call_connection(kernel, session->id, START_CONNECTION);
	}
	if (!error)
		return 0;
	iscsi_kernel_destroy(kernel, session);
	return refuse(login, error, step, fault);
}

/* Each step may find nothing: a session may be at any stage. */
void iscsi_kernel_destroy(struct iscsi_kernel *kernel, const struct iscsi_session *session)
{
	struct message message = { 0 };

	message.event.u.stop.session = session->id;
	message.event.u.stop.connection = CONNECTION_ID;
	message.event.u.stop.flag = STOP_FOR_GOOD;
	(void)call_for_result(kernel, &message, STOP_CONNECTION, 0);
	(void)call_connection(kernel, session->id, DESTROY_CONNECTION);
	(void)call_connection(kernel, session->id, DESTROY_SESSION);
}

static bool is_memory(uint32_t id)
{
	char path[64], name[256];

	snprintf(path, sizeof(path), SESSIONS "/session%u/targetname", id);
	return file_read_line(path, name, sizeof(name)) &&
	       strncmp(name, ISCSI_MEMORY_PREFIX, strlen(ISCSI_MEMORY_PREFIX)) == 0;
}

void iscsi_kernel_destroy_all(struct iscsi_kernel *kernel)
{
	DIR *directory = opendir(SESSIONS);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		struct iscsi_session session = { 0 };

		if (strncmp(entry->d_name, "session", strlen("session")) != 0)
			continue;
		session.id = (uint32_t)strtoul(entry->d_name + strlen("session"), NULL, 10);
		if (!is_memory(session.id))
			iscsi_kernel_destroy(kernel, &session);
	}
	if (directory)
		closedir(directory);
}

/* A session's entry is a link that leads through its host: …/host2/session1/…. */
static bool find_host(uint32_t id, uint32_t *host)
{
	char path[64], target[256];
	const char *found;
	ssize_t length;

	snprintf(path, sizeof(path), SESSIONS "/session%u", id);
	length = readlink(path, target, sizeof(target) - 1);
	target[length > 0 ? length : 0] = '\0';
	found = strstr(target, "/host");
	if (!found)
		return false;
	*host = (uint32_t)strtoul(found + strlen("/host"), NULL, 10);
	return true;
}

static bool find_portal(uint32_t id, uint32_t *address, char portal[static 24])
{
	char path[96], text[IPV4_TEXT_BYTES + 1], port[8];

	snprintf(path, sizeof(path), CONNECTIONS "/connection%u:%u/address", id, CONNECTION_ID);
	if (!file_read_line(path, text, sizeof(text)) || !value_ipv4(text, address))
		return false;
	snprintf(path, sizeof(path), CONNECTIONS "/connection%u:%u/port", id, CONNECTION_ID);
	if (!file_read_line(path, port, sizeof(port)))
		return false;
	snprintf(portal, 24, "%s:%s", text, port);
	return true;
}

static bool is_session_with(const char *entry, const char *name, uint32_t *id)
{
	char path[64], found[256];

	if (strncmp(entry, "session", strlen("session")) != 0)
		return false;
	*id = (uint32_t)strtoul(entry + strlen("session"), NULL, 10);
	snprintf(path, sizeof(path), SESSIONS "/session%u/targetname", *id);
	return file_read_line(path, found, sizeof(found)) && strcmp(found, name) == 0;
}

bool iscsi_kernel_find(const char *name, struct iscsi_session *session, uint32_t *address,
		       char portal[24])
{
	DIR *directory = opendir(SESSIONS);
	struct dirent *entry;
	bool found = false;

	while (directory && !found && (entry = readdir(directory)))
		found = is_session_with(entry->d_name, name, &session->id) &&
			find_host(session->id, &session->host) &&
			(!address || find_portal(session->id, address, portal));
	if (directory)
		closedir(directory);
	return found;
}

/* --- another connection for a session ------------------------------------------------------------
 */

/* A PDU on its way to the kernel or from it. */
struct pdu_message {
	struct nlmsghdr header;
	struct uevent event;
	uint8_t pdu[ISCSI_BHS_BYTES + ISCSI_LOGIN_DATA_BYTES];
};

_Static_assert(sizeof(struct pdu_message) == sizeof(struct nlmsghdr) + sizeof(struct uevent) +
						     ISCSI_BHS_BYTES + ISCSI_LOGIN_DATA_BYTES,
	       "a message has no padding");

int iscsi_kernel_listen(const struct iscsi_kernel *kernel)
{
	const int group = EVENTS_GROUP;
	int events = open_netlink();

	/* What nobody reads would fill up the socket, until there is no room for an answer. */
	if (events >= 0 && setsockopt(kernel->netlink, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group,
				      sizeof(group)) < 0) {
		int error = -errno;

		close(events);
		return error;
	}
	return events;
}

int iscsi_kernel_event(int events, struct iscsi_event *event)
{
	const size_t prefix = offsetof(struct pdu_message, pdu);
	struct pdu_message message;
	ssize_t got = recv(events, &message, sizeof(message), MSG_DONTWAIT);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	event->type = ISCSI_EVENT_OTHER;
	event->pdu_length = 0;
	/* The kernel's own events have no type in the header. */
	if ((size_t)got < prefix || message.header.nlmsg_type)
		return 1;
	if (message.event.type == ISCSI_EVENT_PDU || message.event.type == ISCSI_EVENT_BROKEN)
		event->type = (enum iscsi_event_type)message.event.type;
	event->session = message.event.r.told.session;
	event->pdu_length = (size_t)got - prefix;
	memcpy(event->pdu, message.pdu, event->pdu_length);
	return 1;
}

int iscsi_kernel_stop(const struct iscsi_kernel *kernel, uint32_t session)
{
	struct message message = { 0 };

	message.event.u.stop.session = session;
	message.event.u.stop.connection = CONNECTION_ID;
	message.event.u.stop.flag = STOP_FOR_ANOTHER;
	return call_for_result(kernel, &message, STOP_CONNECTION, 0);
}

int iscsi_kernel_bind(const struct iscsi_kernel *kernel, uint32_t session, int socket)
{
	return bind_socket(kernel, session, socket);
}

int iscsi_kernel_send(const struct iscsi_kernel *kernel, uint32_t session,
		      const struct iscsi_login *login)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct pdu_message out = { 0 };
	struct message answer;
	size_t length = offsetof(struct pdu_message, pdu) + login->out_length;
	int error;

	out.header = (struct nlmsghdr){ .nlmsg_len = (uint32_t)length,
					.nlmsg_type = SEND_PDU,
					.nlmsg_flags = NLM_F_REQUEST };
	out.event.type = SEND_PDU;
	out.event.transport = kernel->transport;
	out.event.u.send.session = session;
	out.event.u.send.connection = CONNECTION_ID;
	out.event.u.send.header_length = ISCSI_BHS_BYTES;
	/* The header's; the kernel pads. */
	out.event.u.send.data_length =
		(uint32_t)login->out[5] << 16 | (uint32_t)login->out[6] << 8 | login->out[7];
	memcpy(out.pdu, login->out, login->out_length);
	if (sendto(kernel->netlink, &out, length, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	error = receive(kernel, SEND_PDU, &answer);
	return error ? error : answer.event.r.result;
}

int iscsi_kernel_go_on(const struct iscsi_kernel *kernel, uint32_t session,
		       const struct iscsi_login *login, uint16_t port)
{
	int error = set_numbers(kernel, session, login, port);

	return error ? error : call_connection(kernel, session, START_CONNECTION);
}
