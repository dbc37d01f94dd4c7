/* SPDX-License-Identifier: GPL-2.0-only */
/* The parameters that configure network interfaces; ip_param.h has the contract. */
#include "ip_param.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

#define VLAN_ID_MAX 4094 /* IEEE 802.1Q: 0 and 4095 are reserved */
#define MTU_MIN	    68 /* RFC 791 section 3.2 */
#define MTU_MAX	    UINT16_MAX

/* Positions of the fields (nfsroot.rst). What is behind METHOD has two readings. */
enum ip_field {
	CLIENT,
	SERVER,
	GATEWAY,
	NETMASK,
	HOST,
	DEVICE,
	METHOD,
	TAIL, /* DNS0, DNS1, NTP0; or MTU and the six bytes of a MAC */
	FIELDS_MAX = TAIL + 7,
};

struct fields {
	char text[256];
	unsigned int count;
	const char *field[FIELDS_MAX]; /* those not given are empty */
};

static const char ip_forms[] =
	"give ip=dhcp, ip=DEVICE:dhcp or ip=CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:none";

static int split_fields(const char *value, struct fields *fields, struct fault *fault)
{
	char *text = fields->text;

	if (strlen(value) >= sizeof(fields->text))
		return value_refuse(fault, "value", value, "it is longer than 255 bytes");
	strcpy(text, value);
	for (fields->count = 0; text; fields->count++) {
		char *border = strchr(text, ':');

		if (fields->count == FIELDS_MAX)
			return value_refuse(fault, "value", value, "it has too many fields");
		if (border)
			*border++ = '\0';
		fields->field[fields->count] = text;
		text = border;
	}
	for (unsigned int i = fields->count; i < FIELDS_MAX; i++)
		fields->field[i] = "";
	return 0;
}

/* Is @text a word for a method, ours or not? */
static bool is_method(const char *text)
{
	static const char *const methods[] = {
		"dhcp", "on",	"any",	 "off",	  "none",  "static",  "ibft",  "bootp",
		"rarp", "both", "dhcp4", "dhcp6", "auto6", "either6", "link6", "link-local",
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (!strcmp(text, methods[i]))
			return true;
	return false;
}

/* Settle ->method from the field's @text and from whether an address was given. */
static int take_method(const char *text, struct ip_param *ip, struct fault *fault)
{
	bool off = !strcmp(text, "off") || !strcmp(text, "none");
	bool dhcp = !strcmp(text, "dhcp") || !strcmp(text, "on") || !strcmp(text, "any");

	if (dhcp && ip->fixed.address)
		return value_refuse(fault, "method", text,
				    "a client address needs the method none, or leave it out");
	if (!strcmp(text, "static") && !ip->fixed.address)
		return value_refuse(fault, "method", text, "it needs a client address");
	if (dhcp || off || !*text || !strcmp(text, "static")) {
		ip->method = ip->fixed.address ? IP_STATIC : off ? IP_OFF : IP_DHCP;
		return 0;
	}
	if (strchr(text, '6'))
		return value_refuse(fault, "method", text, "IPv6 is not supported; give dhcp");
	return value_refuse(fault, "method", text, "supported are dhcp, on, any, none and off");
}

static int take_interface(const char *text, char interface[static INTERFACE_NAME_BYTES],
			  struct fault *fault)
{
	if (!value_interface(text))
		return value_refuse(fault, "interface", text,
				    "a name has 1 to 15 characters without blank or /");
	strcpy(interface, text);
	return 0;
}

/* ip='s device, which may be left out, may be a MAC (with '-'), and may imply a VLAN. */
static int take_device(const char *text, struct ip_param *ip, struct fault *fault)
{
	struct vlan_param vlan;

	if (!*text || value_mac(text, ip->mac))
		return 0;
	if (vlan_from_interface(text, &vlan) == -ERANGE)
		return value_refuse(fault, "VLAN interface", text, "a VLAN's id is 1 to 4094");
	return take_interface(text, ip->interface, fault);
}

/* An address that may be left out, or be 0.0.0.0 for none as iPXE and pxelinux write it. */
static int take_address(const char *what, const char *text, uint32_t *address, struct fault *fault)
{
	if (!*text || value_ipv4(text, address))
		return 0;
	return value_refuse(fault, what, text, "give an IPv4 address such as 10.0.0.1");
}

static uint32_t mask_of_prefix(uint32_t bits)
{
	return bits ? UINT32_MAX << (32 - bits) : 0;
}

uint32_t ip_netmask_of_class(uint32_t address)
{
	return mask_of_prefix(address < 0x80000000 ? 8 : address < 0xc0000000 ? 16 : 24);
}

static int take_netmask(const char *text, struct lease *fixed, struct fault *fault)
{
	uint32_t bits;

	if (!*text) {
		fixed->netmask = fixed->address ? ip_netmask_of_class(fixed->address) : 0;
		return 0;
	}
	if (value_number(text, 32, &bits) && bits) {
		fixed->netmask = mask_of_prefix(bits);
		return 0;
	}
	/* Contiguous when the inverted mask plus one is a power of two. */
	if (value_ipv4(text, &fixed->netmask) && fixed->netmask &&
	    !(~fixed->netmask & (~fixed->netmask + 1)))
		return 0;
	return value_refuse(fault, "netmask", text, "give one such as 255.255.255.0, or 24");
}

/* Can a host own the client address, and can it reach the gateway? */
static int check_addresses(const struct fields *fields, const struct lease *fixed,
			   struct fault *fault)
{
	uint32_t host = fixed->address & ~fixed->netmask;
	uint32_t network = fixed->address >> 24;

	if (!fixed->address)
		return 0;
	if (!network || network == 127 || network >= 224)
		return value_refuse(fault, "client address", fields->field[CLIENT],
				    "no host can have it");
	/* Links of one or two addresses have neither network nor broadcast address (RFC 3021). */
	if (~fixed->netmask > 1 && (!host || host == ~fixed->netmask))
		return value_refuse(fault, "client address", fields->field[CLIENT],
				    "it is the network's own or broadcast address; check NETMASK");
	if (!fixed->route_count || fixed->netmask == UINT32_MAX)
		return 0;
	if ((fixed->routes[0].gateway ^ fixed->address) & fixed->netmask)
		return value_refuse(fault, "gateway", fields->field[GATEWAY],
				    "it is outside of the client's network; check NETMASK");
	return 0;
}

static int take_mtu(const char *text, struct ip_param *ip, struct fault *fault)
{
	uint32_t mtu;

	if (!*text)
		return 0;
	if (!value_number(text, MTU_MAX, &mtu) || mtu < MTU_MIN)
		return value_refuse(fault, "MTU", text, "give 68 to 65535 bytes");
	ip->fixed.mtu = (uint16_t)mtu;
	return 0;
}

/* A MAC in one field, or in the six that its colons made of it, from field @first to the end. */
static int take_mac(const struct fields *fields, unsigned int first, struct ip_param *ip,
		    struct fault *fault)
{
	char text[64] = "";

	for (unsigned int i = first; i < fields->count; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s%s", i > first ? ":" : "",
			 fields->field[i]);
	}
	if (!*text || value_mac(text, ip->mac))
		return 0;
	return value_refuse(fault, "MAC address", text, "give one such as 52:54:00:12:34:56");
}

/* [MTU][:MAC] from field @first on. */
static int take_link(const struct fields *fields, unsigned int first, struct ip_param *ip,
		     struct fault *fault)
{
	int rc = take_mtu(fields->field[first], ip, fault);

	return rc ? rc : take_mac(fields, first + 1, ip, fault);
}

/* Add a server's address to an array that is filled from the front. */
static int take_list_address(const char *what, const char *text, uint32_t list[static 4],
			     struct fault *fault)
{
	uint32_t address = 0;
	int rc = take_address(what, text, &address, fault);
	unsigned int i = 0;

	if (rc || !address)
		return rc;
	while (list[i])
		i++;
	list[i] = address;
	return 0;
}

/* DNS0:DNS1:NTP0. */
static int take_servers(const struct fields *fields, struct ip_param *ip, struct fault *fault)
{
	int rc = take_list_address("DNS server", fields->field[TAIL], ip->fixed.dns, fault);

	if (!rc)
		rc = take_list_address("DNS server", fields->field[TAIL + 1], ip->fixed.dns, fault);
	if (!rc)
		rc = take_list_address("NTP server", fields->field[TAIL + 2], ip->fixed.ntp, fault);
	if (!rc && fields->count > TAIL + 3)
		rc = value_refuse(fault, "field", fields->field[TAIL + 3],
				  "nothing comes behind the NTP server");
	return rc;
}

/* dracut's reading of what is behind METHOD is recognized by a number, or by a MAC. */
static bool tail_is_link(const struct fields *fields)
{
	const char *text = fields->field[TAIL];

	if (*text)
		return !strchr(text, '.');
	return fields->count == FIELDS_MAX || strchr(fields->field[TAIL + 1], '-');
}

static int take_host(const char *text, struct lease *fixed, struct fault *fault)
{
	if (!*text)
		return 0;
	if (!value_host_name(text, HOST_NAME_LENGTH))
		return value_refuse(fault, "host name", text,
				    "give letters, digits, '-' and '.', 64 at most");
	strcpy(fixed->host_name, text);
	return 0;
}

/* CLIENT, SERVER, GATEWAY and NETMASK. */
static int take_addresses(const struct fields *fields, struct lease *fixed, struct fault *fault)
{
	uint32_t gateway = 0;
	int rc = take_address("client address", fields->field[CLIENT], &fixed->address, fault);

	if (!rc)
		rc = take_address("server address", fields->field[SERVER], &fixed->next_server,
				  fault);
	if (!rc)
		rc = take_address("gateway", fields->field[GATEWAY], &gateway, fault);
	if (!rc)
		rc = take_netmask(fields->field[NETMASK], fixed, fault);
	if (rc)
		return rc;
	fixed->server_id = fixed->next_server;
	if (gateway) {
		fixed->routes[0].gateway = gateway;
		fixed->route_count = 1;
	}
	return check_addresses(fields, fixed, fault);
}

/* DEVICE:METHOD[:[MTU][:MAC]]. */
static int take_device_form(const struct fields *fields, struct ip_param *ip, struct fault *fault)
{
	int rc = take_device(fields->field[0], ip, fault);

	if (!rc)
		rc = take_method(fields->field[1], ip, fault);
	return rc ? rc : take_link(fields, 2, ip, fault);
}

/* CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:METHOD and what may follow. */
static int take_long_form(const struct fields *fields, struct ip_param *ip, struct fault *fault)
{
	int rc = take_addresses(fields, &ip->fixed, fault);

	if (!rc)
		rc = take_host(fields->field[HOST], &ip->fixed, fault);
	if (!rc)
		rc = take_device(fields->field[DEVICE], ip, fault);
	if (!rc)
		rc = take_method(fields->field[METHOD], ip, fault);
	if (rc)
		return rc;
	return tail_is_link(fields) ? take_link(fields, TAIL, ip, fault)
				    : take_servers(fields, ip, fault);
}

int ip_param_parse(const char *value, struct ip_param *ip, struct fault *fault)
{
	struct fields fields;
	int rc;

	memset(ip, 0, sizeof(*ip));
	if (strchr(value, '['))
		return value_refuse(fault, "address in", value, "IPv6 is not supported");
	if (!*value)
		return value_refuse(fault, "value", value, ip_forms);
	rc = split_fields(value, &fields, fault);
	if (rc)
		return rc;
	if (fields.count == 1 && is_method(value))
		return take_method(value, ip, fault);
	if (is_method(fields.field[1]))
		return take_device_form(&fields, ip, fault);
	if (fields.count == 1 && !strchr(value, '.'))
		return value_refuse(fault, "method", value, ip_forms);
	return take_long_form(&fields, ip, fault);
}

int vlan_from_interface(const char *interface, struct vlan_param *vlan)
{
	const char *dot = strrchr(interface, '.');
	size_t parent = dot ? (size_t)(dot - interface) : 0;
	uint32_t id;

	if (!parent || !value_interface(interface) || !value_number(dot + 1, UINT32_MAX, &id))
		return -ENOENT;
	if (!id || id > VLAN_ID_MAX)
		return -ERANGE;
	memset(vlan, 0, sizeof(*vlan));
	strcpy(vlan->name, interface);
	memcpy(vlan->parent, interface, parent);
	vlan->id = (uint16_t)id;
	vlan->implied = true;
	return 0;
}

/* The digits of a VLAN interface's name that are its id, or NULL. */
static const char *vlan_digits(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot)
		return dot + 1;
	return strncmp(name, "vlan", 4) ? NULL : name + 4;
}

int vlan_param_parse(const char *value, struct vlan_param *vlan, struct fault *fault)
{
	char name[INTERFACE_NAME_BYTES];
	const char *border = strchr(value, ':');
	const char *digits;
	uint32_t id;
	int rc;

	memset(vlan, 0, sizeof(*vlan));
	if (!border || (size_t)(border - value) >= sizeof(name))
		return value_refuse(fault, "VLAN", value, "give vlan=NAME:PARENT: vlan5:eth0");
	memcpy(name, value, (size_t)(border - value));
	name[border - value] = '\0';
	rc = take_interface(name, vlan->name, fault);
	if (!rc && !value_mac(border + 1, vlan->parent_mac))
		rc = take_interface(border + 1, vlan->parent, fault);
	if (rc)
		return rc;
	digits = vlan_digits(name);
	if (!digits || !value_number(digits, VLAN_ID_MAX, &id) || !id || !strcmp(name, border + 1))
		return value_refuse(fault, "VLAN", value,
				    "the name ends in the id, 1 to 4094: vlan5 or eth0.5");
	vlan->id = (uint16_t)id;
	return 0;
}

int bootif_parse(const char *value, uint8_t mac[static 6], struct fault *fault)
{
	/* The first byte of seven is the hardware type; 01 is Ethernet (RFC 1700). */
	const char *text = strlen(value) == 20 && !strncmp(value, "01", 2) &&
					   (value[2] == '-' || value[2] == ':')
				   ? value + 3
				   : value;

	if (value_mac(text, mac))
		return 0;
	return value_refuse(fault, "MAC address", value,
			    "give BOOTIF=01-52-54-00-12-34-56 or the MAC alone");
}
