package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// everywhere stands among the kommuner and fylker of what is for the whole country, so
// that one condition on one index finds that too.
const everywhere = "*"

// schema holds the offerings as somebody would who searches them in Postgres: one row
// each, the listing ready to send, and an index for each thing that is asked of it.
const schema = `
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.offerings (
	id bigint NOT NULL,
	type text NOT NULL,
	name text NOT NULL,
	about text NOT NULL,
	body text NOT NULL,
	kommuner text[] NOT NULL,
	fylker text[] NOT NULL,
	malgruppe text[] NOT NULL,
	tema text[] NOT NULL,
	form text[] NOT NULL,
	listing json NOT NULL,
	document tsvector NOT NULL GENERATED ALWAYS AS (
		setweight(to_tsvector('norwegian', name), 'A') || setweight(to_tsvector('norwegian', about), 'B') ||
		setweight(to_tsvector('norwegian', body), 'D')) STORED
);`

const indexes = `
ALTER TABLE bench.offerings ADD PRIMARY KEY (id);
CREATE INDEX ON bench.offerings USING gin (document);
CREATE INDEX ON bench.offerings USING gin (kommuner);
CREATE INDEX ON bench.offerings USING gin (fylker);
CREATE INDEX ON bench.offerings USING gin (malgruppe);
CREATE INDEX ON bench.offerings USING gin (tema);
CREATE INDEX ON bench.offerings USING gin (form);
CREATE INDEX ON bench.offerings (type);`

var offeringColumns = []string{"id", "type", "name", "about", "body", "kommuner", "fylker", "malgruppe", "tema", "form", "listing"}

// filled says what Postgres has.
type filled struct {
	Version  string
	Trigrams bool
	Bytes    int64 // of the table with its indexes
}

// fill puts the first n offerings into Postgres, anew.
func fill(ctx context.Context, url string, m *maker, n int) (filled, error) {
	var out filled
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return out, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, schema); err != nil {
		return out, fmt.Errorf("make the table: %w", err)
	}
	id := int64(0)
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"bench", "offerings"}, offeringColumns, pgx.CopyFromFunc(func() ([]any, error) {
		if id++; id > int64(n) {
			return nil, nil
		}
		return m.columns(m.offering(id))
	}))
	if err != nil {
		return out, fmt.Errorf("copy rows: %w", err)
	}
	if _, err := conn.Exec(ctx, indexes); err != nil {
		return out, fmt.Errorf("make indexes: %w", err)
	}
	// The extension does not come with every Postgres. Its owner may make it in his own database.
	if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS pg_trgm"); err == nil {
		out.Trigrams = true
		if _, err := conn.Exec(ctx, "CREATE INDEX ON bench.offerings USING gin (name gin_trgm_ops)"); err != nil {
			return out, fmt.Errorf("make the index of trigrams: %w", err)
		}
	}
	if _, err := conn.Exec(ctx, "VACUUM ANALYZE bench.offerings"); err != nil {
		return out, err
	}
	err = conn.QueryRow(ctx, "SELECT current_setting('server_version'), pg_total_relation_size('bench.offerings')").Scan(&out.Version, &out.Bytes)
	return out, err
}

// columns returns the row of an offering. Its words are those that the index has too.
func (m *maker) columns(o directory.Offering) ([]any, error) {
	listing, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	about := []string{o.Organization.Name, m.nameOfType(o.Type), strings.Join(o.Keywords, " ")}
	kommuner, fylker := []string{}, []string{}
	seen := map[region.FylkeNumber]bool{}
	cover := func(n region.Number, f region.FylkeNumber) {
		if !seen[f] {
			seen[f] = true
			fylker = append(fylker, string(f))
		}
		kommuner = append(kommuner, string(n))
		about = append(about, m.ref.nameOf[n])
	}
	for _, f := range o.Coverage.Fylker {
		for _, n := range m.ref.kommunerOf[f] {
			cover(n, f)
		}
	}
	for _, n := range o.Coverage.Kommuner {
		cover(n, n.Fylke())
	}
	if o.Coverage.National {
		kommuner, fylker = append(kommuner, everywhere), append(fylker, everywhere)
	}
	for _, l := range o.Locations {
		about = append(about, l.Street, string(l.PostalCode), l.PostalPlace, m.ref.nameOf[l.Kommune])
	}
	return []any{o.ID, o.Type, o.Name, strings.Join(about, " "), o.Summary + " " + o.Description,
		kommuner, fylker, o.TargetGroups, o.Topics, o.Formats, string(listing)}, nil
}

func (m *maker) nameOfType(code string) string {
	for _, t := range m.ref.types {
		if t.Code == code {
			return t.Name.NB
		}
	}
	return ""
}
