package store

import (
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// tokenRow is a row of tokens without its hash, and the name of the account that made it.
type tokenRow struct {
	ID             int64
	KommuneNumber  optional
	OrganizationID *int64
	Name           string
	Scopes         textArray
	CreatedBy      string
	Creator        string
	CreatedAt      time.Time
	ExpiresAt      *time.Time
	UsedAt         *time.Time
	RevokedAt      *time.Time
}

func (r tokenRow) token() Token {
	t := Token{
		ID: r.ID, Owner: auth.Owner{Kommune: region.Number(r.KommuneNumber)}, Name: r.Name, Scopes: texts[Scope](r.Scopes),
		CreatedBy: r.CreatedBy, Creator: r.Creator, CreatedAt: r.CreatedAt.UTC(),
		ExpiresAt: inUTC(r.ExpiresAt), UsedAt: inUTC(r.UsedAt), RevokedAt: inUTC(r.RevokedAt),
	}
	if r.OrganizationID != nil {
		t.Owner.Organization = *r.OrganizationID
	}
	return t
}
