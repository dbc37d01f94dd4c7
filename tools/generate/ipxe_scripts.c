// SPDX-License-Identifier: GPL-2.0-only
/*
 * The iPXE scripts of a generation: the first one, which every machine runs, and one for each node.
 *
 * A node's script says nothing that only this node has (iPXE fills its MAC address in), so that
 * nodes which boot alike share one text.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/generate/ipxe.h"
#include "tools/generate/ipxe_scripts.h"

/* Text that several files share; ->data is the set's. */
struct script {
	char *data;
	size_t length;
};

struct scripts {
	const struct generator *generator;
	struct file_set *set;
	struct ipxe_template template;
	struct arena arena;
	struct table known; /* what a script depends on, to struct script */
	struct text key, append; /* scratch */
	struct fault *fault;
};

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "generate", "iPXE scripts", NULL);
}

static struct ipxe_template template_of(const char *text, struct ipxe_template built_in,
					const char *source)
{
	return text ? (struct ipxe_template){ text, strlen(text), source } : built_in;
}

struct ipxe_template ipxe_cluster_template(const struct cluster *cluster)
{
	return template_of(cluster->node_template, ipxe_node_template(), "templates: node");
}

void ipxe_sign(const struct text *script, struct text *text)
{
	size_t first = strcspn(script->data, "\n");

	first += script->data[first] == '\n';
	text_add_bytes(text, script->data, first);
	text_add(text, OUTPUT_COMMENT);
	text_add_bytes(text, script->data + first, script->length - first);
}

/* Hand @text over to the set; *@script is it. */
static int keep(struct file_set *set, struct text *text, struct script *script, struct fault *fault)
{
	script->length = text->length;
	script->data = text_take(text);
	return file_set_share(set, script->data, fault);
}

/*
 * iPXE asks for autoexec.ipxe beside itself when no DHCP server told it anything; the interface may
 * then have no address yet.
 */
static int add_autoexec(struct file_set *set, const char *url, struct fault *fault)
{
	struct script script;
	struct text text = { 0 };
	int error;

	text_printf(&text,
		    "#!ipxe\n" OUTPUT_COMMENT
		    "# For an iPXE that no DHCP server told where to go on.\n"
		    "\n"
		    "isset ${netX/ip} || dhcp\n"
		    "chain %s/boot.ipxe\n",
		    url);
	error = keep(set, &text, &script, fault);
	if (!error)
		error = file_set_add_shared(set, "http/autoexec.ipxe", 0644, script.data,
					    script.length, fault);
	if (!error)
		error = file_set_add_shared(set, "tftp/autoexec.ipxe", 0644, script.data,
					    script.length, fault);
	return error;
}

static int add_boot_script(const struct generator *generator, struct file_set *set,
			   const struct cluster_server *server, const char *path,
			   struct fault *fault)
{
	const struct ipxe_template template = template_of(generator->cluster->boot_template,
							  ipxe_boot_template(), "templates: boot");
	char url[OUTPUT_URL_BYTES];
	struct text script = { 0 }, text = { 0 };
	int error = ipxe_boot_script(&template, output_url(server, url), &script, fault);

	if (!error) {
		ipxe_sign(&script, &text);
		error = output_add(set, 0644, &text, fault, "%s", path);
	}
	text_free(&script);
	return error;
}

/* Each of several boot servers has machines go on with itself. */
static int add_boot_scripts(const struct generator *generator, struct file_set *set,
			    struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	const struct cluster_server *first;
	char url[OUTPUT_URL_BYTES];
	bool several;
	int error;

	first = generator_first_boot_server(generator, &several);
	if (!first)
		return 0;
	error = add_boot_script(generator, set, first, "http/boot.ipxe", fault);
	if (!error)
		error = add_autoexec(set, output_url(first, url), fault);
	for (size_t i = 0; !error && several && i < cluster->server_count; i++) {
		const struct cluster_server *server = &cluster->servers[i];
		struct text path = { 0 };

		if (!(server->roles & SERVER_BOOT))
			continue;
		text_printf(&path, "http/boot/%s.ipxe", server->name);
		error = add_boot_script(generator, set, server, text_string(&path), fault);
		text_free(&path);
	}
	return error;
}

/* What the script of the node at @index depends on, into scripts->key; its words to ->append. */
static void add_key(struct scripts *scripts, size_t index)
{
	const struct generator *generator = scripts->generator;
	const struct cluster_node *node = &generator->cluster->nodes[index];
	char url[OUTPUT_URL_BYTES];

	scripts->append.length = 0;
	output_words(&scripts->append, &node->append, ' ');
	scripts->key.length = 0;
	text_add(&scripts->key, output_url(node->server, url));
	text_add(&scripts->key, "\n");
	text_add(&scripts->key, generator->kernels[node->image - generator->cluster->images]);
	text_add(&scripts->key, "\n");
	text_add(&scripts->key, generator->bases[index]);
	text_add(&scripts->key, "\n");
	text_add(&scripts->key, text_string(&scripts->append));
}

/* Write the script that the node at @index has. */
static int write_script(struct scripts *scripts, size_t index, struct script *script)
{
	const struct generator *generator = scripts->generator;
	const struct cluster_node *node = &generator->cluster->nodes[index];
	const char *kernel = generator->kernels[node->image - generator->cluster->images];
	char url[OUTPUT_URL_BYTES];
	struct text urls[3] = { 0 }, output = { 0 }, text = { 0 };
	const char *initrds[2];
	int error;

	output_url(node->server, url);
	text_printf(&urls[0], "%s/%s", url, kernel);
	text_printf(&urls[1], "%s/%s", url, generator->bases[index]);
	text_printf(&urls[2], "%s/node/${netX/mac}.img", url);
	initrds[0] = text_string(&urls[1]);
	initrds[1] = text_string(&urls[2]);
	error = ipxe_node_script(
		&scripts->template,
		&(struct ipxe_node_script){ .kernel = text_string(&urls[0]),
					    .initrds = initrds,
					    .initrd_count = 2,
					    .append = text_string(&scripts->append) },
		&output, scripts->fault);
	if (!error) {
		ipxe_sign(&output, &text);
		error = keep(scripts->set, &text, script, scripts->fault);
	}
	text_free(&output);
	for (size_t i = 0; i < 3; i++)
		text_free(&urls[i]);
	return error;
}

static int find_script(struct scripts *scripts, size_t index, struct script **script)
{
	const char *kept;
	int error;

	add_key(scripts, index);
	if (scripts->key.error || scripts->append.error)
		return no_memory(scripts->fault);
	*script = table_find(&scripts->known, scripts->key.data, scripts->key.length);
	if (*script)
		return 0;
	*script = arena_alloc(&scripts->arena, sizeof(**script));
	kept = arena_copy(&scripts->arena, scripts->key.data, scripts->key.length);
	if (!*script || !kept)
		return no_memory(scripts->fault);
	error = write_script(scripts, index, *script);
	if (!error && table_put(&scripts->known, kept, scripts->key.length, *script))
		error = no_memory(scripts->fault);
	return error;
}

static int add_node(struct scripts *scripts, size_t index)
{
	const struct cluster_node *node = &scripts->generator->cluster->nodes[index];
	char path[] = "http/node/52:54:00:12:34:56.ipxe";
	struct script *script = NULL;
	int error = find_script(scripts, index, &script);

	if (error || !script)
		return error ? error : no_memory(scripts->fault);
	value_mac_text(node->mac, path + strlen("http/node/"));
	memcpy(path + strlen("http/node/") + MAC_TEXT_BYTES - 1, ".ipxe", sizeof(".ipxe"));
	return file_set_add_shared(scripts->set, path, 0644, script->data, script->length,
				   scripts->fault);
}

int generate_ipxe(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct scripts scripts = { .generator = generator, .set = set, .fault = fault };
	int error = add_boot_scripts(generator, set, fault);

	scripts.template =
		template_of(cluster->node_template, ipxe_node_template(), "templates: node");
	for (size_t i = 0; !error && i < cluster->node_count; i++)
		if (cluster->nodes[i].has_mac)
			error = add_node(&scripts, i);
	table_free(&scripts.known);
	arena_free(&scripts.arena);
	text_free(&scripts.key);
	text_free(&scripts.append);
	return error;
}
