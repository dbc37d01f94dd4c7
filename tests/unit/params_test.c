/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of taking in the node file's words, then those of the kernel command line. */
/* links: initramfs/params.c initramfs/ip_param.c initramfs/root_spec.c initramfs/words.c */
/* links: initramfs/value.c initramfs/timeline.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/params.h"

/* The parameters and the texts that they point into. */
struct boot {
	struct params params;
	struct fault fault;
	char text[2][2048];
	int sources;
};

static int apply(struct boot *boot, const char *text)
{
	struct words words = { 0 };
	char *copy = boot->text[boot->sources++];

	snprintf(copy, sizeof(boot->text[0]), "%s", text);
	assert_int_equal(words_split(copy, &words, &boot->fault), 0);
	return params_apply(&boot->params, &words, &boot->fault);
}

/* What @node_file and then @command_line come to; both have to be flawless. */
static struct params *boot_with(struct boot *boot, const char *node_file, const char *command_line)
{
	memset(boot, 0, sizeof(*boot));
	params_init(&boot->params);
	assert_int_equal(apply(boot, node_file), 0);
	assert_int_equal(apply(boot, command_line), 0);
	return &boot->params;
}

static void nothing_given_means_dhcp_everywhere_and_retry_for_ever(void **state)
{
	struct boot boot;
	struct params *params = boot_with(&boot, "", "BOOT_IMAGE=/vmlinuz quiet console=ttyS0");

	(void)state;
	assert_int_equal(params->ip_count, 0);
	assert_int_equal(params->vlan_count, 0);
	assert_false(params->has_bootif);
	assert_false(params->root.given);
	assert_false(params->read_write);
	assert_string_equal(params->init, "");
	assert_false(params->overlay);
	assert_int_equal(params->onfail, ONFAIL_RETRY);
	assert_false(params->has_break);
	assert_int_equal(params->report_address, 0);
	assert_int_equal(params->timeout_s, 0);
	assert_false(params->debug);
	assert_int_equal(params->unknown_count, 0);
}

static void every_parameter_arrives_in_its_field(void **state)
{
	struct boot boot;
	struct params *params = boot_with(
		&boot, "",
		"ip=eth0:dhcp vlan=vlan5:eth1 nameserver=10.0.0.2 nameserver=10.0.0.3 "
		"BOOTIF=01-52-54-00-12-34-56 root=nfs:10.0.0.1:/srv,tcp rootflags=hard,vers=4.2 rw "
		"init=/bin/busybox modprobe.blacklist=a-b,c rd.driver.blacklist=d "
		"wireroot.hostname=n01 wireroot.overlay=tmpfs:50% wireroot.onfail=reboot "
		"wireroot.discover=http://10.0.0.1:8017/v1/discover "
		"wireroot.break=root wireroot.report=10.0.0.9:9000 wireroot.timeout=30 "
		"wireroot.debug");

	(void)state;
	assert_int_equal(params->ip_count, 1);
	assert_int_equal(params->vlan_count, 1);
	assert_string_equal(params->vlan[0].parent, "eth1");
	assert_int_equal(params->dns[0], 0x0a000002);
	assert_int_equal(params->dns[1], 0x0a000003);
	assert_int_equal(params->dns[2], 0);
	assert_true(params->has_bootif);
	assert_int_equal(params->bootif[5], 0x56);
	assert_string_equal(params->root.path, "/srv");
	assert_string_equal(params->root.options, "tcp");
	assert_string_equal(params->root_flags, "hard");
	assert_int_equal(params->root.version, NFS_4_2);
	assert_true(params->read_write);
	assert_string_equal(params->init, "/bin/busybox");
	assert_string_equal(params->blacklist, "a_b,c,d");
	assert_string_equal(params->host_name, "n01");
	assert_true(params->overlay);
	assert_string_equal(params->overlay_size, "50%");
	assert_int_equal(params->onfail, ONFAIL_REBOOT);
	assert_string_equal(params->discover, "http://10.0.0.1:8017/v1/discover");
	assert_true(params->has_break);
	assert_int_equal(params->break_stage, STAGE_ROOT);
	assert_int_equal(params->report_address, 0x0a000009);
	assert_int_equal(params->report_port, 9000);
	assert_int_equal(params->timeout_s, 30);
	assert_true(params->debug);
}

static void last_word_of_a_kind_wins(void **state)
{
	struct boot boot;
	struct params *params = boot_with(
		&boot, "",
		"ro rw ro root=dhcp root=nfs:a:/b wireroot.onfail=shell wireroot.onfail=poweroff "
		"init=/a init=/b wireroot.overlay=tmpfs:1g wireroot.overlay=tmpfs wireroot.debug "
		"wireroot.debug=0 wireroot.report=1.2.3.4 wireroot.timeout=5 wireroot.timeout=0");

	(void)state;
	assert_false(params->read_write);
	assert_string_equal(params->root.server, "a");
	assert_int_equal(params->onfail, ONFAIL_POWEROFF);
	assert_string_equal(params->init, "/b");
	assert_true(params->overlay);
	assert_string_equal(params->overlay_size, "");
	assert_false(params->debug);
	assert_int_equal(params->report_port, PARAMS_REPORT_PORT);
	assert_int_equal(params->timeout_s, 0);
}

static void command_line_outranks_node_file(void **state)
{
	struct boot boot;
	struct params *params = boot_with(
		&boot,
		"ip=eth0:dhcp ip=eth1:dhcp vlan=vlan5:eth0 nameserver=1.1.1.1 nameserver=1.1.1.2 rw "
		"wireroot.hostname=n01 wireroot.overlay=tmpfs wireroot.onfail=reboot "
		"wireroot.report=10.0.0.1 modprobe.blacklist=a init=/a",
		"ip=eth2:dhcp vlan=vlan6:eth2 nameserver=2.2.2.2 ro wireroot.hostname=n02 "
		"wireroot.overlay=off wireroot.onfail=retry wireroot.report=off "
		"modprobe.blacklist=b init=");

	(void)state;
	assert_int_equal(params->ip_count, 1);
	assert_string_equal(params->ip[0].interface, "eth2");
	assert_int_equal(params->vlan_count, 1);
	assert_string_equal(params->vlan[0].name, "vlan6");
	assert_int_equal(params->dns[0], 0x02020202);
	assert_int_equal(params->dns[1], 0);
	assert_false(params->read_write);
	assert_string_equal(params->host_name, "n02");
	assert_false(params->overlay);
	assert_int_equal(params->onfail, ONFAIL_RETRY);
	assert_int_equal(params->report_address, 0);
	assert_string_equal(params->blacklist, "a,b");
	assert_string_equal(params->init, "");
}

static void node_file_holds_where_command_line_is_silent(void **state)
{
	struct boot boot;
	struct params *params =
		boot_with(&boot, "ip=eth0:dhcp vlan=vlan5:eth0 root=nfs:a:/b rw", "quiet");

	(void)state;
	assert_int_equal(params->ip_count, 1);
	assert_int_equal(params->vlan_count, 1);
	assert_string_equal(params->root.path, "/b");
	assert_true(params->read_write);
}

struct root_row {
	const char *node_file;
	const char *command_line;
	/* "VERSION SERVER PATH OPTIONS", "dhcp VERSION", "none", or "refused VALUE". */
	const char *expected;
};

static const struct root_row root_rows[] = {
	{ "", "", "none" },
	{ "", "root=/dev/nfs nfsroot=10.0.0.1:/srv,tcp", "0 10.0.0.1 /srv tcp" },
	{ "", "nfsroot=10.0.0.1:/srv root=/dev/nfs", "0 10.0.0.1 /srv -" },
	{ "", "nfsroot=/srv", "0 - /srv -" },
	{ "", "root=/dev/nfs", "dhcp 0" },
	{ "", "root=nfs4: nfsroot=a:/b", "4 a /b -" },
	{ "", "root=dhcp netroot=nfs:a:/b", "0 a /b -" },
	{ "", "netroot=nfs4:a:/b:tcp root=dhcp", "4 a /b tcp" },
	{ "", "netroot=dhcp", "dhcp 0" },
	{ "", "root=nfs:a:/b netroot=dhcp", "0 a /b -" },
	{ "", "root=/dev/root netroot=nfs:a:/b", "0 a /b -" },
	{ "", "root=/dev/nfs rootfstype=nfs4", "dhcp 4" },
	{ "", "root=a:/b rootfstype=nfs4", "4 a /b -" },
	{ "", "root=a:/b rootfstype=nfs", "0 a /b -" },
	{ "", "root=a:/b,vers=3 rootfstype=nfs4", "30 a /b -" },
	{ "", "rootfstype=nfs4", "none" },
	{ "", "root=/dev/sda1 rootfstype=ext4", "refused /dev/sda1" },
	{ "", "root=LABEL=root", "refused LABEL=root" },
	{ "", "root=UUID=1-2 nfsroot=a:/b", "refused UUID=1-2" },
	{ "", "root=iscsi:10.0.0.1::::iqn.x", "refused iscsi:10.0.0.1::::iqn.x" },
	{ "", "root=dhcp netroot=iscsi:10.0.0.1::::iqn.x", "refused iscsi:10.0.0.1::::iqn.x" },
	{ "", "root=/dev/sda1 root=nfs:a:/b", "0 a /b -" },
	/* Two sources. */
	{ "root=nfs:a:/b,tcp", "root=nfs:c:/d", "0 c /d -" },
	{ "root=/dev/nfs nfsroot=a:/b,tcp", "root=nfs:c:/d", "0 c /d -" },
	{ "nfsroot=a:/b,tcp", "root=/dev/nfs", "0 a /b tcp" },
	{ "root=nfs4:a:/b", "nfsroot=/d", "4 a /d -" },
	{ "root=nfs4:a:/b", "nfsroot=c:/d", "4 c /d -" },
	{ "root=nfs:a:/b", "root=dhcp", "dhcp 0" },
	{ "root=nfs:a:/b", "netroot=nfs:c:/d", "0 c /d -" },
	{ "root=nfs:a:/b", "root=/dev/sda1", "refused /dev/sda1" },
	{ "root=/dev/sda1", "root=nfs:a:/b", "0 a /b -" },
	{ "rootfstype=nfs4", "root=nfs:a:/b", "4 a /b -" },
	{ "root=nfs:a:/b rootfstype=nfs4", "quiet", "4 a /b -" },
	{ "root=nfs:a:/b rootfstype=nfs4", "rootfstype=nfs", "0 a /b -" },
	{ "root=nfs:a:/b,vers=3", "rootflags=hard,vers=4.1", "41 a /b -" },
	{ "rootflags=vers=4.1", "root=nfs:a:/b,vers=3", "41 a /b -" },
	{ "rootflags=vers=4.1", "root=nfs4:a:/b rootflags=hard", "4 a /b -" },
};

static void words_of_the_root_combine_by_rank(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(root_rows) / sizeof(*root_rows); i++) {
		const struct root_row *row = &root_rows[i];
		struct boot boot;
		struct params *params = boot_with(&boot, row->node_file, row->command_line);
		struct root_spec *root = &params->root;
		char text[1024];

		if (params->root_unsupported[0])
			snprintf(text, sizeof(text), "refused %s", params->root_unsupported);
		else if (!root->given)
			strcpy(text, "none");
		else if (root->from_dhcp)
			snprintf(text, sizeof(text), "dhcp %d", root->version);
		else
			snprintf(text, sizeof(text), "%d %s %s %s", root->version,
				 root->server[0] ? root->server : "-", root->path,
				 root->options[0] ? root->options : "-");
		if (strcmp(text, row->expected))
			print_error("%s | %s\n", row->node_file, row->command_line);
		assert_string_equal(text, row->expected);
		assert_int_equal(root->given, text[0] != 'n' && text[0] != 'r');
	}
}

static void several_ip_words_add_up_and_one_interface_has_the_last(void **state)
{
	struct boot boot;
	struct params *params = boot_with(&boot, "",
					  "ip=eth0:dhcp ip=10.0.0.5:::24::eth1:none "
					  "ip=eth0:off ip=10.0.1.5:::24");

	(void)state;
	assert_int_equal(params->ip_count, 3);
	assert_int_equal(params->ip[0].method, IP_OFF);
	assert_string_equal(params->ip[1].interface, "eth1");
	assert_string_equal(params->ip[2].interface, "");
}

static void ip_words_for_two_macs_are_two(void **state)
{
	struct boot boot;
	struct params *params = boot_with(&boot, "",
					  "ip=:dhcp::52:54:00:00:00:01 ip=:dhcp::52:54:00:00:00:02 "
					  "ip=:off::52:54:00:00:00:01");

	(void)state;
	assert_int_equal(params->ip_count, 2);
	assert_int_equal(params->ip[0].method, IP_OFF);
}

static void parameters_lie_over_the_lease(void **state)
{
	struct lease lease = { .server_id = 9, .next_server = 9, .mtu = 900, .dns = { 7, 8 } };
	struct lease before = lease;
	struct boot boot;
	struct params *params = boot_with(&boot, "", "ip=eth0:dhcp:1400 ip=eth1:dhcp");

	(void)state;
	params_override_lease(params, NULL, &lease);
	params_override_lease(params, &params->ip[1], &lease);
	assert_memory_equal(&lease, &before, sizeof(lease));
	params_override_lease(params, &params->ip[0], &lease);
	assert_int_equal(lease.mtu, 1400);

	params = boot_with(&boot, "nameserver=1.1.1.1",
			   "ip=:10.0.0.1::::eth0:dhcp:2.2.2.2::3.3.3.3 ip=eth1:dhcp");
	params_override_lease(params, &params->ip[1], &lease);
	assert_int_equal(lease.dns[0], 0x01010101);
	assert_int_equal(lease.dns[1], 0);
	params_override_lease(params, &params->ip[0], &lease);
	assert_int_equal(lease.dns[0], 0x02020202);
	assert_int_equal(lease.ntp[0], 0x03030303);
	assert_int_equal(lease.next_server, 0x0a000001);
	assert_int_equal(lease.server_id, 9);
}

static void stated_gateway_and_netmask_outrank_the_lease(void **state)
{
	struct lease lease = { .address = 0x0a000005,
			       .netmask = 0xff000000,
			       .broadcast = 0x0affffff };
	struct boot boot;
	struct params *params =
		boot_with(&boot, "", "ip=::10.0.0.254:255.255.255.0::eth0:dhcp ip=eth1:dhcp");

	(void)state;
	lease.routes[0].gateway = 0x0a000001;
	lease.routes[1] = (struct lease_route){ 0xc0a80000, 16, 0x0a000002 };
	lease.route_count = 2;
	params_override_lease(params, &params->ip[1], &lease);
	assert_int_equal(lease.netmask, 0xff000000);
	assert_int_equal(lease.routes[0].gateway, 0x0a000001);

	params_override_lease(params, &params->ip[0], &lease);
	assert_int_equal(lease.netmask, 0xffffff00);
	assert_int_equal(lease.broadcast, 0);
	assert_int_equal(lease.route_count, 2);
	assert_int_equal(lease.routes[0].gateway, 0x0a000002);
	assert_int_equal(lease.routes[1].gateway, 0x0a0000fe);
	assert_int_equal(lease.routes[1].prefix_bits, 0);

	for (unsigned int i = 0; i < LEASE_ROUTES_MAX; i++)
		lease.routes[i] = (struct lease_route){ 0xc0a80000, 16, 0x0a000002 };
	lease.route_count = LEASE_ROUTES_MAX;
	params_override_lease(params, &params->ip[0], &lease);
	assert_int_equal(lease.route_count, LEASE_ROUTES_MAX);
	assert_int_equal(lease.routes[LEASE_ROUTES_MAX - 1].gateway, 0x0a0000fe);
}

static void lease_without_netmask_gets_that_of_its_class(void **state)
{
	static const uint32_t addresses[] = { 0x0a000005, 0xac100005, 0xc0a80005 };
	static const uint32_t netmasks[] = { 0xff000000, 0xffff0000, 0xffffff00 };
	struct boot boot;
	struct params *params = boot_with(&boot, "", "ip=dhcp");

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct lease lease = { .address = addresses[i] };

		params_override_lease(params, i ? &params->ip[0] : NULL, &lease);
		assert_int_equal(lease.netmask, netmasks[i]);
	}
}

static void dotted_interface_of_ip_brings_its_vlan(void **state)
{
	struct boot boot;
	struct params *params = boot_with(&boot, "ip=eth0.10:dhcp", "quiet");

	(void)state;
	assert_int_equal(params->vlan_count, 1);
	assert_string_equal(params->vlan[0].name, "eth0.10");
	assert_string_equal(params->vlan[0].parent, "eth0");
	assert_int_equal(params->vlan[0].id, 10);
}

static void overlay_is_in_memory_or_on_a_disk(void **state)
{
	static const char *const disks[] = { "LABEL=a", "UUID=1-2", "PARTUUID=3-4", "/dev/sdb" };
	char words[64];

	(void)state;
	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		struct boot boot;
		struct params *params;

		snprintf(words, sizeof(words), "wireroot.overlay=%s", disks[i]);
		params = boot_with(&boot, "", words);
		assert_true(params->overlay && params->overlay_on_disk);
		params = boot_with(&boot, words, "wireroot.overlay=tmpfs:1g");
		assert_true(params->overlay && !params->overlay_on_disk);
		params = boot_with(&boot, words, "wireroot.overlay=off");
		assert_false(params->overlay || params->overlay_on_disk);
	}
}

static void network_is_the_firmwares_where_that_is_asked_for(void **state)
{
	static const struct {
		const char *node_file, *command_line;
		bool firmware;
		unsigned int ip_count;
	} rows[] = {
		{ "", "quiet", false, 0 },
		{ "", "ip=ibft", true, 0 },
		{ "ip=dhcp", "ip=ibft", true, 0 },
		{ "ip=ibft", "ip=dhcp", true, 1 }, /* asked for, but a word says more */
		{ "", "rd.iscsi.firmware", true, 0 },
		{ "rd.iscsi.firmware=1", "rd.iscsi.firmware=0", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct boot boot;
		struct params *params = boot_with(&boot, rows[i].node_file, rows[i].command_line);

		assert_int_equal(params->firmware_network, rows[i].firmware);
		assert_int_equal(params->ip_count, rows[i].ip_count);
		assert_int_equal(params->malformed_count, 0);
	}
}

static void explicit_vlan_outranks_an_implied_one(void **state)
{
	struct boot boot;
	struct params *params = boot_with(&boot, "", "ip=eth0.10:dhcp vlan=eth0.10:ens3");

	(void)state;
	assert_int_equal(params->vlan_count, 1);
	assert_string_equal(params->vlan[0].parent, "ens3");
	params = boot_with(&boot, "vlan=eth0.10:ens3", "ip=eth0.10:dhcp");
	assert_int_equal(params->vlan_count, 1);
	assert_string_equal(params->vlan[0].parent, "ens3");
}

static void implied_vlan_goes_with_the_ip_that_brought_it(void **state)
{
	struct boot boot;
	struct params *params = boot_with(&boot, "ip=eth0.10:dhcp vlan=vlan5:eth1", "ip=dhcp");

	(void)state;
	assert_int_equal(params->vlan_count, 1);
	assert_string_equal(params->vlan[0].name, "vlan5");
}

static void host_name_comes_from_its_own_word_then_from_ip(void **state)
{
	struct boot boot;

	(void)state;
	assert_string_equal(boot_with(&boot, "", "ip=eth0:dhcp ip=::::n01:eth1:dhcp")->host_name,
			    "n01");
	assert_string_equal(
		boot_with(&boot, "wireroot.hostname=n02", "ip=::::n01:eth1:dhcp")->host_name,
		"n02");
	assert_string_equal(boot_with(&boot, "ip=::::n01:eth1:dhcp", "ip=dhcp")->host_name, "");
}

static void unknown_words_of_ours_are_collected_and_others_left_alone(void **state)
{
	struct boot boot;
	struct params *params = boot_with(&boot, "wireroot.colour=red",
					  "wireroot.x ipv6.disable=1 iproute=1 rootdelay=5 "
					  "Wireroot.y wirerootz");

	(void)state;
	assert_int_equal(params->unknown_count, 2);
	assert_int_equal(params->unknown_more, 0);
	assert_string_equal(params->unknown[0], "wireroot.colour=red");
	assert_string_equal(params->unknown[1], "wireroot.x");
	params = boot_with(&boot, "",
			   "wireroot.1 wireroot.2 wireroot.3 wireroot.4 wireroot.5 wireroot.6 "
			   "wireroot.7 wireroot.8 wireroot.9");
	assert_int_equal(params->unknown_count, PARAMS_UNKNOWN_MAX);
	assert_int_equal(params->unknown_more, 1);
}

static const struct {
	const char *word;
	const char *hint; /* a part of it */
} malformed[] = {
	{ "ip=eth0:dhcp6", "IPv6" },
	{ "ip", "value" },
	{ "vlan=x", "vlan5" },
	{ "nameserver=dns", "10.0.0.1" },
	{ "nameserver=", "10.0.0.1" },
	{ "BOOTIF=1", "BOOTIF=" },
	{ "root=nfs:a", "PATH" },
	{ "root=", "PATH" },
	{ "netroot=nfs:a", "PATH" },
	{ "nfsroot=a", "PATH" },
	{ "rootflags=vers=2", "vers=3" },
	{ "init=sbin/init", "begins with" },
	{ "wireroot.hostname=a/b", "letters" },
	{ "wireroot.hostname=", "letters" },
	{ "wireroot.overlay", "value" },
	{ "wireroot.overlay=", "tmpfs" },
	{ "wireroot.overlay=ext4", "tmpfs" },
	{ "wireroot.overlay=tmpfs:", "512m" },
	{ "wireroot.overlay=tmpfs:0", "512m" },
	{ "wireroot.overlay=tmpfs:00%", "512m" },
	{ "wireroot.overlay=tmpfs:101%", "512m" },
	{ "wireroot.overlay=tmpfs:1x", "512m" },
	{ "wireroot.overlay=tmpfs:1mb", "512m" },
	{ "wireroot.overlay=tmpfs:1m,mode=777", "512m" },
	{ "wireroot.overlay=tmpfs:9999999999999999", "512m" },
	{ "wireroot.discover=http://10.0.0.1/\033[2J", "control character" },
	{ "wireroot.onfail=panic", "poweroff" },
	{ "wireroot.break=mount", "switch_root" },
	{ "wireroot.break=params", "switch_root" },
	{ "wireroot.break=lease", "switch_root" },
	{ "wireroot.break", "value" },
	{ "wireroot.report=server", "8017" },
	{ "wireroot.report=10.0.0.1:", "8017" },
	{ "wireroot.report=10.0.0.1:0", "8017" },
	{ "wireroot.report=10.0.0.1:65536", "8017" },
	{ "wireroot.report=0.0.0.0", "8017" },
	{ "wireroot.timeout=-1", "86400" },
	{ "wireroot.timeout=86401", "86400" },
	{ "wireroot.timeout=1s", "86400" },
	{ "wireroot.timeout=4294967297", "86400" },
	{ "wireroot.debug=yes", "wireroot.debug" },
};

static void malformed_word_is_named_and_the_others_still_count(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(*malformed); i++) {
		struct boot boot = { 0 };
		char doing[128], text[256];

		params_init(&boot.params);
		snprintf(text, sizeof(text), "modprobe.blacklist=a %s modprobe.blacklist=b",
			 malformed[i].word);
		snprintf(doing, sizeof(doing), "read parameter %s", malformed[i].word);
		if (apply(&boot, text) != -EINVAL)
			fail_msg("%s was taken", malformed[i].word);
		assert_string_equal(boot.fault.doing, doing);
		assert_int_equal(boot.fault.error, EINVAL);
		if (!strstr(boot.fault.hint, malformed[i].hint))
			fail_msg("%s: %s", malformed[i].word, boot.fault.hint);
		assert_string_equal(boot.params.blacklist, "a,b");
		assert_int_equal(boot.params.overlay, false);
	}
}

static void first_of_several_faults_is_told(void **state)
{
	struct boot boot = { 0 };

	(void)state;
	params_init(&boot.params);
	assert_int_equal(apply(&boot, "ip=rarp vlan=x wireroot.debug=2"), -EINVAL);
	assert_string_equal(boot.fault.doing, "read parameter ip=rarp");
}

static void every_malformed_word_of_a_source_is_kept_up_to_a_limit(void **state)
{
	struct boot boot = { 0 };

	(void)state;
	params_init(&boot.params);
	assert_int_equal(apply(&boot, "ip=x:y wireroot.overlay=disk rw vlan=eth0"), -EINVAL);
	assert_int_equal(boot.params.malformed_count, 3);
	assert_string_equal(boot.params.malformed[0].doing, boot.fault.doing);
	assert_string_equal(boot.params.malformed[1].doing, "read parameter wireroot.overlay=disk");
	assert_string_equal(boot.params.malformed[2].doing, "read parameter vlan=eth0");
	assert_true(boot.params.read_write);
	assert_int_equal(apply(&boot, "ro"), 0);
	assert_int_equal(boot.params.malformed_count, 0);
	boot.sources = 0;
	assert_int_equal(apply(&boot, "init=1 init=2 init=3 init=4 init=5 init=6 init=7 init=8 "
				      "init=9 init=10"),
			 -EINVAL);
	assert_int_equal(boot.params.malformed_count, PARAMS_MALFORMED_MAX);
	assert_int_equal(boot.params.malformed_more, 2);
	boot.sources = 0;
	assert_int_equal(apply(&boot, "ro"), 0);
	assert_int_equal(boot.params.malformed_more, 0);
}

static void malformed_root_does_not_fall_back_to_another(void **state)
{
	struct boot boot = { 0 };

	(void)state;
	params_init(&boot.params);
	assert_int_equal(apply(&boot, "root=nfs:a:/b"), 0);
	assert_int_equal(apply(&boot, "root=nfs:[fe80::1]:/b"), -EINVAL);
	assert_false(boot.params.root.given);
	assert_string_equal(boot.params.root_unsupported, "nfs:[fe80::1]:/b");
}

static void malformed_ip_leaves_the_lower_source_in_force(void **state)
{
	struct boot boot = { 0 };

	(void)state;
	params_init(&boot.params);
	assert_int_equal(apply(&boot, "ip=eth0:dhcp"), 0);
	assert_int_equal(apply(&boot, "ip=rarp"), -EINVAL);
	assert_int_equal(boot.params.ip_count, 1);
}

static void more_than_fits_is_refused_not_cut(void **state)
{
	struct boot boot = { 0 };
	char text[1024];

	(void)state;
	params_init(&boot.params);
	assert_int_equal(apply(&boot, "ip=a:dhcp ip=b:dhcp ip=c:dhcp ip=d:dhcp ip=e:dhcp ip=f:dhcp "
				      "ip=g:dhcp ip=h:dhcp ip=i:dhcp"),
			 -EINVAL);
	assert_int_equal(boot.params.ip_count, PARAMS_IP_MAX);
	assert_non_null(strstr(boot.fault.hint, "at most 8"));
	assert_int_equal(apply(&boot, "nameserver=1.1.1.1 nameserver=1.1.1.2 nameserver=1.1.1.3 "
				      "nameserver=1.1.1.4 nameserver=1.1.1.5"),
			 -EINVAL);
	assert_int_equal(boot.params.dns[3], 0x01010104);

	snprintf(text, sizeof(text), "init=/%0300d", 0);
	boot.sources = 0;
	assert_int_equal(apply(&boot, text), -EINVAL);
	snprintf(text, sizeof(text), "modprobe.blacklist=%0200d modprobe.blacklist=%060d", 0, 0);
	assert_int_equal(apply(&boot, text), -EINVAL);
	assert_int_equal(strlen(boot.params.blacklist), 200);
}

static void module_options_are_picked_by_module(void **state)
{
	char text[] = "virtio_net.napi_tx=0 e1000e.debug=1 virtio-net.csum virtio_net2.x=1 "
		      "virtio_net. virtio_net e1000e.name=\"a b\" \"e1000e.other=c d\" "
		      "nfs.x=\"a\"b";
	struct words words = { 0 };
	struct fault fault = { 0 };
	char options[64];

	(void)state;
	assert_int_equal(words_split(text, &words, &fault), 0);
	assert_int_equal(params_module_options(&words, "virtio-net", options, sizeof(options)), 0);
	assert_string_equal(options, "napi_tx=0 csum");
	assert_int_equal(params_module_options(&words, "e1000e", options, sizeof(options)), 0);
	assert_string_equal(options, "debug=1 \"name=a b\" \"other=c d\"");
	assert_int_equal(params_module_options(&words, "igb", options, sizeof(options)), 0);
	assert_string_equal(options, "");
	assert_int_equal(params_module_options(&words, "virtio_net", options, 15), 0);
	assert_string_equal(options, "napi_tx=0 csum");
	assert_int_equal(params_module_options(&words, "virtio_net", options, 14), -E2BIG);
	assert_string_equal(options, "napi_tx=0");
	assert_int_equal(params_module_options(&words, "virtio_net", options, 1), -E2BIG);
	assert_string_equal(options, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given_means_dhcp_everywhere_and_retry_for_ever),
		cmocka_unit_test(every_parameter_arrives_in_its_field),
		cmocka_unit_test(last_word_of_a_kind_wins),
		cmocka_unit_test(command_line_outranks_node_file),
		cmocka_unit_test(node_file_holds_where_command_line_is_silent),
		cmocka_unit_test(words_of_the_root_combine_by_rank),
		cmocka_unit_test(several_ip_words_add_up_and_one_interface_has_the_last),
		cmocka_unit_test(ip_words_for_two_macs_are_two),
		cmocka_unit_test(parameters_lie_over_the_lease),
		cmocka_unit_test(stated_gateway_and_netmask_outrank_the_lease),
		cmocka_unit_test(lease_without_netmask_gets_that_of_its_class),
		cmocka_unit_test(dotted_interface_of_ip_brings_its_vlan),
		cmocka_unit_test(overlay_is_in_memory_or_on_a_disk),
		cmocka_unit_test(network_is_the_firmwares_where_that_is_asked_for),
		cmocka_unit_test(explicit_vlan_outranks_an_implied_one),
		cmocka_unit_test(implied_vlan_goes_with_the_ip_that_brought_it),
		cmocka_unit_test(host_name_comes_from_its_own_word_then_from_ip),
		cmocka_unit_test(unknown_words_of_ours_are_collected_and_others_left_alone),
		cmocka_unit_test(malformed_word_is_named_and_the_others_still_count),
		cmocka_unit_test(first_of_several_faults_is_told),
		cmocka_unit_test(every_malformed_word_of_a_source_is_kept_up_to_a_limit),
		cmocka_unit_test(malformed_root_does_not_fall_back_to_another),
		cmocka_unit_test(malformed_ip_leaves_the_lower_source_in_force),
		cmocka_unit_test(more_than_fits_is_refused_not_cut),
		cmocka_unit_test(module_options_are_picked_by_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
