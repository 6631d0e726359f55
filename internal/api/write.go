package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/place"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// Writes go to the store and are answered from it, so that a program sees what it wrote
// before the index has it. Only names of codes and places come from the View.
//
// A program says with If-Match which version it has seen. ETags of a single offering
// begin with its version, those of reads and of writes alike, and the version is all that
// is compared: the rest of a read's ETag changes with every generation of the index, also
// when the offering does not.

// maxBody is several times the largest offering that passes validation.
const maxBody = 256 << 10

// Offering is exported in name alone: huma describes only such where they are embedded.
type Offering = offering

// written is an offering as its owner reads it, which may be one that the public cannot.
type written struct {
	Offering
	Status  directory.Status `json:"status" enum:"utkast,publisert,stengt,arkivert" doc:"Om tilbudet vises. Et utkast og et arkivert tilbud vises ikke."`
	Refused *refused         `json:"avvist,omitempty" doc:"Bare når noe av det du sendte, er avvist da det samme ble sendt før. Det er ikke lagret, og ingen blir spurt igjen."`
}

// refused is the answer that a program has got to the same change before. Who gave it stands
// where its own people can see it, and in no answer: a program keeps what it gets.
type refused struct {
	At     time.Time `json:"tidspunkt" doc:"Når det ble avvist."`
	Reason string    `json:"begrunnelse" doc:"Kan være tom."`
	URL    string    `json:"url" format:"uri" doc:"Siden i redaksjonen der dere ser hva det gjelder, og hvem som har svart."`
}

func (a *API) refusedBefore(h *store.HeldChange) *refused {
	if h == nil || h.Waits() {
		return nil
	}
	return &refused{*h.DecidedAt, h.Reason, a.baseURL + "/redaksjon/endringer/" + strconv.FormatInt(h.ID, 10)}
}

// saved is the answer to a write.
type saved struct {
	Status   int
	ETag     string `header:"ETag" doc:"Begynner med versjonen. Send den i If-Match neste gang."`
	Location string `header:"Location"`
	Body     *written
}

// Seen is which offering is meant, and which version of it the program has seen.
type Seen struct {
	ID      int64  `path:"id" minimum:"1" doc:"Nummeret på tilbudet, fra feltet id."`
	IfMatch string `header:"If-Match" doc:"ETag-en fra sist du leste eller skrev tilbudet. Må gis."`
}

type actorKey struct{}

// registerWrites is for programs of those who own offerings.
func (a *API) registerWrites(h huma.API) {
	a.schemas = h.OpenAPI().Components.Schemas
	h.OpenAPI().Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		securityScheme: {Type: "http", Scheme: "bearer", Description: "En tilgang som kommunen eller organisasjonen har laget i redaksjonen. Den begynner med " + store.TokenPrefix + "."},
	}
	type create struct{ Body sentOffering }
	type update struct {
		Seen
		Body sentOffering
	}
	write(a, h, auth.Edit, huma.Operation{
		OperationID: "nytt-tilbud", Method: http.MethodPost, Path: "/tilbud", DefaultStatus: http.StatusCreated,
		Summary:     "Meld inn et tilbud",
		Description: "Tilgangen må kunne skrive (skriv). Tilbudet vises når svaret er gitt, ofte innen et sekund. " + aSecondPerson,
	}, func(ctx context.Context, actor auth.Actor, in *create) (*saved, error) {
		return a.createOffering(ctx, actor, &in.Body)
	})
	write(a, h, auth.Edit, huma.Operation{
		OperationID: "endre-tilbud", Method: http.MethodPut, Path: "/tilbud/{id}",
		Summary: "Endre et tilbud",
		Description: "Tilgangen må kunne skrive (skriv). Hele tilbudet erstattes: felt du utelater, blir tomme. Les det først, endre, og send det tilbake; " +
			"felt som ikke kan endres, blir ikke lest. Et svar fra GET sendt tilbake uendret endrer ingenting. " + aSecondPerson,
	}, func(ctx context.Context, actor auth.Actor, in *update) (*saved, error) {
		return a.updateOffering(ctx, actor, in.ID, in.IfMatch, &in.Body)
	})
	write(a, h, auth.Confirm, huma.Operation{
		OperationID: "bekreft-tilbud", Method: http.MethodPost, Path: "/tilbud/{id}/bekreft",
		Summary:     "Bekreft at et tilbud stemmer",
		Description: "Tilgangen må kunne bekrefte (bekreft).",
	}, func(ctx context.Context, actor auth.Actor, in *Seen) (*saved, error) {
		return a.confirmOffering(ctx, actor, in.ID, in.IfMatch)
	})
	write(a, h, auth.Archive, huma.Operation{
		OperationID: "fjern-tilbud", Method: http.MethodDelete, Path: "/tilbud/{id}", DefaultStatus: http.StatusNoContent,
		Summary:     "Ta et tilbud ut av oversikten",
		Description: "Tilgangen må kunne fjerne (slett). Tilbudet arkiveres. Historikken blir værende, og kommunen kan hente det frem igjen. " + aSecondPerson,
	}, func(ctx context.Context, actor auth.Actor, in *Seen) (*removed, error) {
		return a.archiveOffering(ctx, actor, in.ID, in.IfMatch)
	})
}

// aSecondPerson says what happens to changes of crisis and national services.
const aSecondPerson = "For en hjelpetelefon og for et tilbud for hele landet ser alltid en person til på endringer av telefon, e-post, nettsted og om tilbudet vises: " +
	"da er svaret 202, alt annet er lagret, og leserne ser det som sto der, til noen har godkjent. " +
	"Er det samme avvist de siste 30 dagene, blir ingen spurt igjen, og svaret sier det."

// removed is the answer to taking an offering out.
type removed struct {
	Status int
}

// withAccepted adds the answer of a change that waits for a second person to a call.
func withAccepted(h huma.API, op huma.Operation) {
	item := h.OpenAPI().Paths[op.Path]
	for _, o := range operations(item) {
		if o.OperationID != op.OperationID {
			continue
		}
		done := o.Responses[strconv.Itoa(cmp.Or(op.DefaultStatus, http.StatusOK))]
		o.Responses[strconv.Itoa(http.StatusAccepted)] = &huma.Response{
			Description: "En del av endringen venter på at en person til ser på den. Resten er lagret.", Headers: done.Headers, Content: done.Content,
		}
	}
}

const securityScheme = "tilgang"

// write registers a call that changes something, for tokens that may do the action.
func write[I, O any](a *API, h huma.API, action auth.Action, op huma.Operation, handle func(context.Context, auth.Actor, *I) (*O, error)) {
	op.Tags = []string{"Skrive"}
	op.Security = []map[string][]string{{securityScheme: {}}}
	op.Errors = []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestEntityTooLarge,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable,
	}
	op.Middlewares = huma.Middlewares{a.authenticate(action)}
	var sent huma.Middlewares
	if op.Method != http.MethodDelete && !strings.HasSuffix(op.Path, "/bekreft") {
		op.Errors = append(op.Errors, http.StatusUnsupportedMediaType)
		op.SkipValidateBody = true // see sentOffering
		sent = huma.Middlewares{needJSON}
	}
	if strings.Contains(op.Path, "{id}") {
		op.Errors = append(op.Errors, http.StatusNotFound, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
		op.Middlewares = append(op.Middlewares, needVersion)
	}
	op.Middlewares = append(op.Middlewares, sent...)
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, ctx.Value(actorKey{}).(auth.Actor), in)
		if err != nil {
			return nil, refusal(err)
		}
		return out, nil
	})
	if action != auth.Confirm {
		withAccepted(h, op)
	}
}

// refusal returns the problem that an error of the store stands for. What is no answer to
// the program goes on to the server's error table.
func refusal(err error) error {
	var v directory.Invalid
	switch {
	case errors.As(err, &v):
		return invalid(v, nil)
	case errors.Is(err, auth.ErrForbidden):
		return newProblem(http.StatusForbidden, msgNotYours)
	case errors.Is(err, store.ErrConflict):
		return newProblem(http.StatusPreconditionFailed, msgStale)
	case errors.Is(err, store.ErrNotFound):
		return notFound("path.id", msgNoOffering, nil)
	}
	return err
}

// authenticate lets calls through that show a token which may do the action.
func (a *API) authenticate(action auth.Action) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(ctx)
		scheme, secret, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			unauthorized(c, "", msgNoToken)
			return
		}
		secret = strings.TrimSpace(secret)
		actor, err := a.actorOf(ctx.Context(), c, secret)
		var soon store.TooSoon
		switch {
		case errors.As(err, &soon):
			c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(soon.Wait.Seconds())))
			send(c, newProblem(http.StatusTooManyRequests, msgTooMany))
			return
		case errors.Is(err, store.ErrNotFound):
			unauthorized(c, `, error="invalid_token"`, msgBadToken)
			return
		case err != nil:
			c.Locals(failureKey{}, err) // see failures
			return
		}
		page.NoteWho(c, actor.String())
		// The store asks again, about the offering. Here so that a program learns it first.
		if auth.Can(actor, action, auth.Thing{Owner: actor.Grants[0].Owner}) != nil {
			c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="oversikt", error="insufficient_scope"`)
			send(c, newProblem(http.StatusForbidden, msgScope))
			return
		}
		next(huma.WithValue(ctx, actorKey{}, actor))
	}
}

// actorOf returns whose the token is, and uses one of its calls. It returns store.ErrNotFound
// for a token that is nobody's, and store.TooSoon when too many of those came from the same
// place, or when the token has no calls left. A token that is right is not kept out by what
// others try from the same place.
func (a *API) actorOf(ctx context.Context, c *fiber.Ctx, secret string) (auth.Actor, error) {
	actor, err := a.store.ActorByToken(ctx, secret)
	if errors.Is(err, store.ErrNotFound) {
		// Counted after it was looked at, unlike shorter secrets: no number of tries finds one of
		// these, and those who are right would write for every call.
		if _, err := a.store.Spend(ctx, store.APITokens, 1, place.Of(c).Circles()...); err != nil {
			return auth.Actor{}, err
		}
	}
	if err != nil {
		return auth.Actor{}, err
	}
	return actor, a.allowance.use(ctx, secret, a.now, func(ctx context.Context, n int) (time.Duration, error) {
		return a.store.Spend(ctx, store.APICalls, n, strconv.FormatInt(actor.ID, 10))
	})
}

func unauthorized(c *fiber.Ctx, why, message string) {
	c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="oversikt"`+why)
	send(c, newProblem(http.StatusUnauthorized, message))
}

// send writes the problem where huma's handlers return nothing.
func send(c *fiber.Ctx, p *problem) {
	if err := p.Write(c); err != nil {
		c.Locals(failureKey{}, err)
	}
}

// needVersion refuses a change that does not say which version it is a change of.
func needVersion(ctx huma.Context, next func(huma.Context)) {
	switch strings.TrimSpace(ctx.Header("If-Match")) {
	case "", "*": // "*" is whatever there is, which nobody has seen
		send(humafiber.Unwrap(ctx), newProblem(http.StatusPreconditionRequired, msgIfMatch))
		return
	}
	next(ctx)
}

// needJSON refuses bodies that are no JSON, or more than an offering can be.
func needJSON(ctx huma.Context, next func(huma.Context)) {
	c := humafiber.Unwrap(ctx)
	body := c.Body()
	kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType, fiber.MIMEApplicationJSON))
	status := 0
	switch {
	case len(body) > maxBody:
		status = http.StatusRequestEntityTooLarge
	case err != nil || kind != fiber.MIMEApplicationJSON:
		status = http.StatusUnsupportedMediaType
	case !json.Valid(body) || !utf8.Valid(body):
		status = http.StatusBadRequest
	}
	if status != 0 {
		send(c, newProblem(status, cmp.Or(bodyDetails[status], details[status])))
		return
	}
	next(ctx)
}

// versionTag returns the beginning of the ETags of an offering's version.
func versionTag(version int) string { return `W/"` + strconv.Itoa(version) }

// versionIn returns the version that an ETag names, or 0, which is none.
func versionIn(etag string) int {
	tag := strings.TrimPrefix(strings.TrimSpace(etag), "W/")
	if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		return 0
	}
	number, _, _ := strings.Cut(tag[1:len(tag)-1], ".")
	version, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return version
}

func (a *API) createOffering(ctx context.Context, actor auth.Actor, in *sentOffering) (*saved, error) {
	v, err := a.current()
	if err != nil {
		return nil, err
	}
	to, err := a.blank(ctx, v, actor.Grants[0].Owner)
	if err != nil {
		return nil, err
	}
	o, errs := in.apply(to)
	if errs = append(in.against(a.schemas), errs...); len(errs) > 0 {
		return nil, a.wrongInput(ctx, o, errs)
	}
	a.nameKommune(actor, &o)
	stored, err := a.store.SaveOffering(ctx, actor, in.Why, o)
	if err != nil {
		return nil, err
	}
	out := a.answered(v, stored, http.StatusCreated)
	out.Location = a.call("/tilbud/" + strconv.FormatInt(stored.Offering.ID, 10))
	return out, nil
}

// blank returns what a new offering of the owner has unless its input says otherwise.
func (a *API) blank(ctx context.Context, v *search.View, owner auth.Owner) (directory.Offering, error) {
	o := directory.Offering{Key: "api/" + uuid.NewString(), Status: directory.Published, Confidence: directory.High}
	organization, err := a.store.OrganizationOf(ctx, owner)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return o, err
	}
	// What is known of a kommune may be a part of it, or what it does with a neighbour. A
	// name that two kommuner have would be taken by the first to write.
	if k, ok := v.Kommune(owner.Kommune); ok && !k.Ambiguous && organization.Name != k.Name+" kommune" {
		organization = directory.Organization{Name: k.Name + " kommune"}
	}
	o.Organization = organization
	o.Source = directory.Source{Title: organization.Name, Date: directory.PartialDate(a.now().Format(time.DateOnly))}
	return o, nil
}

// nameKommune lets a kommune be the organization that it names, when nobody is yet.
func (a *API) nameKommune(actor auth.Actor, o *directory.Offering) {
	if n := actor.Grants[0].Owner.Kommune; n != "" && o.Organization.Name != "" && o.Organization.ID == 0 {
		o.Organization.Kommune, o.Organization.Kind = n, directory.KindKommune
	}
}

func (a *API) updateOffering(ctx context.Context, actor auth.Actor, id int64, ifMatch string, in *sentOffering) (*saved, error) {
	v, err := a.current()
	if err != nil {
		return nil, err
	}
	stored, err := a.store.OfferingByID(ctx, id)
	if err != nil {
		return nil, err
	}
	// What is stored fills in the input, so it is asked for before what is wrong is told.
	// The store asks again, in the transaction.
	if err := auth.Can(actor, auth.Edit, auth.Thing{Owner: auth.OwnerOf(stored)}); err != nil {
		return nil, err
	}
	if versionIn(ifMatch) != stored.Version {
		return nil, store.ErrConflict
	}
	o, errs := in.apply(stored)
	if errs = append(in.against(a.schemas), errs...); len(errs) > 0 {
		return nil, a.wrongInput(ctx, o, errs)
	}
	a.nameKommune(actor, &o)
	now, err := a.store.SaveOffering(ctx, actor, in.Why, o)
	if err != nil {
		return nil, err
	}
	return a.answered(v, now, http.StatusOK), nil
}

// answered is saved with the status, or with 202 where something of the change waits.
func (a *API) answered(v *search.View, now store.Saved, status int) *saved {
	out := a.saved(v, now.Offering)
	out.Body.Refused = a.refusedBefore(now.Held)
	if out.Status = status; now.Held != nil && now.Held.Waits() {
		out.Status = http.StatusAccepted
	}
	return out
}

// wrongInput returns a 422 with all that is wrong, also what the store would say.
func (a *API) wrongInput(ctx context.Context, o directory.Offering, errs []error) error {
	var v directory.Invalid
	if err := a.store.CheckOffering(ctx, o); err != nil && !errors.As(err, &v) {
		return err
	}
	return invalid(v, errs)
}

func (a *API) confirmOffering(ctx context.Context, actor auth.Actor, id int64, ifMatch string) (*saved, error) {
	v, err := a.current()
	if err != nil {
		return nil, err
	}
	o, err := a.store.ConfirmOffering(ctx, actor, id, versionIn(ifMatch))
	if err != nil {
		return nil, err
	}
	return a.saved(v, o), nil
}

func (a *API) archiveOffering(ctx context.Context, actor auth.Actor, id int64, ifMatch string) (*removed, error) {
	now, err := a.store.ArchiveOffering(ctx, actor, "", id, versionIn(ifMatch))
	switch {
	case err != nil:
		return nil, err
	case now.Held != nil && !now.Held.Waits():
		return nil, newProblem(http.StatusForbidden, msgRefused+a.refusedBefore(now.Held).URL)
	case now.Held != nil:
		return &removed{http.StatusAccepted}, nil
	}
	return &removed{http.StatusNoContent}, nil
}

// current returns the View to take names from.
func (a *API) current() (*search.View, error) {
	if v := a.view(); v != nil {
		return v, nil
	}
	return nil, page.ErrNotReady
}

// saved returns the answer to a write. Confidential places are in no answer, not even in
// one to their owner: a program that keeps what it gets must not come to hold them.
func (a *API) saved(v *search.View, o directory.Offering) *saved {
	o.Locations = openLocations(o.Locations)
	return &saved{ETag: versionTag(o.Version) + `"`, Body: &written{Offering: a.offering(v, &o), Status: o.Status}}
}

// changing is around every call that writes: what it answers is nobody else's.
func changing(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Next()
}

// operations returns the calls of a path with their methods, in the order in which they
// are best read.
func operations(item *huma.PathItem) []*huma.Operation {
	var out []*huma.Operation
	for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
		if op != nil {
			out = append(out, op)
		}
	}
	return out
}
