// SPDX-License-Identifier: GPL-2.0-only
/* What the second stage is told about the boot link. */
/* links: initramfs/handoff_text.c initramfs/root_spec.c initramfs/value.c initramfs/fault.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/handoff_text.h"

#define SERVER	   0x0a000001
#define OTHER	   0x0a000002
#define HALF_A_DAY 43200

/* Everything that a struct handoff points to. */
struct sample {
	struct nic nic;
	struct ip_param ip;
	struct root_spec root;
	struct root_result result;
	uint32_t nameservers[LEASE_SERVERS_MAX];
	struct handoff handoff;
	struct handoff_text text;
};

/* A link with a lease of the usual kind, and nothing stated by parameters. */
static struct sample *begin(struct sample *sample)
{
	*sample = (struct sample){
		.nic = {
			.link = { .name = "eth0", .mac = { 0x52, 0x54, 0, 0x12, 0x34, 0xab } },
			.lease = {
				.address = 0x0a000065,
				.netmask = 0xffffff00,
				.server_id = SERVER,
				.dns = { SERVER },
				.routes = { { .gateway = SERVER } },
				.route_count = 1,
				.lease_s = HALF_A_DAY,
				.domain = "lab.lan",
			},
			.from_dhcp = true,
		},
		.root = { .path = "/srv/root" },
		.result = { .version = NFS_4_2, .server = SERVER },
	};
	sample->handoff = (struct handoff){ .nic = &sample->nic,
					    .root = &sample->root,
					    .result = &sample->result,
					    .host_name = "n01",
					    .nameservers = sample->nameservers };
	return sample;
}

static struct ip_param *state_ip(struct sample *sample)
{
	sample->nic.link.ip = &sample->ip;
	return &sample->ip;
}

static void expect(const struct sample *sample, const char *part)
{
	if (!strstr(sample->text.bytes, part))
		fail_msg("'%s' is not in:\n%s", part, sample->text.bytes);
}

static void expect_none(const struct sample *sample, const char *part)
{
	if (strstr(sample->text.bytes, part))
		fail_msg("'%s' is in:\n%s", part, sample->text.bytes);
}

static void lease_is_told_whole(void **state)
{
	static const char expected[] = "INTERFACE='eth0'\n"
				       "MAC='52:54:00:12:34:ab'\n"
				       "METHOD='dhcp'\n"
				       "ADDRESS='10.0.0.101'\n"
				       "PREFIX_BITS='24'\n"
				       "DHCP_SERVER='10.0.0.1'\n"
				       "LEASE_SECONDS='43200'\n"
				       "T1_SECONDS='0'\n"
				       "T2_SECONDS='0'\n"
				       "MTU='0'\n"
				       "BOUND_AT_UPTIME_SECONDS='7'\n"
				       "ROUTES='0.0.0.0/0 via 10.0.0.1, 10.9.0.0/16 via 10.0.0.2'\n"
				       "DNS0='10.0.0.1'\n"
				       "NTP0='10.0.0.1'\n"
				       "NTP1='10.0.0.2'\n"
				       "DOMAIN='lab.lan'\n"
				       "SEARCH=''\n"
				       "HOST_NAME='n01'\n"
				       "ROOT_SERVER='10.0.0.1'\n"
				       "ROOT_PATH='/srv/root'\n"
				       "NFS_VERSION='4.2'\n";
	struct sample sample;
	struct lease *lease = &begin(&sample)->nic.lease;

	(void)state;
	sample.nic.dhcp.bound_us = 7999999;
	lease->ntp[0] = SERVER;
	lease->ntp[1] = OTHER;
	lease->routes[lease->route_count++] = (struct lease_route){ 0x0a090000, 16, OTHER };
	handoff_lease(&sample.handoff, &sample.text);
	assert_string_equal(sample.text.bytes, expected);
	assert_int_equal(sample.text.length, strlen(expected));
}

/* Values come from the network, and shells read the files. */
static void quotes_cannot_be_left(void **state)
{
	struct sample sample;

	(void)state;
	begin(&sample);
	strcpy(sample.nic.lease.domain, "a'; reboot '");
	handoff_lease(&sample.handoff, &sample.text);
	expect(&sample, "DOMAIN='a'\\''; reboot '\\'''\n");
}

static void text_that_does_not_fit_is_cut(void **state)
{
	struct sample sample;

	(void)state;
	begin(&sample);
	for (int i = 0; i < 100; i++)
		handoff_lease(&sample.handoff, &sample.text);
	assert_int_equal(sample.text.length, HANDOFF_TEXT_BYTES - 1);
	assert_int_equal(strlen(sample.text.bytes), HANDOFF_TEXT_BYTES - 1);
}

static void net_conf_has_the_names_of_ipconfig(void **state)
{
	struct sample sample;

	(void)state;
	begin(&sample);
	handoff_net_conf(&sample.handoff, 3999999, &sample.text);
	expect(&sample, "DEVICE='eth0'\nPROTO='dhcp'\nIPV4ADDR='10.0.0.101'\n"
			"IPV4BROADCAST='10.0.0.255'\nIPV4NETMASK='255.255.255.0'\n"
			"IPV4GATEWAY='10.0.0.1'\nIPV4DNS0='10.0.0.1'\nIPV4DNS1='0.0.0.0'\n");
	expect(&sample, "UPTIME='3'\nDHCPLEASETIME='43200'\n");
}

static void link_route_is_no_gateway(void **state)
{
	struct sample sample;

	(void)state;
	begin(&sample)->nic.lease.routes[0].prefix_bits = 24;
	sample.nic.lease.broadcast = 0x0a0000f0;
	handoff_net_conf(&sample.handoff, 0, &sample.text);
	expect(&sample, "IPV4GATEWAY='0.0.0.0'\n");
	expect(&sample, "IPV4BROADCAST='10.0.0.240'\n");
}

static void resolv_conf_prefers_the_search_list(void **state)
{
	struct sample sample;

	(void)state;
	handoff_resolv_conf(&begin(&sample)->nic.lease, &sample.text);
	expect(&sample, "\nsearch lab.lan\nnameserver 10.0.0.1\n");
	strcpy(begin(&sample)->nic.lease.search, "a.lan b.lan");
	sample.nic.lease.dns[1] = OTHER;
	handoff_resolv_conf(&sample.nic.lease, &sample.text);
	expect(&sample, "\nsearch a.lan b.lan\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n");
}

static void leased_link_is_left_to_the_lease(void **state)
{
	struct sample sample;

	(void)state;
	begin(&sample);
	handoff_network_file(&sample.handoff, &sample.text);
	expect(&sample, "[Match]\nMACAddress=52:54:00:12:34:ab\nType=ether\nKind=!*\n");
	expect(&sample, "KeepConfiguration=yes\n");
	expect(&sample, "\nDHCP=ipv4\n\n[DHCPv4]\nClientIdentifier=mac\n");
	expect(&sample, "UseMTU=yes\n");
	expect_none(&sample, "UseDNS");
	expect_none(&sample, "UseNTP");
	expect_none(&sample, "UseGateway");
	expect_none(&sample, "[Route]");
	expect_none(&sample, "[Link]");
}

/* networkd asks for the lease anew: what the parameters override must be overridden there, too. */
static void stated_values_outrank_the_lease(void **state)
{
	struct sample sample;
	struct ip_param *ip = state_ip(begin(&sample));

	(void)state;
	ip->fixed.mtu = 1400;
	ip->fixed.dns[0] = OTHER;
	ip->fixed.ntp[0] = OTHER;
	ip->fixed.routes[0].gateway = OTHER;
	ip->fixed.route_count = 1;
	handoff_network_file(&sample.handoff, &sample.text);
	expect(&sample, "\n[Link]\nMTUBytes=1400\n\n[Network]\n");
	expect(&sample, "\nDNS=10.0.0.2\nNTP=10.0.0.2\nDHCP=ipv4\n\n[DHCPv4]\n");
	expect(&sample, "UseMTU=no\nUseDNS=no\nUseNTP=no\nUseGateway=no\n"
			"\n[Route]\nDestination=0.0.0.0/0\nGateway=10.0.0.2\n");
}

static void nameservers_count_where_ip_names_none(void **state)
{
	struct sample sample;

	(void)state;
	state_ip(begin(&sample));
	sample.nameservers[0] = SERVER;
	sample.nameservers[1] = OTHER;
	handoff_network_file(&sample.handoff, &sample.text);
	expect(&sample, "\nDNS=10.0.0.1\nDNS=10.0.0.2\nDHCP=ipv4\n");
	expect(&sample, "UseDNS=no\n");
	begin(&sample)->nameservers[0] = SERVER;
	state_ip(&sample)->fixed.dns[0] = OTHER;
	handoff_network_file(&sample.handoff, &sample.text);
	expect(&sample, "\nDNS=10.0.0.2\nDHCP=ipv4\n");
}

static void static_link_has_everything_in_the_file(void **state)
{
	struct sample sample;
	struct ip_param *ip = state_ip(begin(&sample));

	(void)state;
	ip->method = IP_STATIC;
	ip->fixed.mtu = 9000;
	sample.nic.from_dhcp = false;
	handoff_network_file(&sample.handoff, &sample.text);
	expect(&sample, "\n[Link]\nMTUBytes=9000\n");
	expect(&sample, "\nAddress=10.0.0.101/24\nDNS=10.0.0.1\n"
			"\n[Route]\nDestination=0.0.0.0/0\nGateway=10.0.0.1\n");
	expect_none(&sample, "DHCP");
}

static void vlan_is_known_by_its_name(void **state)
{
	struct sample sample;

	(void)state;
	begin(&sample)->nic.link.is_vlan = true;
	handoff_network_file(&sample.handoff, &sample.text);
	expect(&sample, "[Match]\nName=eth0\nKind=vlan\n");
	expect_none(&sample, "MACAddress");
}

static void parent_of_a_vlan_is_left_alone(void **state)
{
	struct sample sample;

	(void)state;
	handoff_parent_file(&begin(&sample)->nic.link, &sample.text);
	expect(&sample, "MACAddress=52:54:00:12:34:ab\n");
	expect(&sample, "[Link]\nUnmanaged=yes\n");
}

static void link_keeps_its_name(void **state)
{
	struct sample sample;

	(void)state;
	handoff_link_file(&begin(&sample)->nic.link, &sample.text);
	expect(&sample, "[Link]\nName=eth0\nAlternativeNamesPolicy=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lease_is_told_whole),
		cmocka_unit_test(quotes_cannot_be_left),
		cmocka_unit_test(text_that_does_not_fit_is_cut),
		cmocka_unit_test(net_conf_has_the_names_of_ipconfig),
		cmocka_unit_test(link_route_is_no_gateway),
		cmocka_unit_test(resolv_conf_prefers_the_search_list),
		cmocka_unit_test(leased_link_is_left_to_the_lease),
		cmocka_unit_test(stated_values_outrank_the_lease),
		cmocka_unit_test(nameservers_count_where_ip_names_none),
		cmocka_unit_test(static_link_has_everything_in_the_file),
		cmocka_unit_test(vlan_is_known_by_its_name),
		cmocka_unit_test(parent_of_a_vlan_is_left_alone),
		cmocka_unit_test(link_keeps_its_name),
	};

	return cmocka_run_group_tests_name("handoff_text", tests, NULL, NULL);
}
