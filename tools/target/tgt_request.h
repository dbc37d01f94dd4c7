/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tgtd is told at its control socket, and what it answers, as bytes.
 *
 * A request is a head of fixed size, in this machine's byte order, and a text with its NUL behind
 * it. An answer is a shorter head, and the text that was asked for. The heads are those of
 * usr/tgtadm.h in tgt 1.0.85, and the same up to 1.0.97. One connection has one request. Pure.
 */
#ifndef WIREROOT_TGT_REQUEST_H
#define WIREROOT_TGT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"

#define TGT_REQUEST_BYTES 120
#define TGT_ANSWER_BYTES  8

/* tgtd reads no longer text than that. */
#define TGT_TEXT_BYTES_MAX 8192
/* A list of all targets is longer than anything else that tgtd says. */
#define TGT_ANSWER_BYTES_MAX (256u << 20)

/* What it is about. */
enum tgt_mode {
	TGT_TARGET = 1,
	TGT_DISK = 2,
	TGT_PORTAL = 3,
	TGT_ACCOUNT = 7,
};

enum tgt_operation { TGT_NEW, TGT_DELETE, TGT_SHOW, TGT_BIND, TGT_UNBIND, TGT_UPDATE };

struct tgt_request {
	enum tgt_mode mode;
	enum tgt_operation operation;
	unsigned int target; /* its number; 0: none, or all */
	uint64_t lun; /* of a disk */
	bool outgoing; /* the account is the target's */
	bool force; /* whoever is logged in is thrown out */
	const char *text; /* "user=NAME" and the like; NULL: none */
};

/* Returns how long the whole request is with its text; 0 when that is longer than tgtd reads. */
size_t tgt_request_write(const struct tgt_request *request, uint8_t head[static TGT_REQUEST_BYTES]);

/* 0 with how much text follows, its NUL included; -EIO with @fault's hint for what tgtd says. */
int tgt_answer_read(const uint8_t head[static TGT_ANSWER_BYTES], size_t *text_bytes,
		    struct fault *fault);

#endif
