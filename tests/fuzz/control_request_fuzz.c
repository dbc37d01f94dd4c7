/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/control_request.c initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
/* Lines of the control socket and any bytes: what passes holds to its limits. */
#include <stdint.h>
#include <stdlib.h>

#include "userspace/wirerootd/control_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_request request;
	struct fault fault;

	if (control_request_parse((const char *)data, size, &request, &fault))
		return 0;
	if (request.verb == CONTROL_OPEN &&
	    (request.seconds < 1 || request.seconds > DISCOVERY_SECONDS_MAX))
		abort();
	if (request.verb >= CONTROL_ADOPTING && !value_host_name(request.name, HOST_NAME_LENGTH))
		abort();
	return 0;
}
