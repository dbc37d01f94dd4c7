/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DHCPv4 client's exchange on one link (RFC 2131, section 4.4), driven by the event loop.
 */
#ifndef WIREROOT_DHCP_H
#define WIREROOT_DHCP_H

#include <stdbool.h>
#include <stdint.h>

#include "dhcp_packet.h"
#include "fault.h"
#include "lease.h"
#include "link.h"

enum dhcp_state {
	DHCP_STOPPED,
	DHCP_SELECTING, /* DISCOVER sent, waiting for a usable OFFER */
	DHCP_REQUESTING, /* REQUEST sent, waiting for ACK; the ARP probe is already under way */
	DHCP_PROBING, /* ACK received, waiting for the end of the ARP probe */
	DHCP_BOUND,
	DHCP_REBINDING, /* past T1: any server may extend the lease, which holds meanwhile */
	DHCP_PAUSED, /* after DECLINE or NAK: start again at the deadline */
};

enum dhcp_event {
	DHCP_NOTHING,
	DHCP_GOT_LEASE, /* ->lease is new: configure the link */
	DHCP_EXTENDED, /* ->lease was renewed */
	DHCP_LOST_LEASE, /* ->lease ran out or was refused: take the address away */
	DHCP_TROUBLE, /* something to tell; @fault is filled in, the client goes on by itself */
};

/*
 * Whether a boot over @link can go on with @lease, over which it lays what the parameters state;
 * else @fault says what it lacks.
 */
typedef bool lease_judge(void *context, const struct link *link, struct lease *lease,
			 struct fault *fault);

struct dhcp_client {
	enum dhcp_state state;
	int socket; /* -1: closed */
	int arp_socket; /* -1: closed */
	uint64_t deadline_us; /* when dhcp_timer() is due; UINT64_MAX: never */
	uint64_t began_us; /* of this exchange */
	uint64_t resend_us; /* when the message in hand is sent again */
	uint64_t probe_us; /* when the next ARP probe is due, or the probing ends */
	uint64_t
		requested_us; /* when the first REQUEST went out: the lease's time runs from here */
	uint64_t bound_us; /* requested_us of the exchange that gave ->lease */
	unsigned int tries; /* DISCOVERs sent since the link came up */
	unsigned int sends; /* of the message in hand */
	unsigned int probes;
	struct dhcp_client_message message;
	struct lease lease;
	struct fault last_trouble; /* why the last answer was no good, told at the end of the try */
	struct fault ignored; /* what ->lease does without; ->error is 0: nothing */
	const char *host_name;
	lease_judge *judge;
	void *judge_context;
};

void dhcp_init(struct dhcp_client *client, const char *host_name, lease_judge *judge,
	       void *judge_context);

/* Begin on @link, which has carrier. Returns 0 or a negative errno with @fault. */
int dhcp_start(struct dhcp_client *client, const struct link *link, struct fault *fault);

/* Close the sockets and forget the exchange; ->lease stays as it is. */
void dhcp_stop(struct dhcp_client *client);

/* ->lease is of no use after all: ask for another one in ten seconds. */
void dhcp_discard(struct dhcp_client *client);

/* The deadline has come. */
enum dhcp_event dhcp_timer(struct dhcp_client *client, const struct link *link,
			   struct fault *fault);

/* A packet is waiting on ->socket or on ->arp_socket. */
enum dhcp_event dhcp_packet(struct dhcp_client *client, const struct link *link,
			    struct fault *fault);
enum dhcp_event dhcp_arp(struct dhcp_client *client, const struct link *link, struct fault *fault);

#endif
