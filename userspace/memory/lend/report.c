// SPDX-License-Identifier: GPL-2.0-only
/* A lender's report to the broker; see report.h. */
#include "userspace/memory/lend/report.h"

/* What is being taken back is there until it is cleared. */
static const char *const state_names[] = {
	[GRANT_PENDING] = NULL,
	[GRANT_EXPORTED] = "exported",
	[GRANT_FAILED] = "failed",
	[GRANT_CLEARED] = "cleared",
};

/* What is to be withdrawn and never was here is known by its id alone. */
static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

static json_t *grant_to_json(const struct grant *grant)
{
	const struct wanted *wanted = &grant->wanted;

	return json_pack("{s:s s:I s:s s:I s:I s:b s:s? s:s? s:s}", "id", wanted->id, "generation",
			 (json_int_t)wanted->generation, "state", state_names[grant->state],
			 "bytes", (json_int_t)wanted->bytes, "allocated_bytes",
			 (json_int_t)grant->allocated_bytes, "connected", grant->connected,
			 "borrower", or_null(wanted->borrower), "iqn", or_null(wanted->iqn),
			 "detail", grant->detail);
}

static json_t *guest_to_json(const struct guest *guest, int64_t now_ms)
{
	return json_pack("{s:s s:I s:I}", "name", guest->last.name, "available_bytes",
			 (json_int_t)guest->last.available_bytes, "age_s",
			 (json_int_t)((now_ms - guest->heard_ms) / 1000));
}

static json_t *grants_to_json(const struct grants *grants)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < grants->count; i++)
		if (state_names[grants->list[i].state] &&
		    json_array_append_new(array, grant_to_json(&grants->list[i]))) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

static json_t *guests_to_json(const struct guests *guests, int64_t now_ms)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < guests->count; i++)
		if (json_array_append_new(array, guest_to_json(&guests->list[i], now_ms))) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

json_t *report_to_json(const struct report *report)
{
	const struct spare_machine *machine = &report->machine;

	return json_pack("{s:s s:I s:I s:s s:i s:i s:s s:I s:I s:I s:f s:I s:o s:o}", "instance",
			 report->instance, "report", (json_int_t)report->number, "sequence",
			 (json_int_t)report->sequence, "address", report->address, "port",
			 (int)report->port, "interval_s", (int)report->interval_s, "state",
			 spare_state_name(report->spare.state), "spare_bytes",
			 (json_int_t)report->spare.spare_bytes, "total_bytes",
			 (json_int_t)machine->total_bytes, "available_bytes",
			 (json_int_t)machine->available_bytes, "pressure", machine->pressure,
			 "wanted_back_bytes", (json_int_t)report->spare.wanted_back_bytes, "guests",
			 guests_to_json(report->guests, report->now_ms), "grants",
			 grants_to_json(report->grants));
}
