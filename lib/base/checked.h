/*
 * checked.h: a mark for functions whose result tells of a loss: a caller that drops the result gets a warning.
 */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#ifdef __GNUC__
#define CHECKED __attribute__((warn_unused_result))
#else
#define CHECKED
#endif

#endif
