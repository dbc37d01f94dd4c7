/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of DHCPv4 (RFC 2131, 2132, 3396, 3397, 3442), from the IPv4 header on, as an AF_PACKET
 * socket of type SOCK_DGRAM sends and receives them. Pure: no system calls, no state.
 *
 * The way of a message: dhcp_build_frame() -> sendto() to the broadcast address with ETH_P_IP ...
 * recvmsg() -> dhcp_open_frame() -> dhcp_parse_reply(). The two readers return
 *
 *	0	   it is what was asked for
 *	-ENOMSG	   somebody else's packet: pass it over in silence, @fault is untouched
 *	-EBADMSG   meant for us and malformed: @fault says why
 *
 * and never look further than the length they were given. IPv4 addresses are in host byte order.
 */
#ifndef WIREROOT_DHCP_PACKET_H
#define WIREROOT_DHCP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "lease.h"

#define DHCP_MAC_BYTES	 6
#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68

/* Room for every frame that dhcp_build_frame() makes: headers, BOOTP's fields, our options. */
#define DHCP_CLIENT_FRAME_BYTES 512

/* A receive buffer of this size holds whatever fits an Ethernet frame. */
#define DHCP_SERVER_FRAME_BYTES 1500

/* Option 53 (RFC 2132, 9.6). RELEASE and INFORM are never sent: the lease is handed over. */
enum dhcp_message_type {
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_DECLINE = 4,
	DHCP_ACK = 5,
	DHCP_NAK = 6,
};

/* What the client has to say. What a kind of message does not carry is ignored. */
struct dhcp_client_message {
	enum dhcp_message_type type; /* DISCOVER, REQUEST or DECLINE */
	uint32_t xid;
	uint16_t seconds; /* since the exchange began; a relay may wait for it to grow */
	uint8_t mac[DHCP_MAC_BYTES];
	/* REQUEST, DECLINE: the address in question, and the server that offered it. A REQUEST with
	 * a @server_id of 0 asks any server to extend the lease of @address (rebinding). */
	uint32_t address;
	uint32_t server_id;
	const char *host_name; /* option 12; NULL, empty or longer than 64 bytes: left out */
};

/* A server's answer. For a NAK, @lease holds nothing but server_id. */
struct dhcp_reply {
	enum dhcp_message_type type; /* OFFER, ACK or NAK */
	uint32_t xid;
	uint8_t chaddr[DHCP_MAC_BYTES];
	struct lease lease;
	char message[129]; /* option 56, control characters replaced by '?'; may be empty */
	/* The first option that was well formed but of no use, and why; 0 and NULL: none. The rest
	 * of the reply holds, as if that option were absent. */
	uint8_t ignored_option;
	const char *ignored_why;
};

/* A DHCP message within a frame. */
struct dhcp_payload {
	const uint8_t *bytes; /* points into the frame */
	size_t length;
	uint32_t source; /* IPv4 address that it came from: a server's or a relay's */
};

/*
 * Write IPv4 header, UDP header and message, all checksums filled in, to @frame.
 * Returns the length in bytes, or -EINVAL when a server never receives such a type from a client.
 */
int dhcp_build_frame(const struct dhcp_client_message *message,
		     uint8_t frame[static DHCP_CLIENT_FRAME_BYTES]);

/*
 * Find the DHCP message in an IPv4 packet of @length bytes. @checksum_ready is false when the
 * kernel has set TP_STATUS_CSUMNOTREADY: the packet comes from this machine (a virtual switch), and
 * nobody has filled in its UDP checksum.
 */
int dhcp_open_frame(const uint8_t *frame, size_t length, bool checksum_ready,
		    struct dhcp_payload *payload, struct fault *fault);

/*
 * Read the answer to @sent, which gives the transaction id and the MAC address to expect. That its
 * type and server are the ones that the exchange waits for is the caller's to check.
 *
 * Refused with -EBADMSG: options that run past their end or have a wrong length, a reply without
 * message type or server identifier, an address that no host can have, a netmask with holes, text
 * with control characters. An unusable minor value is passed over, see ignored_option.
 */
int dhcp_parse_reply(const struct dhcp_payload *payload, const struct dhcp_client_message *sent,
		     struct dhcp_reply *reply, struct fault *fault);

#endif
