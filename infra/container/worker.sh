#!/bin/sh
# A worker's name must be its own among all that run, and be another after each start: the host's name is both.
set -eu
: "${EARMARK_WORKER__NAME:=$(cat /proc/sys/kernel/hostname)}"
export EARMARK_WORKER__NAME
exec earmark worker
