/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of `wireroot memory`, in tools/cmd/memory_*.c, and what they share: a broker to ask.
 *
 * argv[0] is the verb. As the nouns' functions (cmd.h), a verb prints what there is to print and
 * returns the exit status.
 */
#ifndef WIREROOT_CMD_MEMORY_H
#define WIREROOT_CMD_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/cluster/cluster.h"
#include "tools/memory/tokens.h"
#include "userspace/memory/lib/broker.h"

struct memory_arguments {
	const char *cluster, *state, *broker, *token_file, *services;
	bool json;
	unsigned int limit; /* of the history */
	unsigned int deadline_s; /* 0: not given */
	char **words; /* behind the options */
	int word_count;
};

int memory_status(const struct memory_arguments *arguments);
int memory_history(const struct memory_arguments *arguments);
int memory_offer(const struct memory_arguments *arguments);
int memory_request(const struct memory_arguments *arguments);
int memory_return(const struct memory_arguments *arguments);
int memory_token(const struct memory_arguments *arguments);

/* Room for "http://255.255.255.255:65535". */
#define MEMORY_URL_BYTES 256

struct memory_broker {
	char url[MEMORY_URL_BYTES];
	struct broker *broker;
};

/*
 * Find out where the broker is, and for @changes the administrator's token. 0 or -errno with
 * @fault; memory_disconnect() in any case.
 */
int memory_connect(struct memory_broker *broker, const struct memory_arguments *arguments,
		   bool changes, struct fault *fault);
void memory_disconnect(struct memory_broker *broker);

/*
 * Ask @broker; @body, of which the reference is taken, may be NULL. @doing is for the fault: "have
 * n01 borrow 1G". 0 with *@answer for the caller, or -errno with @fault.
 */
int memory_ask(struct memory_broker *broker, const char *method, const char *path, json_t *body,
	       const char *doing, json_t **answer, struct fault *fault);

/* Load the definition for its section memory:. 0, or -EINVAL: standard error tells why. */
int memory_load(struct cluster *cluster, const char *path);

/* CMD_FAILED, and a line about @fault unless it is empty: what failed has told already. */
int memory_failed(const struct fault *fault);

#endif
