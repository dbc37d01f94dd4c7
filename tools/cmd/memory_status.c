// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot memory status` and `wireroot memory history`: what the broker knows, for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/memory.h"
#include "tools/memory/columns.h"
#include "userspace/lib/size.h"
#include "userspace/lib/text.h"

#define AGE_BYTES 32

/* Members that are not there, or null, are "-". */
static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "-";
}

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number > 0 ? (uint64_t)number : 0;
}

static bool is(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static void add_size(struct columns *columns, const json_t *object, const char *key)
{
	char text[SIZE_TEXT_BYTES];

	columns_add(columns, "%s", size_text(number_of(object, key), text));
}

/* "3 s", "2 min", "5 h", "7 d"; "never" for null. */
static const char *age_text(const json_t *object, const char *key, char text[static AGE_BYTES])
{
	uint64_t age_s = number_of(object, key);

	if (!json_is_integer(json_object_get(object, key)))
		return "never";
	if (age_s < 120)
		snprintf(text, AGE_BYTES, "%" PRIu64 " s", age_s);
	else if (age_s < 7200)
		snprintf(text, AGE_BYTES, "%" PRIu64 " min", age_s / 60);
	else if (age_s < 172800)
		snprintf(text, AGE_BYTES, "%" PRIu64 " h", age_s / 3600);
	else
		snprintf(text, AGE_BYTES, "%" PRIu64 " d", age_s / 86400);
	return text;
}

static void add_heads(struct columns *columns, const char *const *heads)
{
	for (size_t i = 0; i < columns->count; i++)
		columns_add(columns, "%s", heads[i]);
}

static int finish_table(struct columns *columns, const char *none)
{
	int error = 0;

	if (columns->cell_count <= columns->count)
		puts(none);
	else
		error = columns_print(columns, stdout);
	columns_free(columns);
	return error;
}

static int print_lenders(const json_t *lenders)
{
	static const char *const heads[] = { "LENDER", "STATE", "FREE",	 "LENT",
					     "BACK",   "RACK",	"HEARD", "" };
	struct columns columns = { .count = sizeof(heads) / sizeof(heads[0]) };
	char age[AGE_BYTES], size[SIZE_TEXT_BYTES];
	const json_t *lender;
	size_t i;

	add_heads(&columns, heads);
	json_array_foreach(lenders, i, lender)
	{
		columns_add(&columns, "%s", text_of(lender, "name"));
		columns_add(&columns, "%s", text_of(lender, "state"));
		add_size(&columns, lender, "room_bytes");
		add_size(&columns, lender, "lent_bytes");
		add_size(&columns, lender, "wanted_back_bytes");
		columns_add(&columns, "%s", text_of(lender, "rack"));
		columns_add(&columns, "%s", age_text(lender, "age_s", age));
		if (json_is_integer(json_object_get(lender, "ceiling_bytes")))
			columns_add(&columns, "lends at most %s",
				    size_text(number_of(lender, "ceiling_bytes"), size));
		else
			columns_add(&columns, "%s", "");
	}
	return finish_table(&columns, "nobody lends");
}

static int print_borrowers(const json_t *borrowers)
{
	static const char *const heads[] = { "BORROWER", "BORROWS", "LIMIT", "MODE",
					     "MIRROR",	 "PSI",	    "HEARD" };
	struct columns columns = { .count = sizeof(heads) / sizeof(heads[0]) };
	char age[AGE_BYTES];
	const json_t *borrower;
	size_t i;

	add_heads(&columns, heads);
	json_array_foreach(borrowers, i, borrower)
	{
		columns_add(&columns, "%s", text_of(borrower, "name"));
		add_size(&columns, borrower, "borrowed_bytes");
		if (number_of(borrower, "borrow_bytes_max"))
			add_size(&columns, borrower, "borrow_bytes_max");
		else
			columns_add(&columns, "-");
		columns_add(&columns, "%s", text_of(borrower, "mode"));
		columns_add(&columns, "%s", text_of(borrower, "mirror"));
		columns_add(&columns, "%.1f",
			    json_number_value(json_object_get(borrower, "pressure")));
		columns_add(&columns, "%s", age_text(borrower, "age_s", age));
	}
	return finish_table(&columns, "nobody borrows");
}

/* What somebody has to know of a grant, in the order of how bad it is. */
static void add_remarks(struct columns *columns, const json_t *grant)
{
	bool attached = !strcmp(text_of(grant, "state"), "attached");
	struct text text = { 0 };

	if (!strcmp(text_of(grant, "borrower_says"), "broken"))
		text_add(&text, ", its borrower says that it is broken");
	if (is(grant, "overdue"))
		text_add(&text, ", overdue");
	else if (json_is_integer(json_object_get(grant, "deadline_s")))
		text_printf(&text, ", due in %" PRIu64 " s", number_of(grant, "deadline_s"));
	if (is(grant, "lease_over"))
		text_add(&text, ", its borrower is not heard of");
	if (attached && !is(grant, "connected"))
		text_add(&text, ", no session at the lender");
	if (is(grant, "by_line"))
		text_add(&text, ", by the line protocol");
	if (strcmp(text_of(grant, "detail"), "-") != 0)
		text_printf(&text, ", %s", text_of(grant, "detail"));
	columns_add(columns, "%s", text.length ? text.data + 2 : "");
	text_free(&text);
}

static int print_grants(const json_t *grants)
{
	static const char *const heads[] = { "GRANT",  "STATE",	   "SIZE",  "USED",
					     "LENDER", "BORROWER", "SINCE", "" };
	struct columns columns = { .count = sizeof(heads) / sizeof(heads[0]) };
	char age[AGE_BYTES];
	const json_t *grant;
	size_t i;

	add_heads(&columns, heads);
	json_array_foreach(grants, i, grant)
	{
		columns_add(&columns, "%s", text_of(grant, "id"));
		columns_add(&columns, "%s", text_of(grant, "state"));
		add_size(&columns, grant, "bytes");
		add_size(&columns, grant, "allocated_bytes");
		columns_add(&columns, "%s", text_of(grant, "lender"));
		columns_add(&columns, "%s", text_of(grant, "borrower"));
		columns_add(&columns, "%s", age_text(grant, "age_s", age));
		add_remarks(&columns, grant);
	}
	return finish_table(&columns, "nothing is lent");
}

static void print_largest(const json_t *lenders)
{
	const json_t *lender, *best = NULL;
	char size[SIZE_TEXT_BYTES];
	size_t i;

	json_array_foreach(lenders, i, lender) if (number_of(lender, "room_bytes") >
						   (best ? number_of(best, "room_bytes") : 0))
		best = lender;
	if (best)
		printf("at most %s can be had at once, from %s\n",
		       size_text(number_of(best, "room_bytes"), size), text_of(best, "name"));
	else
		puts("nothing can be had");
}

static void print_overdue(const json_t *grants)
{
	const json_t *grant;
	size_t i;

	json_array_foreach(grants, i, grant) if (is(grant, "overdue"))
		printf("overdue: %s has not given %s back to %s\n", text_of(grant, "borrower"),
		       text_of(grant, "id"), text_of(grant, "lender"));
}

static int print_status(const json_t *status)
{
	const json_t *lenders = json_object_get(status, "lenders");
	const json_t *grants = json_object_get(status, "grants");
	int error = print_lenders(lenders);

	putchar('\n');
	if (!error)
		error = print_borrowers(json_object_get(status, "borrowers"));
	putchar('\n');
	if (!error)
		error = print_grants(grants);
	putchar('\n');
	print_overdue(grants);
	print_largest(lenders);
	return error;
}

static int print_history(const json_t *events)
{
	struct columns columns = { .count = 7 };
	char size[SIZE_TEXT_BYTES];
	const json_t *event;
	size_t i;
	int error;

	json_array_foreach(events, i, event)
	{
		columns_add(&columns, "%s", text_of(event, "time"));
		columns_add(&columns, "%s", text_of(event, "event"));
		columns_add(&columns, "%s", text_of(event, "id"));
		columns_add(&columns, "%s", text_of(event, "lender"));
		columns_add(&columns, "%s", text_of(event, "borrower"));
		columns_add(&columns, "%s", size_text(number_of(event, "bytes"), size));
		columns_add(&columns, "%s",
			    json_is_string(json_object_get(event, "detail"))
				    ? text_of(event, "detail")
				    : "");
	}
	error = columns_print(&columns, stdout);
	columns_free(&columns);
	return error;
}

static int print_json(const json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(2));

	if (!text)
		return -ENOMEM;
	puts(text);
	free(text);
	return 0;
}

static int show(const struct memory_arguments *arguments, const char *path, const char *doing,
		int (*print)(const json_t *json))
{
	struct memory_broker broker = { 0 };
	struct fault fault = { 0 };
	json_t *answer = NULL;
	int error = memory_connect(&broker, arguments, false, &fault);

	if (!error)
		error = memory_ask(&broker, "GET", path, NULL, doing, &answer, &fault);
	if (!error) {
		error = arguments->json ? print_json(answer) : print(answer);
		if (error)
			fault_set(&fault, error, doing, broker.url, NULL);
	}
	json_decref(answer);
	memory_disconnect(&broker);
	return error ? memory_failed(&fault) : CMD_DONE;
}

int memory_status(const struct memory_arguments *arguments)
{
	return show(arguments, "/v1/memory", "ask who lends memory", print_status);
}

int memory_history(const struct memory_arguments *arguments)
{
	char path[64];

	snprintf(path, sizeof(path), "/v1/memory/history?limit=%u", arguments->limit);
	return show(arguments, path, "ask for the history of memory", print_history);
}
