// SPDX-License-Identifier: GPL-2.0-only
/* Keeps the unknown machines. See discovery.h for the rules. */
#include "userspace/wirerootd/discovery.h"
#include "initramfs/value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A machine that has not asked for so long has been switched off; others may need its place. */
#define GONE_SECONDS 300

void discovery_init(struct discovery *discovery)
{
	*discovery = (struct discovery){ 0 };
	TAILQ_INIT(&discovery->machines);
}

static void forget(struct discovery *discovery, struct waiting_machine *machine)
{
	TAILQ_REMOVE(&discovery->machines, machine, next);
	discovery->count--;
	machine_free(&machine->machine);
	free(machine);
}

void discovery_free(struct discovery *discovery)
{
	struct waiting_machine *machine = TAILQ_FIRST(&discovery->machines), *next;

	for (; machine; machine = next) {
		next = TAILQ_NEXT(machine, next);
		machine_free(&machine->machine);
		free(machine);
	}
	discovery_init(discovery);
}

int discovery_open(struct discovery *discovery, const char *profile, const char *pattern,
		   time_t until)
{
	if (discovery->is_open)
		return -EBUSY;
	discovery->is_open = true;
	discovery->until = until;
	snprintf(discovery->profile, sizeof(discovery->profile), "%s", profile);
	snprintf(discovery->pattern, sizeof(discovery->pattern), "%s", pattern);
	return 0;
}

void discovery_close(struct discovery *discovery)
{
	discovery->is_open = false;
}

static struct waiting_machine *find(const struct discovery *discovery, const uint8_t mac[static 6])
{
	struct waiting_machine *machine;

	TAILQ_FOREACH(machine, &discovery->machines, next)
	if (!memcmp(machine->machine.macs[0], mac, 6))
		return machine;
	return NULL;
}

const struct waiting_machine *discovery_find(const struct discovery *discovery,
					     const uint8_t mac[static 6])
{
	return find(discovery, mac);
}

int discovery_tell(struct discovery *discovery, const uint8_t mac[static 6],
		   enum waiting_state state, const char *name)
{
	struct waiting_machine *machine = find(discovery, mac);

	if (!machine)
		return -ENOENT;
	machine->state = name ? state : MACHINE_WAITING;
	snprintf(machine->name, sizeof(machine->name), "%s", name ? name : "");
	return 0;
}

bool discovery_may_report(struct discovery *discovery, const char *peer, time_t now)
{
	return recent_allow(&discovery->reports, peer, now, DISCOVERY_REPORT_SECONDS,
			    DISCOVERY_REPORTS);
}

__attribute__((format(printf, 3, 4))) static void refuse(struct discovery_answer *answer,
							 unsigned int status, const char *format,
							 ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(answer->text, sizeof(answer->text), format, values);
	va_end(values);
	answer->status = status;
}

/* Is one of @machine's addresses another's? False with @answer when it is. */
static bool owns_its_addresses(const struct discovery *discovery, const struct node_index *index,
			       const struct machine *machine, struct discovery_answer *answer)
{
	const struct waiting_machine *other;
	const struct index_node *node;
	char text[MAC_TEXT_BYTES];

	for (unsigned int i = 0; i < machine->mac_count; i++) {
		const uint8_t *mac = machine->macs[i];

		node = index_find_mac(index, mac);
		if (node && i > 0) {
			refuse(answer, 403, "its MAC address %s is the node %s's",
			       value_mac_text(mac, text), node->name);
			return false;
		}
		TAILQ_FOREACH(other, &discovery->machines, next)
		{
			if (!memcmp(other->machine.macs[0], machine->macs[0], 6) ||
			    !machine_has_mac(&other->machine, mac))
				continue;
			refuse(answer, 403, "its MAC address %s is another waiting machine's",
			       value_mac_text(mac, text));
			return false;
		}
	}
	return true;
}

/* Is the peer who it says it is? False with @answer when it is not. */
static bool is_sender(const struct discovery_report *report, const struct machine *machine,
		      struct discovery_answer *answer)
{
	char text[MAC_TEXT_BYTES];

	if (!report->has_neighbour)
		refuse(answer, 403,
		       "the kernel knows no MAC address of %s: machines have to be on a network of "
		       "the boot server",
		       report->peer);
	else if (memcmp(report->neighbour, machine->macs[0], 6) != 0)
		refuse(answer, 403, "this is not the machine %s",
		       value_mac_text(machine->macs[0], text));
	else
		return true;
	return false;
}

/* Room for one more: a machine that has gone makes it. */
static bool make_room(struct discovery *discovery, time_t now)
{
	struct waiting_machine *machine, *next;

	if (discovery->count < DISCOVERY_MACHINES_MAX)
		return true;
	for (machine = TAILQ_FIRST(&discovery->machines); machine; machine = next) {
		next = TAILQ_NEXT(machine, next);
		if (now - machine->last_asked > GONE_SECONDS)
			forget(discovery, machine);
	}
	return discovery->count < DISCOVERY_MACHINES_MAX;
}

/* A machine that is not here yet; NULL with @answer when it cannot be taken in. */
static struct waiting_machine *take_in(struct discovery *discovery, time_t now,
				       struct discovery_answer *answer)
{
	struct waiting_machine *machine;

	if (!discovery->is_open) {
		refuse(answer, 403, "no discovery window is open: see `wireroot discover`");
		return NULL;
	}
	if (!make_room(discovery, now)) {
		refuse(answer, 503, "%d machines are waiting already", DISCOVERY_MACHINES_MAX);
		return NULL;
	}
	machine = calloc(1, sizeof(*machine));
	if (!machine) {
		refuse(answer, 503, "out of memory");
		return NULL;
	}
	machine->arrived = now;
	TAILQ_INSERT_TAIL(&discovery->machines, machine, next);
	discovery->count++;
	answer->is_arrival = true;
	return machine;
}

static void say_state(const struct waiting_machine *machine, struct discovery_answer *answer)
{
	if (machine->state == MACHINE_WAITING)
		snprintf(answer->text, sizeof(answer->text), "waiting");
	else
		snprintf(answer->text, sizeof(answer->text), "%s %s",
			 machine->state == MACHINE_ADOPTED ? "adopted" : "adopting", machine->name);
	answer->status = 200;
	answer->is_news = strcmp(answer->text, machine->machine.shown) != 0;
	answer->machine = machine;
}

/* Keep @machine, which is used up, as what is known of the one that sent it. */
static void keep(struct discovery *discovery, struct machine *machine,
		 const struct discovery_report *report, struct discovery_answer *answer)
{
	struct waiting_machine *kept = find(discovery, machine->macs[0]);

	if (!kept)
		kept = take_in(discovery, report->now, answer);
	if (!kept) {
		machine_free(machine);
		return;
	}
	machine_free(&kept->machine);
	kept->machine = *machine;
	kept->last_asked = report->now;
	snprintf(kept->peer, sizeof(kept->peer), "%s", report->peer);
	say_state(kept, answer);
	/* From now on the index knows it; should this answer be lost, that gives the same one. */
	if (kept->state == MACHINE_ADOPTED) {
		answer->machine = NULL;
		forget(discovery, kept);
	}
}

/* Its address is a node's by now, whether or not somebody has told so. */
static void say_adopted(struct discovery *discovery, const struct index_node *node,
			const struct machine *machine, struct discovery_answer *answer)
{
	struct waiting_machine *waiting = find(discovery, machine->macs[0]);

	if (waiting)
		forget(discovery, waiting);
	answer->status = 200;
	snprintf(answer->text, sizeof(answer->text), "adopted %s", node->name);
	answer->is_news = strcmp(answer->text, machine->shown) != 0;
}

void discovery_take_report(struct discovery *discovery, const struct node_index *index,
			   const struct discovery_report *report, struct discovery_answer *answer)
{
	const struct index_node *node;
	struct machine machine;
	struct fault fault;

	*answer = (struct discovery_answer){ 0 };
	if (machine_parse(report->text, report->length, &machine, &fault)) {
		refuse(answer, fault.error == ENOMEM ? 503 : 400, "the report is unusable%s%s: %s",
		       fault.peer[0] ? ": " : "", fault.peer, fault.hint);
		return;
	}
	if (!is_sender(report, &machine, answer) ||
	    !owns_its_addresses(discovery, index, &machine, answer)) {
		machine_free(&machine);
		return;
	}
	node = index_find_mac(index, machine.macs[0]);
	if (node) {
		say_adopted(discovery, node, &machine, answer);
		machine_free(&machine);
		return;
	}
	keep(discovery, &machine, report, answer);
}
