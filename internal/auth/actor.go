// Package auth says who may change what. It knows no HTTP and no SQL: the store asks it
// about the stored row, inside the transaction that changes it.
package auth

import (
	"errors"
	"strconv"
)

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
	// Account is a signed-in person.
	Account Kind = "account"
	// Token is a program that holds a token of a kommune or an organization.
	Token Kind = "token"
	// Link is whoever holds a link that was mailed to those who answer for offerings. It
	// may confirm those, and nothing else.
	Link Kind = "link"
	// Job is the program's own background work.
	Job Kind = "job"
)

// Actor is who makes a change. The zero value is nobody and may do nothing.
type Actor struct {
	Kind   Kind
	Name   string  // file name of an import, login name of an operator, name of a job, a person or a token
	ID     int64   // of the account, the token or the confirmation that was asked for
	Grants []Grant // of an account or a token
	// Actions are all that a token may do, whatever its grants say. Others have none.
	Actions []Action
	// National is set for national editors, who may change everything.
	National bool
	// Reviewed is set for an import of what two people have looked at already: the data
	// that ships with the program, which nobody changes alone in its repository.
	Reviewed bool
}

// String returns the actor as it is written into the history: "import: tilbud.csv",
// "account: 12". People stand there by number, since the history is kept for ever and
// names need not be.
func (a Actor) String() string {
	switch {
	case a.Kind == Account || a.Kind == Token || a.Kind == Link:
		return string(a.Kind) + ": " + strconv.FormatInt(a.ID, 10)
	case a.Name == "":
		return string(a.Kind)
	}
	return string(a.Kind) + ": " + a.Name
}
