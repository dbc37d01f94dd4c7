// SPDX-License-Identifier: GPL-2.0-only
/* What the lab's boot server gives out; see http_tree.h. */
#include "tools/lab/http_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "tools/generate/ipxe.h"
#include "userspace/lib/fs.h"

#define STRING_OF(value)  #value
#define DIGITS_OF(number) STRING_OF(number)
#define SERVER_URL	  "http://" LAB_ADDRESS ":" DIGITS_OF(LAB_HTTP_PORT)

/* "http/node/NODE/initrd0" and the like, and their URLs. */
#define TREE_PATH_BYTES 128

int http_tree_make(const char *directory, struct fault *fault)
{
	struct ipxe_template template = ipxe_boot_template();
	char *nodes = fs_join(directory, LAB_HTTP_DIR "/node");
	char *boot = fs_join(directory, LAB_HTTP_DIR "/boot.ipxe");
	struct text text = { 0 };
	int error;

	if (!nodes || !boot)
		error = fault_set(fault, ENOMEM, "make HTTP tree in", directory, NULL);
	else
		error = fs_make_dirs(nodes, 0755, fault);
	if (!error)
		error = ipxe_boot_script(&template, SERVER_URL, &text, fault);
	if (!error)
		error = fs_write_file(boot, text.data, text.length, 0644, fault);
	text_free(&text);
	free(nodes);
	free(boot);
	return error;
}

static int copy(int from, const char *to, struct fault *fault)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	ssize_t sent = -1;

	if (fd >= 0)
		while ((sent = sendfile(fd, from, NULL, 1 << 30)) > 0)
			;
	if (fd < 0 || sent < 0)
		fault_set(fault, errno, "copy to", to, NULL);
	if (fd >= 0)
		close(fd);
	return fd < 0 || sent < 0 ? -fault->error : 0;
}

/*
 * A copy, as the server follows no symbolic link out of its tree, and a hard link would change with
 * what it leads to. @from may be @to: it is open before its name goes.
 */
static int place(const char *from, const char *to, struct fault *fault)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return fault_set(fault, errno, "open", from, NULL);
	unlink(to);
	error = copy(fd, to, fault);
	close(fd);
	return error;
}

static int place_all(const struct node_options *options, struct fault *fault)
{
	char path[TREE_PATH_BYTES];
	int error;

	snprintf(path, sizeof(path), LAB_HTTP_DIR "/node/%s", options->name);
	error = fs_make_dirs(path, 0755, fault);
	snprintf(path, sizeof(path), LAB_HTTP_DIR "/node/%s/kernel", options->name);
	if (!error)
		error = place(options->kernel, path, fault);
	for (size_t i = 0; !error && i < options->initrd_count; i++) {
		snprintf(path, sizeof(path), LAB_HTTP_DIR "/node/%s/initrd%zu", options->name, i);
		error = place(options->initrds[i], path, fault);
	}
	return error;
}

static int write_script(const struct node_options *options, struct text *text, struct fault *fault)
{
	struct ipxe_template template = ipxe_node_template();
	char kernel[TREE_PATH_BYTES], urls[NODE_INITRDS_MAX][TREE_PATH_BYTES];
	const char *initrds[NODE_INITRDS_MAX];
	struct ipxe_node_script script = { .kernel = kernel,
					   .initrds = initrds,
					   .initrd_count = options->initrd_count };
	char *append = NULL;
	int error;

	snprintf(kernel, sizeof(kernel), SERVER_URL "/node/%s/kernel", options->name);
	for (size_t i = 0; i < options->initrd_count; i++) {
		snprintf(urls[i], sizeof(urls[i]), SERVER_URL "/node/%s/initrd%zu", options->name,
			 i);
		initrds[i] = urls[i];
	}
	if (asprintf(&append, NODE_KERNEL_WORDS "%s%s", options->append ? " " : "",
		     options->append ? options->append : "") < 0)
		return fault_set(fault, ENOMEM, "write script of", options->name, NULL);
	script.append = append;
	error = ipxe_node_script(&template, &script, text, fault);
	free(append);
	return error;
}

int http_tree_publish(const struct node_options *options, struct fault *fault)
{
	struct text text = { 0 };
	int error = place_all(options, fault);

	if (!error)
		error = write_script(options, &text, fault);
	for (unsigned int i = 0; !error && i < options->nic_count; i++) {
		char path[TREE_PATH_BYTES];

		snprintf(path, sizeof(path), LAB_HTTP_DIR "/node/%s.ipxe", options->nics[i].mac);
		error = fs_write_file(path, text.data, text.length, 0644, fault);
	}
	text_free(&text);
	return error;
}
