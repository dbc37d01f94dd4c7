/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What wirerootd saw last of a node: a node that boots just now is about to log in to its disk, and
 * one that ran may be waiting for a target that does not answer.
 */
#ifndef WIREROOT_STORAGE_RUNNING_H
#define WIREROOT_STORAGE_RUNNING_H

#include <stddef.h>

#include "userspace/lib/text.h"

#define RUNNING_STATE_BYTES 16

/*
 * Add to @answer what the wirerootd of the generation in force in the state directory @state says
 * of all nodes; nothing when it cannot be asked.
 */
void running_ask(const char *state, struct text *answer);

/*
 * The state of the node called @node ("booting", "running", …, as states.h of wirerootd has them)
 * by such an answer, in @text; "" when it says nothing of the node. Pure.
 */
void running_read(const char *answer, size_t length, const char *node,
		  char text[static RUNNING_STATE_BYTES]);

#endif
