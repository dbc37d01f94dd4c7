// SPDX-License-Identifier: GPL-2.0-only
/* Notes in SQLite. See store.h. */
#include "userspace/wirerootd/memory/store.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"
#include "userspace/wirerootd/memory/message.h"

/* So many events are written before old ones are looked for. */
#define TRIM_AFTER 1000

static const char schema[] =
	"CREATE TABLE lenders (name TEXT PRIMARY KEY, instance TEXT NOT NULL, former TEXT NOT NULL,"
	" ceiling INTEGER) WITHOUT ROWID;"
	"CREATE TABLE grants (id TEXT PRIMARY KEY, generation INTEGER NOT NULL,"
	" state TEXT NOT NULL, bytes INTEGER NOT NULL, lender TEXT NOT NULL,"
	" borrower TEXT NOT NULL, initiator TEXT NOT NULL, address TEXT NOT NULL,"
	" username TEXT NOT NULL, secret TEXT NOT NULL, username_in TEXT NOT NULL,"
	" secret_in TEXT NOT NULL, adopted INTEGER NOT NULL, by_line INTEGER NOT NULL,"
	" attached INTEGER NOT NULL, deadline_s INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE history (number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL,"
	" event TEXT NOT NULL, id TEXT, lender TEXT, borrower TEXT, bytes INTEGER, detail TEXT);"
	"PRAGMA user_version = 1;";

static const char *const statements[STORE_STATEMENTS] = {
	[STORE_BEGIN] = "BEGIN IMMEDIATE",
	[STORE_COMMIT] = "COMMIT",
	[STORE_GRANT] = "INSERT OR REPLACE INTO grants VALUES"
			" (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)",
	[STORE_FORGET] = "DELETE FROM grants WHERE id = ?1",
	[STORE_LENDER] = "INSERT OR REPLACE INTO lenders VALUES (?1,?2,?3,?4)",
	[STORE_EVENT] = "INSERT INTO history (time, event, id, lender, borrower, bytes, detail)"
			" VALUES (?1,?2,?3,?4,?5,?6,?7)",
	[STORE_TRIM] = "DELETE FROM history WHERE number <= (SELECT max(number) FROM history) - ?1",
};

static bool is_damage(int code)
{
	return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

static int error_of(int code)
{
	if (is_damage(code))
		return EBADMSG;
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return EACCES;
	default:
		return EIO;
	}
}

static int refuse(const struct store *store, struct fault *fault, int code, const char *doing)
{
	char hint[sizeof(fault->hint)];

	snprintf(hint, sizeof(hint), "%s",
		 error_of(code) == EBUSY ? "another wirerootd keeps its notes there"
					 : sqlite3_errmsg(store->database));
	return fault_set(fault, error_of(code), doing, store->path, hint);
}

/* --- opening ---------------------------------------------------------------------------------- */

static int run(const struct store *store, const char *sql, struct fault *fault)
{
	int code = sqlite3_exec(store->database, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : refuse(store, fault, code, "open the broker's notes");
}

/* The first column of the first row of @sql as a number. */
static int ask_number(const struct store *store, const char *sql, int *number, struct fault *fault)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*number = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? 0 : refuse(store, fault, code, "read the broker's notes");
}

static int make_schema(const struct store *store, struct fault *fault)
{
	char hint[sizeof(fault->hint)];
	int version = 0, good = 0;

	/* One row, "ok", when all is well. */
	if (ask_number(store, "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check = 'ok'",
		       &good, fault) ||
	    ask_number(store, "PRAGMA user_version", &version, fault))
		return -fault->error;
	if (!good)
		return fault_set(fault, EBADMSG, "read the broker's notes", store->path,
				 "they are damaged");
	if (version == STORE_VERSION)
		return 0;
	if (version != 0) {
		snprintf(
			hint, sizeof(hint),
			"they are of version %d, this program knows version %d: move them away, or "
			"start the wirerootd that wrote them",
			version, STORE_VERSION);
		return fault_set(fault, EPROTO, "read the broker's notes", store->path, hint);
	}
	return run(store, schema, fault);
}

static int prepare(struct store *store, struct fault *fault)
{
	for (int i = 0; i < STORE_STATEMENTS; i++) {
		int code =
			sqlite3_prepare_v3(store->database, statements[i], -1,
					   SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL);

		if (code != SQLITE_OK)
			return refuse(store, fault, code, "prepare to write the broker's notes");
	}
	return 0;
}

static void close_database(struct store *store)
{
	for (int i = 0; i < STORE_STATEMENTS; i++) {
		sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	sqlite3_close(store->database);
	store->database = NULL;
	store->is_begun = false;
}

static int open_database(struct store *store, struct fault *fault)
{
	mode_t mask = umask(0077);
	int code = sqlite3_open_v2(store->path, &store->database,
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
				   NULL);
	int error;

	/* One process has them, so that WAL needs no shared memory, and two brokers find out. */
	if (code != SQLITE_OK)
		error = refuse(store, fault, code, "open the broker's notes");
	else
		error = run(store,
			    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
			    "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;",
			    fault);
	if (!error)
		error = make_schema(store, fault);
	if (!error)
		error = prepare(store, fault);
	umask(mask);
	if (error)
		close_database(store);
	return error;
}

/* Out of the way, for whoever wants to look at it. */
static int move_aside(const struct store *store, struct fault *fault)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	char from[4096], to[4096];

	for (size_t i = 0; i < 3; i++) {
		snprintf(from, sizeof(from), "%s%s", store->path, parts[i]);
		snprintf(to, sizeof(to), "%s.damaged%s", store->path, parts[i]);
		if (rename(from, to) < 0 && errno != ENOENT)
			return fault_set(fault, errno, "move damaged notes aside", from, NULL);
	}
	return 0;
}

static int begin_anew(struct store *store, struct fault *fault)
{
	log_fault(store->log, fault);
	close_database(store);
	if (move_aside(store, fault))
		return -fault->error;
	log_line(
		store->log, LOG_LEVEL_WARNING,
		"%s was damaged and is now %s.damaged; the reports of members bring back what they "
		"have",
		store->path, store->path);
	return open_database(store, fault);
}

int store_open(struct store *store, const char *directory, const struct log *log,
	       struct fault *fault)
{
	int error;

	*store = (struct store){ .log = log };
	if (directory && fs_make_dirs(directory, 0700, fault))
		return -fault->error;
	store->path = directory ? fs_join(directory, STORE_FILE) : strdup(":memory:");
	if (!store->path)
		return fault_set(fault, ENOMEM, "open the broker's notes", "", NULL);
	error = open_database(store, fault);
	if (error == -EBADMSG && directory)
		error = begin_anew(store, fault);
	if (error) {
		free(store->path);
		store->path = NULL;
	}
	return error;
}

void store_close(struct store *store)
{
	if (store->database) {
		store_commit(store);
		close_database(store);
	}
	free(store->path);
	store->path = NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

static const char *column(sqlite3_stmt *row, int number)
{
	const unsigned char *text = sqlite3_column_text(row, number);

	return text ? (const char *)text : "";
}

static bool copy_column(sqlite3_stmt *row, int number, char *to, size_t size)
{
	const char *text = column(row, number);

	return value_copy(to, size, text, strlen(text));
}

static int load_lender(sqlite3_stmt *row, struct brokerage *brokerage, int64_t now_ms)
{
	uint64_t former[FORMER_INSTANCES] = { 0 }, instance = 0;
	uint64_t ceiling = (uint64_t)sqlite3_column_int64(row, 3);
	bool has_ceiling = sqlite3_column_type(row, 3) != SQLITE_NULL;

	(void)now_ms;
	if (!value_host_name(column(row, 0), HOST_NAME_LENGTH) ||
	    sscanf(column(row, 1), "%16" SCNx64, &instance) != 1 ||
	    sscanf(column(row, 2), "%16" SCNx64 " %16" SCNx64 " %16" SCNx64 " %16" SCNx64,
		   &former[0], &former[1], &former[2], &former[3]) != FORMER_INSTANCES)
		return -EBADMSG;
	return brokerage_restore_lender(brokerage, column(row, 0), instance, former,
					has_ceiling ? &ceiling : NULL);
}

static int load_grant(sqlite3_stmt *row, struct brokerage *brokerage, int64_t now_ms)
{
	struct grant saved = { .generation = (uint64_t)sqlite3_column_int64(row, 1),
			       .bytes = (uint64_t)sqlite3_column_int64(row, 3),
			       .is_adopted = sqlite3_column_int(row, 12) != 0,
			       .by_line = sqlite3_column_int(row, 13) != 0,
			       .was_attached = sqlite3_column_int(row, 14) != 0,
			       .deadline_s = (unsigned int)sqlite3_column_int(row, 15) };

	if (!message_id(column(row, 0), &saved.id) ||
	    !grant_state_read(column(row, 2), &saved.state) || saved.state == GRANT_FORGOTTEN ||
	    brokerage_find_grant(brokerage, saved.id) || saved.bytes > MESSAGE_BYTES_OF_ALL ||
	    !value_host_name(column(row, 4), HOST_NAME_LENGTH) ||
	    !value_host_name(column(row, 5), HOST_NAME_LENGTH) ||
	    !copy_column(row, 6, saved.initiator, sizeof(saved.initiator)) ||
	    !copy_column(row, 7, saved.address, sizeof(saved.address)) ||
	    !copy_column(row, 8, saved.username, sizeof(saved.username)) ||
	    !copy_column(row, 9, saved.secret, sizeof(saved.secret)) ||
	    !copy_column(row, 10, saved.username_in, sizeof(saved.username_in)) ||
	    !copy_column(row, 11, saved.secret_in, sizeof(saved.secret_in)))
		return -EBADMSG;
	return brokerage_restore_grant(brokerage, &saved, column(row, 4), column(row, 5), now_ms);
}

static int load_over(sqlite3_stmt *row, struct brokerage *brokerage, int64_t now_ms)
{
	uint64_t id;

	(void)now_ms;
	return message_id(column(row, 0), &id) ? id_set_add(&brokerage->over, id) : 0;
}

static int load_rows(const struct store *store, const char *sql,
		     int (*load)(sqlite3_stmt *, struct brokerage *, int64_t),
		     struct brokerage *brokerage, int64_t now_ms, struct fault *fault)
{
	sqlite3_stmt *rows = NULL;
	int code = sqlite3_prepare_v2(store->database, sql, -1, &rows, NULL);
	int error = 0;

	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(rows);
		if (code != SQLITE_ROW)
			break;
		error = load(rows, brokerage, now_ms);
		if (error)
			break;
	}
	sqlite3_finalize(rows);
	if (error)
		return fault_set(fault, error, "read the broker's notes", store->path,
				 error == -EBADMSG ? "a row makes no sense" : NULL);
	return code == SQLITE_DONE ? 0 : refuse(store, fault, code, "read the broker's notes");
}

int store_load(struct store *store, struct brokerage *brokerage, int64_t now_ms,
	       struct fault *fault)
{
	int error;

	error = load_rows(store, "SELECT * FROM lenders", load_lender, brokerage, now_ms, fault);
	if (!error)
		error = load_rows(store, "SELECT * FROM grants", load_grant, brokerage, now_ms,
				  fault);
	if (!error)
		error = load_rows(store,
				  "SELECT id FROM (SELECT number, id FROM history WHERE event = "
				  "'forgotten' ORDER BY number DESC LIMIT 32768) ORDER BY number",
				  load_over, brokerage, now_ms, fault);
	/* What was read until then is as good as a report says. */
	return error == -EBADMSG ? begin_anew(store, fault) : error;
}

json_t *store_history(struct store *store, unsigned int limit)
{
	sqlite3_stmt *rows = NULL;
	json_t *events = json_array();

	store_commit(store);
	if (sqlite3_prepare_v2(store->database,
			       "SELECT time, event, id, lender, borrower, bytes, detail"
			       " FROM history ORDER BY number DESC LIMIT ?1",
			       -1, &rows, NULL) == SQLITE_OK)
		sqlite3_bind_int64(rows, 1, limit);
	while (rows && sqlite3_step(rows) == SQLITE_ROW) {
		char date[32];
		time_t when = (time_t)sqlite3_column_int64(rows, 0);
		struct tm parts;

		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &parts));
		json_array_append_new(events,
				      json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:I, s:s?}", "time",
						date, "event", column(rows, 1), "id",
						sqlite3_column_text(rows, 2), "lender",
						sqlite3_column_text(rows, 3), "borrower",
						sqlite3_column_text(rows, 4), "bytes",
						(json_int_t)sqlite3_column_int64(rows, 5), "detail",
						sqlite3_column_text(rows, 6)));
	}
	sqlite3_finalize(rows);
	return events;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Run a statement whose values are bound. The first failure is told, and so is its end. */
static void step(struct store *store, enum store_statement which)
{
	sqlite3_stmt *statement = store->statements[which];
	int code = sqlite3_step(statement);
	bool is_good = code == SQLITE_DONE || code == SQLITE_ROW;

	if (!is_good && !store->is_failing)
		log_line(store->log, LOG_LEVEL_ERROR,
			 "write the broker's notes: %s: %s; going on without them, as far as the "
			 "reports of members bring back what they have",
			 store->path, sqlite3_errmsg(store->database));
	else if (is_good && store->is_failing && which == STORE_COMMIT)
		log_line(store->log, LOG_LEVEL_NOTICE, "%s is written again", store->path);
	if (!is_good)
		store->is_failing = true;
	else if (which == STORE_COMMIT)
		store->is_failing = false;
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

static sqlite3_stmt *begin(struct store *store, enum store_statement which)
{
	if (!store->is_begun)
		step(store, STORE_BEGIN);
	store->is_begun = true;
	return store->statements[which];
}

void store_commit(struct store *store)
{
	if (!store->is_begun)
		return;
	step(store, STORE_COMMIT);
	/* One that could not be committed would keep the next one from beginning. */
	if (!sqlite3_get_autocommit(store->database))
		sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
	store->is_begun = false;
}

static void bind(sqlite3_stmt *statement, int number, const char *text)
{
	if (text)
		sqlite3_bind_text(statement, number, text, -1, SQLITE_TRANSIENT);
}

static void bind_id(sqlite3_stmt *statement, int number, uint64_t id)
{
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIx64, id);
	bind(statement, number, text);
}

static void forget(struct store *store, const struct grant *grant)
{
	bind_id(begin(store, STORE_FORGET), 1, grant->id);
	step(store, STORE_FORGET);
}

void store_grant(struct store *store, const struct grant *grant)
{
	sqlite3_stmt *row;

	if (grant->state == GRANT_FORGOTTEN) {
		forget(store, grant);
		return;
	}
	row = begin(store, STORE_GRANT);
	bind_id(row, 1, grant->id);
	sqlite3_bind_int64(row, 2, (sqlite3_int64)grant->generation);
	bind(row, 3, grant_state_name(grant->state));
	sqlite3_bind_int64(row, 4, (sqlite3_int64)grant->bytes);
	bind(row, 5, grant->lender->rules.name);
	bind(row, 6, grant->borrower->rules.name);
	bind(row, 7, grant->initiator);
	bind(row, 8, grant->address);
	bind(row, 9, grant->username);
	bind(row, 10, grant->secret);
	bind(row, 11, grant->username_in);
	bind(row, 12, grant->secret_in);
	sqlite3_bind_int(row, 13, grant->is_adopted);
	sqlite3_bind_int(row, 14, grant->by_line);
	sqlite3_bind_int(row, 15, grant->was_attached);
	sqlite3_bind_int64(row, 16, grant->deadline_s);
	step(store, STORE_GRANT);
}

void store_lender(struct store *store, const struct member *member)
{
	const struct lender *lender = &member->lender;
	sqlite3_stmt *row = begin(store, STORE_LENDER);
	char former[17 * FORMER_INSTANCES + 1] = "";

	bind(row, 1, member->rules.name);
	bind_id(row, 2, lender->instance);
	for (size_t i = 0; i < FORMER_INSTANCES; i++)
		snprintf(former + 17 * i, sizeof(former) - 17 * i, "%016" PRIx64 " ",
			 lender->former[i]);
	bind(row, 3, former);
	if (lender->has_ceiling)
		sqlite3_bind_int64(row, 4, (sqlite3_int64)lender->ceiling_bytes);
	step(store, STORE_LENDER);
}

void store_event(struct store *store, time_t now, const char *event, const struct grant *grant,
		 const struct member *member, const char *detail)
{
	sqlite3_stmt *row = begin(store, STORE_EVENT);

	sqlite3_bind_int64(row, 1, now);
	bind(row, 2, event);
	if (grant) {
		bind_id(row, 3, grant->id);
		bind(row, 4, grant->lender->rules.name);
		bind(row, 5, grant->borrower->rules.name);
		sqlite3_bind_int64(row, 6, (sqlite3_int64)grant->bytes);
	} else if (member) {
		bind(row, 4, member->rules.name);
	}
	bind(row, 7, detail);
	step(store, STORE_EVENT);
	if (++store->untrimmed < TRIM_AFTER)
		return;
	store->untrimmed = 0;
	sqlite3_bind_int64(begin(store, STORE_TRIM), 1, STORE_HISTORY_MAX);
	step(store, STORE_TRIM);
}
