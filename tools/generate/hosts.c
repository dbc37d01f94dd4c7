// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and addresses as /etc/hosts has them: for people and programs (hosts), and the same for the
 * DNS server in dnsmasq (servers/NAME/hosts).
 */
#include "tools/generate/output.h"

#include <string.h>

#include "initramfs/value.h"

/* "ADDRESS NAME.DOMAIN NAME" */
static int add_line(struct text *text, uint32_t address, const char *name, const char *domain,
		    struct fault *fault)
{
	char written[IPV4_TEXT_BYTES];

	if (output_check_name("host name", name, fault) ||
	    (domain && output_check_name("domain", domain, fault)))
		return -fault->error;
	text_add(text, value_ipv4_text(address, written));
	text_add(text, " ");
	text_add(text, name);
	if (domain) {
		text_add(text, ".");
		text_add(text, domain);
		text_add(text, " ");
		text_add(text, name);
	}
	text_add(text, "\n");
	return 0;
}

static int add_lines(const struct generator *generator, struct text *text, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = 0;

	text_add(text, OUTPUT_COMMENT);
	for (size_t i = 0; !error && i < cluster->server_count; i++) {
		const struct cluster_server *server = &cluster->servers[i];

		error = add_line(text, server->address, server->name,
				 generator_domain(generator, server->network), fault);
	}
	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (node->address)
			error = add_line(text, node->address, node->name,
					 generator_domain(generator, node->network), fault);
	}
	return error;
}

/* The file for everybody, and a copy beside the configuration of each dnsmasq. */
static int add_files(const struct generator *generator, struct file_set *set, char *data,
		     size_t length, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = file_set_add_shared(set, "hosts", 0644, data, length, fault);

	for (size_t i = 0; !error && i < cluster->server_count; i++) {
		struct text path = { 0 };

		if (!(cluster->servers[i].roles & SERVER_BOOT))
			continue;
		text_printf(&path, "servers/%s/hosts", cluster->servers[i].name);
		error = file_set_add_shared(set, text_string(&path), 0644, data, length, fault);
		text_free(&path);
	}
	return error;
}

int generate_hosts(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	struct text text = { 0 };
	int error = add_lines(generator, &text, fault);
	size_t length = text.length;
	char *data;

	if (error) {
		text_free(&text);
		return error;
	}
	data = text_take(&text);
	error = file_set_share(set, data, fault);
	return error ? error : add_files(generator, set, data, length, fault);
}
