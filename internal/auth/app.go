package auth

import (
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// appPeriod is how long a code of an authenticator app holds. All apps know this one.
const appPeriod = 30 * time.Second

// NewAppKey returns a new secret for an authenticator app, in base32, and the otpauth
// address that a QR code says it with. Issuer and account are what the app shows.
func NewAppKey(issuer, account string) (secret, address string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account})
	if err != nil {
		return "", "", err
	}
	return key.Secret(), key.URL(), nil
}

// AppStep returns which 30 seconds the code is of, and whether it holds at the time: one
// step to each side is let pass, since clocks differ, but none up to after, so that a
// code that was seen over a shoulder is worth nothing.
func AppStep(secret, code string, at time.Time, after int64) (step int64, ok bool) {
	code = strings.ReplaceAll(code, " ", "")
	now := at.Unix() / int64(appPeriod/time.Second)
	for step := now - 1; step <= now+1; step++ {
		if step > after && hotp.Validate(code, uint64(step), secret) {
			return step, true
		}
	}
	return 0, false
}
