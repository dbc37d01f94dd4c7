// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `tgtadm --op show` prints, as a list; see tgt_text.h.
 *
 * Its form is told by indentation:
 *
 *	Target 1: iqn.2026-11.example.demo:n01
 *	    I_T nexus information:
 *	        I_T nexus: 8
 *	            Initiator: iqn.2026-11.example.demo:initiator:n01 alias: n01
 *	            Connection: 0
 *	                IP Address: 10.0.0.11
 *	    LUN information:
 *	        LUN: 1
 *	            Readonly: No
 *	            Backing store path: /dev/nodes/wr-n01
 *	    ACL information:
 *	        10.0.0.11
 */
#include "tools/target/tgt_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"

/* Of each target, in this order. */
enum part { PART_SYSTEM, PART_SESSIONS, PART_DISKS, PART_ACCOUNTS, PART_ACL, PART_COUNT };

static const char *const parts[PART_COUNT] = {
	"System information:",	"I_T nexus information:", "LUN information:",
	"Account information:", "ACL information:",
};

struct reader {
	struct target_list *list;
	struct target *target; /* that lines are about, or NULL */
	unsigned int part; /* the number of parts that have begun */
	unsigned int lun;
	struct fault *fault;
};

/* A line without its indentation and its end. */
struct line {
	const char *text;
	size_t length;
	size_t indentation;
};

static int refuse(const struct reader *reader, const struct line *line)
{
	char peer[sizeof(reader->fault->peer)];

	snprintf(peer, sizeof(peer), "%.*s", (int)(line->length < 90 ? line->length : 90),
		 line->text);
	return fault_set(reader->fault, EBADMSG, "understand the list of tgt's targets", peer,
			 NULL);
}

/* What stands behind @key in @line, or NULL when it begins with something else. */
static const char *behind(const struct line *line, const char *key, size_t *length)
{
	size_t key_length = strlen(key);

	if (line->length < key_length || memcmp(line->text, key, key_length) != 0)
		return NULL;
	*length = line->length - key_length;
	return line->text + key_length;
}

/* A decimal number; false for anything else. */
static bool read_number(const char *text, size_t length, unsigned int *number)
{
	char digits[16];
	uint32_t value;

	if (length == 0 || length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	if (!value_number(digits, INT32_MAX, &value))
		return false;
	*number = value;
	return true;
}

/* Into @name, unless it is empty or longer than names are. */
static bool read_name(const char *text, size_t length, char name[static TARGET_NAME_BYTES])
{
	if (length == 0 || length >= TARGET_NAME_BYTES || memchr(text, '\0', length))
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	return true;
}

/* Is the number or the name of the target read last another one's, too? */
static bool is_double(const struct target_list *list)
{
	const struct target *last = &list->targets[list->count - 1];

	for (const struct target *other = list->targets; other < last; other++)
		if (other->id == last->id || !strcmp(other->name, last->name))
			return true;
	return false;
}

/* "Target 1: NAME", once the one before has had all its parts. */
static int begin_target(struct reader *reader, const struct line *line)
{
	size_t length;
	const char *number = behind(line, "Target ", &length);
	const char *colon = number ? memchr(number, ':', length) : NULL;
	struct target *target;

	if (!colon || (reader->target && reader->part != PART_COUNT))
		return refuse(reader, line);
	target = target_list_add(reader->list);
	if (!target)
		return fault_set(reader->fault, ENOMEM, "list tgt's targets", "", NULL);
	reader->target = target;
	reader->part = 0;
	length -= (size_t)(colon - number) + 1;
	if (!read_number(number, (size_t)(colon - number), &target->id) || length < 2 ||
	    colon[1] != ' ' || !read_name(colon + 2, length - 1, target->name) ||
	    is_double(reader->list))
		return refuse(reader, line);
	return 0;
}

static int begin_part(struct reader *reader, const struct line *line)
{
	size_t length;

	if (!reader->target || reader->part == PART_COUNT ||
	    !behind(line, parts[reader->part], &length) || length)
		return refuse(reader, line);
	reader->part++;
	return 0;
}

static int read_initiator(struct reader *reader, const struct line *line, const char *name,
			  size_t length)
{
	const char *blank = memchr(name, ' ', length);
	struct target_session *session;

	if (blank) /* " alias: …" */
		length = (size_t)(blank - name);
	session = target_list_add_session(reader->list);
	if (!session)
		return fault_set(reader->fault, ENOMEM, "list tgt's targets", "", NULL);
	memcpy(session->target, reader->target->name, sizeof(session->target));
	return read_name(name, length, session->initiator) ? 0 : refuse(reader, line);
}

/* Of the connection; a session has had its initiator before. */
static int read_address(struct reader *reader, const struct line *line, const char *address,
			size_t length)
{
	const struct target_list *list = reader->list;
	struct target_session *session =
		list->session_count ? &list->sessions[list->session_count - 1] : NULL;

	if (!session || strcmp(session->target, reader->target->name) != 0 ||
	    length >= sizeof(session->address))
		return refuse(reader, line);
	memcpy(session->address, address, length);
	session->address[length] = '\0';
	return 0;
}

static int read_session(struct reader *reader, const struct line *line)
{
	const char *value;
	size_t length;

	if (line->indentation == 8) {
		reader->target->sessions++;
		return behind(line, "I_T nexus: ", &length) ? 0 : refuse(reader, line);
	}
	value = behind(line, "Initiator: ", &length);
	if (line->indentation == 12 && value)
		return read_initiator(reader, line, value, length);
	value = behind(line, "IP Address: ", &length);
	if (line->indentation == 16 && value)
		return read_address(reader, line, value, length);
	return 0;
}

static int read_disk(struct reader *reader, const struct line *line)
{
	struct target *target = reader->target;
	const char *value;
	size_t length;

	if (line->indentation == 8) {
		value = behind(line, "LUN: ", &length);
		return value && read_number(value, length, &reader->lun) ? 0 : refuse(reader, line);
	}
	if (reader->lun != TARGET_LUN)
		return 0;
	if (behind(line, "Readonly: No", &length))
		target->read_write = true;
	value = behind(line, "Backing store path: ", &length);
	if (!value)
		return 0;
	if (target->disk)
		return refuse(reader, line);
	target->disk = strndup(value, length);
	return target->disk ? 0 : fault_set(reader->fault, ENOMEM, "list tgt's targets", "", NULL);
}

/* "USER" or "USER (outgoing)" */
static int read_account(struct reader *reader, const struct line *line)
{
	static const char outgoing[] = " (outgoing)";
	const size_t extra = sizeof(outgoing) - 1;
	bool out =
		line->length > extra && !memcmp(line->text + line->length - extra, outgoing, extra);
	char **user = out ? &reader->target->out : &reader->target->in;

	if (*user) /* of several, which Wireroot does not make, one is as good as the other */
		return 0;
	*user = strndup(line->text, line->length - (out ? extra : 0));
	return *user ? 0 : fault_set(reader->fault, ENOMEM, "list tgt's targets", "", NULL);
}

/* An address, "ALL", or an initiator's name; none of them has blanks. */
static int read_admitted(struct reader *reader, const struct line *line)
{
	struct target *target = reader->target;
	const char *before = target->admitted ? target->admitted : "";
	char *all;

	if (memchr(line->text, ' ', line->length))
		return refuse(reader, line);
	if (asprintf(&all, "%s%s%.*s", before, *before ? " " : "", (int)line->length, line->text) <
	    0)
		return fault_set(reader->fault, ENOMEM, "list tgt's targets", "", NULL);
	free(target->admitted);
	target->admitted = all;
	target->open = true;
	return 0;
}

static int read_line(struct reader *reader, const struct line *line)
{
	if (!line->length)
		return 0;
	if (line->indentation == 0)
		return begin_target(reader, line);
	if (line->indentation == 4)
		return begin_part(reader, line);
	if (!reader->target || !reader->part || line->indentation < 8)
		return refuse(reader, line);
	switch (reader->part - 1) {
	case PART_SESSIONS:
		return read_session(reader, line);
	case PART_DISKS:
		return read_disk(reader, line);
	case PART_ACCOUNTS:
		return read_account(reader, line);
	case PART_ACL:
		return read_admitted(reader, line);
	default:
		return 0;
	}
}

/* The line at @text, and where the next one is. */
static const char *cut_line(const char *text, const char *end, struct line *line)
{
	const char *stop = memchr(text, '\n', (size_t)(end - text));
	const char *last = stop ? stop : end;

	line->text = text;
	while (line->text < last && *line->text == ' ')
		line->text++;
	line->indentation = (size_t)(line->text - text);
	line->length = (size_t)(last - line->text);
	return stop ? stop + 1 : end;
}

int tgt_read_targets(const char *text, size_t length, struct target_list *list, struct fault *fault)
{
	struct reader reader = { .list = list, .fault = fault };
	const char *end = text + length;
	struct line line;
	int error = 0;

	while (!error && text < end) {
		text = cut_line(text, end, &line);
		error = read_line(&reader, &line);
	}
	if (!error && reader.target && reader.part != PART_COUNT)
		error = fault_set(fault, EBADMSG, "understand the list of tgt's targets",
				  reader.target->name, "it ends in the middle");
	return error;
}

bool tgt_has_portal(const char *text, size_t length, const struct iscsi_portal *portal)
{
	char wanted[48], everywhere[48], place[ISCSI_PORTAL_TEXT_BYTES];
	const char *end = text + length, *value;
	struct line line;
	size_t rest;

	snprintf(wanted, sizeof(wanted), "Portal: %s,", iscsi_portal_text(portal, place));
	snprintf(everywhere, sizeof(everywhere), "Portal: 0.0.0.0:%u,", portal->port);
	while (text < end) {
		text = cut_line(text, end, &line);
		value = behind(&line, wanted, &rest);
		if (value || behind(&line, everywhere, &rest))
			return true;
	}
	return false;
}
