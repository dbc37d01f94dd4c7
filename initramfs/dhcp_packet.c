/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Building a DHCP client's frames, and taking a server's apart. Pure.
 *
 * Replies are hostile: all options are walked once, in find_options(), before any is looked up, so
 * that the look-ups that follow cannot run past an end. Checks have the form `have > size -
 * offset`, which cannot overflow because offset <= size always holds.
 */
#include "dhcp_packet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dns_packet.h"
#include "value.h"

/* RFC 2131, section 2: where BOOTP's fields are. */
enum {
	FIELD_OP = 0,
	FIELD_HTYPE = 1,
	FIELD_HLEN = 2,
	FIELD_XID = 4,
	FIELD_SECS = 8,
	FIELD_CIADDR = 12,
	FIELD_YIADDR = 16,
	FIELD_SIADDR = 20,
	FIELD_CHADDR = 28,
	FIELD_SNAME = 44,
	FIELD_FILE = 108,
	FIELD_COOKIE = 236,
	FIELD_OPTIONS = 240,
};

#define SNAME_BYTES (FIELD_FILE - FIELD_SNAME)
#define FILE_BYTES  (FIELD_COOKIE - FIELD_FILE)

enum {
	OP_REQUEST = 1,
	OP_REPLY = 2,
	HTYPE_ETHERNET = 1,
};

/* RFC 2132, but for 119 (RFC 3397) and 121 (RFC 3442). */
enum {
	OPTION_PAD = 0,
	OPTION_NETMASK = 1,
	OPTION_ROUTER = 3,
	OPTION_DNS = 6,
	OPTION_HOST_NAME = 12,
	OPTION_DOMAIN = 15,
	OPTION_ROOT_PATH = 17,
	OPTION_MTU = 26,
	OPTION_BROADCAST = 28,
	OPTION_NTP = 42,
	OPTION_ADDRESS = 50,
	OPTION_LEASE_TIME = 51,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER_ID = 54,
	OPTION_PARAMETERS = 55,
	OPTION_MESSAGE = 56,
	OPTION_MAX_SIZE = 57,
	OPTION_T1 = 58,
	OPTION_T2 = 59,
	OPTION_VENDOR_CLASS = 60,
	OPTION_CLIENT_ID = 61,
	OPTION_BOOT_FILE = 67,
	OPTION_SEARCH = 119,
	OPTION_CLASSLESS_ROUTES = 121,
	OPTION_END = 255,
};

static const uint8_t magic_cookie[4] = { 99, 130, 83, 99 };

/* RFC 3442 wants 121 to be asked for before 3. */
static const uint8_t wanted_options[] = {
	OPTION_NETMASK,	  OPTION_CLASSLESS_ROUTES,
	OPTION_ROUTER,	  OPTION_DNS,
	OPTION_HOST_NAME, OPTION_DOMAIN,
	OPTION_ROOT_PATH, OPTION_MTU,
	OPTION_BROADCAST, OPTION_NTP,
	OPTION_T1,	  OPTION_T2,
	OPTION_SEARCH,	  OPTION_BOOT_FILE,
};

static const char vendor_class[] = "wireroot";

/* Headers of a frame: 20 bytes of IPv4 (without options in what we send), 8 bytes of UDP. */
#define IP_BYTES  20
#define UDP_BYTES 8

#define PROTOCOL_UDP 17
#define HOPS_MAX     64

/* What we say that we take, as option 57: Ethernet's 1500 bytes less the headers, right for those
 * who count them and for those who don't. */
#define MESSAGE_MAX_BYTES (DHCP_SERVER_FRAME_BYTES - IP_BYTES - UDP_BYTES)

/* BOOTP's size (RFC 951); some relays drop what is shorter. */
#define MESSAGE_MIN_BYTES 300

#define HOST_NAME_MAX_BYTES 64

/* RFC 2132, 5.1: the smallest MTU. */
#define MTU_MIN 68

static unsigned int get16(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}

static void put16(uint8_t *bytes, unsigned int value)
{
	bytes[0] = value >> 8;
	bytes[1] = value;
}

static void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes + 2, value & 0xffff);
}

/* RFC 1071, not yet folded. @length is at most 64 KiB, which cannot overflow 32 bits. */
static uint32_t sum_words(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (; length > 1; bytes += 2, length -= 2)
		sum += get16(bytes);
	return length ? sum + (bytes[0] << 8) : sum;
}

static unsigned int fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return ~sum & 0xffff;
}

/* The checksum of a UDP packet of @length bytes at @udp, over its checksum field, too. */
static unsigned int udp_checksum(const uint8_t *ip, const uint8_t *udp, size_t length)
{
	uint32_t sum = sum_words(PROTOCOL_UDP + length, ip + 12, 8);

	return fold(sum_words(sum, udp, length));
}

/* Client's messages */

static uint8_t *put_option(uint8_t *next, uint8_t code, const void *value, uint8_t length)
{
	*next++ = code;
	*next++ = length;
	memcpy(next, value, length);
	return next + length;
}

static uint8_t *put_number_option(uint8_t *next, uint8_t code, uint32_t value)
{
	uint8_t bytes[4];

	put32(bytes, value);
	return put_option(next, code, bytes, sizeof(bytes));
}

/* What a DISCOVER and a REQUEST say, and a DECLINE must not (RFC 2131, table 5). */
static uint8_t *put_wishes(uint8_t *next, const struct dhcp_client_message *message)
{
	size_t name_length = message->host_name ? strlen(message->host_name) : 0;
	uint8_t size[2];

	put16(size, MESSAGE_MAX_BYTES);
	next = put_option(next, OPTION_MAX_SIZE, size, sizeof(size));
	next = put_option(next, OPTION_PARAMETERS, wanted_options, sizeof(wanted_options));
	next = put_option(next, OPTION_VENDOR_CLASS, vendor_class, sizeof(vendor_class) - 1);
	if (name_length > 0 && name_length <= HOST_NAME_MAX_BYTES)
		next = put_option(next, OPTION_HOST_NAME, message->host_name, name_length);
	return next;
}

static uint8_t *put_options(uint8_t *next, const struct dhcp_client_message *message)
{
	static const char complaint[] = "address in use";
	uint8_t type = message->type, id[1 + DHCP_MAC_BYTES] = { HTYPE_ETHERNET };

	next = put_option(next, OPTION_TYPE, &type, sizeof(type));
	/* Exactly what iPXE sends, lest the server take firmware and init for two clients and
	 * give them two addresses. */
	memcpy(id + 1, message->mac, DHCP_MAC_BYTES);
	next = put_option(next, OPTION_CLIENT_ID, id, sizeof(id));

	/* RFC 2131, 4.3.2: a client that rebinds names its address in ciaddr alone. */
	if (type != DHCP_DISCOVER && message->server_id != 0) {
		next = put_number_option(next, OPTION_ADDRESS, message->address);
		next = put_number_option(next, OPTION_SERVER_ID, message->server_id);
	}
	if (type == DHCP_DECLINE)
		next = put_option(next, OPTION_MESSAGE, complaint, sizeof(complaint) - 1);
	else
		next = put_wishes(next, message);
	*next++ = OPTION_END;
	return next;
}

/* The address that the client may use already: only when it rebinds. */
static uint32_t client_address(const struct dhcp_client_message *message)
{
	return message->type == DHCP_REQUEST && message->server_id == 0 ? message->address : 0;
}

/* The BROADCAST flag stays clear: a packet socket hears unicast replies before there is an address.
 */
static size_t build_message(const struct dhcp_client_message *message, uint8_t *bytes)
{
	size_t length;

	bytes[FIELD_OP] = OP_REQUEST;
	bytes[FIELD_HTYPE] = HTYPE_ETHERNET;
	bytes[FIELD_HLEN] = DHCP_MAC_BYTES;
	put32(bytes + FIELD_XID, message->xid);
	if (message->type != DHCP_DECLINE)
		put16(bytes + FIELD_SECS, message->seconds);
	put32(bytes + FIELD_CIADDR, client_address(message));
	memcpy(bytes + FIELD_CHADDR, message->mac, DHCP_MAC_BYTES);
	memcpy(bytes + FIELD_COOKIE, magic_cookie, sizeof(magic_cookie));
	length = put_options(bytes + FIELD_OPTIONS, message) - bytes;
	return length < MESSAGE_MIN_BYTES ? MESSAGE_MIN_BYTES : length;
}

static void build_headers(uint32_t source, size_t message_length, uint8_t *ip)
{
	uint8_t *udp = ip + IP_BYTES;
	unsigned int checksum;

	ip[0] = 4 << 4 | IP_BYTES / 4;
	put16(ip + 2, IP_BYTES + UDP_BYTES + message_length);
	ip[8] = HOPS_MAX;
	ip[9] = PROTOCOL_UDP;
	put32(ip + 12, source);
	put32(ip + 16, UINT32_MAX);
	put16(ip + 10, fold(sum_words(0, ip, IP_BYTES)));

	put16(udp, DHCP_CLIENT_PORT);
	put16(udp + 2, DHCP_SERVER_PORT);
	put16(udp + 4, UDP_BYTES + message_length);
	checksum = udp_checksum(ip, udp, UDP_BYTES + message_length);
	/* RFC 768: 0 on the wire stands for 'no checksum'. */
	put16(udp + 6, checksum ? checksum : 0xffff);
}

int dhcp_build_frame(const struct dhcp_client_message *message,
		     uint8_t frame[static DHCP_CLIENT_FRAME_BYTES])
{
	size_t length;

	if (message->type != DHCP_DISCOVER && message->type != DHCP_REQUEST &&
	    message->type != DHCP_DECLINE)
		return -EINVAL;
	memset(frame, 0, DHCP_CLIENT_FRAME_BYTES);
	length = build_message(message, frame + IP_BYTES + UDP_BYTES);
	build_headers(client_address(message), length, frame);
	return IP_BYTES + UDP_BYTES + length;
}

/* Frames from servers */

static int refuse_from(uint32_t source, struct fault *fault, const char *why)
{
	char peer[IPV4_TEXT_BYTES];

	return fault_set(fault, EBADMSG, "read DHCP reply", value_ipv4_text(source, peer), why);
}

/* Whether the bytes begin like an IPv4 packet to a DHCP client's port, of which nothing is checked.
 */
static bool is_for_dhcp_client(const uint8_t *ip, size_t length)
{
	size_t header;

	if (length < IP_BYTES || ip[0] >> 4 != 4 || ip[9] != PROTOCOL_UDP)
		return false;
	header = (ip[0] & 15) * 4;
	/* Later fragments carry no ports. */
	return header >= IP_BYTES && length >= header + UDP_BYTES &&
	       (get16(ip + 6) & 0x1fff) == 0 && get16(ip + header + 2) == DHCP_CLIENT_PORT;
}

int dhcp_open_frame(const uint8_t *frame, size_t length, bool checksum_ready,
		    struct dhcp_payload *payload, struct fault *fault)
{
	size_t header, total, udp_length;
	const uint8_t *udp;
	uint32_t source;

	if (!is_for_dhcp_client(frame, length))
		return -ENOMSG;
	header = (frame[0] & 15) * 4;
	total = get16(frame + 2);
	source = get32(frame + 12);
	udp = frame + header;
	udp_length = get16(udp + 4);

	if (fold(sum_words(0, frame, header)) != 0)
		return refuse_from(source, fault, "wrong IPv4 header checksum");
	if (get16(frame + 6) & 0x2000)
		return refuse_from(source, fault, "the packet is a fragment");
	/* Ethernet pads short packets: what was received may be longer than what was sent. */
	if (total > length || total < header + UDP_BYTES)
		return refuse_from(source, fault, "wrong IPv4 length");
	if (udp_length > total - header || udp_length < UDP_BYTES)
		return refuse_from(source, fault, "wrong UDP length");
	if (checksum_ready && get16(udp + 6) != 0 && udp_checksum(frame, udp, udp_length) != 0)
		return refuse_from(source, fault, "wrong UDP checksum");

	payload->bytes = udp + UDP_BYTES;
	payload->length = udp_length - UDP_BYTES;
	payload->source = source;
	return 0;
}

/* Options: where they are, and how one is looked up */

/* Longer than any value that fits struct lease; a search list may be compressed, but not to grow.
 */
#define OPTION_VALUE_MAX_BYTES 1024

struct area {
	const uint8_t *bytes;
	size_t length;
};

struct option {
	uint8_t code;
	uint8_t length;
	const uint8_t *value;
};

struct reader {
	const uint8_t *message;
	uint32_t source;
	/* The options field, then file, then sname: the order of RFC 3396, section 5. */
	struct area areas[3];
	unsigned int area_count;
	unsigned int overload; /* option 52; 1: file holds options, 2: sname does */
	struct dhcp_reply *reply;
	struct fault *fault;
	/* The option looked up last, its parts put together. */
	uint8_t code;
	size_t length;
	uint8_t value[OPTION_VALUE_MAX_BYTES];
};

static int refuse(const struct reader *reader, const char *why)
{
	return refuse_from(reader->source, reader->fault, why);
}

static int refuse_option(const struct reader *reader, uint8_t code, const char *why)
{
	char text[sizeof(reader->fault->hint)];

	snprintf(text, sizeof(text), "option %u %s", code, why);
	return refuse(reader, text);
}

/* Keep the reply, but not this option. */
static void pass_over(struct reader *reader, uint8_t code, const char *why)
{
	if (reader->reply->ignored_why)
		return;
	reader->reply->ignored_option = code;
	reader->reply->ignored_why = why;
}

/* Returns 1 and the option behind *@offset, 0 at the end, -EBADMSG (and its code) if it runs past
 * it. */
static int next_option(const struct area *area, size_t *offset, struct option *option)
{
	while (*offset < area->length && area->bytes[*offset] == OPTION_PAD)
		(*offset)++;
	/* Some servers forget the end option when the options fill the message. */
	if (*offset >= area->length || area->bytes[*offset] == OPTION_END)
		return 0;
	option->code = area->bytes[(*offset)++];
	if (*offset >= area->length)
		return -EBADMSG;
	option->length = area->bytes[(*offset)++];
	if (option->length > area->length - *offset)
		return -EBADMSG;
	option->value = area->bytes + *offset;
	*offset += option->length;
	return 1;
}

/* Walk an area to its end, so that nobody has to check it again, and note an overload option. */
static int add_area(struct reader *reader, size_t start, size_t length)
{
	struct area *area = &reader->areas[reader->area_count++];
	bool is_options_field = reader->area_count == 1;
	struct option option;
	size_t offset = 0;
	int found;

	area->bytes = reader->message + start;
	area->length = length;
	while ((found = next_option(area, &offset, &option)) == 1) {
		if (option.code != OPTION_OVERLOAD || !is_options_field)
			continue;
		if (option.length != 1 || option.value[0] < 1 || option.value[0] > 3)
			return refuse_option(reader, option.code, "is not 1, 2 or 3");
		reader->overload = option.value[0];
	}
	return found < 0 ? refuse_option(reader, option.code, "runs past its end") : 0;
}

static int find_options(struct reader *reader, size_t message_length)
{
	int error = add_area(reader, FIELD_OPTIONS, message_length - FIELD_OPTIONS);

	if (!error && reader->overload & 1)
		error = add_area(reader, FIELD_FILE, FILE_BYTES);
	if (!error && reader->overload & 2)
		error = add_area(reader, FIELD_SNAME, SNAME_BYTES);
	return error;
}

/*
 * Put the parts of an option together (RFC 3396) as the reader's value. Returns 1 when there are
 * any bytes, 0 when there are none (an empty option is as good as an absent one), or a refusal.
 */
static int look_up(struct reader *reader, uint8_t code)
{
	struct option option;

	reader->code = code;
	reader->length = 0;
	for (unsigned int i = 0; i < reader->area_count; i++) {
		size_t offset = 0;

		while (next_option(&reader->areas[i], &offset, &option) == 1) {
			if (option.code != code)
				continue;
			if (option.length > sizeof(reader->value) - reader->length)
				return refuse_option(reader, code, "is too long");
			memcpy(reader->value + reader->length, option.value, option.length);
			reader->length += option.length;
		}
	}
	return reader->length > 0;
}

/* As look_up(), for values of one size. */
static int look_up_sized(struct reader *reader, uint8_t code, size_t size)
{
	int found = look_up(reader, code);

	if (found == 1 && reader->length != size)
		return refuse_option(reader, code, "has a wrong length");
	return found;
}

/* Options: what they mean */

/* Whether one host can have this address: not 0/8, loopback, multicast, reserved or broadcast. */
static bool is_host_address(uint32_t address)
{
	return address >> 24 != 0 && address >> 24 != 127 && address >> 24 < 224;
}

static int read_number(struct reader *reader, uint8_t code, uint32_t *number)
{
	int found = look_up_sized(reader, code, sizeof(uint32_t));

	if (found == 1)
		*number = get32(reader->value);
	return found < 0 ? found : 0;
}

/* A list of addresses, those left out that cannot be a host's. */
static int read_hosts(struct reader *reader, uint8_t code, uint32_t *hosts, unsigned int max)
{
	int found = look_up(reader, code);
	unsigned int count = 0;

	if (found <= 0)
		return found;
	if (reader->length % 4 != 0)
		return refuse_option(reader, code, "has a wrong length");
	for (size_t i = 0; i < reader->length && count < max; i += 4) {
		if (is_host_address(get32(reader->value + i)))
			hosts[count++] = get32(reader->value + i);
		else
			pass_over(reader, code, "names an address that no host can have");
	}
	return 0;
}

static bool has_controls(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] < ' ' || bytes[i] == 0x7f)
			return true;
	return false;
}

/* The length of a text without the NULs at its end, which some servers count. */
static size_t text_length(const uint8_t *bytes, size_t length)
{
	while (length > 0 && bytes[length - 1] == '\0')
		length--;
	return length;
}

static void copy_text(struct reader *reader, const uint8_t *bytes, size_t length, char *text,
		      size_t size)
{
	if (length >= size) {
		pass_over(reader, reader->code, "is too long");
		return;
	}
	memcpy(text, bytes, length);
	text[length] = '\0';
}

static int read_text(struct reader *reader, uint8_t code, char *text, size_t size)
{
	int found = look_up(reader, code);
	size_t length = text_length(reader->value, reader->length);

	if (found <= 0)
		return found;
	if (has_controls(reader->value, length))
		return refuse_option(reader, code, "contains control characters");
	copy_text(reader, reader->value, length, text, size);
	return 0;
}

/* Names go to sethostname(), resolv.conf and log lines. */
static int read_name(struct reader *reader, uint8_t code, char *name, size_t size)
{
	int error = read_text(reader, code, name, size);

	if (!error && name[0] && !dns_name_is_valid(name)) {
		pass_over(reader, code, "is no valid name");
		name[0] = '\0';
	}
	return error;
}

/*
 * An option that once was a field of BOOTP's. The option has precedence, for the field may hold
 * what the server gives to everybody, or options.
 */
static int read_boot_file(struct reader *reader, char *text, size_t size)
{
	const uint8_t *field = reader->message + FIELD_FILE, *nul = memchr(field, '\0', FILE_BYTES);
	int error = read_text(reader, OPTION_BOOT_FILE, text, size);

	if (error || text[0] || reader->overload & 1)
		return error;
	if (has_controls(field, nul ? (size_t)(nul - field) : FILE_BYTES))
		return refuse(reader, "field 'file' contains control characters");
	copy_text(reader, field, nul ? (size_t)(nul - field) : FILE_BYTES, text, size);
	return 0;
}

static int read_search(struct reader *reader)
{
	char name[DNS_NAME_BYTES], *search = reader->reply->lease.search;
	const size_t size = sizeof(reader->reply->lease.search);
	int found = look_up(reader, OPTION_SEARCH);
	size_t offset = 0, used = 0;

	if (found <= 0)
		return found;
	while (offset < reader->length) {
		if (dns_name_read(reader->value, reader->length, &offset, name))
			return refuse_option(reader, OPTION_SEARCH, "is no list of names");
		if (name[0] == '\0')
			continue;
		if (strlen(name) + 1 >= size - used) {
			pass_over(reader, OPTION_SEARCH, "names more domains than fit");
			return 0;
		}
		used += snprintf(search + used, size - used, "%s%s", used ? " " : "", name);
	}
	return 0;
}

/* One route of RFC 3442: width, as many bytes of the destination as count, gateway. */
static int read_route(struct reader *reader, size_t *offset, struct lease_route *route)
{
	unsigned int bits = reader->value[*offset], bytes = (bits + 7) / 8;
	uint8_t destination[4] = { 0 };

	if (bits > 32)
		return refuse_option(reader, OPTION_CLASSLESS_ROUTES, "has a wrong netmask");
	if (1 + bytes + 4 > reader->length - *offset)
		return refuse_option(reader, OPTION_CLASSLESS_ROUTES, "runs past its end");
	memcpy(destination, reader->value + *offset + 1, bytes);
	route->prefix_bits = bits;
	route->destination = bits ? get32(destination) & (UINT32_MAX << (32 - bits)) : 0;
	route->gateway = get32(reader->value + *offset + 1 + bytes);
	*offset += 1 + bytes + 4;
	return 0;
}

static int read_classless_routes(struct reader *reader)
{
	struct lease *lease = &reader->reply->lease;
	struct lease_route route;

	for (size_t offset = 0; offset < reader->length;) {
		int error = read_route(reader, &offset, &route);

		if (error)
			return error;
		if (route.gateway != 0 && !is_host_address(route.gateway))
			pass_over(reader, OPTION_CLASSLESS_ROUTES,
				  "has a gateway that no host can be");
		else if (lease->route_count == LEASE_ROUTES_MAX)
			pass_over(reader, OPTION_CLASSLESS_ROUTES, "has more routes than fit");
		else
			lease->routes[lease->route_count++] = route;
	}
	return 0;
}

static int read_routes(struct reader *reader)
{
	struct lease *lease = &reader->reply->lease;
	uint32_t router = 0;
	int found, error;

	found = look_up(reader, OPTION_CLASSLESS_ROUTES);
	if (found < 0)
		return found;
	/* RFC 3442: then the router option must be ignored. */
	if (found)
		return read_classless_routes(reader);

	error = read_hosts(reader, OPTION_ROUTER, &router, 1);
	if (!error && router != 0)
		lease->routes[lease->route_count++].gateway = router;
	return error;
}

static int read_mtu(struct reader *reader)
{
	int found = look_up_sized(reader, OPTION_MTU, sizeof(uint16_t));

	if (found <= 0)
		return found;
	if (get16(reader->value) < MTU_MIN)
		pass_over(reader, OPTION_MTU, "is less than 68 bytes");
	else
		reader->reply->lease.mtu = get16(reader->value);
	return 0;
}

/* The client's address, and what depends on it: netmask and broadcast address. */
static int read_address(struct reader *reader)
{
	struct lease *lease = &reader->reply->lease;
	uint32_t mask, host;
	int error;

	lease->address = get32(reader->message + FIELD_YIADDR);
	if (!is_host_address(lease->address))
		return refuse(reader, "it gives an address that no host can have");
	error = read_number(reader, OPTION_NETMASK, &lease->netmask);
	if (!error)
		error = read_number(reader, OPTION_BROADCAST, &lease->broadcast);
	if (error)
		return error;

	mask = lease->netmask;
	if (~mask & (~mask + 1))
		return refuse_option(reader, OPTION_NETMASK, "is a netmask with holes");
	/* RFC 3021: 31 bits leave two hosts; 32 bits, one. */
	host = lease->address & ~mask;
	if (mask != 0 && mask < 0xfffffffe && (host == 0 || host == ~mask))
		return refuse(reader, "it gives the address of the network itself");
	if (lease->broadcast != 0 && lease->broadcast != UINT32_MAX && mask != 0 &&
	    (lease->broadcast & mask) != (lease->address & mask)) {
		pass_over(reader, OPTION_BROADCAST, "is not in the client's network");
		lease->broadcast = 0;
	}
	return 0;
}

/* RFC 2131, 4.4.5. */
static int read_times(struct reader *reader)
{
	struct lease *lease = &reader->reply->lease;
	uint32_t t1 = 0, t2 = 0;
	int error;

	error = read_number(reader, OPTION_LEASE_TIME, &lease->lease_s);
	if (!error)
		error = read_number(reader, OPTION_T1, &t1);
	if (!error)
		error = read_number(reader, OPTION_T2, &t2);
	if (error)
		return error;
	if (lease->lease_s == 0) {
		pass_over(reader, OPTION_LEASE_TIME, "is missing or 0");
		return 0;
	}
	if (lease->lease_s == UINT32_MAX) {
		lease->t1_s = lease->t2_s = UINT32_MAX;
		return 0;
	}
	lease->t1_s = t1 ? t1 : lease->lease_s / 2;
	lease->t2_s = t2 ? t2 : lease->lease_s - lease->lease_s / 8;
	if ((t1 || t2) && (lease->t1_s >= lease->t2_s || lease->t2_s >= lease->lease_s)) {
		pass_over(reader, t1 ? OPTION_T1 : OPTION_T2, "does not fit the lease time");
		lease->t1_s = lease->lease_s / 2;
		lease->t2_s = lease->lease_s - lease->lease_s / 8;
	}
	return 0;
}

static int read_names(struct reader *reader)
{
	struct lease *lease = &reader->reply->lease;
	int error;

	error = read_name(reader, OPTION_HOST_NAME, lease->host_name, sizeof(lease->host_name));
	if (!error)
		error = read_name(reader, OPTION_DOMAIN, lease->domain, sizeof(lease->domain));
	if (!error)
		error = read_search(reader);
	return error;
}

static int read_boot_source(struct reader *reader)
{
	struct lease *lease = &reader->reply->lease;
	int error;

	lease->next_server = get32(reader->message + FIELD_SIADDR);
	if (!is_host_address(lease->next_server))
		lease->next_server = 0;
	error = read_text(reader, OPTION_ROOT_PATH, lease->root_path, sizeof(lease->root_path));
	if (!error)
		error = read_boot_file(reader, lease->boot_file, sizeof(lease->boot_file));
	return error;
}

static int read_lease(struct reader *reader)
{
	struct lease *lease = &reader->reply->lease;
	int error;

	error = read_address(reader);
	if (!error)
		error = read_times(reader);
	if (!error)
		error = read_routes(reader);
	if (!error)
		error = read_mtu(reader);
	if (!error)
		error = read_hosts(reader, OPTION_DNS, lease->dns, LEASE_SERVERS_MAX);
	if (!error)
		error = read_hosts(reader, OPTION_NTP, lease->ntp, LEASE_SERVERS_MAX);
	if (!error)
		error = read_names(reader);
	if (!error)
		error = read_boot_source(reader);
	return error;
}

/* What the server tells people; however odd it is, it is no reason not to hear a NAK. */
static int read_message(struct reader *reader)
{
	struct dhcp_reply *reply = reader->reply;
	int found = look_up(reader, OPTION_MESSAGE);
	size_t length = text_length(reader->value, reader->length);

	if (found < 0)
		return found;
	if (length > sizeof(reply->message) - 1)
		length = sizeof(reply->message) - 1;
	for (size_t i = 0; i < length; i++)
		reply->message[i] =
			reader->value[i] < ' ' || reader->value[i] > '~' ? '?' : reader->value[i];
	return 0;
}

static int read_type(struct reader *reader)
{
	int found = look_up_sized(reader, OPTION_TYPE, 1);

	if (found < 0)
		return found;
	if (found == 0)
		return refuse(reader, "no message type (option 53): is it a BOOTP server?");
	reader->reply->type = reader->value[0];
	if (reader->reply->type != DHCP_OFFER && reader->reply->type != DHCP_ACK &&
	    reader->reply->type != DHCP_NAK)
		return refuse_option(reader, OPTION_TYPE, "is no type of reply");
	return 0;
}

static int read_server_id(struct reader *reader)
{
	uint32_t *server_id = &reader->reply->lease.server_id;
	int error = read_number(reader, OPTION_SERVER_ID, server_id);

	if (!error && !is_host_address(*server_id))
		return refuse(reader, "no server identifier (option 54) that is a host's address");
	return error;
}

/* Whether a BOOTP reply answers @sent. All that this needs comes before the name fields. */
static bool answers(const struct dhcp_payload *payload, const struct dhcp_client_message *sent)
{
	const uint8_t *message = payload->bytes;

	return payload->length >= FIELD_SNAME && message[FIELD_OP] == OP_REPLY &&
	       message[FIELD_HTYPE] == HTYPE_ETHERNET && message[FIELD_HLEN] == DHCP_MAC_BYTES &&
	       get32(message + FIELD_XID) == sent->xid &&
	       memcmp(message + FIELD_CHADDR, sent->mac, DHCP_MAC_BYTES) == 0;
}

int dhcp_parse_reply(const struct dhcp_payload *payload, const struct dhcp_client_message *sent,
		     struct dhcp_reply *reply, struct fault *fault)
{
	struct reader reader = {
		.message = payload->bytes,
		.source = payload->source,
		.reply = reply,
		.fault = fault,
	};
	int error;

	if (!answers(payload, sent))
		return -ENOMSG;
	if (payload->length < FIELD_OPTIONS)
		return refuse(&reader, "the message ends before its options");
	if (memcmp(payload->bytes + FIELD_COOKIE, magic_cookie, sizeof(magic_cookie)) != 0)
		return refuse(&reader, "no DHCP magic cookie: is it a BOOTP server?");

	memset(reply, 0, sizeof(*reply));
	reply->xid = sent->xid;
	memcpy(reply->chaddr, sent->mac, DHCP_MAC_BYTES);
	error = find_options(&reader, payload->length);
	if (!error)
		error = read_type(&reader);
	if (!error)
		error = read_server_id(&reader);
	if (!error)
		error = read_message(&reader);
	if (!error && reply->type != DHCP_NAK)
		error = read_lease(&reader);
	return error;
}
