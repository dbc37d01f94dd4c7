/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the root file system is, in every spelling in use; root_spec.h has the contract. */
#include "root_spec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

static const char forms[] = "give [nfs:|nfs4:][SERVER:]/PATH[,OPTIONS]";
static const char no_ipv6[] = "IPv6 is not supported; give an IPv4 address or a DNS name";

struct version_name {
	char text[4];
	uint8_t version;
};

static const struct version_name version_names[] = {
	{ "3", NFS_3 },	    { "4", NFS_4_ANY }, { "4.0", NFS_4_0 },
	{ "4.1", NFS_4_1 }, { "4.2", NFS_4_2 },
};

/* What begins a root= of another kind, though it looks like SERVER:/PATH. */
static const char *const foreign_schemes[] = {
	"9p",	 "aoe",	 "block", "btrfs", "cifs", "fcoe", "file",    "ftp", "http",	 "https",
	"iscsi", "live", "mtd",	  "nbd",   "smb",  "tftp", "torrent", "ubi", "virtiofs", "zfs",
};

/* Append @text to the list @options, parted by a comma. */
static bool append_option(char *options, size_t options_bytes, const char *text, size_t length)
{
	size_t used = strlen(options);

	if (used && used + 1 < options_bytes)
		options[used++] = ',';
	return value_copy(options + used, options_bytes - used, text, length);
}

/* The version that @text spells, or -EINVAL. */
static int version_from_text(const char *text)
{
	for (size_t i = 0; i < sizeof(version_names) / sizeof(*version_names); i++)
		if (!strcmp(text, version_names[i].text))
			return version_names[i].version;
	return -EINVAL;
}

/* What @prefix is followed by in @option, or NULL. */
static const char *behind(const char *option, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(option, prefix, length) ? NULL : option + length;
}

/* The version that @option asks for, NFS_ANY when it is no such option, -EINVAL for an unknown
 * version. */
static int version_from_option(const char *option)
{
	const char *text = behind(option, "nfsvers=");

	if (!text)
		text = behind(option, "vers=");
	if (!text && option[0] == 'v' && option[1] >= '0' && option[1] <= '9')
		text = option + 1;
	if (text)
		return version_from_text(text);
	text = behind(option, "minorversion=");
	if (!text)
		return NFS_ANY;
	return *text >= '0' && *text <= '2' && !text[1] ? NFS_4_0 + (*text - '0') : -EINVAL;
}

/* Combine two statements about the version in one value: `nfs4:` and `minorversion=1`, say. */
static int combine_versions(enum nfs_version first, enum nfs_version second)
{
	if (first == second || second == NFS_ANY || (first >= NFS_4_0 && second == NFS_4_ANY))
		return first;
	if (first == NFS_ANY || (first == NFS_4_ANY && second >= NFS_4_0))
		return second;
	return -EINVAL;
}

/* Take in one option of @length bytes. */
static int take_option(const char *text, size_t length, struct root_spec *spec, struct fault *fault)
{
	char option[sizeof(spec->options)];
	int version;

	if (!value_copy(option, sizeof(option), text, length))
		return value_refuse(fault, "NFS options", text, "they are longer than 255 bytes");
	version = version_from_option(option);
	if (version < 0)
		return value_refuse(fault, "NFS version option", option,
				    "give vers=3, 4, 4.0, 4.1 or 4.2");
	if (version != NFS_ANY) {
		version = combine_versions(spec->version, (enum nfs_version)version);
		if (version < 0)
			return value_refuse(fault, "NFS version option", option,
					    "it contradicts another one; state one version");
		spec->version = (enum nfs_version)version;
		return 0;
	}
	if (!append_option(spec->options, sizeof(spec->options), option, length))
		return value_refuse(fault, "NFS options", text, "they are longer than 255 bytes");
	return 0;
}

/* Take in options parted by commas: a version becomes ->version, the others are appended. */
static int take_options(const char *text, struct root_spec *spec, struct fault *fault)
{
	if (!value_plain(text))
		return value_refuse(fault, "NFS options", text, "they hold a control character");
	while (*text) {
		size_t length = strcspn(text, ",");
		int rc = length ? take_option(text, length, spec, fault) : 0;

		if (rc)
			return rc;
		text += length;
		text += *text == ',';
	}
	return 0;
}

/* Take in `/PATH`, `/PATH,OPTIONS` or `/PATH:OPTIONS`. */
static int take_path(const char *text, struct root_spec *spec, struct fault *fault)
{
	size_t length = strcspn(text, ",:");

	if (!value_plain(text))
		return value_refuse(fault, "path", text, "it holds a control character");
	if (!value_copy(spec->path, sizeof(spec->path), text, length))
		return value_refuse(fault, "path", text, "it is longer than 255 bytes");
	return text[length] ? take_options(text + length + 1, spec, fault) : 0;
}

/* Is @server something that only an IPv6 address looks like? */
static bool looks_like_ipv6(const char *server, size_t length)
{
	return *server == '[' || memchr(server, ':', length);
}

/* Is @server made of digits and dots alone, so that it can only be meant as an IPv4 address? */
static bool looks_like_ipv4(const char *server, size_t length)
{
	return strspn(server, "0123456789.") >= length;
}

static int take_server(const char *server, size_t length, struct root_spec *spec,
		       struct fault *fault)
{
	uint32_t address;

	if (looks_like_ipv6(server, length))
		return value_refuse(fault, "NFS server in", server, no_ipv6);
	if (!value_copy(spec->server, sizeof(spec->server), server, length))
		return value_refuse(fault, "NFS server in", server, "a name has 253 bytes at most");
	if (looks_like_ipv4(server, length) ? value_ipv4(spec->server, &address) && address
					    : value_host_name(spec->server, DNS_NAME_LENGTH))
		return 0;
	return value_refuse(fault, "NFS server", spec->server,
			    "give an IPv4 address or a DNS name");
}

/* Take in `[SERVER:]/PATH…`. */
static int take_location(const char *text, struct root_spec *spec, struct fault *fault)
{
	const char *border;
	int rc;

	if (*text == '/')
		return take_path(text, spec, fault);
	border = strstr(text, ":/");
	if (!border)
		return value_refuse(fault, "NFS path in", text, forms);
	if (border > text) {
		rc = take_server(text, (size_t)(border - text), spec, fault);
		if (rc)
			return rc;
	}
	return take_path(border + 1, spec, fault);
}

/* What is behind `nfs:` or `nfs4:` (nothing behind a bare `nfs`), or NULL for another value. */
static const char *behind_scheme(const char *value, enum nfs_version *version)
{
	const char *rest = behind(value, "nfs");

	if (rest && *rest == '4') {
		*version = NFS_4_ANY;
		rest++;
	}
	if (!rest || (*rest && *rest != ':'))
		return NULL;
	return *rest ? rest + 1 : rest;
}

/* Can @value, which has no scheme, be meant as SERVER:/PATH? */
static bool looks_like_location(const char *value)
{
	const char *border = strstr(value, ":/");
	size_t length;

	if (!border || border == value)
		return false;
	length = (size_t)(border - value);
	for (size_t i = 0; i < sizeof(foreign_schemes) / sizeof(*foreign_schemes); i++)
		if (strlen(foreign_schemes[i]) == length &&
		    !strncmp(value, foreign_schemes[i], length))
			return false;
	if (*value == '[' || strspn(value, "0123456789abcdefABCDEF:") > length)
		return true;
	/* A '=' (LABEL=…), '/' or another colon (iscsi:…) makes it something else. */
	return strcspn(value, "/=:") == length;
}

/* Put what one value said, *@said, over what *@spec held. */
static void merge(struct root_spec *spec, const struct root_spec *said)
{
	spec->given = true;
	spec->from_dhcp = !said->path[0];
	memcpy(spec->path, said->path, sizeof(spec->path));
	memcpy(spec->options, said->options, sizeof(spec->options));
	if (said->server[0] || spec->from_dhcp)
		memcpy(spec->server, said->server, sizeof(spec->server));
	if (said->version != NFS_ANY)
		spec->version = said->version;
}

int root_spec_parse(const char *value, bool is_nfsroot, struct root_spec *spec, struct fault *fault)
{
	struct root_spec said = { 0 };
	const char *rest;
	int rc = 0;

	if (!*value)
		return value_refuse(fault, "root", value, forms);
	if (!strcmp(value, "/dev/nfs")) {
		spec->given = true;
		spec->from_dhcp = !spec->path[0];
		return 0;
	}
	if (!strcmp(value, "dhcp6"))
		return value_refuse(fault, "root", value, "IPv6 is not supported; give dhcp");
	rest = behind_scheme(value, &said.version);
	if (!strcmp(value, "dhcp") || (is_nfsroot && !strcmp(value, "auto")))
		rest = "";
	if (rest)
		rc = *rest ? take_location(rest, &said, fault) : 0;
	else if (is_nfsroot || looks_like_location(value))
		rc = take_location(value, &said, fault);
	else
		return -ENOENT;
	if (!rc)
		merge(spec, &said);
	return rc;
}

int root_spec_add_options(struct root_spec *spec, const char *options, struct fault *fault)
{
	struct root_spec sum = *spec;
	int rc;

	sum.version = NFS_ANY;
	rc = take_options(options, &sum, fault);
	if (rc)
		return rc;
	if (sum.version == NFS_ANY)
		sum.version = spec->version;
	*spec = sum;
	return 0;
}

/* Read the lease's root-path into *@told. */
static int read_root_path(const struct lease *lease, struct root_spec *told, struct fault *fault)
{
	static const char doing[] = "read the DHCP server's root-path";
	struct fault reason = { 0 };

	if (!lease->root_path[0])
		return fault_set(fault, ENODATA, "find the root's path", "",
				 "give root=nfs:SERVER:/PATH, or DHCP option 17 (root-path)");
	if (root_spec_parse(lease->root_path, true, told, &reason) < 0)
		return fault_set(fault, EINVAL, doing, reason.peer, reason.hint);
	if (!told->path[0])
		return fault_set(fault, EINVAL, doing, lease->root_path,
				 "it must hold a path that begins with '/'");
	return 0;
}

/* Take path, options and version from the root-path; what was explicit comes last and wins. */
static int take_root_path(const struct root_spec *told, struct root_spec *result,
			  struct fault *fault)
{
	struct root_spec sum = *told;
	int rc = root_spec_add_options(&sum, result->options, fault);

	if (rc)
		return rc;
	memcpy(result->path, sum.path, sizeof(result->path));
	memcpy(result->options, sum.options, sizeof(result->options));
	if (result->version == NFS_ANY)
		result->version = sum.version;
	return 0;
}

/* What %s stands for. A name from the network must not be able to climb out of the directory. */
static const char *client_name(const struct lease *lease, const char *host_name,
			       char text[static IPV4_TEXT_BYTES])
{
	if (host_name && *host_name && value_host_name(host_name, HOST_NAME_LENGTH))
		return host_name;
	if (value_host_name(lease->host_name, HOST_NAME_LENGTH))
		return lease->host_name;
	return value_ipv4_text(lease->address, text);
}

/* Replace every %s in ->path (nfsroot.rst). */
static int expand_path(struct root_spec *spec, const char *name, struct fault *fault)
{
	char expanded[sizeof(spec->path)];
	const char *from = spec->path;
	size_t used = 0;

	while (*from) {
		bool token = from[0] == '%' && from[1] == 's';
		const char *text = token ? name : from;
		size_t length = token ? strlen(name) : 1;

		if (!value_copy(expanded + used, sizeof(expanded) - used, text, length))
			return fault_set(fault, EINVAL, "put the host name into the root's path",
					 spec->path, "the path becomes longer than 255 bytes");
		used += length;
		from += token ? 2 : 1;
	}
	expanded[used] = '\0';
	memcpy(spec->path, expanded, used + 1);
	return 0;
}

int root_spec_complete(const struct root_spec *spec, const struct lease *lease,
		       const char *host_name, struct root_spec *result, struct fault *fault)
{
	char address[IPV4_TEXT_BYTES];
	struct root_spec told = { 0 };
	struct fault unused = { 0 };
	int rc;

	*result = *spec;
	result->given = true;
	if (!result->path[0] && behind(lease->root_path, "iscsi:"))
		result->iscsi = true;
	if (result->iscsi) {
		strcpy(result->server, "iSCSI"); /* for messages */
		return 0;
	}
	if (!result->path[0]) {
		rc = read_root_path(lease, &told, fault);
		if (!rc)
			rc = take_root_path(&told, result, fault);
		if (rc)
			return rc;
	} else if (!result->server[0]) {
		/* Only a server is wanted: a root-path of another kind is no fault then. */
		if (read_root_path(lease, &told, &unused))
			told.server[0] = '\0';
	}
	if (!result->server[0])
		memcpy(result->server, told.server, sizeof(result->server));
	if (!result->server[0] && lease->next_server)
		value_ipv4_text(lease->next_server, result->server);
	if (!result->server[0])
		return fault_set(fault, ENODATA, "find the NFS server", result->path,
				 "give root=nfs:SERVER:/PATH, a root-path with a server, or "
				 "next-server (siaddr) in DHCP");
	return expand_path(result, client_name(lease, host_name, address), fault);
}

const char *nfs_version_name(enum nfs_version version)
{
	switch (version) {
	case NFS_4_2:
		return "4.2";
	case NFS_4_1:
		return "4.1";
	case NFS_4_0:
		return "4.0";
	case NFS_3:
		return "3";
	default:
		return "4";
	}
}
