package store

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// ErasedName is what somebody is called whose account was erased.
const ErasedName = "slettet konto"

// AloneIn returns the owners that nobody would be left to manage if the account were
// erased: whoever asks for it should know first.
func (s *Store) AloneIn(ctx context.Context, a Account) ([]auth.Owner, error) {
	var alone []auth.Owner
	err := s.read(ctx, func(tx *gorm.DB) error {
		alone = nil
		for _, g := range a.Grants {
			managers, err := countManagers(tx, g.Owner)
			if err != nil {
				return err
			}
			if g.Role == auth.Manager && a.DisabledAt == nil && managers == 1 {
				alone = append(alone, g.Owner)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what account %d manages alone: %w", a.ID, err)
	}
	return alone, nil
}

// eraseFrom are the rows that belong to an account and go with it. The one parameter of
// each is the account. An invitation that it made goes too: without one who made it, it
// would hold as if an operator had.
var eraseFrom = []string{
	"DELETE FROM sessions WHERE account_id = ?",
	"DELETE FROM login_links WHERE account_id = ?",
	"DELETE FROM passkeys WHERE account_id = ?",
	"DELETE FROM apps WHERE account_id = ?",
	"DELETE FROM recovery_codes WHERE account_id = ?",
	"DELETE FROM wrong_codes WHERE account_id = ?",
	"DELETE FROM identities WHERE account_id = ?",
	"DELETE FROM drafts WHERE account_id = ?",
	"DELETE FROM uploads WHERE account_id = ?",
	"DELETE FROM grants WHERE account_id = ?",
	"DELETE FROM entries WHERE account_id = ?",
	"DELETE FROM invitations WHERE invited_by = ?",
	"DELETE FROM accounts WHERE id = ?",
}

// EraseAccount removes the account and all that says whose it was: address, name, ways to
// sign in, sessions, roles, drafts, invitations, and mails to it that wait. What the account
// did stays in the history under its number, which leads to nobody any more. What people
// have published, such as an address in an offering, is the owner's and stays.
//
// People erase their own; everybody's whoever is allowed auth.Curate. It returns
// ErrNotFound when there is no such account, ErrLastManager when no national editor would
// be left. That a kommune is left without a manager is no error: see AloneIn.
func (s *Store) EraseAccount(ctx context.Context, actor auth.Actor, id int64) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if actor.Kind != auth.Account || actor.ID != id || id == 0 {
			if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
				return err
			}
		}
		before, err := lockManagers(tx, auth.Owner{})
		if err != nil {
			return err
		}
		// Against a sign-in at the same time, which notes itself in the row.
		if err := tx.Exec("SELECT FROM accounts WHERE id = ? FOR UPDATE", id).Error; err != nil {
			return err
		}
		a, err := one(accounts(tx.Where("id = ?", id)))
		if err != nil {
			return err
		}
		err = tx.Exec(`UPDATE tasks SET done_at = now(), done_by = ? WHERE kind = ? AND done_at IS NULL
			AND key IN (SELECT id::text FROM entries WHERE account_id = ?)`, actor.String(), string(TaskEntry), id).Error
		if err != nil {
			return err
		}
		for _, sql := range eraseFrom {
			if err := tx.Exec(sql, id).Error; err != nil {
				return err
			}
		}
		if err := managerLeft(tx, auth.Owner{}, before); err != nil {
			return err
		}
		if err := forgetAddress(tx, a.Email); err != nil {
			return err
		}
		if err := forgetMentions(tx, a); err != nil {
			return err
		}
		return record(tx, actor, "account_erased", map[string]any{"account": id})
	})
	if err != nil {
		return fmt.Errorf("erase account %d: %w", id, err)
	}
	return nil
}

// forgetAddress removes what is kept by the address alone. Codes stay in number, so that
// erasing an account is no way around how many may be asked for in all. Rows with a key
// stay without content: the key keeps a mail from being queued a second time.
func forgetAddress(tx *gorm.DB, email string) error {
	for _, sql := range []string{
		"UPDATE sign_in_codes SET email = '', used_at = coalesce(used_at, now()) WHERE email = ?",
		"DELETE FROM invitations WHERE email = ?",
		"UPDATE webhooks SET email = '' WHERE email = ?",
		`UPDATE jobs SET payload = '{}', last_error = '', done_at = coalesce(done_at, now()), locked_until = NULL WHERE lower(payload->>'to') = ?`,
	} {
		if err := tx.Exec(sql, email).Error; err != nil {
			return err
		}
	}
	err := tx.Exec("UPDATE confirmations SET sent_to = array_replace(sent_to, ?, ?) WHERE ? = ANY(sent_to)", email, ErasedName, email).Error
	if err != nil {
		return err
	}
	return tx.Exec("DELETE FROM challenges WHERE strpos(lower(payload::text), ?) > 0", email).Error
}

// forgetMentions puts ErasedName in place of the address and the name where the program
// itself wrote them: in mails to others that wait, and in tasks about mails that failed.
func forgetMentions(tx *gorm.DB, a Account) error {
	for _, where := range []struct{ table, column, cast string }{{"jobs", "payload", "::jsonb"}, {"jobs", "last_error", ""}, {"tasks", "detail", "::jsonb"}} {
		var rows []struct {
			ID   int64
			Text string
		}
		// A row too many does no harm: what is compared here is written as JSON writes it.
		err := tx.Raw(fmt.Sprintf(`SELECT id, %[2]s::text AS text FROM %[1]s WHERE strpos(lower(%[2]s::text), lower(?)) > 0
			OR (? <> '' AND strpos(lower(%[2]s::text), lower(?)) > 0) ORDER BY id FOR UPDATE`, where.table, where.column), a.Email, a.Name, inJSON(a.Name)).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, r := range rows {
			text := withoutMentions(r.Text, a.Email, a.Name)
			if where.cast != "" {
				if text, err = withoutMentionsJSON(r.Text, a.Email, a.Name); err != nil {
					return err
				}
			}
			sql := fmt.Sprintf("UPDATE %s SET %s = ?%s WHERE id = ?", where.table, where.column, where.cast)
			if err := tx.Exec(sql, text, r.ID).Error; err != nil {
				return err
			}
		}
	}
	return nil
}

// inJSON is the text as it stands between the quotes of a JSON string in Postgres.
func inJSON(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`).Replace(text)
}

// withoutMentionsJSON is withoutMentions of every string in a JSON document but the keys.
func withoutMentionsJSON(document string, words ...string) (string, error) {
	var v any
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		return "", err
	}
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			return withoutMentions(v, words...)
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case map[string]any:
			for key := range v {
				v[key] = walk(v[key])
			}
		}
		return v
	}
	content, err := json.Marshal(walk(v))
	return string(content), err
}

// withoutMentions returns the text with ErasedName in place of the words, in upper or lower
// case, where they stand by themselves: Bo is not taken out of Bodø.
func withoutMentions(text string, words ...string) string {
	for _, word := range words {
		if word == "" {
			continue
		}
		var b strings.Builder
		end := 0
		for _, at := range regexp.MustCompile("(?i)"+regexp.QuoteMeta(word)).FindAllStringIndex(text, -1) {
			before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
			after, _ := utf8.DecodeRuneInString(text[at[1]:])
			if partOfWord(before) || partOfWord(after) {
				continue
			}
			b.WriteString(text[end:at[0]] + ErasedName)
			end = at[1]
		}
		b.WriteString(text[end:])
		text = b.String()
	}
	return text
}

func partOfWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
