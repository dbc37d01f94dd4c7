# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced first by tests with a tgtd: namespaces of their own, where all processes end with the test and
# where nobody else's tgtd is; a directory ($work) that goes with it, and tap.sh.
if [ -z "${TEST_APART:-}" ]; then
	TEST_APART=1 exec unshare --mount --net --pid --mount-proc --fork --kill-child "$0"
fi
mount --make-rprivate / && mount -t tmpfs none /run || exit 1
ip link set lo up
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh
