/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lenders and borrowers by the thousand for the memory broker, in one process.
 *
 *	memory_broker --members N                           prints a memory.json for them
 *	memory_broker PORT N REQUESTS_PER_SECOND SECONDS    prints what was measured, as JSON
 *
 * For SECONDS as many ask as are to, which tells how long it takes, and for as long again as many
 *as the broker answers, CLOSED_WAITING at a time, which tells how many that are.
 *
 * N lenders, lN, each with a call to `wanted` that is always open, and reports when something has
 * changed and every REPORT_S; N borrowers, bN, of which the next one asks for a grant whenever it
 *is time for one more request, reports it attached, and gives it back HOLD_MS later. Each member
 *has a loopback address of its own, as the broker limits the connections of one.
 *
 * decision_ms is the time from the request until its lender has been told to export, as its client
 * sees it; answer_ms until the borrower has its grant. Double grants are looked for in all answers:
 * an id that comes twice, or to two borrowers, or more bytes at a lender than it has.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define UNIT_BYTES   ((uint64_t)64 << 20)
#define LENDER_UNITS 16 /* of each: 1 GiB */
#define REPORT_S     60
#define HOLD_MS	     2000
#define ANSWER_BYTES (64 * 1024)
#define HELD_MAX     32
#define EVENTS	     256
#define SETTLE_MS    10000
/* Requests that wait for their answers; with more, none is added, and the rate is what it is. */
#define WAITING_MAX    1000
#define CLOSED_WAITING 512
/* No broker of ours answers so many in a second. */
#define RATE_MAX 20000

enum call { CALL_HELD, CALL_REPORT, CALL_ASK, CALL_ATTACHED, CALL_DETACHED };

struct member;

struct connection {
	int fd; /* -1: none */
	enum call call;
	struct member *member;
	char *out; /* what is left to send */
	size_t out_length, sent;
	char *in;
	size_t in_length;
	bool is_busy; /* a call is under way */
};

struct held {
	char id[17];
	const char *state; /* of a lender's: "exported", "cleared"; NULL: free */
	char borrower[16];
};

struct member {
	unsigned int number;
	bool is_lender;
	char name[16];
	/* of a lender */
	struct connection wanted, report;
	struct held held[HELD_MAX];
	uint64_t sequence, reports;
	bool is_dirty;
	int64_t reported_ms;
	/* of a borrower */
	struct connection call;
	char id[17];
	int64_t asked_us, give_back_ms;
	bool has_grant;
	TAILQ_ENTRY(member) next;
};

TAILQ_HEAD(members, member);

struct bench {
	uint16_t port;
	int epoll;
	unsigned int count;
	struct member *lenders, *borrowers;
	struct members holding; /* borrowers, by when they give back */
	unsigned int next_borrower;
	double *decisions_ms, *answers_ms;
	size_t decisions, timed, answers, asked, refused, failed, doubled, limit, waiting,
		waiting_max;
	bool is_timed; /* in the first part, whose times count */
	char (*ids)[17];
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "memory_broker: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* --- connections --------------------------------------------------------------------------------
 */

static void close_connection(struct connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	free(connection->out);
	connection->out = NULL;
	connection->fd = -1;
	connection->in_length = 0;
	connection->is_busy = false;
}

static void open_connection(const struct bench *bench, struct connection *connection)
{
	const struct member *member = connection->member;
	struct sockaddr_in from = { .sin_family = AF_INET }, to = { .sin_family = AF_INET };
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
				     .data.ptr = connection };
	int on = 1;

	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (connection->fd < 0)
		die("open a socket");
	setsockopt(connection->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	from.sin_addr.s_addr =
		htonl((member->is_lender ? 0x7f010000u : 0x7f020000u) + member->number + 1);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(bench->port);
	if (bind(connection->fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
	    (connect(connection->fd, (struct sockaddr *)&to, sizeof(to)) < 0 &&
	     errno != EINPROGRESS) ||
	    epoll_ctl(bench->epoll, EPOLL_CTL_ADD, connection->fd, &event) < 0)
		die("connect to the broker");
}

static void send_more(struct connection *connection)
{
	while (connection->sent < connection->out_length) {
		ssize_t count = send(connection->fd, connection->out + connection->sent,
				     connection->out_length - connection->sent, MSG_NOSIGNAL);

		if (count < 0)
			return;
		connection->sent += (size_t)count;
	}
}

/* Begin @call; @body, used up, may be NULL. */
static void begin_call(struct bench *bench, struct connection *connection, enum call call,
		       const char *method, const char *path, json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	char *out = NULL;
	int length = asprintf(&out,
			      "%s %s HTTP/1.1\r\nHost: broker\r\nAuthorization: Bearer "
			      "token-of-%s-of-the-benchmark\r\nContent-Length: %zu\r\n\r\n%s",
			      method, path, connection->member->name, text ? strlen(text) : 0,
			      text ? text : "");

	json_decref(body);
	free(text);
	if (length < 0)
		die("write a request");
	if (connection->fd < 0)
		open_connection(bench, connection);
	free(connection->out);
	connection->out = out;
	connection->out_length = (size_t)length;
	connection->sent = 0;
	connection->call = call;
	connection->is_busy = true;
	connection->in_length = 0;
	send_more(connection);
}

/* --- lenders ------------------------------------------------------------------------------------
 */

static struct held *find_held(struct member *lender, const char *id)
{
	for (int i = 0; i < HELD_MAX; i++)
		if (lender->held[i].state && !strcmp(lender->held[i].id, id))
			return &lender->held[i];
	return NULL;
}

static unsigned int units_of(const struct member *lender)
{
	unsigned int units = 0;

	for (int i = 0; i < HELD_MAX; i++)
		units += lender->held[i].state && !strcmp(lender->held[i].state, "exported");
	return units;
}

static void send_report(struct bench *bench, struct member *lender)
{
	json_t *grants = json_array();
	char path[64];

	for (int i = 0; i < HELD_MAX; i++)
		if (lender->held[i].state)
			json_array_append_new(
				grants,
				json_pack("{s:s,s:i,s:s,s:I,s:i,s:b,s:s,s:s,s:s}", "id",
					  lender->held[i].id, "generation", 1, "state",
					  lender->held[i].state, "bytes", (json_int_t)UNIT_BYTES,
					  "allocated_bytes", 0, "connected", 0, "borrower",
					  lender->held[i].borrower, "iqn", "", "detail", ""));
	snprintf(path, sizeof(path), "/v1/memory/lenders/%s", lender->name);
	lender->is_dirty = false;
	lender->reported_ms = now_us() / 1000;
	begin_call(bench, &lender->report, CALL_REPORT, "PUT", path,
		   json_pack("{s:s,s:I,s:I,s:s,s:i,s:i,s:s,s:I,s:I,s:I,s:f,s:i,s:o}", "instance",
			     "00000000000000aa", "report", (json_int_t)++lender->reports,
			     "sequence", (json_int_t)lender->sequence, "address", "127.1.0.1",
			     "port", 3260, "interval_s", REPORT_S, "state", "lending",
			     "spare_bytes",
			     (json_int_t)((LENDER_UNITS - units_of(lender)) * UNIT_BYTES),
			     "total_bytes", (json_int_t)(2 * LENDER_UNITS * UNIT_BYTES),
			     "available_bytes", (json_int_t)(LENDER_UNITS * UNIT_BYTES), "pressure",
			     0.0, "wanted_back_bytes", 0, "grants", grants));
}

static void export_grant(struct bench *bench, struct member *lender, const char *id,
			 const char *borrower)
{
	struct member *asker = &bench->borrowers[strtoul(borrower + 1, NULL, 10)];

	if (units_of(lender) == LENDER_UNITS) {
		bench->doubled++;
		return;
	}
	if (bench->is_timed && bench->decisions < bench->limit)
		bench->decisions_ms[bench->decisions++] =
			(double)(now_us() - asker->asked_us) / 1000;
	for (int i = 0; i < HELD_MAX; i++) {
		struct held *held = &lender->held[i];

		if (held->state)
			continue;
		snprintf(held->id, sizeof(held->id), "%s", id);
		snprintf(held->borrower, sizeof(held->borrower), "%s", borrower);
		held->state = "exported";
		lender->is_dirty = true;
		return;
	}
	bench->failed++;
}

static void obey(struct bench *bench, struct member *lender, const json_t *answer)
{
	uint64_t sequence = (uint64_t)json_integer_value(json_object_get(answer, "sequence"));
	json_t *grants = json_object_get(answer, "grants"), *grant;
	size_t number;

	if (sequence < lender->sequence)
		return;
	lender->sequence = sequence;
	json_array_foreach(grants, number, grant)
	{
		const char *id = json_string_value(json_object_get(grant, "id"));
		const char *want = json_string_value(json_object_get(grant, "want"));
		struct held *held = find_held(lender, id);

		if (!strcmp(want, "export") && !held) {
			export_grant(bench, lender, id,
				     json_string_value(json_object_get(grant, "borrower")));
		} else if (!strcmp(want, "withdraw") && held && strcmp(held->state, "cleared")) {
			held->state = "cleared";
			lender->is_dirty = true;
		} else if (!strcmp(want, "forget") && held) {
			held->state = NULL;
		}
	}
}

static void run_lender(struct bench *bench, struct member *lender)
{
	char path[96];

	if (!lender->report.is_busy && lender->is_dirty)
		send_report(bench, lender);
	if (lender->wanted.is_busy || !lender->sequence)
		return;
	snprintf(path, sizeof(path), "/v1/memory/lenders/%s/wanted?after=%llu", lender->name,
		 (unsigned long long)lender->sequence);
	begin_call(bench, &lender->wanted, CALL_HELD, "GET", path, NULL);
}

/* --- borrowers ----------------------------------------------------------------------------------
 */

static void ask(struct bench *bench, struct member *borrower)
{
	borrower->asked_us = now_us();
	bench->asked++;
	bench->waiting++;
	begin_call(bench, &borrower->call, CALL_ASK, "POST", "/v1/memory/grants",
		   json_pack("{s:s,s:I,s:s,s:s}", "borrower", borrower->name, "bytes",
			     (json_int_t)UNIT_BYTES, "initiator", "iqn.2026-11.org.example:bench",
			     "address", "127.2.0.1"));
}

static void say(struct bench *bench, struct member *borrower, enum call call)
{
	char path[64];

	snprintf(path, sizeof(path), "/v1/memory/borrowers/%s", borrower->name);
	begin_call(bench, &borrower->call, call, "PUT", path,
		   json_pack("{s:s,s:s,s:i,s:s,s:s,s:i,s:i,s:f,s:[{s:s,s:i,s:s,s:I,s:i}]}",
			     "instance", "00000000000000bb", "address", "127.2.0.1", "interval_s",
			     REPORT_S, "mode", "plain", "mirror", "none", "total_bytes", 1,
			     "available_bytes", 1, "pressure", 0.0, "grants", "id", borrower->id,
			     "generation", 2, "state",
			     call == CALL_ATTACHED ? "attached" : "detached", "bytes",
			     (json_int_t)UNIT_BYTES, "used_bytes", 0));
}

static void take_grant(struct bench *bench, struct member *borrower, int status,
		       const json_t *answer)
{
	const char *id = json_string_value(json_object_get(answer, "id"));

	if (status != 201 || !id) {
		bench->refused += status == 503;
		bench->failed += status != 503;
		close_connection(&borrower->call);
		return;
	}
	snprintf(borrower->id, sizeof(borrower->id), "%s", id);
	borrower->has_grant = true;
	if (bench->answers == bench->limit)
		die("note a grant down");
	memcpy(bench->ids[bench->answers++], borrower->id, sizeof(borrower->id));
	if (bench->is_timed)
		bench->answers_ms[bench->timed++] = (double)(now_us() - borrower->asked_us) / 1000;
	say(bench, borrower, CALL_ATTACHED);
}

static void take_answer(struct bench *bench, struct connection *connection, int status,
			const json_t *answer)
{
	struct member *member = connection->member;

	connection->is_busy = false;
	if (connection->call == CALL_ASK) {
		bench->waiting--;
		take_grant(bench, member, status, answer);
		return;
	}
	bench->failed += status != 200;
	if (connection->call == CALL_ATTACHED) {
		member->give_back_ms = now_us() / 1000 + HOLD_MS;
		TAILQ_INSERT_TAIL(&bench->holding, member, next);
		close_connection(connection);
	} else if (connection->call == CALL_DETACHED) {
		member->has_grant = false;
		close_connection(connection);
	} else if (status == 200) {
		/* So many descriptors are not to be had: only held calls stay open. */
		if (connection->call == CALL_REPORT)
			close_connection(connection);
		obey(bench, member, answer);
		run_lender(bench, member);
	}
}

/* --- the loop -----------------------------------------------------------------------------------
 */

/* Is the answer there as a whole? */
static void read_answer(struct bench *bench, struct connection *connection)
{
	char *body, *length_at;
	size_t length;
	json_t *json;

	connection->in[connection->in_length] = '\0';
	body = strstr(connection->in, "\r\n\r\n");
	length_at = strcasestr(connection->in, "Content-Length: ");
	if (!body || !length_at || !connection->is_busy)
		return;
	body += 4;
	length = strtoul(length_at + strlen("Content-Length: "), NULL, 10);
	if (connection->in_length < (size_t)(body - connection->in) + length)
		return;
	json = json_loadb(body, length, 0, NULL);
	connection->in_length = 0;
	take_answer(bench, connection, atoi(connection->in + strlen("HTTP/1.1 ")), json);
	json_decref(json);
}

static void receive(struct bench *bench, struct connection *connection)
{
	while (connection->fd >= 0) {
		ssize_t count = recv(connection->fd, connection->in + connection->in_length,
				     ANSWER_BYTES - 1 - connection->in_length, 0);

		if (count < 0 && errno == EAGAIN)
			return;
		if (count <= 0) {
			bench->failed += connection->is_busy;
			bench->waiting -= connection->is_busy && connection->call == CALL_ASK;
			close_connection(connection);
			return;
		}
		connection->in_length += (size_t)count;
		read_answer(bench, connection);
	}
}

static void run_events(struct bench *bench, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(bench->epoll, events, EVENTS, timeout_ms);

	for (int i = 0; i < count; i++) {
		struct connection *connection = events[i].data.ptr;

		if (connection->fd < 0)
			continue;
		send_more(connection);
		receive(bench, connection);
	}
}

static void give_back(struct bench *bench)
{
	struct member *borrower;

	while ((borrower = TAILQ_FIRST(&bench->holding)) &&
	       borrower->give_back_ms <= now_us() / 1000) {
		TAILQ_REMOVE(&bench->holding, borrower, next);
		say(bench, borrower, CALL_DETACHED);
	}
}

static void ask_next(struct bench *bench)
{
	if (bench->waiting >= bench->waiting_max)
		return;
	for (unsigned int tries = 0; tries < bench->count; tries++) {
		struct member *borrower = &bench->borrowers[bench->next_borrower];

		bench->next_borrower = (bench->next_borrower + 1) % bench->count;
		if (borrower->call.is_busy || borrower->has_grant)
			continue;
		ask(bench, borrower);
		return;
	}
}

/* A part of the lenders each time, so that all have reported within REPORT_S. */
static void report_in_turn(struct bench *bench, unsigned int *at, int64_t now_ms)
{
	for (unsigned int i = 0; i < bench->count / 100 + 1; i++) {
		struct member *lender = &bench->lenders[*at];

		*at = (*at + 1) % bench->count;
		if (!lender->report.is_busy && lender->reported_ms + REPORT_S * 1000 <= now_ms)
			send_report(bench, lender);
	}
}

static size_t busy_reports(const struct bench *bench)
{
	size_t busy = 0;

	for (unsigned int i = 0; i < bench->count; i++)
		busy += bench->lenders[i].report.is_busy || !bench->lenders[i].wanted.is_busy;
	return busy;
}

/* All lenders report and open their calls, some at a time. */
static void begin_lenders(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->count; i++) {
		send_report(bench, &bench->lenders[i]);
		run_events(bench, 0);
		if (i % 64 == 63)
			run_events(bench, 2);
	}
	for (int64_t end_us = now_us() + 60000000; busy_reports(bench) && now_us() < end_us;)
		run_events(bench, 50);
	if (busy_reports(bench)) {
		errno = ETIMEDOUT;
		die("let all lenders report");
	}
}

static void settle(struct bench *bench)
{
	for (int64_t end_us = now_us() + SETTLE_MS * 1000; now_us() < end_us;) {
		run_events(bench, 10);
		give_back(bench);
	}
}

/* Returns how many were answered in a second. @rate 0: all that there is room for ask. */
static double run(struct bench *bench, unsigned int rate, unsigned int seconds)
{
	int64_t begin_us = now_us(), end_us = begin_us + (int64_t)seconds * 1000000;
	size_t asked = bench->asked, was_answered = bench->answers + bench->refused, is_answered;
	unsigned int lender = 0;

	bench->waiting_max = rate ? WAITING_MAX : CLOSED_WAITING;
	while (now_us() < end_us) {
		size_t due =
			rate ? (size_t)((now_us() - begin_us) * (int64_t)rate / 1000000) : SIZE_MAX;

		for (int burst = 0; bench->asked - asked < due && burst < 64; burst++)
			ask_next(bench);
		run_events(bench, 1);
		give_back(bench);
		report_in_turn(bench, &lender, now_us() / 1000);
	}
	is_answered = bench->answers + bench->refused;
	end_us = now_us();
	settle(bench);
	return (double)(is_answered - was_answered) * 1e6 / (double)(end_us - begin_us);
}

/* --- results ------------------------------------------------------------------------------------
 */

static int compare_doubles(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

static int compare_ids(const void *one, const void *other)
{
	return strcmp(one, other);
}

static json_t *quantiles(double *values, size_t count)
{
	if (!count)
		return json_null();
	qsort(values, count, sizeof(*values), compare_doubles);
	return json_pack("{s:f,s:f,s:f}", "median", values[count / 2], "p99",
			 values[count - 1 - count / 100], "max", values[count - 1]);
}

static void print_result(struct bench *bench, unsigned int rate, unsigned int seconds,
			 double timed_rate, double highest_rate)
{
	json_t *result;

	qsort(bench->ids, bench->answers, sizeof(*bench->ids), compare_ids);
	for (size_t i = 1; i < bench->answers; i++)
		bench->doubled += !strcmp(bench->ids[i], bench->ids[i - 1]);
	result = json_pack("{s:i,s:i,s:i,s:i,s:f,s:f,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "lenders",
			   (int)bench->count, "borrowers", (int)bench->count, "wanted_per_second",
			   (int)rate, "seconds", (int)seconds, "timed_per_second", timed_rate,
			   "requests_per_second", highest_rate, "requests",
			   (json_int_t)bench->asked, "granted", (json_int_t)bench->answers,
			   "refused", (json_int_t)bench->refused, "failed",
			   (json_int_t)bench->failed, "double_grants", (json_int_t)bench->doubled,
			   "decision_ms", quantiles(bench->decisions_ms, bench->decisions),
			   "answer_ms", quantiles(bench->answers_ms, bench->timed));
	json_dumpf(result, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(result);
}

static void make_connection(struct connection *connection, struct member *member)
{
	connection->fd = -1;
	connection->member = member;
	connection->in = malloc(ANSWER_BYTES);
	if (!connection->in)
		die("make members");
}

static struct member *make_members(unsigned int count, bool are_lenders)
{
	struct member *members = calloc(count, sizeof(*members));

	if (!members)
		die("make members");
	for (unsigned int i = 0; i < count; i++) {
		struct member *member = &members[i];

		member->number = i;
		member->is_lender = are_lenders;
		snprintf(member->name, sizeof(member->name), "%c%u", are_lenders ? 'l' : 'b', i);
		make_connection(&member->wanted, member);
		make_connection(&member->report, member);
		make_connection(&member->call, member);
	}
	return members;
}

static void print_members(unsigned int count)
{
	printf("{ \"admin_token\": \"admin-of-the-benchmark\", \"members\": [\n");
	for (unsigned int i = 0; i < 2 * count; i++)
		printf("%s{ \"name\": \"%c%u\", \"token\": \"token-of-%c%u-of-the-benchmark\", "
		       "\"lend\": %s, \"borrow\": %s, \"rack\": \"r%u\" }",
		       i ? ",\n" : "", i < count ? 'l' : 'b', i % count, i < count ? 'l' : 'b',
		       i % count, i < count ? "true" : "false", i < count ? "false" : "true",
		       i % 40);
	printf("\n] }\n");
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };
	struct rlimit files = { 0 };
	unsigned int rate, seconds;
	double timed_rate, highest_rate;

	if (argc == 3 && !strcmp(argv[1], "--members")) {
		print_members((unsigned int)strtoul(argv[2], NULL, 10));
		return EXIT_SUCCESS;
	}
	if (argc != 5) {
		fputs("Usage: memory_broker --members N | PORT N RATE SECONDS\n", stderr);
		return 2;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	bench.port = (uint16_t)strtoul(argv[1], NULL, 10);
	bench.count = (unsigned int)strtoul(argv[2], NULL, 10);
	rate = (unsigned int)strtoul(argv[3], NULL, 10);
	seconds = (unsigned int)strtoul(argv[4], NULL, 10);
	bench.limit = (size_t)(rate + RATE_MAX) * seconds;
	bench.decisions_ms = calloc(bench.limit, sizeof(double));
	bench.answers_ms = calloc(bench.limit, sizeof(double));
	bench.ids = calloc(bench.limit, sizeof(*bench.ids));
	bench.epoll = epoll_create1(EPOLL_CLOEXEC);
	TAILQ_INIT(&bench.holding);
	if (!bench.decisions_ms || !bench.answers_ms || !bench.ids || bench.epoll < 0)
		die("begin");
	bench.lenders = make_members(bench.count, true);
	bench.borrowers = make_members(bench.count, false);
	begin_lenders(&bench);
	bench.is_timed = true;
	timed_rate = run(&bench, rate, seconds);
	bench.is_timed = false;
	highest_rate = run(&bench, 0, seconds);
	print_result(&bench, rate, seconds, timed_rate, highest_rate);
	return EXIT_SUCCESS;
}
