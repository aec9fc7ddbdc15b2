/*
 * nothing: a program that does nothing. Its start is a row of make bench.
 */
int
main(void)
{
	return 0;
}
