package site

import (
	"context"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/checklist"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func (s *Site) showForHealthPersonnel(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.answer(c, v, "", func(context.Context) (templ.Component, error) {
		m := s.meta(s.t("For helsepersonell"), "/for-helsepersonell", page.MenuAbout, s.aboutCrumb())
		m.Description = s.t("Gi familien de rette numrene, se pliktene dine i klare ord, og se hvordan hver type hjelp tar imot.")
		p := view.HealthPage{Meta: m, Articles: s.articleLinks(v, healthArticles...)}
		for _, d := range duties {
			p.Duties = append(p.Duties, s.duty(v, d))
		}
		p.Receives, p.Silent = s.receives(v)
		return view.ForHealthPersonnel(p), nil
	})
}

// healthArticles are those written for families that also serve health personnel, the most
// useful first.
var healthArticles = []string{
	"mote-med-helsetjenesten/helsetjenestens-involvering-av-parorende", "mote-med-helsetjenesten/nar-barn-er-parorende",
	"mote-med-helsetjenesten/barneansvarlig-og-barnekoordinator", "mote-med-helsetjenesten/parorendeansvarlig-og-parorendekoordinator",
	"mote-med-helsetjenesten/opplaering-og-kurs", "mote-med-helsetjenesten/nasjonal-veileder-for-involvering-av-parorende",
}

// articleLinks returns links to those of the articles that there are; each is named by its
// section and slug.
func (s *Site) articleLinks(v *search.View, names ...string) []view.Link {
	var out []view.Link
	for _, name := range names {
		section, slug, _ := strings.Cut(name, "/")
		if a, ok := v.Article(string(s.lang), section, slug); ok {
			out = append(out, view.Link{Text: a.Title, Href: a.Path(), Lang: s.foreign(a.Language)})
		}
	}
	return out
}

// rule is what one paragraph of a law says, in other words.
type rule struct{ says, law, href string }

// duty is what the law asks of health personnel in one situation, and how to do it. What
// they do follows the checklists, which have their sources.
type duty struct {
	id, title string
	rules     []rule
	does      []string
	lists     []string // checklists
	articles  []string // section/slug
}

var duties = []duty{
	{
		id: "barn", title: page.Mark("Barn under 18 år i familien"),
		rules: []rule{
			{page.Mark("Har mor, far eller et søsken en psykisk sykdom, en avhengighet av rusmidler eller en alvorlig sykdom eller skade, skal du bidra til at barn under 18 år får vite det de trenger, og blir fulgt opp. Det gjelder deg som gir den syke helsehjelp for dette."),
				page.Mark("helsepersonelloven § 10 a"), "https://lovdata.no/lov/1999-07-02-64/§10a"},
			{page.Mark("Sykehus og andre institusjoner i spesialisthelsetjenesten skal ha barneansvarlige så langt det trengs."),
				page.Mark("spesialisthelsetjenesteloven § 3-7 a"), "https://lovdata.no/lov/1999-07-02-61/§3-7a"},
		},
		does: []string{
			page.Mark("Spør om pasienten har barn eller søsken under 18 år. Stebarn og fosterbarn er også med. Skriv svaret i journalen."),
			page.Mark("Snakk med pasienten om hva barna trenger å vite, og hva slags hjelp som finnes. Tilby barna og den som har omsorgen for dem, å være med."),
			page.Mark("Spør om lov til å følge opp barna. Sier pasienten nei, gjelder taushetsplikten. Du kan fortsatt gi generell informasjon, og spørre igjen."),
			page.Mark("Koble på barneansvarlig når det trengs."),
		},
		lists: []string{"barn-som-parorende"},
	},
	{
		id: "etterlatte", title: page.Mark("Når et barn mister noen"),
		rules: []rule{
			{page.Mark("Har et barn mistet mor, far eller et søsken, skal du bidra til det samme."),
				page.Mark("helsepersonelloven § 10 b"), "https://lovdata.no/lov/1999-07-02-64/§10b"},
		},
		does: []string{
			page.Mark("Prøv å finne ut hva barnet trenger, og gi råd om hjelp som finnes."),
			page.Mark("Snakk med den som har omsorgen. Klarer hun eller han ikke å ta seg av barnet nå, bør du hjelpe mer."),
		},
		articles: []string{"ta-vare-pa-barna/nar-et-barn-mister-noen"},
	},
	{
		id: "taushet", title: page.Mark("Lytte, fortelle og tie"),
		rules: []rule{
			{page.Mark("Taushetsplikten gjelder også overfor pårørende. Den hindrer deg ikke i å lytte."),
				page.Mark("helsepersonelloven § 21"), "https://lovdata.no/lov/1999-07-02-64/§21"},
			{page.Mark("Sier pasienten ja, kan du fortelle. Et ja kan gjelde noe og ikke alt, og det kan trekkes tilbake."),
				page.Mark("helsepersonelloven § 22"), "https://lovdata.no/lov/1999-07-02-64/§22"},
			{page.Mark("Taushetsplikten hindrer deg ikke i å snakke om det pårørende vet fra før."),
				page.Mark("helsepersonelloven § 23"), "https://lovdata.no/lov/1999-07-02-64/§23"},
			{page.Mark("Har pasienten sagt ja, har nærmeste pårørende rett til å få vite om helsen og hjelpen. Uten et ja har de rett til informasjon når forholdene tilsier det, for eksempel når pasienten er bevisstløs."),
				page.Mark("pasient- og brukerrettighetsloven § 3-3"), "https://lovdata.no/lov/1999-07-02-63/§3-3"},
			{page.Mark("Fagfolk som samarbeider om pasienten, kan få det de trenger for å gi forsvarlig helsehjelp, om ikke pasienten motsetter seg det."),
				page.Mark("helsepersonelloven § 25"), "https://lovdata.no/lov/1999-07-02-64/§25"},
		},
		does: []string{
			page.Mark("Spør pasienten tidlig hvem som er nærmeste pårørende, og hva de kan få vite. Spør igjen senere."),
			page.Mark("Fortell pårørende om rutiner, rettigheter og tilbud. Det kan du gjøre også når pasienten har sagt nei til mer."),
			page.Mark("Ta imot det pårørende forteller. Si fra på forhånd at pasienten som regel kan lese journalen."),
			page.Mark("Skriv i journalen hva pasienten har sagt ja til, hvem det gjelder, og når."),
		},
		lists: []string{"parorende-pa-poliklinikken", "opplysninger-fra-parorende", "kontakt-med-parorende-i-journalen"},
	},
	{
		id: "tvang", title: page.Mark("Tvungent psykisk helsevern"),
		rules: []rule{
			{page.Mark("Nærmeste pårørende har rett til å si sin mening før vedtaket."),
				page.Mark("psykisk helsevernloven § 3-9"), "https://lovdata.no/lov/1999-07-02-62/§3-9"},
			{page.Mark("Nærmeste pårørende kan klage på vedtaket."),
				page.Mark("psykisk helsevernloven § 3-3 a"), "https://lovdata.no/lov/1999-07-02-62/§3-3a"},
		},
		does: []string{
			page.Mark("Spør nærmeste pårørende hva som har hjulpet før, og hva som kan gjøre tvang unødvendig."),
			page.Mark("Fortell hvem som kan klage på hva, og innen når."),
			page.Mark("Sjekk hva som gjelder i dag. Stortinget har vedtatt endringer i reglene om tvang."),
		},
		lists: []string{"tvungent-psykisk-helsevern"},
	},
	{
		id: "omsorg", title: page.Mark("Når omsorgen tærer på dem"),
		rules: []rule{
			{page.Mark("Kommunen skal tilby nødvendig støtte til den som har særlig tyngende omsorgsarbeid: opplæring og veiledning, avlastning og omsorgsstønad."),
				page.Mark("helse- og omsorgstjenesteloven § 3-6"), "https://lovdata.no/lov/2011-06-24-30/§3-6"},
			{page.Mark("Den som har særlig tyngende omsorgsarbeid, kan kreve et vedtak om hjelp. Kommunen avgjør om omsorgen er særlig tyngende."),
				page.Mark("pasient- og brukerrettighetsloven § 2-8"), "https://lovdata.no/lov/1999-07-02-63/§2-8"},
		},
		does: []string{
			page.Mark("Spør hvordan pårørende har det selv, og hvordan nettene er."),
			page.Mark("Fortell om opplæring, avlastning og omsorgsstønad, også når de ikke bruker de ordene."),
			page.Mark("Hjelp dem å søke kommunen og be om et skriftlig vedtak."),
		},
		lists: []string{"behov-for-avlastning"},
	},
	{
		id: "sykt-barn", title: page.Mark("Når et barn er alvorlig sykt"),
		rules: []rule{
			{page.Mark("Kommunen skal tilby barnekoordinator til familier som har eller venter et barn med alvorlig sykdom, skade eller nedsatt funksjonsevne. Det gjelder når barnet vil trenge langvarig hjelp fra flere tjenester som må virke sammen."),
				page.Mark("helse- og omsorgstjenesteloven § 7-2 a"), "https://lovdata.no/lov/2011-06-24-30/§7-2a"},
		},
		does: []string{
			page.Mark("Fortell familien at de kan ha rett til barnekoordinator. Barnet trenger ikke å ha fått en diagnose."),
			page.Mark("Vis dem til koordinerende enhet i kommunen. Den har ansvaret for å oppnevne koordinator."),
		},
		articles: []string{"mote-med-helsetjenesten/barneansvarlig-og-barnekoordinator"},
	},
	{
		id: "opplaering", title: page.Mark("Opplæring"),
		rules: []rule{
			{page.Mark("Opplæring av pasienter og pårørende er en av oppgavene til sykehusene."),
				page.Mark("spesialisthelsetjenesteloven § 3-8"), "https://lovdata.no/lov/1999-07-02-61/§3-8"},
		},
		does: []string{
			page.Mark("Fortell hvilke kurs dere har for pårørende, og når."),
			page.Mark("Trengs det henvisning, så skriv den eller si hvem som kan skrive den."),
		},
		articles: []string{"mote-med-helsetjenesten/opplaering-og-kurs"},
	},
}

func (s *Site) duty(v *search.View, d duty) view.HealthDuty {
	out := view.HealthDuty{
		ID:       d.id,
		Title:    s.t(d.title),
		Rules:    each(d.rules, s.rule),
		Does:     each(d.does, func(text string) string { return s.t(text) }),
		Articles: s.articleLinks(v, d.articles...),
	}
	for _, slug := range d.lists {
		if l, ok := checklist.BySlug(slug, string(s.lang)); ok {
			out.Lists = append(out.Lists, view.Link{Text: l.Title, Href: l.Path() + "#helsepersonell", Lang: s.foreign(l.Language)})
		}
	}
	return out
}

func (s *Site) rule(r rule) view.HealthRule {
	return view.HealthRule{Says: s.t(r.says), Law: view.Link{Text: s.t(r.law), Href: r.href}}
}

// receiving is what the law says for certain of how a type of offering is reached.
var receiving = map[string]rule{
	"familievernkontor": {page.Mark("Familien kan ta kontakt direkte. Leger, psykologer, institusjoner og offentlige myndigheter kan også henvise."),
		page.Mark("familievernkontorloven § 1"), "https://lovdata.no/lov/1997-06-19-62/§1"},
	"brukerombud": {page.Mark("Enhver kan ta kontakt, og kan være anonym."),
		page.Mark("pasient- og brukerrettighetsloven § 8-3"), "https://lovdata.no/lov/1999-07-02-63/§8-3"},
	"parorendestotte": {page.Mark("Den som har særlig tyngende omsorgsarbeid, kan kreve et vedtak om hjelp."),
		page.Mark("pasient- og brukerrettighetsloven § 2-8"), "https://lovdata.no/lov/1999-07-02-63/§2-8"},
	"koordinerende_enhet": {page.Mark("Enheten har ansvaret for å oppnevne koordinator."),
		page.Mark("helse- og omsorgstjenesteloven § 7-3"), "https://lovdata.no/lov/2011-06-24-30/§7-3"},
	"ppt": {page.Mark("Har barnet ikke begynt på skolen, må foreldrene si ja før PPT kan lage en sakkyndig vurdering."),
		page.Mark("barnehageloven § 32"), "https://lovdata.no/lov/2005-06-17-64/§32"},
	"habilitering": {page.Mark("Den som er henvist til spesialisthelsetjenesten, skal ha svar på henvisningen innen ti virkedager."),
		page.Mark("pasient- og brukerrettighetsloven § 2-2"), "https://lovdata.no/lov/1999-07-02-63/§2-2"},
}

// ways are how one gets an offering, with what is said of some offerings and of all.
var ways = []struct {
	kind      directory.ReferralKind
	some, all func(page.Language, int) string
}{
	{directory.ContactYourself,
		func(l page.Language, n int) string {
			return l.Count(n, "1 kan familien kontakte selv", "%s kan familien kontakte selv")
		},
		func(l page.Language, n int) string {
			return l.Count(n, "Det ene tilbudet her kan familien kontakte selv.", "Alle %s tilbudene her kan familien kontakte selv.")
		}},
	{directory.Apply,
		func(l page.Language, n int) string {
			return l.Count(n, "1 må familien søke om", "%s må familien søke om")
		},
		func(l page.Language, n int) string {
			return l.Count(n, "Det ene tilbudet her må familien søke om.", "Alle %s tilbudene her må familien søke om.")
		}},
	{directory.BeReferred,
		func(l page.Language, n int) string {
			return l.Count(n, "1 krever henvisning", "%s krever henvisning")
		},
		func(l page.Language, n int) string {
			return l.Count(n, "Det ene tilbudet her krever henvisning.", "Alle %s tilbudene her krever henvisning.")
		}},
}

// receives says of each type how its offerings are reached, by what the listings and the law
// say. Types of which neither says anything are returned as silent.
func (s *Site) receives(v *search.View) (out []view.Receiving, silent []view.Link) {
	said := map[string]map[directory.ReferralKind]int{}
	for _, o := range v.Offerings() {
		if said[o.Type] == nil {
			said[o.Type] = map[directory.ReferralKind]int{}
		}
		said[o.Type][o.Referral.Kind]++
	}
	for _, t := range v.Types() {
		link := view.Link{Text: s.lang.Pick(t.Plural), Href: "/sok?type=" + t.Code}
		r := view.Receiving{Type: link, Says: s.said(said[t.Code])}
		if law, ok := receiving[t.Code]; ok {
			r.Rules = []view.HealthRule{s.rule(law)}
		}
		switch {
		case r.Says != "" || len(r.Rules) > 0:
			out = append(out, r)
		case len(said[t.Code]) > 0:
			silent = append(silent, link)
		}
	}
	return out, silent
}

// said puts in words how many offerings are reached in which way, "" when none says how.
func (s *Site) said(n map[directory.ReferralKind]int) string {
	total := 0
	for _, count := range n {
		total += count
	}
	var parts []string
	for _, w := range ways {
		switch n[w.kind] {
		case 0:
		case total:
			return w.all(s.lang, total)
		default:
			parts = append(parts, w.some(s.lang, n[w.kind]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	if n[""] > 0 {
		parts = append(parts, s.lang.Count(n[""], "1 sier ikke noe om det", "%s sier ikke noe om det"))
	}
	return s.t("Av %s tilbud: %s.", s.lang.Number(total), strings.Join(parts, ", "))
}
