#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot import`: what other programs know of a cluster becomes the definitions in
# tests/integration/import/*.yaml, and with their gaps filled in `wireroot check` takes them.
# Prints TAP.
#
#   import_test.sh [--write]     --write writes the expected definitions anew, to be read over
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/import" || exit 1
wireroot=$PWD/../../../build/wireroot
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. ../tap.sh

# The version is not what is tested.
import() {
	"$wireroot" import "$@" 2>"$work/said" | sed '1s/ by wireroot .*//'
	[ "${PIPESTATUS[0]}" -eq 0 ]
}

# becomes GOLDEN FORMAT FILE...: what the files become.
becomes() {
	local golden=$1
	shift
	import "$@" >"$work/got" || return 1
	diff -u "$golden" "$work/got"
}

# Something for each gap: the places are marked, and this is what an administrator would write.
fill_in() {
	awk '/address: # FILL IN: the boot/ { sub(/#.*/, server) }
		/subnet: # FILL IN/ { sub(/#.*/, subnet) }
		/network: # FILL IN/ { sub(/#.*/, network) }
		/address: # FILL IN/ { sub(/#.*/, node) }
		/path: # FILL IN/ { sub(/#.*/, "/srv/image") }
		{ print }' server="${1-}" subnet="${2-}" network="${3-}" node="${4-}"
}

# passes GOLDEN SERVER SUBNET NETWORK NODE: `wireroot check` finds no error once that is filled in.
passes() {
	local golden=$1
	shift
	fill_in "$@" <"$golden" >"$work/cluster.yaml"
	! grep 'FILL IN: ' "$work/cluster.yaml" || return 1
	"$wireroot" check --no-files --cluster "$work/cluster.yaml"
}

# What is left to fill in is where check points at.
gaps_are_found() {
	local gaps errors
	gaps=$(grep -c 'FILL IN: ' ethers.yaml)
	errors=$("$wireroot" check --no-files --cluster ethers.yaml | grep -c ': error: ')
	echo "$gaps gaps, $errors errors"
	[ "$gaps" -gt 0 ] && [ "$errors" -gt 0 ]
}

# Options fill gaps in right away.
options_fill_in() {
	import ethers ethers hosts --name lab --subnet 10.0.0.0/24 --server 10.0.0.1 \
		--image /srv/image >"$work/got" || return 1
	grep -q '^  name: lab$' "$work/got" && grep -q '^    subnet: 10.0.0.0/24$' "$work/got" &&
		grep -q '^    address: 10.0.0.1$' "$work/got" &&
		grep -q '^    path: /srv/image$' "$work/got" &&
		[ "$(grep -c 'FILL IN: ' "$work/got")" -eq 1 ]
}

no_file_is_overwritten() {
	"$wireroot" import ethers ethers hosts -o "$work/new.yaml" || return 1
	cp "$work/new.yaml" "$work/old.yaml"
	! "$wireroot" import lucie lucie.rb -o "$work/new.yaml" 2>"$work/said" || return 1
	grep -q 'exists already' "$work/said" && cmp "$work/new.yaml" "$work/old.yaml"
}

no_secret_is_copied() {
	! grep -lE 'xxxxxxxx|hwpass|PASSW0RD' ./*.yaml
}

# refused STATUS PATTERN ARGUMENT...: with that status and words.
refused() {
	local status=$1 pattern=$2
	shift 2
	"$wireroot" import "$@" >/dev/null 2>"$work/said"
	[ $? -eq "$status" ] && grep -Eq -- "$pattern" "$work/said" && return
	cat "$work/said"
	return 1
}

import_thousands() {
	import xcat "$work/stanza" --subnet 10.0.0.0/16 --server 10.0.255.1 --image /srv/image \
		>"$work/cluster.yaml"
}

thousands_pass() {
	local i
	for ((i = 0; i < 10000; i++)); do
		printf 'n%05d:\n  objtype=node\n  groups=all\n  ip=10.0.%d.%d\n  mac=5254%08x\n' \
			"$i" $((i / 200)) $((i % 200 + 1)) "$i"
	done >"$work/stanza"
	frugal 3 import_thousands && grep -q '^  all: n\[00000-09999\]$' "$work/cluster.yaml" &&
		"$wireroot" check --no-files --cluster "$work/cluster.yaml"
}

conversions='ethers.yaml ethers ethers hosts
lucie-define.yaml lucie lucie.conf
lucie-ruby.yaml lucie lucie.rb
warewulf-4.2.yaml warewulf warewulf-4.2.conf
warewulf-4.5.yaml warewulf warewulf-4.5.conf
warewulf-4.6.yaml warewulf warewulf-4.6.conf
xcat.yaml xcat xcat.stanza'

if [ "${1:-}" = --write ]; then
	while read -r golden arguments; do
		# shellcheck disable=SC2086  # several arguments
		import $arguments >"$golden"
	done <<<"$conversions"
	exit
fi

while read -r golden arguments; do
	# shellcheck disable=SC2086  # several arguments
	check "$arguments becomes $golden" becomes "$golden" $arguments
done <<<"$conversions"
check "ethers.yaml passes" passes ethers.yaml 10.0.0.1 10.0.0.0/24 boot 10.0.0.14
check "lucie-define.yaml passes" passes lucie-define.yaml 192.168.0.1 192.168.0.0/24 boot 192.168.0.12
check "lucie-ruby.yaml passes" passes lucie-ruby.yaml
check "warewulf-4.2.yaml passes" passes warewulf-4.2.yaml 10.0.0.2
check "warewulf-4.5.yaml passes" passes warewulf-4.5.yaml 10.0.0.2
check "warewulf-4.6.yaml passes" passes warewulf-4.6.yaml 10.0.2.254
check "xcat.yaml passes" passes xcat.yaml '' '' 10_0_0_0-255_255_0_0 10.0.1.9
check "gaps are found by check" gaps_are_found
check "options fill gaps in" options_fill_in
check "no file is overwritten" no_file_is_overwritten
check "no secret is copied" no_secret_is_copied
check "another kind of file is refused with its line" refused 1 'hosts:1.*host do' lucie hosts
check "a stanza file is no YAML" refused 1 'xcat.stanza' warewulf xcat.stanza
echo 'ipaddr: 10.0.0.1' >"$work/warewulf.conf"
check "YAML without nodes is refused" refused 1 'neither nodes' warewulf "$work/warewulf.conf"
check "a value that a definition does not take is refused" refused 1 '--subnet' ethers ethers --subnet 10.0.0.0/33
check "an unknown format is told" refused 2 'no such format' rocks ethers
check "10,000 nodes are imported and pass" thousands_pass
json_tells_what_came_of_it() {
	"$wireroot" import ethers ethers hosts \
		-o "$work/told.yaml" --json | jq -e ".file == \"$work/told.yaml\" and .nodes > 0" &&
		[ -s "$work/told.yaml" ]
}
check "--json tells what came of it" json_tells_what_came_of_it
finish
