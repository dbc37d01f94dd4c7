// SPDX-License-Identifier: GPL-2.0-only
/*
 * What machines boot that are to become nodes, while wirerootd has a discovery window open: the
 * newest kernel, a base image with every wired driver, and a segment that reports what is there.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "tools/generate/ipxe_scripts.h"
#include "tools/initrd/discovery.h"

static int add_segment(const struct cluster_server *server, struct file_set *set,
		       struct fault *fault)
{
	const struct discovery_image image = { .server = server->address,
					       .port = server->http_port };
	struct text segment = { 0 };
	int error = discovery_segment(&image, &segment, fault);

	if (!error)
		return output_add(set, 0644, &segment, fault, "http/discover.img");
	text_free(&segment);
	return error;
}

static bool has_word(const struct text *words, const char *word)
{
	size_t length = strlen(word);
	const char *at = text_string(words);

	while ((at = strstr(at, word))) {
		if ((at == words->data || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
		at += length;
	}
	return false;
}

/*
 * Machines show what becomes of them where the nodes of the same kernel show their messages: on
 * each of their consoles once, in the order in which they are first named.
 */
static void add_consoles(const struct generator *generator, struct text *append)
{
	const struct cluster *cluster = generator->cluster;

	text_add(append, "");
	for (size_t i = 0; i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (node->image != generator->discovery_image)
			continue;
		for (size_t j = 0; j < node->append.count; j++) {
			const char *word = node->append.words[j];

			if (!strncmp(word, "console=", 8) && !has_word(append, word))
				text_printf(append, "%s%s", append->length ? " " : "", word);
		}
	}
}

/* @urls are scratch. */
static int write_script(const struct generator *generator, struct text urls[static 3],
			const struct text *append, struct text *script, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	const struct ipxe_template template = ipxe_cluster_template(cluster);
	const char *initrds[2];
	char url[OUTPUT_URL_BYTES];

	output_url(generator->discovery_server, url);
	text_printf(&urls[0], "%s/%s", url,
		    generator->kernels[generator->discovery_image - cluster->images]);
	text_printf(&urls[1], "%s/%s", url, generator->discovery_base);
	text_printf(&urls[2], "%s/discover.img", url);
	initrds[0] = text_string(&urls[1]);
	initrds[1] = text_string(&urls[2]);
	return ipxe_node_script(&template,
				&(struct ipxe_node_script){ .kernel = text_string(&urls[0]),
							    .initrds = initrds,
							    .initrd_count = 2,
							    .append = text_string(append) },
				script, fault);
}

static int add_script(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	struct text urls[3] = { 0 }, append = { 0 }, script = { 0 }, text = { 0 };
	int error;

	add_consoles(generator, &append);
	error = write_script(generator, urls, &append, &script, fault);
	if (!error) {
		ipxe_sign(&script, &text);
		error = output_add(set, 0644, &text, fault, "http/discover.ipxe");
	}
	text_free(&append);
	text_free(&script);
	for (size_t i = 0; i < 3; i++)
		text_free(&urls[i]);
	return error;
}

int generate_discovery(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	int error;

	if (!generator->discovery_image)
		return 0;
	error = add_segment(generator->discovery_server, set, fault);
	return error ? error : add_script(generator, set, fault);
}
