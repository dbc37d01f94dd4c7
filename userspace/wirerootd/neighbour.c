// SPDX-License-Identifier: GPL-2.0-only
/* Asks the kernel for neighbours. See neighbour.h. */
#include "userspace/wirerootd/neighbour.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_BYTES 4096

/* A question with room for two attributes of four bytes each. */
struct question {
	struct nlmsghdr header;
	union {
		struct ndmsg neighbour;
		struct rtmsg route;
	};
	char attributes[2 * RTA_SPACE(4)];
};

_Static_assert(sizeof(struct ndmsg) == sizeof(struct rtmsg), "attributes stand behind both");

static void add_attribute(struct question *question, unsigned short type, uint32_t value)
{
	char *at = (char *)question + NLMSG_ALIGN(question->header.nlmsg_len);
	struct rtattr attribute = { .rta_len = RTA_LENGTH(sizeof(value)), .rta_type = type };

	memcpy(at, &attribute, sizeof(attribute));
	memcpy(at + RTA_LENGTH(0), &value, sizeof(value));
	question->header.nlmsg_len = NLMSG_ALIGN(question->header.nlmsg_len) + RTA_SPACE(4);
}

/* Ask and take the answer to @reply; it is of @type or an error. The length, or -errno. */
static ssize_t ask(int socket, const struct question *question, unsigned short type,
		   struct nlmsghdr *reply)
{
	ssize_t length;

	if (send(socket, question, question->header.nlmsg_len, 0) < 0)
		return -errno;
	/* The kernel answers before send() returns. */
	length = recv(socket, reply, REPLY_BYTES, MSG_DONTWAIT);
	if (length < 0)
		return -errno;
	if (!NLMSG_OK(reply, (size_t)length))
		return -EBADMSG;
	if (reply->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *error = NLMSG_DATA(reply);

		return error->error ? error->error : -EBADMSG;
	}
	return reply->nlmsg_type == type ? length : -EBADMSG;
}

/* The data of the attribute @type, of @bytes, in @reply behind a header as both questions have. */
static const void *find_attribute(struct nlmsghdr *reply, unsigned short type, size_t bytes)
{
	struct rtattr *attribute = RTM_RTA(NLMSG_DATA(reply));
	size_t left = RTM_PAYLOAD(reply);

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if (attribute->rta_type == type && RTA_PAYLOAD(attribute) == bytes)
			return RTA_DATA(attribute);
	return NULL;
}

/* The number of the interface behind which @address is without a router between; or -errno. */
static int find_interface(int socket, uint32_t address, struct nlmsghdr *reply)
{
	struct question question = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
			    .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST },
		.route = { .rtm_family = AF_INET, .rtm_dst_len = 32 },
	};
	const void *interface;
	ssize_t length;
	uint32_t number;

	add_attribute(&question, RTA_DST, htonl(address));
	length = ask(socket, &question, RTM_NEWROUTE, reply);
	if (length < 0)
		return (int)length;
	interface = find_attribute(reply, RTA_OIF, sizeof(number));
	if (!interface || find_attribute(reply, RTA_GATEWAY, sizeof(number)) ||
	    find_attribute(reply, RTA_VIA, sizeof(struct rtvia) + sizeof(struct in6_addr)))
		return -ENOENT;
	memcpy(&number, interface, sizeof(number));
	return (int)number;
}

static int find_mac(int socket, uint32_t address, int interface, struct nlmsghdr *reply,
		    uint8_t mac[static 6])
{
	struct question question = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ndmsg)),
			    .nlmsg_type = RTM_GETNEIGH,
			    .nlmsg_flags = NLM_F_REQUEST },
		.neighbour = { .ndm_family = AF_INET, .ndm_ifindex = interface },
	};
	const struct ndmsg *neighbour = NLMSG_DATA(reply);
	const void *found;
	ssize_t length;

	add_attribute(&question, NDA_DST, htonl(address));
	length = ask(socket, &question, RTM_NEWNEIGH, reply);
	if (length < 0)
		return (int)length;
	found = find_attribute(reply, NDA_LLADDR, 6);
	/* One that failed or is still being looked for may hold what was true long ago. */
	if (!found || neighbour->ndm_state & (NUD_FAILED | NUD_INCOMPLETE | NUD_NOARP))
		return -ENOENT;
	memcpy(mac, found, 6);
	return 0;
}

int neighbour_mac(uint32_t address, uint8_t mac[static 6])
{
	union {
		struct nlmsghdr header;
		char bytes[REPLY_BYTES];
	} reply = { .bytes = { 0 } };
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int interface, error;

	if (netlink < 0)
		return -errno;
	interface = find_interface(netlink, address, &reply.header);
	error = interface < 0 ? interface : find_mac(netlink, address, interface, &reply.header, mac);
	close(netlink);
	return error;
}
