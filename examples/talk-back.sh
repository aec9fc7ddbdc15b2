#!/bin/sh
# talk-back.sh [NUMBER]: a pipeline whose last stage answers the first. The first stage guesses NUMBER, from 1 to 1000, and each
# answer decides the next guess. piperun -l joins the output of the last stage to the input of the first. Every line gets an
# answer of one line, so the stages cannot deadlock.
set -eu

number=${1:-777}
case $number in
'' | *[!0-9]* | ?????*) number=0 ;;
esac
if [ "$number" -lt 1 ] || [ "$number" -gt 1000 ]; then
	echo 'talk-back: a number from 1 to 1000' >&2
	exit 2
fi

# Text for the user goes to descriptor 3: standard output is the other stage's input.
# shellcheck disable=SC2016 # for the inner sh
guess='
low=1 high=1000 tries=0
while [ "$low" -le "$high" ]; do
	guess=$(((low + high) / 2)) tries=$((tries + 1))
	echo "$guess"
	read -r answer || exit
	echo "$guess? $answer" >&3
	case $answer in
	higher) low=$((guess + 1)) ;;
	lower) high=$((guess - 1)) ;;
	*) echo "found after $tries guesses" >&3; exit ;;
	esac
done
exit 1'
# shellcheck disable=SC2016 # for the inner sh
know='
while read -r guess; do
	if [ "$guess" -lt "$1" ]; then
		echo higher
	elif [ "$guess" -gt "$1" ]; then
		echo lower
	else
		echo yes
	fi
done'
exec piperun -l sh -c "$guess" -- sh -c "$know" sh "$number" 3>&1
