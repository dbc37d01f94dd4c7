// SPDX-License-Identifier: GPL-2.0-only
/* Serves the line protocol. See line_server.h. */
#include "userspace/wirerootd/memory/line_server.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "userspace/wirerootd/memory/message.h"

#define SOCKET_EVENT LINE_CLIENTS_MAX

/* --- clients ---------------------------------------------------------------------------------- */

static void hang_up(struct line_server *server, struct line_client *client)
{
	struct brokerage *brokerage = &server->memory->brokerage;
	struct grant *grant = NULL;

	/* Whoever waited for it has gone. */
	if (client->try.id)
		grant = brokerage_find_grant(brokerage, client->try.id);
	client->try.id = 0;
	if (grant && grant->state == GRANT_OFFERED)
		brokerage_give_up(brokerage, grant, memory_now_ms());
	close(client->fd);
	client->fd = -1;
}

/* The answer; a line fits the socket's buffer, or the client would not be reading at all. */
__attribute__((format(printf, 3, 4))) static void say(struct line_server *server,
						      struct line_client *client,
						      const char *format, ...)
{
	char line[LINE_BYTES_MAX];
	va_list values;
	size_t length;

	va_start(values, format);
	vsnprintf(line, sizeof(line), format, values);
	va_end(values);
	log_line(server->memory->log, LOG_LEVEL_INFO, "%s by the line protocol: %.*s: %s",
		 client->peer, (int)client->used, client->line, line);
	length = strlen(line);
	line[length++] = '\n'; /* instead of the NUL */
	if (send(client->fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_line(server->memory->log, LOG_LEVEL_INFO, "%s took no answer: %s", client->peer,
			 strerror(errno));
	hang_up(server, client);
}

static void say_grant(struct line_server *server, struct line_client *client,
		      const struct grant *grant)
{
	char iqn[BROKERAGE_IQN_BYTES];

	client->try.id = 0;
	say(server, client, "ok,%s,%s", grant->lender->lender.address, brokerage_iqn(grant, iqn));
}

static struct member *find_member(const struct line_server *server, const char *address)
{
	const struct brokerage *brokerage = &server->memory->brokerage;

	for (size_t i = 0; i < brokerage->member_count; i++) {
		struct member *member = brokerage->members[i];

		if (member->is_member && !strcmp(member->rules.address, address))
			return member;
	}
	return NULL;
}

/* --- asking ----------------------------------------------------------------------------------- */

/* The first 16 characters of the base64url of HMAC-SHA256(token, what). */
static void derive(const char *token, const char *what, char secret[static BROKERAGE_SECRET_BYTES])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(sizeof(mac), sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)token, strlen(token));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)what, strlen(what));
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_bin2base64(text, sizeof(text), mac, sizeof(mac),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	snprintf(secret, BROKERAGE_SECRET_BYTES, "%.16s", text);
	sodium_memzero(mac, sizeof(mac));
	sodium_memzero(text, sizeof(text));
}

static bool prepare(const struct line_server *server, struct line_client *client,
		    const struct member *member)
{
	struct brokerage_ask *ask = &client->try.ask;
	char part[HOST_NAME_LENGTH + 1];
	const char *token = tokens_of(&server->memory->tokens, member->rules.name);

	if (!token)
		return false;
	ask->by_line = true;
	snprintf(ask->address, sizeof(ask->address), "%s", client->peer);
	/* The line does not say it; tgt goes by the address. */
	snprintf(ask->initiator, sizeof(ask->initiator), "iqn.2026-11.org.wireroot:line.%s",
		 value_iscsi_part(member->rules.name, part));
	derive(token, "line", ask->secret);
	derive(token, "line-in", ask->secret_in);
	snprintf(client->try.borrower, sizeof(client->try.borrower), "%s", member->rules.name);
	return true;
}

static const char *reason(int error)
{
	switch (-error) {
	case EBUSY:
		return "you lend memory yourself";
	case EDQUOT:
		return "you would have more than your limit";
	case ENOSPC:
		return "no lender has so much to spare";
	default:
		return "the broker is out of memory";
	}
}

/* Without a size, what there is will do. */
static int offer(struct line_server *server, struct line_client *client, struct member *borrower,
		 bool may_be_less)
{
	struct memory_try *try = &client->try;
	struct brokerage *brokerage = &server->memory->brokerage;
	struct grant *grant;
	uint64_t largest;
	int error = brokerage_offer(brokerage, borrower, &try->ask, try->tried, try->tried_count,
				    memory_now_ms(), &grant, &largest);

	largest &= ~(MESSAGE_GRANT_MINIMUM - 1);
	if (error == -ENOSPC && may_be_less && largest && largest < try->ask.bytes) {
		try->ask.bytes = largest;
		error = brokerage_offer(brokerage, borrower, &try->ask, try->tried,
					try->tried_count, memory_now_ms(), &grant, &largest);
	}
	if (error)
		return error;
	try->id = grant->id;
	try->tried[try->tried_count++] = grant->lender;
	return 0;
}

static void take_want(struct line_server *server, struct line_client *client,
		      const struct line_request *request)
{
	struct member *member = find_member(server, client->peer);
	int error;

	if (!member || !member->rules.may_borrow || !prepare(server, client, member)) {
		say(server, client, "no,%s is the address of no member that may borrow",
		    client->peer);
		return;
	}
	client->try.ask.bytes = request->bytes;
	error = offer(server, client, member, !request->has_size);
	if (error)
		say(server, client, "no,%s", reason(error));
}

static void take_return(struct line_server *server, struct line_client *client,
			const struct line_request *request)
{
	struct brokerage *brokerage = &server->memory->brokerage;
	struct grant *grant = brokerage_find_grant(brokerage, request->id);
	char iqn[BROKERAGE_IQN_BYTES], address[BROKERAGE_ADDRESS_BYTES];

	if (!grant || !grant->by_line || grant->borrower != find_member(server, client->peer)) {
		say(server, client, "no,this is no grant of yours");
		return;
	}
	brokerage_iqn(grant, iqn);
	memcpy(address, grant->lender->lender.address, sizeof(address));
	brokerage_give_up(brokerage, grant, memory_now_ms());
	say(server, client, "ok,%s,%s", address, iqn);
}

static void take_line(struct line_server *server, struct line_client *client, size_t length)
{
	struct line_request request;
	const char *why;

	client->used = length;
	if (line_parse(client->line, length, &request, &why))
		say(server, client, "no,%s", why);
	else if (request.is_return)
		take_return(server, client, &request);
	else
		take_want(server, client, &request);
}

/* Is the grant there that it waits for? */
static void look_again(struct line_server *server, struct line_client *client)
{
	struct memory_try *try = &client->try;
	const struct grant *grant = brokerage_find_grant(&server->memory->brokerage, try->id);
	struct member *borrower;
	int error = -ENOSPC;

	if (grant && grant->state == GRANT_OFFERED)
		return;
	if (grant && grant_is_lent(grant->state)) {
		say_grant(server, client, grant);
		return;
	}
	try->id = 0;
	borrower = find_member(server, client->peer);
	if (borrower && try->tried_count < MEMORY_TRIES_MAX)
		error = offer(server, client, borrower, false);
	if (error)
		say(server, client, "no,%s", reason(error));
}

/* --- sockets ---------------------------------------------------------------------------------- */

static void watch(const struct line_server *server, int fd, uint32_t number)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = number };

	epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void take_client(struct line_server *server)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	int fd = accept4(server->socket, (struct sockaddr *)&address, &length,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	for (uint32_t i = 0; i < LINE_CLIENTS_MAX; i++) {
		struct line_client *client = &server->clients[i];

		if (client->fd >= 0)
			continue;
		*client = (struct line_client){ .fd = fd,
						.until_ms = memory_now_ms() + LINE_CLIENT_MS };
		address_text((struct sockaddr *)&address, client->peer);
		watch(server, fd, i);
		return;
	}
	close(fd);
}

static void read_client(struct line_server *server, struct line_client *client)
{
	ssize_t count = recv(client->fd, client->line + client->used,
			     sizeof(client->line) - client->used, 0);
	const char *end;

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* Behind its line a client has nothing more to say but that it goes. */
	if (count <= 0 || client->try.id) {
		hang_up(server, client);
		return;
	}
	client->used += (size_t)count;
	end = memchr(client->line, '\n', client->used);
	if (end)
		take_line(server, client, (size_t)(end - client->line));
	else if (client->used == sizeof(client->line))
		take_line(server, client, client->used);
}

static void run_events(struct line_server *server)
{
	struct epoll_event events[LINE_CLIENTS_MAX + 1];
	int count = epoll_wait(server->epoll, events, LINE_CLIENTS_MAX + 1, 0);

	for (int i = 0; i < count; i++) {
		uint32_t number = events[i].data.u32;

		if (number == SOCKET_EVENT)
			take_client(server);
		else if (server->clients[number].fd >= 0)
			read_client(server, &server->clients[number]);
	}
}

void line_server_run(struct line_server *server)
{
	int64_t now_ms = memory_now_ms();
	bool has_moved = server->has_moved;

	server->has_moved = false;
	run_events(server);
	for (size_t i = 0; i < LINE_CLIENTS_MAX; i++) {
		struct line_client *client = &server->clients[i];

		if (client->fd >= 0 && client->try.id && has_moved)
			look_again(server, client);
		if (client->fd >= 0 && client->until_ms <= now_ms)
			say(server, client, "no,it took too long");
	}
	store_commit(&server->memory->store);
}

static void note_move(void *context, uint64_t id)
{
	struct line_server *server = context;

	(void)id;
	server->has_moved = true;
}

static void stop_listening(struct line_server *server)
{
	if (server->socket >= 0)
		close(server->socket);
	server->socket = -1;
	server->port = 0;
}

int line_server_listen(struct line_server *server, struct fault *fault)
{
	uint16_t port = server->memory->line_port;

	if (port == server->port)
		return 0;
	stop_listening(server);
	if (!port)
		return 0;
	server->socket = listen_tcp(server->address, port, "listen for the line protocol", fault);
	if (server->socket < 0)
		return -fault->error;
	server->port = port;
	watch(server, server->socket, SOCKET_EVENT);
	log_line(server->memory->log, LOG_LEVEL_NOTICE,
		 "memory broker: the line protocol is on, port %u", port);
	return 0;
}

int line_server_open(struct line_server *server, struct memory *memory, const char *address,
		     struct fault *fault)
{
	*server = (struct line_server){ .memory = memory, .address = address, .socket = -1 };
	for (size_t i = 0; i < LINE_CLIENTS_MAX; i++)
		server->clients[i].fd = -1;
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (server->epoll < 0)
		return fault_set(fault, errno, "prepare for the line protocol", "", NULL);
	memory->line = server;
	memory->grant_moved = note_move;
	return line_server_listen(server, fault);
}

void line_server_close(struct line_server *server)
{
	for (size_t i = 0; i < LINE_CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			hang_up(server, &server->clients[i]);
	stop_listening(server);
	close(server->epoll);
	server->memory->grant_moved = NULL;
}
