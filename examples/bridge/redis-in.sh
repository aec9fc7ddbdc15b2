#!/bin/sh
# redis-in.sh LIST QUEUE [OPTION...]: move the elements of a Redis list to a local queue, up to 100 at a time. The options are
# those of redis-cli, for example -h HOST.
#
# Promise: each element arrives at least once and in order. The server keeps what is on its way in the list LIST:HOST:QUEUE until
# the local queue has it; after a fault, that comes again. While the local queue is full, the server keeps the rest. SIGTERM ends
# the bridge after the batch in hand.
set -eu
[ $# -ge 2 ] || { echo 'usage: redis-in.sh LIST QUEUE [OPTION...]' >&2; exit 2; }
list=$1 queue=$2 hand=$1:$(uname -n):$2 stop=
# The lock lasts until the last process of an earlier run has ended.
[ "${LOCKED-}" = "$hand" ] || LOCKED=$hand \
	exec semop -c "file:${TMPDIR:-/tmp}/redis-in-$(id -u)-$(echo "$hand" | cksum | tr ' ' -)" -- sh "$0" "$@"
shift 2
trap stop=143 TERM INT HUP
take='
	local records = {}
	while redis.call("LLEN", KEYS[2]) < 100 and redis.call("LMOVE", KEYS[1], KEYS[2], "LEFT", "RIGHT") do end
	for i, record in ipairs(redis.call("LRANGE", KEYS[2], 0, -1)) do records[i] = #record .. ":" .. record .. "," end
	return table.concat(records)'
# shellcheck disable=SC2015 # sleep after either failure
while [ -z "$stop" ]; do
	piperun redis-cli "$@" --raw -D '' -e eval "$take" 2 "$list" "$hand" -- mqsend -N "$queue" &&
		redis-cli "$@" -e del "$hand" >/dev/null && redis-cli "$@" -e blmove "$list" "$hand" left right 5 >/dev/null ||
		sleep 1
done
exit "$stop"
