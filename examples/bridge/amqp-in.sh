#!/bin/sh
# amqp-in.sh KEY QUEUE [OPTION...]: move the messages of the RabbitMQ queue KEY to a local queue. The options are those of
# amqp-consume, for example -s HOST.
#
# Promise: each message arrives at least once. The broker keeps it until it is in the local queue, and delivers it again after a
# fault. While the local queue is full, the broker keeps the rest.
set -eu
[ $# -ge 2 ] || { echo 'usage: amqp-in.sh KEY QUEUE [OPTION...]' >&2; exit 2; }
key=$1 queue=$2
shift 2
consumer=
trap '[ -z "$consumer" ] || kill -- "-$consumer"; exit 143' TERM INT HUP

# amqp-consume keeps what its command did not accept as unconfirmed, and asks for no more: end it, so the broker delivers again.
# It has a group of its own, so no mqsend that waits for space outlives it.
while :; do
	# shellcheck disable=SC2016 # for the inner sh
	setsid amqp-consume "$@" -q "$key" -p 50 -- sh -c 'mqsend -r "$1" || kill "$PPID"' sh "$queue" &
	consumer=$!
	wait "$consumer" || :
	sleep 1
done
