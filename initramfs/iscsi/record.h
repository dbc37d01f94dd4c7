/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What open-iscsi's iscsid has to know of a session to take it over, as text, and what has to be
 * the same whoever logs in. Pure.
 */
#ifndef WIREROOT_ISCSI_RECORD_H
#define WIREROOT_ISCSI_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "iscsi_login.h"

/* A session as the kernel describes it; iscsid looks its record up by these. */
struct iscsi_record {
	char target[ISCSI_NAME_BYTES];
	char address[64]; /* of the portal that was asked for, wherever the target sent us from it
			   */
	uint16_t port;
	uint16_t portal_group;
	bool header_digest, data_digest;
};

/* The longest path and text below, with their NULs. */
#define ISCSI_RECORD_PATH_BYTES 384
#define ISCSI_RECORD_BYTES	1536

/*
 * Write where iscsid looks for the record, below its directory nodes/: "TARGET/ADDRESS,PORT,GROUP".
 * Returns false for a name that is no name of a single directory.
 */
bool iscsi_record_path(const struct iscsi_record *record,
		       char path[static ISCSI_RECORD_PATH_BYTES]);

/*
 * Write the record, in the form of open-iscsi's database. No secrets are in it: iscsid reads the
 * session's own from the kernel, whatever the record says.
 */
void iscsi_record_text(const struct iscsi_record *record, char text[static ISCSI_RECORD_BYTES]);

/*
 * The ISID that open-iscsi gives the kernel's session of that number: iscsid's, when it takes the
 * session over. With the same ISID a target ends the session that was before, and all that it still
 * had to do for it, before the new one begins (RFC 7143 section 6.3.5), be it this boot's or one
 * that was cut off; with another, a late write of the old session could follow one of the new.
 */
void iscsi_session_isid(uint32_t session, uint8_t isid[static 6]);

#endif
