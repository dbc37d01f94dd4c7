// SPDX-License-Identifier: GPL-2.0-only
/*
 * Talking to the broker; see broker.h.
 *
 * libcurl's multi interface tells which descriptors it waits for by callbacks; they are kept in an
 * epoll instance, which stands beside the caller's own descriptors as one more. So PSI's triggers,
 * which are ready by POLLPRI and fail by POLLERR, are seen as poll(2) has them.
 */
#include "userspace/memory/lib/broker.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "userspace/lib/text.h"
#include "userspace/memory/lib/broker_reply.h"

/* In a boot network; one that takes longer to be reached is away. */
#define CONNECT_TIMEOUT_MS 3000L

#define EVENTS_AT_ONCE 16
/* Of poll(2)'s descriptors: the caller's. */
#define FDS_MAX 64

struct broker_call {
	struct broker_call *next;
	CURL *curl;
	struct curl_slist *headers;
	char *body;
	struct text answer;
	size_t answer_bytes_max;
	char what[sizeof(((struct fault *)0)->peer)];
	char story[CURL_ERROR_SIZE];
	broker_done done;
	void *context;
};

struct broker {
	char *url;
	char *authorization; /* the header's whole line */
	CURLM *multi;
	int epoll;
	int64_t timer_ms; /* when libcurl wants to be called, monotonic; -1: not */
	struct broker_call *calls;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- libcurl's callbacks ---------------------------------------------------------------------- */

static size_t collect(char *bytes, size_t size, size_t count, void *context)
{
	struct broker_call *call = context;

	if (size * count > call->answer_bytes_max - call->answer.length)
		return 0;
	text_add_bytes(&call->answer, bytes, size * count);
	return call->answer.error ? 0 : size * count;
}

static int watch_socket(CURL *curl, curl_socket_t fd, int what, void *context, void *known)
{
	struct broker *broker = context;
	struct epoll_event event = { .data.fd = fd };

	(void)curl;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(broker->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
		       (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	if (epoll_ctl(broker->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0)
		epoll_ctl(broker->epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
	curl_multi_assign(broker->multi, fd, broker);
	return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
	struct broker *broker = context;

	(void)multi;
	broker->timer_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
	return 0;
}

/* --- calls ------------------------------------------------------------------------------------ */

static void call_free(struct broker_call *call)
{
	if (call->curl)
		curl_easy_cleanup(call->curl);
	curl_slist_free_all(call->headers);
	free(call->body);
	text_free(&call->answer);
	free(call);
}

static bool add_header(struct broker_call *call, const char *line)
{
	struct curl_slist *longer = curl_slist_append(call->headers, line);

	if (longer)
		call->headers = longer;
	return longer != NULL;
}

/* "Expect:": a body of ours is small, and need not wait for leave to be sent. */
static bool set_headers(struct broker *broker, struct broker_call *call)
{
	return add_header(call, broker->authorization) &&
	       add_header(call, "Accept: application/json, application/problem+json") &&
	       add_header(call, "Expect:") &&
	       (!call->body || add_header(call, "Content-Type: application/json"));
}

static bool set_request(struct broker *broker, struct broker_call *call,
			const struct broker_request *request)
{
	struct text url = { 0 };
	CURL *curl = call->curl;
	bool good;

	text_printf(&url, "%s%s", broker->url, request->path);
	good = !url.error && curl_easy_setopt(curl, CURLOPT_URL, text_string(&url)) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
	text_free(&url);
	if (good && request->body) {
		call->body = json_dumps(request->body, JSON_COMPACT);
		good = call->body &&
		       curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body) == CURLE_OK;
	}
	return good && set_headers(broker, call) &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, call->headers) == CURLE_OK;
}

static void set_options(struct broker_call *call, unsigned int timeout_ms)
{
	CURL *curl = call->curl;

	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
			 (long)(timeout_ms ? timeout_ms : BROKER_TIMEOUT_MS));
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->story);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, call);
}

static struct broker_call *call_make(struct broker *broker, const struct broker_request *request)
{
	struct broker_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->answer_bytes_max =
		request->answer_bytes_max ? request->answer_bytes_max : BROKER_ANSWER_BYTES_MAX;
	snprintf(call->what, sizeof(call->what), "%s %s", request->method, request->path);
	call->curl = curl_easy_init();
	if (!call->curl || !set_request(broker, call, request)) {
		call_free(call);
		return NULL;
	}
	set_options(call, request->timeout_ms);
	return call;
}

static int errno_of_code(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return ECONNREFUSED;
	case CURLE_COULDNT_RESOLVE_HOST:
		return EHOSTUNREACH;
	case CURLE_OPERATION_TIMEDOUT:
		return ETIMEDOUT;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return ECONNRESET;
	case CURLE_OUT_OF_MEMORY:
		return ENOMEM;
	default:
		return EIO;
	}
}

static void read_reply(struct broker_call *call, CURLcode code, struct broker_reply *reply)
{
	long status = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
		broker_reply_read(reply, call->what, status, text_string(&call->answer),
				  call->answer.length);
		return;
	}
	*reply = (struct broker_reply){ 0 };
	reply->error = fault_set(&reply->fault, errno_of_code(code), "ask the broker", call->what,
				 *call->story ? call->story : curl_easy_strerror(code));
}

static void take_out(struct broker *broker, struct broker_call *call)
{
	struct broker_call **place = &broker->calls;

	while (*place && *place != call)
		place = &(*place)->next;
	if (*place)
		*place = call->next;
	curl_multi_remove_handle(broker->multi, call->curl);
}

/* Tell those whose calls have ended; they may begin others. */
static void finish_calls(struct broker *broker)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(broker->multi, &left)) != NULL) {
		struct broker_call *call;
		struct broker_reply reply;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		take_out(broker, call);
		read_reply(call, code, &reply);
		call->done(call->context, &reply);
		broker_reply_free(&reply);
		call_free(call);
	}
}

int broker_send(struct broker *broker, const struct broker_request *request, broker_done done,
		void *context, struct broker_call **call, struct fault *fault)
{
	struct broker_call *made = call_make(broker, request);

	if (!made || curl_multi_add_handle(broker->multi, made->curl) != CURLM_OK) {
		if (made)
			call_free(made);
		return fault_set(fault, ENOMEM, "ask the broker", request->path, NULL);
	}
	made->done = done;
	made->context = context;
	made->next = broker->calls;
	broker->calls = made;
	if (call)
		*call = made;
	return 0;
}

void broker_cancel(struct broker *broker, struct broker_call *call)
{
	take_out(broker, call);
	call_free(call);
}

int broker_ask(struct broker *broker, const struct broker_request *request,
	       struct broker_reply *reply)
{
	struct broker_call *call = call_make(broker, request);

	if (!call) {
		*reply = (struct broker_reply){ 0 };
		reply->error =
			fault_set(&reply->fault, ENOMEM, "ask the broker", request->path, NULL);
		return reply->error;
	}
	read_reply(call, curl_easy_perform(call->curl), reply);
	call_free(call);
	return reply->error;
}

/* --- waiting ---------------------------------------------------------------------------------- */

static void serve(struct broker *broker)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int running, count = epoll_wait(broker->epoll, events, EVENTS_AT_ONCE, 0);

	for (int i = 0; i < count; i++) {
		uint32_t is = events[i].events;

		curl_multi_socket_action(
			broker->multi, events[i].data.fd,
			(is & EPOLLIN ? CURL_CSELECT_IN : 0) |
				(is & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
				(is & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0),
			&running);
	}
	if (broker->timer_ms >= 0 && broker->timer_ms <= now_ms()) {
		broker->timer_ms = -1;
		curl_multi_socket_action(broker->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	finish_calls(broker);
}

/* The shorter one of @timeout_ms and libcurl's. */
static int next_ms(const struct broker *broker, int timeout_ms)
{
	int64_t left = broker->timer_ms < 0 ? -1 : broker->timer_ms - now_ms();

	if (broker->timer_ms < 0 || (timeout_ms >= 0 && left > timeout_ms))
		return timeout_ms;
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

int broker_poll(struct broker *broker, struct pollfd *fds, size_t count, int timeout_ms)
{
	struct pollfd all[FDS_MAX + 1];
	int ready;

	if (count > FDS_MAX)
		return -EINVAL;
	all[0] = (struct pollfd){ .fd = broker->epoll, .events = POLLIN };
	if (count)
		memcpy(all + 1, fds, count * sizeof(*fds));
	ready = poll(all, count + 1, next_ms(broker, timeout_ms));
	if (ready < 0)
		return -errno;
	if (count)
		memcpy(fds, all + 1, count * sizeof(*fds));
	if (all[0].revents)
		ready--;
	serve(broker);
	return ready;
}

/* --- life ------------------------------------------------------------------------------------- */

int broker_open(const char *url, const char *token, struct broker **broker, struct fault *fault)
{
	struct broker *made = calloc(1, sizeof(*made));
	struct text authorization = { 0 };

	if (!made)
		return fault_set(fault, ENOMEM, "make ready to ask the broker", url, NULL);
	made->timer_ms = -1;
	made->url = strdup(url);
	text_printf(&authorization, "Authorization: Bearer %s", token);
	made->authorization = text_take(&authorization);
	made->epoll = epoll_create1(EPOLL_CLOEXEC);
	made->multi = curl_global_init(CURL_GLOBAL_DEFAULT) ? NULL : curl_multi_init();
	if (!made->url || !made->authorization || made->epoll < 0 || !made->multi) {
		broker_close(made);
		return fault_set(fault, ENOMEM, "make ready to ask the broker", url, NULL);
	}
	curl_multi_setopt(made->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(made->multi, CURLMOPT_SOCKETDATA, made);
	curl_multi_setopt(made->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(made->multi, CURLMOPT_TIMERDATA, made);
	*broker = made;
	return 0;
}

void broker_close(struct broker *broker)
{
	if (!broker)
		return;
	while (broker->calls)
		broker_cancel(broker, broker->calls);
	if (broker->multi)
		curl_multi_cleanup(broker->multi);
	if (broker->epoll >= 0)
		close(broker->epoll);
	if (broker->authorization)
		explicit_bzero(broker->authorization, strlen(broker->authorization));
	free(broker->authorization);
	free(broker->url);
	free(broker);
}
