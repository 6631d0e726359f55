package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Tasks about who comes in.
const (
	// TaskEntry asks a kommune's managers whether to let somebody in. Its detail is an
	// EntryDetail.
	TaskEntry TaskKind = "entry"
	// TaskNewManager lets the national editors see that a kommune has got its first
	// manager. Its detail is an EntryDetail.
	TaskNewManager TaskKind = "new_manager"
)

// EntryDetail is the detail of TaskEntry and TaskNewManager.
type EntryDetail struct {
	Account int64         `json:"account"`
	Kommune region.Number `json:"kommune"`
	Place   string        `json:"place"` // what the kommune is called
}

// Entry is somebody who works for a kommune and has asked to be let in.
type Entry struct {
	ID       int64
	Account  int64
	Name     string // what the account is called: the address of one who has given no name
	Email    string
	Kommune  region.Number
	AskedAt  time.Time
	Answered bool
	Admitted bool
}

type entryRow struct {
	ID            int64
	AccountID     int64
	Name          string
	Email         string
	KommuneNumber string
	AskedAt       time.Time
	Answer        optional
}

func (r entryRow) entry() Entry {
	return Entry{r.ID, r.AccountID, r.Name, r.Email, region.Number(r.KommuneNumber), r.AskedAt.UTC(), r.Answer != "", r.Answer == "ja"}
}

func entries(tx *gorm.DB, where string, args ...any) ([]Entry, error) {
	return scan(tx.Raw(`SELECT e.id, e.account_id, coalesce(nullif(a.name, ''), a.email) AS name, a.email, e.kommune_number, e.asked_at, e.answer
		FROM entries e JOIN accounts a ON a.id = e.account_id WHERE `+where+` ORDER BY e.asked_at, e.id`, args...), entryRow.entry)
}

// signingIn is the actor of what happens by itself when somebody has signed in.
var signingIn = auth.Actor{Kind: auth.Job, Name: "innlogging"}

// EnterKommune lets an account that has shown that it belongs to the kommune in, and
// reports whether it may do something there now. The first one becomes manager, also when
// two come at once. Later ones wait for a manager's answer: the managers get a task, and
// the mail that notice makes for each of them. Who has been answered is not asked about
// again. It returns ErrNotFound for an account or a kommune that is not there,
// auth.ErrForbidden for an account that is disabled.
func (s *Store) EnterKommune(ctx context.Context, account int64, number region.Number, notice func(Entry) Mail) (bool, error) {
	var admitted bool
	err := s.write(ctx, func(tx *gorm.DB) error {
		var err error
		admitted, err = enterKommune(tx, account, number, notice)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("account %d enters kommune %s: %w", account, number, err)
	}
	return admitted, nil
}

func enterKommune(tx *gorm.DB, account int64, number region.Number, notice func(Entry) Mail) (bool, error) {
	k, err := one(kommuner(tx, "AND k.number = ?", string(number)))
	if err != nil {
		return false, err
	}
	owner := auth.Owner{Kommune: number}
	managers, err := lockManagers(tx, owner)
	if err != nil {
		return false, err
	}
	a, err := one(accounts(tx.Where("id = ?", account)))
	if err != nil {
		return false, err
	}
	if a.DisabledAt != nil {
		return false, auth.ErrForbidden
	}
	if a.has(owner) {
		return true, nil
	}
	before, err := entries(tx, "e.account_id = ? AND e.kommune_number = ?", account, string(number))
	if err != nil || len(before) > 0 {
		return false, err
	}
	detail, err := json.Marshal(EntryDetail{account, number, k.DisplayName()})
	if err != nil {
		return false, err
	}
	if managers == 0 {
		if err := setGrant(tx, signingIn, account, auth.Grant{Owner: owner, Role: auth.Manager}); err != nil {
			return false, err
		}
		return true, openTask(tx, Task{Kind: TaskNewManager, Key: fmt.Sprintf("%s/%d", number, account), Detail: detail})
	}
	var id int64
	err = tx.Raw("INSERT INTO entries (account_id, kommune_number) VALUES (?, ?) RETURNING id", account, string(number)).Scan(&id).Error
	if err != nil {
		return false, err
	}
	if err := openTask(tx, Task{Kind: TaskEntry, Key: strconv.FormatInt(id, 10), Owner: owner, Detail: detail}); err != nil {
		return false, err
	}
	e, err := one(entries(tx, "e.id = ?", id))
	if err != nil {
		return false, err
	}
	people, err := accountsOf(tx, owner)
	if err != nil {
		return false, err
	}
	for _, p := range people {
		if auth.Can(auth.Actor{Kind: auth.Account, Grants: p.Grants}, auth.Admit, auth.Thing{Owner: owner}) != nil {
			continue
		}
		m := notice(e)
		m.To = p.Email
		if err := queueMail(tx, fmt.Sprintf("entry/%d/%d", id, p.ID), m, time.Time{}); err != nil {
			return false, err
		}
	}
	return false, nil
}

// has reports whether the account has a grant for the owner.
func (a Account) has(owner auth.Owner) bool {
	_, ok := a.GrantFor(owner)
	return ok
}

// GrantFor returns the account's grant for the owner, if it has one.
func (a Account) GrantFor(owner auth.Owner) (auth.Grant, bool) {
	for _, g := range a.Grants {
		if g.Owner == owner {
			return g, true
		}
	}
	return auth.Grant{}, false
}

// PendingEntries returns where the account has asked to be let in and is not in: with the
// answer where it was no.
func (s *Store) PendingEntries(ctx context.Context, account int64) ([]Entry, error) {
	found, err := entries(s.db.WithContext(ctx), `e.account_id = ? AND NOT EXISTS
		(SELECT FROM grants g WHERE g.account_id = e.account_id AND g.kommune_number = e.kommune_number)`, account)
	if err != nil {
		return nil, fmt.Errorf("entries of account %d: %w", account, err)
	}
	return found, nil
}

// EntriesTo returns who waits for an answer of the kommune's managers, longest first. The
// actor has to be allowed auth.Admit for the kommune.
func (s *Store) EntriesTo(ctx context.Context, actor auth.Actor, number region.Number) ([]Entry, error) {
	err := auth.Can(actor, auth.Admit, auth.Thing{Owner: auth.Owner{Kommune: number}})
	if err != nil {
		return nil, fmt.Errorf("entries to kommune %s: %w", number, err)
	}
	found, err := entries(s.db.WithContext(ctx), "e.kommune_number = ? AND e.answer IS NULL AND a.disabled_at IS NULL", string(number))
	if err != nil {
		return nil, fmt.Errorf("entries to kommune %s: %w", number, err)
	}
	return found, nil
}

// AnswerEntry lets the one who asked in with the role, or says no with an empty one, and
// sends the mail that notice makes to them. The actor has to be allowed auth.Admit for the
// kommune of the stored entry. It returns ErrConflict with the entry when somebody has
// answered before, ErrNotFound when there is no such entry.
func (s *Store) AnswerEntry(ctx context.Context, actor auth.Actor, id int64, role auth.Role, notice func(Entry) Mail) (Entry, error) {
	var e Entry
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		var number optional
		if err := tx.Raw("SELECT kommune_number FROM entries WHERE id = ? FOR UPDATE", id).Scan(&number).Error; err != nil {
			return err
		}
		if number == "" {
			return ErrNotFound
		}
		owner := auth.Owner{Kommune: region.Number(number)}
		if err := auth.Can(actor, auth.Admit, auth.Thing{Owner: owner}); err != nil {
			return err
		}
		if e, err = one(entries(tx, "e.id = ?", id)); err != nil {
			return err
		}
		if e.Answered {
			return ErrConflict
		}
		if role != "" {
			err = setGrant(tx, actor, e.Account, auth.Grant{Owner: owner, Role: role}) // closes the entry
		} else {
			err = refuseEntry(tx, actor, e.Account, owner)
		}
		if err != nil {
			return err
		}
		e.Answered, e.Admitted = true, role != ""
		m := notice(e)
		m.To = e.Email
		return queueMail(tx, fmt.Sprintf("entry/%d/answer", id), m, time.Time{})
	})
	if err != nil {
		return e, fmt.Errorf("answer entry %d: %w", id, err)
	}
	return e, nil
}

// acceptEntry notes that the account is in, if somebody was asked about it. Called where a
// grant is given, by whatever way.
func acceptEntry(tx *gorm.DB, actor auth.Actor, account int64, owner auth.Owner) error {
	return answerEntry(tx, actor, `UPDATE entries SET answer = 'ja', answered_at = now(), answered_by = ?
		WHERE account_id = ? AND kommune_number = ? AND answer IS NULL RETURNING id`,
		actor.String(), account, optional(owner.Kommune))
}

// refuseEntry notes that the account is not to be let in by itself: somebody said no, or
// took its grant back.
func refuseEntry(tx *gorm.DB, actor auth.Actor, account int64, owner auth.Owner) error {
	if owner.Kommune == "" {
		return nil
	}
	if err := record(tx, actor, "entry_refused", map[string]any{"account": account, "kommune": owner.Kommune}); err != nil {
		return err
	}
	return answerEntry(tx, actor, `INSERT INTO entries (account_id, kommune_number, answer, answered_at, answered_by) VALUES (?, ?, 'nei', now(), ?)
		ON CONFLICT (account_id, kommune_number) DO UPDATE SET answer = 'nei', answered_at = now(), answered_by = excluded.answered_by RETURNING id`,
		account, optional(owner.Kommune), actor.String())
}

func answerEntry(tx *gorm.DB, actor auth.Actor, sql string, args ...any) error {
	var id int64
	if err := tx.Raw(sql, args...).Scan(&id).Error; err != nil {
		return err
	}
	return finishTasks(tx, actor, TaskEntry, strconv.FormatInt(id, 10))
}

// kommuneOfEmail returns the kommune whose domain the address is of, exactly or below it,
// or ErrNotFound. People keep the addresses of a kommune that is no more for a while, so
// they lead to the one that has followed it.
func kommuneOfEmail(tx *gorm.DB, email string) (region.Number, error) {
	_, domain, _ := strings.Cut(email, "@")
	// A domain has no character that LIKE reads in its own way: migration 0001 checks it.
	var number optional
	err := tx.Raw("SELECT number FROM ("+presentNumbers+") k WHERE (? = domain OR ? LIKE '%.' || domain) AND number IS NOT NULL ORDER BY length(domain) DESC, ended LIMIT 1", domain, domain).
		Scan(&number).Error
	if err == nil && number == "" {
		err = ErrNotFound
	}
	return region.Number(number), err
}

// mayEnter reports whether the address may sign in: it has an account that is not
// disabled, was invited, or is of a kommune.
func mayEnter(tx *gorm.DB, email string) (bool, error) {
	// All three are asked, always: the time must not tell which is so.
	a, err := one(accounts(tx.Where("email = ?", email)))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	invited, err := invitationsTo(tx, email)
	if err != nil {
		return false, err
	}
	_, err = kommuneOfEmail(tx, email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	if a.ID != 0 {
		return a.DisabledAt == nil, nil
	}
	return len(invited) > 0 || err == nil, nil
}

// enter returns the account of an address that was proved, made now if need be, after
// letting it in where it was invited and where its domain leads.
func enter(tx *gorm.DB, email string, notice func(Entry) Mail) (Account, error) {
	// Two browsers may come at once with the same address.
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", "enter "+email).Error; err != nil {
		return Account{}, err
	}
	may, err := mayEnter(tx, email)
	if err != nil {
		return Account{}, err
	}
	if !may {
		return Account{}, auth.ErrForbidden
	}
	a, err := one(accounts(tx.Where("email = ?", email)))
	if errors.Is(err, ErrNotFound) {
		a, err = createAccount(tx, signingIn, email, "")
	}
	if err != nil {
		return Account{}, err
	}
	if err := acceptInvitations(tx, a); err != nil {
		return Account{}, err
	}
	number, err := kommuneOfEmail(tx, email)
	switch {
	case errors.Is(err, ErrNotFound) || a.National: // who may do everything asks for nothing
	case err != nil:
		return Account{}, err
	default:
		if _, err := enterKommune(tx, a.ID, number, notice); err != nil {
			return Account{}, err
		}
	}
	return one(accounts(tx.Where("id = ?", a.ID)))
}
