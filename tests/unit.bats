load helper

@test "unit: names, numbers, records, texts and deadlines" {
	try unit
	status 0
	[[ $output == *", 0 failed" ]]
}
