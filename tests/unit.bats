load helper

@test "unit: the unit tests of names, numbers, records, texts and deadlines pass" {
	try unit
	status 0
	[[ $output == *", 0 failed" ]]
}
