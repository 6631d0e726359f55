// Package asvs is a checklist: what of OWASP's Application Security Verification Standard
// 5.0.0, levels 1 and 2, this repository holds, and how one can see it. It has tests alone.
//
// Each requirement of the two levels stands once in the table of table_test.go, with what
// became of it: the tests that hold it, the place in deploy/ that says what whoever runs the
// site has to do or decide, why it does not apply, or what is missing. The tests here hold
// that the table is whole, that those tests and places are there, and what can be seen in
// the source without running it.
//
// The standard is at https://github.com/OWASP/ASVS. Its texts are not repeated; what a
// requirement is about stands here in words of our own.
package asvs
