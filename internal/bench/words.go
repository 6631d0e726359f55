package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// The words that offerings and questions are made of. They are chosen for how they are
// spread, not for what they say: no sentence of them is about anything that exists.

// commonWords are the words that stand in every text, the most frequent first.
var commonWords = strings.Fields(`og i for som til med på du er av det vi en kan har om får den å de ved eller hos fra deg
	der når din alle også oss ikke et at blir under mellom hver`)

// domainWords are what texts about help for pårørende speak of.
var domainWords = strings.Fields(`pårørende familie samtale støtte hjelp råd veiledning kurs gruppe barn ungdom foreldre
	sykdom hverdag kommunen tilbud gratis timeavtale telefon møteplass mestring erfaringer omsorg avlastning psykisk
	helse rusproblemer demens kreft sorg søsken ektefelle partner venner nettverk fagfolk sykepleier lege koordinator
	rettigheter søknad vedtak klage skole barnehage arbeid økonomi bolig hjemmesykepleie dagsenter sykehus poliklinikk
	rehabilitering diagnose behandling medisiner utredning henvisning taushetspliktig anonymt fortrolig trygghet åpen
	ettermiddag kveld formiddag ukentlig månedlig temakveld foredrag undervisning aktivitet turgruppe kafé frivillige
	likepersoner besøk hjemme digitalt nettmøte chat melding brosjyre informasjon kartlegging oppfølging samarbeid
	tverrfaglig ansvarsgruppe plan krise vold overgrep selvmord etterlatte samlivsbrudd mekling skilsmisse fosterhjem
	funksjonsnedsettelse autisme adhd epilepsi hjerneslag parkinson afasi multippel sklerose hjertesykdom kols diabetes
	smerter utmattelse søvn stress skyldfølelse ensomhet angst depresjon bipolar psykose spiseforstyrrelse avhengighet
	alkohol spill gaming tvang innleggelse utskrivning overgang voksenliv aldring livskvalitet palliativ hospice
	sjeldne medfødt arvelig nyfødt prematur språk tolk samisk nynorsk innvandrer flyktning religion livssyn prest
	fysioterapi ergoterapi hjelpemidler transport parkering inngang heis venterom resepsjon sentralbord åpningstid`)

// Halves of compounds: real Norwegian texts are full of words that stand in few of them.
var (
	compoundFirst = strings.Fields(`demens kreft sorg rus familie foreldre søsken pårørende barne ungdoms helse omsorgs
		avlastnings mestrings samtale støtte livs hverdags skole sykehus hjemme nærmiljø nettverks diagnose smerte
		krise selvhjelps aktivitets frivillig likepersons brukers voksen alders hjerne hjerte lunge syns hørsels
		rehabiliterings voldsutsatt overgreps samlivs økonomi bolig arbeids fritids kultur natur dag kvelds helge ferie`)
	compoundSecond = strings.Fields(`gruppe kurs samtale tilbud senter team kontor koordinator kontakt plan møte treff
		støtte hjelp rådgivning veiledning skole kafé dag uke program prosjekt forening lag nettverk tjeneste linje
		ordning ansvar behov hjelper terapi oppfølging tiltak melding arbeid seminar verksted bibliotek avdeling`)
)

// Halves of the made-up proper names that houses and centres get.
var (
	houseFirst  = strings.Fields(`Sol Fjell Bjørke Elve Lyng Granli Furu Hav Strand Kveld Morgen Roser Linde Ospe Hegge Vår Sommer Nord Sør Øst Vest Måke Lerke Svale`)
	houseSecond = strings.Fields(`bakken heim tun stua huset lia åsen haugen vang gården brua toppen sletta vika`)
)

// needPersons and needSituations make questions as people ask them.
var (
	needPersons    = strings.Split(`mamma|pappa|kona mi|mannen min|sønnen min|datteren min|broren min|søstera mi|bestemor|bestefar|kjæresten|en venn|min mor|far|barnet mitt|tenåringen|stesønnen|svigermor|naboen|onkel|samboeren min|tanta mi|eksmannen|ungen vår|de gamle foreldrene mine`, "|")
	needSituations = strings.Split(`husker ikke|har fått demens|har fått kreft|ruser seg|drikker for mye|vil ikke leve|er deprimert|har angst|har fått hjerneslag|sover ikke|spiser ikke|er innlagt|skal hjem fra sykehuset|har adhd|har autisme|trenger avlastning|klarer seg ikke alene|har parkinson|er utbrent|sliter psykisk|har spiseforstyrrelse|spiller bort pengene|vil ikke ha hjelp|har en sjelden sykdom|er døende|har kronisk sykdom|er i rullestol|hører stemmer|har bipolar lidelse|vil skilles|er redd for faren|nekter å gå på skolen|har epilepsi|trenger hjelpemidler|har fått diagnosen als|er alene|har mistet jobben|har begynt med narkotika|skader seg selv|får ikke hjelp`, "|")
	needEndings    = strings.Split(`|hva gjør jeg|hvem kan hjelpe|noen å snakke med|hjelp|støtte til familien|kurs for pårørende|rettigheter|økonomisk støtte|gruppe|samtale|hvor ringer jeg|akutt|trenger råd|avlastning`, "|")
)

// vocabulary is the words of descriptions, drawn by Zipf's law: the word of rank k comes
// 1/k as often as the first.
type vocabulary struct {
	words []string
	sums  []float64
}

func newVocabulary() vocabulary {
	v := vocabulary{words: slices.Concat(commonWords, domainWords)}
	for _, first := range compoundFirst {
		for _, second := range compoundSecond {
			v.words = append(v.words, first+second)
		}
	}
	// Compounds are shuffled, else ranks would follow the lists.
	rare := v.words[len(commonWords)+len(domainWords):]
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(rare), func(i, j int) { rare[i], rare[j] = rare[j], rare[i] })
	sum := 0.0
	for k := range v.words {
		sum += 1 / math.Pow(float64(k+3), 1.05)
		v.sums = append(v.sums, sum)
	}
	return v
}

// word returns a word by its frequency.
func (v vocabulary) word(r *rand.Rand) string {
	i, _ := slices.BinarySearch(v.sums, r.Float64()*v.sums[len(v.sums)-1])
	return v.words[min(i, len(v.words)-1)]
}

// text returns sentences of n words altogether.
func (v vocabulary) text(r *rand.Rand, n int) string {
	var b strings.Builder
	left := 0 // words left of the sentence
	for i := range n {
		w := v.word(r)
		if left == 0 {
			left = 6 + r.IntN(10)
			if i > 0 {
				b.WriteByte('.')
			}
			w = capital(w)
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		left--
	}
	b.WriteByte('.')
	return b.String()
}

func capital(w string) string {
	for i := range w {
		if i > 0 {
			return strings.ToUpper(w[:i]) + w[i:]
		}
	}
	return strings.ToUpper(w)
}

// pick returns one of the list.
func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// some returns from low to high different ones of the list, sorted as in it.
func some[T any](r *rand.Rand, list []T, low, high int) []T {
	n := min(low+r.IntN(high-low+1), len(list))
	chosen := r.Perm(len(list))[:n]
	slices.Sort(chosen)
	out := make([]T, n)
	for i, c := range chosen {
		out[i] = list[c]
	}
	return out
}
