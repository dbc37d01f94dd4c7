// SPDX-License-Identifier: GPL-2.0-only
/* Reads what comes through the control socket. See control_request.h. */
#include "userspace/wirerootd/control_request.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *const verbs[] = {
	[CONTROL_OPEN] = "open",       [CONTROL_MACHINES] = "machines",
	[CONTROL_WAITING] = "waiting", [CONTROL_ADOPTING] = "adopting",
	[CONTROL_ADOPTED] = "adopted",
};

static int refuse(struct fault *fault, const char *key, const char *hint)
{
	return fault_set(fault, EINVAL, "read the request", key, hint);
}

static int take_verb(const json_t *json, struct control_request *request, struct fault *fault)
{
	const char *verb = json_string_value(json_object_get(json, "do"));

	for (size_t i = 0; verb && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verb, verbs[i]) != 0)
			continue;
		request->verb = (enum control_verb)i;
		return 0;
	}
	return refuse(fault, "do", "there are open, machines, waiting, adopting and adopted");
}

static int take_text(const json_t *json, const char *key, char *to, size_t bytes,
		     struct fault *fault)
{
	const char *text = json_string_value(json_object_get(json, key));

	if (!text || strlen(text) >= bytes ||
	    strlen(text) != json_string_length(json_object_get(json, key)) || !value_plain(text))
		return refuse(fault, key, "it is no short plain text");
	snprintf(to, bytes, "%s", text);
	return 0;
}

static int take_window(const json_t *json, struct control_request *request, struct fault *fault)
{
	const json_t *seconds = json_object_get(json, "seconds");

	if (!json_is_integer(seconds) || json_integer_value(seconds) < 1 ||
	    json_integer_value(seconds) > DISCOVERY_SECONDS_MAX)
		return refuse(fault, "seconds", "a window is open for a second up to a day");
	request->seconds = (unsigned int)json_integer_value(seconds);
	if (take_text(json, "profile", request->profile, sizeof(request->profile), fault))
		return -fault->error;
	return take_text(json, "name", request->pattern, sizeof(request->pattern), fault);
}

static int take_machine(const json_t *json, struct control_request *request, struct fault *fault)
{
	const char *mac = json_string_value(json_object_get(json, "mac"));

	if (!mac || !value_mac(mac, request->mac))
		return refuse(fault, "mac", "it is no MAC address of a machine");
	if (request->verb == CONTROL_WAITING)
		return 0;
	if (take_text(json, "name", request->name, sizeof(request->name), fault))
		return -fault->error;
	return value_host_name(request->name, HOST_NAME_LENGTH)
		       ? 0
		       : refuse(fault, "name", "it is no host name");
}

int control_request_parse(const char *line, size_t length, struct control_request *request,
			  struct fault *fault)
{
	json_error_t where;
	json_t *json = NULL;
	int error;

	*request = (struct control_request){ 0 };
	if (length < CONTROL_LINE_BYTES)
		json = json_loadb(line, length, JSON_REJECT_DUPLICATES, &where);
	if (!json_is_object(json)) {
		json_decref(json);
		return refuse(fault, "", "it is no JSON object of at most 4095 bytes");
	}
	error = take_verb(json, request, fault);
	if (!error && request->verb == CONTROL_OPEN)
		error = take_window(json, request, fault);
	else if (!error && request->verb != CONTROL_MACHINES)
		error = take_machine(json, request, fault);
	json_decref(json);
	return error;
}
