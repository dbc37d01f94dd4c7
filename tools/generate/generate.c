// SPDX-License-Identifier: GPL-2.0-only
/* From a cluster to the files of a generation; see generate.h. */
#include "tools/generate/generate.h"

#include "tools/generate/output.h"

/* Kernels and base images first: the others name them. */
static int generate_artefacts(struct generator *generator, struct file_set *set,
			      struct fault *fault)
{
	int error = generate_kernels(generator, set, fault);

	if (!error)
		error = generate_base_images(generator, set, fault);
	return error;
}

static int generate_outputs(const struct generator *generator, struct file_set *set,
			    struct fault *fault)
{
	static int (*const outputs[])(const struct generator *generator, struct file_set *set,
				      struct fault *fault) = {
		generate_loaders,  generate_discovery, generate_dnsmasq, generate_exports,
		generate_ganesha,  generate_tgt,       generate_lio,	 generate_ipxe,
		generate_pxelinux, generate_grub,      generate_hosts,	 generate_genders,
		generate_index,	   generate_segments,  generate_units,	 generate_memory,
	};
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(outputs) / sizeof(outputs[0]); i++)
		error = outputs[i](generator, set, fault);
	return error;
}

int generate(const struct cluster *cluster, const struct generate_options *options,
	     struct file_set *set, struct fault *fault)
{
	struct generator generator;
	int error;

	*set = (struct file_set){ 0 };
	error = generator_begin(&generator, cluster, options, fault);
	if (!error)
		error = generate_artefacts(&generator, set, fault);
	if (!error)
		error = generate_outputs(&generator, set, fault);
	if (!error)
		error = file_set_sort(set, fault);
	generator_free(&generator);
	return error;
}
