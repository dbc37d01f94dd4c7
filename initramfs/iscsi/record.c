// SPDX-License-Identifier: GPL-2.0-only
/* The node record that iscsid finds for the root's session; record.h has the contract. */
#include <stdio.h>
#include <string.h>

#include "record.h"

bool iscsi_record_path(const struct iscsi_record *record, char path[static ISCSI_RECORD_PATH_BYTES])
{
	if (!record->target[0] || record->target[0] == '.' || strchr(record->target, '/') ||
	    !record->address[0] || strchr(record->address, '/'))
		return false;
	snprintf(path, ISCSI_RECORD_PATH_BYTES, "%s/%s,%u,%u", record->target, record->address,
		 record->port, record->portal_group);
	return true;
}

static const char *digest(bool wanted)
{
	return wanted ? "CRC32C,None" : "None";
}

/*
 * What is not said here is open-iscsi's default. "onboot" keeps `iscsiadm --logoutall` away from
 * the session. Without NOP-Outs a busy server is not taken for a dead one, and with a day's time
 * I/O waits for a server's return instead of failing (open-iscsi's README, section 8.2).
 */
void iscsi_record_text(const struct iscsi_record *record, char text[static ISCSI_RECORD_BYTES])
{
	snprintf(text, ISCSI_RECORD_BYTES,
		 "# BEGIN RECORD 2.1\n"
		 "node.name = %s\n"
		 "node.tpgt = %u\n"
		 "node.startup = onboot\n"
		 "node.leading_login = No\n"
		 "node.discovery_type = static\n"
		 "iface.iscsi_ifacename = default\n"
		 "iface.transport_name = tcp\n"
		 "node.session.timeo.replacement_timeout = 86400\n"
		 "node.session.reopen_max = 0\n"
		 "node.conn[0].address = %s\n"
		 "node.conn[0].port = %u\n"
		 "node.conn[0].startup = onboot\n"
		 "node.conn[0].timeo.noop_out_interval = 0\n"
		 "node.conn[0].timeo.noop_out_timeout = 0\n"
		 "node.conn[0].iscsi.HeaderDigest = %s\n"
		 "node.conn[0].iscsi.DataDigest = %s\n"
		 "# END RECORD\n",
		 record->target, record->portal_group, record->address, record->port,
		 digest(record->header_digest), digest(record->data_digest));
}

void iscsi_session_isid(uint32_t session, uint8_t isid[static 6])
{
	isid[0] = 0x00; /* type: an OUI, open-iscsi's */
	isid[1] = 0x02;
	isid[2] = 0x3d;
	isid[3] = (uint8_t)(session >> 16);
	isid[4] = (uint8_t)(session >> 8);
	isid[5] = (uint8_t)session;
}
