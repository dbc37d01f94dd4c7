/* SPDX-License-Identifier: GPL-2.0-only */
/* Receives timelines. See receiver.h. */
#include "userspace/wirerootd/receiver.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "initramfs/value.h"
#include "userspace/wirerootd/summary.h"

/* Takes about a millisecond. */
#define BURST_DATAGRAMS 64

static void complain(struct receiver *receiver, const char *address, const char *why)
{
	struct timespec now;

	receiver->refused++;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (receiver->last_complaint_s && now.tv_sec <= receiver->last_complaint_s)
		return;
	log_line(receiver->log, LOG_LEVEL_WARNING,
		 "%" PRIu64 " datagram%s refused, the last from %s: %s", receiver->refused,
		 receiver->refused == 1 ? "" : "s", address, why);
	receiver->refused = 0;
	receiver->last_complaint_s = now.tv_sec;
}

static void tell_news(const struct receiver *receiver, const struct timeline *timeline,
		      const char *address, int news)
{
	enum log_level level = timeline->fault_line[0] ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE;
	const char *name = timeline->node[0] ? timeline->node : "?";
	char line[SUMMARY_BYTES];

	summary_line(timeline, line);
	if (news == NODES_NEW_BOOT)
		log_line(receiver->log, level, "%s (%s, %s): new boot %s: %s", name, timeline->mac,
			 address, timeline->boot_id, line);
	else if (news == NODES_NEW_FAULT || news == NODES_HANDED_OVER)
		log_line(receiver->log, level, "%s (%s, %s): %s", name, timeline->mac, address,
			 line);
}

/* The node has its segment, and needs it no more. */
static void note_hand_over(const struct receiver *receiver, const struct timeline *timeline,
			   const struct sockaddr *sender)
{
	uint8_t mac[6];

	if (timeline->stages[STAGE_SWITCH_ROOT].state != STAGE_WAITING &&
	    value_mac(timeline->mac, mac))
		gate_hand_over(receiver->gate, mac, sender, time(NULL));
}

static void take_in(struct receiver *receiver, const char *text, size_t length,
		    const struct sockaddr *sender)
{
	char address[ADDRESS_TEXT_BYTES], why[FAULT_LINE_BYTES];
	struct timeline timeline;
	struct fault fault;
	uint8_t mac[6];
	int news;

	address_text(sender, address);
	if (timeline_parse(text, length, &timeline)) {
		complain(receiver, address, "it is no timeline");
		return;
	}
	news = nodes_accept(receiver->nodes, &timeline, address, time(NULL), &fault);
	if (news < 0)
		complain(receiver, address, fault_line(&fault, why));
	else
		tell_news(receiver, &timeline, address, news);
	if (news == NODES_NEW_BOOT && value_mac(timeline.mac, mac))
		gate_first_sign(receiver->gate, mac, sender, time(NULL));
	if (news >= 0 && news != NODES_STALE)
		note_hand_over(receiver, &timeline, sender);
}

void receiver_run(struct receiver *receiver)
{
	for (int i = 0; i < BURST_DATAGRAMS; i++) {
		/* One byte more than any timeline has: a longer datagram shows, and is refused. */
		char text[TIMELINE_TEXT_BYTES + 1];
		struct sockaddr_storage sender = { 0 };
		socklen_t size = sizeof(sender);
		ssize_t length = recvfrom(receiver->socket, text, sizeof(text), 0,
					  (struct sockaddr *)&sender, &size);

		if (length >= 0)
			take_in(receiver, text, (size_t)length, (const struct sockaddr *)&sender);
		else if (errno == EAGAIN)
			return;
		/* Others are errors of datagrams sent earlier, or EINTR: go on with the next one.
		 */
	}
}
