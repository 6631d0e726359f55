package referral

// Whom is for whom help is looked for. The order and number of them are a part of the codes:
// a change is a new version.
type Whom string

const (
	Child   Whom = "barn"
	Youth   Whom = "ungdom"
	Adult   Whom = "voksen"
	Sibling Whom = "sosken"
	Bereft  Whom = "etterlatte"
)

// AllWhom returns every Whom, in the order in which codes have them.
func AllWhom() []Whom { return []Whom{Child, Youth, Adult, Sibling, Bereft} }

// About is what help is looked for with. The order and number of them are a part of the
// codes: a change is a new version.
type About string

const (
	Mental     About = "psykisk"
	Substance  About = "rus"
	Suicide    About = "selvmord"
	Dementia   About = "demens"
	Cancer     About = "kreft"
	Body       About = "kropp"
	Rare       About = "sjelden"
	Disability About = "funksjon"
	Violence   About = "vold"
	Grief      About = "sorg"
)

// AllAbout returns every About, in the order in which codes have them.
func AllAbout() []About {
	return []About{Mental, Substance, Suicide, Dementia, Cancer, Body, Rare, Disability, Violence, Grief}
}

// Codes are the entries of the directory's vocabularies that a choice stands for.
type Codes struct {
	Groups []string // target groups that it is
	Kin    []string // target groups that take it in among others
	Topics []string // what it is about
	Near   []string // topics close to it
	Types  []string // types that are for this, whatever else they are about
	Usual  []string // types that are often of use
}

var whomCodes = map[Whom]Codes{
	Child: {Groups: []string{"barn"}, Kin: []string{"familier", "foreldre"}, Near: []string{"barn_som_parorende", "barns_helse", "foreldrerollen"},
		Usual: []string{"barn_som_parorende", "helsestasjon", "familiesenter"}},
	Youth: {Groups: []string{"ungdom"}, Kin: []string{"familier", "barn"}, Near: []string{"barn_som_parorende", "barns_helse", "foreldrerollen"},
		Usual: []string{"barn_som_parorende", "helsestasjon"}},
	Adult: {Groups: []string{"voksne"}, Kin: []string{"familier", "foreldre", "par"}, Near: []string{"avlastning", "koordinering"},
		Usual: []string{"parorendesenter", "parorendekoordinator", "parorendestotte", "parorendegruppe"}},
	Sibling: {Groups: []string{"sosken"}, Kin: []string{"familier", "barn", "ungdom"}, Near: []string{"barn_som_parorende", "barns_helse", "foreldrerollen"},
		Usual: []string{"barn_som_parorende", "helsestasjon", "familiesenter"}},
	Bereft: {Groups: []string{"etterlatte"}, Kin: []string{"familier"}, Near: []string{"sorg"}},
}

var aboutCodes = map[About]Codes{
	Mental:     {Topics: []string{"psykisk_helse", "spiseforstyrrelser"}},
	Substance:  {Topics: []string{"rus"}},
	Suicide:    {Topics: []string{"selvmord"}, Near: []string{"psykisk_helse", "sorg"}},
	Dementia:   {Topics: []string{"demens"}, Near: []string{"avlastning"}, Types: []string{"demenskoordinator"}},
	Cancer:     {Topics: []string{"kreft"}, Types: []string{"kreftkoordinator"}},
	Body:       {Topics: []string{"hjerte_og_lunge", "hjerne_og_nerver", "langvarig_sykdom"}, Near: []string{"koordinering"}, Types: []string{"lms"}},
	Rare:       {Topics: []string{"sjeldne_diagnoser"}, Near: []string{"koordinering", "langvarig_sykdom", "funksjonsnedsettelse"}, Types: []string{"koordinerende_enhet", "barnekoordinator", "habilitering"}},
	Disability: {Topics: []string{"funksjonsnedsettelse"}, Near: []string{"avlastning", "koordinering"}, Types: []string{"koordinerende_enhet", "barnekoordinator", "habilitering"}},
	Violence:   {Topics: []string{"vold"}, Near: []string{"samliv"}},
	Grief:      {Topics: []string{"sorg"}, Near: []string{"samliv"}},
}

// CodesOf returns what the choices stand for together.
func CodesOf(whom []Whom, about []About) Codes {
	var all Codes
	add := func(c Codes) {
		all.Groups = append(all.Groups, c.Groups...)
		all.Kin = append(all.Kin, c.Kin...)
		all.Topics = append(all.Topics, c.Topics...)
		all.Near = append(all.Near, c.Near...)
		all.Types = append(all.Types, c.Types...)
		all.Usual = append(all.Usual, c.Usual...)
	}
	for _, w := range whom {
		add(whomCodes[w])
	}
	for _, a := range about {
		add(aboutCodes[a])
	}
	return all
}
