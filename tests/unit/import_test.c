/* SPDX-License-Identifier: GPL-2.0-only */
/* links: tools/import/lucie.c tools/import/warewulf.c tools/import/xcat.c tools/import/ethers.c */
/* links: tools/import/plan.c tools/import/finish.c tools/import/write.c tools/import/lines.c */
/* links: tools/cluster/arena.c tools/cluster/table.c tools/cluster/keys.c */
/* links: tools/cluster/yaml_tree.c tools/cluster/findings.c */
/* links: tools/cluster/nodeset.c tools/cluster/nodeset_parse.c tools/cluster/nodeset_range.c */
/* links: tools/cluster/nodeset_table.c tools/cluster/nodeset_fold.c */
/* links: userspace/lib/text.c initramfs/value.c initramfs/fault.c userspace/lib/size.c */
/* links: userspace/lib/iscsi_portal.c */
/* libraries: yaml-0.1 jansson */
/* Importers: what lines of other programs' files become, and which files are refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/import/import.h"
#include "tools/import/write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef int reader(struct import_plan *plan, const struct import_file *files, size_t count,
		   struct fault *fault);

static const struct import_options everything = {
	.cluster = "demo",
	.subnet = "10.0.0.0/24",
	.server = "10.0.0.1",
	.image = "/srv/image",
};

/* The definition that @input becomes; freed by the caller. */
static char *convert(reader *read, const char *input, const struct import_options *options)
{
	const struct import_file file = { "input", input, strlen(input) };
	struct import_plan plan = { 0 };
	struct text text = { 0 };
	struct fault fault;
	char line[FAULT_LINE_BYTES];

	if (read(&plan, &file, 1, &fault))
		fail_msg("%s: %s", input, fault_line(&fault, line));
	import_finish(&plan, options);
	assert_int_equal(import_write(&plan, &text, &fault), 0);
	import_free(&plan);
	return text_take(&text);
}

struct example {
	reader *read;
	const char *input;
	const char *lines; /* that stand in the definition */
};

static void assert_examples(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text = convert(examples[i].read, examples[i].input, &everything);

		if (!strstr(text, examples[i].lines))
			fail_msg("%s\nbecame\n%s\nwithout\n%s", examples[i].input, text,
				 examples[i].lines);
		free(text);
	}
}

static void macs_are_read_in_every_spelling(void **state)
{
	static const struct example examples[] = {
		{ import_xcat, "n1:\n objtype=node\n mac=5254001234AB\n",
		  "mac: 52:54:00:12:34:ab" },
		{ import_xcat, "n1:\n objtype=node\n mac=52-54-00-12-34-ab\n",
		  "mac: 52:54:00:12:34:ab" },
		{ import_xcat, "n1:\n objtype=node\n mac=5254.0012.34ab\n",
		  "mac: 52:54:00:12:34:ab" },
		{ import_ethers, "8:0:20:0:61:ca n1\n", "mac: 08:00:20:00:61:ca" },
		{ import_xcat, "n1:\n objtype=node\n mac=5254001234\n",
		  "# mac: '5254001234' was left out, it is no MAC address\n" },
		{ import_xcat, "n1:\n objtype=node\n mac=ff:ff:ff:ff:ff:ff\n",
		  "# mac: 'ff:ff:ff:ff:ff:ff' was left out" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void xcat_macs_with_names_are_told_apart(void **state)
{
	static const struct example examples[] = {
		{ import_xcat,
		  "n1:\n objtype=node\n mac=52:54:00:00:00:01!n1-b|52:54:00:00:00:02\n",
		  "# without counterpart: mac=52:54:00:00:00:01!n1-b\n" },
		{ import_xcat,
		  "n1:\n objtype=node\n mac=52:54:00:00:00:01!n1-b|52:54:00:00:00:02\n",
		  "mac: 52:54:00:00:00:02" },
		{ import_xcat,
		  "n1:\n objtype=node\n mac=52:54:00:00:00:01!*NOIP*|52:54:00:00:00:02!n1\n",
		  "mac: 52:54:00:00:00:02" },
		{ import_xcat, "n1:\n objtype=node\n mac=\"52:54:00:00:00:01|52:54:00:00:00:02\"\n",
		  "mac: 52:54:00:00:00:01" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void xcat_defaults_hold_until_they_are_unset(void **state)
{
	static const char input[] = "default-node:\n groups=a\n netboot=pxe\n"
				    "n1:\n objtype=node\n ip=10.0.0.11\n"
				    "n2:\n objtype=node\n ip=10.0.0.12\n netboot=grub2-http\n"
				    "default-node:\n netboot=\n"
				    "n3:\n objtype=node\n ip=10.0.0.13\n";
	static const struct example examples[] = {
		{ import_xcat, input, "\n  a: n[1-3]\n" },
		{ import_xcat, input, "n1: { address: 10.0.0.11, loader: pxelinux }\n" },
		{ import_xcat, input, "n2: { address: 10.0.0.12, loader: grub }\n" },
		{ import_xcat, input, "n3: { address: 10.0.0.13 }\n" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void xcat_groups_become_profiles_in_reverse(void **state)
{
	static const char input[] = "a:\n objtype=group\n netboot=pxe\n"
				    "b:\n objtype=group\n addkcmdline=x=1 R::y=2\n"
				    "c:\n objtype=group\n members=n1\n"
				    "n1:\n objtype=node\n groups=a,b,c\n ip=10.0.0.11\n";
	static const struct example examples[] = {
		{ import_xcat, input, "n1: { profiles: [b, a], address: 10.0.0.11" },
		{ import_xcat, input, "  a:\n    loader: pxelinux\n" },
		{ import_xcat, input,
		  "  # without counterpart: addkcmdline=R::y=2\n  b:\n    append: [x=1]\n" },
		{ import_xcat, input, "  c: n1\n" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void warewulf_spellings_mean_the_same(void **state)
{
	static const char common[] = "image: rocky\n    append: [quiet, a=1]\n";
	static const struct example examples[] = {
		{ import_warewulf,
		  "nodeprofiles:\n  p:\n    container name: rocky\n    kernel args: quiet a=1\n",
		  common },
		{ import_warewulf,
		  "nodeprofiles:\n  p:\n    container name: rocky\n    kernel: {args: quiet a=1}\n",
		  common },
		{ import_warewulf,
		  "nodeprofiles:\n  p:\n    image name: rocky\n    kernel: {args: [quiet, a=1]}\n",
		  common },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void warewulf_primary_device_is_what_boots(void **state)
{
	static const char address[] = "address: 10.0.0.12";
	static const struct example examples[] = {
		{ import_warewulf,
		  "nodes:\n  n:\n    primary network: b\n    network devices:\n"
		  "      a: {ipaddr: 10.9.0.1}\n      b: {ipaddr: 10.0.0.12}\n",
		  address },
		{ import_warewulf,
		  "nodes:\n  n:\n    network devices:\n"
		  "      a: {ipaddr: 10.9.0.1}\n      b: {ipaddr: 10.0.0.12, primary: \"true\"}\n",
		  address },
		{ import_warewulf,
		  "nodes:\n  n:\n    network devices:\n"
		  "      a: {ipaddr: 10.9.0.1}\n      b: {ipaddr: 10.0.0.12, default: true}\n",
		  address },
		{ import_warewulf,
		  "nodes:\n  n:\n    network devices:\n"
		  "      a: {ipaddr: 10.9.0.1}\n      default: {ipaddr: 10.0.0.12}\n",
		  address },
		{ import_warewulf,
		  "nodes:\n  n:\n    network devices:\n      a: {ipaddr: 10.0.0.12}\n", address },
		{ import_warewulf,
		  "nodes:\n  n:\n    network devices:\n      a: {ipcidr: 10.0.0.12/25}\n",
		  "subnet: 10.0.0.0/25" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void warewulf_networks_are_completed_by_profiles(void **state)
{
	static const char input[] =
		"nodeprofiles:\n  default:\n    network devices:\n"
		"      default: {netmask: 255.255.255.0, gateway: 10.0.0.254, device: eth0}\n"
		"      other: {gateway: 10.9.0.1}\n"
		"nodes:\n  n1:\n    network devices:\n      default: {ipaddr: 10.0.0.11}\n";
	static const struct example examples[] = {
		{ import_warewulf, input,
		  "  default:\n    subnet: 10.0.0.0/24\n    gateway: 10.0.0.254\n" },
		{ import_warewulf, input,
		  "  # without counterpart: default.device=eth0, other.gateway=10.9.0.1\n  default: {}\n" },
		{ import_warewulf, input,
		  "  n1: { profiles: [default], address: 10.0.0.11, image: default }\n" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void both_spellings_of_lucie_become_the_same(void **state)
{
	static const char *const inputs[] = {
		"host do |host|\n  host.name = 'a_1'\n  host.alias = 'The first'\n"
		"  host.address = '10.0.0.11'\n  host.mac_address = '00:0C:29:41:88:F0'\nend\n"
		"host_group do |g|\n  g.name = \"all\"\n  g.members = [Host['a_1'], # one\n"
		"    ]\nend\n",
		"define host {\n\thost_name a_1 ; its name\n\talias The first\n"
		"\taddress 10.0.0.11\n\tmac_address 00:0C:29:41:88:F0\n}\n"
		"define hostgroup{\n hostgroup_name all\n members a_1\n}\n",
	};
	char *first = convert(import_lucie, inputs[0], &everything);
	char *second = convert(import_lucie, inputs[1], &everything);

	(void)state;
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "  # The first\n"));
	assert_non_null(strstr(first, "\n  all: a_1\n"));
	free(first);
	free(second);
}

static void hosts_without_ethers_are_remarked(void **state)
{
	static const char input[] =
		"10.0.0.1 head\n52:54:00:00:00:01 n1\n10.0.0.11 n1.c.example n1\n"
		"fe80::1 n1\n";
	static const struct example examples[] = {
		{ import_ethers, input, "# not in ethers, left out: 10.0.0.1 head\n" },
		{ import_ethers, input, "# not in ethers, left out: fe80::1 n1\n" },
		{ import_ethers, input, "  domain: c.example\n" },
		{ import_ethers, input, "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.11" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void names_become_host_names(void **state)
{
	static const struct example examples[] = {
		{ import_ethers, "52:54:00:00:00:01 n1.a.example\n",
		  "  # was n1.a.example\n  n1:" },
		{ import_ethers, "52:54:00:00:00:01 n1.a\n52:54:00:00:00:02 n1.b\n",
		  "  # was n1.b\n  n1-2:" },
		{ import_ethers, "52:54:00:00:00:01 N1\n52:54:00:00:00:02 n1\n",
		  "  # was n1\n  n1-2:" },
		{ import_ethers, "52:54:00:00:00:01 n+1\n", "  # was n+1\n  n-1:" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void values_that_a_definition_refuses_become_remarks(void **state)
{
	static const struct example examples[] = {
		{ import_xcat,
		  "net:\n objtype=network\n mtu=9\n net=10.0.0.0\n mask=255.255.255.0\n",
		  "# mtu: '9' was left out, it has to be" },
		{ import_xcat, "net:\n objtype=network\n mask=255.0.255.0\n net=10.0.0.0\n",
		  "# without counterpart: net=10.0.0.0\n" },
		{ import_warewulf, "nodes:\n  n: {kernel args: 'a \"b'}\n",
		  "# append: '\"b' was left out" },
		{ import_warewulf, "nodes:\n  n: {kernel args: 'x=a@b'}\n", "append: [x=a@@b]" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void secrets_are_named_and_not_copied(void **state)
{
	static const struct example examples[] = {
		{ import_xcat, "n1:\n objtype=node\n bmcpassword=PASSW0RD\n",
		  "bmcpassword=(not copied)\n" },
		{ import_warewulf, "nodes:\n  n: {ipmi: {password: hwpass}}\n",
		  "ipmi.password=(not copied)\n" },
		{ import_lucie, "installer do |i|\n i.root_password = 'x'\nend\n",
		  "root_password=(not copied)\n" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void gaps_are_marked(void **state)
{
	const struct import_options nothing = { 0 };
	char *text = convert(import_ethers, "52:54:00:00:00:01 n1\n10.2.3.4 n1\n", &nothing);

	(void)state;
	assert_non_null(strstr(text, "# 3 values have to be filled in"));
	assert_non_null(strstr(
		text, "subnet: # FILL IN: the subnet of the nodes; they are in 10.2.3.0/24\n"));
	assert_non_null(strstr(text, "    address: # FILL IN: the boot server's address"));
	assert_non_null(strstr(text, "    path: # FILL IN: "));
	free(text);
}

static void nodes_without_image_share_one_entry(void **state)
{
	static const struct example examples[] = {
		{ import_ethers, "52:54:00:00:00:01 n1\n52:54:00:00:00:02 n2\n",
		  "nodes:\n  n[1-2]: { image: default }\n" },
		{ import_ethers, "52:54:00:00:00:01 n1\n", "nodes:\n  n1:\n" },
		{ import_ethers, "52:54:00:00:00:01 n1\n", "    image: default\n" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

static void comments_keep_utf8_and_lose_controls(void **state)
{
	static const struct example examples[] = {
		{ import_warewulf,
		  "nodes:\n  n: {comment: \"K\xc3\xbc"
		  "che \\x07\"}\n",
		  "  # K\xc3\xbc"
		  "che ?\n" },
		{ import_lucie, "define host {\n host_name n1\n alias \xb3\xa6 x\n}\n",
		  "  # ?? x\n" },
	};

	(void)state;
	assert_examples(examples, COUNT(examples));
}

struct wrong {
	reader *read;
	const char *input;
	const char *peer;
};

static void other_files_are_refused_with_their_line(void **state)
{
	static const struct wrong wrong[] = {
		{ import_ethers, "\n# x\nnonsense\n", "input:3" },
		{ import_ethers, "52:54:00:00:00:01\n", "input:1" },
		{ import_lucie, "10.0.0.1 n1\n", "input:1" },
		{ import_lucie, "host do |h|\n h.name = 'x'\n", "input:2" },
		{ import_lucie, "host do |h|\n x.name = 'x'\nend\n", "input:2" },
		{ import_lucie, "define host {\n host_name x\n", "input:2" },
		{ import_lucie, "host_group do |g|\n g.members = [Host['a'],\nend\n", "input:3" },
		{ import_xcat, "ip=10.0.0.1\n", "input:1" },
		{ import_xcat, "n1:\n objtype=node\n\nnonsense\n", "input:4" },
		{ import_warewulf, "nodes: [\n", "input:2" },
		{ import_warewulf, "a: b\n", "input" },
		{ import_warewulf, "", "input" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const struct import_file file = { "input", wrong[i].input, strlen(wrong[i].input) };
		struct import_plan plan = { 0 };
		struct fault fault;

		assert_int_equal(wrong[i].read(&plan, &file, 1, &fault), -EINVAL);
		assert_string_equal(fault.peer, wrong[i].peer);
		import_free(&plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(macs_are_read_in_every_spelling),
		cmocka_unit_test(xcat_macs_with_names_are_told_apart),
		cmocka_unit_test(xcat_defaults_hold_until_they_are_unset),
		cmocka_unit_test(xcat_groups_become_profiles_in_reverse),
		cmocka_unit_test(warewulf_spellings_mean_the_same),
		cmocka_unit_test(warewulf_primary_device_is_what_boots),
		cmocka_unit_test(warewulf_networks_are_completed_by_profiles),
		cmocka_unit_test(both_spellings_of_lucie_become_the_same),
		cmocka_unit_test(hosts_without_ethers_are_remarked),
		cmocka_unit_test(names_become_host_names),
		cmocka_unit_test(values_that_a_definition_refuses_become_remarks),
		cmocka_unit_test(secrets_are_named_and_not_copied),
		cmocka_unit_test(gaps_are_marked),
		cmocka_unit_test(nodes_without_image_share_one_entry),
		cmocka_unit_test(comments_keep_utf8_and_lose_controls),
		cmocka_unit_test(other_files_are_refused_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
