package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// exportParts are what a person is given who asks what is kept about them, in the order in
// which it stands in the file. What a person cannot use and others could, such as hashes
// and the secret of an app, is left out, and so is what it would say about others. The
// parameters of each are @id, @email and @actor.
var exportParts = []struct{ name, sql string }{
	{"konto", `SELECT id AS nummer, uuid, email AS epost, name AS navn, national_editor AS nasjonal_redaktor, created_at AS laget, signed_in_at AS sist_logget_inn,
		disabled_at AS stengt FROM accounts WHERE id = @id`},
	{"roller", `SELECT role AS rolle, kommune_number AS kommune, organization_id AS organisasjon, coverage_national AS dekning_hele_landet, coverage_fylker AS dekning_fylker,
		coverage_kommuner AS dekning_kommuner, substitute AS vikar, granted_at AS gitt FROM grants WHERE account_id = @id ORDER BY id`},
	{"ba_om_a_bli_med", `SELECT kommune_number AS kommune, asked_at AS spurt, answer AS svar, answered_at AS besvart FROM entries WHERE account_id = @id ORDER BY id`},
	{"invitasjoner_til_deg", `SELECT role AS rolle, kommune_number AS kommune, organization_id AS organisasjon, created_at AS laget, expires_at AS gjelder_til
		FROM invitations WHERE email = @email ORDER BY id`},
	{"invitasjoner_fra_deg", `SELECT role AS rolle, kommune_number AS kommune, organization_id AS organisasjon, created_at AS laget, expires_at AS gjelder_til
		FROM invitations WHERE invited_by = @id ORDER BY id`},
	{"innlogginger_na", `SELECT method AS mate, second_factor AS bekreftet, device AS nettleser, created_at AS logget_inn, seen_at AS sist_brukt, expires_at AS gjelder_til
		FROM sessions WHERE account_id = @id ORDER BY id`},
	{"passnokler", `SELECT name AS navn, created_at AS laget, used_at AS sist_brukt, credential AS offentlig_nokkel FROM passkeys WHERE account_id = @id ORDER BY id`},
	{"app_for_koder", `SELECT created_at AS laget, used_at AS sist_brukt FROM apps WHERE account_id = @id`},
	{"nodkoder_igjen", `SELECT count(*) AS antall FROM recovery_codes WHERE account_id = @id HAVING count(*) > 0`},
	{"feil_koder", `SELECT tries AS antall, wait_until AS vent_til FROM wrong_codes WHERE account_id = @id`},
	{"annen_innlogging", `SELECT issuer AS tjeneste, subject AS kjent_som, created_at AS koblet_til, used_at AS sist_brukt FROM identities WHERE account_id = @id ORDER BY created_at`},
	{"koder_pa_epost", `SELECT created_at AS laget, used_at AS brukt, tries AS forsok FROM sign_in_codes WHERE email = @email ORDER BY id`},
	{"innloggingslenker", `SELECT created_at AS laget, expires_at AS gjelder_til, used_at AS brukt FROM login_links WHERE account_id = @id ORDER BY id`},
	{"kladder", `SELECT key AS skjema, form AS innhold, updated_at AS endret FROM drafts WHERE account_id = @id ORDER BY updated_at`},
	{"filer_lest_inn", `SELECT name AS navn, length(content) AS bytes, created_at AS sendt FROM uploads WHERE account_id = @id ORDER BY id`},
	{"epost_til_deg", `SELECT payload->>'subject' AS emne, created_at AS laget, done_at AS sendt FROM jobs WHERE kind = 'mail' AND lower(payload->>'to') = @email ORDER BY id`},
	{"spurt_om_a_bekrefte", `SELECT kommune_number AS kommune, organization_id AS organisasjon, created_at AS spurt FROM confirmations WHERE @email = ANY(sent_to) ORDER BY id`},
	{"hendelser", `SELECT at AS tid, what AS hva, detail AS mer FROM events WHERE actor = @actor ORDER BY id`},
	{"hendelser_om_deg", `SELECT at AS tid, what AS hva FROM events WHERE actor <> @actor AND detail->'account' = to_jsonb(CAST(@id AS bigint)) ORDER BY id`},
	{"endringer", `SELECT at AS tid, kind AS slag, ref AS hvilken, version AS versjon, why AS hvorfor FROM revisions WHERE actor = @actor OR proposed_by = @actor ORDER BY id`},
	{"endringer_foreslatt", `SELECT created_at AS tid, offering_id AS tilbud, why AS hvorfor, decision AS svar, decided_at AS besvart, reason AS begrunnelse FROM held_changes WHERE actor = @actor OR account_id = @id ORDER BY id`},
	{"forslag_besvart", `SELECT decided_at AS tid, offering_id AS tilbud, decision AS svar, reason AS begrunnelse FROM held_changes WHERE decided_by = @actor ORDER BY id`},
	{"kilder_lest", `SELECT field AS felt, title AS kilde, url AS adresse, at AS tid FROM field_sources WHERE actor = @actor ORDER BY id`},
	{"kommuneendringer_meldt", `SELECT old_name AS fra, new_name AS til, known_at AS tid FROM kommune_changes WHERE known_by = @actor ORDER BY known_at, old_number`},
	{"endret_mange", `SELECT title AS hva, created_at AS tid, undone_at AS angret FROM batches WHERE actor = @actor OR undone_by = @actor ORDER BY id`},
	{"tilganger_laget", `SELECT name AS navn, created_at AS laget, revoked_at AS trukket_tilbake FROM tokens WHERE created_by = @actor OR revoked_by = @actor ORDER BY id`},
	{"abonnementer_laget", `SELECT name AS navn, created_at AS laget FROM webhooks WHERE created_by = @actor ORDER BY id`},
	{"kontakt_for_abonnementer", `SELECT name AS navn, created_at AS laget FROM webhooks WHERE email = @email ORDER BY id`},
	{"meldinger_besvart", `SELECT id AS melding, state AS hvordan, answer AS svar, answered_at AS tid FROM reports WHERE answered_by = @actor ORDER BY id`},
	{"oppgaver_gjort", `SELECT kind AS slag, done_at AS tid FROM tasks WHERE done_by = @actor ORDER BY id`},
	{"artikler_bekreftet", `SELECT section AS del, slug AS artikkel, language AS sprak, confirmed_at AS tid FROM articles WHERE confirmed_by = @actor ORDER BY section, slug, language`},
	{"folk_du_svarte", `SELECT kommune_number AS kommune, answer AS svar, answered_at AS tid FROM entries WHERE answered_by = @actor ORDER BY id`},
	{"roller_gitt", `SELECT kommune_number AS kommune, organization_id AS organisasjon, role AS rolle, granted_at AS tid FROM grants WHERE granted_by = @actor ORDER BY id`},
}

// ExportAccount returns all that is kept about the person of the account, as a JSON object
// with a list of objects for each kind, in an order that stays the same. It returns
// ErrNotFound when there is no such account. Who may ask is the caller's question: the
// person, and whoever runs the site.
func (s *Store) ExportAccount(ctx context.Context, id int64) ([]byte, error) {
	var b bytes.Buffer
	err := s.read(ctx, func(tx *gorm.DB) error {
		b.Reset()
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		a, err := one(accounts(tx.Where("id = ?", id)))
		if err != nil {
			return err
		}
		args := map[string]any{"id": id, "email": a.Email, "actor": a.Actor().String()}
		b.WriteByte('{')
		for i, part := range exportParts {
			var rows string
			if err := tx.Raw("SELECT coalesce(jsonb_agg(p), '[]')::text FROM ("+part.sql+") p", args).Scan(&rows).Error; err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:%s", part.name, rows)
		}
		b.WriteByte('}')
		return nil
	})
	var pretty bytes.Buffer
	if err == nil {
		err = json.Indent(&pretty, b.Bytes(), "", "  ")
	}
	if err != nil {
		return nil, fmt.Errorf("export account %d: %w", id, err)
	}
	pretty.WriteByte('\n')
	return pretty.Bytes(), nil
}

// RecordExport notes who was given what is kept about the person of the account. A database
// that takes no writes just now is no reason not to give it, and no error.
func (s *Store) RecordExport(ctx context.Context, actor auth.Actor, account int64) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		return record(tx, actor, "personal_data_exported", map[string]any{"account": account})
	})
	if err != nil && !Unavailable(err) {
		return fmt.Errorf("export account %d: %w", account, err)
	}
	return nil
}
