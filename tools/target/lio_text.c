// SPDX-License-Identifier: GPL-2.0-only
/*
 * What LIO tells of an initiator's session; see lio_text.h.
 *
 *	InitiatorName: iqn.2026-11.example.demo:initiator:n01
 *	InitiatorAlias: n01
 *	LIO Session ID: 1   ISID: 0x40 00 01 37 00 00  TSIH: 1  SessionType: Normal
 *	Session State: TARG_SESS_STATE_LOGGED_IN
 *	…
 *	   Address 10.0.0.11 TCP  StatSN: 0x4d7d2c9a
 */
#include "tools/target/lio_text.h"

#include <string.h>

/* The word behind the first @key at the beginning of a line, but for blanks. False: there is none.
 */
static bool find_word(const char *text, const char *key, char *word, size_t bytes)
{
	const size_t key_length = strlen(key);

	while (*text) {
		size_t blanks = strspn(text, " ");
		size_t length;

		if (!strncmp(text + blanks, key, key_length)) {
			text += blanks + key_length;
			length = strcspn(text, " \n");
			if (length >= bytes)
				length = bytes - 1;
			memcpy(word, text, length);
			word[length] = '\0';
			return true;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return false;
}

bool lio_read_session(const char *text, struct target_session *session)
{
	if (!find_word(text, "InitiatorName: ", session->initiator, sizeof(session->initiator)))
		return false;
	find_word(text, "Address ", session->address, sizeof(session->address));
	return true;
}
