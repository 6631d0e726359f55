package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"runtime"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// postgresRole is the thin handler: it turns the parameters of an address into one
// statement, and sends the JSON that Postgres makes.
func postgresRole(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("postgres", flag.ContinueOnError)
	address := flags.String("url", "", "database")
	trigrams := flags.Bool("trigrams", false, "the database has pg_trgm")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ref, err := openReference(ctx, *address)
	if err != nil {
		return err
	}
	config, err := pgxpool.ParseConfig(*address)
	if err != nil {
		return err
	}
	// More at a time than this only makes them wait for each other.
	config.MaxConns = int32(max(4, 4*runtime.NumCPU()))
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	p := &postgres{pool: pool, trigrams: *trigrams, kommuneOf: map[string]region.Number{}}
	for _, c := range ref.codes {
		p.kommuneOf[c.Code] = c.Kommune
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get(searchPath, p.search(likeNames))
	app.Get(anyWord+searchPath, p.search(anyWords))
	return listen(ctx, app, 0, noCommand)
}

type postgres struct {
	pool      *pgxpool.Pool
	trigrams  bool
	kommuneOf map[string]region.Number // by postnummer
}

// anyWord stands before the path to ask for rows with any of the words too.
const anyWord = "/noen"

// reading is how the text is taken.
type reading int

const (
	allWords  reading = iota // every word is in the row
	likeNames                // the name looks like the text
	anyWords                 // as likeNames, or some word is in the row
)

// search answers with the rows that have all the words, or when there are none, with those
// of the second reading.
func (p *postgres) search(second reading) fiber.Handler {
	return func(c *fiber.Ctx) error {
		values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
		if err != nil {
			return err
		}
		body, total, err := p.ask(c.UserContext(), p.statement(values, allWords))
		if err == nil && total == 0 && values.Get("q") != "" && (p.trigrams || second == anyWords) {
			body, _, err = p.ask(c.UserContext(), p.statement(values, second))
		}
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Send(body)
	}
}

func (p *postgres) ask(ctx context.Context, s *statement) (body []byte, total int, err error) {
	err = p.pool.QueryRow(ctx, s.sql(), s.args...).Scan(&body, &total)
	return body, total, err
}

// statement is one search as SQL.
type statement struct {
	args  []any
	words string // condition on the text, or ""
	rank  string
	parts []part
}

// part is one filter that has a facet.
type part struct {
	facet     string
	value     string // expression of a row's value, one a row
	unnest    string // what values are taken out of, or ""
	condition string // "" where nothing was chosen
}

func (p *postgres) statement(values url.Values, r reading) *statement {
	s := &statement{rank: "0::real"}
	if text := strings.TrimSpace(values.Get("q")); text != "" {
		s.text(text, r, p.trigrams)
	}
	kommuner := values["kommune"]
	for _, code := range values["postnummer"] {
		kommuner = append(kommuner, string(p.kommuneOf[code]))
	}
	s.parts = []part{
		{facet: "type", value: "type", condition: s.chosen(values["type"], "type = ANY(%s)")},
		{facet: "fylke", value: "v", unnest: "fylker", condition: s.chosen(orEverywhere(values["fylke"]), "fylker && %s")},
		{facet: "kommune", value: "v", unnest: "kommuner", condition: s.chosen(orEverywhere(kommuner), "kommuner && %s")},
	}
	for _, c := range choices {
		s.parts = append(s.parts, part{facet: c.parameter, value: "v", unnest: c.parameter,
			condition: s.chosen(values[c.parameter], c.parameter+" && %s")})
	}
	return s
}

func orEverywhere(values []string) []string {
	if len(values) == 0 {
		return nil
	}
	return append(values, everywhere)
}

// argument adds an argument and returns its place.
func (s *statement) argument(v any) string {
	s.args = append(s.args, v)
	return fmt.Sprintf("$%d", len(s.args))
}

func (s *statement) chosen(values []string, condition string) string {
	if len(values) == 0 {
		return ""
	}
	return fmt.Sprintf(condition, s.argument(values)+"::text[]")
}

func (s *statement) text(text string, r reading, trigrams bool) {
	a := s.argument(text)
	query := "websearch_to_tsquery('norwegian', " + a + ")"
	if r == anyWords {
		query = "replace(plainto_tsquery('norwegian', " + a + ")::text, '&', '|')::tsquery"
	}
	s.words, s.rank = "document @@ "+query, "ts_rank(document, "+query+")"
	switch like, similarity := "name % "+a, "similarity(name, "+a+")"; {
	case r == likeNames:
		s.words, s.rank = like, similarity
	case r == anyWords && trigrams:
		s.words, s.rank = "("+s.words+" OR "+like+")", s.rank+" + "+similarity
	}
}

// where returns the condition of everything but one part.
func (s *statement) where(without string) string {
	var all []string
	if s.words != "" {
		all = append(all, s.words)
	}
	for _, p := range s.parts {
		if p.condition != "" && p.facet != without {
			all = append(all, p.condition)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(all, " AND ")
}

// sql returns the statement. Facets in which nothing is chosen are counted among the hits;
// for the others the search is made once more, without the facet's own choice.
func (s *statement) sql() string {
	var b strings.Builder
	b.WriteString("WITH hits AS MATERIALIZED (SELECT id, type, kommuner, fylker, malgruppe, tema, form, " + s.rank +
		" AS rank FROM bench.offerings" + s.where("") + ") SELECT json_build_object('antall', (SELECT count(*) FROM hits), 'treff', " +
		"(SELECT coalesce(json_agg(o.listing ORDER BY p.rank DESC, p.id), '[]') FROM " +
		"(SELECT id, rank FROM hits ORDER BY rank DESC, id LIMIT 20) p JOIN bench.offerings o USING (id)), 'fasetter', json_build_object(")
	for i, p := range s.parts {
		if i > 0 {
			b.WriteString(", ")
		}
		from := "hits"
		if p.condition != "" {
			from = "(SELECT * FROM bench.offerings" + s.where(p.facet) + ") o"
		}
		if p.unnest != "" {
			from += ", unnest(" + p.unnest + ") v"
		}
		b.WriteString("'" + p.facet + "', (SELECT coalesce(json_object_agg(k, n), '{}') FROM (SELECT " + p.value +
			" AS k, count(*) AS n FROM " + from + " GROUP BY 1) f)")
	}
	b.WriteString(")), (SELECT count(*) FROM hits)")
	return b.String()
}
