/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of boot firmware tables: whole ones, and each way in which they lie about themselves. */
/* links: initramfs/iscsi/ibft.c initramfs/iscsi/iscsi_spec.c */
/* links: initramfs/params.c initramfs/ip_param.c initramfs/root_spec.c */
/* links: initramfs/timeline.c initramfs/words.c initramfs/value.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/iscsi/ibft.h"
#include "initramfs/params.h"

/* Where the structures are in the tables that make() makes. */
#define CONTROL_AT   48
#define INITIATOR_AT 80
#define TARGET_AT    160 /* the first; the second 64 bytes behind it */
#define TEXT_AT	     300
#define NIC_AT	     600 /* the first; the second 128 bytes behind it */
#define TABLE_BYTES  900

struct builder {
	uint8_t table[TABLE_BYTES];
	size_t text; /* where the next text goes */
};

static void put_16(struct builder *builder, size_t at, unsigned int value)
{
	builder->table[at] = (uint8_t)value;
	builder->table[at + 1] = (uint8_t)(value >> 8);
}

static void put_text(struct builder *builder, size_t at, const char *text)
{
	put_16(builder, at, (unsigned int)strlen(text));
	put_16(builder, at + 2, (unsigned int)builder->text);
	memcpy(builder->table + builder->text, text, strlen(text) + 1);
	builder->text += strlen(text) + 1;
}

static void put_header(struct builder *builder, size_t at, uint8_t id, unsigned int length,
		       uint8_t flags)
{
	builder->table[at] = id;
	builder->table[at + 1] = 1;
	put_16(builder, at + 2, length);
	builder->table[at + 5] = flags;
}

static void put_target(struct builder *builder, size_t at, uint8_t flags, const char *name,
		       uint8_t chap)
{
	static const uint8_t address[16] = { [10] = 0xff, 0xff, 10, 0, 0, 1 };

	put_header(builder, at, 4, 54, flags);
	memcpy(builder->table + at + 6, address, sizeof(address));
	put_16(builder, at + 22, 3261);
	builder->table[at + 25] = 5; /* the LUN's first level */
	builder->table[at + 32] = chap;
	put_text(builder, at + 34, name);
	put_text(builder, at + 38, "user");
	put_text(builder, at + 42, "secret");
	put_text(builder, at + 46, "target");
	put_text(builder, at + 50, "proof");
}

/* An initiator and two targets, of which the second is selected. */
static struct builder make(void)
{
	struct builder builder = { .text = TEXT_AT };

	memcpy(builder.table, "iBFT", 4);
	put_16(&builder, 4, TABLE_BYTES);
	put_header(&builder, CONTROL_AT, 1, 18, 1);
	put_16(&builder, CONTROL_AT + 8, INITIATOR_AT);
	put_16(&builder, CONTROL_AT + 12, TARGET_AT);
	put_16(&builder, CONTROL_AT + 16, TARGET_AT + 64);
	put_header(&builder, INITIATOR_AT, 2, 74, 3);
	put_text(&builder, INITIATOR_AT + 70, "iqn.initiator");
	put_target(&builder, TARGET_AT, 1, "iqn.first", 1);
	put_target(&builder, TARGET_AT + 64, 3, "iqn.second", 2);
	return builder;
}

static int parse(const struct builder *builder, size_t length, struct ibft *ibft)
{
	struct fault fault = { 0 };

	return ibft_parse(builder->table, length, ibft, &fault);
}

static void whole_table_gives_all_targets_the_selected_first(void **state)
{
	struct builder builder = make();
	struct ibft ibft;

	(void)state;
	assert_int_equal(parse(&builder, TABLE_BYTES, &ibft), 0);
	assert_string_equal(ibft.initiator, "iqn.initiator");
	assert_int_equal(ibft.count, 2);
	assert_string_equal(ibft.targets[0].name, "iqn.second");
	assert_string_equal(ibft.targets[0].server, "10.0.0.1");
	assert_int_equal(ibft.targets[0].port, 3261);
	assert_int_equal(ibft.targets[0].lun, 5);
	assert_string_equal(ibft.targets[0].initiator.secret, "secret");
	assert_string_equal(ibft.targets[0].target.user, "target");
	assert_string_equal(ibft.targets[0].target.secret, "proof");
	assert_string_equal(ibft.targets[1].name, "iqn.first");
	assert_string_equal(ibft.targets[1].initiator.user, "user");
	assert_string_equal(ibft.targets[1].target.secret, "");
}

static void target_without_chap_or_port_has_none_and_the_usual_one(void **state)
{
	struct builder builder = make();
	struct ibft ibft;

	(void)state;
	builder.table[TARGET_AT + 64 + 32] = 0;
	put_16(&builder, TARGET_AT + 64 + 22, 0);
	assert_int_equal(parse(&builder, TABLE_BYTES, &ibft), 0);
	assert_int_equal(ibft.targets[0].port, 3260);
	assert_string_equal(ibft.targets[0].initiator.secret, "");
}

/* What the firmware calls CHAP is never taken for a login without it; a word may say the secret. */
static void chap_without_secrets_is_a_fault(void **state)
{
	static const struct {
		uint8_t chap;
		unsigned int empty; /* 1: the initiator's account, 2: the target's, 3: both */
		bool words; /* rd.iscsi.* has both */
		int rc;
	} cases[] = {
		{ 0, 3, false, 0 },	  { 1, 0, false, 0 },	    { 1, 1, false, -EINVAL },
		{ 1, 2, false, 0 },	  { 1, 3, true, 0 },	    { 2, 0, false, 0 },
		{ 2, 1, false, -EINVAL }, { 2, 2, false, -EINVAL }, { 2, 3, false, -EINVAL },
		{ 2, 3, true, 0 },	  { 2, 2, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct builder builder = make();
		struct iscsi_spec spec = { .count = 1 };
		struct fault fault = { 0 };
		struct ibft ibft;

		builder.table[TARGET_AT + 64 + 32] = cases[i].chap;
		for (size_t at = 38; at <= 50; at += 4)
			if (cases[i].empty & (at < 46 ? 1 : 2))
				put_16(&builder, TARGET_AT + 64 + at, 0);
		assert_int_equal(parse(&builder, TABLE_BYTES, &ibft), 0);
		assert_string_equal(ibft.targets[0].name, "iqn.second");
		spec.targets[0] = ibft.targets[0];
		if (cases[i].words)
			spec.common = (struct iscsi_target){ .initiator = { "u", "s" },
							     .target = { "v", "t" } };
		if (iscsi_spec_complete(&spec, "", &fault) != cases[i].rc)
			fail_msg("case %zu: %s", i, fault.hint);
		if (cases[i].rc)
			assert_non_null(strstr(fault.hint, "the firmware says that CHAP is used"));
	}
}

static void address_of_version_6_is_kept_as_one(void **state)
{
	struct builder builder = make();
	struct ibft ibft;

	(void)state;
	builder.table[TARGET_AT + 64 + 6] = 0xfe;
	assert_int_equal(parse(&builder, TABLE_BYTES, &ibft), 0);
	assert_true(ibft.targets[0].ipv6);
	assert_string_equal(ibft.targets[0].server, "fe00:0:0:0:0:ffff:a00:1");
}

/* One byte changed: how many targets are left (0: refused), and whether the initiator's name is. */
static const struct {
	size_t at;
	uint8_t value;
	unsigned int count;
	bool initiator;
} damages[] = {
	{ 0, 'X', 0, false }, /* signature */
	{ 5, 2, 2, true }, /* 644 bytes: all is within */
	{ 5, 0, 0, false }, /* 132 bytes: no target is within */
	{ CONTROL_AT, 2, 0, false }, /* another structure */
	{ CONTROL_AT + 2, 9, 0, false }, /* too short for any offset */
	{ CONTROL_AT + 2, 14, 1, true }, /* too short for the second target's */
	{ CONTROL_AT + 3, 0xff, 0, false }, /* beyond the table */
	{ CONTROL_AT + 5, 0, 2, true }, /* no failover: iPXE's tables are so */
	{ CONTROL_AT + 8, 0, 2, false }, /* no initiator */
	{ CONTROL_AT + 13, 0xff, 1, true }, /* first target's offset beyond the table */
	{ CONTROL_AT + 12, 4, 1, true }, /* in the middle of something */
	{ INITIATOR_AT, 3, 2, false },
	{ INITIATOR_AT + 71, 1, 2, false }, /* a name longer than a name may be */
	{ INITIATOR_AT + 73, 0xff, 2, false }, /* beyond the table */
	{ TARGET_AT + 2, 53, 1, true }, /* too short */
	{ TARGET_AT + 3, 0xff, 1, true },
	{ TARGET_AT + 5, 0, 1, true }, /* not valid */
	{ TARGET_AT + 34, 0, 1, true }, /* without a name */
	{ TARGET_AT + 37, 0xff, 1, true }, /* its name beyond the table */
	{ TARGET_AT + 45, 0xff, 1, true }, /* its secret beyond the table */
	{ TARGET_AT + 53, 0xff, 2, true }, /* the proof that it does not give */
	{ TEXT_AT + 15, 7, 1, true }, /* a control character in its name */
};

static void put_ipv4(struct builder *builder, size_t at, uint8_t last)
{
	const uint8_t address[16] = { [10] = 0xff, 0xff, 10, 0, 0, last };

	memcpy(builder->table + at, address, sizeof(address));
}

static void put_nic(struct builder *builder, size_t at, uint8_t last)
{
	static const uint8_t mac[6] = { 0x52, 0x54, 0x00, 0x12, 0x34 };

	put_header(builder, at, 3, 102, 1);
	put_ipv4(builder, at + 6, last);
	builder->table[at + 22] = 24;
	builder->table[at + 23] = 1; /* manual */
	memcpy(builder->table + at + 90, mac, sizeof(mac));
	builder->table[at + 95] = last;
}

/* make(), with two interfaces: the first has a gateway and a DNS server, the second a VLAN. */
static struct builder make_with_nics(void)
{
	struct builder builder = make();

	put_16(&builder, CONTROL_AT + 10, NIC_AT);
	put_16(&builder, CONTROL_AT + 14, NIC_AT + 128);
	put_nic(&builder, NIC_AT, 5);
	put_ipv4(&builder, NIC_AT + 24, 254);
	put_ipv4(&builder, NIC_AT + 40, 53);
	put_nic(&builder, NIC_AT + 128, 6);
	put_16(&builder, NIC_AT + 128 + 88, 0x2000 | 10); /* with a priority above the id */
	return builder;
}

static const char *words_of(const struct builder *builder, char text[static 512])
{
	struct fault fault = { 0 };
	struct ibft_nics nics;
	size_t length;

	assert_int_equal(ibft_parse_nics(builder->table, TABLE_BYTES, &nics, &fault), 0);
	length = ibft_words(&nics, text, 512);
	assert_int_equal(length, strlen(text));
	return text;
}

static void every_interface_becomes_words_that_the_init_knows(void **state)
{
	struct builder builder = make_with_nics();
	static struct params params;
	struct words words = { 0 };
	struct fault fault = { 0 };
	char text[512];

	(void)state;
	assert_string_equal(words_of(&builder, text),
			    "ip=10.0.0.5::10.0.0.254:24::52-54-00-12-34-05:none:10.0.0.53:\n"
			    "vlan=ibft1.10:52-54-00-12-34-06\n"
			    "ip=10.0.0.6:::24::ibft1.10:none::\n");
	params_init(&params);
	assert_int_equal(words_split(text, &words, &fault), 0);
	assert_int_equal(params_apply(&params, &words, &fault), 0);
	assert_int_equal(params.ip_count, 2);
	assert_int_equal(params.ip[0].mac[5], 5);
	assert_int_equal(params.ip[0].method, IP_STATIC);
	assert_int_equal(params.ip[0].fixed.dns[0], 0x0a000035);
	assert_string_equal(params.ip[1].interface, "ibft1.10");
	assert_int_equal(params.ip[1].fixed.netmask, 0xffffff00);
	assert_int_equal(params.vlan_count, 1);
	assert_int_equal(params.vlan[0].id, 10);
	assert_int_equal(params.vlan[0].parent_mac[5], 6);
}

static void interface_that_the_firmware_configured_by_dhcp_is_so_again(void **state)
{
	struct builder builder = make_with_nics();
	char text[512];

	(void)state;
	builder.table[NIC_AT + 23] = 3;
	put_ipv4(&builder, NIC_AT + 128 + 72, 1); /* the server's address alone says it, too */
	assert_string_equal(words_of(&builder, text), "ip=52-54-00-12-34-05:dhcp\n"
						      "vlan=ibft1.10:52-54-00-12-34-06\n"
						      "ip=ibft1.10:dhcp\n");
}

static void interfaces_without_address_or_not_valid_are_left_out(void **state)
{
	struct builder builder = make_with_nics();
	char text[512];

	(void)state;
	builder.table[NIC_AT + 5] = 0;
	memset(builder.table + NIC_AT + 128 + 6, 0, 16);
	assert_string_equal(words_of(&builder, text), "");
	builder = make();
	assert_string_equal(words_of(&builder, text), "");
}

static void words_without_room_are_none(void **state)
{
	struct builder builder = make_with_nics();
	struct fault fault = { 0 };
	struct ibft_nics nics;
	char text[512];
	size_t length;

	(void)state;
	assert_int_equal(ibft_parse_nics(builder.table, TABLE_BYTES, &nics, &fault), 0);
	length = ibft_words(&nics, text, sizeof(text));
	for (size_t size = 1; size <= length; size++)
		assert_int_equal(ibft_words(&nics, text, size), 0);
	assert_int_equal(ibft_words(&nics, text, length + 1), length);
}

static void damaged_tables_lose_what_is_damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct builder builder = make();
		struct ibft ibft;

		builder.table[damages[i].at] = damages[i].value;
		assert_int_equal(parse(&builder, TABLE_BYTES, &ibft) == 0, damages[i].count > 0);
		if (ibft.count != damages[i].count)
			print_error("damage %zu: %u targets\n", i, ibft.count);
		assert_int_equal(ibft.count, damages[i].count);
		assert_int_equal(ibft.initiator[0] != '\0', damages[i].initiator);
	}
}

static void table_cut_off_anywhere_is_survived(void **state)
{
	struct builder builder = make_with_nics();

	(void)state;
	for (size_t length = 0; length <= TABLE_BYTES; length++) {
		struct ibft ibft;
		struct ibft_nics nics;
		uint8_t *copy = test_malloc(length);
		struct fault fault = { 0 };

		/* Exactly as long, so that the sanitizer sees a byte too much. */
		memcpy(copy, builder.table, length);
		(void)ibft_parse(copy, length, &ibft, &fault);
		(void)ibft_parse_nics(copy, length, &nics, &fault);
		test_free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_table_gives_all_targets_the_selected_first),
		cmocka_unit_test(target_without_chap_or_port_has_none_and_the_usual_one),
		cmocka_unit_test(chap_without_secrets_is_a_fault),
		cmocka_unit_test(address_of_version_6_is_kept_as_one),
		cmocka_unit_test(every_interface_becomes_words_that_the_init_knows),
		cmocka_unit_test(interface_that_the_firmware_configured_by_dhcp_is_so_again),
		cmocka_unit_test(interfaces_without_address_or_not_valid_are_left_out),
		cmocka_unit_test(words_without_room_are_none),
		cmocka_unit_test(damaged_tables_lose_what_is_damaged),
		cmocka_unit_test(table_cut_off_anywhere_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
