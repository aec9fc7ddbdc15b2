#!/bin/sh
# mqtt-out.sh QUEUE TOPIC [OPTION...]: publish the messages of a local queue to a topic of an MQTT broker. The options are those
# of mosquitto_pub, for example -h HOST.
#
# Promise: each message is published at least once and in order: mosquitto_pub -q 1 succeeds when the broker has confirmed.
# Mosquitto confirms before it has written to disk, so a broker that is killed loses what came since it last saved.
set -eu
[ $# -ge 2 ] || { echo 'usage: mqtt-out.sh QUEUE TOPIC [OPTION...]' >&2; exit 2; }
queue=$1 topic=$2
shift 2

# mosquitto_pub -s refuses an empty message; -n sends one.
# shellcheck disable=SC2016 # for the inner sh
exec mqrecv -f -A 0,1s "$queue" -- sh -c '[ "$IPC7_SIZE" = 0 ] && set -- "$@" -n || set -- "$@" -s; exec mosquitto_pub "$@"' \
	sh "$@" -q 1 -t "$topic"
