/*
 * nothing: the start of a program that does nothing, for the table of make bench.
 */
int
main(void)
{
	return 0;
}
