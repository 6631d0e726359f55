package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

type accountRow struct {
	ID             int64
	UUID           uuid.UUID
	Email          string
	Name           string
	NationalEditor bool
	CreatedAt      time.Time
	SignedInAt     *time.Time
	DisabledAt     *time.Time
}

func (accountRow) TableName() string { return "accounts" }

// account leaves out the grants, which are rows of their own.
func (r accountRow) account() Account {
	return Account{
		ID: r.ID, UUID: r.UUID, Email: r.Email, Name: r.Name, National: r.NationalEditor,
		CreatedAt: r.CreatedAt.UTC(), SignedInAt: inUTC(r.SignedInAt), DisabledAt: inUTC(r.DisabledAt),
	}
}

type grantRow struct {
	ID               int64
	AccountID        int64
	Role             string
	KommuneNumber    optional
	OrganizationID   *int64
	CoverageNational bool
	CoverageFylker   textArray
	CoverageKommuner textArray
	Substitute       bool
	GrantedBy        string
	GrantedAt        time.Time
}

func (grantRow) TableName() string { return "grants" }

func newGrantRow(g auth.Grant) grantRow {
	return grantRow{
		ID: g.ID, Role: string(g.Role), KommuneNumber: optional(g.Owner.Kommune), OrganizationID: nilIfZero(g.Owner.Organization),
		CoverageNational: g.Coverage.National, CoverageFylker: texts[string](g.Coverage.Fylker), CoverageKommuner: texts[string](g.Coverage.Kommuner),
		Substitute: g.Substitute,
	}
}

func (r grantRow) grant() auth.Grant {
	g := auth.Grant{
		ID: r.ID, Role: auth.Role(r.Role), Owner: auth.Owner{Kommune: region.Number(r.KommuneNumber)}, Substitute: r.Substitute,
		Coverage: directory.Coverage{
			National: r.CoverageNational, Fylker: texts[region.FylkeNumber](r.CoverageFylker), Kommuner: texts[region.Number](r.CoverageKommuner),
		},
	}
	if r.OrganizationID != nil {
		g.Owner.Organization = *r.OrganizationID
	}
	return g
}
