#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The spellings of a root's place that go the same ways as those in ../root_forms.sh.
ROOT_FORMS=others exec "$(dirname "$0")/../root_forms.sh"
