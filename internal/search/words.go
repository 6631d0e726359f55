package search

import (
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/fold"
)

// stopWords are folded words that say nothing about what is looked for.
var stopWords = set(`og i jeg det at en et den til er som pa de med han av ikke der sa var meg seg men ett har om vi
min mitt mine ha hade hadde hun na over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv her alle vil
bli ble blitt kunne inn nar kom noen noe ville dere deres kun ja etter ned skulle denne for deg si sine sitt mot a
dette disse uten hvordan ingen din ditt dine blir samme hvilken hvilke slik mellom hver hvem hvis bade bare enn fordi
mange ogsa siden ho eg ein eit ei dei ikkje kva kvar korleis nokon noko vert vart fa far fatt trenger treng
kor ka kem kvem kæm koffer korfor ska æ mæ dæ sæ itj itte ikkje nokka noko nåkka nåken nokken dokker dokk hennes hennar våres vårs
veldig litt kona mannen sonnen dattera datteren mamma pappa mora faren`)

// fillers are folded words of questions that say nothing about what is looked for, though
// they do in the text of an offering.
var fillers = set(`vaere vere vera vaert vore hjelp hjelper hjelpe hjelpa hjelpen finnes finst fins gjor gjore gjere gjort gar gikk ga
gatt ta tar tok ma matte bor burde vet veit kjenner kjenne begynt begynte begynner holder synes syns tror sier si sagt lurer spor
mi di vaer vi ver deira dykkar onsker onske ynskjer soker leter finner finne faar fikk fekk maa takk hei hallo please help need vil snart alltid aldri helt
år åring gammel gammal gamle kjempe utrolig skjer gang ganger dag dager ting mer meir mye mykje lite siste lenge igjen nok heller hele heile enna lenger
nummer nummeret telefonnummer telefonnummeret telefonnr tlfnr adresse adressen apningstid apningstider apningstidene epostadresse
ringe ring ringer ringje ringja snakke snakka prate prata call talk
nettside nettsiden nettsida hjemmeside hjemmesiden heimeside heimesida kontaktinfo kontaktinformasjon
the a an is my i me to and for of with what how can who where have has`)

// details are the normal forms of words that ask for the number of what is named beside them.
var details = forms(`telefon tlf`)

// irregularForms leads folded forms that the stemmer does not bring together to one form.
var irregularForms = pairs(`barna=barn barnas=barn sentre=senter sentra=senter sentrene=senter senteret=senter
foreldrene=foreldre brodre=bror broren=bror sostre=soster sosteren=soster eldre=eldre unge=ungdom ungdommer=ungdom
ungdommen=ungdom sykehuset=sykehus tilbudet=tilbud kurset=kurs kursene=kurs`)

// ownForms leads forms of a word to the word itself, unstemmed. The stemmer brings them to the stem
// of an everyday word that means something else: dem, fast, kom, sunn, ulykkelig.
var ownForms = pairs(`demens=demens demensen=demens kols=kols kolsen=kols koma=koma komaen=koma
fastlege=fastlege fastlegen=fastlege fastlegens=fastlege fastleger=fastlege fastlegene=fastlege fastlegar=fastlege fastlegane=fastlege
tannlege=tannlege tannlegen=tannlege tannleger=tannlege tannlegene=tannlege tannlegar=tannlege tannlegane=tannlege
ulykke=ulykke ulykka=ulykke ulykken=ulykke ulykker=ulykke ulykkene=ulykke ulukke=ulykke ulukka=ulykke ulukker=ulykke ulukkene=ulykke
bløder=bløder bløderen=bløder blødere=bløder bløderne=bløder bløderar=bløder utro=utro sunnaas=sunnaas pils=pils odds=odds oddsen=odds
krefter=krefter kreftene=krefter kreftane=krefter carer=carer carers=carer rape=rape raped=rape`)

// centreEndings are inflections of senter, also at the end of compounds, which the stemmer
// brings to several forms.
var centreEndings = []string{"senterets", "senteret", "sentrene", "sentrenes", "sentre", "sentra"}

// variantStems leads the stem of a nynorsk word to the stem of the bokmål one.
var variantStems = stems(`sjuk=syk sjukdom=sykdom sjukehus=sykehus sjukepleiar=sykepleier teneste=tjeneste tenester=tjenester
eining=enhet koordinerande=koordinerende parorande=parorende helsestasjonen=helsestasjon rettleiing=veiledning radgjeving=radgivning
meistring=mestring laring=lering meistringssenter=mestringssenter familievern=familievern kjensle=folelse heim=hjem heime=hjemme
vanskeleg=vanskelig einsam=ensom einsemd=ensomhet sorgje=sorge rettar=rettigheter rett=rett klage=klage sjolvmord=selvmord
sjolv=selv drap=drap skule=skole born=barn dotter=datter avlasting=avlastning stonad=stotte stotte=stotte omsorgslonn=omsorgsstonad
eteforstyrring=spiseforstyrrelse eteforstyrringar=spiseforstyrrelser avhengigheit=avhengighet funksjonshemming=funksjonsnedsettelse
kommunalt=kommunal gjennom=gjennom samtale=samtale vald=vold brukarombod=brukerombud brukarombodet=brukerombud ombod=ombud
opplaring=opplering kreftsjuk=kreftsyk hjarte=hjerte hjernen=hjerne utviklingshemma=utviklingshemmet ungdom=ungdom vaksen=voksen
vaksne=voksne mor=mor far=far`)

// compoundParts are the folded words that compounds of this field are made of, written for
// it: a general word list divides too much.
var compoundParts = set(`familie vern kontor senter hus telefon hjelpe hjelp linje parorende gruppe skole kurs koordinator barne barn
ungdom ungdoms helse stasjon helsestasjon frisk liv livs frisklivs sentral mestring mestrings lerings lering laring larings
demens kreft rus psykisk psyk iatri bruker ombud pasient kompetanse organisasjon forening lands avlastning avlastnings stonad
omsorg omsorgs tildelings enhet koordinerende habilitering rehabilitering pedagogisk psykologisk tjeneste veiledning veilednings
radgivning radgivnings senteret samtale selvmord selvmords krise krisesenter alarm nod sorg etterlatte etterlatt soske sosken vold volds
overgreps spise forstyrrelse forstyrrelser sykdom sykdoms syk sjelden diagnose diagnoser hjerne slag hjerneslag hjerte lunge
likeperson likepersons motested mote sted skilsmisse samlivs samliv brudd foreldre mor far besok hjemme hjem bydels bydel
kommune kommunens sykehus lege fastlege legevakt jord sykepleier medisinsk spesialist rettighets rettighet klage stotte
stotte kontakt aktivitets dag tilbud dagtilbud natt psykolog sjukehus meistring meistrings meistringssenter`)

// set returns the words, folded: "noen" is found as "non".
func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[fold.Text(w)] = true
	}
	return m
}

func pairs(list string) map[string]string {
	m := map[string]string{}
	for _, p := range strings.Fields(list) {
		from, to, _ := strings.Cut(p, "=")
		m[fold.Text(from)] = fold.Text(to)
	}
	return m
}

// stems returns pairs with both sides folded and stemmed; equal ones are left out.
func stems(list string) map[string]string {
	m := map[string]string{}
	for from, to := range pairs(list) {
		if f, t := stem(fold.Text(from)), stem(fold.Text(to)); f != t {
			m[f] = t
		}
	}
	return m
}

// part is a piece of a compound, in bytes of the folded word.
type part struct{ start, end int }

// minPart is the shortest piece that a compound is divided into. Shorter ones divide
// words that are no compounds.
const minPart = 3

// splitCompound returns the parts of a folded compound whose every part is in
// compoundParts, joints of s and e allowed, and nothing for another word. The longest
// first part that leaves a divisible rest is taken.
func splitCompound(word string) []part {
	// Short words of the list are whole, in every form: sykehuset is no more divided than sykehus.
	if base := stripEnding(word, true); len(word) < 2*minPart || compoundParts[base] && len(base) < 9 {
		return nil
	}
	parts := split(word, 0)
	if len(parts) < 2 {
		return nil
	}
	return parts
}

func split(word string, from int) []part {
	for end := len(word); end-from >= minPart; end-- {
		if !compoundParts[stripEnding(word[from:end], end == len(word))] {
			continue
		}
		if from == 0 && end == len(word) {
			continue // the whole word is no division
		}
		if end == len(word) {
			return []part{{from, end}}
		}
		for _, joint := range [...]int{0, 1} {
			next := end + joint
			if joint == 1 && (next > len(word) || word[end] != 's' && word[end] != 'e') {
				continue
			}
			if rest := split(word, next); rest != nil {
				return append([]part{{from, end}}, rest...)
			}
		}
	}
	return nil
}

// endings are inflections that the last part of a compound may carry.
var endings = [...]string{"ene", "en", "et", "er", "a", "e", "r", "n"}

func stripEnding(w string, last bool) string {
	if !last || compoundParts[w] {
		return w
	}
	for _, e := range endings {
		if base, ok := strings.CutSuffix(w, e); ok && compoundParts[base] {
			return base
		}
	}
	return w
}

// commonWords are folded names of places that are ordinary words too. They name a place
// only where the sentence or a capital says so, or when they are asked for alone.
var commonWords = set(`os nes bo as a time lund sel alta ha bokn sund gran lom vang hol al sola fla eid re vik lier sande hole
ski moss berg hov mo dal rost ness bygd torg sentrum bru stad ser vinje tinn rade vestby grue fedje luster vaga fjord
ask aure bjorke bleik bo borgen bud dale dalen drag eide eike eina engan espa fall fet fjell fjaera flekke flora frei gan grane
grend grendi haga hagan hagen halsa haug hauge haus heim hell hidra his hof holme hus ise jar jaren jordet kapp kil kokelv lena
ler leira lote marker meland moen moi myra myre na nome nore olden ona orre rasta re reine roa rong rud runde sand sander saura
selje sem seter siljan skage skare skei skjold skole sletta sokna son songe stange sto stol strand sylte tana tau tiller tofte
torp tro trones utne utvik valen valle vang var vear vega vet voll vollen vuku aga berger bogen holm
nordre oppe ost over sor vest nord ytre indre`)

var prepositions = set("i pa fra ved nar naer til for")

// kinWords are the normal forms of words for someone whom one stands near, childWords those
// for one's child. Who writes them asks for the sake of another.
var (
	kinWords = forms(`mann kone samboer kjæreste ektefelle ektemann mor far mamma pappa foreldre bror søster syster storebror
lillebror storesøster lillesøster bestemor bestefar mormor farmor farfar morfar svigermor svigerfar tante onkel venn venninne
kamerat kollega nabo husband wife mother father brother sister partner boyfriend girlfriend friend`)
	// parentWords are those of kinWords by which a child tells who it is.
	parentWords = forms(`mor far mamma pappa mother father`)
	childWords  = forms(`sønn sønnen datter dattera datteren dattra dotter gutten guttungen jenta jentungen unge ungen ungene barnet babyen baby
tenåring tenåringen tvillingene barnebarn barnebarnet son daughter`)
)

// forms returns the normal forms of the words.
func forms(words string) map[string]bool {
	m := map[string]bool{}
	for w := range set(words) {
		m[normal(w)] = true
	}
	return m
}
