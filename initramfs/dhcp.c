// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DHCPv4 client's exchange on one link (RFC 2131, section 4.4), driven by the event loop.
 *
 * All that waits is a deadline in struct dhcp_client; nothing here blocks. The client never gives
 * up: after a refusal, a conflict or silence it starts over with back-off, and reports each time.
 * Offers that a boot cannot use (a root-path is wanted and missing) are passed over, so that a
 * foreign server on the same wire does no harm.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "arp_packet.h"
#include "backoff.h"
#include "dhcp.h"
#include "sys.h"
#include "value.h"

#ifndef SOL_PACKET
#define SOL_PACKET 263 /* include/linux/socket.h; klibc has no name for it */
#endif

/*
 * RFC 5227 probes for 3 to 7 s, which no boot can spend. The two probes here overlap with REQUEST
 * and ACK; a host on the same wire answers within a few milliseconds.
 */
#define ARP_PROBES	    2
#define ARP_PROBE_EVERY_US  100000
#define DECLINE_PAUSE_US    10000000 /* RFC 2131, 3.1: at least ten seconds */
#define REQUEST_SENDS_MAX   4 /* then the offer is taken for withdrawn */
#define REBIND_EVERY_MIN_US 60000000 /* RFC 2131, 4.4.5 */
#define NEVER_US	    UINT64_MAX
#define OPTION_ROOT_PATH    17

void dhcp_init(struct dhcp_client *client, const char *host_name, lease_judge *judge,
	       void *judge_context)
{
	memset(client, 0, sizeof(*client));
	client->socket = -1;
	client->arp_socket = -1;
	client->deadline_us = NEVER_US;
	client->host_name = host_name;
	client->judge = judge;
	client->judge_context = judge_context;
}

/* An AF_PACKET socket sees all IPv4 of the link: let only UDP to the client's port pass. */
static int filter_dhcp(int fd)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9), /* IPv4: protocol */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 17, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6), /* flags and fragment offset */
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* header length */
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2), /* UDP: destination port */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_CLIENT_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int packet_socket(int index, uint16_t protocol)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(protocol),
				       .sll_ifindex = index };
	const int on = 1;
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	/* The socket is bound last: nothing gets in before the filter is there. */
	if ((protocol == ETH_P_IP &&
	     (filter_dhcp(fd) < 0 ||
	      setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

static int open_socket(int *fd, const struct link *link, uint16_t protocol, struct fault *fault)
{
	if (*fd >= 0)
		return 0;
	*fd = packet_socket(link->index, protocol);
	if (*fd < 0)
		return fault_set(fault, *fd, "open a packet socket", link->name, NULL);
	return 0;
}

static void close_socket(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void broadcast(int fd, int index, uint16_t protocol, const void *packet, size_t length)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(protocol),
				  .sll_ifindex = index,
				  .sll_halen = ETH_ALEN };

	memset(to.sll_addr, 0xff, ETH_ALEN);
	/* A failure (link down, queue full) is as a lost packet: the next try mends it. */
	(void)sendto(fd, packet, length, 0, (struct sockaddr *)&to, sizeof(to));
}

static void update_deadline(struct dhcp_client *client)
{
	client->deadline_us =
		client->resend_us < client->probe_us ? client->resend_us : client->probe_us;
}

static void send_message(struct dhcp_client *client, const struct link *link)
{
	uint8_t frame[DHCP_CLIENT_FRAME_BYTES];
	uint64_t seconds = (monotonic_us() - client->began_us) / 1000000;
	int length;

	client->message.seconds = seconds > 0xffff ? 0xffff : (uint16_t)seconds;
	length = dhcp_build_frame(&client->message, frame);
	if (length > 0)
		broadcast(client->socket, link->index, ETH_P_IP, frame, (size_t)length);
}

static void send_with_backoff(struct dhcp_client *client, const struct link *link,
			      unsigned int attempt)
{
	send_message(client, link);
	client->sends++;
	client->resend_us = monotonic_us() + backoff_delay_ms(attempt, random_word()) * 1000ull;
	update_deadline(client);
}

static void send_discover(struct dhcp_client *client, const struct link *link)
{
	client->state = DHCP_SELECTING;
	client->message.type = DHCP_DISCOVER;
	client->message.xid = random_word();
	client->message.address = 0;
	client->message.server_id = 0;
	client->message.host_name = client->host_name;
	client->sends = 0;
	client->probe_us = NEVER_US;
	memset(&client->last_trouble, 0, sizeof(client->last_trouble));
	send_with_backoff(client, link, client->tries++);
}

int dhcp_start(struct dhcp_client *client, const struct link *link, struct fault *fault)
{
	int error = open_socket(&client->socket, link, ETH_P_IP, fault);

	if (error < 0)
		return error;
	memcpy(client->message.mac, link->mac, sizeof(link->mac));
	client->began_us = monotonic_us();
	client->tries = 0;
	send_discover(client, link);
	return 0;
}

void dhcp_stop(struct dhcp_client *client)
{
	close_socket(&client->socket);
	close_socket(&client->arp_socket);
	client->state = DHCP_STOPPED;
	client->deadline_us = NEVER_US;
}

static void send_probe(struct dhcp_client *client, const struct link *link)
{
	uint8_t packet[ARP_PACKET_BYTES];

	arp_probe_build(link->mac, client->message.address, packet);
	broadcast(client->arp_socket, link->index, ETH_P_ARP, packet, sizeof(packet));
	client->probes++;
	client->probe_us = monotonic_us() + ARP_PROBE_EVERY_US;
}

/* A usable offer: ask for it, and see meanwhile whether anybody has that address. */
static enum dhcp_event take_offer(struct dhcp_client *client, const struct link *link,
				  const struct lease *offer, struct fault *fault)
{
	client->message.type = DHCP_REQUEST;
	client->message.address = offer->address;
	client->message.server_id = offer->server_id;
	client->state = DHCP_REQUESTING;
	client->sends = 0;
	client->probes = 0;
	client->requested_us = monotonic_us();
	memset(&client->last_trouble, 0, sizeof(client->last_trouble));
	if (open_socket(&client->arp_socket, link, ETH_P_ARP, fault) < 0) {
		send_with_backoff(client, link, 0);
		return DHCP_TROUBLE;
	}
	send_probe(client, link);
	send_with_backoff(client, link, 0);
	return DHCP_NOTHING;
}

static void pause_until(struct dhcp_client *client, uint64_t deadline_us)
{
	client->state = DHCP_PAUSED;
	client->resend_us = deadline_us;
	client->probe_us = NEVER_US;
	update_deadline(client);
}

void dhcp_discard(struct dhcp_client *client)
{
	pause_until(client, monotonic_us() + DECLINE_PAUSE_US);
}

static void become_bound(struct dhcp_client *client)
{
	const struct lease *lease = &client->lease;
	bool for_ever = lease->lease_s == 0 || lease->lease_s == UINT32_MAX;

	client->state = DHCP_BOUND;
	client->tries = 0;
	client->probe_us = NEVER_US;
	client->resend_us = for_ever ? NEVER_US : client->bound_us + lease->t1_s * 1000000ull;
	update_deadline(client);
	close_socket(&client->socket);
	close_socket(&client->arp_socket);
}

static uint64_t expiry_us(const struct dhcp_client *client)
{
	return client->bound_us + client->lease.lease_s * 1000000ull;
}

static void rebind(struct dhcp_client *client, const struct link *link)
{
	uint64_t now = monotonic_us();
	uint64_t half = (expiry_us(client) - now) / 2;

	client->state = DHCP_REBINDING;
	client->requested_us = now;
	client->message.type = DHCP_REQUEST;
	client->message.xid = random_word();
	client->message.address = client->lease.address;
	client->message.server_id = 0;
	send_message(client, link);
	client->resend_us = now + (half > REBIND_EVERY_MIN_US ? half : REBIND_EVERY_MIN_US);
	if (client->resend_us > expiry_us(client))
		client->resend_us = expiry_us(client);
	update_deadline(client);
}

static enum dhcp_event selecting_timer(struct dhcp_client *client, const struct link *link,
				       struct fault *fault)
{
	char doing[64];

	if (client->last_trouble.error) {
		*fault = client->last_trouble;
	} else {
		snprintf(doing, sizeof(doing), "wait for a DHCP server (try %u)", client->tries);
		fault_set(fault, ETIMEDOUT, doing, link->name,
			  "check the server, its range and the cable; trying on");
	}
	send_discover(client, link);
	return DHCP_TROUBLE;
}

static enum dhcp_event requesting_timer(struct dhcp_client *client, const struct link *link,
					struct fault *fault)
{
	if (client->sends < REQUEST_SENDS_MAX) {
		send_with_backoff(client, link, client->sends);
		return DHCP_NOTHING;
	}
	if (client->last_trouble.error)
		*fault = client->last_trouble;
	else
		fault_set(fault, ETIMEDOUT, "have the DHCP server confirm its offer", link->name,
			  "starting over");
	send_discover(client, link);
	return DHCP_TROUBLE;
}

static enum dhcp_event probe_timer(struct dhcp_client *client, const struct link *link)
{
	if (client->probes < ARP_PROBES) {
		send_probe(client, link);
		update_deadline(client);
		return DHCP_NOTHING;
	}
	client->probe_us = NEVER_US;
	update_deadline(client);
	if (client->state != DHCP_PROBING)
		return DHCP_NOTHING;
	become_bound(client);
	return DHCP_GOT_LEASE;
}

static enum dhcp_event renewal_timer(struct dhcp_client *client, const struct link *link,
				     struct fault *fault)
{
	/* The time may have run out at once, while a rescue shell held everything up. */
	if (open_socket(&client->socket, link, ETH_P_IP, fault) < 0) {
		client->resend_us = monotonic_us() + REBIND_EVERY_MIN_US;
		update_deadline(client);
		return DHCP_TROUBLE;
	}
	if (monotonic_us() >= expiry_us(client)) {
		fault_set(fault, ETIMEDOUT, "extend the DHCP lease", link->name,
			  "no server answered before it ran out; starting over");
		client->began_us = monotonic_us();
		send_discover(client, link);
		return DHCP_LOST_LEASE;
	}
	rebind(client, link);
	return DHCP_NOTHING;
}

enum dhcp_event dhcp_timer(struct dhcp_client *client, const struct link *link, struct fault *fault)
{
	if (client->probe_us <= monotonic_us())
		return probe_timer(client, link);
	switch (client->state) {
	case DHCP_SELECTING:
		return selecting_timer(client, link, fault);
	case DHCP_REQUESTING:
		return requesting_timer(client, link, fault);
	case DHCP_BOUND:
	case DHCP_REBINDING:
		return renewal_timer(client, link, fault);
	case DHCP_PAUSED:
		if (open_socket(&client->socket, link, ETH_P_IP, fault) < 0) {
			dhcp_discard(client);
			return DHCP_TROUBLE;
		}
		send_discover(client, link);
		return DHCP_NOTHING;
	case DHCP_PROBING:
	case DHCP_STOPPED:
		break;
	}
	return DHCP_NOTHING;
}

/* What the server said and nobody can use: left out, but not kept quiet about. */
static void note_ignored(struct dhcp_client *client, const struct dhcp_reply *reply)
{
	uint32_t server = reply->lease.server_id;
	char peer[IPV4_TEXT_BYTES], hint[sizeof(client->ignored.hint)];

	memset(&client->ignored, 0, sizeof(client->ignored));
	if (!reply->ignored_why)
		return;
	value_ipv4_text(server, peer);
	snprintf(hint, sizeof(hint), "option %u %s; the lease is used without it",
		 reply->ignored_option, reply->ignored_why);
	fault_set(&client->ignored, EINVAL, "use all of the lease of the DHCP server", peer, hint);
}

static enum dhcp_event handle_offer(struct dhcp_client *client, const struct link *link,
				    struct dhcp_reply *reply, struct fault *fault)
{
	if (client->state != DHCP_SELECTING)
		return DHCP_NOTHING;
	if (!client->judge(client->judge_context, link, &reply->lease, &client->last_trouble)) {
		/* A better one may come; else it is told at the deadline. */
		note_ignored(client, reply);
		if (reply->ignored_option == OPTION_ROOT_PATH)
			client->last_trouble = client->ignored;
		return DHCP_NOTHING;
	}
	return take_offer(client, link, &reply->lease, fault);
}

static enum dhcp_event handle_ack(struct dhcp_client *client, const struct link *link,
				  struct dhcp_reply *reply)
{
	enum dhcp_state state = client->state;

	if (state != DHCP_REQUESTING && state != DHCP_REBINDING)
		return DHCP_NOTHING;
	if (state == DHCP_REQUESTING && reply->lease.server_id != client->message.server_id)
		return DHCP_NOTHING;
	if (reply->lease.address != client->message.address ||
	    !client->judge(client->judge_context, link, &reply->lease, &client->last_trouble))
		return DHCP_NOTHING;
	client->lease = reply->lease;
	client->bound_us = client->requested_us;
	note_ignored(client, reply);
	if (state == DHCP_REQUESTING && client->probe_us != NEVER_US) {
		client->state = DHCP_PROBING;
		client->resend_us = NEVER_US;
		update_deadline(client);
		return DHCP_NOTHING;
	}
	become_bound(client);
	return state == DHCP_REBINDING ? DHCP_EXTENDED : DHCP_GOT_LEASE;
}

static enum dhcp_event handle_nak(struct dhcp_client *client, const struct link *link,
				  const struct dhcp_reply *reply, struct fault *fault)
{
	enum dhcp_state state = client->state;
	char hint[sizeof(fault->hint)];

	if (state != DHCP_REQUESTING && state != DHCP_REBINDING)
		return DHCP_NOTHING;
	/* Only the server that gave the address may take it back, not a foreign one on the wire. */
	if (reply->lease.server_id !=
	    (state == DHCP_REQUESTING ? client->message.server_id : client->lease.server_id))
		return DHCP_NOTHING;
	snprintf(hint, sizeof(hint), "the server says: %s; starting over",
		 reply->message[0] ? reply->message : "nothing");
	fault_set(fault, ECONNREFUSED, "have the DHCP server confirm the lease (DHCPNAK)",
		  link->name, hint);
	/* Whoever has the refused address is no conflict of ours, which a DECLINE would claim. */
	close_socket(&client->arp_socket);
	pause_until(client,
		    monotonic_us() + backoff_delay_ms(client->tries, random_word()) * 1000ull);
	return state == DHCP_REBINDING ? DHCP_LOST_LEASE : DHCP_TROUBLE;
}

static enum dhcp_event handle_reply(struct dhcp_client *client, const struct link *link,
				    struct dhcp_reply *reply, struct fault *fault)
{
	switch (reply->type) {
	case DHCP_OFFER:
		return handle_offer(client, link, reply, fault);
	case DHCP_ACK:
		return handle_ack(client, link, reply);
	case DHCP_NAK:
		return handle_nak(client, link, reply, fault);
	default:
		return DHCP_NOTHING;
	}
}

/* Receive one frame; *@checksum_ready as dhcp_open_frame() wants it. */
static ssize_t receive_frame(int fd, uint8_t *frame, size_t size, bool *checksum_ready)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec vector = { frame, size };
	struct msghdr message = { .msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
	struct cmsghdr *entry;

	*checksum_ready = true;
	if (length < 0)
		return -errno;
	for (entry = CMSG_FIRSTHDR(&message); entry; entry = CMSG_NXTHDR(&message, entry)) {
		struct tpacket_auxdata auxiliary;

		if (entry->cmsg_level != SOL_PACKET || entry->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&auxiliary, CMSG_DATA(entry), sizeof(auxiliary));
		*checksum_ready = !(auxiliary.tp_status & TP_STATUS_CSUMNOTREADY);
	}
	return length;
}

enum dhcp_event dhcp_packet(struct dhcp_client *client, const struct link *link,
			    struct fault *fault)
{
	uint8_t frame[DHCP_SERVER_FRAME_BYTES];
	struct dhcp_payload payload;
	struct dhcp_reply reply;
	bool checksum_ready;
	ssize_t length = receive_frame(client->socket, frame, sizeof(frame), &checksum_ready);
	int error;

	if (length < 0)
		return DHCP_NOTHING;
	error = dhcp_open_frame(frame, (size_t)length, checksum_ready, &payload, fault);
	if (error == 0)
		error = dhcp_parse_reply(&payload, &client->message, &reply, fault);
	if (error == -EBADMSG) {
		/* Told once at the end of the try: a flood of bad packets must not flood the
		 * console. */
		client->last_trouble = *fault;
		return DHCP_NOTHING;
	}
	if (error < 0)
		return DHCP_NOTHING;
	return handle_reply(client, link, &reply, fault);
}

enum dhcp_event dhcp_arp(struct dhcp_client *client, const struct link *link, struct fault *fault)
{
	uint8_t packet[64], other[ARP_MAC_BYTES];
	char text[IPV4_TEXT_BYTES];
	char peer[sizeof(fault->peer)];
	ssize_t length = recv(client->arp_socket, packet, sizeof(packet), MSG_DONTWAIT);
	uint32_t address = client->message.address;

	if (length < 0 || !arp_conflicts(packet, (size_t)length, link->mac, address, other))
		return DHCP_NOTHING;
	client->message.type = DHCP_DECLINE;
	send_message(client, link);
	close_socket(&client->arp_socket);
	pause_until(client, monotonic_us() + DECLINE_PAUSE_US);
	snprintf(peer, sizeof(peer), "%s on %s", value_ipv4_text(address, text), link->name);
	fault_set(fault, EADDRINUSE, "use the address that the DHCP server offered", peer,
		  "another machine answers for it; declined, asking again in 10 s");
	return DHCP_TROUBLE;
}
