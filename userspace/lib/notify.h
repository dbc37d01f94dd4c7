/* SPDX-License-Identifier: GPL-2.0-only */
/* Tell the service manager how it goes (sd_notify(3)'s protocol). */
#ifndef WIREROOT_NOTIFY_H
#define WIREROOT_NOTIFY_H

/* Send @state, such as "READY=1", to $NOTIFY_SOCKET; without one, or when nobody listens, nothing.
 */
void notify(const char *state);

#endif
