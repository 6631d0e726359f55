// Package auth says who may change what. It knows no HTTP and no SQL: the store asks it
// about the stored row, inside the transaction that changes it.
package auth

import "errors"

// ErrForbidden is returned for a change that the actor may not make.
var ErrForbidden = errors.New("forbidden")

// Kind says what sort of actor makes a change.
type Kind string

const (
	// Import is a run of the importer over files that ship with the program or that an
	// operator named on the command line.
	Import Kind = "import"
	// Operator is a person with a shell on the machine.
	Operator Kind = "operator"
)

// Actor is who makes a change. The zero value is nobody and may do nothing.
type Actor struct {
	Kind Kind
	Name string // file name of an import, login name of an operator
}

// String returns the actor as it is written into the history: "import: tilbud.csv".
func (a Actor) String() string {
	if a.Name == "" {
		return string(a.Kind)
	}
	return string(a.Kind) + ": " + a.Name
}

// CanWrite reports whether the actor may change what is listed. It returns ErrForbidden
// for nobody and for kinds that it does not know.
func CanWrite(a Actor) error {
	switch a.Kind {
	case Import, Operator:
		return nil
	default:
		return ErrForbidden
	}
}
