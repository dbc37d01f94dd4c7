// SPDX-License-Identifier: GPL-2.0-only
/* The words by which a node's init knows what to do; see node_words.h. */
#include "tools/generate/node_words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "initramfs/params.h"
#include "initramfs/value.h"
#include "tools/generate/node_offer.h"
#include "tools/memory/tokens.h"

/* What a node with one wired interface calls it: there is no udev in an initrd. */
#define TRUNK "eth0"

/* Room for mount options; the init takes 255 bytes. */
#define OPTIONS_BYTES 256

static int refuse(const struct cluster_node *node, const char *hint, struct fault *fault)
{
	return fault_set(fault, EINVAL, "write the words of node", node->name, hint);
}

void node_target_name(const struct cluster *cluster, const struct cluster_node *node,
		      char name[static TARGET_NAME_BYTES])
{
	snprintf(name, TARGET_NAME_BYTES, "%s:%s", cluster->iqn, node->name);
}

void node_initiator_name(const struct cluster *cluster, const struct cluster_node *node,
			 char name[static TARGET_NAME_BYTES])
{
	snprintf(name, TARGET_NAME_BYTES, "%s:initiator:%s", cluster->iqn, node->name);
}

const struct cluster_server *node_iscsi_server(const struct cluster *cluster,
					       const struct cluster_node *node)
{
	if (node->iscsi)
		return node->iscsi;
	if (node->server->roles & SERVER_ISCSI)
		return node->server;
	for (size_t i = 0; i < cluster->server_count; i++)
		if (cluster->servers[i].roles & SERVER_ISCSI)
			return &cluster->servers[i];
	return NULL;
}

/* ip= of a node that nobody gives an address but its definition. */
static int add_static(const struct cluster_node *node, const char *interface, char end,
		      struct text *text, struct fault *fault)
{
	const struct cluster_network *network = node->network;
	char address[IPV4_TEXT_BYTES], gateway[IPV4_TEXT_BYTES] = "", mask[IPV4_TEXT_BYTES];

	if (!node->address)
		return refuse(node, "its network has no DHCP server: it needs an address", fault);
	if (network->gateway)
		value_ipv4_text(network->gateway, gateway);
	text_printf(text, "ip=%s::%s:%s:%s:%s:none", value_ipv4_text(node->address, address),
		    gateway, value_ipv4_text(output_netmask(network), mask), node->name, interface);
	/* One form of ip= has room for the MTU, the other for a time server. */
	if (network->mtu)
		text_printf(text, ":%u", network->mtu);
	else if (network->ntp_count)
		text_printf(text, ":::%s", value_ipv4_text(network->ntp[0], address));
	text_add_bytes(text, &end, 1);
	for (size_t i = 0; i < network->dns_count; i++)
		text_printf(text, "nameserver=%s%c", value_ipv4_text(network->dns[i], address),
			    end);
	return 0;
}

static int add_network(const struct cluster_node *node, char end, struct text *text,
		       struct fault *fault)
{
	const struct cluster_network *network = node->network;
	char interface[INTERFACE_NAME_BYTES] = "";

	if (network->vlan) {
		snprintf(interface, sizeof(interface), TRUNK ".%u", network->vlan);
		text_printf(text, "vlan=%s:" TRUNK "%c", interface, end);
	}
	if (network->dhcp == DHCP_NONE)
		return add_static(node, interface, end, text, fault);
	if (network->vlan)
		text_printf(text, "ip=%s:dhcp%c", interface, end);
	else
		text_printf(text, "ip=dhcp%c", end);
	return 0;
}

static int add_nfs_root(const struct cluster_node *node, char end, struct text *text,
			struct fault *fault)
{
	const struct cluster_image *image = node->image;
	char address[IPV4_TEXT_BYTES];
	struct text options = { 0 };
	int error = output_check_path("path of an image", image->path, fault);

	if (error)
		return error;
	if (!image->server)
		return refuse(node, "its image is on no server that exports it", fault);
	if (node->nfs_version)
		text_printf(&options, "vers=%s%s", node->nfs_version,
			    node->mount_options.count ? "," : "");
	output_words(&options, &node->mount_options, ',');
	if (options.length >= OPTIONS_BYTES || strpbrk(text_string(&options), " \t\n:\"#"))
		error = refuse(node, "mount options are words without blanks, 255 bytes in all",
			       fault);
	text_printf(text, "root=nfs:%s:%s%s%s%c", value_ipv4_text(image->server->address, address),
		    image->path, options.length ? ":" : "", text_string(&options), end);
	text_free(&options);
	return error;
}

/* As dracut.cmdline(7) spells them. */
static void add_accounts(const struct target_offer *offer, char end, struct text *text)
{
	if (offer->in.user)
		text_printf(text, "rd.iscsi.username=%s%crd.iscsi.password=%s%c", offer->in.user,
			    end, offer->in.secret, end);
	if (offer->out.user)
		text_printf(text, "rd.iscsi.in.username=%s%crd.iscsi.in.password=%s%c",
			    offer->out.user, end, offer->out.secret, end);
}

/*
 * The form of RFC 4173 and dracut: server, protocol (TCP), port (3260), LUN, target. Words with the
 * same target are ways to one disk.
 */
static void add_portal(const struct iscsi_portal *portal, const char *target, char end,
		       struct text *text)
{
	char address[IPV4_TEXT_BYTES];

	text_printf(text, "netroot=iscsi:%s::", value_ipv4_text(portal->address, address));
	if (portal->port != ISCSI_PORTAL_PORT)
		text_printf(text, "%u", portal->port);
	text_printf(text, ":1:%s%c", target, end);
}

static int add_iscsi_root(const struct generator *generator, const struct cluster_node *node,
			  char end, struct text *text, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	const struct cluster_server *server = node_iscsi_server(cluster, node);
	struct node_offer offer;
	int error;

	if (!server || !cluster->iqn)
		return refuse(node, "root: iscsi needs an iqn and a server with the role iscsi",
			      fault);
	error = node_offer(cluster, generator->options->secrets, node, &offer, fault);
	if (error)
		return error;
	for (size_t i = 0; i < node->portal_count; i++)
		add_portal(&node->portals[i], offer.name, end, text);
	text_printf(text, "rd.iscsi.initiator=%s%c", offer.initiator, end);
	add_accounts(&offer.offer, end, text);
	return 0;
}

/* How it runs: what outranks nothing but the init's defaults. */
static void add_behaviour(const struct cluster_node *node, char end, struct text *text)
{
	char address[IPV4_TEXT_BYTES];

	text_printf(text, "%s%c", node->read_write ? "rw" : "ro", end);
	if (node->overlay)
		text_printf(text, "wireroot.overlay=%s%c", node->overlay, end);
	text_printf(text, "wireroot.report=%s", value_ipv4_text(node->server->address, address));
	if (node->server->http_port != PARAMS_REPORT_PORT)
		text_printf(text, ":%u", node->server->http_port);
	text_add_bytes(text, &end, 1);
	if (node->init)
		text_printf(text, "init=%s%c", node->init, end);
	if (node->onfail)
		text_printf(text, "wireroot.onfail=%s%c", node->onfail, end);
}

/*
 * One word for the init, as the kernel splits them: blanks only between double quotes, which come
 * in pairs. A '#' would begin a comment, a "--" end what is for the init.
 */
static bool is_word(const char *word)
{
	bool quoted = false;

	if (!*word || *word == '#' || !strcmp(word, "--"))
		return false;
	for (; *word; word++) {
		if ((unsigned char)*word < ' ' || *word == 0x7f || (*word == ' ' && !quoted))
			return false;
		quoted ^= *word == '"';
	}
	return !quoted;
}

static int check_words(const struct cluster_node *node, struct fault *fault)
{
	const char *const single[] = { node->overlay, node->init, node->onfail, node->swap };

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (single[i] && !is_word(single[i]))
			return refuse(node, "overlay, init, onfail and swap are one word each",
				      fault);
	for (size_t i = 0; i < node->parameters.count; i++)
		if (!is_word(node->parameters.words[i]))
			return refuse(node, "a parameter is one word; quote a value with blanks",
				      fault);
	return output_check_name("node", node->name, fault);
}

/* How it lends and borrows memory; the broker's port is always said when it is not the usual one.
 */
static int add_memory(const struct generator *generator, const struct cluster_node *node, char end,
		      struct text *text, struct fault *fault)
{
	const struct cluster_server *server = generator->cluster->memory.server;
	const char *token = tokens_find(generator->options->tokens, node->name);
	char address[IPV4_TEXT_BYTES];

	if (!tokens_needed_by(node))
		return 0;
	if (!server || !token)
		return refuse(node, "who lends or borrows memory needs a broker and a token",
			      fault);
	if (node->swap)
		text_printf(text, "wireroot.swap=%s%c", node->swap, end);
	text_printf(text, "wireroot.swap.broker=%s", value_ipv4_text(server->address, address));
	if (server->http_port != PARAMS_REPORT_PORT)
		text_printf(text, ":%u", server->http_port);
	text_printf(text, "%cwireroot.swap.member=%s%cwireroot.swap.token=%s%c", end, node->name,
		    end, token, end);
	if (node->lend != node->borrow)
		text_printf(text, "wireroot.swap.role=%s%c", node->lend ? "lend" : "borrow", end);
	if (node->lend && node->lend_reserve_bytes)
		text_printf(text, "wireroot.swap.reserve=%" PRIu64 "m%c",
			    node->lend_reserve_bytes >> 20, end);
	return 0;
}

int node_words(const struct generator *generator, const struct cluster_node *node, char end,
	       struct text *text, struct fault *fault)
{
	int error = check_words(node, fault);

	if (error)
		return error;
	text_printf(text, "wireroot.hostname=%s%c", node->name, end);
	error = add_network(node, end, text, fault);
	if (!error && node->root == ROOT_ISCSI)
		error = add_iscsi_root(generator, node, end, text, fault);
	else if (!error)
		error = add_nfs_root(node, end, text, fault);
	if (error)
		return error;
	add_behaviour(node, end, text);
	error = add_memory(generator, node, end, text, fault);
	if (error)
		return error;
	for (size_t i = 0; i < node->parameters.count; i++) {
		text_add(text, node->parameters.words[i]);
		text_add_bytes(text, &end, 1);
	}
	return 0;
}
