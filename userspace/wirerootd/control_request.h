/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What wirerootd can be told through its control socket: one JSON object a line.
 *
 *	{ "do": "open", "seconds": 600, "profile": "compute", "name": "n[01-]" }
 *		opens a window for discovery, which closes with the connection
 *	{ "do": "machines" }
 *		lists the machines that wait
 *	{ "do": "adopting", "mac": "52:54:00:12:34:56", "name": "n01" }
 *	{ "do": "adopted", "mac": …, "name": … }
 *	{ "do": "waiting", "mac": … }
 *		what a machine is told
 *
 * Each is answered with { "ok": true, … } or { "ok": false, "error": "…" }. The connection that has
 * opened the window gets { "arrival": MACHINE } for each machine that reports for the first time,
 * and { "closed": true } when the time is over.
 *
 * Pure.
 */
#ifndef WIREROOT_CONTROL_REQUEST_H
#define WIREROOT_CONTROL_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/wirerootd/discovery.h"

#define CONTROL_LINE_BYTES 4096

enum control_verb {
	CONTROL_OPEN,
	CONTROL_MACHINES,
	CONTROL_WAITING,
	CONTROL_ADOPTING,
	CONTROL_ADOPTED,
};

struct control_request {
	enum control_verb verb;
	unsigned int seconds;
	char profile[DISCOVERY_PROFILE_BYTES], pattern[DISCOVERY_PATTERN_BYTES];
	uint8_t mac[6];
	char name[HOST_NAME_LENGTH + 1];
};

/* Read a line of @length bytes without its end. 0, or -EINVAL with @fault. */
int control_request_parse(const char *line, size_t length, struct control_request *request,
			  struct fault *fault);

#endif
