#!/bin/sh
# mqtt-in.sh TOPIC QUEUE [OPTION...]: send each message of an MQTT topic to a local queue. The options are those of mosquitto_sub,
# for example -h HOST; -i ID is needed, by which the broker knows its session.
#
# Promise: the broker keeps what comes while this bridge is away or its queue full, and no message comes twice without a fault. But
# mosquitto_sub confirms a message before it writes it: when it is stopped, it can drop the few that come just then, and a kill
# loses what is in its buffer and in the pipe (4 KiB here).
set -eu
[ $# -ge 2 ] || { echo 'usage: mqtt-in.sh TOPIC QUEUE -i ID [OPTION...]' >&2; exit 2; }
topic=$1 queue=$2
shift 2
trap '[ -z "${!-}" ] || sigsend -w "$!"; exit 143' TERM INT HUP

# SIGTERM goes to mosquitto_sub, and mqsend then sends what is left in the pipe.
while :; do
	piperun -s 4096 mosquitto_sub "$@" -c -q 1 -t "$topic" -N -F '%l:%p,' -- mqsend -N "$queue" &
	wait "$!" || :
	sleep 1
done
