package store

import (
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

type organizationRow struct {
	ID            int64
	UUID          uuid.UUID
	Name          string
	Kind          optional
	OrgNumber     optional
	KommuneNumber optional
	Website       optional
}

func (organizationRow) TableName() string { return "organizations" }

func newOrganizationRow(o directory.Organization) organizationRow {
	return organizationRow{o.ID, o.UUID, o.Name, optional(o.Kind), optional(o.OrgNumber), optional(o.Kommune), optional(o.Website)}
}

func (r organizationRow) organization() directory.Organization {
	return directory.Organization{
		ID: r.ID, UUID: r.UUID, Name: r.Name,
		Kind: directory.OrganizationKind(r.Kind), OrgNumber: directory.OrgNumber(r.OrgNumber),
		Kommune: region.Number(r.KommuneNumber), Website: string(r.Website),
	}
}
