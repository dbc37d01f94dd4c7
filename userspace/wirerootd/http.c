/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers HTTP requests through libmicrohttpd. See http.h. */
#include "userspace/wirerootd/http.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/wirerootd/beneath.h"
#include "userspace/wirerootd/http_condition.h"
#include "userspace/wirerootd/http_path.h"
#include "userspace/wirerootd/http_range.h"
#include "userspace/wirerootd/memory/memory_http.h"

/* No request of ours has more than a few hundred bytes of headers. */
#define CONNECTION_MEMORY_BYTES (16 * 1024)
/* iPXE is silent while it draws and decides; a client that takes nothing for longer has gone. */
#define IDLE_TIMEOUT_S 60
/* Many nodes may share one address behind a translating router; one of them can't use up all. */
#define CONNECTIONS_PER_ADDRESS 64
#define TARGET_SHOWN_BYTES	256
#define ANSWER_BYTES		1024
/* Held reports keep their connections: as many as machines may wait, and a few for one that has
 * restarted before its last report was let go. */
#define HELD_MAX	     DISCOVERY_MACHINES_MAX
#define HELD_PER_ADDRESS_MAX 4
#define RETRY_AFTER_S	     "20"
/* Where unknown machines report. */
#define REPORT_TARGET "/v1/discover"

/* One request, from its first line until its answer is sent; for the log and for error texts. */
struct request {
	char target[TARGET_SHOWN_BYTES]; /* as asked for, printable */
	const char *method;
	unsigned int status; /* 0 while unanswered */
	uint64_t bytes; /* of the answer's body */
	bool begun;
	bool told; /* the log has it already, or had it often enough */
	struct text body; /* of a report */
	struct memory_call *memory; /* NULL: nothing for the memory broker */
	char peer[ADDRESS_TEXT_BYTES]; /* while it is held */
	struct MHD_Connection *held; /* where its answer waits for news; NULL: it does not */
	int64_t held_until_ms; /* 0: it has not been held yet */
	TAILQ_ENTRY(request) next_held;
};

struct file {
	int fd;
	struct stat status;
	char etag[HTTP_ETAG_BYTES];
};

/* libmicrohttpd would decode the path, and NULs in it, before we see it. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

static void *begin_request(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct request *request = calloc(1, sizeof(*request));

	(void)cls;
	(void)connection;
	if (!request)
		return NULL;
	snprintf(request->target, sizeof(request->target), "%s", target);
	for (char *at = request->target; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return request;
}

/* The peer's address; of no known family when the library does not tell. */
static const struct sockaddr *client(struct MHD_Connection *connection)
{
	static const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info && info->client_addr ? info->client_addr : &nobody;
}

static const char *end_text(enum MHD_RequestTerminationCode code)
{
	switch (code) {
	case MHD_REQUEST_TERMINATED_COMPLETED_OK:
		return "";
	case MHD_REQUEST_TERMINATED_TIMEOUT_REACHED:
		return ", cut off: the client took nothing for too long";
	case MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN:
		return ", cut off: wirerootd was stopped";
	default:
		return ", cut off by the client or the network";
	}
}

static void end_request(void *cls, struct MHD_Connection *connection, void **context,
			enum MHD_RequestTerminationCode code)
{
	struct http *http = cls;
	struct request *request = *context;
	char address[ADDRESS_TEXT_BYTES];

	if (!request)
		return;
	if (request->status && !request->told)
		log_line(http->log, LOG_LEVEL_INFO, "%s %s %s: %u, %llu bytes%s",
			 address_text(client(connection), address), request->method,
			 request->target, request->status, (unsigned long long)request->bytes,
			 end_text(code));
	if (request->held)
		TAILQ_REMOVE(&http->held, request, next_held);
	memory_http_end(http->memory, request->memory, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	text_free(&request->body);
	free(request);
	*context = NULL;
}

static bool is_report_target(const struct request *request)
{
	return !strcmp(request->target, REPORT_TARGET);
}

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Send @response, which is used up, and remember what the log will tell. */
static enum MHD_Result answer(struct MHD_Connection *connection, struct request *request,
			      unsigned int status, uint64_t bytes, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	request->status = status;
	request->bytes = strcmp(request->method, MHD_HTTP_METHOD_HEAD) != 0 ? bytes : 0;
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static struct MHD_Response *text_response(const char *text, size_t length, const char *type)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(length, (void *)text, MHD_RESPMEM_MUST_COPY);

	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return response;
}

/* An error: one line that names what was asked for, and why it cannot be had. */
static enum MHD_Result answer_error(struct MHD_Connection *connection, struct request *request,
				    unsigned int status, const char *why)
{
	struct MHD_Response *response;
	char text[ANSWER_BYTES];
	int length = snprintf(text, sizeof(text), "%u %s: %s\n", status, request->target, why);

	response = text_response(text, (size_t)length, "text/plain; charset=utf-8");
	if (response && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					is_report_target(request) ? "POST" : "GET, HEAD");
	if (response && status == MHD_HTTP_SERVICE_UNAVAILABLE)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, RETRY_AFTER_S);
	return answer(connection, request, status, (uint64_t)length, response);
}

/* Send @json, a new reference or NULL, which is used up. */
static enum MHD_Result answer_json(struct MHD_Connection *connection, struct request *request,
				   json_t *json)
{
	char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	struct MHD_Response *response;
	size_t length;

	json_decref(json);
	if (!text)
		return answer_error(connection, request, MHD_HTTP_INTERNAL_SERVER_ERROR,
				    "out of memory");
	length = strlen(text);
	response = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return answer(connection, request, MHD_HTTP_OK, length, response);
}

static enum MHD_Result answer_nodes(const struct http *http, struct MHD_Connection *connection,
				    struct request *request, const char *rest)
{
	time_t now = time(NULL);
	json_t *node;

	if (!strcmp(rest, "nodes"))
		return answer_json(connection, request, states_to_json(&http->states, now));
	if (!strcmp(rest, "since"))
		return answer_json(connection, request, states_since_to_json(&http->states));
	if (strncmp(rest, "nodes/", 6) != 0)
		return answer_error(connection, request, MHD_HTTP_NOT_FOUND,
				    "there is only /v1/nodes, /v1/nodes/MAC and /v1/since");
	node = state_to_json(&http->states, rest + 6, now);
	if (!node)
		return answer_error(connection, request, MHD_HTTP_NOT_FOUND,
				    "no node with this MAC address has shown itself");
	return answer_json(connection, request, node);
}

static const char *content_type(const char *path)
{
	static const char *const texts[] = { ".ipxe", ".txt", ".conf", ".cfg", ".log", NULL };
	const char *dot = strrchr(path, '.');

	for (const char *const *text = texts; dot && *text; text++)
		if (!strcmp(dot, *text))
			return "text/plain; charset=utf-8";
	return "application/octet-stream";
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void add_file_headers(struct MHD_Response *response, const struct file *file,
			     const char *path)
{
	char date[HTTP_DATE_BYTES];

	http_date_format(file->status.st_mtime, date);
	MHD_add_response_header(response, MHD_HTTP_HEADER_LAST_MODIFIED, date);
	MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, file->etag);
	MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	/* Caches on the way have to ask each time: a boot must not get yesterday's kernel. */
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type(path));
}

/*
 * The library sends no body with 304, but the length that a 200 would have (RFC 9110, 8.6): that is
 * why it gets the file.
 */
static enum MHD_Result answer_not_modified(struct MHD_Connection *connection,
					   struct request *request, const struct file *file,
					   const char *path)
{
	struct MHD_Response *response =
		MHD_create_response_from_fd64((uint64_t)file->status.st_size, file->fd);

	if (response)
		add_file_headers(response, file, path);
	else
		close(file->fd);
	return answer(connection, request, MHD_HTTP_NOT_MODIFIED, 0, response);
}

static enum MHD_Result answer_unsatisfiable(struct MHD_Connection *connection,
					    struct request *request, const struct file *file)
{
	char text[ANSWER_BYTES], range[48];
	struct MHD_Response *response;
	int length;

	close(file->fd);
	snprintf(range, sizeof(range), "bytes */%llu", (unsigned long long)file->status.st_size);
	length = snprintf(text, sizeof(text), "416 %s: the range lies outside its %llu bytes\n",
			  request->target, (unsigned long long)file->status.st_size);
	response = text_response(text, (size_t)length, "text/plain; charset=utf-8");
	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, range);
	return answer(connection, request, MHD_HTTP_RANGE_NOT_SATISFIABLE, (uint64_t)length,
		      response);
}

/* Send @part of the file, or all of it when @part is NULL; the descriptor goes to the response. */
static enum MHD_Result answer_content(struct MHD_Connection *connection, struct request *request,
				      const struct file *file, const char *path,
				      const struct http_range *part)
{
	uint64_t size = (uint64_t)file->status.st_size;
	uint64_t start = part ? part->start : 0, length = part ? part->length : size;
	struct MHD_Response *response;
	char range[80];

	/* Read ahead now: sendfile() on a cold file would keep the other clients waiting. */
	posix_fadvise(file->fd, (off_t)start, (off_t)length, POSIX_FADV_WILLNEED);
	response = MHD_create_response_from_fd_at_offset64(length, file->fd, start);
	if (!response) {
		close(file->fd);
		return MHD_NO;
	}
	add_file_headers(response, file, path);
	if (!part)
		return answer(connection, request, MHD_HTTP_OK, length, response);
	snprintf(range, sizeof(range), "bytes %llu-%llu/%llu", (unsigned long long)start,
		 (unsigned long long)(start + length - 1), (unsigned long long)size);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, range);
	return answer(connection, request, MHD_HTTP_PARTIAL_CONTENT, length, response);
}

static enum MHD_Result answer_open_error(const struct http *http, struct MHD_Connection *connection,
					 struct request *request, int error)
{
	struct fault fault;
	char line[FAULT_LINE_BYTES];

	switch (-error) {
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
		return answer_error(connection, request, MHD_HTTP_NOT_FOUND,
				    "there is no such file");
	case EXDEV:
	case ELOOP:
		return answer_error(connection, request, MHD_HTTP_NOT_FOUND,
				    "it leads out of the served directory");
	case EACCES:
	case EPERM:
		return answer_error(connection, request, MHD_HTTP_FORBIDDEN,
				    "wirerootd's user may not read it");
	}
	fault_set(&fault, error, "open file to serve", request->target, http->served->name);
	log_fault(http->log, &fault);
	return answer_error(connection, request, MHD_HTTP_INTERNAL_SERVER_ERROR,
			    fault_line(&fault, line));
}

static enum MHD_Result answer_refusal(const struct http *http, struct MHD_Connection *connection,
				      struct request *request, const struct gate_request *asked,
				      const char *why)
{
	request->told = true;
	gate_tell(http->gate, asked, why);
	return answer_error(connection, request, MHD_HTTP_FORBIDDEN, why);
}

/* Open @path if the peer may have it. 0, or -errno with the answer given as *@answered. */
static int open_for_peer(const struct http *http, struct MHD_Connection *connection,
			 struct request *request, const char *path, struct file *file,
			 enum MHD_Result *answered)
{
	const struct gate_request asked = { .path = path,
					    .is_get = !strcmp(request->method, MHD_HTTP_METHOD_GET),
					    .peer = client(connection),
					    .now = time(NULL) };
	struct gate_answer judged = { .is_own = true };

	if (http->gate)
		gate_judge(http->gate, &asked, &judged);
	if (judged.refused) {
		*answered = answer_refusal(http, connection, request, &asked, judged.why);
		return -EACCES;
	}
	file->fd = beneath_open(http->served->root, http->gate ? judged.path : path, &file->status);
	if (file->fd < 0) {
		*answered = answer_open_error(http, connection, request, file->fd);
		return file->fd;
	}
	if (judged.is_own || file->status.st_mode & S_IROTH)
		return 0;
	close(file->fd);
	*answered = answer_refusal(http, connection, request, &asked, "it is no node's own file");
	return -EACCES;
}

static enum MHD_Result answer_file(const struct http *http, struct MHD_Connection *connection,
				   struct request *request, const char *path)
{
	enum MHD_Result answered;
	struct http_range part;
	struct file file;
	time_t mtime;

	if (open_for_peer(http, connection, request, path, &file, &answered))
		return answered;
	mtime = file.status.st_mtime;
	http_etag_format(file.status.st_ino, file.status.st_mtim, (uint64_t)file.status.st_size,
			 file.etag);
	if (http_not_modified(header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH),
			      header(connection, MHD_HTTP_HEADER_IF_MODIFIED_SINCE), file.etag,
			      mtime))
		return answer_not_modified(connection, request, &file, path);
	/* A Range header means something with GET only (RFC 9110, 14.2). */
	if (!strcmp(request->method, MHD_HTTP_METHOD_GET) &&
	    http_range_applies(header(connection, MHD_HTTP_HEADER_IF_RANGE), file.etag, mtime)) {
		switch (http_range_parse(header(connection, MHD_HTTP_HEADER_RANGE),
					 (uint64_t)file.status.st_size, &part)) {
		case HTTP_RANGE_PART:
			return answer_content(connection, request, &file, path, &part);
		case HTTP_RANGE_UNSATISFIABLE:
			return answer_unsatisfiable(connection, request, &file);
		case HTTP_RANGE_WHOLE:
			break;
		}
	}
	return answer_content(connection, request, &file, path, NULL);
}

/* --- reports of unknown machines ------------------------------------------------------------ */

/* May one more report of @peer be held? */
static bool may_hold(const struct http *http, const char *peer)
{
	const struct request *request;
	unsigned int all = 0, own = 0;

	TAILQ_FOREACH(request, &http->held, next_held)
	{
		all++;
		own += !strcmp(request->peer, peer);
	}
	return all < HELD_MAX && own < HELD_PER_ADDRESS_MAX;
}

/* Leave @request without an answer until there is news or its time is over. */
static enum MHD_Result hold(struct http *http, struct MHD_Connection *connection,
			    struct request *request)
{
	struct request *before = TAILQ_LAST(&http->held, request_queue);

	address_text(client(connection), request->peer);
	if (!may_hold(http, request->peer)) {
		request->told = true;
		return answer_error(connection, request, MHD_HTTP_SERVICE_UNAVAILABLE,
				    "too many reports wait for news");
	}
	if (!request->held_until_ms)
		request->held_until_ms = monotonic_ms() + HTTP_HOLD_MS;
	while (before && before->held_until_ms > request->held_until_ms)
		before = TAILQ_PREV(before, request_queue, next_held);
	if (before)
		TAILQ_INSERT_AFTER(&http->held, before, request, next_held);
	else
		TAILQ_INSERT_HEAD(&http->held, request, next_held);
	request->held = connection;
	MHD_suspend_connection(connection);
	return MHD_YES;
}

static void let_go(struct http *http, struct request *request)
{
	struct MHD_Connection *connection = request->held;

	TAILQ_REMOVE(&http->held, request, next_held);
	request->held = NULL;
	MHD_resume_connection(connection);
}

void http_look_again(struct http *http)
{
	while (!TAILQ_EMPTY(&http->held))
		let_go(http, TAILQ_FIRST(&http->held));
}

static enum MHD_Result answer_report(struct http *http, struct MHD_Connection *connection,
				     struct request *request)
{
	char address[ADDRESS_TEXT_BYTES], line[DISCOVERY_TEXT_BYTES + 1];
	const struct sockaddr *peer = client(connection);
	struct discovery_report report = { .text = text_string(&request->body),
					   .length = request->body.length,
					   .peer = address_text(peer, address),
					   .now = time(NULL) };
	struct discovery_answer taken;
	int length;

	report.has_neighbour = gate_neighbour(http->gate, peer, report.neighbour);
	discovery_take_report(http->discovery, &http->served->index, &report, &taken);
	if (taken.is_arrival)
		control_tell_arrival(http->control, taken.machine);
	if (taken.status != MHD_HTTP_OK)
		return answer_error(connection, request, taken.status, taken.text);
	if (!taken.is_news && (!request->held_until_ms || monotonic_ms() < request->held_until_ms))
		return hold(http, connection, request);
	request->told = !taken.is_news;
	length = snprintf(line, sizeof(line), "%s\n", taken.text);
	return answer(connection, request, MHD_HTTP_OK, (uint64_t)length,
		      text_response(line, (size_t)length, "text/plain; charset=utf-8"));
}

/* The headers of a report are there: it is refused now, or its body will come. */
static enum MHD_Result begin_report(struct http *http, struct MHD_Connection *connection,
				    struct request *request)
{
	char address[ADDRESS_TEXT_BYTES];

	if (!http->discovery)
		return answer_error(connection, request, MHD_HTTP_NOT_FOUND,
				    "there is no discovery without a generation");
	if (!discovery_may_report(http->discovery, address_text(client(connection), address),
				  time(NULL))) {
		request->told = true;
		return answer_error(connection, request, MHD_HTTP_TOO_MANY_REQUESTS,
				    "too many reports in a short time");
	}
	return MHD_YES;
}

/* Called with the headers first, then with each part of the body, then for the answer. */
static enum MHD_Result take_report(struct http *http, struct MHD_Connection *connection,
				   struct request *request, const char *upload,
				   size_t *upload_length)
{
	size_t length = *upload_length;

	if (!request->begun) {
		request->begun = true;
		return begin_report(http, connection, request);
	}
	*upload_length = 0;
	/* What is too much is read to its end all the same, or the client would not see why. */
	if (length && request->body.length + length <= MACHINE_REPORT_BYTES + 1)
		text_add_bytes(&request->body, upload, length);
	else if (length)
		request->body.length = MACHINE_REPORT_BYTES + 1;
	if (length)
		return MHD_YES;
	if (request->body.length > MACHINE_REPORT_BYTES)
		return answer_error(connection, request, MHD_HTTP_CONTENT_TOO_LARGE,
				    "a report has 64 KiB at most");
	if (request->body.error)
		return answer_error(connection, request, MHD_HTTP_SERVICE_UNAVAILABLE,
				    "out of memory");
	return answer_report(http, connection, request);
}

/* --- all requests --------------------------------------------------------------------------- */

static enum MHD_Result answer_path(const struct http *http, struct MHD_Connection *connection,
				   struct request *request, const char *target)
{
	static const unsigned int statuses[] = {
		[HTTP_PATH_MALFORMED] = MHD_HTTP_BAD_REQUEST,
		[HTTP_PATH_HIDDEN] = MHD_HTTP_NOT_FOUND,
		[HTTP_PATH_TOO_LONG] = MHD_HTTP_URI_TOO_LONG,
	};
	enum http_path_verdict verdict;
	char path[HTTP_PATH_BYTES];
	const char *why;

	verdict = http_path_parse(target, strlen(target), path, &why);
	if (verdict != HTTP_PATH_GOOD)
		return answer_error(connection, request, statuses[verdict], why);
	if (!strncmp(path, "v1/", 3))
		return answer_nodes(http, connection, request, path + 3);
	return answer_file(http, connection, request, path);
}

static enum MHD_Result answer_memory(struct http *http, struct MHD_Connection *connection,
				     struct request *request, const char *target,
				     const char *upload, size_t *upload_length)
{
	struct memory_http_result result = { 0 };
	enum MHD_Result answered =
		memory_http_answer(http->memory, connection, target, request->method, upload,
				   upload_length, &request->memory, &result);

	request->status = result.status;
	request->bytes = result.bytes;
	request->told = result.is_quiet;
	return answered;
}

static enum MHD_Result answer_request(void *cls, struct MHD_Connection *connection,
				      const char *target, const char *method, const char *version,
				      const char *upload, size_t *upload_length, void **context)
{
	struct http *http = cls;
	struct request *request = *context;
	bool is_report;

	(void)version;
	if (!request)
		return MHD_NO; /* out of memory: the connection is closed */
	request->method = method;
	if (memory_http_is_target(target))
		return answer_memory(http, connection, request, target, upload, upload_length);
	is_report = is_report_target(request);
	if (is_report && !strcmp(method, MHD_HTTP_METHOD_POST))
		return take_report(http, connection, request, upload, upload_length);
	if (is_report ||
	    (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0))
		return answer_error(connection, request, MHD_HTTP_METHOD_NOT_ALLOWED,
				    is_report ? "machines report here by POST"
					      : "only GET and HEAD are served");
	/* The first call comes before a body; an answer now would end the connection. */
	if (!request->begun || *upload_length) {
		request->begun = true;
		*upload_length = 0;
		return MHD_YES;
	}
	return answer_path(http, connection, request, target);
}

/* libmicrohttpd's own complaints are about single clients: not worth more than a look when in
 * doubt. */
static void __attribute__((format(printf, 2, 0)))
log_library(void *cls, const char *format, va_list values)
{
	const struct http *http = cls;
	char line[512];

	vsnprintf(line, sizeof(line), format, values);
	line[strcspn(line, "\n")] = '\0';
	log_line(http->log, LOG_LEVEL_DEBUG, "%s", line);
}

int http_start(struct http *http, int tcp, unsigned int connections, struct fault *fault)
{
	TAILQ_INIT(&http->held);
	http->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
		answer_request, http, MHD_OPTION_EXTERNAL_LOGGER, log_library, http,
		MHD_OPTION_LISTEN_SOCKET, tcp, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
		MHD_OPTION_URI_LOG_CALLBACK, begin_request, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		end_request, http, MHD_OPTION_CONNECTION_LIMIT, connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_PER_ADDRESS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
		MHD_OPTION_END);
	if (http->daemon)
		return 0;
	close(tcp);
	return fault_set(fault, errno ? errno : ENOMEM, "start the HTTP server", "libmicrohttpd",
			 NULL);
}

int http_descriptor(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int http_timeout_ms(const struct http *http)
{
	const struct request *first = TAILQ_FIRST(&http->held);
	int64_t held_ms = first ? first->held_until_ms - monotonic_ms() : INT_MAX;
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	if (held_ms < 0)
		held_ms = 0;
	if (MHD_get_timeout(http->daemon, &timeout_ms) != MHD_YES)
		return first ? (int)held_ms : -1;
	return timeout_ms < (uint64_t)held_ms ? (int)timeout_ms : (int)held_ms;
}

void http_run(struct http *http)
{
	int64_t now_ms = monotonic_ms();
	struct request *first;

	while ((first = TAILQ_FIRST(&http->held)) && first->held_until_ms <= now_ms)
		let_go(http, first);
	MHD_run(http->daemon);
}

void http_stop(struct http *http)
{
	/* The library cannot end those that are held. */
	http_look_again(http);
	memory_http_resume_all(http->memory);
	MHD_stop_daemon(http->daemon);
	http->daemon = NULL;
}
