// SPDX-License-Identifier: GPL-2.0-only
/*
 * What machines boot that are to become nodes, while wirerootd has a discovery window open: the
 * newest kernel, a base image with every wired driver, and a segment that reports what is there.
 */
#include "tools/generate/output.h"

#include <errno.h>

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

/* @urls are scratch. */
static int write_script(const struct generator *generator, struct text urls[static 3],
			struct text *script, struct fault *fault)
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
							    .append = "" },
				script, fault);
}

static int add_script(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	struct text urls[3] = { 0 }, script = { 0 }, text = { 0 };
	int error = write_script(generator, urls, &script, fault);

	if (!error) {
		ipxe_sign(&script, &text);
		error = output_add(set, 0644, &text, fault, "http/discover.ipxe");
	}
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
