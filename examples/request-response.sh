#!/bin/sh
# request-response.sh: a small server that stores values by name. A request is one line, "set NAME VALUE" or "get NAME"; the
# answer is one line. Input from clients is never executed, and never reaches a file outside "values".
set -eu

running='' tmp=''
clean_up() {
	trap '' HUP INT TERM
	[ -z "${running:+${!-}}" ] || sigsend -t 5 -k KILL "$!"
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

# A value gets its name only when it is complete, so no client reads half a value.
cat >"$tmp/serve" <<'END'
LC_ALL=C
cd "$1" || exit
read -r verb name value
case $verb-$name in
*[!a-z-]*) echo 'error: a name has small letters' ;;
set-?*) printf '%s\n' "$value" >"$$.new" && mv "$$.new" "$name.value" && echo ok ;;
get-?*) cat "./$name.value" 2>/dev/null || echo 'error: no such name' ;;
*) echo 'error: set NAME VALUE, or get NAME' ;;
esac
END
mkdir "$tmp/values"
mkfifo "$tmp/ready"
running=yes
sockcat -l -f -u -j 8 -R "$tmp/ready" "unix:$tmp/socket" -- sh "$tmp/serve" "$tmp/values" &
server=$!
read -r address <"$tmp/ready"

# ask WORD...: print a request and its answer.
ask() {
	printf '%s -> ' "$*"
	printf '%s\n' "$*" | sockcat -t 1m "$address"
}
ask set colour 'green; rm -rf /'
ask get colour
ask set colour blue
ask get colour
ask get size
ask set ../passwd x
ask hello

sigsend -t 5 -k KILL "$server"
wait "$server" || echo "the server was ended by $(sigsend -l $?)"
running=''
