package store

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
)

// ChallengeKind says what a browser was asked.
type ChallengeKind string

const (
	PasskeySignIn   ChallengeKind = "passnokkel"    // to sign in with a passkey, whoever it is
	PasskeyConfirm  ChallengeKind = "bekreft"       // to show a passkey of the account that is signed in
	PasskeyRegister ChallengeKind = "ny-passnokkel" // to make a passkey
	AppRegister     ChallengeKind = "app"           // to show a first code of a new authenticator app
	OIDCSignIn      ChallengeKind = "oidc"          // to come back from a provider
)

// challengeLife is how long a person has to answer.
const challengeLife = "10 minutes"

// StartChallenge keeps the payload, which is written as JSON, until the browser with the
// returned secret answers or ten minutes have passed.
func (s *Store) StartChallenge(ctx context.Context, kind ChallengeKind, payload any) (string, error) {
	content, err := json.Marshal(payload)
	if err != nil {
		return "", fmt.Errorf("start challenge %s: %w", kind, err)
	}
	secret := NewSecret()
	err = s.write(ctx, func(tx *gorm.DB) error {
		// Those that nobody answered go here, so that no job has to know of them.
		if err := tx.Exec("DELETE FROM challenges WHERE expires_at < now()").Error; err != nil {
			return err
		}
		return tx.Exec("INSERT INTO challenges (kind, hash, payload, expires_at) VALUES (?, ?, ?, now() + ?::interval)",
			string(kind), hashOf(secret), string(content), challengeLife).Error
	})
	if err != nil {
		return "", fmt.Errorf("start challenge %s: %w", kind, err)
	}
	return secret, nil
}

// TakeChallenge reads the payload of the challenge into the target and removes it: an
// answer counts once. It returns ErrNotFound when there is none of the kind and secret,
// and when it has run out.
func (s *Store) TakeChallenge(ctx context.Context, kind ChallengeKind, secret string, payload any) error {
	var found []string
	err := s.db.WithContext(ctx).Raw("DELETE FROM challenges WHERE kind = ? AND hash = ? AND expires_at > now() RETURNING payload::text",
		string(kind), hashOf(secret)).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(found[0]), payload)
	}
	if err != nil {
		return fmt.Errorf("take challenge %s: %w", kind, err)
	}
	return nil
}
