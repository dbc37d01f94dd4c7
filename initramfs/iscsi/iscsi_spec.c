// SPDX-License-Identifier: GPL-2.0-only
/* Where an iSCSI root is, in every spelling in use; iscsi_spec.h has the contract. */
#include "iscsi_spec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../value.h"

static const char forms[] = "give iscsi:SERVER:[6]:[PORT]:[LUN]:TARGET";

/* Take the text up to the next @separator, which must be there. Returns NULL when it is not. */
static const char *take_field(const char *text, char separator, char *to, size_t to_bytes)
{
	const char *end = strchr(text, separator);

	return end && value_copy(to, to_bytes, text, (size_t)(end - text)) ? end + 1 : NULL;
}

/* USER:SECRET or USER:SECRET:USER:SECRET, @length bytes. */
static bool take_accounts(const char *text, size_t length, struct iscsi_target *target)
{
	char *const fields[] = { target->initiator.user, target->initiator.secret,
				 target->target.user, target->target.secret };
	const char *end = text + length;
	size_t count = 0;

	for (;;) {
		const char *colon = memchr(text, ':', (size_t)(end - text));
		const char *stop = colon ? colon : end;

		if (count == 4 ||
		    !value_copy(fields[count++], ISCSI_SECRET_BYTES, text, (size_t)(stop - text)))
			return false;
		if (!colon)
			return count % 2 == 0;
		text = colon + 1;
	}
}

/* Groups of one to four hexadecimal digits are the levels of the LUN, the highest first. */
static bool parse_lun(const char *text, uint64_t *lun)
{
	uint64_t sum = 0;
	int level = 0;

	*lun = 0;
	if (!*text)
		return true;
	for (;;) {
		uint64_t group = 0;
		int digits = 0;

		for (; value_hex_digit(*text) >= 0; text++, digits++)
			group = group << 4 | (uint64_t)value_hex_digit(*text);
		if (digits < 1 || digits > 4 || level == 4)
			return false;
		sum |= group << (16 * level++);
		if (!*text)
			break;
		if (*text++ != '-')
			return false;
	}
	*lun = sum;
	return true;
}

/* Section 4.2.7.1 of RFC 7143, in ASCII: names are lower case, but targets take both. */
static bool is_name(const char *name)
{
	size_t length = strlen(name);

	if (!length || length >= ISCSI_NAME_BYTES)
		return false;
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || *name == '=' || *name == ',')
			return false;
	return true;
}

/* Where the target's name begins: behind the first colon that one of the RFC's types follows. */
static const char *find_name(const char *text)
{
	static const char *const types[] = { ":iqn.", ":eui.", ":naa." };
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const char *found = strstr(text, types[i]);

		if (found && (!first || found < first))
			first = found;
	}
	return first ? first + 1 : NULL;
}

/*
 * "[[INTERFACE]:[NIC]:][LUN]:TARGET". What stands before the LUN names an interface of open-iscsi,
 * which has no meaning here: the way to the target is the routes'.
 */
static bool take_lun_and_name(const char *text, struct iscsi_target *target)
{
	const char *name = find_name(text), *lun = text;
	char field[32];
	int colons = 0;

	if (!name) /* none of the RFC's types: RFC 4173 has exactly one field before it */
		name = strchr(text, ':') ? strchr(text, ':') + 1 : NULL;
	if (!name || !is_name(name))
		return false;
	for (const char *c = text; c < name - 1; c++) {
		if (*c != ':')
			continue;
		lun = c + 1;
		colons++;
	}
	strcpy(target->name, name);
	return colons <= 2 && value_copy(field, sizeof(field), lun, (size_t)(name - 1 - lun)) &&
	       parse_lun(field, &target->lun);
}

static const char *take_server(const char *text, struct iscsi_target *target)
{
	uint32_t address;

	if (*text == '[') {
		target->ipv6 = true;
		text = take_field(text + 1, ']', target->server, sizeof(target->server));
		if (!text || *text != ':' || !target->server[0] ||
		    target->server[strspn(target->server, "0123456789abcdefABCDEF:.%")])
			return NULL;
		return text + 1;
	}
	text = take_field(text, ':', target->server, sizeof(target->server));
	if (!text || (target->server[0] && !value_ipv4(target->server, &address) &&
		      !value_host_name(target->server, DNS_NAME_LENGTH)))
		return NULL;
	return text;
}

int iscsi_target_parse(const char *text, struct iscsi_target *target, struct fault *fault)
{
	/* Only a secret can hold '@': no server and no name of a target does. */
	const char *at = strrchr(text, '@'), *place = at ? at + 1 : text, *rest;
	char protocol[8], port_text[8];
	uint32_t port = ISCSI_PORT;

	memset(target, 0, sizeof(*target));
	if (at && !take_accounts(text, (size_t)(at - text), target))
		return value_refuse(fault, "iSCSI accounts before", place,
				    "give USER:SECRET@ or USER:SECRET:USER:SECRET@");
	rest = take_server(place, target);
	if (!rest)
		return value_refuse(fault, "iSCSI server in", place, forms);
	rest = take_field(rest, ':', protocol, sizeof(protocol));
	if (!rest)
		return value_refuse(fault, "iSCSI target", place, forms);
	if (protocol[0] && strcmp(protocol, "6") != 0 && strcmp(protocol, "tcp") != 0)
		return value_refuse(fault, "iSCSI protocol in", place,
				    "only TCP is defined: give 6, or leave it empty");
	rest = take_field(rest, ':', port_text, sizeof(port_text));
	if (!rest || (port_text[0] && (!value_number(port_text, UINT16_MAX, &port) || !port)))
		return value_refuse(fault, "iSCSI port in", place, forms);
	target->port = (uint16_t)port;
	if (!take_lun_and_name(rest, target))
		return value_refuse(
			fault, "LUN or iSCSI target in", place,
			"the LUN is hexadecimal, the target iqn., eui. or naa. something");
	return 0;
}

bool iscsi_target_move(struct iscsi_target *target, const char *address)
{
	struct iscsi_target moved = *target;
	char text[ISCSI_ADDRESS_BYTES + 1];
	const char *rest;
	uint32_t port = ISCSI_PORT;

	if (!value_copy(text, sizeof(text) - 1, address, strcspn(address, ",")))
		return false;
	strcat(text, ":"); /* behind the port, or behind a server without one */
	moved.ipv6 = false;
	rest = take_server(text, &moved);
	if (!rest || !moved.server[0])
		return false;
	if (*rest) {
		text[strlen(text) - 1] = '\0';
		if (!value_number(rest, UINT16_MAX, &port) || !port)
			return false;
	}
	moved.port = (uint16_t)port;
	*target = moved;
	return true;
}

/* --- words --------------------------------------------------------------------------------------
 */

/* One source while its words are taken in. */
struct source {
	struct iscsi_spec *spec;
	bool replaced; /* the targets of lower sources are gone */
	struct fault *fault;
	int error; /* of the first malformed word */
};

typedef int word_taker(struct source *source, const char *value, struct fault *fault);

static int add_target(struct source *source, const char *text, struct fault *fault)
{
	struct iscsi_spec *spec = source->spec;
	struct iscsi_target target;
	int error = iscsi_target_parse(text, &target, fault);

	if (error)
		return error;
	if (spec->count == ISCSI_TARGETS_MAX)
		return value_refuse(fault, "iSCSI target", target.name, "at most 8 can be given");
	spec->targets[spec->count++] = target;
	return 0;
}

static void replace_targets(struct source *source)
{
	if (!source->replaced)
		source->spec->count = 0;
	source->replaced = true;
}

static bool is_prefixed(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static int take_netroot(struct source *source, const char *value, struct fault *fault)
{
	if (!is_prefixed(value, "iscsi:") || !value[strlen("iscsi:")])
		return 0; /* a bare "iscsi": rd.iscsi.* or the lease say the rest */
	replace_targets(source);
	return add_target(source, value + strlen("iscsi:"), fault);
}

static int take_root(struct source *source, const char *value, struct fault *fault)
{
	struct iscsi_spec *spec = source->spec;

	spec->root[0] = '\0';
	if (strcmp(value, "/dev/nfs") == 0 || strcmp(value, "/dev/root") == 0)
		return 0;
	if (value_names_volume(value) &&
	    !value_copy(spec->root, sizeof(spec->root), value, strlen(value)))
		return value_refuse(fault, "root", value, "it is too long");
	return take_netroot(source, value, fault);
}

static int take_overlay(struct source *source, const char *value, struct fault *fault)
{
	char *overlay = source->spec->overlay;

	overlay[0] = '\0';
	if (value_names_volume(value) &&
	    !value_copy(overlay, sizeof(source->spec->overlay), value, strlen(value)))
		return value_refuse(fault, "overlay", value, "it is too long");
	return 0;
}

static int take_root_type(struct source *source, const char *value, struct fault *fault)
{
	if (!value_copy(source->spec->type, sizeof(source->spec->type), value, strlen(value)))
		return value_refuse(fault, "file system", value, "give ext4, xfs or btrfs");
	return 0;
}

static int take_initiator(struct source *source, const char *value, struct fault *fault)
{
	if (!is_name(value))
		return value_refuse(fault, "initiator name", value,
				    "give a name such as iqn.2026-11.org.example:node1");
	strcpy(source->spec->initiator, value);
	return 0;
}

static int take_target_name(struct source *source, const char *value, struct fault *fault)
{
	if (!is_name(value))
		return value_refuse(fault, "target name", value,
				    "give a name such as iqn.2026-11.org.example:disk1");
	strcpy(source->spec->common.name, value);
	return 0;
}

static int take_target_address(struct source *source, const char *value, struct fault *fault)
{
	struct iscsi_target *common = &source->spec->common;
	char text[sizeof(common->server) + 1];

	snprintf(text, sizeof(text), "%s:", value);
	common->ipv6 = false;
	if (!*value || !take_server(text, common))
		return value_refuse(fault, "iSCSI server", value, "give an address or a name");
	return 0;
}

static int take_target_port(struct source *source, const char *value, struct fault *fault)
{
	uint32_t port;

	if (!value_number(value, UINT16_MAX, &port) || !port)
		return value_refuse(fault, "port", value, "give 1 to 65535");
	source->spec->common.port = (uint16_t)port;
	return 0;
}

static int take_firmware(struct source *source, const char *value, struct fault *fault)
{
	if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
		return value_refuse(fault, "value", value, "give rd.iscsi.firmware=1 or =0");
	source->spec->firmware = *value == '1';
	return 0;
}

static int take_secret(const char *what, const char *value, char *to, struct fault *fault)
{
	if (!value_copy(to, ISCSI_SECRET_BYTES, value, strlen(value)))
		return value_refuse(fault, what, "(not shown)", "it is longer than 255 bytes");
	return 0;
}

static int take_user(struct source *source, const char *value, struct fault *fault)
{
	return take_secret("user name", value, source->spec->common.initiator.user, fault);
}

static int take_password(struct source *source, const char *value, struct fault *fault)
{
	return take_secret("password", value, source->spec->common.initiator.secret, fault);
}

static int take_in_user(struct source *source, const char *value, struct fault *fault)
{
	return take_secret("user name", value, source->spec->common.target.user, fault);
}

static int take_in_password(struct source *source, const char *value, struct fault *fault)
{
	return take_secret("password", value, source->spec->common.target.secret, fault);
}

/* Of @length bytes, as open-iscsi writes them; 0: none is called so. */
static enum chap_algorithm find_chap_algorithm(const char *name, size_t length)
{
	static const struct {
		const char *name;
		enum chap_algorithm algorithm;
	} names[] = {
		{ "MD5", CHAP_MD5 },
		{ "SHA1", CHAP_SHA1 },
		{ "SHA256", CHAP_SHA256 },
		{ "SHA3-256", CHAP_SHA3_256 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == length && memcmp(names[i].name, name, length) == 0)
			return names[i].algorithm;
	return 0;
}

/* Returns false, and @spec as it was, for what is no list of different algorithms. */
static bool parse_chap_list(const char *list, struct iscsi_spec *spec)
{
	enum chap_algorithm order[CHAP_ALGORITHMS] = { 0 };
	const char *at = list;

	for (size_t count = 0;; count++) {
		size_t length = strcspn(at, ",");
		enum chap_algorithm algorithm = find_chap_algorithm(at, length);

		if (!algorithm || count == CHAP_ALGORITHMS)
			return false;
		for (size_t i = 0; i < count; i++)
			if (order[i] == algorithm)
				return false;
		order[count] = algorithm;
		if (!at[length])
			break;
		at += length + 1;
	}
	memcpy(spec->chap_order, order, sizeof(order));
	strcpy(spec->chap_list, list); /* four different names: this fits */
	return true;
}

/* Open-iscsi's names of settings; those that a root cannot have otherwise are left out. */
static int take_param(struct source *source, const char *value, struct fault *fault)
{
	static const char header[] = "node.conn[0].iscsi.HeaderDigest=";
	static const char data[] = "node.conn[0].iscsi.DataDigest=";
	static const char chap[] = "node.session.auth.chap_algs=";
	bool wanted = strstr(value, "=CRC32C") != NULL;

	if (is_prefixed(value, header))
		source->spec->header_digest = wanted;
	else if (is_prefixed(value, data))
		source->spec->data_digest = wanted;
	else if (!is_prefixed(value, chap))
		return value_refuse(fault, "setting", value,
				    "only node.conn[0].iscsi.HeaderDigest and .DataDigest and "
				    "node.session.auth.chap_algs can be chosen");
	else if (!parse_chap_list(value + strlen(chap), source->spec))
		return value_refuse(fault, "CHAP digests", value,
				    "give MD5, SHA1, SHA256 or SHA3-256, or several with commas "
				    "between, each once");
	return 0;
}

static const struct {
	const char *name;
	word_taker *take;
} rules[] = {
	{ "root", take_root },
	{ "netroot", take_netroot },
	{ "rootfstype", take_root_type },
	{ "wireroot.overlay", take_overlay },
	{ "rd.iscsi.initiator", take_initiator },
	{ "rd.iscsi.target.name", take_target_name },
	{ "rd.iscsi.target.ip", take_target_address },
	{ "rd.iscsi.target.port", take_target_port },
	{ "rd.iscsi.firmware", take_firmware },
	{ "rd.iscsi.username", take_user },
	{ "rd.iscsi.password", take_password },
	{ "rd.iscsi.in.username", take_in_user },
	{ "rd.iscsi.in.password", take_in_password },
	{ "rd.iscsi.param", take_param },
};

static void take_word(struct source *source, const char *word)
{
	size_t length = strcspn(word, "=");
	struct fault fault = { 0 };

	/* Only one word means something without a value. */
	if (strcmp(word, "rd.iscsi.firmware") == 0)
		source->spec->firmware = true;
	for (size_t i = 0; word[length] && i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strlen(rules[i].name) != length || memcmp(rules[i].name, word, length) != 0)
			continue;
		if (rules[i].take(source, word + length + 1, &fault) < 0 && !source->error) {
			source->error = -EINVAL;
			*source->fault = fault;
		}
	}
}

int iscsi_spec_apply(struct iscsi_spec *spec, const struct words *words, struct fault *fault)
{
	struct source source = { .spec = spec, .fault = fault };

	for (unsigned int i = 0; i < words->count; i++)
		take_word(&source, words->word[i]);
	if (source.error)
		spec->count = 0;
	return source.error;
}

static void override_account(struct iscsi_account *account, const struct iscsi_account *common)
{
	if (common->user[0] || common->secret[0])
		*account = *common;
}

/* What rd.iscsi.* say outranks the target's string, as in dracut. */
static void override_target(struct iscsi_target *target, const struct iscsi_target *common)
{
	if (common->name[0])
		strcpy(target->name, common->name);
	if (common->server[0]) {
		strcpy(target->server, common->server);
		target->ipv6 = common->ipv6;
	}
	if (common->port)
		target->port = common->port;
	override_account(&target->initiator, &common->initiator);
	override_account(&target->target, &common->target);
}

static int take_root_path(struct iscsi_spec *spec, const char *root_path, struct fault *fault)
{
	struct fault reason = { 0 };

	if (!is_prefixed(root_path, "iscsi:"))
		return 0;
	if (iscsi_target_parse(root_path + strlen("iscsi:"), &spec->targets[0], &reason) < 0)
		return fault_set(fault, EINVAL, "read the DHCP server's root-path", reason.peer,
				 reason.hint);
	spec->count = 1;
	return 0;
}

static bool is_whole(const struct iscsi_account *account)
{
	return !account->user[0] == !account->secret[0];
}

/* What is wrong with the target's accounts, or NULL. None of it may pass for "no CHAP". */
static const char *accounts_mistake(const struct iscsi_target *target)
{
	const struct iscsi_account *own = &target->initiator, *its = &target->target;
	unsigned int given = !!own->secret[0] + !!its->secret[0];

	if (!is_whole(own) || !is_whole(its))
		return "give each account's user name and secret, or neither";
	if (given < target->chap)
		return "the firmware says that CHAP is used, but has no secret: set it there";
	if (its->secret[0] && !own->secret[0])
		return "a target proves itself only to whom has an account of his own: give "
		       "rd.iscsi.username= and rd.iscsi.password=";
	/* RFC 7143 section 9.2.1: else a target could have its challenge answered by itself. */
	if (own->secret[0] && strcmp(own->secret, its->secret) == 0)
		return "node and target have the same secret, which RFC 7143 forbids: give one of "
		       "them another";
	return NULL;
}

static int check_accounts(const struct iscsi_target *target, struct fault *fault)
{
	const char *mistake = accounts_mistake(target);

	return mistake ? fault_set(fault, EINVAL, "read the CHAP accounts for iSCSI target",
				   target->name, mistake)
		       : 0;
}

int iscsi_spec_complete(struct iscsi_spec *spec, const char *root_path, struct fault *fault)
{
	int error;

	if (!spec->count && spec->common.name[0]) {
		spec->targets[0] = (struct iscsi_target){ .port = ISCSI_PORT };
		spec->count = 1;
	} else if (!spec->count) {
		error = take_root_path(spec, root_path, fault);
		if (error)
			return error;
	}
	if (!spec->count)
		return fault_set(fault, ENODATA, "find out where the iSCSI root is", "",
				 "give netroot=iscsi:SERVER::::TARGET, rd.iscsi.target.name= and "
				 ".ip=, or a root-path in DHCP");
	for (unsigned int i = 0; i < spec->count; i++) {
		override_target(&spec->targets[i], &spec->common);
		if (!spec->targets[i].server[0])
			return fault_set(fault, ENODATA, "find the iSCSI server",
					 spec->targets[i].name,
					 "give it in netroot=iscsi:SERVER::::TARGET or "
					 "rd.iscsi.target.ip=");
		error = check_accounts(&spec->targets[i], fault);
		if (error)
			return error;
	}
	return 0;
}
