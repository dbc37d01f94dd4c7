/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/dhcp_packet.c initramfs/dns_packet.c initramfs/fault.c initramfs/value.c */
/* DHCP frames: what the client sends, what it reads out of good replies, and what it refuses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/dhcp_packet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* An option's bytes with their length, which may hold NULs. */
#define WIRE(text) text, sizeof(text) - 1

#define XID	   0xdecafbadu
#define ADDRESS	   0x0a000063u /* 10.0.0.99 */
#define SERVER	   0x0a000001u
#define COOKIE_END 240

/* ACK from 10.0.0.1, for one hour, 255.255.255.0. */
#define TYPE_ACK "\x35\1\5"
#define BASICS	 TYPE_ACK "\x36\4\12\0\0\1\x33\4\0\0\x0e\x10\1\4\xff\xff\xff\0"

static const struct dhcp_client_message sent = {
	.type = DHCP_REQUEST,
	.xid = XID,
	.mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
	.address = ADDRESS,
	.server_id = SERVER,
};

struct message {
	uint8_t bytes[3000];
	size_t length;
};

static void add(struct message *message, const char *bytes, size_t length)
{
	memcpy(message->bytes + message->length, bytes, length);
	message->length += length;
}

/* A reply's fixed fields, offering ADDRESS. */
static void begin(struct message *message)
{
	static const uint8_t start[] = { 2, 1, 6, 0, 0xde, 0xca, 0xfb, 0xad };

	memset(message, 0, sizeof(*message));
	memcpy(message->bytes, start, sizeof(start));
	memcpy(message->bytes + 16, "\12\0\0\x63", 4);
	memcpy(message->bytes + 20, "\12\0\0\5", 4);
	memcpy(message->bytes + 28, sent.mac, 6);
	memcpy(message->bytes + 236, "\x63\x82\x53\x63", 4);
	message->length = COOKIE_END;
}

/* Parse a copy of exact size, so that the sanitizer sees one byte too many. */
static int parse(const struct message *message, struct dhcp_reply *reply, struct fault *fault)
{
	uint8_t *copy = malloc(message->length ? message->length : 1);
	struct dhcp_payload payload = { copy, message->length, SERVER };
	int error;

	assert_non_null(copy);
	memcpy(copy, message->bytes, message->length);
	memset(fault, 0, sizeof(*fault));
	error = dhcp_parse_reply(&payload, &sent, reply, fault);
	free(copy);
	return error;
}

/* The lease in a reply with the basics and @options. */
static struct dhcp_reply accept(const char *options, size_t length)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	begin(&message);
	add(&message, WIRE(BASICS));
	add(&message, options, length);
	add(&message, WIRE("\xff"));
	if (parse(&message, &reply, &fault) != 0)
		fail_msg("refused: %s", fault.hint);
	return reply;
}

/* What the client sends */

static unsigned int get16(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static unsigned int checksum(const uint8_t *bytes, size_t length, uint32_t sum)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Check the headers and return the length of the message, which is at frame + 28. */
static size_t check_headers(const uint8_t *frame, int length, uint32_t source)
{
	static const uint8_t start[] = { 0x45, 0 };
	const uint8_t addresses[] = { source >> 24, source >> 16, source >> 8, source,
				      255,	    255,	  255,	       255 };
	static const uint8_t ports[] = { 0, 68, 0, 67 };

	assert_in_range(length, 28 + 300, DHCP_CLIENT_FRAME_BYTES);
	assert_memory_equal(frame, start, sizeof(start));
	assert_int_equal(get16(frame + 2), length);
	assert_int_equal(frame[9], 17);
	assert_memory_equal(frame + 12, addresses, sizeof(addresses));
	assert_int_equal(checksum(frame, 20, 0), 0xffff);
	assert_memory_equal(frame + 20, ports, sizeof(ports));
	assert_int_equal(get16(frame + 24), length - 20);
	assert_int_not_equal(get16(frame + 26), 0);
	assert_int_equal(
		checksum(frame + 20, length - 20, 17 + length - 20 + checksum(frame + 12, 8, 0)),
		0xffff);
	return length - 28;
}

/* Whether @options, which ends with 255, has exactly this option. */
static bool has_option(const uint8_t *message, size_t length, const char *option, size_t size)
{
	for (size_t at = COOKIE_END; at < length && message[at] != 255; at += 2 + message[at + 1])
		if (message[at] == (uint8_t)option[0])
			return message[at + 1] + 2u == size &&
			       memcmp(message + at, option, size) == 0;
	return false;
}

static bool has_code(const uint8_t *message, size_t length, uint8_t code)
{
	for (size_t at = COOKIE_END; at < length && message[at] != 255; at += 2 + message[at + 1])
		if (message[at] == code)
			return true;
	return false;
}

#define CLIENT_ID "\x3d\7\1\x52\x54\0\x12\x34\x56"

static void discover_identifies_the_client_as_ipxe_does(void **state)
{
	struct dhcp_client_message message = sent;
	uint8_t frame[DHCP_CLIENT_FRAME_BYTES], *bytes = frame + 28;
	size_t length;

	(void)state;
	message.type = DHCP_DISCOVER;
	message.host_name = "n01";
	message.seconds = 0x0102;
	length = check_headers(frame, dhcp_build_frame(&message, frame), 0);
	assert_memory_equal(bytes, "\1\1\6\0\xde\xca\xfb\xad\1\2\0\0", 12);
	assert_memory_equal(bytes + 12, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x52\x54\0\x12\x34\x56",
			    22);
	assert_true(has_option(bytes, length, WIRE("\x35\1\1")));
	assert_true(has_option(bytes, length, WIRE(CLIENT_ID)));
	assert_true(has_option(bytes, length, WIRE("\x0c\3n01")));
	assert_true(has_option(bytes, length, WIRE("\x3c\x08wireroot")));
	assert_true(has_option(bytes, length, WIRE("\x39\2\x05\xc0")));
	assert_true(has_option(bytes, length,
			       WIRE("\x37\x0e\1\x79\3\6\x0c\x0f\x11\x1a\x1c\x2a\x3a\x3b\x77\x43")));
	assert_false(has_code(bytes, length, 50));
	assert_false(has_code(bytes, length, 54));
}

static void selecting_request_names_address_and_server(void **state)
{
	uint8_t frame[DHCP_CLIENT_FRAME_BYTES], *bytes = frame + 28;
	size_t length;

	(void)state;
	length = check_headers(frame, dhcp_build_frame(&sent, frame), 0);
	assert_memory_equal(bytes + 12, "\0\0\0\0", 4);
	assert_true(has_option(bytes, length, WIRE("\x35\1\3")));
	assert_true(has_option(bytes, length, WIRE("\x32\4\12\0\0\x63")));
	assert_true(has_option(bytes, length, WIRE("\x36\4\12\0\0\1")));
	assert_true(has_option(bytes, length, WIRE(CLIENT_ID)));
	assert_false(has_code(bytes, length, 12));
}

static void rebinding_request_names_the_address_in_ciaddr_alone(void **state)
{
	struct dhcp_client_message message = sent;
	uint8_t frame[DHCP_CLIENT_FRAME_BYTES], *bytes = frame + 28;
	size_t length;

	(void)state;
	message.server_id = 0;
	length = check_headers(frame, dhcp_build_frame(&message, frame), ADDRESS);
	assert_memory_equal(bytes + 12, "\12\0\0\x63", 4);
	assert_true(has_option(bytes, length, WIRE("\x35\1\3")));
	assert_false(has_code(bytes, length, 50));
	assert_false(has_code(bytes, length, 54));
}

static void decline_says_only_what_it_may(void **state)
{
	struct dhcp_client_message message = sent;
	uint8_t frame[DHCP_CLIENT_FRAME_BYTES], *bytes = frame + 28;
	size_t length;

	(void)state;
	message.type = DHCP_DECLINE;
	message.seconds = 7;
	message.host_name = "n01";
	length = check_headers(frame, dhcp_build_frame(&message, frame), 0);
	assert_memory_equal(bytes + 8, "\0\0\0\0\0\0\0\0", 8);
	assert_true(has_option(bytes, length, WIRE("\x35\1\4")));
	assert_true(has_option(bytes, length, WIRE("\x32\4\12\0\0\x63")));
	assert_true(has_option(bytes, length, WIRE("\x36\4\12\0\0\1")));
	assert_true(has_code(bytes, length, 56));
	assert_false(has_code(bytes, length, 12));
	assert_false(has_code(bytes, length, 55));
	assert_false(has_code(bytes, length, 57));
	assert_false(has_code(bytes, length, 60));
}

static void longest_host_name_fits_and_longer_is_left_out(void **state)
{
	struct dhcp_client_message message = sent;
	uint8_t frame[DHCP_CLIENT_FRAME_BYTES];
	char name[66];
	size_t length;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[65] = '\0';
	message.host_name = name + 1;
	length = check_headers(frame, dhcp_build_frame(&message, frame), 0);
	assert_true(has_code(frame + 28, length, 12));
	message.host_name = name;
	length = check_headers(frame, dhcp_build_frame(&message, frame), 0);
	assert_false(has_code(frame + 28, length, 12));
}

static void client_sends_no_server_messages(void **state)
{
	struct dhcp_client_message message = sent;
	uint8_t frame[DHCP_CLIENT_FRAME_BYTES];

	(void)state;
	message.type = DHCP_OFFER;
	assert_int_equal(dhcp_build_frame(&message, frame), -EINVAL);
}

/* Frames */

/* A frame from 10.0.0.1 with a header of @header bytes and the payload "hello". */
static size_t make_frame(uint8_t *frame, size_t header)
{
	size_t udp_length = 8 + 5, length = header + udp_length;
	uint8_t *udp = frame + header;
	unsigned int sum;

	memset(frame, 0, 128);
	frame[0] = 0x40 | header / 4;
	frame[3] = length;
	frame[8] = 64;
	frame[9] = 17;
	memcpy(frame + 12, "\12\0\0\1\xff\xff\xff\xff", 8);
	sum = ~checksum(frame, header, 0);
	frame[10] = sum >> 8;
	frame[11] = sum;
	memcpy(udp, "\0\x43\0\x44\0\x0d\0\0hello", udp_length);
	sum = ~checksum(udp, udp_length, 17 + udp_length + checksum(frame + 12, 8, 0));
	udp[6] = sum >> 8;
	udp[7] = sum;
	return length;
}

static int open_copy(const uint8_t *frame, size_t length, bool ready, struct fault *fault)
{
	uint8_t *copy = malloc(length ? length : 1);
	struct dhcp_payload payload;
	int error;

	assert_non_null(copy);
	memcpy(copy, frame, length);
	memset(fault, 0, sizeof(*fault));
	error = dhcp_open_frame(copy, length, ready, &payload, fault);
	if (!error) {
		assert_int_equal(payload.length, 5);
		assert_memory_equal(payload.bytes, "hello", 5);
		assert_int_equal(payload.source, SERVER);
	}
	free(copy);
	return error;
}

static void frame_is_opened_with_header_options_and_padding(void **state)
{
	struct fault fault;
	uint8_t frame[128];

	(void)state;
	for (size_t header = 20; header <= 60; header += 4) {
		size_t length = make_frame(frame, header);

		assert_int_equal(open_copy(frame, length, true, &fault), 0);
		assert_int_equal(open_copy(frame, length + 18, true, &fault), 0);
	}
}

static void own_frame_opens_at_the_other_port_only(void **state)
{
	uint8_t frame[DHCP_CLIENT_FRAME_BYTES];
	struct fault fault;
	int length = dhcp_build_frame(&sent, frame);

	(void)state;
	assert_int_equal(open_copy(frame, length, true, &fault), -ENOMSG);
}

static void udp_checksum_counts_only_where_there_is_one(void **state)
{
	struct fault fault;
	uint8_t frame[128];
	size_t length = make_frame(frame, 20);

	(void)state;
	frame[length - 1] ^= 1;
	assert_int_equal(open_copy(frame, length, true, &fault), -EBADMSG);
	assert_string_equal(fault.hint, "wrong UDP checksum");
	assert_string_equal(fault.peer, "10.0.0.1");
	frame[length - 1] ^= 1;
	frame[26] ^= 0x55;
	assert_int_equal(open_copy(frame, length, true, &fault), -EBADMSG);
	assert_int_equal(open_copy(frame, length, false, &fault), 0);
	frame[26] = frame[27] = 0;
	assert_int_equal(open_copy(frame, length, true, &fault), 0);
}

struct frame_case {
	size_t at;
	uint8_t value;
	bool fix_checksum;
	int error;
	const char *hint;
};

static const struct frame_case frames[] = {
	{ 0, 0x65, true, -ENOMSG, NULL }, /* IPv6 */
	{ 0, 0x44, true, -ENOMSG, NULL }, /* header of 16 bytes */
	{ 0, 0x4f, true, -ENOMSG, NULL }, /* header longer than the packet */
	{ 9, 6, true, -ENOMSG, NULL }, /* TCP */
	{ 23, 67, true, -ENOMSG, NULL }, /* to the server's port */
	{ 7, 1, true, -ENOMSG, NULL }, /* a later fragment */
	{ 6, 0x20, true, -EBADMSG, "the packet is a fragment" },
	{ 8, 63, false, -EBADMSG, "wrong IPv4 header checksum" },
	{ 3, 34, true, -EBADMSG, "wrong IPv4 length" },
	{ 2, 1, true, -EBADMSG, "wrong IPv4 length" },
	{ 3, 27, true, -EBADMSG, "wrong IPv4 length" },
	{ 3, 0, true, -EBADMSG, "wrong IPv4 length" },
	{ 3, 32, true, -EBADMSG, "wrong UDP length" },
	{ 25, 14, true, -EBADMSG, "wrong UDP length" },
	{ 24, 255, true, -EBADMSG, "wrong UDP length" },
	{ 25, 7, true, -EBADMSG, "wrong UDP length" },
	{ 6, 0x40, true, 0, NULL }, /* must not be fragmented: usual */
};

static void odd_frames_are_refused_or_left_to_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(frames); i++) {
		const struct frame_case *odd = &frames[i];
		struct fault fault;
		uint8_t frame[128];
		size_t length = make_frame(frame, 20);
		unsigned int sum;

		frame[odd->at] = odd->value;
		if (odd->fix_checksum) {
			frame[10] = frame[11] = 0;
			sum = ~checksum(frame, 20, 0);
			frame[10] = sum >> 8;
			frame[11] = sum;
		}
		if (open_copy(frame, length, true, &fault) != odd->error)
			fail_msg("frame %zu: %s", i, fault.hint);
		if (odd->hint)
			assert_string_equal(fault.hint, odd->hint);
		else
			assert_int_equal(fault.error, 0);
	}
}

static void cut_frame_never_reads_past_its_end(void **state)
{
	struct fault fault;
	uint8_t frame[128];
	size_t length = make_frame(frame, 24);

	(void)state;
	for (size_t cut = 0; cut < length; cut++)
		assert_int_not_equal(open_copy(frame, cut, true, &fault), 0);
}

/* Good replies */

static void ack_fills_the_lease(void **state)
{
	struct dhcp_reply reply = accept(WIRE("\3\4\12\0\0\xfe"
					      "\6\x08\12\0\0\2\12\0\0\3"
					      "\x0c\3n01"
					      "\x0f\7lab.lan"
					      "\x11\x13"
					      "10.0.0.1:/srv/image"
					      "\x1a\2\5\xdc"
					      "\x1c\4\12\0\0\xff"
					      "\x2a\4\12\0\0\4"
					      "\x3a\4\0\0\4\0"
					      "\x3b\4\0\0\x08\0"
					      "\x42\4tftp"
					      "\x43\4boot"));
	const struct lease *lease = &reply.lease;

	(void)state;
	assert_int_equal(reply.type, DHCP_ACK);
	assert_int_equal(reply.xid, XID);
	assert_memory_equal(reply.chaddr, sent.mac, 6);
	assert_null(reply.ignored_why);
	assert_int_equal(lease->address, ADDRESS);
	assert_int_equal(lease->netmask, 0xffffff00);
	assert_int_equal(lease->broadcast, 0x0a0000ff);
	assert_int_equal(lease->server_id, SERVER);
	assert_int_equal(lease->next_server, 0x0a000005);
	assert_int_equal(lease->route_count, 1);
	assert_int_equal(lease->routes[0].prefix_bits, 0);
	assert_int_equal(lease->routes[0].gateway, 0x0a0000fe);
	assert_int_equal(lease->dns[0], 0x0a000002);
	assert_int_equal(lease->dns[1], 0x0a000003);
	assert_int_equal(lease->dns[2], 0);
	assert_int_equal(lease->ntp[0], 0x0a000004);
	assert_int_equal(lease->mtu, 1500);
	assert_int_equal(lease->lease_s, 3600);
	assert_int_equal(lease->t1_s, 1024);
	assert_int_equal(lease->t2_s, 2048);
	assert_string_equal(lease->host_name, "n01");
	assert_string_equal(lease->domain, "lab.lan");
	assert_string_equal(lease->root_path, "10.0.0.1:/srv/image");
	assert_string_equal(lease->boot_file, "boot");
}

static void lease_without_router_has_no_default_route(void **state)
{
	struct dhcp_reply reply = accept(WIRE(""));

	(void)state;
	assert_int_equal(reply.lease.route_count, 0);
	assert_null(reply.ignored_why);
}

static void renewal_times_default_to_parts_of_the_lease(void **state)
{
	struct dhcp_reply reply = accept(WIRE(""));

	(void)state;
	assert_int_equal(reply.lease.t1_s, 1800);
	assert_int_equal(reply.lease.t2_s, 3150);
}

static void renewal_times_out_of_order_give_way_to_defaults(void **state)
{
	struct dhcp_reply late = accept(WIRE("\x3b\4\0\0\x0e\x10"));
	struct dhcp_reply swapped = accept(WIRE("\x3a\4\0\0\x08\0\x3b\4\0\0\4\0"));

	(void)state;
	assert_int_equal(late.lease.t2_s, 3150);
	assert_int_equal(late.ignored_option, 59);
	assert_int_equal(swapped.lease.t1_s, 1800);
	assert_int_equal(swapped.lease.t2_s, 3150);
	assert_int_equal(swapped.ignored_option, 58);
	assert_string_equal(swapped.ignored_why, "does not fit the lease time");
}

static void text_options_lose_their_final_nuls(void **state)
{
	struct dhcp_reply reply = accept(WIRE("\x0c\5n01\0\0\x11\4/r\0\0\x43\1\0\x0f\0"));

	(void)state;
	assert_string_equal(reply.lease.host_name, "n01");
	assert_string_equal(reply.lease.root_path, "/r");
	assert_string_equal(reply.lease.boot_file, "");
	assert_string_equal(reply.lease.domain, "");
	assert_null(reply.ignored_why);
}

static void split_option_is_put_together(void **state)
{
	char options[2 * (2 + 255) + 9 + 3] = { 0 }, path[512];
	struct dhcp_reply reply;

	(void)state;
	/* Two parts of 255 bytes with another option between them, then one of 1 byte. */
	memset(options, 'a', sizeof(options));
	memcpy(options, "\x11\xff/", 3);
	memcpy(options + 257, "\6\4\12\0\0\2\0\x11\xff", 9);
	memcpy(options + 257 + 9 + 255, "\x11\1z", 3);
	reply = accept(options, 257 + 9 + 255 + 3);
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[510] = 'z';
	path[511] = '\0';
	assert_string_equal(reply.lease.root_path, path);
	assert_int_equal(reply.lease.dns[0], 0x0a000002);
}

static void address_list_may_be_split_within_an_address(void **state)
{
	struct dhcp_reply reply = accept(WIRE("\6\6\12\0\0\2\12\0\6\2\0\3"));

	(void)state;
	assert_int_equal(reply.lease.dns[0], 0x0a000002);
	assert_int_equal(reply.lease.dns[1], 0x0a000003);
}

static void overloaded_fields_are_read_file_before_sname(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	add(&message, WIRE(BASICS "\x34\1\3\x11\3/on\xff"));
	memcpy(message.bytes + 108, "\x11\3/tw\x43\4boot\xff", 12);
	memcpy(message.bytes + 44, "\x11\4o/th\xff", 7);
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_string_equal(reply.lease.root_path, "/on/two/th");
	assert_string_equal(reply.lease.boot_file, "boot");
}

static void overload_of_one_field_leaves_the_other_as_text(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	add(&message, WIRE(BASICS "\x34\1\1\xff"));
	memcpy(message.bytes + 108, "\x11\2/r\x34\1\3\xff", 8);
	memcpy(message.bytes + 44, "tftp", 4);
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_string_equal(reply.lease.root_path, "/r");
	assert_string_equal(reply.lease.boot_file, "");

	begin(&message);
	add(&message, WIRE(BASICS "\x34\1\2\xff"));
	memcpy(message.bytes + 108, "boot", 4);
	memcpy(message.bytes + 44, "\x11\2/r", 4);
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_string_equal(reply.lease.root_path, "/r");
	assert_string_equal(reply.lease.boot_file, "boot");
}

static void fields_may_be_full_and_options_have_precedence(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	add(&message, WIRE(BASICS "\x42\1s\xff"));
	memset(message.bytes + 44, 'a', 64);
	memset(message.bytes + 108, 'b', 128);
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_int_equal(strlen(reply.lease.boot_file), 128);
}

static void end_option_may_be_missing_and_pads_may_precede_it(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	add(&message, WIRE("\0\0" BASICS "\0\0"));
	assert_int_equal(parse(&message, &reply, &fault), 0);
	add(&message, WIRE("\xff\6\xff"));
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_int_equal(reply.lease.address, ADDRESS);
}

static void classless_routes_override_the_router(void **state)
{
	/* 0/0 by 10.0.0.254; 10.17.0.0/16 on the link; 192.168.1.128/25 with stray bits. */
	struct dhcp_reply reply = accept(WIRE("\3\4\12\0\0\1"
					      "\x79\x15\0\12\0\0\xfe"
					      "\x10\12\x11\0\0\0\0"
					      "\x19\xc0\xa8\1\xff\12\0\0\2"
					      "\x79\1\x20"
					      "\x79\x08\1\2\3\4\12\0\0\3"));
	const struct lease_route *routes = reply.lease.routes;

	(void)state;
	assert_int_equal(reply.lease.route_count, 4);
	assert_int_equal(routes[0].destination, 0);
	assert_int_equal(routes[0].prefix_bits, 0);
	assert_int_equal(routes[0].gateway, 0x0a0000fe);
	assert_int_equal(routes[1].destination, 0x0a110000);
	assert_int_equal(routes[1].prefix_bits, 16);
	assert_int_equal(routes[1].gateway, 0);
	assert_int_equal(routes[2].destination, 0xc0a80180);
	assert_int_equal(routes[2].prefix_bits, 25);
	assert_int_equal(routes[3].destination, 0x01020304);
	assert_int_equal(routes[3].prefix_bits, 32);
	assert_int_equal(routes[3].gateway, 0x0a000003);
}

static void more_routes_than_fit_are_passed_over(void **state)
{
	char options[2 + 255];
	struct dhcp_reply reply;

	(void)state;
	for (int i = 0; i < 40; i++)
		memcpy(options + 2 + 6 * i, "\x08\12\12\0\0\2", 6);
	options[0] = 121;
	options[1] = (char)240;
	reply = accept(options, 242);
	assert_int_equal(reply.lease.route_count, LEASE_ROUTES_MAX);
	assert_int_equal(reply.ignored_option, 121);
}

static void search_list_is_decompressed_across_its_parts(void **state)
{
	struct dhcp_reply reply = accept(WIRE("\x77\x0a\3eng\5apple"
					      "\x77\x11\3com\0\x09marketing\xc0\4"));

	(void)state;
	assert_string_equal(reply.lease.search, "eng.apple.com marketing.apple.com");
}

static void search_list_that_does_not_fit_keeps_its_beginning(void **state)
{
	char options[2 + 255];
	struct dhcp_reply reply;

	(void)state;
	options[0] = 119;
	options[1] = (char)195;
	for (int i = 0; i < 3; i++) {
		memset(options + 2 + i * 65, 'a' + i, 65);
		options[2 + i * 65] = 63;
		options[2 + i * 65 + 64] = 0;
	}
	reply = accept(options, 197);
	assert_int_equal(strlen(reply.lease.search), 3 * 63 + 2);
	assert_null(reply.ignored_why);

	/* 191 bytes so far; one more name of 63 just fits, and not a single byte more. */
	memcpy(options + 197, "\x77\x02\xc0\x00", 4);
	reply = accept(options, 201);
	assert_int_equal(strlen(reply.lease.search), 4 * 63 + 3);
	memcpy(options + 197, "\x77\x04\x01z\xc0\x00", 6);
	reply = accept(options, 203);
	assert_int_equal(strlen(reply.lease.search), 3 * 63 + 2);
	assert_int_equal(reply.ignored_option, 119);
}

static void infinite_lease_is_never_renewed(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	add(&message, WIRE(TYPE_ACK "\x36\4\12\0\0\1\x33\4\xff\xff\xff\xff\xff"));
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_true(reply.lease.lease_s == UINT32_MAX);
	assert_true(reply.lease.t1_s == UINT32_MAX);
	assert_true(reply.lease.t2_s == UINT32_MAX);
}

static void nak_needs_no_address_and_brings_its_message(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	memset(message.bytes + 16, 0, 4);
	add(&message, WIRE("\x35\1\6\x36\4\12\0\0\1\x38\x0bno\x1b[2J lan\0\xff"));
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_int_equal(reply.type, DHCP_NAK);
	assert_int_equal(reply.lease.server_id, SERVER);
	assert_int_equal(reply.lease.address, 0);
	assert_string_equal(reply.message, "no?[2J lan");
}

static void message_that_does_not_fit_is_cut(void **state)
{
	struct dhcp_reply reply;
	char options[2 + 255];

	(void)state;
	memset(options, 'm', sizeof(options));
	options[0] = 56;
	options[1] = (char)255;
	reply = accept(options, sizeof(options));
	assert_int_equal(strlen(reply.message), sizeof(reply.message) - 1);
}

/* Values of no use: the option is passed over, the reply holds */

struct ignored_case {
	const char *options;
	size_t length;
	uint8_t option;
	const char *why;
};

static const struct ignored_case ignored[] = {
	{ WIRE("\x1a\2\0\x43"), 26, "is less than 68 bytes" },
	{ WIRE("\x0c\6my pc1"), 12, "is no valid name" },
	{ WIRE("\x0c\2-a"), 12, "is no valid name" },
	{ WIRE("\x0f\3a/b"), 15, "is no valid name" },
	{ WIRE("\3\4\0\0\0\0"), 3, "names an address that no host can have" },
	{ WIRE("\6\4\xe0\0\0\1"), 6, "names an address that no host can have" },
	{ WIRE("\x1c\4\12\0\1\xff"), 28, "is not in the client's network" },
	{ WIRE("\x79\5\0\xff\xff\xff\xff"), 121, "has a gateway that no host can be" },
	{ WIRE("\x0c\x42"
	       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"),
	  12, "is too long" },
};

static void useless_values_are_passed_over_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ignored); i++) {
		struct dhcp_reply reply = accept(ignored[i].options, ignored[i].length);
		const struct lease *lease = &reply.lease;

		assert_int_equal(reply.ignored_option, ignored[i].option);
		assert_string_equal(reply.ignored_why, ignored[i].why);
		assert_int_equal(lease->address, ADDRESS);
		assert_int_equal(lease->mtu | lease->route_count | lease->dns[0], 0);
		assert_int_equal(lease->broadcast, 0);
		assert_string_equal(lease->host_name, "");
		assert_string_equal(lease->domain, "");
	}
}

static void usable_neighbours_of_useless_addresses_stay(void **state)
{
	struct dhcp_reply reply =
		accept(WIRE("\6\x14\0\0\0\0\12\0\0\2\12\0\0\3\12\0\0\4\12\0\0\5"
			    "\x2a\x14\12\0\0\1\12\0\0\2\12\0\0\3\12\0\0\4\12\0\0\5"));

	(void)state;
	assert_int_equal(reply.lease.dns[0], 0x0a000002);
	assert_int_equal(reply.lease.dns[3], 0x0a000005);
	assert_int_equal(reply.lease.ntp[3], 0x0a000004);
}

static void next_server_that_no_host_can_be_counts_as_none(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	memset(message.bytes + 20, 255, 4);
	add(&message, WIRE(BASICS "\xff"));
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_int_equal(reply.lease.next_server, 0);
}

static void missing_lease_time_is_told(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	add(&message, WIRE(TYPE_ACK "\x36\4\12\0\0\1\x3a\4\0\0\0\1\xff"));
	assert_int_equal(parse(&message, &reply, &fault), 0);
	assert_int_equal(reply.ignored_option, 51);
	assert_int_equal(reply.lease.lease_s, 0);
	assert_int_equal(reply.lease.t1_s, 0);
}

/* Malformed replies */

struct refused_case {
	const char *options;
	size_t length;
	const char *hint;
};

static const struct refused_case refused[] = {
	{ WIRE(BASICS "\x79\xff\0\12"), "option 121 runs past its end" },
	{ WIRE(BASICS "\x0c"), "option 12 runs past its end" },
	{ WIRE(BASICS "\x0c\1"), "option 12 runs past its end" },
	{ WIRE(BASICS "\x2b\x10ignored by us"), "option 43 runs past its end" },
	{ WIRE(BASICS "\x79\4\0\12\0\0\xff"), "option 121 runs past its end" },
	{ WIRE(BASICS "\x79\7\x20\1\2\3\4\12\0\xff"), "option 121 runs past its end" },
	{ WIRE(BASICS "\x79\6\x21\1\2\3\4\12\xff"), "option 121 has a wrong netmask" },
	{ WIRE(BASICS "\x79\6\xff\1\2\3\4\12\xff"), "option 121 has a wrong netmask" },
	{ WIRE(BASICS "\x77\2\xc0\0\xff"), "option 119 is no list of names" },
	{ WIRE(BASICS "\x77\4\1a\xc0\0\xff"), "option 119 is no list of names" },
	{ WIRE(BASICS "\x77\2\3a\xff"), "option 119 is no list of names" },
	{ WIRE(BASICS "\x11\4/a\nb\xff"), "option 17 contains control characters" },
	{ WIRE(BASICS "\x11\4/a\0b\xff"), "option 17 contains control characters" },
	{ WIRE(BASICS "\x11\3/\x1b[\xff"), "option 17 contains control characters" },
	{ WIRE(BASICS "\x0c\2a\x7f\xff"), "option 12 contains control characters" },
	{ WIRE(BASICS "\3\3\12\0\0\xff"), "option 3 has a wrong length" },
	{ WIRE(BASICS "\6\5\12\0\0\1\1\xff"), "option 6 has a wrong length" },
	{ WIRE(BASICS "\x1a\1\5\xff"), "option 26 has a wrong length" },
	{ WIRE(BASICS "\x1c\5\12\0\0\xff\0\xff"), "option 28 has a wrong length" },
	{ WIRE(BASICS "\x33\4\0\0\0\1\xff"), "option 51 has a wrong length" },
	{ WIRE(BASICS "\x34\1\4\xff"), "option 52 is not 1, 2 or 3" },
	{ WIRE(BASICS "\x34\2\1\1\xff"), "option 52 is not 1, 2 or 3" },
	{ WIRE(BASICS "\x34\0\xff"), "option 52 is not 1, 2 or 3" },
	{ WIRE(TYPE_ACK "\x36\4\12\0\0\1\1\4\xff\0\xff\0\xff"),
	  "option 1 is a netmask with holes" },
	{ WIRE(TYPE_ACK "\x36\4\12\0\0\1\1\4\0\0\0\xff\xff"), "option 1 is a netmask with holes" },
	{ WIRE(TYPE_ACK "\xff"), "no server identifier (option 54) that is a host's address" },
	{ WIRE(TYPE_ACK "\x36\4\xff\xff\xff\xff\xff"),
	  "no server identifier (option 54) that is a host's address" },
	{ WIRE("\x36\4\12\0\0\1\xff"), "no message type (option 53): is it a BOOTP server?" },
	{ WIRE(""), "no message type (option 53): is it a BOOTP server?" },
	{ WIRE("\x35\1\1\xff"), "option 53 is no type of reply" },
	{ WIRE("\x35\2\5\5\xff"), "option 53 has a wrong length" },
	{ WIRE("\x35\1\5\x35\1\5\xff"), "option 53 has a wrong length" },
};

static void malformed_options_are_refused_with_their_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct dhcp_reply reply;
		struct message message;
		struct fault fault;

		begin(&message);
		add(&message, refused[i].options, refused[i].length);
		assert_int_equal(parse(&message, &reply, &fault), -EBADMSG);
		assert_string_equal(fault.hint, refused[i].hint);
		assert_string_equal(fault.peer, "10.0.0.1");
		assert_string_equal(fault.doing, "read DHCP reply");
	}
}

struct address_case {
	const char *yiaddr;
	const char *netmask;
	bool good;
};

static const struct address_case addresses[] = {
	{ "\12\0\0\1", "\xff\xff\xff\0", true },	{ "\0\0\0\0", "\xff\xff\xff\0", false },
	{ "\0\0\0\1", "\xff\xff\xff\0", false },	{ "\x7f\0\0\2", "\xff\0\0\0", false },
	{ "\xe0\0\0\2", "\xff\0\0\0", false },		{ "\xf0\0\0\2", "\xff\0\0\0", false },
	{ "\xff\xff\xff\xff", "\xff\0\0\0", false },	{ "\12\0\0\0", "\xff\xff\xff\0", false },
	{ "\12\0\0\xff", "\xff\xff\xff\0", false },	{ "\12\0\0\xff", "\xff\xff\xfe\0", true },
	{ "\12\0\0\0", "\xff\xff\xff\xfe", true },	{ "\12\0\0\1", "\xff\xff\xff\xfe", true },
	{ "\12\0\0\0", "\xff\xff\xff\xff", true },	{ "\12\0\0\0", "\0\0\0\0", true },
	{ "\xdf\xff\xff\xfe", "\xff\xff\xff\0", true },
};

static void address_must_be_a_hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct dhcp_reply reply;
		struct message message;
		struct fault fault;

		begin(&message);
		memcpy(message.bytes + 16, addresses[i].yiaddr, 4);
		add(&message, WIRE(TYPE_ACK "\x36\4\12\0\0\1\x33\4\0\0\1\0\1\4"));
		add(&message, addresses[i].netmask, 4);
		if ((parse(&message, &reply, &fault) == 0) != addresses[i].good)
			fail_msg("address %zu: %s", i, fault.hint);
	}
}

static void field_with_control_characters_is_refused(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	add(&message, WIRE(BASICS "\xff"));
	memcpy(message.bytes + 108, "a\nb", 3);
	assert_int_equal(parse(&message, &reply, &fault), -EBADMSG);
	assert_string_equal(fault.hint, "field 'file' contains control characters");
	memcpy(message.bytes + 108, "a\0b\n", 4);
	assert_int_equal(parse(&message, &reply, &fault), 0);
}

static void overloaded_field_is_searched_to_its_end_only(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	add(&message, WIRE(BASICS "\x34\1\1\xff"));
	memset(message.bytes + 108, 0, 128);
	memcpy(message.bytes + 108 + 125, "\x11\2/", 3);
	assert_int_equal(parse(&message, &reply, &fault), -EBADMSG);
	assert_string_equal(fault.hint, "option 17 runs past its end");
}

static void option_of_more_parts_than_fit_is_refused(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;
	char part[257];

	(void)state;
	begin(&message);
	add(&message, WIRE(BASICS));
	memset(part, 'a', sizeof(part));
	part[0] = 17;
	part[1] = (char)255;
	for (int i = 0; i < 5; i++)
		add(&message, part, sizeof(part));
	assert_int_equal(parse(&message, &reply, &fault), -EBADMSG);
	assert_string_equal(fault.hint, "option 17 is too long");
}

static void other_clients_replies_are_passed_over(void **state)
{
	static const size_t changed[] = { 0, 1, 2, 4, 7, 28, 33 };
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(changed); i++) {
		begin(&message);
		message.bytes[changed[i]] ^= 1;
		assert_int_equal(parse(&message, &reply, &fault), -ENOMSG);
		assert_int_equal(fault.error, 0);
	}
}

static void cut_reply_never_reads_past_its_end(void **state)
{
	struct message message;

	(void)state;
	begin(&message);
	add(&message, WIRE(BASICS "\x34\1\3\x11\3/on\x79\5\0\12\0\0\1\xff"));
	for (; message.length > 0; message.length--) {
		struct dhcp_reply reply;
		struct fault fault;
		int error = parse(&message, &reply, &fault);

		if (message.length <= COOKIE_END)
			assert_int_equal(error, message.length < 44 ? -ENOMSG : -EBADMSG);
	}
}

static void bootp_reply_is_named(void **state)
{
	struct dhcp_reply reply;
	struct message message;
	struct fault fault;

	(void)state;
	begin(&message);
	memset(message.bytes + 236, 0, 4);
	assert_int_equal(parse(&message, &reply, &fault), -EBADMSG);
	assert_string_equal(fault.hint, "no DHCP magic cookie: is it a BOOTP server?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(discover_identifies_the_client_as_ipxe_does),
		cmocka_unit_test(selecting_request_names_address_and_server),
		cmocka_unit_test(rebinding_request_names_the_address_in_ciaddr_alone),
		cmocka_unit_test(decline_says_only_what_it_may),
		cmocka_unit_test(longest_host_name_fits_and_longer_is_left_out),
		cmocka_unit_test(client_sends_no_server_messages),
		cmocka_unit_test(frame_is_opened_with_header_options_and_padding),
		cmocka_unit_test(own_frame_opens_at_the_other_port_only),
		cmocka_unit_test(udp_checksum_counts_only_where_there_is_one),
		cmocka_unit_test(odd_frames_are_refused_or_left_to_others),
		cmocka_unit_test(cut_frame_never_reads_past_its_end),
		cmocka_unit_test(ack_fills_the_lease),
		cmocka_unit_test(lease_without_router_has_no_default_route),
		cmocka_unit_test(renewal_times_default_to_parts_of_the_lease),
		cmocka_unit_test(renewal_times_out_of_order_give_way_to_defaults),
		cmocka_unit_test(text_options_lose_their_final_nuls),
		cmocka_unit_test(split_option_is_put_together),
		cmocka_unit_test(address_list_may_be_split_within_an_address),
		cmocka_unit_test(overloaded_fields_are_read_file_before_sname),
		cmocka_unit_test(overload_of_one_field_leaves_the_other_as_text),
		cmocka_unit_test(fields_may_be_full_and_options_have_precedence),
		cmocka_unit_test(end_option_may_be_missing_and_pads_may_precede_it),
		cmocka_unit_test(classless_routes_override_the_router),
		cmocka_unit_test(more_routes_than_fit_are_passed_over),
		cmocka_unit_test(search_list_is_decompressed_across_its_parts),
		cmocka_unit_test(search_list_that_does_not_fit_keeps_its_beginning),
		cmocka_unit_test(infinite_lease_is_never_renewed),
		cmocka_unit_test(nak_needs_no_address_and_brings_its_message),
		cmocka_unit_test(message_that_does_not_fit_is_cut),
		cmocka_unit_test(useless_values_are_passed_over_by_name),
		cmocka_unit_test(usable_neighbours_of_useless_addresses_stay),
		cmocka_unit_test(next_server_that_no_host_can_be_counts_as_none),
		cmocka_unit_test(missing_lease_time_is_told),
		cmocka_unit_test(malformed_options_are_refused_with_their_reason),
		cmocka_unit_test(address_must_be_a_hosts),
		cmocka_unit_test(field_with_control_characters_is_refused),
		cmocka_unit_test(overloaded_field_is_searched_to_its_end_only),
		cmocka_unit_test(option_of_more_parts_than_fit_is_refused),
		cmocka_unit_test(other_clients_replies_are_passed_over),
		cmocka_unit_test(cut_reply_never_reads_past_its_end),
		cmocka_unit_test(bootp_reply_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
