// SPDX-License-Identifier: GPL-2.0-only
/* What is in an initrd; see show.h. */
#include "tools/initrd/show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "initramfs/module_list.h"
#include "tools/initrd/segments.h"

/* All segments together: initramfs-tools' netboot images unpack to 100 MB, dracut's to 200 MB. */
#define UNPACKED_BYTES_MAX ((size_t)2 << 30)

/* @length bytes as a JSON string, whatever they are. */
static json_t *plain_string(const char *bytes, size_t length)
{
	char *copy = calloc(1, length + 1);
	json_t *string;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < length; i++)
		copy[i] = (unsigned char)bytes[i] < ' ' || bytes[i] == 0x7f ? '?' : bytes[i];
	string = json_stringn(copy, length);
	for (size_t i = 0; !string && i < length; i++)
		copy[i] = (unsigned char)copy[i] > '~' ? '?' : copy[i];
	if (!string)
		string = json_stringn(copy, length);
	free(copy);
	return string;
}

/* VERSION of "lib/modules/VERSION/…", with or without usr/ or ./ in front. */
static json_t *version_in(const char *path)
{
	const char *found = strstr(path, "lib/modules/");
	size_t length;

	if (!found || (found > path && found[-1] != '/'))
		return NULL;
	found += strlen("lib/modules/");
	length = strcspn(found, "/");
	return found[length] == '/' ? plain_string(found, length) : NULL;
}

static json_t *describe_member(const struct cpio_member *member)
{
	json_t *file = json_object();
	char text[32];

	json_object_set_new(file, "path", plain_string(member->name, strlen(member->name)));
	snprintf(text, sizeof(text), "%06" PRIo32, member->mode);
	json_object_set_new(file, "mode", json_string(text));
	json_object_set_new(file, "links", json_integer(member->links));
	json_object_set_new(file, "inode", json_integer(member->inode));
	json_object_set_new(file, "bytes", json_integer(member->length));
	if (S_ISLNK(member->mode))
		json_object_set_new(file, "target", plain_string(member->data, member->length));
	if (S_ISCHR(member->mode) || S_ISBLK(member->mode)) {
		snprintf(text, sizeof(text), "%" PRIu32 ":%" PRIu32, member->device_major,
			 member->device_minor);
		json_object_set_new(file, "device", json_string(text));
	}
	return file;
}

static json_t *describe_module(const struct module_list *list, const struct module *module)
{
	json_t *result = json_object(), *dependencies = json_array();

	for (unsigned int i = 0; i < module->dependency_count; i++) {
		uint16_t which = list->dependencies[module->first_dependency + i];
		const char *name = list->modules[which].name;

		json_array_append_new(dependencies, plain_string(name, strlen(name)));
	}
	json_object_set_new(result, "name", plain_string(module->name, strlen(module->name)));
	json_object_set_new(result, "group", json_string(module_group_name(module->group)));
	json_object_set_new(result, "path", plain_string(module->path, strlen(module->path)));
	json_object_set_new(result, "dependencies", dependencies);
	return result;
}

static int describe_modules(const struct cpio_member *member, json_t *report, struct fault *fault)
{
	struct module_list list;
	char *text = malloc((size_t)member->length + 1);
	json_t *modules = json_array();
	int error;

	json_object_set_new(report, "modules", modules);
	if (!text)
		return fault_set(fault, ENOMEM, "read initrd", "", NULL);
	memcpy(text, member->data, member->length);
	text[member->length] = '\0';
	error = module_list_parse(text, member->length, &list, fault);
	if (!error) {
		for (unsigned int i = 0; i < list.count; i++)
			json_array_append_new(modules, describe_module(&list, &list.modules[i]));
		module_list_free(&list);
	}
	free(text);
	return error;
}

static int describe_members(const struct segment *segment, json_t *files, json_t *report,
			    struct fault *fault)
{
	struct cpio_member member;
	size_t offset = 0;
	int result;

	while ((result = segment_member(segment, &offset, &member, fault)) > 0) {
		json_t *version = version_in(member.name);
		int error = 0;

		if (version && json_is_null(json_object_get(report, "kernel")))
			json_object_set(report, "kernel", version);
		json_decref(version);
		json_array_append_new(files, describe_member(&member));
		/* As the kernel unpacks it: a later file of the name replaces an earlier one. */
		if (strcmp(member.name, &MODULE_LIST_PATH[1]) == 0)
			error = describe_modules(&member, report, fault);
		if (error)
			return error;
	}
	return result;
}

static int describe_segment(const struct segment *segment, json_t *report, struct fault *fault)
{
	json_t *result = json_object(), *files = json_array();

	json_object_set_new(result, "offset", json_integer((json_int_t)segment->offset));
	json_object_set_new(result, "bytes", json_integer((json_int_t)segment->packed_length));
	json_object_set_new(result, "unpacked_bytes",
			    json_integer((json_int_t)segment->cpio_length));
	json_object_set_new(result, "compression",
			    json_string(compression_name(segment->compression)));
	json_object_set_new(result, "files", files);
	json_array_append_new(json_object_get(report, "segments"), result);
	return describe_members(segment, files, report, fault);
}

int show_initrd(const char *initrd, size_t length, json_t **report, struct fault *fault)
{
	size_t offset = 0, unpacked = 0;
	struct segment segment;
	int result;

	*report = json_object();
	json_object_set_new(*report, "bytes", json_integer((json_int_t)length));
	json_object_set_new(*report, "unpacked_bytes", json_integer(0));
	json_object_set_new(*report, "kernel", json_null());
	json_object_set_new(*report, "segments", json_array());
	json_object_set_new(*report, "modules", json_array());
	while ((result = segment_next(initrd, length, UNPACKED_BYTES_MAX - unpacked, &offset,
				      &segment, fault)) > 0) {
		unpacked += segment.cpio_length;
		result = describe_segment(&segment, *report, fault);
		segment_free(&segment);
		if (result)
			break;
		if (unpacked >= UNPACKED_BYTES_MAX)
			return fault_set(fault, EFBIG, "read initrd", "", NULL);
	}
	json_object_set_new(*report, "unpacked_bytes", json_integer((json_int_t)unpacked));
	return result;
}

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "-";
}

static void show_file(const json_t *file, struct text *text)
{
	const char *target = json_string_value(json_object_get(file, "target"));
	const char *device = json_string_value(json_object_get(file, "device"));
	char size[24];

	snprintf(size, sizeof(size), "%lld", (long long)number(file, "bytes"));
	text_printf(text, "  %s %10s  %s", string(file, "mode"), device ? device : size,
		    string(file, "path"));
	if (target)
		text_printf(text, " -> %s", target);
	text_add(text, "\n");
}

static void show_segment(const json_t *segment, bool all, struct text *text)
{
	const json_t *files = json_object_get(segment, "files");
	const json_t *file;
	size_t index;

	text_printf(text, "segment at byte %lld: %s, %lld bytes, %lld unpacked, %zu files\n",
		    (long long)number(segment, "offset"), string(segment, "compression"),
		    (long long)number(segment, "bytes"),
		    (long long)number(segment, "unpacked_bytes"), json_array_size(files));
	if (all)
		json_array_foreach(files, index, file) show_file(file, text);
}

static void show_module(const json_t *module, struct text *text)
{
	const json_t *dependencies = json_object_get(module, "dependencies");
	const json_t *name;
	size_t index;

	text_printf(text, "  %-8s%s", string(module, "group"), string(module, "name"));
	json_array_foreach(dependencies, index, name)
		text_printf(text, "%s%s", index ? ", " : "  after ", json_string_value(name));
	text_add(text, "\n");
}

void show_text(const json_t *report, int files, struct text *text)
{
	const json_t *segments = json_object_get(report, "segments");
	const json_t *modules = json_object_get(report, "modules");
	const json_t *item;
	size_t index;

	json_array_foreach(segments, index, item) show_segment(item, files, text);
	text_printf(text, "together: %lld bytes, %lld unpacked\n",
		    (long long)number(report, "bytes"),
		    (long long)number(report, "unpacked_bytes"));
	text_printf(text, "kernel: %s\n", string(report, "kernel"));
	if (json_array_size(modules))
		text_printf(text, "modules, in the order of loading: %zu\n",
			    json_array_size(modules));
	json_array_foreach(modules, index, item) show_module(item, text);
}
