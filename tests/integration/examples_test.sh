#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The definitions in examples/ have no mistakes, as far as can be told where their images are absent, and
# importing gives the one that it is said to give. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

# Apart from the first line, which names the files.
import_gives_the_example()
{
	diff <(tail -n +2 examples/from-ethers/cluster.yaml) <(build/wireroot import ethers \
		examples/from-ethers/ethers examples/from-ethers/hosts --name old \
		--subnet 10.0.0.0/24 --server 10.0.0.1 --image /srv/images/debian 2> /dev/null | tail -n +2)
}

for file in examples/*/cluster.yaml; do
	check "$file" build/wireroot check --no-files --cluster "$file"
done
check "from-ethers is what importing gives" import_gives_the_example
finish
