// SPDX-License-Identifier: GPL-2.0-only
/* Asking a server of ours by HTTP; see http_get.h. */
#include "userspace/lib/http_get.h"

#include <curl/curl.h>
#include <errno.h>

#define CONNECT_TIMEOUT_S  5
#define TRANSFER_TIMEOUT_S 30

struct collector {
	struct text *answer;
	size_t rest;
};

/* libcurl's callback: 0 makes it give up. */
static size_t collect(char *bytes, size_t size, size_t count, void *context)
{
	struct collector *collector = context;

	if (size * count > collector->rest)
		return 0;
	collector->rest -= size * count;
	text_add_bytes(collector->answer, bytes, size * count);
	return collector->answer->error ? 0 : size * count;
}

static int errno_of(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return ECONNREFUSED;
	case CURLE_COULDNT_RESOLVE_HOST:
		return ENOENT;
	case CURLE_OPERATION_TIMEDOUT:
		return ETIMEDOUT;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return EINVAL;
	case CURLE_HTTP_RETURNED_ERROR:
		return EREMOTEIO;
	default:
		return EIO;
	}
}

int http_get(const char *url, size_t limit, struct text *answer, struct fault *fault)
{
	struct collector collector = { .answer = answer, .rest = limit };
	char story[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (!curl)
		return fault_set(fault, ENOMEM, "ask wirerootd", url, NULL);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* A boot server is in a network of its own or on the loopback, which no proxy knows. */
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TRANSFER_TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, story);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &collector);
	text_add(answer, "");
	code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	if (code == CURLE_OK)
		return 0;
	return fault_set(fault, errno_of(code), "ask wirerootd", url,
			 story[0] ? story : curl_easy_strerror(code));
}
