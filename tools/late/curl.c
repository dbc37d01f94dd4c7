// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is called of libcurl; see late.h.
 *
 * Options and answers are one argument each: a long, a pointer or a curl_off_t, which are of one
 * size and handed over in the same way wherever a long has 64 bits.
 */
#include "tools/late/late.h"

#include <curl/curl.h>
#include <stdarg.h>

/* The header's macros of these names count arguments. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *),
	       "options of one size");

#define LATE_OPTION(result, name, subject, option)                                                 \
	result name(subject *handle, option which, ...)                                            \
	{                                                                                          \
		static __typeof__(name) *found;                                                    \
		va_list arguments;                                                                 \
		void *argument;                                                                    \
                                                                                                   \
		va_start(arguments, which);                                                        \
		argument = va_arg(arguments, void *);                                              \
		va_end(arguments);                                                                 \
		if (!found)                                                                        \
			found = (__typeof__(name) *)late_find(LATE_CURL, #name);                   \
		return found(handle, which, argument);                                             \
	}

/* clang-format off */
LATE_OPTION(CURLcode, curl_easy_setopt, CURL, CURLoption)
LATE_OPTION(CURLcode, curl_easy_getinfo, CURL, CURLINFO)
LATE_OPTION(CURLMcode, curl_multi_setopt, CURLM, CURLMoption)

LATE(LATE_CURL, void, curl_easy_cleanup, (CURL *curl), (curl))
LATE(LATE_CURL, CURL *, curl_easy_init, (void), ())
LATE(LATE_CURL, CURLcode, curl_easy_perform, (CURL *curl), (curl))
LATE(LATE_CURL, const char *, curl_easy_strerror, (CURLcode code), (code))
LATE(LATE_CURL, CURLcode, curl_global_init, (long flags), (flags))
LATE(LATE_CURL, CURLMcode, curl_multi_add_handle,
     (CURLM *multi_handle, CURL *curl_handle), (multi_handle, curl_handle))
LATE(LATE_CURL, CURLMcode, curl_multi_assign,
     (CURLM *multi_handle, curl_socket_t sockfd, void *sockp), (multi_handle, sockfd, sockp))
LATE(LATE_CURL, CURLMcode, curl_multi_cleanup, (CURLM *multi_handle), (multi_handle))
LATE(LATE_CURL, CURLMsg *, curl_multi_info_read,
     (CURLM *multi_handle, int *msgs_in_queue), (multi_handle, msgs_in_queue))
LATE(LATE_CURL, CURLM *, curl_multi_init, (void), ())
LATE(LATE_CURL, CURLMcode, curl_multi_remove_handle,
     (CURLM *multi_handle, CURL *curl_handle), (multi_handle, curl_handle))
LATE(LATE_CURL, CURLMcode, curl_multi_socket_action,
     (CURLM *multi_handle, curl_socket_t s, int ev_bitmask, int *running_handles),
     (multi_handle, s, ev_bitmask, running_handles))
LATE(LATE_CURL, struct curl_slist *, curl_slist_append,
     (struct curl_slist *list, const char *data), (list, data))
LATE(LATE_CURL, void, curl_slist_free_all, (struct curl_slist *list), (list))
