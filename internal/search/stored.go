package search

import (
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// stored is a directory.Offering as the index keeps it: its fields by numbers, since their
// names were a sixth of the index and of the time to read one, and none that are empty. It does not compile when a field is missing here; a new field gets the next
// number, and another number or meaning another mappingVersion.
type stored struct {
	ID                  int64                         `cbor:"1,keyasint,omitempty"`
	UUID                uuid.UUID                     `cbor:"2,keyasint,omitempty"`
	Key                 string                        `cbor:"3,keyasint,omitempty"`
	Type                string                        `cbor:"4,keyasint,omitempty"`
	Name                string                        `cbor:"5,keyasint,omitempty"`
	Organization        directory.Organization        `cbor:"6,keyasint,omitempty"`
	Summary             string                        `cbor:"7,keyasint,omitempty"`
	Description         string                        `cbor:"8,keyasint,omitempty"`
	Audience            string                        `cbor:"9,keyasint,omitempty"`
	Keywords            []string                      `cbor:"10,keyasint,omitempty"`
	TargetGroups        []string                      `cbor:"11,keyasint,omitempty"`
	Topics              []string                      `cbor:"12,keyasint,omitempty"`
	Formats             []string                      `cbor:"13,keyasint,omitempty"`
	Coverage            directory.Coverage            `cbor:"14,keyasint,omitempty"`
	Locations           []directory.Location          `cbor:"15,keyasint,omitempty"`
	Phones              []directory.Phone             `cbor:"16,keyasint,omitempty"`
	Emails              []string                      `cbor:"17,keyasint,omitempty"`
	Websites            []string                      `cbor:"18,keyasint,omitempty"`
	OpeningText         string                        `cbor:"19,keyasint,omitempty"`
	Schedules           []directory.Schedule          `cbor:"20,keyasint,omitempty"`
	Exceptions          []directory.ScheduleException `cbor:"21,keyasint,omitempty"`
	Languages           []string                      `cbor:"22,keyasint,omitempty"`
	Accessibility       []directory.Accessibility     `cbor:"23,keyasint,omitempty"`
	Cost                directory.Cost                `cbor:"24,keyasint,omitempty"`
	Referral            directory.Referral            `cbor:"25,keyasint,omitempty"`
	Complaint           string                        `cbor:"34,keyasint,omitempty"`
	Source              directory.Source              `cbor:"26,keyasint,omitempty"`
	Confidence          directory.Confidence          `cbor:"27,keyasint,omitempty"`
	Status              directory.Status              `cbor:"28,keyasint,omitempty"`
	ClosedUntil         *time.Time                    `cbor:"29,keyasint,omitempty"`
	ConfirmedAt         *time.Time                    `cbor:"30,keyasint,omitempty"`
	ContactsConfirmedAt *time.Time                    `cbor:"31,keyasint,omitempty"`
	ChangedAt           time.Time                     `cbor:"32,keyasint,omitempty"`
	Version             int                           `cbor:"33,keyasint,omitempty"`
}
