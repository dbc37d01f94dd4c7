// SPDX-License-Identifier: GPL-2.0-only
/* The iSCSI Boot Firmware Table; ibft.h has the contract. */
#include "ibft.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../value.h"

/* Section 1.4: the control structure is the first one behind the table's header. */
#define TABLE_HEADER_BYTES 48
#define NIC_BYTES	   96 /* as far as we read it */
#define HEADER_BYTES	   6 /* id, version, length (2), index, flags */
#define FIRST_OFFSET	   8 /* in the control structure: initiator, NIC 0, target 0, NIC 1, … */
#define FLAG_VALID	   0x01 /* of all but the control structure, where it is about failover */
#define FLAG_SELECTED	   0x02 /* this is the one that the firmware boots from */

enum structure_id {
	CONTROL = 1,
	INITIATOR = 2,
	NIC = 3,
	TARGET = 4,
};

/* How an interface's address came: IpPrefixOriginDhcp. */
#define ORIGIN_DHCP 3

enum chap_type {
	NO_CHAP,
	ONE_WAY_CHAP,
	MUTUAL_CHAP,
};

struct table {
	const uint8_t *bytes;
	size_t length;
};

static uint16_t little_16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[1] << 8 | bytes[0]);
}

/*
 * The structure of type @id at @offset, if it lies within the table, is as long as it must be and
 * says that it is valid; else NULL.
 */
static const uint8_t *find_structure(const struct table *table, size_t offset, uint8_t id,
				     size_t least)
{
	const uint8_t *structure = table->bytes + offset;

	if (offset < TABLE_HEADER_BYTES || offset > table->length ||
	    table->length - offset < least || structure[0] != id ||
	    little_16(structure + 2) < least || little_16(structure + 2) > table->length - offset ||
	    (id != CONTROL && !(structure[5] & FLAG_VALID)))
		return NULL;
	return structure;
}

/* Copy the text that a length and an offset, at @where, point to. Empty is fine. */
static bool take_text(const struct table *table, const uint8_t *where, char *to, size_t to_bytes)
{
	size_t length = little_16(where), offset = little_16(where + 2);

	to[0] = '\0';
	if (length == 0)
		return true;
	if (length >= to_bytes || offset > table->length || length > table->length - offset ||
	    memchr(table->bytes + offset, '\0', length))
		return false;
	memcpy(to, table->bytes + offset, length);
	to[length] = '\0';
	return value_plain(to);
}

/* IPv4 addresses are mapped into IPv6 ones (::ffff:0:0/96), by some firmware into ::/96. */
static bool take_ipv4(const uint8_t *bytes, uint32_t *address)
{
	static const uint8_t zero[10];
	uint16_t prefix = little_16(bytes + 10);

	*address = (uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 |
		   (uint32_t)bytes[14] << 8 | bytes[15];
	return memcmp(bytes, zero, sizeof(zero)) == 0 && (!prefix || prefix == 0xffff);
}

static void take_address(const uint8_t *address, struct iscsi_target *target)
{
	uint32_t ipv4;

	target->ipv6 = !take_ipv4(address, &ipv4);
	if (target->ipv6)
		for (int i = 0; i < 16; i += 2)
			snprintf(target->server + strlen(target->server),
				 sizeof(target->server) - strlen(target->server), "%s%x",
				 i ? ":" : "", address[i] << 8 | address[i + 1]);
	else
		value_ipv4_text(ipv4, target->server);
}

/* The LUN's eight bytes as the kernel numbers it: the first two are the lowest 16 bits. */
static uint64_t take_lun(const uint8_t *bytes)
{
	uint64_t lun = 0;

	for (int level = 0; level < 4; level++)
		lun |= (uint64_t)(bytes[2 * level] << 8 | bytes[2 * level + 1]) << (16 * level);
	return lun;
}

static bool take_target(const struct table *table, const uint8_t *structure,
			struct iscsi_target *target)
{
	const uint8_t *texts = structure + 34; /* pairs of length and offset */
	uint8_t chap = structure[32];

	memset(target, 0, sizeof(*target));
	take_address(structure + 6, target);
	target->port = little_16(structure + 22) ? little_16(structure + 22) : ISCSI_PORT;
	target->lun = take_lun(structure + 24);
	if (!take_text(table, texts, target->name, sizeof(target->name)) || !target->name[0])
		return false;
	/* Where a word does not give them, texts that are empty are a fault: iscsi_spec_complete().
	 */
	target->chap = chap < MUTUAL_CHAP ? chap : MUTUAL_CHAP;
	if (chap >= ONE_WAY_CHAP &&
	    (!take_text(table, texts + 4, target->initiator.user, ISCSI_SECRET_BYTES) ||
	     !take_text(table, texts + 8, target->initiator.secret, ISCSI_SECRET_BYTES)))
		return false;
	return chap < MUTUAL_CHAP ||
	       (take_text(table, texts + 12, target->target.user, ISCSI_SECRET_BYTES) &&
		take_text(table, texts + 16, target->target.secret, ISCSI_SECRET_BYTES));
}

/* Keep the target at @offset, before the others if it is the selected one. */
static void add_target(const struct table *table, size_t offset, struct ibft *ibft)
{
	const uint8_t *structure = find_structure(table, offset, TARGET, 54);
	struct iscsi_target target;
	unsigned int at = ibft->count;

	if (!structure || ibft->count == ISCSI_TARGETS_MAX ||
	    !take_target(table, structure, &target))
		return;
	if (structure[5] & FLAG_SELECTED) {
		memmove(ibft->targets + 1, ibft->targets, at * sizeof(*ibft->targets));
		at = 0;
	}
	ibft->targets[at] = target;
	ibft->count++;
}

static int refuse(int error, const char *doing, struct fault *fault)
{
	return fault_set(fault, error, doing, IBFT_PATH,
			 "configure iSCSI in the firmware or iPXE, or give netroot=iscsi:");
}

/* Find the control structure, whose offsets lead to the others; NULL with @fault. */
static const uint8_t *open_table(struct table *table, struct fault *fault)
{
	const uint8_t *control;

	if (table->length < TABLE_HEADER_BYTES || memcmp(table->bytes, "iBFT", 4) != 0) {
		refuse(EINVAL, "read the iSCSI boot firmware table", fault);
		return NULL;
	}
	/* Offsets have 16 bits: a table can be no longer. */
	if (little_16(table->bytes + 4) < table->length)
		table->length = little_16(table->bytes + 4);
	control = find_structure(table, TABLE_HEADER_BYTES, CONTROL, FIRST_OFFSET + 2);
	if (!control)
		refuse(EINVAL, "read the iSCSI boot firmware table's control structure", fault);
	return control;
}

int ibft_parse(const uint8_t *bytes, size_t length, struct ibft *ibft, struct fault *fault)
{
	struct table table = { bytes, length };
	const uint8_t *control = open_table(&table, fault), *initiator;

	memset(ibft, 0, sizeof(*ibft));
	if (!control)
		return -fault->error;
	initiator = find_structure(&table, little_16(control + FIRST_OFFSET), INITIATOR, 74);
	if (initiator && !take_text(&table, initiator + 70, ibft->initiator, ISCSI_NAME_BYTES))
		ibft->initiator[0] = '\0';
	/* Behind the initiator's, offsets of NICs and targets take turns; 0 is none. */
	for (size_t at = FIRST_OFFSET + 4; at + 2 <= little_16(control + 2); at += 4)
		add_target(&table, little_16(control + at), ibft);
	return ibft->count
		       ? 0
		       : refuse(ENODATA, "find a target in the iSCSI boot firmware table", fault);
}

/* --- network interfaces -------------------------------------------------------------------------
 */

static void add_dns(const uint8_t *bytes, struct ibft_nic *nic)
{
	uint32_t address;

	if (take_ipv4(bytes, &address) && address)
		nic->dns[nic->dns[0] != 0] = address;
}

static void take_nic(const uint8_t *structure, struct ibft_nic *nic)
{
	static const uint8_t none[16];

	memset(nic, 0, sizeof(*nic));
	if (!take_ipv4(structure + 6, &nic->address))
		nic->address = 0;
	nic->prefix_bits = structure[22] <= 32 ? structure[22] : 0;
	nic->dhcp = structure[23] == ORIGIN_DHCP || memcmp(structure + 72, none, 16) != 0;
	if (!take_ipv4(structure + 24, &nic->gateway))
		nic->gateway = 0;
	add_dns(structure + 40, nic);
	add_dns(structure + 56, nic);
	nic->vlan = little_16(structure + 88) & 0xfff; /* above it, 802.1Q's priority */
	if (nic->vlan == 0xfff)
		nic->vlan = 0; /* reserved by 802.1Q */
	memcpy(nic->mac, structure + 90, sizeof(nic->mac));
}

int ibft_parse_nics(const uint8_t *bytes, size_t length, struct ibft_nics *nics,
		    struct fault *fault)
{
	struct table table = { bytes, length };
	const uint8_t *control = open_table(&table, fault);

	memset(nics, 0, sizeof(*nics));
	if (!control)
		return -fault->error;
	for (size_t at = FIRST_OFFSET + 2; at + 2 <= little_16(control + 2); at += 4) {
		const uint8_t *structure =
			find_structure(&table, little_16(control + at), NIC, NIC_BYTES);

		if (structure && nics->count < IBFT_NICS_MAX)
			take_nic(structure, &nics->nic[nics->count++]);
	}
	return 0;
}

/* Addresses that are 0 leave their field empty. */
static const char *field(uint32_t address, char text[static IPV4_TEXT_BYTES])
{
	text[0] = '\0';
	return address ? value_ipv4_text(address, text) : text;
}

static int write_static(const struct ibft_nic *nic, const char *device, char *text, size_t size)
{
	char address[IPV4_TEXT_BYTES], gateway[IPV4_TEXT_BYTES], bits[4] = "";
	char dns[2][IPV4_TEXT_BYTES];

	if (nic->prefix_bits)
		snprintf(bits, sizeof(bits), "%u", nic->prefix_bits);
	return snprintf(text, size, "ip=%s::%s:%s::%s:none:%s:%s\n", field(nic->address, address),
			field(nic->gateway, gateway), bits, device, field(nic->dns[0], dns[0]),
			field(nic->dns[1], dns[1]));
}

static int write_nic(const struct ibft_nic *nic, unsigned int index, char *text, size_t size)
{
	char mac[MAC_TEXT_BYTES], device[24];
	int used = 0, more;

	strcpy(device, value_mac_dashes(nic->mac, mac));
	if (nic->vlan) {
		snprintf(device, sizeof(device), "ibft%u.%u", index, nic->vlan);
		used = snprintf(text, size, "vlan=%s:%s\n", device, mac);
		if ((size_t)used >= size)
			return used;
	}
	more = nic->dhcp ? snprintf(text + used, size - (size_t)used, "ip=%s:dhcp\n", device)
			 : write_static(nic, device, text + used, size - (size_t)used);
	return used + more;
}

size_t ibft_words(const struct ibft_nics *nics, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < nics->count; i++) {
		int more;

		if (!nics->nic[i].dhcp && !nics->nic[i].address)
			continue;
		more = write_nic(&nics->nic[i], i, text + used, size - used);
		if ((size_t)more >= size - used)
			return 0;
		used += (size_t)more;
	}
	return used;
}
