#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs a command and prints {"seconds", "peak_kib"} on standard output; its own output goes to
standard error. Ends with the command's status.

usage: measure.py COMMAND [WORD...]
"""

import json
import resource
import subprocess
import sys
import time

before = time.monotonic()
status = subprocess.call(sys.argv[1:], stdout=sys.stderr)
seconds = time.monotonic() - before
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"seconds": round(seconds, 4), "peak_kib": peak}))
sys.exit(status)
