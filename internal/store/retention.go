package store

import (
	"context"
	"errors"
	"fmt"
)

// How long what is personal is kept. deploy/SECURITY.md says the same, and why; the limits
// of sessions, codes, links and invitations stand where those are made.
const (
	codesKept       = "1 day"    // counted until then: so many may be asked for in a day
	uploadsKept     = "1 day"    // UploadByID gives none that is older
	wrongCodesKept  = "30 days"  // after the wait; shorter, and waiting would be a way to guess on
	draftsKept      = "180 days" // since somebody last wrote in one
	closedKept      = "30 days"  // drafts of an account that was shut out: it may have been a mistake
	askedKept       = "30 days"  // after the link has run out: whom it was sent to
	gaveUpNamesKept = "30 days"  // after the task is done: whom the mail was to
)

// forgotten stands in place of addresses, where a list may not be empty.
const forgotten = "glemt"

// expired removes what has no use any more.
var expired = []string{
	"DELETE FROM sessions WHERE expires_at < now() OR idle_expires_at < now()",
	"DELETE FROM sign_in_codes WHERE created_at < now() - interval '" + codesKept + "'",
	"DELETE FROM login_links WHERE expires_at < now()",
	"DELETE FROM invitations WHERE expires_at < now() OR used_at IS NOT NULL",
	"DELETE FROM limits WHERE ends_at < now()",
	"DELETE FROM challenges WHERE expires_at < now()",
	"DELETE FROM webhook_old_secrets WHERE until < now()",
	"DELETE FROM uploads WHERE created_at < now() - interval '" + uploadsKept + "'",
	"DELETE FROM wrong_codes WHERE wait_until < now() - interval '" + wrongCodesKept + "'",
	"DELETE FROM drafts WHERE updated_at < now() - interval '" + draftsKept + "'",
	"DELETE FROM drafts d USING accounts a WHERE a.id = d.account_id AND a.disabled_at < now() - interval '" + closedKept + "'",
	"UPDATE confirmations SET sent_to = '{" + forgotten + "}' WHERE expires_at < now() - interval '" + askedKept + "' AND sent_to <> '{" + forgotten + "}'",
	"UPDATE tasks SET detail = detail - 'to' - 'subject' WHERE kind = '" + string(TaskJobGaveUp) + "' AND done_at < now() - interval '" + gaveUpNamesKept + "' AND detail->>'to' IS NOT NULL",
}

// DeleteExpired removes what nobody can use any more to sign in or to come in, and what is
// personal and has been kept for as long as it may be: sessions, codes, links, invitations,
// drafts, files that were sent and not decided on, and whom mails went to. It goes on after
// an error.
func (s *Store) DeleteExpired(ctx context.Context) error {
	var errs []error
	for _, sql := range expired {
		if err := s.db.WithContext(ctx).Exec(sql).Error; err != nil {
			errs = append(errs, fmt.Errorf("delete expired: %w", err))
		}
	}
	return errors.Join(errs...)
}
