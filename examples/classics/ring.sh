#!/bin/sh
# ring.sh: three stations write lines to one file, each line in two pieces. Without a token the pieces mix. In a ring of pipes, a
# token goes from station to station, and only the station that has it writes.
set -eu

trap 'ipcdel "sem:${set-}" 2>/dev/null || :; until rm -rf "${tmp-}"; do :; done' EXIT
trap 'exit 143' HUP INT TERM
set=$(semop -c -i 3 sysv:new)
tmp=$(mktemp -d)

# whole: print how many lines of the file are one station's.
whole() { grep -cx 'station [123] was here' "$tmp/lines" || :; }

for station in 1 2 3; do
	{
		printf 'station %d ' "$station" >>"$tmp/lines"
		semop "$set" -1 && semop "$set" 0 # makes the worst case certain: all write their first piece first
		echo 'was here' >>"$tmp/lines"
	} &
done
wait
echo "without a token: $(whole) of 3 lines are whole"

rm "$tmp/lines"
cat >"$tmp/station" <<'END'
[ "$1" != 1 ] || echo 1 # the first station makes the token, which counts its holders
while read -r token; do
	printf 'station %d ' "$1" >>"$2"
	echo 'was here' >>"$2"
	[ "$token" -lt 9 ] || break # the ring ends: the next station reads end of file
	echo "$((token + 1))"
done
END
piperun -l sh "$tmp/station" 1 "$tmp/lines" -- sh "$tmp/station" 2 "$tmp/lines" -- sh "$tmp/station" 3 "$tmp/lines"
echo "with a token: $(whole) of 9 lines are whole, in the order $(cut -d ' ' -f 2 "$tmp/lines" | xargs)"
