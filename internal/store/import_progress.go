package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// ImportRun is one run of an import from a source.
type ImportRun struct {
	Source string // what it is kept under: "enhetsregisteret"
	// Dry is a run that says what it would do, and writes nothing.
	Dry bool
	// State is how far the source has been read when this is written, as JSON; it is
	// written in the same transaction. Nil leaves what stands.
	State any
}

// ImportProgress reads how far the last import from the source came into a pointer. It
// returns false when there was none, or when its end was said with ForgetImportProgress.
func (s *Store) ImportProgress(ctx context.Context, source string, into any) (bool, error) {
	var states []string
	if err := s.db.WithContext(ctx).Raw("SELECT state::text FROM import_progress WHERE source = ?", source).Scan(&states).Error; err != nil {
		return false, fmt.Errorf("progress of import from %s: %w", source, err)
	}
	if len(states) == 0 {
		return false, nil
	}
	if err := json.Unmarshal([]byte(states[0]), into); err != nil {
		return false, fmt.Errorf("progress of import from %s: %w", source, err)
	}
	return true, nil
}

// SaveImportProgress keeps run.State, unless the run is dry.
func (s *Store) SaveImportProgress(ctx context.Context, actor auth.Actor, run ImportRun) error {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return fmt.Errorf("progress of import from %s: %w", run.Source, err)
	}
	if run.Dry {
		return nil
	}
	return saveProgress(s.db.WithContext(ctx), actor, run)
}

// ForgetImportProgress makes the next import from the source begin at the beginning.
func (s *Store) ForgetImportProgress(ctx context.Context, actor auth.Actor, source string) error {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return fmt.Errorf("progress of import from %s: %w", source, err)
	}
	if err := s.db.WithContext(ctx).Exec("DELETE FROM import_progress WHERE source = ?", source).Error; err != nil {
		return fmt.Errorf("progress of import from %s: %w", source, err)
	}
	return nil
}

func saveProgress(tx *gorm.DB, actor auth.Actor, run ImportRun) error {
	if run.State == nil {
		return nil
	}
	state, err := json.Marshal(run.State)
	if err == nil {
		err = tx.Exec(`INSERT INTO import_progress (source, state, actor) VALUES (?, ?, ?)
			ON CONFLICT (source) DO UPDATE SET state = excluded.state, actor = excluded.actor, at = now()`, run.Source, string(state), actor.String()).Error
	}
	if err != nil {
		return fmt.Errorf("progress of import from %s: %w", run.Source, err)
	}
	return nil
}

// errDry ends the transaction of a dry run.
var errDry = errors.New("dry run")

// writeRun runs fn in one transaction with the run's progress. A dry run does all of it,
// and takes it back: it finds what a real one would.
func (s *Store) writeRun(ctx context.Context, actor auth.Actor, run ImportRun, fn func(tx *gorm.DB) error) error {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return err
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		if run.Dry {
			return errDry
		}
		return saveProgress(tx, actor, run)
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}
