/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What wirerootd saw last of a node: a node that boots just now is about to log in to its disk, and
 * one that ran may be waiting for a target that does not answer.
 */
#ifndef WIREROOT_STORAGE_RUNNING_H
#define WIREROOT_STORAGE_RUNNING_H

#include <stddef.h>

#include "initramfs/fault.h"

#define RUNNING_STATE_BYTES 16

/*
 * The state of the node called @node ("booting", "running", …, as states.h of wirerootd has them),
 * by what the wirerootd of the generation in force in the state directory @state says, in @text;
 * "" when it cannot be asked or knows of no such node.
 */
void running_ask(const char *state, const char *node, char text[static RUNNING_STATE_BYTES]);

/* The part of it that is pure: wirerootd's answer at /v1/nodes. */
void running_read(const char *answer, size_t length, const char *node,
		  char text[static RUNNING_STATE_BYTES]);

#endif
