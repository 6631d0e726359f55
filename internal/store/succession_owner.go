package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// owners moves what people, programs and readers have to do with the old kommuner to the
// one that goes on with them.
func (c *carrier) owners() error {
	// Asked while each is still what it was.
	for _, old := range c.suc.Before() {
		if err := c.findOrganizations(old); err != nil {
			return err
		}
	}
	for _, old := range c.suc.Ended() {
		heir := c.suc.Heir(old)
		move := c.moveOwner
		if heir == "" {
			move = c.scatterOwner
		}
		if err := move(old, heir); err != nil {
			return err
		}
	}
	return c.joinOrganizations()
}

// run carries out the statements in order; each names the parameters that it needs.
func (c *carrier) run(params map[string]any, statements ...string) error {
	for _, sql := range statements {
		if err := c.tx.Exec(sql, params).Error; err != nil {
			return err
		}
	}
	return nil
}

// count carries out a statement and returns how many rows it changed.
func (c *carrier) count(sql string, params map[string]any) (int, error) {
	result := c.tx.Exec(sql, params)
	return int(result.RowsAffected), result.Error
}

// moveOwner gives all that the old kommune answered for, and its people, to the new one.
func (c *carrier) moveOwner(old, heir region.Number) error {
	p := map[string]any{"old": string(old), "new": string(heir), "actor": succeeding.String()}
	organizations, err := c.count("UPDATE organizations SET kommune_number = @new WHERE kommune_number = @old", p)
	if err != nil {
		return err
	}
	c.out.Organizations += organizations
	grants, err := c.count(`UPDATE grants g SET kommune_number = @new WHERE kommune_number = @old
		AND NOT EXISTS (SELECT FROM grants h WHERE h.account_id = g.account_id AND h.kommune_number = @new)`, p)
	if err != nil {
		return err
	}
	tokens, err := c.count("UPDATE tokens SET kommune_number = @new WHERE kommune_number = @old", p)
	if err != nil {
		return err
	}
	err = c.run(p,
		// Who worked for both keeps what they may most.
		`UPDATE grants h SET role = 'forvalter', substitute = h.substitute AND g.substitute FROM grants g
			WHERE g.kommune_number = @old AND g.role = 'forvalter' AND h.kommune_number = @new AND h.account_id = g.account_id`,
		"DELETE FROM grants WHERE kommune_number = @old",
		`UPDATE invitations i SET kommune_number = @new WHERE kommune_number = @old AND (used_at IS NOT NULL
			OR NOT EXISTS (SELECT FROM invitations j WHERE j.email = i.email AND j.kommune_number = @new AND j.used_at IS NULL))`,
		"DELETE FROM invitations WHERE kommune_number = @old",
		`UPDATE entries e SET kommune_number = @new WHERE kommune_number = @old
			AND NOT EXISTS (SELECT FROM entries f WHERE f.account_id = e.account_id AND f.kommune_number = @new)`,
		// Who asked both, or asked one and was in the other, is asked about once, or not any more.
		`UPDATE entries SET answer = 'ja', answered_at = now(), answered_by = @actor WHERE answer IS NULL AND (kommune_number = @old
			OR kommune_number = @new AND EXISTS (SELECT FROM grants g WHERE g.account_id = entries.account_id AND g.kommune_number = @new))`,
		`UPDATE tasks SET done_at = now(), done_by = @actor WHERE kind = 'entry' AND done_at IS NULL
			AND EXISTS (SELECT FROM entries e WHERE e.id::text = tasks.key AND e.answer IS NOT NULL)`,
		// Its number is in the key of what there is one of for a kommune.
		`UPDATE tasks t SET key = @new || substr(key, 5) WHERE kind IN ('unconfirmed', 'new_manager') AND key LIKE @old || '/%' AND done_at IS NULL
			AND NOT EXISTS (SELECT FROM tasks u WHERE u.kind = t.kind AND u.key = @new || substr(t.key, 5) AND u.done_at IS NULL)`,
		"UPDATE tasks SET kommune_number = @new WHERE kommune_number = @old AND done_at IS NULL",
		"UPDATE tasks SET detail = jsonb_set(detail, '{kommune}', to_jsonb(CAST(@new AS text))) WHERE detail->>'kommune' = @old AND done_at IS NULL",
		"UPDATE reports SET kommune_number = @new WHERE kommune_number = @old",
		"UPDATE batches SET kommune_number = @new WHERE kommune_number = @old",
		// One that both were sent on the same day stays with the number it was sent to: the
		// link in it finds what has followed.
		`UPDATE confirmations c SET kommune_number = @new WHERE kommune_number = @old
			AND NOT EXISTS (SELECT FROM confirmations d WHERE d.kommune_number = @new AND d.round = c.round AND d.stage = c.stage)`,
	)
	if err != nil {
		return err
	}
	c.out.Grants += grants + tokens
	if grants+tokens == 0 {
		return nil
	}
	return record(c.tx, succeeding, "kommune_moved", map[string]any{"from": old, "to": heir, "grants": grants, "tokens": tokens, "why": c.why})
}

// scatterOwner is for a kommune that was divided among others, of which none goes on with
// it: no rule says who of its people works where. They ask to be let in at each, its
// programs have to be given new tokens, and what it answered for passes to the national
// editors until somebody has taken it over.
func (c *carrier) scatterOwner(old, _ region.Number) error {
	p := map[string]any{"old": string(old), "actor": succeeding.String()}
	var people []struct{ AccountID int64 }
	if err := c.tx.Raw("SELECT account_id FROM grants WHERE kommune_number = @old ORDER BY account_id", p).Scan(&people).Error; err != nil {
		return err
	}
	for _, n := range c.suc.Into(old) {
		for _, a := range people {
			if err := c.askToEnter(a.AccountID, n); err != nil {
				return err
			}
		}
	}
	tokens, err := c.count("UPDATE tokens SET revoked_at = now(), revoked_by = @actor WHERE kommune_number = @old AND revoked_at IS NULL", p)
	if err != nil {
		return err
	}
	organizations, err := c.count("UPDATE organizations SET kommune_number = NULL WHERE kommune_number = @old", p)
	if err != nil {
		return err
	}
	c.out.Organizations += organizations
	err = c.run(p,
		"DELETE FROM grants WHERE kommune_number = @old",
		"DELETE FROM invitations WHERE kommune_number = @old AND used_at IS NULL",
		"UPDATE entries SET answer = 'nei', answered_at = now(), answered_by = @actor WHERE kommune_number = @old AND answer IS NULL",
		`UPDATE tasks SET done_at = now(), done_by = @actor WHERE kind IN ('entry', 'new_manager', 'unconfirmed') AND detail->>'kommune' = @old AND done_at IS NULL`,
		"UPDATE tasks SET kommune_number = NULL WHERE kommune_number = @old AND done_at IS NULL",
		"UPDATE reports SET kommune_number = NULL WHERE kommune_number = @old AND state = 'apen'",
	)
	if err != nil {
		return err
	}
	if len(people)+tokens > 0 {
		c.out.Notes = append(c.out.Notes, fmt.Sprintf("%d people of %s ask to be let in at %s, and %d tokens have ended", len(people), c.suc.NameBefore(old), strings.Join(texts[string](c.suc.Into(old)), ", "), tokens))
	}
	return record(c.tx, succeeding, "kommune_divided", map[string]any{"from": old, "to": c.suc.Into(old), "grants": len(people), "tokens": tokens, "why": c.why})
}

// askToEnter lets the managers of a kommune decide about somebody of one that was divided.
func (c *carrier) askToEnter(account int64, n region.Number) error {
	var id int64
	err := c.tx.Raw(`INSERT INTO entries (account_id, kommune_number) SELECT ?, ?
		WHERE NOT EXISTS (SELECT FROM grants WHERE account_id = ? AND kommune_number = ?) ON CONFLICT DO NOTHING RETURNING id`,
		account, string(n), account, string(n)).Scan(&id).Error
	if err != nil || id == 0 {
		return err
	}
	c.open(Task{Kind: TaskEntry, Key: fmt.Sprint(id), Owner: auth.Owner{Kommune: n}, Detail: detailOf(EntryDetail{account, n, region.NorwegianName(c.suc.Name(n))})})
	return nil
}

// TaskJoin asks the people of a kommune which name its offerings are to be given under, when
// several organizations have become it. Its detail is a JoinDetail.
const TaskJoin TaskKind = "join_organizations"

// JoinDetail is the detail of TaskJoin.
type JoinDetail struct {
	Kommune       region.Number `json:"kommune"`
	Name          string        `json:"name"`
	Organizations []Joinable    `json:"organizations"`
}

// Joinable is an organization that may be one with another.
type Joinable struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// joinable is the organization that a kommune was.
type joinable struct {
	directory.Organization
	old region.Number
}

// findOrganizations notes what organizations are of the kommune, and which of them is it.
func (c *carrier) findOrganizations(old region.Number) error {
	found, err := list(c.tx.Where("kommune_number = ?", string(old)).Order("length(name), id"), organizationRow.organization)
	if err != nil {
		return err
	}
	for i, o := range found {
		c.moved[o.ID] = old
		if i == 0 {
			c.joined = append(c.joined, joinable{o, old})
		}
	}
	return nil
}

// joinOrganizations gives the organization of a kommune that is called otherwise its name,
// and asks where several kommuner have become one.
func (c *carrier) joinOrganizations() error {
	for _, n := range c.suc.Present() {
		name := region.NorwegianName(c.suc.Name(n)) + " kommune"
		var same []joinable
		for _, j := range c.joined {
			if c.suc.Heir(j.old) == n {
				same = append(same, j)
			}
		}
		switch {
		case len(same) == 1 && same[0].Name == c.before[same[0].old].Name+" kommune" && same[0].Name != name:
			err := c.tx.Exec("UPDATE organizations SET name = ? WHERE id = ? AND NOT EXISTS (SELECT FROM organizations WHERE name = ?)", name, same[0].ID, name).Error
			if err != nil {
				return err
			}
		case len(same) > 1:
			d := JoinDetail{Kommune: n, Name: region.NorwegianName(c.suc.Name(n))}
			for _, j := range same {
				d.Organizations = append(d.Organizations, Joinable{j.ID, j.Name})
			}
			c.open(Task{Kind: TaskJoin, Key: string(n), Owner: auth.Owner{Kommune: n}, Detail: detailOf(d)})
		}
	}
	if len(c.moved) == 0 {
		return nil
	}
	ids := make(idArray, 0, len(c.moved))
	for id := range c.moved {
		ids = append(ids, id)
	}
	var offerings []string
	if err := c.tx.Raw("SELECT id::text FROM offerings WHERE organization_id = ANY(?) AND status IN ?", ids, publicOffering).Scan(&offerings).Error; err != nil {
		return err
	}
	for _, id := range offerings {
		c.feed = append(c.feed, changeRow{KindOffering, id})
	}
	return nil
}

// JoinOrganizations ends a TaskJoin: all that the organizations of the task give is given
// under the name, which is that of one of them, or that of the kommune. The actor has to be
// allowed auth.Bulk for the kommune. It returns ErrNotFound for a task that is not there or
// not open, a directory.Invalid for another name.
func (s *Store) JoinOrganizations(ctx context.Context, actor auth.Actor, task int64, name string) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		t, err := one(list(tx.Where("id = ? AND kind = ? AND done_at IS NULL", task, string(TaskJoin)), taskRow.task))
		if err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Bulk, auth.Thing{Owner: t.Owner}); err != nil {
			return err
		}
		var d JoinDetail
		if err := json.Unmarshal(t.Detail, &d); err != nil {
			return err
		}
		if err := s.join(tx, actor, d, name); err != nil {
			return err
		}
		return finishTasks(tx, actor, TaskJoin, t.Key)
	})
	if err != nil {
		return fmt.Errorf("answer task %d: %w", task, err)
	}
	return nil
}

func (s *Store) join(tx *gorm.DB, actor auth.Actor, d JoinDetail, name string) error {
	if err := allowLongStatements(tx); err != nil {
		return err
	}
	i := slices.IndexFunc(d.Organizations, func(o Joinable) bool { return o.Name == name })
	if i < 0 && name != d.Name+" kommune" || len(d.Organizations) == 0 {
		return directory.Invalid{"organization": directory.MsgUnknown}
	}
	keep := d.Organizations[max(i, 0)].ID
	ids := make(idArray, 0, len(d.Organizations))
	for _, o := range d.Organizations {
		ids = append(ids, o.ID)
	}
	if i < 0 {
		// Somebody may have named one so meanwhile.
		there, err := organizationByName(tx, name)
		if err == nil {
			keep = there.ID
		} else if !errors.Is(err, ErrNotFound) {
			return err
		} else if err := tx.Exec("UPDATE organizations SET name = ? WHERE id = ?", name, keep).Error; err != nil {
			return err
		}
	}
	if err := tx.Exec("UPDATE organizations SET kommune_number = ? WHERE id = ?", string(d.Kommune), keep).Error; err != nil {
		return err
	}
	organization, err := one(list(tx.Where("id = ?", keep), organizationRow.organization))
	if err != nil {
		return err
	}
	var offerings []int64
	if err := tx.Raw("SELECT id FROM offerings WHERE organization_id = ANY(?) ORDER BY id", ids).Scan(&offerings).Error; err != nil {
		return err
	}
	for _, id := range offerings {
		stored, err := lockOffering(tx, id)
		if err != nil {
			return err
		}
		if stored.Organization.ID == keep {
			if stored.Public() {
				err = announce(tx, changeRow{KindOffering, fmt.Sprint(id)})
			}
			if err != nil {
				return err
			}
			continue
		}
		next := stored
		next.Organization = organization
		if _, err := s.replaceOffering(tx, actor, "Kommunen står nå med ett navn: "+name, stored, next); err != nil {
			return err
		}
	}
	// Nothing is given under the others any more; a new offering must not begin with their name.
	return tx.Exec("UPDATE organizations SET kommune_number = NULL WHERE id = ANY(?) AND id <> ?", ids, keep).Error
}

// webhooks lets those who follow an old kommune follow what it became too. The old number
// stays: what has left it is still to be told of, by what the history says.
func (c *carrier) webhooks() error {
	for _, old := range c.suc.Before() {
		err := c.tx.Exec("UPDATE webhooks SET kommuner = ARRAY(SELECT DISTINCT n FROM unnest(kommuner || ?::text[]) n ORDER BY n) WHERE ? = ANY(kommuner)",
			textArray(texts[string](c.suc.Into(old))), string(old)).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// coverageOfGrants lets the areas that people of organizations may write about follow.
func (c *carrier) coverageOfGrants() error {
	for _, table := range []string{"grants", "invitations"} {
		for _, old := range c.suc.Ended() {
			err := c.tx.Exec("UPDATE "+table+` SET coverage_kommuner = ARRAY(SELECT DISTINCT n FROM unnest(array_remove(coverage_kommuner, ?) || ?::text[]) n ORDER BY n)
				WHERE ? = ANY(coverage_kommuner)`, string(old), textArray(texts[string](c.suc.Into(old))), string(old)).Error
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// open notes a task for the end of the succession.
func (c *carrier) open(t Task) { c.out.Tasks = append(c.out.Tasks, t) }

// ask opens the tasks. Earlier questions that are open still go on under the new numbers;
// those about a kommune that was split nobody can answer any more.
func (c *carrier) ask() error {
	for _, old := range c.suc.Ended() {
		p := map[string]any{"old": string(old), "new": string(c.suc.Into(old)[0]), "actor": succeeding.String()}
		sql := `UPDATE tasks SET detail = jsonb_set(detail, '{kommuner}', (SELECT jsonb_agg(DISTINCT CASE WHEN n = @old THEN @new ELSE n END)
			FROM jsonb_array_elements_text(detail->'kommuner') n)) WHERE kind = 'coverage' AND done_at IS NULL AND detail->'kommuner' @> to_jsonb(CAST(@old AS text))`
		if len(c.suc.Into(old)) > 1 {
			sql = "UPDATE tasks SET done_at = now(), done_by = @actor WHERE kind = 'coverage' AND done_at IS NULL AND detail->'kommuner' @> to_jsonb(CAST(@old AS text))"
		}
		if err := c.run(p, sql); err != nil {
			return err
		}
	}
	for _, t := range c.out.Tasks {
		if err := openTask(c.tx, t); err != nil {
			return err
		}
	}
	return nil
}

// detailOf writes a detail, which is made of what JSON has.
func detailOf(d any) json.RawMessage {
	content, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return content
}

// presentOwner returns who answers now for what the owner did: the kommune that has
// followed, where there is one.
func presentOwner(tx *gorm.DB, o auth.Owner) (auth.Owner, error) {
	if o.Kommune == "" {
		return o, nil
	}
	var found []string
	err := tx.Raw(`SELECT DISTINCT f.present_number FROM former_kommuner f JOIN kommuner k ON k.number = f.number AND f.valid_to = k.ended_on - 1
		WHERE k.number = ?`, string(o.Kommune)).Scan(&found).Error
	if err != nil || len(found) != 1 {
		return o, err
	}
	return auth.Owner{Kommune: region.Number(found[0])}, nil
}

// organizationFor returns the organization that the kommune is, made now where no offering
// has named it yet.
func (c *carrier) organizationFor(n region.Number) (directory.Organization, error) {
	found, err := list(c.tx.Where("kommune_number = ?", string(n)).Order("length(name), id").Limit(1), organizationRow.organization)
	if err != nil || len(found) > 0 {
		return slices.Concat(found, []directory.Organization{{}})[0], err
	}
	return saveOrganization(c.tx, auth.Actor{Kind: auth.Operator}, directory.Organization{
		Name: region.NorwegianName(c.suc.Name(n)) + " kommune", Kind: directory.KindKommune, Kommune: n,
	})
}
