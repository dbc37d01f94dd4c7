/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection to wirerootd's control socket; userspace/wirerootd/control_request.h has the words.
 *
 * What wirerootd tells by itself (arrivals, the end of the window) is kept in its order while an
 * answer is waited for.
 */
#ifndef WIREROOT_WIREROOTD_CLIENT_H
#define WIREROOT_WIREROOTD_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

#define WIREROOTD_CONTROL_PATH "/run/wirerootd/wirerootd.sock"

/* Begin with { .fd = -1 }. */
struct wirerootd_client {
	int fd; /* -1: not connected */
	const char *path;
	struct text input; /* bytes that are no line yet */
	json_t *events; /* array */
};

/* Connect to the socket at @path. 0 or -errno with @fault. wirerootd_close() in any case. */
int wirerootd_connect(struct wirerootd_client *client, const char *path, struct fault *fault);
void wirerootd_close(struct wirerootd_client *client);

/*
 * Send @request, a new reference, which is used up, and wait for its answer: *@answer, a new
 * reference, may be NULL when nobody wants it. 0; -EREMOTEIO when wirerootd refuses, the hint tells
 * why; or another -errno; all with @fault.
 */
int wirerootd_ask(struct wirerootd_client *client, json_t *request, json_t **answer,
		  struct fault *fault);

/*
 * Wait for what wirerootd tells by itself: *@event, a new reference. @stop is a descriptor that
 * ends the waiting when it is readable, or -1. 0, -ECANCELED when @stop was readable, or another
 * -errno with @fault.
 */
int wirerootd_wait(struct wirerootd_client *client, int stop, json_t **event, struct fault *fault);

/* {"do": @verb, "mac": …, "name": @name}; @name NULL leaves it out. 0 or -errno with @fault. */
int wirerootd_tell(struct wirerootd_client *client, const char *verb, const uint8_t mac[static 6],
		   const char *name, struct fault *fault);

#endif
