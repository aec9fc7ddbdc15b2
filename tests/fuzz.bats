load helper

@test "fuzz: the parsers withstand odd names, addresses, signals, numbers, columns and records" {
	# The first two seeds are always the same. The last seed is new, and is printed if it finds a fault.
	for seed in 1 2 $((RANDOM * 32768 + RANDOM)); do
		try fuzz $seed
		[ "$output" = '20000 inputs' ] || { echo "$output $stderr" >&2; return 1; }
		status 0
	done
}
