/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an iSCSI root is and who we are there, from words and from DHCP's root-path.
 *
 * Sources of the spellings: RFC 4173 section 5 and dracut.cmdline(7). Pure.
 */
#ifndef WIREROOT_ISCSI_SPEC_H
#define WIREROOT_ISCSI_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "../fault.h"
#include "../words.h"
#include "iscsi_login.h"

#define ISCSI_TARGETS_MAX  8
#define ISCSI_PORT	   3260
#define ISCSI_SECRET_BYTES 256
/* "SHA3-256,SHA256,SHA1,MD5" */
#define ISCSI_CHAP_LIST_BYTES 32

/* Who authenticates to whom. Empty: not. */
struct iscsi_account {
	char user[ISCSI_SECRET_BYTES], secret[ISCSI_SECRET_BYTES];
};

/* A LUN behind one portal. Several of the same name are several ways to one target. */
struct iscsi_target {
	char server[254]; /* IPv4 address or name, or IPv6 address (->ipv6); may be empty */
	bool ipv6;
	uint16_t port;
	uint64_t lun; /* as the kernel numbers it: the first level is in the lowest 16 bits */
	char name[ISCSI_NAME_BYTES];
	struct iscsi_account initiator, target;
	uint8_t chap; /* by the firmware's word: 1: the initiator has an account, 2: so has the
			 target */
};

struct iscsi_spec {
	struct iscsi_target targets[ISCSI_TARGETS_MAX];
	unsigned int count;
	char initiator[ISCSI_NAME_BYTES]; /* rd.iscsi.initiator=; empty: derived */
	/* root=LABEL=…, UUID=…, PARTUUID=… or /dev/…; empty: the LUN's own file system. */
	char root[256];
	char overlay[256]; /* the same of wireroot.overlay=; empty: none, or in memory */
	char type[16]; /* rootfstype=; empty or "auto": what the superblock says */
	bool firmware; /* rd.iscsi.firmware: what nothing else tells, the iBFT may */
	bool header_digest, data_digest;
	/* The digests that CHAP may use, as open-iscsi lists them, the best first; empty: any. */
	char chap_list[ISCSI_CHAP_LIST_BYTES];
	enum chap_algorithm chap_order[CHAP_ALGORITHMS]; /* the same; 0 behind the last */
	/* Of rd.iscsi.*: what these say holds for each target. */
	struct iscsi_target common;
};

/*
 * Parse what follows "iscsi:" of a root=, netroot= or root-path:
 *
 *	[USER:SECRET[:USER:SECRET]@][SERVER]:[PROTOCOL]:[PORT]:[[INTERFACE]:[NIC]:][LUN]:TARGET
 *
 * SERVER may be an IPv6 address in brackets; PROTOCOL is 6 (TCP); LUN is hexadecimal, up to four
 * groups of up to four digits with '-' (RFC 4173). Returns 0, or -EINVAL with @fault, whose text
 * never shows a secret.
 */
int iscsi_target_parse(const char *text, struct iscsi_target *target, struct fault *fault);

/*
 * Take where a target has moved to, "SERVER[:PORT][,GROUP]" (TargetAddress, RFC 7143 section 13.8),
 * into ->server and ->port. Returns false, and @target as it was, for anything else.
 */
bool iscsi_target_move(struct iscsi_target *target, const char *address);

/*
 * Take in the words of one source, the node file's first and then the kernel command line's. The
 * last root=, and the targets of netroot= and root=iscsi: together, replace those of a lower
 * source; other words replace each its own. Returns 0, or -EINVAL and the first malformed word's
 * @fault; a source with a malformed target leaves none.
 */
int iscsi_spec_apply(struct iscsi_spec *spec, const struct words *words, struct fault *fault);

/*
 * Complete the targets: with rd.iscsi.target.* and the accounts of rd.iscsi.*, and with @root_path
 * (from DHCP) when no word names any target. Returns 0, -ENODATA with @fault that says what is
 * missing, or -EINVAL, also for accounts that are half there, or the same in both directions.
 */
int iscsi_spec_complete(struct iscsi_spec *spec, const char *root_path, struct fault *fault);

#endif
