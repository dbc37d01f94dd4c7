/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of one source after the other, taken into struct params; params.h has the contract. */
#include "params.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

/* A day; in milliseconds it still fits in 32 bits with room for sums. */
#define TIMEOUT_MAX_S 86400

/* One source while its words are taken in. */
struct source {
	struct params *params;
	/* The last words of each kind; the root is settled once all of them are known. */
	const char *root, *netroot, *nfsroot;
	/* Whether the words of this kind from lower sources were thrown away already. */
	bool replaced_ip, replaced_vlan, replaced_dns;
	struct fault *fault; /* of the first malformed word */
};

/* What takes a value in: NULL when the word has no "=". Returns 0, or negative with @fault. */
typedef int (*take_function)(struct source *source, const char *value, struct fault *fault);

struct rule {
	const char *name;
	bool bare; /* may stand without a value */
	take_function take;
};

/* Keep @fault as that of the malformed @word. */
static void note_fault(struct source *source, const char *word, const struct fault *fault)
{
	struct params *params = source->params;
	struct fault *kept;

	if (params->malformed_count == PARAMS_MALFORMED_MAX) {
		params->malformed_more++;
		return;
	}
	kept = &params->malformed[params->malformed_count++];
	*kept = *fault;
	snprintf(kept->doing, sizeof(kept->doing), "read parameter %s", word);
	*source->fault = params->malformed[0];
}

/* Copy a value that has to be plain text of less than @to_bytes. */
static int take_text(const char *what, const char *value, char *to, size_t to_bytes,
		     struct fault *fault)
{
	if (strlen(value) >= to_bytes)
		return value_refuse(fault, what, value, "it is too long");
	if (!value_plain(value))
		return value_refuse(fault, what, value, "it holds a control character");
	strcpy(to, value);
	return 0;
}

static int take_ip(struct source *source, const char *value, struct fault *fault)
{
	struct params *params = source->params;
	struct ip_param ip;
	unsigned int i;
	bool firmware = !strcmp(value, "ibft");
	int rc = firmware ? 0 : ip_param_parse(value, &ip, fault);

	if (rc)
		return rc;
	if (!source->replaced_ip)
		params->ip_count = 0;
	source->replaced_ip = true;
	if (firmware) {
		params->firmware_network = true;
		return 0;
	}
	for (i = 0; i < params->ip_count; i++)
		if (!strcmp(params->ip[i].interface, ip.interface) &&
		    !memcmp(params->ip[i].mac, ip.mac, sizeof(ip.mac)))
			break;
	if (i == PARAMS_IP_MAX)
		return value_refuse(fault, "interface", ip.interface, "at most 8 can have an ip=");
	params->ip[i] = ip;
	if (i == params->ip_count)
		params->ip_count++;
	return 0;
}

/* Add @vlan, or put it in the place of one with the same name. */
static int add_vlan(struct params *params, const struct vlan_param *vlan, struct fault *fault)
{
	unsigned int i;

	for (i = 0; i < params->vlan_count; i++)
		if (!strcmp(params->vlan[i].name, vlan->name))
			break;
	if (i == PARAMS_VLAN_MAX)
		return value_refuse(fault, "VLAN", vlan->name, "at most 8 can be given");
	params->vlan[i] = *vlan;
	if (i == params->vlan_count)
		params->vlan_count++;
	return 0;
}

static int take_vlan(struct source *source, const char *value, struct fault *fault)
{
	struct vlan_param vlan;
	int rc = vlan_param_parse(value, &vlan, fault);

	if (rc)
		return rc;
	if (!source->replaced_vlan)
		source->params->vlan_count = 0;
	source->replaced_vlan = true;
	return add_vlan(source->params, &vlan, fault);
}

static int take_nameserver(struct source *source, const char *value, struct fault *fault)
{
	uint32_t *dns = source->params->dns;
	uint32_t address;
	unsigned int i = 0;

	if (!value_ipv4(value, &address) || !address)
		return value_refuse(fault, "DNS server", value,
				    "give an IPv4 address such as 10.0.0.1");
	if (!source->replaced_dns)
		memset(dns, 0, sizeof(source->params->dns));
	source->replaced_dns = true;
	while (i < LEASE_SERVERS_MAX && dns[i] && dns[i] != address)
		i++;
	if (i == LEASE_SERVERS_MAX)
		return value_refuse(fault, "DNS server", value, "at most 4 can be given");
	dns[i] = address;
	return 0;
}

static int take_bootif(struct source *source, const char *value, struct fault *fault)
{
	uint8_t mac[6];
	int rc = bootif_parse(value, mac, fault);

	if (rc)
		return rc;
	memcpy(source->params->bootif, mac, sizeof(mac));
	source->params->has_bootif = true;
	return 0;
}

static int take_root(struct source *source, const char *value, struct fault *fault)
{
	(void)fault;
	source->root = value;
	return 0;
}

static int take_netroot(struct source *source, const char *value, struct fault *fault)
{
	(void)fault;
	source->netroot = value;
	return 0;
}

static int take_nfsroot(struct source *source, const char *value, struct fault *fault)
{
	(void)fault;
	source->nfsroot = value;
	return 0;
}

/* Types of other roots are not refused: root= itself says what it is. */
static int take_root_type(struct source *source, const char *value, struct fault *fault)
{
	(void)fault;
	source->params->root_type_version = strcmp(value, "nfs4") ? NFS_ANY : NFS_4_ANY;
	return 0;
}

static int take_root_flags(struct source *source, const char *value, struct fault *fault)
{
	struct params *params = source->params;
	struct root_spec flags = { 0 };
	int rc = root_spec_add_options(&flags, value, fault);

	if (rc)
		return rc;
	memcpy(params->root_flags, flags.options, sizeof(params->root_flags));
	params->root_flags_version = flags.version;
	return 0;
}

static int take_firmware(struct source *source, const char *value, struct fault *fault)
{
	(void)fault; /* whoever reads the targets from the table says what is wrong */
	source->params->firmware_network = !value || !strcmp(value, "1");
	return 0;
}

static int take_ro(struct source *source, const char *value, struct fault *fault)
{
	(void)value;
	(void)fault;
	source->params->read_write = false;
	return 0;
}

static int take_rw(struct source *source, const char *value, struct fault *fault)
{
	(void)value;
	(void)fault;
	source->params->read_write = true;
	return 0;
}

static int take_init(struct source *source, const char *value, struct fault *fault)
{
	if (*value && *value != '/')
		return value_refuse(fault, "path", value, "give one that begins with '/'");
	return take_text("path", value, source->params->init, sizeof(source->params->init), fault);
}

/* Add names parted by commas to the blacklist, spelled with '_'. */
static int take_blacklist(struct source *source, const char *value, struct fault *fault)
{
	char *list = source->params->blacklist;
	size_t used = strlen(list);
	size_t comma = used && *value;

	if (used + comma + strlen(value) >= sizeof(source->params->blacklist))
		return value_refuse(fault, "modules", value, "all lists together have 255 bytes");
	if (comma)
		list[used++] = ',';
	for (; *value; value++)
		list[used++] = *value == '-' ? '_' : *value;
	list[used] = '\0';
	return 0;
}

static int take_host_name(struct source *source, const char *value, struct fault *fault)
{
	if (!value_host_name(value, HOST_NAME_LENGTH))
		return value_refuse(fault, "host name", value,
				    "give letters, digits, '-' and '.', 64 at most");
	strcpy(source->params->host_name, value);
	source->params->host_name_given = true;
	return 0;
}

/* A size as tmpfs reads it: a number over 0 with k, m or g or without, or 1% to 100%. */
static bool is_tmpfs_size(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	char number[16];
	uint32_t value;

	if (!digits || digits >= sizeof(number))
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	/* To tmpfs, 0 means no limit at all. */
	if (!number[strspn(number, "0")])
		return false;
	text += digits;
	if (!strcmp(text, "%"))
		return value_number(number, 100, &value);
	return !*text || (strchr("kKmMgG", *text) && !text[1]);
}

static int take_overlay(struct source *source, const char *value, struct fault *fault)
{
	struct params *params = source->params;
	bool on_disk = value_names_volume(value);
	const char *size = "";

	if (!strncmp(value, "tmpfs:", 6)) {
		size = value + 6;
		if (strlen(size) >= sizeof(params->overlay_size) || !is_tmpfs_size(size))
			return value_refuse(fault, "size", size, "give 512m, 2g or 50%, say");
	} else if (strcmp(value, "tmpfs") && strcmp(value, "off") && !on_disk) {
		return value_refuse(fault, "overlay", value,
				    "give tmpfs, tmpfs:SIZE, LABEL=, UUID= or off");
	}
	params->overlay = strcmp(value, "off");
	params->overlay_on_disk = on_disk;
	strcpy(params->overlay_size, size);
	return 0;
}

static int take_discover(struct source *source, const char *value, struct fault *fault)
{
	char *discover = source->params->discover;

	return take_text("URL", value, discover, sizeof(source->params->discover), fault);
}

static int take_onfail(struct source *source, const char *value, struct fault *fault)
{
	static const char *const names[] = {
		[ONFAIL_RETRY] = "retry",
		[ONFAIL_REBOOT] = "reboot",
		[ONFAIL_SHELL] = "shell",
		[ONFAIL_POWEROFF] = "poweroff",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(value, names[i])) {
			source->params->onfail = (enum onfail)i;
			return 0;
		}
	}
	return value_refuse(fault, "policy", value, "give retry, reboot, shell or poweroff");
}

static int take_break(struct source *source, const char *value, struct fault *fault)
{
	int stage = stage_from_name(value);

	/* Before params nobody knows of a break, and lease begins while link is still going on. */
	if (stage < 0 || stage == STAGE_PARAMS || stage == STAGE_LEASE)
		return value_refuse(fault, "stage", value,
				    "give modules, link, root, overlay, handoff or switch_root");
	source->params->break_stage = (enum stage)stage;
	source->params->has_break = true;
	return 0;
}

static int take_report(struct source *source, const char *value, struct fault *fault)
{
	static const char form[] = "give ADDRESS[:PORT], as in 10.0.0.1:8017, or off";
	uint32_t address = 0, port = PARAMS_REPORT_PORT;
	const char *colon = strchr(value, ':');
	size_t length = colon ? (size_t)(colon - value) : strlen(value);
	char text[IPV4_TEXT_BYTES];

	if (length >= sizeof(text))
		return value_refuse(fault, "address", value, form);
	memcpy(text, value, length);
	text[length] = '\0';
	if (strcmp(value, "off") && (!value_ipv4(text, &address) || !address))
		return value_refuse(fault, "address", value, form);
	if (colon && (!value_number(colon + 1, UINT16_MAX, &port) || !port))
		return value_refuse(fault, "port", colon + 1, form);
	source->params->report_address = address;
	source->params->report_port = (uint16_t)port;
	return 0;
}

static int take_timeout(struct source *source, const char *value, struct fault *fault)
{
	uint32_t seconds;

	if (!value_number(value, TIMEOUT_MAX_S, &seconds))
		return value_refuse(fault, "seconds", value,
				    "give 1 to 86400, or 0 for the default");
	source->params->timeout_s = seconds;
	return 0;
}

static int take_debug(struct source *source, const char *value, struct fault *fault)
{
	if (value && strcmp(value, "0") && strcmp(value, "1"))
		return value_refuse(fault, "value", value, "give wireroot.debug, or =1 or =0");
	source->params->debug = !value || *value == '1';
	return 0;
}

static const struct rule rules[] = {
	{ "ip", false, take_ip },
	{ "vlan", false, take_vlan },
	{ "nameserver", false, take_nameserver },
	{ "BOOTIF", false, take_bootif },
	{ "root", false, take_root },
	{ "netroot", false, take_netroot },
	{ "nfsroot", false, take_nfsroot },
	{ "rootfstype", false, take_root_type },
	{ "rootflags", false, take_root_flags },
	{ "rd.iscsi.firmware", true, take_firmware },
	{ "ro", true, take_ro },
	{ "rw", true, take_rw },
	{ "init", false, take_init },
	{ "modprobe.blacklist", false, take_blacklist },
	{ "rd.driver.blacklist", false, take_blacklist },
	{ "wireroot.hostname", false, take_host_name },
	{ "wireroot.overlay", false, take_overlay },
	{ "wireroot.discover", false, take_discover },
	{ "wireroot.onfail", false, take_onfail },
	{ "wireroot.break", false, take_break },
	{ "wireroot.report", false, take_report },
	{ "wireroot.timeout", false, take_timeout },
	{ "wireroot.debug", true, take_debug },
};

static const struct rule *find_rule(const char *word, size_t name_length)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (strlen(rules[i].name) == name_length &&
		    !memcmp(rules[i].name, word, name_length))
			return &rules[i];
	return NULL;
}

static void note_unknown(struct params *params, const char *word)
{
	if (params->unknown_count < PARAMS_UNKNOWN_MAX)
		params->unknown[params->unknown_count++] = word;
	else
		params->unknown_more++;
}

static void take_word(struct source *source, const char *word)
{
	size_t name_length = strcspn(word, "=");
	const char *value = word[name_length] ? word + name_length + 1 : NULL;
	const struct rule *rule = find_rule(word, name_length);
	struct params *params = source->params;
	struct fault fault = { 0 };
	int rc;

	if (!rule) {
		if (!strncmp(word, "wireroot.swap", 13))
			params->swap = true;
		else if (!strncmp(word, "wireroot.", 9))
			note_unknown(params, word);
		return;
	}
	if (!value && !rule->bare)
		rc = value_refuse(&fault, "parameter", word, "it needs a value behind '='");
	else
		rc = rule->take(source, value, &fault);
	if (rc)
		note_fault(source, word, &fault);
}

/* Parse @value of one of the words of the root, called @name, into *@spec; NULL for an absent one.
 */
static int take_root_word(struct source *source, const char *name, const char *value,
			  struct root_spec *spec)
{
	struct fault fault = { 0 };
	int rc;

	if (!value)
		return 0;
	rc = root_spec_parse(value, !strcmp(name, "nfsroot"), spec, &fault);
	if (rc == -EINVAL)
		note_fault(source, value - strlen(name) - 1, &fault);
	return rc;
}

/*
 * Put root=, netroot= and nfsroot= of this source over *@spec. Returns the value that makes the
 * root unusable, or NULL.
 */
static const char *combine_root(struct source *source, struct root_spec *spec)
{
	const char *refused = NULL;

	if (take_root_word(source, "root", source->root, spec))
		refused = source->root;
	/* netroot=dhcp only says that the network is the place; a root= that says more stays. */
	if (source->netroot && (strcmp(source->netroot, "dhcp") || !spec->given))
		refused = take_root_word(source, "netroot", source->netroot, spec) ? source->netroot
										   : NULL;
	if (!refused && take_root_word(source, "nfsroot", source->nfsroot, spec))
		refused = source->nfsroot;
	return refused;
}

/*
 * Settle the root from this source's words and what lower ones said. A word that cannot be used
 * leaves no root at all: to fall back to a lower source, or to the lease, could boot another
 * system.
 */
static void settle_root(struct source *source)
{
	struct params *params = source->params;
	bool builds_on = !source->netroot && (!source->root || !strcmp(source->root, "/dev/nfs"));
	struct root_spec spec = { 0 };
	const char *refused;

	if (!source->root && !source->netroot && !source->nfsroot)
		return;
	if (builds_on) {
		spec = params->root;
		spec.version = params->root_version;
	}
	refused = combine_root(source, &spec);
	if (refused)
		memset(&spec, 0, sizeof(spec));
	params->root = spec;
	params->root_version = spec.version;
	if (refused && !*refused)
		refused = "(empty)";
	snprintf(params->root_unsupported, sizeof(params->root_unsupported), "%s",
		 refused ? refused : "");
}

static void settle_version(struct params *params)
{
	enum nfs_version version = params->root_version;

	if (params->root_flags_version != NFS_ANY)
		version = params->root_flags_version;
	else if (version == NFS_ANY)
		version = params->root_type_version;
	params->root.version = version;
}

/* Give every PARENT.ID interface of an ip= its VLAN, unless a vlan= says otherwise. */
static void settle_vlans(struct source *source)
{
	struct params *params = source->params;
	struct vlan_param vlan;
	unsigned int kept = 0;

	for (unsigned int i = 0; i < params->vlan_count; i++)
		if (!params->vlan[i].implied)
			params->vlan[kept++] = params->vlan[i];
	params->vlan_count = kept;
	for (unsigned int i = 0; i < params->ip_count; i++) {
		const char *interface = params->ip[i].interface;
		struct fault fault = { 0 };
		bool known = false;

		if (vlan_from_interface(interface, &vlan))
			continue;
		for (unsigned int j = 0; j < kept; j++)
			known |= !strcmp(params->vlan[j].name, interface);
		if (!known && add_vlan(params, &vlan, &fault))
			note_fault(source, interface, &fault);
	}
}

static void settle_host_name(struct params *params)
{
	if (params->host_name_given)
		return;
	params->host_name[0] = '\0';
	for (unsigned int i = 0; i < params->ip_count && !params->host_name[0]; i++)
		strcpy(params->host_name, params->ip[i].fixed.host_name);
}

void params_init(struct params *params)
{
	memset(params, 0, sizeof(*params));
	params->report_port = PARAMS_REPORT_PORT;
}

int params_apply(struct params *params, const struct words *words, struct fault *fault)
{
	struct source source = { .params = params, .fault = fault };

	params->malformed_count = params->malformed_more = 0;
	for (unsigned int i = 0; i < words->count; i++)
		take_word(&source, words->word[i]);
	settle_root(&source);
	settle_version(params);
	settle_vlans(&source);
	settle_host_name(params);
	return params->malformed_count ? -EINVAL : 0;
}

/* Put the addresses of @from, if there are any, into @to. */
static void override_addresses(uint32_t to[static LEASE_SERVERS_MAX],
			       const uint32_t from[static LEASE_SERVERS_MAX])
{
	if (from[0])
		memcpy(to, from, LEASE_SERVERS_MAX * sizeof(*to));
}

/* Make @gateway the only default route, in the place of those that a server gave. */
static void override_gateway(struct lease *lease, uint32_t gateway)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < lease->route_count; i++)
		if (lease->routes[i].prefix_bits)
			lease->routes[kept++] = lease->routes[i];
	if (kept == LEASE_ROUTES_MAX)
		kept--;
	lease->routes[kept] = (struct lease_route){ .gateway = gateway };
	lease->route_count = kept + 1;
}

/* Without a netmask there would be no network to reach a gateway in. */
static void settle_netmask(const struct ip_param *ip, struct lease *lease)
{
	if (ip && ip->fixed.netmask && ip->fixed.netmask != lease->netmask) {
		lease->netmask = ip->fixed.netmask;
		lease->broadcast = 0; /* belongs to the other netmask */
	}
	if (!lease->netmask && lease->address)
		lease->netmask = ip_netmask_of_class(lease->address);
}

void params_override_lease(const struct params *params, const struct ip_param *ip,
			   struct lease *lease)
{
	override_addresses(lease->dns, params->dns);
	settle_netmask(ip, lease);
	if (!ip)
		return;
	if (ip->fixed.route_count)
		override_gateway(lease, ip->fixed.routes[0].gateway);
	override_addresses(lease->dns, ip->fixed.dns);
	override_addresses(lease->ntp, ip->fixed.ntp);
	if (ip->fixed.next_server)
		lease->next_server = ip->fixed.next_server;
	if (ip->fixed.mtu)
		lease->mtu = ip->fixed.mtu;
}

/* The option in @word if it is for module @name, else NULL. */
static const char *option_for(const char *word, const char *name)
{
	for (; *name; name++, word++) {
		char a = *word == '-' ? '_' : *word;
		char b = *name == '-' ? '_' : *name;

		if (a != b)
			return NULL;
	}
	return word[0] == '.' && word[1] ? word + 1 : NULL;
}

int params_module_options(const struct words *words, const char *name, char *options,
			  unsigned int options_bytes)
{
	size_t used = 0;

	options[0] = '\0';
	for (unsigned int i = 0; i < words->count; i++) {
		const char *option = option_for(words->word[i], name);
		/* words_split() took the quotes off; quotes within a value are still there. */
		const char *quote =
			option && strpbrk(option, " \t") && !strchr(option, '"') ? "\"" : "";
		int length;

		if (!option)
			continue;
		length = snprintf(options + used, options_bytes - used, "%s%s%s%s", used ? " " : "",
				  quote, option, quote);
		if (length < 0 || (size_t)length >= options_bytes - used) {
			options[used] = '\0';
			return -E2BIG;
		}
		used += (size_t)length;
	}
	return 0;
}
