package staff

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// errPasskey is returned for an answer of a passkey that does not hold, whatever the
// reason: the page says the same to all.
var errPasskey = errors.New("the passkey's answer does not hold")

// newRelyingParty returns who we are to passkeys, by the public address alone. It returns
// nil where browsers have none: for an address that is a number, such as 127.0.0.1.
func newRelyingParty(baseURL string) *webauthn.WebAuthn {
	u, err := url.Parse(baseURL)
	if err != nil {
		return nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID:          u.Hostname(),
		RPDisplayName: view.SiteName,
		RPOrigins:     []string{u.Scheme + "://" + u.Host},
		// A passkey signs in alone, so it has to know whom it is of, and to have asked for a
		// finger, a face or a PIN.
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil
	}
	return w
}

// passkeyUser is an account as the WebAuthn library sees it.
type passkeyUser struct {
	account     store.Account
	passkeys    []store.Passkey
	credentials []webauthn.Credential
}

func (u passkeyUser) WebAuthnID() []byte                         { return u.account.UUID[:] }
func (u passkeyUser) WebAuthnName() string                       { return u.account.Email }
func (u passkeyUser) WebAuthnDisplayName() string                { return u.account.Called() }
func (u passkeyUser) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

func (s *Staff) passkeyUser(c *fiber.Ctx, a store.Account) (passkeyUser, error) {
	factors, err := s.deps.Store.Factors(c.UserContext(), a.ID)
	if err != nil {
		return passkeyUser{}, err
	}
	u := passkeyUser{account: a, passkeys: factors.Passkeys}
	for _, p := range factors.Passkeys {
		var credential webauthn.Credential
		if err := json.Unmarshal(p.Credential, &credential); err != nil {
			return passkeyUser{}, err
		}
		u.credentials = append(u.credentials, credential)
	}
	return u, nil
}

// passkeyChallenge is what is kept while a browser asks a device.
type passkeyChallenge struct {
	Account int64 // 0: whoever it is
	Session webauthn.SessionData
}

// passkeyForm is the hidden field in which the script sends the device's answer.
func passkeyForm(c *fiber.Ctx) []byte { return []byte(c.FormValue("svar")) }

func (s *Staff) needPasskeys(c *fiber.Ctx) error {
	if s.relyingParty == nil {
		return fiber.ErrNotFound
	}
	return c.Next()
}

// startPasskeySignIn answers with what the browser shall ask any passkey of ours.
func (s *Staff) startPasskeySignIn(c *fiber.Ctx) error {
	if err := s.spend(c); err != nil {
		return err // a script asks, and says that it failed
	}
	options, session, err := s.relyingParty.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	if err := s.ask(c, store.PasskeySignIn, passkeyChallenge{Session: *session}); err != nil {
		return err
	}
	return c.JSON(options.Response)
}

// passkeySignIn signs in who the passkey is of.
func (s *Staff) passkeySignIn(c *fiber.Ctx) error {
	to := localPath(c.FormValue("til"))
	var account store.Account
	err := s.guess(c, func() (err error) {
		account, err = s.passkeyOwner(c)
		return err
	}, errPasskey)
	if err == nil {
		err = s.signIn(c, account.ID, store.ByPasskey, true)
	}
	switch {
	case errors.Is(err, errPasskey) || errors.Is(err, auth.ErrForbidden):
		page.Note(c, "passkey refused")
		return see(c, "/logg-inn?til="+url.QueryEscape(to), "Vi kunne ikke logge deg inn med passnøkkelen. Prøv igjen, eller få en kode på e-post.")
	case err != nil:
		return err
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// passkeyOwner returns the account whose passkey answered.
func (s *Staff) passkeyOwner(c *fiber.Ctx) (store.Account, error) {
	var asked passkeyChallenge
	if err := s.answered(c, store.PasskeySignIn, &asked); errors.Is(err, store.ErrNotFound) {
		return store.Account{}, errPasskey
	} else if err != nil {
		return store.Account{}, err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes(passkeyForm(c))
	if err != nil {
		return store.Account{}, errPasskey
	}
	var owner passkeyUser
	var failed error // the library wraps errors by their text
	find := func(_, handle []byte) (webauthn.User, error) {
		account, err := s.deps.Store.AccountByUUID(c.UserContext(), handle)
		if err == nil {
			owner, err = s.passkeyUser(c, account)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			failed = err
		}
		return owner, err
	}
	credential, err := s.relyingParty.ValidateDiscoverableLogin(find, asked.Session, answer)
	if failed != nil {
		return store.Account{}, failed
	}
	if err != nil {
		return store.Account{}, errPasskey
	}
	return owner.account, s.usePasskey(c, owner, credential)
}

// usePasskey keeps the credential's new counter. One that went backwards is refused:
// somebody may have a copy of the device's keys.
func (s *Staff) usePasskey(c *fiber.Ctx, u passkeyUser, credential *webauthn.Credential) error {
	for i, p := range u.passkeys {
		if string(u.credentials[i].ID) != string(credential.ID) {
			continue
		}
		if credential.Authenticator.CloneWarning {
			if err := s.deps.Store.RecordPasskeyCopy(c.UserContext(), u.account, p.ID); err != nil {
				return err
			}
			return errPasskey
		}
		content, err := json.Marshal(credential)
		if err != nil {
			return err
		}
		return s.deps.Store.UsePasskey(c.UserContext(), p.ID, content)
	}
	return errPasskey
}

// startPasskeyConfirm answers with what the browser shall ask the account's passkeys.
func (s *Staff) startPasskeyConfirm(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	user, err := s.passkeyUser(c, session.Account)
	if err != nil {
		return err
	}
	if len(user.credentials) == 0 {
		return store.ErrNotFound
	}
	options, data, err := s.relyingParty.BeginLogin(user, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	if err := s.ask(c, store.PasskeyConfirm, passkeyChallenge{session.Account.ID, *data}); err != nil {
		return err
	}
	return c.JSON(options.Response)
}

// confirmPasskey takes a passkey as the second factor of the session.
func (s *Staff) confirmPasskey(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	err := s.guess(c, func() error { return s.passkeyShown(c, session) }, errPasskey)
	if errors.Is(err, errPasskey) {
		page.Note(c, "passkey refused")
		return s.showConfirmWith(c, http.StatusUnprocessableEntity, "", "Vi kunne ikke bekrefte med passnøkkelen. Prøv igjen.")
	} else if err != nil {
		return err
	}
	secret, err := s.deps.Store.PassSecondFactor(c.UserContext(), session.ID)
	if err != nil {
		return err
	}
	page.Note(c, "second factor: passkey")
	setCookie(c, sessionCookie, secret)
	return c.Redirect(localPath(c.FormValue("til")), fiber.StatusSeeOther)
}

func (s *Staff) passkeyShown(c *fiber.Ctx, session store.Session) error {
	var asked passkeyChallenge
	if err := s.answered(c, store.PasskeyConfirm, &asked); errors.Is(err, store.ErrNotFound) {
		return errPasskey
	} else if err != nil {
		return err
	}
	if asked.Account != session.Account.ID {
		return errPasskey
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes(passkeyForm(c))
	if err != nil {
		return errPasskey
	}
	user, err := s.passkeyUser(c, session.Account)
	if err != nil {
		return err
	}
	credential, err := s.relyingParty.ValidateLogin(user, asked.Session, answer)
	if err != nil {
		return errPasskey
	}
	return s.usePasskey(c, user, credential)
}

// startPasskey answers with what the browser shall ask a device to make.
func (s *Staff) startPasskey(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	user, err := s.passkeyUser(c, session.Account)
	if err != nil {
		return err
	}
	options, data, err := s.relyingParty.BeginRegistration(user,
		webauthn.WithExclusions(webauthn.Credentials(user.credentials).CredentialDescriptors()))
	if err != nil {
		return err
	}
	if err := s.ask(c, store.PasskeyRegister, passkeyChallenge{session.Account.ID, *data}); err != nil {
		return err
	}
	return c.JSON(options.Response)
}

// addPasskey keeps the passkey that the device made.
func (s *Staff) addPasskey(c *fiber.Ctx) error {
	session, _ := sessionOf(c)
	secret, err := s.keepPasskey(c, session)
	if errors.Is(err, errPasskey) || errors.Is(err, store.ErrConflict) {
		return s.enrolAgain(c, "Vi kunne ikke legge til passnøkkelen. Prøv igjen.")
	} else if err != nil {
		return err
	}
	return s.enrolled(c, session, secret, "Passnøkkelen er lagt til.")
}

func (s *Staff) keepPasskey(c *fiber.Ctx, session store.Session) (string, error) {
	var asked passkeyChallenge
	if err := s.answered(c, store.PasskeyRegister, &asked); errors.Is(err, store.ErrNotFound) {
		return "", errPasskey
	} else if err != nil {
		return "", err
	}
	if asked.Account != session.Account.ID {
		return "", errPasskey
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes(passkeyForm(c))
	if err != nil {
		return "", errPasskey
	}
	user, err := s.passkeyUser(c, session.Account)
	if err != nil {
		return "", err
	}
	credential, err := s.relyingParty.CreateCredential(user, asked.Session, answer)
	if err != nil {
		return "", errPasskey
	}
	content, err := json.Marshal(credential)
	if err != nil {
		return "", err
	}
	return s.deps.Store.AddPasskey(c.UserContext(), session, store.Passkey{
		CredentialID: credential.ID, Credential: content, Name: passkeyName(c.FormValue("navn"), c.Get(fiber.HeaderUserAgent)),
	})
}

// passkeyName returns what the person called the passkey, or the sort of device that the
// browser says it runs on.
func passkeyName(typed, userAgent string) string {
	if r := []rune(strings.TrimSpace(directory.Seen(typed))); len(r) > 0 {
		return string(r[:min(len(r), 100)])
	}
	for _, device := range []struct{ in, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
	} {
		if strings.Contains(userAgent, device.in) {
			return device.name
		}
	}
	return "Passnøkkel"
}
