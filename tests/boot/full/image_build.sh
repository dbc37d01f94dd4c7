#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot image build`, which needs Debian's packages and some minutes: what a build makes, one that
# is killed, and one whose hook fails. Needs root. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../../.." || exit 1
wireroot=$PWD/build/wireroot
# Not in /tmp, which may be small or mounted nodev.
mkdir -p build/check-some
work=$(mktemp -d "$PWD/build/check-some/image_build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

images=$work/images

build() {
	"$wireroot" image build --images "$images" --bare "$@" </dev/null
}

hook() {
	printf '#!/bin/sh\n%s\n' "$2" >"$work/$1"
	chmod 755 "$work/$1"
}

nothing_left() {
	! ls -d "$images"/*.partial 2>/dev/null && ! grep -F "$work" /proc/mounts
}

hook first 'echo root:secret | chpasswd --root "$1" && echo one >>"$1/hooked"'
hook second 'echo two >>"$1/hooked"'
check "an image is built" build --hook "$work/first" --hook "$work/second" debian
check "… by its hooks, in their order" test "$(cat "$images/debian/hooked" 2>&1)" = "one
two"
clean() {
	test -x "$images/debian/bin/sh" && ! test -e "$images/debian/etc/hostname" &&
		test -e "$images/debian/etc/machine-id" && ! test -s "$images/debian/etc/machine-id" &&
		! ls "$images/debian/etc/apt/apt.conf.d/99mmdebstrap" 2>/dev/null
}
check "… without what belongs to this machine or to one node" clean
check "… and nothing is left besides" nothing_left

# A program that has the image in its arguments; sed and grep of this test have not.
builds() {
	local arguments
	for arguments in /proc/[0-9]*/cmdline; do
		grep -qsF "$images/killed.partial" "$arguments" && return
	done
	return 1
}

no_longer_builds() {
	! builds
}

# mmdebstrap is within a namespace that ends with ours.
killed() {
	local pid
	"$wireroot" image build --images "$images" --bare killed >"$work/killed" 2>&1 </dev/null &
	pid=$!
	await_line 300 "$work/killed" extracting || return
	builds || return
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	retry 60 no_longer_builds && ! [ -e "$images/killed" ] && ! grep -F "$work" /proc/mounts
}
check "a build that is killed leaves no image, no program and no mount" killed

hook failing 'echo the hook says why >&2; exit 3'
check "a hook that fails is told of, with what it said" says 1 'the hook says why' \
	build --hook "$work/failing" failing
check "… and nothing is left, of the build that was killed neither" nothing_left

printf 'text' >"$work/text"
check "a hook that is no program is refused at once" says 1 'run hook: .*chmod \+x' \
	build --hook "$work/text" text
check "a suite that there is no source for is refused at once" says 1 \
	"find packages of Debian: nosuch" build --suite nosuch nosuch

finish
