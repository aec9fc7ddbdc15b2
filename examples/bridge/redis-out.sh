#!/bin/sh
# redis-out.sh QUEUE LIST [OPTION...]: append the messages of a local queue to a Redis list, up to 100 at a time. The options are
# those of redis-cli, for example -h HOST.
#
# Promise: each message is appended at least once and in order, whatever ends, the server included: the server answers when the
# batch is in its log (appendonly yes; with appendfsync always, on its disk). A batch whose answer is lost is sent again.
set -eu
[ $# -ge 2 ] || { echo 'usage: redis-out.sh QUEUE LIST [OPTION...]' >&2; exit 2; }
queue=$1 list=$2
shift 2

# The server splits the netstrings, and appends all or none.
# shellcheck disable=SC2016 # for the inner sh
exec mqrecv -f -N -b 100 -A 0,1s "$queue" -- sh -c 'answer=$(redis-cli "$@") && [ "$answer" = "$IPC7_COUNT" ]' sh "$@" -x eval '
	local records, start, count, all = ARGV[1], 1, 0, {}
	while start <= #records do
		local colon = records:find(":", start, true)
		local size = tonumber(records:sub(start, colon - 1))
		redis.call("RPUSH", KEYS[1], records:sub(colon + 1, colon + size))
		start, count = colon + size + 2, count + 1
	end
	return count' 1 "$list"
