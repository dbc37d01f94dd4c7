// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links by rtnetlink: hear of them, bring them up, give them addresses and routes.
 *
 * One socket hears events and is read in the event loop; each request opens a socket of its own, so
 * that its acknowledgement cannot be mixed up with events. The kernel is the only peer: messages
 * are checked for their origin and their lengths, not for sense.
 * Source: rtnetlink(7), include/uapi/linux/rtnetlink.h, if_link.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "link.h"
#include "value.h"

/* A link message with all its statistics is below 2 KiB; several come in one datagram. */
#define NETLINK_BUFFER_BYTES 16384

struct request {
	struct nlmsghdr header;
	char body[512];
};

static int netlink_socket(unsigned int groups)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

static void *request_begin(struct request *request, uint16_t type, uint16_t flags,
			   size_t body_bytes)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH(body_bytes);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = NLM_F_REQUEST | flags;
	return NLMSG_DATA(&request->header);
}

static struct rtattr *request_add(struct request *request, uint16_t type, const void *data,
				  size_t bytes)
{
	struct rtattr *attribute =
		(struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(bytes);
	if (bytes)
		memcpy(RTA_DATA(attribute), data, bytes);
	request->header.nlmsg_len =
		NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
	return attribute;
}

static void request_add_u32(struct request *request, uint16_t type, uint32_t value)
{
	request_add(request, type, &value, sizeof(value));
}

/* Close a nest that request_add() opened with no data. */
static void request_end_nest(struct request *request, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((char *)request + request->header.nlmsg_len - (char *)nest);
}

/* Send @request and wait for its acknowledgement. Returns 0 or the kernel's negative errno. */
static int request_send(struct request *request)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char echo[sizeof(struct request)];
	} answer;
	int fd = netlink_socket(0);
	int result = 0;

	if (fd < 0)
		return fd;
	request->header.nlmsg_flags |= NLM_F_ACK;
	if (send(fd, request, request->header.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < (ssize_t)NLMSG_LENGTH(sizeof(answer.error)))
		result = errno ? -errno : -EPROTO;
	else if (answer.header.nlmsg_type == NLMSG_ERROR)
		result = answer.error.error;
	else
		result = -EPROTO;
	close(fd);
	return result;
}

static int ask_for_links(int fd)
{
	struct request request;
	struct ifinfomsg *info =
		request_begin(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));

	info->ifi_family = AF_UNSPEC;
	return send(fd, &request, request.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

int link_open(struct fault *fault)
{
	int fd = netlink_socket(RTMGRP_LINK);
	int error;

	if (fd < 0)
		return fault_set(fault, fd, "open the rtnetlink socket", "", NULL);
	error = ask_for_links(fd);
	if (error < 0) {
		close(fd);
		return fault_set(fault, error, "list the network interfaces", "", NULL);
	}
	return fd;
}

/* IFLA_LINKINFO's kind: "" for hardware, "vlan", "bridge", "dummy" … */
static void read_kind(struct rtattr *linkinfo, char *kind, size_t kind_bytes)
{
	struct rtattr *attribute = RTA_DATA(linkinfo);
	int left = (int)RTA_PAYLOAD(linkinfo);

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if (attribute->rta_type == IFLA_INFO_KIND)
			snprintf(kind, kind_bytes, "%.*s", (int)RTA_PAYLOAD(attribute),
				 (const char *)RTA_DATA(attribute));
}

static void read_link(struct nlmsghdr *message, struct link_event *event)
{
	struct ifinfomsg *info = NLMSG_DATA(message);
	struct rtattr *attribute = IFLA_RTA(info);
	int left = (int)IFLA_PAYLOAD(message);
	struct link *link = &event->link;
	char kind[16] = "";
	bool enslaved = false;

	memset(event, 0, sizeof(*event));
	event->removed = message->nlmsg_type == RTM_DELLINK;
	link->index = info->ifi_index;
	link->up = info->ifi_flags & IFF_UP;
	link->carrier = link->up && (info->ifi_flags & IFF_LOWER_UP);
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		size_t bytes = RTA_PAYLOAD(attribute);

		if (attribute->rta_type == IFLA_IFNAME)
			snprintf(link->name, sizeof(link->name), "%.*s", (int)bytes,
				 (const char *)RTA_DATA(attribute));
		else if (attribute->rta_type == IFLA_ADDRESS && bytes == sizeof(link->mac))
			memcpy(link->mac, RTA_DATA(attribute), bytes);
		else if (attribute->rta_type == IFLA_MTU && bytes == sizeof(link->mtu))
			memcpy(&link->mtu, RTA_DATA(attribute), bytes);
		else if (attribute->rta_type == IFLA_MASTER)
			enslaved = true;
		else if (attribute->rta_type == IFLA_LINKINFO)
			read_kind(attribute, kind, sizeof(kind));
	}
	link->is_vlan = strcmp(kind, "vlan") == 0;
	event->ethernet = info->ifi_type == ARPHRD_ETHER && !enslaved &&
			  !(info->ifi_flags & IFF_LOOPBACK) && (!kind[0] || link->is_vlan);
}

int link_read(int fd, link_event_handler *handler, void *context)
{
	char buffer[NETLINK_BUFFER_BYTES] __attribute__((aligned(8)));
	struct sockaddr_nl from;
	struct iovec vector = { buffer, sizeof(buffer) };
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &vector, .msg_iovlen = 1
	};
	struct nlmsghdr *header = (struct nlmsghdr *)buffer;
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);
	unsigned int left;

	if (got < 0 && errno == ENOBUFS)
		return ask_for_links(fd) < 0 ? -errno : -ENOBUFS;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (from.nl_pid != 0)
		return 0; /* not from the kernel */
	for (left = (unsigned int)got; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
		struct link_event event;

		if (header->nlmsg_type != RTM_NEWLINK && header->nlmsg_type != RTM_DELLINK)
			continue;
		read_link(header, &event);
		handler(context, &event);
	}
	return 0;
}

int link_set_up(const char *name, int index, bool up, struct fault *fault)
{
	struct request request;
	struct ifinfomsg *info = request_begin(&request, RTM_NEWLINK, 0, sizeof(*info));
	int error;

	info->ifi_family = AF_UNSPEC;
	info->ifi_index = index;
	info->ifi_change = IFF_UP;
	info->ifi_flags = up ? IFF_UP : 0;
	error = request_send(&request);
	if (error < 0)
		return fault_set(
			fault, error, up ? "bring the link up" : "take the link down", name,
			error == -ENOENT || error == -EIO
				? "the driver may need firmware: `wireroot initrd build -v` lists it"
				: NULL);
	return 0;
}

int link_set_mtu(const char *name, int index, uint32_t mtu, struct fault *fault)
{
	struct request request;
	struct ifinfomsg *info = request_begin(&request, RTM_NEWLINK, 0, sizeof(*info));
	char doing[48];
	int error;

	info->ifi_family = AF_UNSPEC;
	info->ifi_index = index;
	request_add_u32(&request, IFLA_MTU, mtu);
	error = request_send(&request);
	if (error < 0) {
		snprintf(doing, sizeof(doing), "set an MTU of %u", mtu);
		return fault_set(fault, error, doing, name,
				 "the network card or its switch may not do frames of this size");
	}
	return 0;
}

int link_add_vlan(const struct vlan_param *vlan, int parent_index, struct fault *fault)
{
	struct request request;
	struct ifinfomsg *info =
		request_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(*info));
	struct rtattr *linkinfo, *data;
	int error;

	info->ifi_family = AF_UNSPEC;
	request_add_u32(&request, IFLA_LINK, (uint32_t)parent_index);
	request_add(&request, IFLA_IFNAME, vlan->name, strlen(vlan->name) + 1);
	linkinfo = request_add(&request, IFLA_LINKINFO, NULL, 0);
	request_add(&request, IFLA_INFO_KIND, "vlan", 5);
	data = request_add(&request, IFLA_INFO_DATA, NULL, 0);
	request_add(&request, IFLA_VLAN_ID, &vlan->id, sizeof(vlan->id));
	request_end_nest(&request, data);
	request_end_nest(&request, linkinfo);
	error = request_send(&request);
	if (error == 0 || error == -EEXIST)
		return 0;
	return fault_set(fault, error, "make the VLAN interface", vlan->name,
			 error == -EOPNOTSUPP ? "the initrd needs `--with vlan`" : NULL);
}

static int change_address(const struct link *link, const struct lease *lease, uint16_t type,
			  uint16_t flags)
{
	struct request request;
	struct ifaddrmsg *info = request_begin(&request, type, flags, sizeof(*info));
	uint32_t broadcast = lease->broadcast ? lease->broadcast : lease->address | ~lease->netmask;

	info->ifa_family = AF_INET;
	info->ifa_prefixlen = (uint8_t)netmask_bits(lease->netmask);
	info->ifa_index = (unsigned int)link->index;
	request_add_u32(&request, IFA_LOCAL, htonl(lease->address));
	request_add_u32(&request, IFA_ADDRESS, htonl(lease->address));
	if (info->ifa_prefixlen < 31)
		request_add_u32(&request, IFA_BROADCAST, htonl(broadcast));
	return request_send(&request);
}

static int add_route(const struct link *link, const struct lease_route *route)
{
	struct request request;
	struct rtmsg *info =
		request_begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*info));

	info->rtm_family = AF_INET;
	info->rtm_dst_len = route->prefix_bits;
	info->rtm_table = RT_TABLE_MAIN;
	info->rtm_protocol = RTPROT_DHCP;
	info->rtm_scope = route->gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	info->rtm_type = RTN_UNICAST;
	request_add_u32(&request, RTA_DST, htonl(route->destination));
	request_add_u32(&request, RTA_OIF, (uint32_t)link->index);
	if (route->gateway)
		request_add_u32(&request, RTA_GATEWAY, htonl(route->gateway));
	return request_send(&request);
}

/*
 * A gateway outside the subnet (as cloud networks with /32 addresses have) must first be made
 * reachable by a link route of its own.
 */
static int add_route_to_gateway(const struct link *link, const struct lease *lease,
				const struct lease_route *route)
{
	const struct lease_route to_gateway = { .destination = route->gateway, .prefix_bits = 32 };
	int error;

	if (route->gateway &&
	    (route->gateway & lease->netmask) != (lease->address & lease->netmask)) {
		error = add_route(link, &to_gateway);
		if (error < 0)
			return error;
	}
	return add_route(link, route);
}

int link_configure(const struct link *link, const struct lease *lease, struct fault *fault)
{
	unsigned int i;
	int error;

	if (lease->mtu && lease->mtu != link->mtu)
		link_set_mtu(link->name, link->index, lease->mtu, fault);
	error = change_address(link, lease, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
	if (error < 0)
		return fault_set(fault, error, "set the address", link->name, NULL);
	for (i = 0; i < lease->route_count; i++) {
		error = add_route_to_gateway(link, lease, &lease->routes[i]);
		if (error < 0)
			fault_set(fault, error, "add a route", link->name,
				  "its gateway must be reachable on this link");
	}
	return 0;
}

int link_unconfigure(const struct link *link, const struct lease *lease, struct fault *fault)
{
	int error = change_address(link, lease, RTM_DELADDR, 0);

	if (error < 0 && error != -EADDRNOTAVAIL)
		return fault_set(fault, error, "take the address away", link->name, NULL);
	return 0;
}
