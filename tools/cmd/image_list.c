// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot image list`: each image with its size, its kernels, and who uses it. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/image.h"
#include "tools/image/copy.h"
#include "tools/image/kernels.h"
#include "tools/image/store.h"
#include "tools/image/uses.h"
#include "userspace/lib/fs.h"

/* What is said of one image. */
struct image_report {
	const char *name;
	char *path;
	struct tree_size size;
	struct image_kernels kernels;
	struct text nodes, running; /* node sets */
	unsigned int generation; /* see image_uses_running() */
};

static void report_free(struct image_report *report)
{
	free(report->path);
	image_kernels_free(&report->kernels);
	text_free(&report->nodes);
	text_free(&report->running);
}

static int report_find(struct image_report *report, const struct image_arguments *arguments,
		       const struct image_uses *uses, struct fault *fault)
{
	char *path = fs_join(arguments->images, report->name);
	int error;

	report->path = path ? realpath(path, NULL) : NULL;
	free(path);
	if (!report->path)
		return fault_set(fault, ENOENT, "look at image", report->name, NULL);
	error = copy_measure(report->path, &report->size, fault);
	if (!error)
		error = image_kernels_find(report->path, &report->kernels, fault);
	if (!error)
		error = image_uses_defined(uses, report->path, &report->nodes, fault);
	if (!error)
		error = image_uses_running(uses, report->path, &report->running,
					   &report->generation, fault);
	return error;
}

static json_t *kernels_json(const struct image_kernels *kernels)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kernels->count; i++)
		json_array_append_new(list, json_pack("{s:s, s:b, s:b}", "version",
						      kernels->list[i].version, "vmlinuz",
						      kernels->list[i].vmlinuz, "modules",
						      kernels->list[i].modules));
	return list;
}

static json_t *report_json(const struct image_report *report, const struct image_uses *uses)
{
	const struct image_kernel *newest = image_kernels_newest(&report->kernels);

	return json_pack("{s:s, s:s, s:I, s:I, s:o, s:s?, s:s, s:o}", "name", report->name, "path",
			 report->path, "bytes", (json_int_t)report->size.bytes, "files",
			 (json_int_t)report->size.files, "kernels", kernels_json(&report->kernels),
			 "kernel", newest ? newest->version : NULL, "nodes",
			 text_string(&report->nodes), "running",
			 uses->asked ? json_string(text_string(&report->running)) : json_null());
}

static void print_head(void)
{
	printf("%-20s %10s %8s  %-24s %s\n", "IMAGE", "MiB", "FILES", "KERNEL", "NODES");
}

static void print_report(const struct image_report *report)
{
	const struct image_kernel *newest = image_kernels_newest(&report->kernels);

	printf("%-20s %10.1f %8llu  %-24s %s\n", report->name,
	       (double)report->size.bytes / (1 << 20), (unsigned long long)report->size.files,
	       newest ? newest->version : "-",
	       report->nodes.length ? text_string(&report->nodes) : "-");
}

/* The list goes to @list as JSON, or to standard output. */
static int list_images(const struct image_arguments *arguments, const struct image_uses *uses,
		       json_t *list, struct fault *fault)
{
	struct image_names names;
	int error = image_store_list(arguments->images, &names, fault);

	if (!error && !list && names.count)
		print_head();
	for (size_t i = 0; !error && i < names.count; i++) {
		struct image_report report = { .name = names.list[i] };

		error = report_find(&report, arguments, uses, fault);
		if (!error && list)
			json_array_append_new(list, report_json(&report, uses));
		else if (!error)
			print_report(&report);
		report_free(&report);
	}
	image_names_free(&names);
	return error;
}

int image_list_run(const struct image_arguments *arguments)
{
	json_t *list = arguments->json ? json_array() : NULL;
	struct image_uses uses;
	struct fault fault = { 0 };
	int error;

	/* Images can be listed whatever is wrong with the definition. */
	error = image_uses_open(&uses, arguments->cluster, arguments->cluster_given,
				arguments->state, &fault);
	if (error)
		log_fault(&arguments->log, &fault);
	error = list_images(arguments, &uses, list, &fault);
	if (error) {
		log_fault(&arguments->log, &fault);
	} else if (list) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	image_uses_close(&uses);
	json_decref(list);
	return error ? CMD_FAILED : CMD_DONE;
}
