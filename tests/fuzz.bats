load helper

@test "fuzz: odd names, addresses, signals, numbers, columns and records" {
	# The first seeds are the same each time; the last one is new, and its number is shown if it finds something.
	for seed in 1 2 3 $((RANDOM * 32768 + RANDOM)); do
		try fuzz $seed
		[ "$output" = '20000 inputs' ] || { echo "$output $stderr" >&2; return 1; }
		status 0
	done
}
