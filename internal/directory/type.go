package directory

// Law is one paragraph that an offering type rests on.
type Law struct {
	Text      string // what the paragraph says, in plain words
	Paragraph string // "helse- og omsorgstjenesteloven § 7-2 a"
	URL       string // on lovdata.no
}

// TypeGroup is a heading that offering types stand under.
type TypeGroup struct {
	Code  string
	Name  Text
	Order int
}

// OfferingType is one of the closed, editable set of what an offering can be.
// Source: data/typer.yaml, written for this directory.
type OfferingType struct {
	Code         string // "barnekoordinator"
	Group        string // code of a TypeGroup
	Name         Text
	Plural       Text
	Does         Text // what it does for pårørende, in two plain sentences
	Laws         []Law
	EveryKommune bool     // whether the law says that every kommune must have it
	Responsible  string   // who answers for it, in words: "kommunen"
	AskFor       string   // what to say when asking for it
	Alternatives []string // types to look at where none is registered, best first
	Words        []string // what people call it; feeds the recognition of types in search
	RelatedWords []string // words that may mean it, too loose to decide on
	Order        int

	ConfirmMonths  int // how long a confirmation of all of an offering holds; 0: DefaultConfirmMonths
	ContactsMonths int // how long one of its contacts holds; 0: DefaultContactsMonths
}

// TermKind names a closed vocabulary.
type TermKind string

const (
	TargetGroup TermKind = "malgruppe"
	Topic       TermKind = "tema"
	Format      TermKind = "form"
)

// Term is one entry of a closed vocabulary. Source: data/begreper.yaml.
type Term struct {
	Kind  TermKind
	Code  string
	Name  Text
	Order int
}
