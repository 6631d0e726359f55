package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/migrations"
)

// backup is the subcommand: everything in the database into one file.
func backup(ctx context.Context, c config, args []string) (err error) {
	path := args[0]
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	// Under another name until it is whole. It has people's addresses: nobody else may read it.
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("backup: %s is there, from a backup that runs or was cut off; remove it, or choose another name", part)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part))
		}
	}()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("backup: %s is there already; choose another name, for example oversikt-%s.zip", path, time.Now().Format(time.DateOnly)), f.Close())
	}
	summary, err := backUp(ctx, c, st, f)
	if err == nil {
		err = st.RecordBackup(ctx, operator(), summary)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Printf("%s has %d rows of %d tables, as they were %s.\n", path, summary.Rows, summary.Tables, summary.Made.Local().Format(time.DateTime))
	return nil
}

// backUp writes the backup from a replica, if one is named that can, else from the primary.
func backUp(ctx context.Context, c config, st *store.Store, f *os.File) (store.BackupSummary, error) {
	if len(c.ReplicaURLs) > 0 {
		reading, alone := st.Reading(ctx)
		if alone {
			fmt.Println("The primary does not answer: this is what a replica has, which may lack the last moments.")
		}
		summary, err := st.Backup(reading, f, version, tableProgress("backing up from a replica"))
		if err == nil || alone || ctx.Err() != nil {
			return summary, err
		}
		// Such as a conflict with what the replica has to replay.
		fmt.Printf("The replicas could not: %v. The primary is asked.\n", err)
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return store.BackupSummary{}, fmt.Errorf("backup: %w", err)
		}
		if err := f.Truncate(0); err != nil {
			return store.BackupSummary{}, fmt.Errorf("backup: %w", err)
		}
	}
	return st.Backup(ctx, f, version, tableProgress("backing up"))
}

// restore is the subcommand: such a file into an empty database.
func restore(ctx context.Context, c config, args []string) error {
	f, err := os.Open(args[0])
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	summary, err := st.Restore(ctx, operator(), f, info.Size(), tableProgress("restoring"))
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		return fmt.Errorf("%w: name one that is, before any server has been started on it: an empty OVERSIKT_DATA_DIR, or OVERSIKT_DATABASE_URL of a new database", err)
	case errors.Is(err, migrations.ErrNewer):
		return fmt.Errorf("%w: restore it with that version, or a later one", err)
	case err != nil:
		return err
	}
	fmt.Printf("%d rows of %d tables are back, as they were %s.\n", summary.Rows, summary.Tables, summary.Made.Local().Format(time.DateTime))
	fmt.Println("Nobody is signed in. Every server builds its index anew when it starts.")
	fmt.Println("Nothing is sent to those who subscribe to changes before an editor starts each of them on /redaksjon/abonnement.")
	return nil
}

// tableProgress shows how many tables are done.
func tableProgress(what string) store.Progress {
	show := progress()
	return func(done, total int) { show(what, done, total) }
}
