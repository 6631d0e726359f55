package auth

import (
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Role is what an account may do for an owner.
type Role string

const (
	// Contributor may write, publish, close and confirm offerings.
	Contributor Role = "bidragsyter"
	// Manager may also archive offerings, change many at once, make tokens, and let
	// colleagues in and out.
	Manager Role = "forvalter"
)

// Owner is who answers for a thing: one kommune, or one organization. The zero value is
// the national editors alone.
type Owner struct {
	Kommune      region.Number
	Organization int64
}

// Grant is a role that an account has for an owner.
type Grant struct {
	ID    int64
	Owner Owner
	Role  Role
	// Coverage is for whom the offerings of an organization may be. It is empty for a
	// kommune, whose offerings are for itself and kommuner that it shares them with.
	Coverage directory.Coverage
	// Substitute is set for those who are asked when the managers do not answer.
	Substitute bool
}

// OwnerOf returns who answers for the offering: the kommune that gives it, else the
// organization that does; where no organization is named, the one kommune that it is for.
func OwnerOf(o directory.Offering) Owner {
	c := o.Coverage
	switch {
	case o.Organization.Kommune != "":
		return Owner{Kommune: o.Organization.Kommune}
	case o.Organization.ID != 0:
		return Owner{Organization: o.Organization.ID}
	case !c.National && len(c.Fylker) == 0 && len(c.Kommuner) == 1:
		return Owner{Kommune: c.Kommuner[0]}
	}
	return Owner{}
}

// Action is what an actor wants to do with a thing.
type Action string

const (
	See     Action = "see"     // read what is not public: drafts, history, reports, tasks
	Edit    Action = "edit"    // write, publish and close; answer reports
	Confirm Action = "confirm" // say that it is right
	Archive Action = "archive" // take it out of the directory, or back
	Bulk    Action = "bulk"    // change many at once
	Admit   Action = "admit"   // let people in and out, and make tokens
	Curate  Action = "curate"  // types, topics, expressions, articles, kommuner, national editors
)

// Thing is what an action is about: something that an owner answers for. For Edit of an
// offering it also says for whom the offering is.
type Thing struct {
	Owner    Owner
	Coverage *directory.Coverage
}

// ThingOf returns the offering as the thing of an action.
func ThingOf(o directory.Offering) Thing { return Thing{OwnerOf(o), &o.Coverage} }

// needs is the least role for each action that a role is enough for.
var needs = map[Action]Role{
	See:     Contributor,
	Edit:    Contributor,
	Confirm: Contributor,
	Archive: Manager,
	Bulk:    Manager,
	Admit:   Manager,
}

// Can returns nil when the actor may do the action with the thing, else ErrForbidden. It
// is the one place that decides: the store asks it about the stored row, and pages ask it
// what to offer.
func Can(a Actor, action Action, thing Thing) error {
	switch a.Kind {
	case Import, Operator:
		return nil
	case Account, Token:
		if a.Kind == Account && a.National {
			return nil
		}
	default:
		return ErrForbidden // Link and Job have their own methods of the store
	}
	least, known := needs[action]
	if !known || thing.Owner == (Owner{}) {
		return ErrForbidden
	}
	// A token that leaks must not make others, whatever it was given.
	if a.Kind == Token && (action == Admit || !slices.Contains(a.Actions, action)) {
		return ErrForbidden
	}
	for _, g := range a.Grants {
		if g.Owner != thing.Owner || least == Manager && g.Role != Manager {
			continue
		}
		if action == Edit && thing.Coverage != nil && !g.allows(*thing.Coverage) {
			continue
		}
		return nil
	}
	return ErrForbidden
}

// Alone reports whether the actor may change what else takes two people: an import of what
// two have looked at, the program itself, and whoever has a shell on the machine, who could
// write into the database as well. What a file brings that an operator names is none of
// these: nobody may have looked at it.
func (a Actor) Alone() bool {
	return a.Kind == Job || a.Kind == Operator || a.Kind == Import && a.Reviewed
}

// Proposer is who has proposed what a second person is to approve.
type Proposer struct {
	Actor    string // Actor as text
	Account  int64  // the person behind it, of a token who made it; 0 for none
	National bool   // proposed by a national editor
}

// ProposerOf returns the actor as who proposes. Of a token, madeBy is the account behind it.
func ProposerOf(a Actor, madeBy int64) Proposer {
	p := Proposer{Actor: a.String(), Account: madeBy, National: a.Kind == Account && a.National}
	if a.Kind == Account {
		p.Account = a.ID
	}
	return p
}

// CanApprove returns nil when the actor may be the second person, for a change that by has
// proposed, else ErrForbidden. That is another manager of the same owner, or a national
// editor; for what a national editor proposed, another national editor. Programs never are,
// and an operator stands in where there is nobody else. Whether the two are tied, by who let
// whom in, only the store knows: see its MayDecide.
func CanApprove(a Actor, thing Thing, by Proposer) error {
	switch {
	case a.Kind == Operator && a.String() != by.Actor:
		return nil
	case a.Kind != Account || a.ID == by.Account || a.ID == 0:
		return ErrForbidden
	case a.National:
		return nil
	case by.National:
		return ErrForbidden
	}
	return Can(a, Admit, thing) // a manager, and no token
}

// allows reports whether an offering of the grant's owner may be for this coverage.
func (g Grant) allows(c directory.Coverage) bool {
	if n := g.Owner.Kommune; n != "" {
		return !c.National && len(c.Fylker) == 0 && slices.Contains(c.Kommuner, n)
	}
	if g.Coverage.National {
		return true
	}
	if c.National {
		return false
	}
	for _, f := range c.Fylker {
		if !slices.Contains(g.Coverage.Fylker, f) {
			return false
		}
	}
	for _, k := range c.Kommuner {
		if !slices.Contains(g.Coverage.Kommuner, k) && !slices.Contains(g.Coverage.Fylker, k.Fylke()) {
			return false
		}
	}
	return true
}

// Owners returns whom the actor has a grant for.
func (a Actor) Owners() []Owner {
	owners := make([]Owner, len(a.Grants))
	for i, g := range a.Grants {
		owners[i] = g.Owner
	}
	return owners
}
