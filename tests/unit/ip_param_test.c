/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of every form of ip=, vlan= and BOOTIF=. */
/* links: initramfs/ip_param.c initramfs/value.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/ip_param.h"
#include "initramfs/value.h"

struct good {
	const char *value;
	/* METHOD INTERFACE ADDRESS/MASK and what else was given, as show() writes it. */
	const char *expected;
};

static const struct good good[] = {
	/* One word. */
	{ "dhcp", "dhcp *" },
	{ "on", "dhcp *" },
	{ "any", "dhcp *" },
	{ "off", "off *" },
	{ "none", "off *" },
	/* dracut's short form. */
	{ "eth0:dhcp", "dhcp eth0" },
	{ "enp0s3:on", "dhcp enp0s3" },
	{ "eth0:any", "dhcp eth0" },
	{ "eth0:off", "off eth0" },
	{ "eth0:none", "off eth0" },
	{ ":dhcp", "dhcp *" },
	{ "eth0:dhcp:1400", "dhcp eth0 mtu=1400" },
	{ "eth0:dhcp:9000:52:54:00:12:34:56", "dhcp eth0 mtu=9000 mac=52:54:00:12:34:56" },
	{ "eth0:dhcp::52:54:00:12:34:56", "dhcp eth0 mac=52:54:00:12:34:56" },
	{ "eth0:dhcp:9000:52-54-00-12-34-56", "dhcp eth0 mtu=9000 mac=52:54:00:12:34:56" },
	/* The kernel's form, with more and more left out at the end. */
	{ "10.0.0.5:10.0.0.1:10.0.0.254:255.255.255.0:n01:eth0:none:10.0.0.2:10.0.0.3:10.0.0.4",
	  "static eth0 10.0.0.5/255.255.255.0 server=10.0.0.1 gw=10.0.0.254 host=n01 "
	  "dns=10.0.0.2 dns=10.0.0.3 ntp=10.0.0.4" },
	{ "10.0.0.5:10.0.0.1:10.0.0.254:255.255.255.0:n01:eth0:off",
	  "static eth0 10.0.0.5/255.255.255.0 server=10.0.0.1 gw=10.0.0.254 host=n01" },
	{ "10.0.0.5:10.0.0.1:10.0.0.254:255.255.255.0:n01:eth0",
	  "static eth0 10.0.0.5/255.255.255.0 server=10.0.0.1 gw=10.0.0.254 host=n01" },
	{ "10.0.0.5::10.0.0.254:255.255.255.0::eth0:static",
	  "static eth0 10.0.0.5/255.255.255.0 gw=10.0.0.254" },
	/* pxelinux's IPAPPEND 1. */
	{ "10.0.0.5:10.0.0.1:10.0.0.254:255.255.255.0",
	  "static * 10.0.0.5/255.255.255.0 server=10.0.0.1 gw=10.0.0.254" },
	{ "10.0.0.5:0.0.0.0:0.0.0.0:255.255.255.0", "static * 10.0.0.5/255.255.255.0" },
	{ "10.0.0.5", "static * 10.0.0.5/255.0.0.0" },
	{ "10.0.0.5:::::eth0", "static eth0 10.0.0.5/255.0.0.0" },
	{ "::::n01:eth0:dhcp", "dhcp eth0 host=n01" },
	{ ":::::eth0:dhcp", "dhcp eth0" },
	{ ":::::eth0", "dhcp eth0" },
	{ "::::::dhcp", "dhcp *" },
	{ ":::::eth0:off", "off eth0" },
	{ ":10.0.0.1::::eth0:dhcp", "dhcp eth0 server=10.0.0.1" },
	{ ":::::eth0:dhcp:10.0.0.2", "dhcp eth0 dns=10.0.0.2" },
	{ ":::::eth0:dhcp::10.0.0.3", "dhcp eth0 dns=10.0.0.3" },
	{ ":::::eth0:dhcp:::10.0.0.4", "dhcp eth0 ntp=10.0.0.4" },
	{ ":::::eth0:dhcp:0.0.0.0:10.0.0.3", "dhcp eth0 dns=10.0.0.3" },
	{ ":::::eth0:dhcp:::", "dhcp eth0" },
	/* dracut's long form: MTU and MAC in the same place. */
	{ "10.0.0.5:::24::eth0:none:1500", "static eth0 10.0.0.5/255.255.255.0 mtu=1500" },
	{ "10.0.0.5:::24::eth0:none:1500:52:54:00:12:34:56",
	  "static eth0 10.0.0.5/255.255.255.0 mtu=1500 mac=52:54:00:12:34:56" },
	{ "10.0.0.5:::24::eth0:none::52:54:00:12:34:56",
	  "static eth0 10.0.0.5/255.255.255.0 mac=52:54:00:12:34:56" },
	{ "10.0.0.5:::24::eth0:none::52-54-00-12-34-56",
	  "static eth0 10.0.0.5/255.255.255.0 mac=52:54:00:12:34:56" },
	{ "10.0.0.5:::24::eth0:none:68", "static eth0 10.0.0.5/255.255.255.0 mtu=68" },
	/* Masks: prefix length, class. */
	{ "10.0.0.5:::8::eth0:none", "static eth0 10.0.0.5/255.0.0.0" },
	{ "10.0.0.5:::32::eth0:none", "static eth0 10.0.0.5/255.255.255.255" },
	{ "10.0.0.5::192.168.0.1:32::eth0:none",
	  "static eth0 10.0.0.5/255.255.255.255 gw=192.168.0.1" },
	{ "10.0.0.4:::31::eth0:none", "static eth0 10.0.0.4/255.255.255.254" },
	{ "10.0.0.5:::31::eth0:none", "static eth0 10.0.0.5/255.255.255.254" },
	{ "128.1.0.5", "static * 128.1.0.5/255.255.0.0" },
	{ "191.255.0.5", "static * 191.255.0.5/255.255.0.0" },
	{ "192.168.7.5", "static * 192.168.7.5/255.255.255.0" },
	{ "223.1.1.5", "static * 223.1.1.5/255.255.255.0" },
	{ "10.0.0.5:::128.0.0.0", "static * 10.0.0.5/128.0.0.0" },
	{ "10.0.0.5:::24::eth0.10:none", "static eth0.10 10.0.0.5/255.255.255.0" },
	{ "10.0.0.5:::24:n01.example.org:eth0:none",
	  "static eth0 10.0.0.5/255.255.255.0 host=n01.example.org" },
};

struct bad {
	const char *value;
	const char *peer; /* a part of the fault's */
	const char *hint; /* a part of the fault's */
};

static const struct bad bad[] = {
	{ "", "value ''", "ip=dhcp" },
	{ "dhcpx", "method 'dhcpx'", "ip=dhcp" },
	{ "eth0", "method 'eth0'", "ip=DEVICE:dhcp" },
	{ "static", "method 'static'", "client address" },
	{ "eth0:static", "method 'static'", "client address" },
	{ "dhcp6", "method 'dhcp6'", "IPv6" },
	{ "auto6", "method 'auto6'", "IPv6" },
	{ "eth0:dhcp6", "method 'dhcp6'", "IPv6" },
	{ "eth0:auto6", "method 'auto6'", "IPv6" },
	{ ":::::eth0:auto6", "method 'auto6'", "IPv6" },
	{ "[fe80::2]::[fe80::1]:64::eth0:none", "[fe80", "IPv6" },
	{ "bootp", "method 'bootp'", "supported are dhcp" },
	{ "rarp", "method 'rarp'", "supported are dhcp" },
	{ "both", "method 'both'", "supported are dhcp" },
	{ "ibft", "method 'ibft'", "supported are dhcp" },
	{ "eth0:both", "method 'both'", "supported are dhcp" },
	{ "10.0.0.5:::24::eth0:bootp", "method 'bootp'", "supported are dhcp" },
	{ "10.0.0.5:::24::eth0:dhcp", "method 'dhcp'", "client address" },
	{ ":::::eth0:static", "method 'static'", "client address" },
	{ "10.0.0.256:::24::eth0:none", "client address '10.0.0.256'", "IPv4" },
	{ "10.0.0:::24::eth0:none", "client address '10.0.0'", "IPv4" },
	{ "10.0.0.05:::24::eth0:none", "client address '10.0.0.05'", "IPv4" },
	{ "10.0.0.5.:::24::eth0:none", "client address", "IPv4" },
	{ "fe80::2", "client address 'fe80'", "IPv4" },
	{ "10.0.0.5:server::24::eth0:none", "server address 'server'", "IPv4" },
	{ "10.0.0.5::gw:24::eth0:none", "gateway 'gw'", "IPv4" },
	{ "10.0.0.5::10.0.1.1:24::eth0:none", "gateway '10.0.1.1'", "outside" },
	{ "192.168.1.5::192.168.0.1", "gateway '192.168.0.1'", "NETMASK" },
	{ "10.0.0.5:::33::eth0:none", "netmask '33'", "24" },
	{ "10.0.0.5:::0::eth0:none", "netmask '0'", "24" },
	{ "10.0.0.5:::255.0.255.0::eth0:none", "netmask '255.0.255.0'", "24" },
	{ "10.0.0.5:::0.0.0.0::eth0:none", "netmask '0.0.0.0'", "24" },
	{ "10.0.0.0:::24::eth0:none", "client address '10.0.0.0'", "network's own" },
	{ "10.0.0.255:::24::eth0:none", "client address '10.0.0.255'", "broadcast" },
	{ "0.1.2.3", "client address '0.1.2.3'", "no host" },
	{ "127.0.0.1", "client address '127.0.0.1'", "no host" },
	{ "224.0.0.1", "client address '224.0.0.1'", "no host" },
	{ "255.255.255.255", "client address '255.255.255.255'", "no host" },
	{ "10.0.0.5:::24:-n01:eth0:none", "host name '-n01'", "letters" },
	{ "10.0.0.5:::24:n 1:eth0:none", "host name 'n 1'", "letters" },
	{ "10.0.0.5:::24:../x:eth0:none", "host name '../x'", "letters" },
	{ "10.0.0.5:::24::interface-too-long:none", "interface 'interface-too-long'", "15" },
	{ "10.0.0.5:::24::a/b:none", "interface 'a/b'", "15" },
	{ "10.0.0.5:::24::..:none", "interface '..'", "15" },
	{ "10.0.0.5:::24::eth0.0:none", "VLAN interface 'eth0.0'", "4094" },
	{ "eth0.4095:dhcp", "VLAN interface 'eth0.4095'", "4094" },
	{ "10.0.0.5:::24::eth0:none:67", "MTU '67'", "68" },
	{ "eth0:dhcp:65536", "MTU '65536'", "68" },
	{ "eth0:dhcp:jumbo", "MTU 'jumbo'", "68" },
	{ "eth0:dhcp:1500:52:54:00:12:34", "MAC address '52:54:00:12:34'", "52:54" },
	{ "eth0:dhcp:1500:53:54:00:12:34:56", "MAC address '53:54", "52:54" },
	{ "eth0:dhcp:1500:52:54:00:12:34:56:78", "MAC address", "52:54" },
	{ ":::::eth0:dhcp:1.1.1", "DNS server '1.1.1'", "IPv4" },
	{ ":::::eth0:dhcp:1.1.1.1:x", "DNS server 'x'", "IPv4" },
	{ ":::::eth0:dhcp:1.1.1.1::x", "NTP server 'x'", "IPv4" },
	{ ":::::eth0:dhcp:1.1.1.1:1.1.1.2:1.1.1.3:1.1.1.4", "field '1.1.1.4'", "NTP" },
	{ ":::::eth0:dhcp:1500:2:3:4:5:6:7:8", "value", "too many fields" },
};

static size_t show_address(char *text, size_t bytes, const char *name, uint32_t address)
{
	char dotted[IPV4_TEXT_BYTES];

	return address ? (size_t)snprintf(text, bytes, "%s%s", name,
					  value_ipv4_text(address, dotted))
		       : 0;
}

static void show(const struct ip_param *ip, char *text, size_t bytes)
{
	static const char *const methods[] = { "dhcp", "static", "off" };
	const struct lease *fixed = &ip->fixed;
	const uint8_t *mac = ip->mac;
	size_t used = (size_t)snprintf(text, bytes, "%s %s", methods[ip->method],
				       ip->interface[0] ? ip->interface : "*");

	used += show_address(text + used, bytes - used, " ", fixed->address);
	used += show_address(text + used, bytes - used, "/", fixed->netmask);
	used += show_address(text + used, bytes - used, " server=", fixed->next_server);
	if (fixed->route_count)
		used += show_address(text + used, bytes - used, " gw=", fixed->routes[0].gateway);
	if (fixed->host_name[0])
		used += (size_t)snprintf(text + used, bytes - used, " host=%s", fixed->host_name);
	for (int i = 0; i < LEASE_SERVERS_MAX; i++)
		used += show_address(text + used, bytes - used, " dns=", fixed->dns[i]);
	for (int i = 0; i < LEASE_SERVERS_MAX; i++)
		used += show_address(text + used, bytes - used, " ntp=", fixed->ntp[i]);
	if (fixed->mtu)
		used += (size_t)snprintf(text + used, bytes - used, " mtu=%u", fixed->mtu);
	if (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5])
		snprintf(text + used, bytes - used, " mac=%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
			 mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void every_form_of_ip_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct fault fault = { 0 };
		struct ip_param ip;
		char text[512];
		int rc = ip_param_parse(good[i].value, &ip, &fault);

		if (rc)
			print_error("ip=%s: %s: %s\n", good[i].value, fault.peer, fault.hint);
		assert_int_equal(rc, 0);
		show(&ip, text, sizeof(text));
		assert_string_equal(text, good[i].expected);
		assert_int_equal(ip.fixed.server_id, ip.fixed.next_server);
		assert_int_equal(fault.error, 0);
	}
}

static void malformed_ip_says_which_field_and_the_right_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct fault fault = { 0 };
		struct ip_param ip;
		int rc = ip_param_parse(bad[i].value, &ip, &fault);

		if (rc != -EINVAL || !strstr(fault.peer, bad[i].peer) ||
		    !strstr(fault.hint, bad[i].hint))
			print_error("ip=%s: %s; %s\n", bad[i].value, fault.peer, fault.hint);
		assert_int_equal(rc, -EINVAL);
		assert_int_equal(fault.error, EINVAL);
		assert_non_null(strstr(fault.peer, bad[i].peer));
		assert_non_null(strstr(fault.hint, bad[i].hint));
	}
}

static void default_gateway_is_a_route_to_everywhere(void **state)
{
	struct fault fault = { 0 };
	struct ip_param ip;

	(void)state;
	assert_int_equal(ip_param_parse("10.0.0.5::10.0.0.1:24", &ip, &fault), 0);
	assert_int_equal(ip.fixed.route_count, 1);
	assert_int_equal(ip.fixed.routes[0].destination, 0);
	assert_int_equal(ip.fixed.routes[0].prefix_bits, 0);
	assert_int_equal(ip.fixed.routes[0].gateway, 0x0a000001);
}

static void value_longer_than_its_room_is_refused(void **state)
{
	struct fault fault = { 0 };
	struct ip_param ip;
	char value[512];

	(void)state;
	snprintf(value, sizeof(value), "10.0.0.5:::24:%0300d", 0);
	assert_int_equal(ip_param_parse(value, &ip, &fault), -EINVAL);
	snprintf(value, sizeof(value), "10.0.0.5:::24:%065d", 0);
	assert_int_equal(ip_param_parse(value, &ip, &fault), -EINVAL);
}

static void vlan_has_name_parent_and_id(void **state)
{
	static const struct {
		const char *value, *name, *parent;
		int id;
	} rows[] = {
		{ "vlan5:eth0", "vlan5", "eth0", 5 },
		{ "vlan0005:eth0", "vlan0005", "eth0", 5 },
		{ "eth0.5:eth0", "eth0.5", "eth0", 5 },
		{ "eth0.0005:eth0", "eth0.0005", "eth0", 5 },
		{ "boot.4094:enp1s0", "boot.4094", "enp1s0", 4094 },
		{ "vlan1:vlan2", "vlan1", "vlan2", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fault fault = { 0 };
		struct vlan_param vlan;

		assert_int_equal(vlan_param_parse(rows[i].value, &vlan, &fault), 0);
		assert_string_equal(vlan.name, rows[i].name);
		assert_string_equal(vlan.parent, rows[i].parent);
		assert_int_equal(vlan.id, rows[i].id);
		assert_false(vlan.implied);
	}
}

static void macs_with_dashes_name_interfaces_and_parents(void **state)
{
	static const uint8_t mac[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	struct fault fault = { 0 };
	struct vlan_param vlan;
	struct ip_param ip;

	(void)state;
	assert_int_equal(ip_param_parse("52-54-00-12-34-56:dhcp", &ip, &fault), 0);
	assert_memory_equal(ip.mac, mac, sizeof(mac));
	assert_string_equal(ip.interface, "");
	assert_int_equal(ip_param_parse("10.0.0.5::10.0.0.1:24::52-54-00-12-34-56:none:10.0.0.53",
					&ip, &fault),
			 0);
	assert_memory_equal(ip.mac, mac, sizeof(mac));
	assert_int_equal(ip.fixed.dns[0], 0x0a000035);
	assert_int_equal(vlan_param_parse("ibft0.5:52-54-00-12-34-56", &vlan, &fault), 0);
	assert_memory_equal(vlan.parent_mac, mac, sizeof(mac));
	assert_string_equal(vlan.parent, "");
	assert_int_equal(vlan_param_parse("vlan5:52-54-00-12-34", &vlan, &fault), 0);
	assert_string_equal(vlan.parent, "52-54-00-12-34");
}

static void malformed_vlan_is_refused(void **state)
{
	static const char *const values[] = {
		"",
		"vlan5",
		"vlan5:",
		":eth0",
		"vlan0:eth0",
		"vlan4095:eth0",
		"vlan:eth0",
		"trunk:eth0",
		"eth0.x:eth0",
		"eth0.:eth0",
		"vlan5:a/b",
		"vlan5:vlan5",
		"vlan5:eth0:x",
		"vlan-5:eth0",
		"vlan000000000005:eth0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct fault fault = { 0 };
		struct vlan_param vlan;

		assert_int_equal(vlan_param_parse(values[i], &vlan, &fault), -EINVAL);
		assert_int_equal(fault.error, EINVAL);
		assert_true(fault.hint[0]);
	}
}

static void dotted_interface_implies_a_vlan(void **state)
{
	struct vlan_param vlan;

	(void)state;
	assert_int_equal(vlan_from_interface("eth0.10", &vlan), 0);
	assert_string_equal(vlan.name, "eth0.10");
	assert_string_equal(vlan.parent, "eth0");
	assert_int_equal(vlan.id, 10);
	assert_true(vlan.implied);
	assert_int_equal(vlan_from_interface("eth0.10.20", &vlan), 0);
	assert_string_equal(vlan.parent, "eth0.10");
	assert_int_equal(vlan_from_interface("eth0", &vlan), -ENOENT);
	assert_int_equal(vlan_from_interface("eth0.", &vlan), -ENOENT);
	assert_int_equal(vlan_from_interface(".5", &vlan), -ENOENT);
	assert_int_equal(vlan_from_interface("", &vlan), -ENOENT);
	assert_int_equal(vlan_from_interface("eth0.x5", &vlan), -ENOENT);
	assert_int_equal(vlan_from_interface("eth0.4095", &vlan), -ERANGE);
	assert_int_equal(vlan_from_interface("eth0.0", &vlan), -ERANGE);
	assert_int_equal(vlan_from_interface("an-interface-of-a-long-name.5", &vlan), -ENOENT);
}

static void bootif_is_a_mac_in_any_usual_spelling(void **state)
{
	static const char *const good_values[] = {
		"01-52-54-00-aB-34-56",
		"01:52:54:00:ab:34:56",
		"52-54-00-ab-34-56",
		"52:54:00:AB:34:56",
	};
	static const char *const bad_values[] = {
		"",
		"20-52-54-00-ab-34-56",
		"52:54:00:ab:34",
		"52:54-00:ab:34:56",
		"525400ab3456",
		"00:00:00:00:00:00",
		"ff:ff:ff:ff:ff:ff",
		"01-00-5e-00-00-01",
		"52:54:00:ab:34:5g",
		"01-52-54-00-ab-34-56-78",
	};
	static const uint8_t expected[6] = { 0x52, 0x54, 0x00, 0xab, 0x34, 0x56 };
	struct fault fault = { 0 };
	uint8_t mac[6];

	(void)state;
	for (size_t i = 0; i < sizeof(good_values) / sizeof(*good_values); i++) {
		assert_int_equal(bootif_parse(good_values[i], mac, &fault), 0);
		assert_memory_equal(mac, expected, sizeof(mac));
	}
	for (size_t i = 0; i < sizeof(bad_values) / sizeof(*bad_values); i++)
		assert_int_equal(bootif_parse(bad_values[i], mac, &fault), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_ip_is_read),
		cmocka_unit_test(malformed_ip_says_which_field_and_the_right_form),
		cmocka_unit_test(default_gateway_is_a_route_to_everywhere),
		cmocka_unit_test(value_longer_than_its_room_is_refused),
		cmocka_unit_test(vlan_has_name_parent_and_id),
		cmocka_unit_test(macs_with_dashes_name_interfaces_and_parents),
		cmocka_unit_test(malformed_vlan_is_refused),
		cmocka_unit_test(dotted_interface_implies_a_vlan),
		cmocka_unit_test(bootif_is_a_mac_in_any_usual_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
