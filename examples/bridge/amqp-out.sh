#!/bin/sh
# amqp-out.sh QUEUE KEY [OPTION...]: move the messages of a local queue to the RabbitMQ queue KEY. The options are those of
# amqp-publish, for example -s HOST.
#
# Promise: each message is published at least once and in order, whatever ends this bridge and however often the broker is shut
# down. amqp-publish waits for no confirmation, so messages that the broker has not read when it is killed are lost.
set -eu
[ $# -ge 2 ] || { echo 'usage: amqp-out.sh QUEUE KEY [OPTION...]' >&2; exit 2; }
queue=$1 key=$2
shift 2

# RabbitMQ drops a message for a queue that does not exist.
until amqp-declare-queue "$@" -d -q "$key" >/dev/null; do
	sleep 1
done
exec mqrecv -f -A 0,1s "$queue" -- amqp-publish "$@" -e '' -r "$key" -p
