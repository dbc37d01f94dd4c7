#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The definitions in examples/ have no mistakes, as far as can be told where their images are absent.
# Prints TAP.
set -u

cd "$(dirname "$0")/../.." || exit 1
number=0
failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

for file in examples/*/cluster.yaml; do
	number=$((number + 1))
	if build/wireroot check --no-files --cluster "$file" > "$output" 2>&1; then
		echo "ok $number - $file"
	else
		failed=$((failed + 1))
		echo "not ok $number - $file"
		sed 's/^/# /' "$output"
	fi
done
echo "1..$number"
[ "$failed" -eq 0 ]
