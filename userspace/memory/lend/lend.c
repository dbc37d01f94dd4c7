// SPDX-License-Identifier: GPL-2.0-only
/*
 * wireroot-lend: lends memory that this machine can spare to its neighbours.
 *
 * One loop waits for the clock's tick, signals, PSI, tgtd's end, guests' reports and the broker's
 * answers; each makes the lender look at how things are and do what follows from that.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "userspace/lib/notify.h"
#include "userspace/lib/signals.h"
#include "userspace/memory/lend/guest.h"
#include "userspace/memory/lend/lender.h"

/* MemAvailable is looked at so often; a machine can use up a gigabyte in that time. */
#define TICK_MS 1000

enum { FD_SIGNALS, FD_PRESSURE, FD_TGTD, FD_GUESTS, FD_COUNT };

static void take_signals(struct lender *lender, int fd, int argc, char **argv)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP) {
			lender_reload(lender, argc, argv);
			continue;
		}
		notify("STOPPING=1");
		lender_leave(lender);
	}
}

static int wait_ms(const struct lender *lender, int64_t tick_at_ms)
{
	int64_t left = tick_at_ms - lender_now_ms();
	int talking = talk_wait_ms(lender);

	left = left < 0 ? 0 : left;
	return talking >= 0 && talking < left ? talking : (int)left;
}

static void serve_once(struct lender *lender, int signals, int64_t *tick_at_ms, int argc,
		       char **argv)
{
	struct pollfd fds[FD_COUNT] = {
		[FD_SIGNALS] = { .fd = signals, .events = POLLIN },
		[FD_PRESSURE] = { .fd = lender->pressure_fd, .events = POLLPRI },
		[FD_TGTD] = { .fd = lender->tgtd.pidfd, .events = POLLIN },
		[FD_GUESTS] = { .fd = lender->guest_fd, .events = POLLIN },
	};
	int ready = broker_poll(lender->broker, fds, FD_COUNT, wait_ms(lender, *tick_at_ms));

	if (ready > 0 && fds[FD_SIGNALS].revents)
		take_signals(lender, signals, argc, argv);
	if (ready > 0 && fds[FD_PRESSURE].revents & POLLERR) {
		close(lender->pressure_fd);
		lender->pressure_fd = -1;
	} else if (ready > 0 && fds[FD_PRESSURE].revents) {
		lender_stalled(lender);
	}
	if (ready > 0 && fds[FD_TGTD].revents)
		lender_tgtd_ended(lender);
	if (ready > 0 && fds[FD_GUESTS].revents)
		guest_receive(lender->guest_fd, lender->guest_token, &lender->guests,
			      lender_now_ms(), &lender->log);
	if (ready > 0 || lender_now_ms() >= *tick_at_ms || grants_have_work(&lender->grants)) {
		lender_tick(lender);
		*tick_at_ms = lender_now_ms() + TICK_MS;
	}
	talk(lender);
}

static int lend(struct lender *lender, int argc, char **argv, struct fault *fault)
{
	int64_t tick_at_ms = 0;
	int signals = signals_open(true, fault);
	int error = signals < 0 ? signals : lender_open(lender, fault);

	if (!error) {
		lender_tick(lender);
		log_line(&lender->log, LOG_LEVEL_NOTICE, "%s at %s:%u, instance %s, broker %s",
			 lender->options.member.name, lender->address, lender->options.port,
			 lender->instance, lender->options.member.broker);
		notify("READY=1");
		while (!lender_may_end(lender))
			serve_once(lender, signals, &tick_at_ms, argc, argv);
		lender_tick(lender);
		talk_goodbye(lender);
	}
	lender_close(lender);
	if (signals >= 0)
		close(signals);
	return error;
}

int main(int argc, char **argv)
{
	struct lender *lender = calloc(1, sizeof(*lender));
	struct fault fault = { 0 };
	int status = EXIT_FAILURE, error;

	if (!lender)
		return EXIT_FAILURE;
	lender->guest_fd = lender->pressure_fd = lender->tgtd.pidfd = -1;
	lender->log = log_open("wireroot-lend");
	lender->log.level = LOG_LEVEL_INFO;
	error = lend_options_read(&lender->options, argc, argv, &status, &fault);
	if (!error && lender->options.guest)
		error = guest_run(&lender->options, &lender->log, &fault);
	else if (!error)
		error = member_finish(&lender->options.member, MEMBER_FROM_INITRD, &fault);
	if (!error && !lender->options.guest)
		error = lend(lender, argc, argv, &fault);
	if (error < 0)
		log_fault(&lender->log, &fault);
	if (error <= 0)
		status = error ? EXIT_FAILURE : EXIT_SUCCESS;
	explicit_bzero(lender, sizeof(*lender));
	free(lender);
	return status;
}
