#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The memory broker's own code between models of lenders and borrowers, in every order in which they
# can speak past one another. Prints TAP. MEMORY_MODEL=--full looks at more states.
set -u

cd "$(dirname "$0")/../.." || exit 1
exec nice build/memory-model ${MEMORY_MODEL:+"$MEMORY_MODEL"}
