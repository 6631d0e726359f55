// Package faults has tests alone: they start the real program, several times, on a real
// Postgres behind a proxy that cuts, slows and silences connections, kill what can be
// killed, and print what was tried and what was lost.
//
// Nothing here asserts how long a thing takes, as test machines are shared: times are
// printed, and what is asserted is that it comes to be at all.
package faults
