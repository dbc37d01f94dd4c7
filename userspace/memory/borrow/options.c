// SPDX-License-Identifier: GPL-2.0-only
/* What wireroot-borrow is told; see options.h. */
#include "userspace/memory/borrow/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/size.h"

#define EXIT_USAGE 2

#define DIRECTORY	 "/run/wireroot/memory"
#define PROGRAM		 WIREROOT_PREFIX "/lib/wireroot/wireroot-swap"
#define PRIORITY_DEFAULT 100
#define PRIORITY_MAX	 32767
#define PRESSURE_DEFAULT 10
#define HOLD_OFF_DEFAULT 600
#define HOLD_OFF_MAX	 86400

static const char usage[] =
	"Usage: wireroot-borrow [OPTION]...\n"
	"Attach neighbours' memory as swap, look after it, and give it back.\n"
	"\n"
	"  --broker URL          the broker: http://ADDRESS:PORT, or ADDRESS\n"
	"  --member NAME         who this machine is\n"
	"  --token-file FILE     has the member's token\n"
	"  --configuration FILE  instead of " MEMBER_CONFIGURATION "\n"
	"  --size SIZE           borrow so much, always (default: what the initrd was told)\n"
	"  --hold-off SECONDS    before that is asked for again when it was asked back (default: 600)\n"
	"  --step SIZE           borrow so much at a time when memory is short (default: never)\n"
	"  --most SIZE           no more than this in all when memory is short\n"
	"  --pressure PERCENT    of time spent waiting for memory that is short (default: 10)\n"
	"  --mode plain|lvm      a swap device for each grant, or one that moves\n"
	"  --mirror MIRROR       lender or disk: keep all twice, in mode lvm (default: none)\n"
	"  --lvm-disk DEVICE     the local disk of mode lvm\n"
	"  --priority NUMBER     of the swap devices (default: 100)\n"
	"  --directory DIR       of notes (default: " DIRECTORY ")\n"
	"  --program FILE        default: " PROGRAM "\n"
	"  --help                show this\n"
	"  --version             show the version\n";

static const char *const mirror_names[] = { "none", "lender", "disk" };

const char *borrow_mirror_name(enum borrow_mirror mirror)
{
	return mirror_names[mirror];
}

static bool set_path(char path[static MEMBER_PATH_BYTES], const char *value)
{
	return *value == '/' && value_copy(path, MEMBER_PATH_BYTES, value, strlen(value));
}

static bool set_size(struct borrow_options *options, const char *value)
{
	return size_read(value, &options->size_bytes);
}

static bool set_hold_off(struct borrow_options *options, const char *value)
{
	return value_number(value, HOLD_OFF_MAX, &options->hold_off_s);
}

static bool set_step(struct borrow_options *options, const char *value)
{
	return size_read(value, &options->step_bytes);
}

static bool set_most(struct borrow_options *options, const char *value)
{
	return size_read(value, &options->most_bytes);
}

static bool set_pressure(struct borrow_options *options, const char *value)
{
	return value_number(value, 100, &options->pressure_max) && options->pressure_max;
}

static bool set_mode(struct borrow_options *options, const char *value)
{
	return (!strcmp(value, "plain") || !strcmp(value, "lvm")) &&
	       value_copy(options->mode, sizeof(options->mode), value, strlen(value));
}

static bool set_mirror(struct borrow_options *options, const char *value)
{
	for (size_t i = 0; i < sizeof(mirror_names) / sizeof(mirror_names[0]); i++) {
		if (strcmp(mirror_names[i], value) != 0)
			continue;
		options->mirror = (enum borrow_mirror)i;
		return true;
	}
	return false;
}

static bool set_lvm_disk(struct borrow_options *options, const char *value)
{
	return set_path(options->lvm_disk, value);
}

static bool set_priority(struct borrow_options *options, const char *value)
{
	uint32_t number;

	if (!value_number(value, PRIORITY_MAX, &number))
		return false;
	options->priority = (int)number;
	return true;
}

static bool set_directory(struct borrow_options *options, const char *value)
{
	return set_path(options->directory, value);
}

static bool set_program(struct borrow_options *options, const char *value)
{
	return set_path(options->program, value);
}

/* In files the names have "borrow-" before them. */
static const struct key {
	const char *name;
	bool (*set)(struct borrow_options *options, const char *value);
	const char *hint;
} keys[] = {
	{ "size", set_size, "it is a size such as 4G" },
	{ "hold-off", set_hold_off, "it is a number of seconds, a day at the most" },
	{ "step", set_step, "it is a size such as 1G" },
	{ "most", set_most, "it is a size such as 8G" },
	{ "pressure", set_pressure, "it is a percentage, 1 to 100" },
	{ "mode", set_mode, "it is plain or lvm" },
	{ "mirror", set_mirror, "it is none, lender or disk" },
	{ "lvm-disk", set_lvm_disk, "it is a path that begins with '/'" },
	{ "priority", set_priority, "it is 0 to 32767" },
	{ "directory", set_directory, "it is a path that begins with '/'" },
	{ "program", set_program, "it is a path that begins with '/'" },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

int borrow_options_set(struct borrow_options *options, const char *key, const char *value,
		       struct fault *fault)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].name, key) != 0)
			continue;
		return keys[i].set(options, value)
			       ? 0
			       : fault_set(fault, EINVAL, "read settings", key, keys[i].hint);
	}
	return -ENOENT;
}

/* While a file is read: what came from a source of more authority stays. */
struct reading {
	struct borrow_options *options;
	unsigned int *set; /* a bit for each key */
	unsigned int here; /* those of this file */
};

static int take(void *context, const char *key, const char *value, struct fault *fault)
{
	static const char prefix[] = "borrow-";
	struct reading *reading = context;

	if (strncmp(key, prefix, sizeof(prefix) - 1) != 0)
		return member_take(&reading->options->member, key, value, fault);
	key += sizeof(prefix) - 1;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].name, key) != 0)
			continue;
		if (*reading->set & 1u << i)
			return 0;
		reading->here |= 1u << i;
		return borrow_options_set(reading->options, key, value, fault);
	}
	return fault_set(fault, EINVAL, "read settings", key, "there is no such setting");
}

static int read_file(struct borrow_options *options, const char *path, unsigned int *set,
		     struct fault *fault)
{
	struct reading reading = { options, set, 0 };
	char *text;
	size_t length;
	int error = fs_read_file(path, SETTINGS_BYTES_MAX, &text, &length, fault);

	if (error == -ENOENT)
		return 0;
	if (error)
		return error;
	error = settings_read(text, length, path, take, &reading, fault);
	explicit_bzero(text, length);
	free(text);
	*set |= reading.here;
	return error;
}

static int misused(const char *hint)
{
	if (*hint)
		fprintf(stderr, "wireroot-borrow: %s\n", hint);
	fputs("Try `wireroot-borrow --help`.\n", stderr);
	return EXIT_USAGE;
}

enum { OPTION_HELP = 256, OPTION_VERSION, OPTION_CONFIGURATION, OPTION_MEMBER };

static const char *const member_keys[] = { "broker", "member", "token-file" };

static void fill_long_options(struct option long_options[static KEY_COUNT + 8])
{
	size_t count = 0;

	for (size_t i = 0; i < KEY_COUNT; i++)
		long_options[count++] =
			(struct option){ keys[i].name, required_argument, NULL, (int)i };
	for (size_t i = 0; i < sizeof(member_keys) / sizeof(member_keys[0]); i++)
		long_options[count++] = (struct option){ member_keys[i], required_argument, NULL,
							 OPTION_MEMBER + (int)i };
	long_options[count++] =
		(struct option){ "configuration", required_argument, NULL, OPTION_CONFIGURATION };
	long_options[count++] = (struct option){ "help", no_argument, NULL, OPTION_HELP };
	long_options[count++] = (struct option){ "version", no_argument, NULL, OPTION_VERSION };
	long_options[count] = (struct option){ 0 };
}

static int take_option(struct borrow_options *options, int code, const char *value,
		       unsigned int *set, struct fault *fault)
{
	if (code == OPTION_CONFIGURATION)
		return set_path(options->configuration, value) ? 0 : -EINVAL;
	if (code >= OPTION_MEMBER && code < OPTION_MEMBER + 3)
		return member_set(&options->member, member_keys[code - OPTION_MEMBER], value,
				  fault);
	if (code < 0 || (size_t)code >= KEY_COUNT)
		return -EINVAL;
	*set |= 1u << code;
	return borrow_options_set(options, keys[code].name, value, fault);
}

static int parse(struct borrow_options *options, int argc, char **argv, unsigned int *set,
		 bool *done)
{
	struct option long_options[KEY_COUNT + 8];
	struct fault fault = { .hint = "it is a path that begins with '/'" };
	int code;

	fill_long_options(long_options);
	while ((code = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		*done = code == OPTION_HELP || code == OPTION_VERSION;
		if (code == OPTION_HELP)
			fputs(usage, stdout);
		if (code == OPTION_VERSION)
			puts("wireroot-borrow " WIREROOT_VERSION);
		if (*done)
			return 0;
		if (code == '?')
			return misused("");
		if (take_option(options, code, optarg, set, &fault))
			return misused(fault.hint);
	}
	return optind < argc ? misused("it takes options only") : 0;
}

int borrow_options_read(struct borrow_options *options, int argc, char **argv, bool *done,
			struct fault *fault)
{
	char from_initrd[MEMBER_PATH_BYTES + 8];
	unsigned int set = 0;
	int status;

	*options = (struct borrow_options){ .configuration = MEMBER_CONFIGURATION,
					    .directory = DIRECTORY,
					    .mode = "plain",
					    .hold_off_s = HOLD_OFF_DEFAULT,
					    .pressure_max = PRESSURE_DEFAULT,
					    .priority = PRIORITY_DEFAULT,
					    .program = PROGRAM };
	optind = 0;
	status = parse(options, argc, argv, &set, done);
	if (status || *done)
		return status;
	snprintf(from_initrd, sizeof(from_initrd), "%s/member", options->directory);
	if (read_file(options, options->configuration, &set, fault) < 0 ||
	    read_file(options, from_initrd, &set, fault) < 0 ||
	    member_finish(&options->member, from_initrd, fault) < 0)
		return EXIT_FAILURE;
	return 0;
}
