// SPDX-License-Identifier: GPL-2.0-only
/* Old generations, and who still needs them; see remains.h. */
#include "tools/generation/remains.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/generation/store_private.h"
#include "tools/lab/enter.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/http_get.h"

/* 100,000 nodes of 1 KiB each, and some more. */
#define ANSWER_BYTES_MAX ((size_t)256 << 20)

/* Somebody who is to get @url for us, where it can be reached. */
struct errand {
	const char *url;
	int answer; /* a file: the fault, and behind it what the answer is */
};

/* In the lab. */
static int run_errand(void *argument)
{
	const struct errand *errand = argument;
	struct text answer = { 0 };
	struct fault fault = { 0 };
	int error;

	http_get(errand->url, ANSWER_BYTES_MAX, &answer, &fault);
	error = fs_write_all(errand->answer, &fault, sizeof(fault));
	if (!error)
		error = fs_write_all(errand->answer, text_string(&answer), answer.length);
	text_free(&answer);
	return error != 0;
}

/* What the errand brought: the answer, or its fault. */
static int read_errand(const struct errand *errand, struct text *answer, struct fault *fault)
{
	char path[64];
	size_t length;
	char *data;
	int error;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", errand->answer);
	error = fs_read_file(path, ANSWER_BYTES_MAX + sizeof(*fault), &data, &length, fault);
	if (error)
		return error;
	if (length < sizeof(*fault)) {
		error = fault_set(fault, ECHILD, "ask wirerootd", errand->url, NULL);
	} else {
		memcpy(fault, data, sizeof(*fault));
		error = -fault->error;
		text_add_bytes(answer, data + sizeof(*fault), length - sizeof(*fault));
	}
	free(data);
	return error;
}

static int get_in_lab(const char *url, const char *lab, struct text *answer, struct fault *fault)
{
	struct errand errand = { .url = url, .answer = memfd_create("answer", MFD_CLOEXEC) };
	char directory[PATH_MAX];
	int status, error = 0;

	if (errand.answer < 0 || !realpath(lab, directory))
		error = fault_set(fault, errno, "ask wirerootd in the lab", lab, NULL);
	if (!error)
		error = lab_enter(directory, run_errand, &errand, &status, fault);
	if (!error)
		error = read_errand(&errand, answer, fault);
	if (errand.answer >= 0)
		close(errand.answer);
	return error;
}

/* Read with @read what the wirerootd at @url answers at @path. */
static int ask_for(struct remains *remains, const char *url, const char *path, const char *lab,
		   int (*read)(struct remains *, const char *, size_t, struct fault *),
		   struct fault *fault)
{
	struct text answer = { 0 };
	char *whole;
	int error;

	if (asprintf(&whole, "%s%s", url, path) < 0)
		return fault_set(fault, ENOMEM, "ask wirerootd", url, NULL);
	if (lab)
		error = get_in_lab(whole, lab, &answer, fault);
	else
		error = http_get(whole, ANSWER_BYTES_MAX, &answer, fault);
	if (!error)
		error = read(remains, text_string(&answer), answer.length, fault);
	text_free(&answer);
	free(whole);
	return error;
}

int remains_ask(struct remains *remains, const char *url, const char *lab, struct fault *fault)
{
	int error = ask_for(remains, url, "/v1/nodes", lab, remains_read, fault);

	return error ? error : ask_for(remains, url, "/v1/since", lab, remains_read_since, fault);
}

int remains_url(const struct store *store, unsigned int generation, char **url, struct fault *fault)
{
	struct manifest manifest = { 0 };
	int error = generation ? store_read_manifest(store, generation, &manifest, fault) : 0;

	*url = NULL;
	if (!error && manifest.url && *manifest.url) {
		*url = strdup(manifest.url);
		if (!*url)
			error = fault_set(fault, ENOMEM, "find wirerootd", "", NULL);
	}
	manifest_free(&manifest);
	return error;
}

struct pruning {
	struct store *store;
	const char *lab;
	const struct log *log;
	unsigned int current;
	struct remains remains;
	struct remains_report *report; /* NULL: nobody wants one */
	bool asked; /* ->remains is the whole truth about boots since ->remains.since */
};

/* Seconds since the generation was made. */
static double age_of(const struct manifest *manifest)
{
	struct tm utc = { 0 };

	if (!strptime(manifest->time, "%Y-%m-%dT%H:%M:%SZ", &utc))
		return 0;
	return difftime(time(NULL), timegm(&utc));
}

/* When its manifest is damaged, since that was written to. */
static int find_age(const struct store *store, unsigned int generation, double *age,
		    struct fault *fault)
{
	struct manifest manifest;
	int error = store_read_manifest(store, generation, &manifest, fault);
	char name[STORE_NAME_BYTES];
	struct stat status;

	*age = error ? 0 : age_of(&manifest);
	manifest_free(&manifest);
	if (!store_is_damaged(error))
		return error;
	store_name(generation, STORE_MANIFEST, name);
	if (!fstatat(store->generations, name, &status, AT_SYMLINK_NOFOLLOW))
		*age = difftime(time(NULL), status.st_mtime);
	return 0;
}

int remains_may_be_run(const struct remains *remains, bool asked, const struct store *store,
		       unsigned int generation, bool *may, struct fault *fault)
{
	double age;
	int error = find_age(store, generation, &age, fault);

	*may = !error && age < REMAINS_UNASKED_S &&
	       (!asked || age >= difftime(time(NULL), remains->since));
	return error;
}

char *remains_since_text(const struct remains *remains, char text[static REMAINS_TIME_BYTES])
{
	struct tm utc;

	text[0] = '\0';
	if (gmtime_r(&remains->since, &utc))
		strftime(text, REMAINS_TIME_BYTES, "%Y-%m-%d %H:%M:%S UTC", &utc);
	return text;
}

/* Note what became of @generation, which @nodes (NULL: nobody) run. */
static int report(const struct pruning *pruning, unsigned int generation, bool removed,
		  struct nodeset *nodes, struct fault *fault)
{
	struct remains_report *report = pruning->report;
	struct remains_verdict *more;
	struct text text = { 0 };

	if (!report)
		return 0;
	more = reallocarray(report->list, report->count + 1, sizeof(*more));
	if (!more)
		return fault_set(fault, ENOMEM, "prune", "", NULL);
	report->list = more;
	more[report->count] = (struct remains_verdict){ generation, removed, NULL };
	if (nodes && (nodeset_fold(nodes, &text, fault) ||
		      !(more[report->count].nodes = text_take(&text)))) {
		text_free(&text);
		return fault_set(fault, ENOMEM, "prune", "", NULL);
	}
	report->count++;
	return 0;
}

void remains_report_free(struct remains_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		free(report->list[i].nodes);
	free(report->list);
	*report = (struct remains_report){ 0 };
}

static void tell_users(const struct pruning *pruning, unsigned int generation,
		       struct nodeset *nodes)
{
	struct text text = { 0 };
	struct fault ignored;

	nodeset_fold(nodes, &text, &ignored);
	log_line(pruning->log, LOG_LEVEL_NOTICE, "generation %u stays: %s booted from it",
		 generation, text_string(&text));
	text_free(&text);
}

static int judge(struct pruning *pruning, unsigned int generation, bool *removed,
		 struct fault *fault)
{
	struct nodeset *nodes = remains_nodes(&pruning->remains, generation);
	bool may_be_run;
	int error;

	*removed = false;
	if (nodes) {
		tell_users(pruning, generation, nodes);
		return report(pruning, generation, false, nodes, fault);
	}
	error = remains_may_be_run(&pruning->remains, pruning->asked, pruning->store, generation,
				   &may_be_run, fault);
	if (error)
		return error;
	if (may_be_run)
		return report(pruning, generation, false, NULL, fault);
	error = store_remove(pruning->store, generation, fault);
	if (!error)
		log_line(pruning->log, LOG_LEVEL_INFO, "generation %u removed", generation);
	*removed = !error;
	return error ? error : report(pruning, generation, true, NULL, fault);
}

/* One that has lost its notes, or is new, knows of no boot before that. */
static void tell_since(const struct pruning *pruning, const char *url)
{
	char text[REMAINS_TIME_BYTES];

	log_line(
		pruning->log, LOG_LEVEL_NOTICE,
		"wirerootd at %s knows who booted since %s: what was made before stays for 30 days",
		url, remains_since_text(&pruning->remains, text));
}

static void ask(struct pruning *pruning)
{
	struct fault fault = { 0 };
	char *url;
	int error = remains_url(pruning->store, pruning->current, &url, &fault);

	if (url)
		error = remains_ask(&pruning->remains, url, pruning->lab, &fault);
	pruning->asked = !error; /* without one, no node boots from here */
	if (url && !error && difftime(time(NULL), pruning->remains.since) < REMAINS_UNASKED_S)
		tell_since(pruning, url);
	free(url);
	if (pruning->asked)
		return;
	if (error)
		log_fault(pruning->log, &fault);
	log_line(pruning->log, LOG_LEVEL_NOTICE,
		 "so no generation of the last 30 days is removed: a node may run it");
}

int remains_prune(struct store *store, unsigned int keep, const char *lab, const struct log *log,
		  struct remains_report *report, struct fault *fault)
{
	struct pruning pruning = { .store = store, .lab = lab, .log = log, .report = report };
	unsigned int *numbers;
	size_t count;
	int error = store_list(store, &numbers, &count, fault);

	if (!error)
		error = store_current(store, &pruning.current, fault);
	if (!error && count > keep)
		ask(&pruning);
	for (size_t i = 0, left = count; !error && i < count && left > keep; i++) {
		bool removed;

		if (numbers[i] == pruning.current)
			continue;
		error = judge(&pruning, numbers[i], &removed, fault);
		left -= removed;
	}
	if (report)
		report->asked = pruning.asked;
	remains_free(&pruning.remains);
	free(numbers);
	return error;
}
