/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Building a DNS question for an A record, and reading the answer to it. Pure.
 *
 * What arrives is hostile: every read is preceded by a check of the form `have > length - offset`,
 * which cannot overflow because offset <= length always holds.
 */
#include "dns_packet.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

/* RFC 1035, 4.1.1: the header. */
#define HEADER_BYTES   12
#define FLAG_RESPONSE  0x8000
#define FLAGS_OPCODE   0x7800
#define FLAG_TRUNCATED 0x0200
#define FLAG_RECURSE   0x0100
#define FLAGS_RCODE    0x000f
#define RCODE_NAME     3

#define TYPE_A	   1
#define TYPE_CNAME 5
#define CLASS_IN   1

#define LABEL_MAX_BYTES 63

/* More aliases in a row than any sane zone has; a loop ends here. */
#define ALIASES_MAX 8

struct record {
	char owner[DNS_NAME_BYTES];
	unsigned int type;
	unsigned int class;
	size_t data; /* offset in the message: a name there may point back into it */
	size_t data_length;
};

struct answer_reader {
	const uint8_t *message;
	size_t length;
	size_t records; /* offset of the first answer record */
	unsigned int count; /* of answer records, as the header has it */
	const struct dns_query *query;
	struct dns_answer *answer;
	struct fault *fault;
};

static unsigned int get16(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static void put16(uint8_t *bytes, unsigned int value)
{
	bytes[0] = value >> 8;
	bytes[1] = value;
}

/* Names */

static bool is_label_byte(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_';
}

/* The length of the label at @text, or 0 when there is none that is valid. */
static size_t label_length(const char *text)
{
	size_t length = 0;

	while (is_label_byte(text[length]))
		length++;
	if (length == 0 || length > LABEL_MAX_BYTES || text[0] == '-' || text[length - 1] == '-')
		return 0;
	return length;
}

bool dns_name_is_valid(const char *name)
{
	const char *next = name;

	do {
		size_t length = label_length(next);

		if (length == 0)
			return false;
		next += length;
		if (*next == '\0')
			return next - name < DNS_NAME_BYTES;
		if (*next++ != '.')
			return false;
	} while (*next);
	return next - name <= DNS_NAME_BYTES;
}

/* Append a label to @name, which has *@used bytes. False when it does not fit or is no host name's.
 */
static bool append_label(char *name, size_t *used, const uint8_t *label, size_t length)
{
	size_t dot = *used > 0;

	if (length + dot > DNS_NAME_BYTES - 1 - *used)
		return false;
	if (label[0] == '-' || label[length - 1] == '-')
		return false;
	if (dot)
		name[(*used)++] = '.';
	for (size_t i = 0; i < length; i++) {
		if (!is_label_byte(label[i]))
			return false;
		name[(*used)++] = label[i];
	}
	return true;
}

int dns_name_read(const uint8_t *message, size_t length, size_t *offset,
		  char name[static DNS_NAME_BYTES])
{
	size_t at = *offset, start = at, used = 0;
	bool jumped = false;

	while (at < length) {
		size_t bytes = message[at++];

		if (bytes == 0) {
			name[used] = '\0';
			if (!jumped)
				*offset = at;
			return 0;
		}
		if (bytes <= LABEL_MAX_BYTES) {
			if (bytes > length - at || !append_label(name, &used, message + at, bytes))
				return -EBADMSG;
			at += bytes;
			continue;
		}
		/* RFC 1035, 4.1.4: two set bits begin a pointer. It must lead before everything
		 * read so far, so that the jumps come to an end. */
		if (bytes < 0xc0 || at >= length)
			return -EBADMSG;
		bytes = (bytes & 0x3f) << 8 | message[at++];
		if (bytes >= start)
			return -EBADMSG;
		if (!jumped)
			*offset = at;
		jumped = true;
		at = start = bytes;
	}
	return -EBADMSG;
}

/* RFC 1035, 2.3.3: case does not count; nor does a dot at the end of what the user wrote. */
static bool same_name(const char *read, const char *wanted)
{
	for (; *read && tolower((unsigned char)*read) == tolower((unsigned char)*wanted);
	     read++, wanted++)
		;
	if (wanted[0] == '.' && wanted[1] == '\0')
		wanted++;
	return *read == '\0' && *wanted == '\0';
}

/* Question */

int dns_query_build(const struct dns_query *query, uint8_t packet[static DNS_QUERY_BYTES])
{
	uint8_t *next = packet + HEADER_BYTES;

	if (!dns_name_is_valid(query->name))
		return -EINVAL;

	memset(packet, 0, HEADER_BYTES);
	put16(packet, query->id);
	put16(packet + 2, FLAG_RECURSE);
	put16(packet + 4, 1); /* one question */

	for (const char *label = query->name; *label;) {
		size_t length = label_length(label);

		*next++ = length;
		memcpy(next, label, length);
		next += length;
		label += length + (label[length] == '.');
	}
	*next++ = 0;
	put16(next, TYPE_A);
	put16(next + 2, CLASS_IN);
	return next + 4 - packet;
}

/* Answer */

static int refuse(struct answer_reader *reader, int error, const char *hint)
{
	const uint32_t server = reader->query->server;
	char doing[sizeof(reader->fault->doing)], peer[32], address[IPV4_TEXT_BYTES];

	snprintf(doing, sizeof(doing), "look up %s", reader->query->name);
	snprintf(peer, sizeof(peer), "DNS server %s", value_ipv4_text(server, address));
	return fault_set(reader->fault, error, doing, peer, hint);
}

/* Check that the message answers our question, and find the first record behind the question. */
static int match_question(struct answer_reader *reader)
{
	const uint8_t *message = reader->message;
	size_t offset = HEADER_BYTES;
	char name[DNS_NAME_BYTES];
	unsigned int flags, questions;

	if (reader->length < HEADER_BYTES || get16(message) != reader->query->id)
		return -ENOMSG;
	flags = get16(message + 2);
	questions = get16(message + 4);
	if (!(flags & FLAG_RESPONSE) || (flags & FLAGS_OPCODE))
		return -ENOMSG;
	reader->answer->rcode = flags & FLAGS_RCODE;
	reader->answer->truncated = flags & FLAG_TRUNCATED;
	reader->count = get16(message + 6);

	/* A server that refuses or does not understand may leave the question out. */
	if (questions == 0 && reader->answer->rcode != 0)
		return 0;
	if (questions != 1 || dns_name_read(message, reader->length, &offset, name) ||
	    !same_name(name, reader->query->name) || reader->length - offset < 4 ||
	    get16(message + offset) != TYPE_A || get16(message + offset + 2) != CLASS_IN)
		return -ENOMSG;
	reader->records = offset + 4;
	return 0;
}

static int read_record(const struct answer_reader *reader, size_t *offset, struct record *record)
{
	const uint8_t *fixed;

	if (dns_name_read(reader->message, reader->length, offset, record->owner) ||
	    reader->length - *offset < 10)
		return -EBADMSG;
	fixed = reader->message + *offset;
	record->type = get16(fixed);
	record->class = get16(fixed + 2);
	record->data_length = get16(fixed + 8);
	record->data = *offset + 10;
	if (record->data_length > reader->length - record->data)
		return -EBADMSG;
	*offset = record->data + record->data_length;
	return 0;
}

static int add_address(struct answer_reader *reader, const struct record *record)
{
	const uint8_t *data = reader->message + record->data;
	struct dns_answer *answer = reader->answer;

	if (record->data_length != 4)
		return -EBADMSG;
	if (answer->address_count < DNS_ADDRESSES_MAX)
		answer->addresses[answer->address_count++] =
			(uint32_t)get16(data) << 16 | get16(data + 2);
	return 0;
}

/*
 * Collect the addresses of @owner. When it is an alias, @alias becomes the name that it stands for,
 * else the empty string. The records may come in any order.
 */
static int scan_records(struct answer_reader *reader, const char *owner,
			char alias[static DNS_NAME_BYTES])
{
	size_t offset = reader->records;
	struct record record;

	alias[0] = '\0';
	for (unsigned int i = 0; i < reader->count; i++) {
		int error = read_record(reader, &offset, &record);

		/* A truncated message may end within a record; what came before it counts. */
		if (error)
			return reader->answer->truncated ? 0 : error;
		if (record.class != CLASS_IN || !same_name(record.owner, owner))
			continue;
		if (record.type == TYPE_A)
			error = add_address(reader, &record);
		else if (record.type == TYPE_CNAME)
			error = dns_name_read(reader->message, record.data + record.data_length,
					      &record.data, alias);
		if (error)
			return error;
	}
	return 0;
}

static int follow_aliases(struct answer_reader *reader)
{
	char owner[DNS_NAME_BYTES + 1], alias[DNS_NAME_BYTES];

	snprintf(owner, sizeof(owner), "%s", reader->query->name);
	for (int i = 0; i <= ALIASES_MAX; i++) {
		if (scan_records(reader, owner, alias))
			return refuse(reader, EBADMSG, "a record in the answer is malformed");
		if (reader->answer->address_count > 0)
			return 0;
		if (alias[0] == '\0') {
			if (reader->answer->truncated)
				return refuse(reader, EMSGSIZE,
					      "the answer does not fit a UDP packet");
			return refuse(reader, ENODATA, "the name has no IPv4 address there");
		}
		memcpy(owner, alias, sizeof(alias));
	}
	return refuse(reader, EBADMSG, "the aliases in the answer go round in circles");
}

static int refuse_rcode(struct answer_reader *reader)
{
	char hint[64];

	if (reader->answer->rcode == RCODE_NAME)
		return refuse(reader, ENOENT, "the server says that there is no such name");
	snprintf(hint, sizeof(hint), "the server answered with code %u (RFC 1035, 4.1.1)",
		 reader->answer->rcode);
	return refuse(reader, EREMOTEIO, hint);
}

int dns_answer_parse(const uint8_t *message, size_t length, const struct dns_query *query,
		     struct dns_answer *answer, struct fault *fault)
{
	struct answer_reader reader = {
		.message = message,
		.length = length,
		.query = query,
		.answer = answer,
		.fault = fault,
	};
	int error;

	memset(answer, 0, sizeof(*answer));
	error = match_question(&reader);
	if (error)
		return error;
	return answer->rcode ? refuse_rcode(&reader) : follow_aliases(&reader);
}
