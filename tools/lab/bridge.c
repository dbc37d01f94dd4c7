// SPDX-License-Identifier: GPL-2.0-only
/* Bridges and taps; see bridge.h. */
#include "tools/lab/bridge.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "userspace/lib/spawn.h"

int bridge_check_name(const char *name, struct fault *fault)
{
	size_t length = strlen(name), i = 0;

	while (i < length && (isalnum((unsigned char)name[i]) || (i > 0 && strchr("-_.", name[i]))))
		i++;
	if (length == 0 || length >= IFNAMSIZ || i < length || isdigit((unsigned char)name[0]))
		return fault_set(fault, EINVAL, "name a bridge", name,
				 "up to 15 letters, digits, '-', '_' and '.', a letter first");
	return 0;
}

int bridge_make(const char *name, struct fault *fault)
{
	/* Listening and learning for 2 x 15 s before it forwards would delay every DHCP exchange.
	 */
	const char *add[] = { "ip",	"link",		 "add", "name",	     name, "type",
			      "bridge", "forward_delay", "0",	"stp_state", "0",  NULL };
	const char *up[] = { "ip", "link", "set", "dev", name, "up", NULL };
	int error;

	if (if_nametoindex(name))
		return 0;
	error = spawn_run(add, fault);
	return error ? error : spawn_run(up, fault);
}

static int add_address(const struct lab_network *network, const char *address, unsigned int prefix,
		       struct fault *fault)
{
	char prefixed[INET_ADDRSTRLEN + sizeof("/32")];

	snprintf(prefixed, sizeof(prefixed), "%s/%u", address, prefix % 100);
	return spawn_run((const char *const[]){ "ip", "address", "add", prefixed, "broadcast", "+",
						"dev", network->bridge, NULL },
			 fault);
}

int bridge_make_lab(const struct lab_network *network, struct fault *fault)
{
	const char *loopback[] = { "ip", "link", "set", "dev", "lo", "up", NULL };
	int error = spawn_run(loopback, fault);

	if (!error)
		error = bridge_make(network->bridge, fault);
	if (!error)
		error = add_address(network, network->address, network->prefix, fault);
	for (size_t i = 0; !error && i < network->more_count; i++)
		error = add_address(network, network->more[i], 32, fault);
	return error;
}

int bridge_open_tap(const char *name, const char *bridge, int *fd, struct fault *fault)
{
	const char *attach[] = { "ip", "link", "set", "dev", name, "master", bridge, "up", NULL };
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int error;

	error = bridge_make(bridge, fault);
	if (error)
		return error;
	*fd = open("/dev/net/tun", O_RDWR);
	if (*fd < 0)
		return fault_set(fault, errno, "open", "/dev/net/tun",
				 "load the module tun; a container must be given the device");
	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	if (ioctl(*fd, TUNSETIFF, &request) < 0)
		error = fault_set(fault, errno, "make tap", name,
				  errno == EBUSY ? "a node with this name runs" : NULL);
	else
		error = spawn_run(attach, fault);
	if (error)
		close(*fd);
	return error;
}
